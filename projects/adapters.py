"""How allauth behaves here: nobody signs up without an invitation, and its mails go out by the workers."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmationHMAC
from django.http import HttpRequest

from projects.models import User
from projects.queue import enqueue


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Sign-up is closed; invitations make accounts (`projects.actions.invitations`).

    A request waits for no mail server, and no queue message carries a key: workers make the links again from an id.
    """

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is deactivated. An admin of your organisation can bring it back.",
        "email_password_mismatch": "That e-mail and password don't belong together. Check both, or reset the password.",
        "enter_current_password": "That is not your current password. Type it again.",
        "incorrect_code": "That code is wrong or too old. Type the one your app shows now.",
        "incorrect_password": "That password is wrong. Type it again, or reset it.",
        "rate_limited": "Too many tries in a short time. Wait a few minutes, then try again.",
        "too_many_login_attempts": "Too many failed tries. Wait a few minutes, or reset the password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: see the class."""
        return False

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Queue the mail; it goes to the account's main address, whichever of its addresses was typed."""
        enqueue("projects.tasks.mail_password_link", user.pk)

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC, signup: bool
    ) -> None:
        """Queue the mail that proves an address."""
        enqueue("projects.tasks.mail_address_link", emailconfirmation.email_address.pk)
