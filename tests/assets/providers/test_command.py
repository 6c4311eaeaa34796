"""`manage.py kie_standin`: a thin door to the stand-in."""

import socket
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from assets.management.commands.kie_standin import Command
from assets.providers.standin import FAULTS


def test_help_names_every_fault() -> None:
    text = StringIO()
    Command().create_parser("manage.py", "kie_standin").print_help(text)
    assert all(name in text.getvalue() for name in FAULTS)


def test_an_unknown_fault_is_told() -> None:
    with pytest.raises(CommandError, match="“nope” isn't a fault"):
        call_command("kie_standin", port=0, fault=["nope"], verbosity=0)


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(CommandError, match=f"Can't listen on 127.0.0.1:{port}"):
            call_command("kie_standin", port=port, verbosity=0)
