"""Where the call that is being served comes from: the doors set it, the audit log reads it.

The request scope of the API and the bridge of the pages bind it; a worker or the command line has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address


@dataclass(frozen=True, slots=True)
class Origin:
    """`ip` is the client's address behind the proxies that are trusted; `user_agent` is what the client says of itself."""

    ip: str = ""
    user_agent: str = ""


def address(text: str) -> str:
    """The address that a text is, in its one short form; empty for anything else. IPv4 inside IPv6 is IPv4."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str((found.ipv4_mapped if isinstance(found, IPv6Address) else None) or found)


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
