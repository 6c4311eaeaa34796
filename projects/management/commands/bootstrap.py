"""`manage.py bootstrap`: the first organisation and its admin, on an empty installation."""

import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from projects.actions.organisations import found_organisation, person_with
from projects.errors import Refused
from projects.links import absolute, password_path
from projects.models import Organisation, User


class Command(BaseCommand):
    """There is no default password: one is read from standard input, or a link to set one is printed."""

    help = "Make an organisation and its admin. Without --password-stdin, prints a link that sets the password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and for which organisation."""
        parser.add_argument("--organisation", required=True, help="name of the organisation")
        parser.add_argument("--email", required=True, help="the admin's e-mail address")
        parser.add_argument("--name", required=True, help="the admin's name")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        parser.add_argument("--another", action="store_true", help="make one although there are organisations already")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything, then make both in one transaction."""
        if Organisation.objects.exists() and not options["another"]:
            raise CommandError("There is an organisation already. Add --another to make one more.")
        email, known = options["email"].strip().lower(), person_with(options["email"])
        self._check_email(email)
        password = self._password(email, options["name"]) if options["password_stdin"] and not known else None
        try:
            member = found_organisation(
                by=None,
                name=options["organisation"][:120],
                admin_email=email,
                admin_name=options["name"][:120],
                password=password,
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{member.organisation} is ready, with {member.user} <{member.user.email}> as admin.")
        if known:
            self.stdout.write("The account was there already; its password stays as it is.")
        elif not password:
            self.stdout.write(f"Set the password here, within three days: {absolute(password_path(member.user))}")

    def _check_email(self, email: str) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is no e-mail address.") from error

    def _password(self, email: str, name: str) -> str:
        password = sys.stdin.readline().rstrip("\r\n")
        try:
            validate_password(password, User(email=email, name=name))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return password
