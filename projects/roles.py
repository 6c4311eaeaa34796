"""Who may do what: one table, asked by every view and every action.

Roles are the words of the product. A person holds one role per organisation (`projects.models.Member`).
"""

from django.db import models


class Role(models.TextChoices):
    """What a member is to the organisation."""

    ADMIN = "admin", "Admin"
    PRODUCER = "producer", "Producer"
    CREATOR = "creator", "Creator"
    REVIEWER = "reviewer", "Reviewer"


class Right(models.TextChoices):
    """One thing a member may or may not do; the label completes "You may not …"."""

    VIEW = "view", "see this organisation's work"
    SEE_MONEY = "see_money", "see prices and budgets"
    SEE_LEDGER = "see_ledger", "read the ledger"
    EDIT_PROJECT = "edit_project", "create or change projects"
    EDIT_ASSET = "edit_asset", "add or change assets"
    EDIT_SHOT = "edit_shot", "create or change shots"
    GENERATE = "generate", "generate takes"
    SELECT_TAKE = "select_take", "rate, select or discard takes"
    ASK_REVIEW = "ask_review", "ask for a review"
    COMMENT = "comment", "write notes"
    DECIDE = "decide", "approve or request changes"
    DELIVER = "deliver", "make delivery packages"
    DOWNLOAD = "download", "download clips"
    RESOLVE_ATTENTION = "resolve_attention", "settle jobs that need attention"
    SET_BUDGETS = "set_budgets", "set budgets and prices"
    MANAGE_MEMBERS = "manage_members", "invite people or change roles"
    SEE_AUDIT = "see_audit", "read the audit log"


_EVERYBODY = frozenset({Right.VIEW, Right.COMMENT, Right.DOWNLOAD})
_CREATOR = _EVERYBODY | {
    Right.SEE_MONEY,
    Right.EDIT_ASSET,
    Right.EDIT_SHOT,
    Right.GENERATE,
    Right.SELECT_TAKE,
    Right.ASK_REVIEW,
}
_PRODUCER = _CREATOR | {Right.EDIT_PROJECT, Right.DECIDE, Right.DELIVER, Right.SEE_LEDGER}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.REVIEWER: _EVERYBODY | {Right.DECIDE},
    Role.CREATOR: _CREATOR,
    Role.PRODUCER: _PRODUCER,
    Role.ADMIN: frozenset(Right),
}


def may(role: str, right: Right) -> bool:
    """Whether a role holds a right."""
    return right in RIGHTS[Role(role)]


def roles_with(right: Right) -> list[Role]:
    """The roles that hold a right, in the order of the table."""
    return [role for role, rights in RIGHTS.items() if right in rights]
