"""What the frame of every page shows: who, where, what waits."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.http import HttpRequest

from assets.models import LineStop
from projects.deployment import differences
from projects.models import Member, Notification, Organisation
from projects.roles import Right

# Pages that show stops of the line themselves, with what to do about them.
TELL_OF_STOPS = {"attention_list", "attention_resolve"}
SECTIONS = {
    "project": "projects",
    "shot": "projects",
    "take": "projects",
    "clip": "projects",
    "composer": "projects",
    "asset": "library",
    "review": "reviews",
    "round": "reviews",
    "note": "reviews",
    "version": "reviews",
    "package": "deliveries",
    "budget": "budgets",
    "ledger": "budgets",
    "reconciliation": "budgets",
    "price": "settings",
    "member": "settings",
    "invitation": "settings",
    "audit": "settings",
    "organisation": "settings",
    "attention": "attention",
    "home": "home",
}


COPY = (
    "Safe mode: this database works for another deployment, as a copy does. What differs: {}. "
    "Nothing is submitted to Kie.ai and no mail goes out from here."
)
LINE_STANDS = "No take is submitted; all keep their place. “Needs attention” starts the line again."
MODEL_CLOSED = "No take of it is submitted; all keep their place. “Needs attention” opens it again."


class Banner(NamedTuple):
    """A sentence on every page by its role, and the address (by name) and label of the button beside it, if any."""

    role: str
    text: str
    action: str = ""
    label: str = ""


@dataclass
class Frame:
    """Lazy facts for `base.html`; a page that doesn't show one doesn't pay its query."""

    request: HttpRequest

    @property
    def member(self) -> Member | None:
        """The acting membership, if somebody is logged in."""
        return getattr(self.request, "member", None)

    @property
    def organisation(self) -> Organisation | None:
        """The current organisation."""
        return self.member.organisation if self.member else None

    @property
    def organisations(self) -> list[Organisation]:
        """All organisations of the person, for the switcher."""
        return [member.organisation for member in getattr(self.request, "memberships", [])]

    @cached_property
    def unread(self) -> int:
        """How many notifications wait."""
        if self.member is None:
            return 0
        return Notification.objects.visible_to(self.member.user).unread().count()

    @cached_property
    def banners(self) -> list["Banner"]:
        """What those who can put it right must know on every page; two queries for them."""
        if not self._can(Right.RESOLVE_ATTENTION):
            return []
        found = []
        if differs := differences():
            found.append(
                Banner("bad", COPY.format(" and ".join(differs)), "deployment_adopt", "This is the deployment: run")
            )
        if self._url_name in TELL_OF_STOPS:
            return found
        stops = list(LineStop.objects.open().order_by("created_at"))
        found += [Banner("bad", f"{stop}. {LINE_STANDS}") for stop in stops if not stop.model][:1]
        found += [Banner("bad", f"{stop}. {MODEL_CLOSED}") for stop in stops if stop.model]
        return found

    @property
    def theme(self) -> str:
        """light, dark, or empty for the system's choice."""
        chosen = self.request.COOKIES.get("theme", "")
        return chosen if chosen in ("light", "dark") else ""

    @property
    def _url_name(self) -> str:
        match = self.request.resolver_match
        return (match.url_name or "") if match else ""

    @property
    def section(self) -> str:
        """Which entry of the rail is current, from the URL's name."""
        name = self._url_name
        return SECTIONS.get(name.partition("_")[0], "")

    def _can(self, right: Right) -> bool:
        return bool(self.member and self.member.can(right))

    @property
    def can_see_money(self) -> bool:
        """Whether prices may be shown."""
        return self._can(Right.SEE_MONEY)

    @property
    def can_administer(self) -> bool:
        """Whether the settings are in the rail."""
        return self._can(Right.MANAGE_MEMBERS)

    @cached_property
    def rights(self) -> dict[str, bool]:
        """Every right by its value, for templates: `frame.rights.deliver`."""
        return {right.value: self._can(right) for right in Right}


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {"frame": Frame(request)}
