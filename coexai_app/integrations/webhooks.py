"""Sends one webhook: a POST to an address that a customer chose."""

from __future__ import annotations

import email.utils
import ipaddress
import socket
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from coexai_app.errors import InvalidInput
from coexai_app.extract import addresses
from coexai_app.integrations import outbound

TIMEOUT_SECONDS: Final = 15.0
MAX_RESPONSE: Final = 2_048
# The longest Retry-After that is honoured.
MAX_WAIT: Final = 86_400
_ASKS_TO_WAIT: Final = (429, 503)
_MAX_HEADERS: Final = 12
_MAX_HEADER: Final = 200
# What a receiver sets for its own browsers is not ours to keep.
_NOT_KEPT: Final = frozenset({"set-cookie", "set-cookie2", "authorization", "proxy-authorization", "www-authenticate"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `code` None: nothing did, and `error` says why in words for the reader of the log. `wait`: seconds, as asked for."""

    code: int | None
    ms: int
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    wait: float = 0.0

    @property
    def ok(self) -> bool:
        return self.code is not None and 200 <= self.code < 300


def check_url(url: str, allow_hosts: Collection[str]) -> str:
    """The address as it is stored. Looks nothing up: what a name leads to is judged at every try.

    Raises InvalidInput for one that is not https on port 443, holds a user name, or names a private address. Hosts in `allow_hosts` are
    free of all that but the user name.
    """
    to = outbound.target(url, allow_hosts)
    if not to.trusted and (((literal := _literal(to.host)) is not None and not addresses.is_public(literal)) or _local(to.host)):
        raise InvalidInput("This address is in a private network, where nothing is sent to. Give a public one.", field="url")
    return to.url


def post(
    url: str, *, headers: Mapping[str, str], body: bytes, allow_hosts: Collection[str] = (), timeout: float = TIMEOUT_SECONDS
) -> Answer:
    """One POST; `timeout` seconds are for everything. Never raises for what the other side does."""
    started = time.monotonic()
    try:
        reply = outbound.call("POST", url, headers=headers, body=body, allow_hosts=allow_hosts, timeout=timeout, max_bytes=MAX_RESPONSE)
    except outbound.NoAnswer as error:
        return Answer(None, _since(started), error.words)
    error_words = ""
    if 300 <= reply.code < 400:
        error_words = "It answered with a redirect, which is not followed. Give the address where it leads."
    elif not 200 <= reply.code < 300:
        error_words = f"It answered {reply.code}."
    wait = _wait(reply.headers) if reply.code in _ASKS_TO_WAIT else 0.0
    return Answer(reply.code, _since(started), error_words, _kept(reply.headers), _text(reply.body), wait)


def _literal(host: str) -> str | None:
    """The IP address that a host is, in any of the ways that the system's own look-up understands (0x7f.1, 2130706433); None for a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) if host[:1].isdigit() else None
    except OSError:
        return None


def _local(host: str) -> bool:
    """Names that never leave the own network (RFC 6761, RFC 6762, RFC 8375); a name without a dot is one of them."""
    if _literal(host) is not None:
        return False
    return "." not in host or host.endswith((".localhost", ".local", ".home.arpa", ".internal"))


def _wait(headers: Mapping[str, str]) -> float:
    """Retry-After in seconds, at most a day (RFC 9110 §10.2.3); 0 for none or nonsense."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(min(int(value[:9]), MAX_WAIT))
    try:
        until = email.utils.parsedate_to_datetime(value)
        seconds = (until if until.tzinfo else until.replace(tzinfo=UTC)) - datetime.now(UTC)
        return min(max(seconds.total_seconds(), 0.0), MAX_WAIT)
    except (TypeError, ValueError, OverflowError, IndexError):
        return 0.0


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    kept = [(_clean(name)[:64], _clean(value)[:_MAX_HEADER]) for name, value in headers.items() if name not in _NOT_KEPT]
    return dict(kept[:_MAX_HEADERS])


def _text(data: bytes) -> str:
    """Readable, and without what a database or a terminal cannot bear."""
    return _clean(data.decode("utf-8", "replace"))[:MAX_RESPONSE]


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)
