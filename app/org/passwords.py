"""Passwords: argon2 by the library's defaults, and the one rule about them that we have."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import Refusal

MIN_LENGTH = 8
MAX_LENGTH = 200

_hasher = PasswordHasher()
# The hash of a password that nobody has. Verifying against it takes as long as against a real one, so
# that the time of an answer does not tell who exists. A test sees to it that its costs are the present ones.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$BEYf3l2+dWSJAB5g7pIdvA$vRb7mlrt1kEQtgBDeeunv+kcm2dCkAqqRNdrudQIe3c"


def check(password: str) -> None:
    """Raises Refusal if a new password is too short or too long."""
    if len(_plain(password)) < MIN_LENGTH:
        raise Refusal("invalid", fields={"password": "password_too_short"}, min=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        raise Refusal("invalid", fields={"password": "password_too_long"}, max=MAX_LENGTH)


def hashed(password: str) -> str:
    """The hash to keep."""
    return _hasher.hash(_plain(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed. Takes exactly one verification, also for nobody (None)."""
    try:
        return _hasher.verify(password_hash or NOBODY, _plain(password)) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_dated(password_hash: str) -> bool:
    """Whether the hash was made with weaker costs than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _plain(password: str) -> str:
    """One form for what different keyboards send for the same characters."""
    return unicodedata.normalize("NFKC", password)
