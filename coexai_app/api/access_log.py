"""One line per request of the API, for operators: who asked for what, how it ended, how long it took. `RequestScope` writes it.

No line holds a secret, a body or a query: a path is told by its template, a caller by ids. ACCESS_LOG=false, or a LOG_LEVEL above
info, leaves them out.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from starlette.types import Scope

from coexai_app import log, refusals, settings

# What programs and forms call; pages and their files are not told.
PREFIXES: Final = ("/api/", "/auth/", "/webhooks/", "/.well-known/")
# RFC 9110 §16.1: a method is what somebody sends, and may be anything.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})


def write(scope: Scope, *, status: int, seconds: float, sent: int) -> None:
    """The line of a request that has been answered: `sent` bytes of body with `status`, `seconds` after it came."""
    logger = log.get("coexai.access")
    if not str(scope["path"]).startswith(PREFIXES) or not settings.get().access_log or not logger.isEnabledFor(logging.INFO):
        return
    fields: dict[str, Any] = {
        "method": method(scope),
        "route": route(scope),
        "status": status,
        "ms": round(seconds * 1000, 1),
        "bytes": sent,
        **refusals.caller(scope.get("state", {}).get("caller")),
    }
    told = " ".join(f"{name}={value}" for name, value in fields.items() if name not in ("method", "route", "status"))
    logger.info("%s %s %s %s", fields["method"], fields["route"], status, told, extra=fields)


def refused(scope: Scope, code: str, *, ip: str) -> None:
    """The line of a request that was refused, for `code`."""
    door: refusals.Door = "form" if str(scope["path"]).startswith("/auth/") else "api"
    refusals.tell(door, f"{method(scope)} {route(scope)}", code, actor=scope.get("state", {}).get("caller"), ip=ip)


def method(scope: Scope) -> str:
    return str(scope["method"]) if scope["method"] in _METHODS else "other"


def route(scope: Scope) -> str:
    """The template of the path that was asked for; a page's are not ours to name."""
    return str(getattr(scope.get("route"), "path", "page"))
