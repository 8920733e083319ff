"""Which site a request comes from, and what that allows: the one rule of `boundary.py` and `deps.py`. Pure functions of headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from coexai_app import settings

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# What programs on other sites may call, when CORS_ORIGINS names them.
_OPEN: Final = ("/api/v1/", "/api/v2/", "/api/openapi.json", "/.well-known/jwks.json")
_MAX_AGE: Final = b"600"
_READABLE: Final = ", ".join(
    (
        "X-Request-Id",
        "Retry-After",
        "ETag",
        "Link",
        "Location",
        "Content-Disposition",
        "Idempotent-Replayed",
        "RateLimit",
        "RateLimit-Policy",
        "Deprecation",
        "Sunset",
    )
).encode()


def ours(origin: str) -> bool:
    """Whether an Origin header names this instance: scheme, host and port alike."""
    return origin in settings.get().origins


def same(headers: Mapping[str, str]) -> bool:
    """Whether one of our own pages, or a person by hand, made the browser send this. Without both headers nobody knows: no."""
    origin = headers.get("origin", "")
    if origin and origin != "null":
        return ours(origin)
    return headers.get("sec-fetch-site", "") in ("same-origin", "none")


def is_open(path: str) -> bool:
    """Whether what a path answers may depend on the site that asks."""
    return bool(settings.get().cors_origins) and path.startswith(_OPEN)


def may_call(origin: str, path: str) -> bool:
    """Whether a page of another site may read what this path answers (CORS)."""
    allowed = settings.get().cors_origins
    return is_open(path) and bool(origin) and origin != "null" and (origin in allowed or "*" in allowed)


def readable(origin: str) -> list[tuple[bytes, bytes]]:
    """The headers that let a page of `origin` read an answer. Never with credentials: who calls from elsewhere sends a token or a key."""
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", _READABLE),
    ]


def preflight(origin: str) -> list[tuple[bytes, bytes]]:
    """The answer to a browser that asks before it calls (Fetch standard, CORS-preflight)."""
    return [
        *readable(origin),
        (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
        (b"access-control-allow-headers", b"Authorization, Content-Type, Idempotency-Key, If-None-Match, X-API-Key, X-Request-Id"),
        (b"access-control-max-age", _MAX_AGE),
    ]
