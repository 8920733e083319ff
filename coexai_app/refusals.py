"""One line in the log for every call that was refused, so that operators see somebody try doors: who, at which one, what, and why not.

Called where a door translates errors: by the request scope of the API and the forms, and by the guard of the socket. No line holds what was
sent. Whoever is refused often is told of so many times a minute; all are counted in the metrics.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Literal

from coexai_app import log, metrics
from coexai_app.access import Actor
from coexai_app.errors import CoexaiError, OutputNotReady, SecondFactorRequired
from coexai_app.services import throttle

Door = Literal["api", "form", "socket"]
WINDOW_SECONDS: Final = 60.0
MOST_OF_ONE: Final = 20
MOST_OF_ALL: Final = 600
# What a good call is answered on its way: the second step of a log-in, and a result that is asked for until it is there.
_ORDINARY: Final = frozenset({SecondFactorRequired.code, OutputNotReady.code})

_noted: ContextVar[list[str] | None] = ContextVar("coexai_refusals", default=None)
_lock = threading.Lock()
_told: Counter[str] = Counter()
_since = 0.0


@contextmanager
def noted() -> Iterator[list[str]]:
    """Collects the codes that `note` is called with inside: what one request was refused for, the last word last."""
    codes: list[str] = []
    token = _noted.set(codes)
    try:
        yield codes
    finally:
        _noted.reset(token)


def note(status: int, code: str) -> None:
    """Remembers that the request that is being served was refused; what went wrong on our side is no refusal."""
    codes = _noted.get()
    if codes is not None and is_one(status, code):
        codes.append(code)


def is_one(status: int, code: str) -> bool:
    return 400 <= status < 500 and code not in _ORDINARY


def of(error: CoexaiError) -> bool:
    return is_one(error.status, error.code)


def tell(door: Door, asked: str, code: str, *, actor: Actor | None = None, ip: str = "", **ids: str) -> None:
    """Writes the line: `asked` is a route's template or a handler's name, `code` the error's; whoever proved nothing is told by address."""
    metrics.REFUSED.labels(door, code).inc()
    address = throttle.net(ip)
    whom = caller(actor)
    who = whom.get("key_id") or whom.get("user_id") or address
    count = _count(who)
    if count > MOST_OF_ONE + 1:
        return
    fields: dict[str, Any] = {"door": door, "asked": asked, "kind": code, **whom, **({} if actor else {"address": address}), **ids}
    if count > MOST_OF_ONE:
        fields["more"] = "not told in this minute"
    told = " ".join(f"{name}={value}" for name, value in fields.items())
    log.get("coexai.refused").warning("refused %s", told, extra=fields)


def caller(actor: Actor | None) -> dict[str, str]:
    """Who asked, by ids: with a key, an access token or the cookie of our pages; whoever proved nothing is anonymous."""
    if actor is None:
        return {"caller": "anonymous"}
    organization = {"organization_id": str(actor.organization_id)}
    if actor.key_id is not None:
        return {"caller": "key", "key_id": str(actor.key_id), **organization}
    kind = "token" if actor.family_id is not None else "cookie"
    return {"caller": kind, "user_id": str(actor.user_id), **organization}


def forget() -> None:
    """Begins a new minute; for tests."""
    global _since
    with _lock:
        _told.clear()
        _since = time.monotonic()


def _count(who: str) -> int:
    """The how-manieth refusal of the caller in this minute this is; above every limit when enough was told of everybody."""
    global _since
    now = time.monotonic()
    with _lock:
        if now - _since >= WINDOW_SECONDS:
            _told.clear()
            _since = now
        if _told[who] > MOST_OF_ONE or _told.total() >= MOST_OF_ALL:
            return MOST_OF_ONE + 2
        _told[who] += 1
        return _told[who]
