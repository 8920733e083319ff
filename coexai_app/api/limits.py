"""How often one may call, told in the headers of every answer.

Two headers of the draft `ietf-httpapi-ratelimit-headers` (structured fields), and the older X-RateLimit-* for clients that know those.
"""

from __future__ import annotations

from dataclasses import dataclass

import anyio
from fastapi import Request

from coexai_app.access import Actor
from coexai_app.errors import RateLimited
from coexai_app.services import rate_limit, throttle
from coexai_app.services.rate_limit import ANONYMOUS_PER_MINUTE, WINDOW_SECONDS, Verdict


@dataclass(frozen=True, slots=True)
class Budget:
    """Whose calls are counted together, how many a minute there may be, and by which policy."""

    who: str
    limit: int
    policy: str

    @classmethod
    def of(cls, actor: Actor, *, by_cookie: bool) -> Budget:
        """The organisation's, or the person's when our own pages make the call."""
        who = f"person:{actor.user_id}" if by_cookie else f"organization:{actor.organization_id}"
        return cls(who, actor.plan.requests_per_minute, "pages" if by_cookie else actor.plan.name.value)

    def take(self) -> Verdict:
        """Counts one call; may wait for Redis."""
        return rate_limit.take(self.who, self.limit)


async def count(request: Request, budget: Budget) -> None:
    """Counts a call, and tells the caller. Raises RateLimited above the limit."""
    verdict = await anyio.to_thread.run_sync(budget.take) if rate_limit.shared() else budget.take()
    counted(request, budget, verdict)


def counted(request: Request, budget: Budget, verdict: Verdict) -> None:
    """Tells the caller how a call was counted. Raises RateLimited."""
    tell(request, **_headers(verdict, budget.policy))
    if verdict.allowed:
        return
    raise RateLimited(
        f"API rate limit exceeded. Try again in {throttle.in_words(verdict.seconds)}.",
        limit=verdict.limit,
        remaining=0,
        reset_at=f"{verdict.reset_at:%Y-%m-%dT%H:%M:%SZ}",
    )


async def anonymous(request: Request) -> None:
    """Counts a call of nobody for its address. Raises RateLimited."""
    address = request.client.host if request.client else ""
    await count(request, Budget(f"address:{throttle.net(address)}", ANONYMOUS_PER_MINUTE, "anonymous"))


def tell(request: Request, **headers: str) -> None:
    """Headers for the answer, whatever it will be. `RequestScope` adds them."""
    request.scope.setdefault("state", {}).setdefault("answer_headers", {}).update(headers)


async def feed(request: Request, who: str, limit: int) -> None:
    """Counts a reading of a secret address, which knows no person and no plan. Raises RateLimited."""
    await count(request, Budget(f"feed:{who}", limit, "feed"))


def _headers(verdict: Verdict, policy: str) -> dict[str, str]:
    headers = {
        "RateLimit-Policy": f'"{policy}";q={verdict.limit};w={WINDOW_SECONDS}',
        "RateLimit": f'"{policy}";r={verdict.remaining};t={verdict.seconds}',
        "X-RateLimit-Limit": str(verdict.limit),
        "X-RateLimit-Remaining": str(verdict.remaining),
        "X-RateLimit-Reset": str(int(verdict.reset_at.timestamp())),
    }
    return headers if verdict.allowed else {**headers, "Retry-After": str(verdict.seconds)}
