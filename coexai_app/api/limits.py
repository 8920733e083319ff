"""How often one may call, told in the headers of every answer.

Two headers of the draft `ietf-httpapi-ratelimit-headers` (structured fields), and the older X-RateLimit-* for clients that know those.
"""

from __future__ import annotations

import anyio
from fastapi import Request

from coexai_app.access import Actor
from coexai_app.errors import RateLimited
from coexai_app.services import rate_limit, throttle
from coexai_app.services.rate_limit import ANONYMOUS_PER_MINUTE, WINDOW_SECONDS, Verdict


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


async def feed(request: Request, who: str, limit: int) -> None:
    """Counts a reading of a secret address, which knows no person and no plan. Raises RateLimited."""
    await _take(request, f"feed:{who}", limit, "feed")


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
