"""What a browser complains about while somebody works: nothing may stay unsaid."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# A page that is left lets go of what it was still loading: clips above all, which are read in ranges.
LET_GO = "net::ERR_ABORTED"
LOUD = ("error", "warning")


@dataclass
class Complaints:
    """Errors of pages, failed requests and answers of 400 and above; `expect` allows what a test provokes."""

    found: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def expect(self, *patterns: str) -> None:
        """Allow complaints that one of these regular expressions finds something in."""
        self.allowed += patterns

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of a context."""
        for event, listen in self._ears():
            context.on(event, listen)

    def leave(self, context: BrowserContext) -> None:
        """Listen no more."""
        for event, listen in self._ears():
            context.remove_listener(event, listen)

    def _ears(self) -> list[tuple[Any, Callable[..., None]]]:
        return [
            ("console", self._console),
            ("weberror", self._error),
            ("requestfailed", self._failed),
            ("response", self._response),
        ]

    def unexpected(self) -> list[str]:
        """What nobody asked for."""
        return [text for text in self.found if not any(re.search(pattern, text) for pattern in self.allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        # The answer itself is noted with its address; the browser's own line about it would say less.
        if message.type in LOUD and not message.text.startswith("Failed to load resource"):
            self.found.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _error(self, error: WebError) -> None:
        self.found.append(f"error: {error.error}")

    def _failed(self, request: Request) -> None:
        if request.failure != LET_GO:
            self.found.append(f"failed: {request.method} {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.found.append(f"{response.status}: {response.request.method} {response.url}")
