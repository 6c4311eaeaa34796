"""What clips are made from, and the making: assets, prices, shots, takes, generations, clips."""

from assets.models.asset import Asset, AssetState, AssetVersion, Consent, Licence, Tag
from assets.models.clip import Clip
from assets.models.generation import Attempt, FailureClass, Generation, GenerationMove, GenerationState, Outcome
from assets.models.line import BalanceReading, LineStop, RateSlot, StopReason
from assets.models.price import Price
from assets.models.reconciliation import Reconciliation
from assets.models.shot import Shot, Stage, Version
from assets.models.stray import StrayEnd, StrayTask
from assets.models.take import DiscardReason, Take

__all__ = [
    "Asset",
    "AssetState",
    "AssetVersion",
    "Attempt",
    "BalanceReading",
    "Clip",
    "Consent",
    "DiscardReason",
    "FailureClass",
    "Generation",
    "GenerationMove",
    "GenerationState",
    "Licence",
    "LineStop",
    "Outcome",
    "Price",
    "RateSlot",
    "Reconciliation",
    "Shot",
    "Stage",
    "StopReason",
    "StrayEnd",
    "StrayTask",
    "Tag",
    "Take",
    "Version",
]
