"""Password hashing: Argon2id with the library's RFC 9106 low-memory profile, two at a time. What makes a password good enough is in
`password_rules.py`.

A hash takes 64 MiB and a tenth of a second on purpose. So none is made while a transaction is open (a door asks for the stored hash,
checks, and then opens one), and a flood of log-ins waits here instead of taking the whole machine.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from coexai_app.errors import InvalidInput, RateLimited
from coexai_app.integrations import leaked_passwords
from coexai_app.services.password_rules import MAX_LENGTH, MIN_LENGTH, check_strength

if TYPE_CHECKING:
    from argon2 import PasswordHasher

__all__ = ["MAX_LENGTH", "MIN_LENGTH", "check_leaked", "check_strength", "hash_of", "matches", "outdated"]

AT_ONCE: Final = 2
WAIT_SECONDS: Final = 5.0
_turns = threading.BoundedSemaphore(AT_ONCE)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher, profiles

    return PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _hasher().hash(secrets.token_urlsafe(32))


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise RateLimited("Very many people log in at this moment. Try again in a few seconds.", retry_after=int(WAIT_SECONDS))
    try:
        yield
    finally:
        _turns.release()


def check_leaked(password: str) -> None:
    """May ask a server, so never inside a transaction. Raises InvalidInput with the field."""
    if leaked_passwords.known(password):
        raise InvalidInput(
            "This password stands in lists of leaked passwords. Choose another one: a few unrelated words.", field="password"
        )


def hash_of(password: str) -> str:
    """The hash to store. Raises RateLimited when no turn comes within five seconds."""
    with _turn():
        return _hasher().hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Takes the same time whether or not there is an account with a password, so that answers do not tell: nothing matches None or "".

    Every sign counts: a password is never cut, the doors refuse one that is too long. Raises RateLimited as `hash_of` does.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    with _turn():
        decoy = _decoy()
        try:
            return _hasher().verify(stored or decoy, password.encode("utf-8", "surrogatepass")) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than a new one would be."""
    return _hasher().check_needs_rehash(stored)
