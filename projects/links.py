"""Addresses of our own pages: whole ones for mails, and the check that a path stays here."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from projects.models import User


def absolute(path: str) -> str:
    """The whole address of one of our pages, for mails and commands, where there is no request to ask.

    PUBLIC_URL first; without one the first allowed host, and a developer's machine last.
    """
    return f"{settings.PUBLIC_URL or _guessed()}{path}"


def _guessed() -> str:
    scheme = "https" if settings.SESSION_COOKIE_SECURE else "http"
    hosts = [host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*"))]
    if not hosts or hosts[0] in ("localhost", "127.0.0.1", "[::1]", "testserver"):
        return f"{scheme}://localhost:8000"
    return f"{scheme}://{hosts[0]}"


def is_local(path: str) -> bool:
    """Whether a stored path leads to a page of ours and nowhere else."""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)


def password_path(user: User) -> str:
    """The path of the page where this person sets a password; worthless once the password or a log-in changed."""
    parts = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=parts)
