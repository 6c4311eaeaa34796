"""What must not stand in a log line."""

import re

from structlog.typing import EventDict, WrappedLogger

# Addresses whose last part opens something: an invitation, a callback, a forgotten password, an e-mail address.
TOKEN_IN_PATH = re.compile(
    r"(/(?:invitation|webhooks/kie|accounts/password/reset/key|accounts/confirm-email)/)[^/\s\"'?&<>]+"
)


def hide_tokens(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """A structlog processor: the token at the end of an address becomes an ellipsis in every text of the line."""
    return {key: TOKEN_IN_PATH.sub(r"\1…", value) if isinstance(value, str) else value for key, value in line.items()}
