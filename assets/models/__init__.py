"""What clips are made from, and the making: assets, prices, shots, takes, generations, clips."""

from assets.models.asset import Asset, AssetVersion, Licence, Tag
from assets.models.clip import Clip
from assets.models.generation import Attempt, FailureClass, Generation, GenerationMove, Outcome
from assets.models.price import Price
from assets.models.shot import Shot, Stage, Version
from assets.models.take import DiscardReason, Take

__all__ = [
    "Asset",
    "AssetVersion",
    "Attempt",
    "Clip",
    "DiscardReason",
    "FailureClass",
    "Generation",
    "GenerationMove",
    "Licence",
    "Outcome",
    "Price",
    "Shot",
    "Stage",
    "Tag",
    "Take",
    "Version",
]
