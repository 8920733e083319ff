"""One line per request of the API, for operators: who asked for what, how it ended, how long it took. `RequestScope` writes it.

No line holds a secret, a body or a query: a path is told by its template, a caller by ids. ACCESS_LOG=false, or a LOG_LEVEL above
info, leaves them out.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from starlette.types import Scope

from coexai_app import log, settings
from coexai_app.access import Actor

# What programs and forms call; pages and their files are not told.
PREFIXES: Final = ("/api/", "/auth/", "/webhooks/", "/.well-known/")
# RFC 9110 §16.1: a method is what somebody sends, and may be anything.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})


def write(scope: Scope, *, status: int, seconds: float, sent: int) -> None:
    """The line of a request that has been answered: `sent` bytes of body with `status`, `seconds` after it came."""
    logger = log.get("coexai.access")
    if not str(scope["path"]).startswith(PREFIXES) or not settings.get().access_log or not logger.isEnabledFor(logging.INFO):
        return
    method = scope["method"] if scope["method"] in _METHODS else "other"
    fields: dict[str, Any] = {
        "method": method,
        "route": str(getattr(scope.get("route"), "path", "page")),
        "status": status,
        "ms": round(seconds * 1000, 1),
        "bytes": sent,
        **caller(scope.get("state", {}).get("actor")),
    }
    told = " ".join(f"{name}={value}" for name, value in fields.items() if name not in ("method", "route", "status"))
    logger.info("%s %s %s %s", fields["method"], fields["route"], status, told, extra=fields)


def caller(actor: Actor | None) -> dict[str, str]:
    """Who asked, by ids: with a key, an access token or the cookie of our pages; whoever proved nothing is anonymous."""
    if actor is None:
        return {"caller": "anonymous"}
    organization = {"organization_id": str(actor.organization_id)}
    if actor.key_id is not None:
        return {"caller": "key", "key_id": str(actor.key_id), **organization}
    kind = "token" if actor.family_id is not None else "cookie"
    return {"caller": kind, "user_id": str(actor.user_id), **organization}
