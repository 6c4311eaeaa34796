"""What people do to the protection of their own account, into the log of each of their organisations.

The accounts library changes these things and tells by signals; it knows nothing of organisations.
"""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.dispatch import Signal

from projects.actions.profile import log_everywhere
from projects.models import User

VERBS: dict[Signal, str] = {
    account.password_changed: "changed their password",
    account.password_set: "set a password",
    account.password_reset: "set a new password by mail",
    account.email_added: "added an e-mail address",
    account.email_changed: "changed their main e-mail address",
    account.email_removed: "removed an e-mail address",
    mfa.authenticator_added: "added a second factor",
    mfa.authenticator_removed: "removed a second factor",
    mfa.authenticator_reset: "made new recovery codes",
}


def listen() -> None:
    """Connect once, when the app is ready."""
    for signal, verb in VERBS.items():
        signal.connect(_written(verb), weak=False, dispatch_uid=f"projects.security.{verb}")


def _written(verb: str) -> Any:
    def receiver(*, user: User, **_: Any) -> None:
        log_everywhere(user, verb, {})

    return receiver
