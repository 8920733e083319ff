"""Sliding windows: at most so many calls in any minute, and at most so many things open at once. The API door asks before it works.

With Redis all processes share one count, by its clock. Without it, or while it is away, this process counts alone: to count is never
an error.
"""

from __future__ import annotations

import math
import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from redis.exceptions import RedisError

from coexai_app import live, log, settings

WINDOW_SECONDS: Final = 60
# What a caller without a valid key or token has, by address.
ANONYMOUS_PER_MINUTE: Final = 60
# A Redis that did not answer is not asked again for so long; each question could take two seconds.
AWAY_SECONDS: Final = 5.0
_PREFIX: Final = "coexai:limit:"
_MOST_LOCAL: Final = 10_000

# Microseconds fit into a double (2^53) until the year 2255.
_TAKE: Final = """
local t = redis.call('TIME')
local now, window, limit = t[1] * 1000000 + t[2], tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - window))
local count, allowed = redis.call('ZCARD', KEYS[1]), 0
if count < limit then
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[3])
  redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000) + 1000)
  count, allowed = count + 1, 1
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
return {allowed, count, first and (tonumber(first) + window - now) or window}
"""
_HOLD: Final = """
local t = redis.call('TIME')
local now, seconds, limit = t[1] * 1000000 + t[2], tonumber(ARGV[1]) * 1000000, tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
if not redis.call('ZSCORE', KEYS[1], ARGV[3]) and redis.call('ZCARD', KEYS[1]) >= limit then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + seconds), ARGV[3])
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[1]) + 1)
return 1
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call may pass, and what is left. `seconds` from now the oldest counted call leaves the window and frees a place."""

    allowed: bool
    limit: int
    remaining: int
    seconds: int

    @property
    def reset_at(self) -> datetime:
        return (datetime.now(UTC) + timedelta(seconds=self.seconds)).replace(microsecond=0)


_lock = threading.Lock()
_calls: dict[str, deque[float]] = {}
_holds: dict[str, dict[str, float]] = {}
_away_until = 0.0


def take(who: str, limit: int) -> Verdict:
    """Counts a call of `who` if it is one of at most `limit` in the last minute; a refused one does not count."""
    answer = _ask(_TAKE, who, WINDOW_SECONDS * 1_000_000, limit, secrets.token_hex(8))
    if answer is None:
        return _take_here(who, limit)
    allowed, count, micros = (int(value) for value in answer)
    return Verdict(bool(allowed), limit, max(0, limit - count), max(1, math.ceil(micros / 1_000_000)))


def hold(who: str, ticket: str, *, limit: int, seconds: float) -> bool:
    """Opens, or keeps open, one of at most `limit` things of `who` for the next `seconds`. False when there is no room."""
    answer = _ask(_HOLD, f"open:{who}", math.ceil(seconds), limit, ticket)
    return bool(answer) if answer is not None else _hold_here(who, ticket, limit, seconds)


def let_go(who: str, ticket: str) -> None:
    """Closes what `hold` opened."""
    with _lock:
        _holds.get(who, {}).pop(ticket, None)
    if _redis_answers():
        try:
            live.redis().zrem(f"{_PREFIX}open:{who}", ticket)
        except (RedisError, OSError):
            _gone()


def shared() -> bool:
    """Whether asking means a question to Redis, which may wait."""
    return _redis_answers()


def forget() -> None:
    """Forgets everything that was counted; for tests."""
    global _away_until
    with _lock:
        _calls.clear()
        _holds.clear()
        _away_until = 0.0
    if settings.get().redis_url:
        found = list(live.redis().scan_iter(f"{_PREFIX}*"))
        if found:
            live.redis().delete(*found)


def _ask(script: str, who: str, *arguments: Any) -> Any:
    """The script's answer, or None when there is no Redis to ask."""
    if not _redis_answers():
        return None
    try:
        return live.redis().eval(script, 1, _PREFIX + who, *arguments)
    except (RedisError, OSError):
        _gone()
        return None


def _redis_answers() -> bool:
    return bool(settings.get().redis_url) and time.monotonic() >= _away_until


def _gone() -> None:
    global _away_until
    _away_until = time.monotonic() + AWAY_SECONDS
    log.get(__name__).warning("Redis does not answer; this process counts calls alone")


def _take_here(who: str, limit: int) -> Verdict:
    now = time.monotonic()
    with _lock:
        if len(_calls) > _MOST_LOCAL:
            _drop_old(now)
        calls = _calls.setdefault(who, deque())
        while calls and calls[0] <= now - WINDOW_SECONDS:
            calls.popleft()
        allowed = len(calls) < limit
        if allowed:
            calls.append(now)
        first = calls[0] if calls else now
        return Verdict(allowed, limit, limit - len(calls), max(1, math.ceil(first + WINDOW_SECONDS - now)))


def _hold_here(who: str, ticket: str, limit: int, seconds: float) -> bool:
    now = time.monotonic()
    with _lock:
        living = {name: until for name, until in _holds.get(who, {}).items() if until > now}
        room = ticket in living or len(living) < limit
        if room:
            living[ticket] = now + seconds
        _holds[who] = living
        return room


def _drop_old(now: float) -> None:
    for who in [who for who, calls in _calls.items() if not calls or calls[-1] <= now - WINDOW_SECONDS]:
        del _calls[who]
