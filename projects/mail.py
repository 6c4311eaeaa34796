"""Mails: written from two templates (text and simple HTML without anything from outside), sent by workers."""

from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from projects.models import User


def send(*, template: str, to: str, subject: str, context: dict[str, Any]) -> None:
    """Send `emails/<template>.txt` and `.html` to one address. Raises what the mail server's library raises."""
    line = " ".join(subject.split())[:200]
    words = {"subject": line, **context}
    message = EmailMultiAlternatives(line, render_to_string(f"emails/{template}.txt", words), to=[to])
    message.attach_alternative(render_to_string(f"emails/{template}.html", words), "text/html")
    message.send()


def greeting(user: User) -> str:
    """How a mail begins: with the first name where one is known."""
    first = user.name.split()[0] if user.name.split() else ""
    return f"Hello {first}," if first else "Hello,"
