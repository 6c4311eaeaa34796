"""What a take costs: the price row in force. Credits are Decimal; USD is credits × the organisation's rate."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from assets.models import Price
from assets.requests import MODEL_OF, TakeRequest
from projects.errors import Refused
from projects.models import Organisation
from projects.templatetags.house import plain_number

type PriceKey = tuple[str, int, bool]
type PriceTable = dict[PriceKey, Price]


class NoPrice(Refused):
    """There is no price to pay: none was ever set, the one in force is closed, or Kie has switched the model off."""


class PriceChanged(Refused):
    """The button said another price than the one in force. `total`: credits of all takes now."""

    def __init__(self, shown: Decimal, total: Decimal) -> None:
        super().__init__(
            f"This costs {plain_number(total)} credits, and the button said {plain_number(shown)}. "
            "Nothing was queued; look at the price and press again."
        )
        self.total = total


def price_of(organisation: Organisation, model: str, seconds: int, sound: bool, at: datetime | None = None) -> Price:
    """The price row in force for one take at that moment (now). Raises NoPrice."""
    rows = Price.objects.in_force(organisation, at or timezone.now())
    row = rows.filter(model=model, seconds=seconds, sound=sound).first()
    return usable(row, model, seconds, sound)


def usable(row: Price | None, model: str, seconds: int, sound: bool) -> Price:
    """That row, if it can be paid. Raises NoPrice with a sentence when it is missing or closed."""
    what = f"{model}, {seconds} s {'with sound' if sound else 'silent'}"
    if row is None:
        raise NoPrice(f"There is no price for {what}. An admin can set one under Settings, Prices; nothing was queued.")
    if row.shut:
        raise NoPrice(f"{row.shut} Nothing was queued.")
    return row


def price_table(organisation: Organisation, at: datetime | None = None) -> PriceTable:
    """Every price in force at that moment by (model, seconds, sound); those that can't be paid say why. One query."""
    best: PriceTable = {}
    for row in Price.objects.in_force(organisation, at or timezone.now()):
        best.setdefault((row.model, row.seconds, row.sound), row)
    return best


def price_rows(table: PriceTable) -> list[dict[str, object]]:
    """The table as the rows of the page's JSON: route, seconds, sound, credits as text (no floats), and why not."""
    routes = {model: str(route) for route, model in MODEL_OF.items()}
    return [
        {"route": routes[model], "seconds": seconds, "sound": sound, "credits": str(row.credits), "shut": row.shut}
        for (model, seconds, sound), row in table.items()
        if model in routes
    ]


@dataclass(frozen=True, slots=True)
class SmallerRequest:
    """A cheaper request that may answer the same question; `share` in words ("a quarter of the price")."""

    seconds: int
    sound: bool
    credits: Decimal
    share: str


_SHARES = ((2, "half the price"), (3, "a third of the price"), (4, "a quarter of the price"))


def smallest_request(table: PriceTable, wanted: TakeRequest) -> SmallerRequest | None:
    """The cheapest length and sound of the same model, when it costs at most half of what is wanted."""
    now = table.get((wanted.model, wanted.seconds, wanted.sound))
    rows: Iterable[Price] = [row for (model, _, _), row in table.items() if model == wanted.model and not row.shut]
    least = min(rows, key=lambda row: row.credits, default=None)
    if now is None or least is None or not least.credits or now.credits < 2 * least.credits:
        return None
    ratio = now.credits / least.credits
    share = next((words for size, words in _SHARES if ratio == size), "")
    return SmallerRequest(least.seconds, least.sound, least.credits, share or "less")
