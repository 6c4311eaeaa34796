"""Sessions in the database; a cookie that can't be one of ours asks it nothing."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Django's own, for keys as Django makes them: PostgreSQL refuses a key with NUL in it with an error."""

    def __init__(self, session_key: str | None = None) -> None:
        known = session_key if session_key and session_key.isascii() and session_key.isalnum() else None
        super().__init__(known)
