"""How often one may call, told in the headers of every answer, and how large a body may be while it arrives.

Two headers of the draft `ietf-httpapi-ratelimit-headers` (structured fields), and the older X-RateLimit-* for clients that know those.
"""

from __future__ import annotations

from typing import Final

import anyio
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coexai_app.access import Actor
from coexai_app.errors import RateLimited, TooLarge
from coexai_app.services import rate_limit, throttle
from coexai_app.services.rate_limit import ANONYMOUS_PER_MINUTE, WINDOW_SECONDS, Verdict

# Larger bodies are files; a text of the longest kind, escaped, is smaller.
JSON_BYTES: Final = 10_000_000
SIGN_IN_BYTES: Final = 200_000
# The first prefix that fits counts; an upload is measured by the plan while it is read.
_BODIES: Final = (
    ("/api/v1/files", None),
    ("/api/v1/auth/", SIGN_IN_BYTES),
    ("/auth/", SIGN_IN_BYTES),
    ("/api/", JSON_BYTES),
)


async def count(request: Request, actor: Actor, *, by_cookie: bool) -> None:
    """Counts a call for the organisation, or for the person when our own pages made it. Raises RateLimited above the plan's limit."""
    who = f"person:{actor.user_id}" if by_cookie else f"organization:{actor.organization_id}"
    await _take(request, who, actor.plan.requests_per_minute, "pages" if by_cookie else actor.plan.name.value)


async def anonymous(request: Request) -> None:
    """Counts a call of nobody for its address. Raises RateLimited."""
    address = request.client.host if request.client else ""
    await _take(request, f"address:{throttle.net(address)}", ANONYMOUS_PER_MINUTE, "anonymous")


def tell(request: Request, **headers: str) -> None:
    """Headers for the answer, whatever it will be. `RequestScope` adds them."""
    request.scope.setdefault("state", {}).setdefault("answer_headers", {}).update(headers)


async def _take(request: Request, who: str, limit: int, policy: str) -> None:
    if rate_limit.shared():
        verdict = await anyio.to_thread.run_sync(rate_limit.take, who, limit)
    else:
        verdict = rate_limit.take(who, limit)
    tell(request, **_headers(verdict, policy))
    if verdict.allowed:
        return
    raise RateLimited(
        f"API rate limit exceeded. Try again in {throttle.in_words(verdict.seconds)}.",
        limit=verdict.limit,
        remaining=0,
        reset_at=f"{verdict.reset_at:%Y-%m-%dT%H:%M:%SZ}",
    )


def _headers(verdict: Verdict, policy: str) -> dict[str, str]:
    headers = {
        "RateLimit-Policy": f'"{policy}";q={verdict.limit};w={WINDOW_SECONDS}',
        "RateLimit": f'"{policy}";r={verdict.remaining};t={verdict.seconds}',
        "X-RateLimit-Limit": str(verdict.limit),
        "X-RateLimit-Remaining": str(verdict.remaining),
        "X-RateLimit-Reset": str(int(verdict.reset_at.timestamp())),
    }
    return headers if verdict.allowed else {**headers, "Retry-After": str(verdict.seconds)}


class BodyLimit:
    """Stops a request whose body is larger than its address takes, by what it declares and by what really arrives."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = _body_limit(scope)
        if limit is None:
            return await self.app(scope, receive, send)
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                raise HTTPException(TooLarge.status, f"The body is larger than {limit:,} bytes. Send less, or add it as a file.")
            return message

        return await self.app(scope, counted, send)


def _body_limit(scope: Scope) -> int | None:
    if scope["type"] != "http":
        return None
    return next((size for prefix, size in _BODIES if scope["path"].startswith(prefix)), None)
