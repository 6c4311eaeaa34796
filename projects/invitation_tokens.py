"""The secret in an invitation's link: made from the row's id and nonce with SECRET_KEY, stored nowhere.

The row keeps the token's hash, by which a link is found. A new nonce makes every older link worthless.
"""

import hashlib
import secrets
from typing import NamedTuple
from uuid import UUID

from django.utils.crypto import salted_hmac

SALT = "projects.invitation"


class Seal(NamedTuple):
    """What a row keeps of its token."""

    nonce: str
    token_hash: str


def new_seal(key: UUID) -> Seal:
    """A fresh nonce for the invitation with that id, and the hash of the token it makes."""
    nonce = secrets.token_hex(16)
    return Seal(nonce, hash_of(token_of(key, nonce)))


def token_of(key: UUID, nonce: str) -> str:
    """The token: 256 bits as hex."""
    return salted_hmac(SALT, f"{key}:{nonce}", algorithm="sha256").hexdigest()


def hash_of(token: str) -> str:
    """SHA-256 of a token, as hex."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
