"""How each state looks: icon (lucide), word, and colour role. The one place; never colour alone."""

from typing import NamedTuple


class StateLook(NamedTuple):
    """Icon name, word and role (`neutral good warn bad info accent`) of a state pill."""

    icon: str
    word: str
    role: str


LOOKS: dict[str, StateLook] = {
    # shots
    "draft": StateLook("circle-dashed", "No takes yet", "neutral"),
    "generating": StateLook("loader", "Generating", "info"),
    "triage": StateLook("layout-grid", "Ready to triage", "accent"),
    "selected": StateLook("check", "Version selected", "info"),
    "in_review": StateLook("eye", "In review", "info"),
    "changes_wanted": StateLook("message-square-warning", "Changes wanted", "warn"),
    "approved": StateLook("circle-check", "Approved", "good"),
    "delivered": StateLook("package-check", "Delivered", "good"),
    # jobs
    "queued": StateLook("clock", "Queued", "neutral"),
    "submitting": StateLook("send", "Submitting", "info"),
    "unknown": StateLook("circle-question-mark", "Answer unknown", "warn"),
    "running": StateLook("loader", "Generating", "info"),
    "fetching": StateLook("download", "Fetching", "info"),
    "ready": StateLook("circle-play", "Ready", "good"),
    "failed": StateLook("circle-x", "Failed", "bad"),
    "needs_attention": StateLook("triangle-alert", "Needs attention", "bad"),
    "cancelled": StateLook("ban", "Cancelled", "neutral"),
    # rounds and decisions
    "open": StateLook("eye", "In review", "info"),
    "superseded": StateLook("history", "Replaced", "neutral"),
    "withdrawn": StateLook("undo-2", "Withdrawn", "neutral"),
    "approve": StateLook("circle-check", "Approved", "good"),
    "request_changes": StateLook("message-square-warning", "Changes requested", "warn"),
    "reject": StateLook("circle-x", "Rejected", "bad"),
    "waiting": StateLook("hourglass", "Waiting", "neutral"),
    # packages
    "sealed": StateLook("lock", "Sealed", "good"),
    "unsealed": StateLook("package-open", "Open", "neutral"),
    # entries of the ledger
    "hold": StateLook("lock", "Held", "info"),
    "settle": StateLook("check", "Settled", "neutral"),
    "release": StateLook("undo-2", "Released", "neutral"),
    "overrun": StateLook("triangle-alert", "Overrun", "bad"),
    "correction": StateLook("pencil", "Correction", "warn"),
    # takes, assets, people
    "discarded": StateLook("archive", "Discarded", "neutral"),
    "retired": StateLook("archive", "Retired", "neutral"),
    "expired": StateLook("calendar-x", "Rights expired", "bad"),
    "expiring": StateLook("calendar-clock", "Rights expire soon", "warn"),
    "active": StateLook("circle-check", "Active", "good"),
    "deactivated": StateLook("user-x", "Deactivated", "neutral"),
    "invited": StateLook("mail", "Invited", "info"),
    "overdue": StateLook("alarm-clock", "Overdue", "bad"),
}

UNLISTED = StateLook("circle", "Unknown state", "neutral")


def look_of(state: str) -> StateLook:
    """The look of a state; a state nobody listed gets a neutral one that says so."""
    return LOOKS.get(str(state), UNLISTED)
