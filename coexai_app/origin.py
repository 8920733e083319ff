"""Where the call that is being served comes from: the doors set it, the audit log reads it.

The request scope of the API and the bridge of the pages bind it; a worker or the command line has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """`ip` is the client's address behind the proxies that are trusted; `user_agent` is what the client says of itself."""

    ip: str = ""
    user_agent: str = ""


_current: ContextVar[Origin] = ContextVar("coexai_origin", default=Origin())  # noqa: B039  (frozen)


@contextmanager
def bound(*, ip: str = "", user_agent: str = "") -> Iterator[None]:
    """Everything that is done inside comes from here."""
    token = _current.set(Origin(ip[:64], user_agent[:256]))
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Origin:
    return _current.get()
