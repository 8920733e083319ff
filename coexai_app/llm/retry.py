"""When to ask a vendor again, and how long to wait before it; used by `ask`.

Exponential back-off with full jitter (a random wait between almost nothing and the ceiling), so that many workers do not come back at once.
A vendor's Retry-After is honoured up to `longest_wait`; what asks for more is left to the job engine, which can wait without a worker.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from coexai_app.llm.errors import ModelBusy, ModelError


@dataclass(frozen=True, slots=True)
class Retry:
    """`tries` counts the first one. Times are in seconds."""

    tries: int = 3
    base: float = 1.0
    ceiling: float = 8.0
    shortest_wait: float = 0.1
    longest_wait: float = 30.0

    def wait(self, error: ModelError, tried: int, *, chance: Callable[[], float] = random.random) -> float | None:
        """Seconds to wait after `tried` failed tries, or None when there is no point in another one."""
        if not error.again or tried >= self.tries:
            return None
        asked = error.retry_after if isinstance(error, ModelBusy) else None
        if asked is not None:
            return asked if asked <= self.longest_wait else None
        return max(self.shortest_wait, chance() * min(self.ceiling, self.base * 2.0 ** (tried - 1)))


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds from `retry-after-ms` or `Retry-After` (RFC 9110: seconds or an HTTP date); None when absent or nonsense."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after", "").strip()
    seconds = _number(text)
    if seconds is not None or not text:
        return seconds
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds())


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return max(0.0, value) if math.isfinite(value) else None
