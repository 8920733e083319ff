"""The web process of the product without its rate limits, which benchmarks and fuzzers would meet first. `python -m tests.unlimited`."""

from __future__ import annotations

from dataclasses import replace

from starlette.types import ASGIApp

from coexai_app import plans, serve
from coexai_app.api import limits

MANY = 10_000_000


def lift() -> None:
    """Plans stay as they are in everything but the calls a minute."""
    plans.PLANS = {name: replace(plan, requests_per_minute=MANY) for name, plan in plans.PLANS.items()}  # type: ignore[misc]
    limits.ANONYMOUS_PER_MINUTE = MANY  # type: ignore[misc]


def web() -> ASGIApp:
    """The app of one process, however many there are."""
    from coexai_app.coexai_app import web as whole

    lift()
    return whole()


if __name__ == "__main__":
    serve.web("tests.unlimited:web")
