"""How a defect is put in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from unittest import mock

type Defect = Callable[[], AbstractContextManager[object]]


def patched(*places: str, value: Any) -> AbstractContextManager[object]:
    """One value in several places."""
    stack = ExitStack()
    for place in places:
        stack.enter_context(mock.patch(place, value))
    return stack


def nothing(*_: Any, **__: Any) -> None:
    """Does it."""


def always(value: Any) -> Callable[..., Any]:
    """A function that always says so."""
    return lambda *_, **__: value


def several(*patches: AbstractContextManager[object]) -> ExitStack:
    """Several patches as one."""
    stack = ExitStack()
    for patch in patches:
        stack.enter_context(patch)
    return stack
