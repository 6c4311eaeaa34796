"""The ground: people, organisations, projects, money, audit, notifications."""

from projects.models.audit import AuditEntry
from projects.models.base import Row
from projects.models.deployment import Deployment
from projects.models.health import InvariantRun, WorkBeat
from projects.models.money import Budget, LedgerEntry, LedgerKind
from projects.models.notification import Notification, NotificationKind, NotificationPreference
from projects.models.organisation import Invitation, Member, Organisation
from projects.models.project import Brief, Project
from projects.models.user import User

__all__ = [
    "AuditEntry",
    "Brief",
    "Budget",
    "Deployment",
    "InvariantRun",
    "Invitation",
    "LedgerEntry",
    "LedgerKind",
    "Member",
    "Notification",
    "NotificationKind",
    "NotificationPreference",
    "Organisation",
    "Project",
    "Row",
    "User",
    "WorkBeat",
]
