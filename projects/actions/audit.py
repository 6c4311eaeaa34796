"""Write the audit log, in the action's own transaction: what happened and its row stand or fall together."""

from typing import Any

from django.db import models

from projects.models import AuditEntry, Organisation, User


def log(
    *,
    organisation: Organisation,
    by: User | None,
    verb: str,
    target: models.Model,
    label: str = "",
    changes: dict[str, tuple[Any, Any]] | None = None,
) -> AuditEntry:
    """Add one row: who (None: the machine), verb in the past ("invited"), on what, and {field: (old, new)}."""
    return AuditEntry.objects.create(
        organisation=organisation,
        actor=by,
        actor_name=str(by) if by else "Kling CMS",
        verb=verb,
        target_type=target._meta.model_name or "",
        target_id=str(target.pk),
        target_label=(label or str(target))[:200],
        changes={field: [_plain(old), _plain(new)] for field, (old, new) in (changes or {}).items()},
    )


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
