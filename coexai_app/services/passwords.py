"""Password hashing: Argon2id with the library's RFC 9106 low-memory profile."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from coexai_app.errors import InvalidInput

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_LENGTH = 10
MAX_LENGTH = 200


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher, profiles

    return PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _hasher().hash("a password that nobody has")


def check_strength(password: str, *, email: str) -> None:
    """Length over composition rules (NIST SP 800-63B §5.1.1.2). Raises InvalidInput."""
    if len(password) < MIN_LENGTH:
        raise InvalidInput(f"Use at least {MIN_LENGTH} characters.", field="password")
    if len(password) > MAX_LENGTH:
        raise InvalidInput(f"Use at most {MAX_LENGTH} characters.", field="password")
    if password.lower() == email.lower() or len(set(password)) < 4:
        raise InvalidInput("This password is too easy to guess. Use a few unrelated words.", field="password")


def hash_of(password: str) -> str:
    return _hasher().hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Takes the same time whether or not there is an account, so that answers do not tell."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(stored or _decoy(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False
