"""Who tries too often waits, longer each time, and never for ever. Called by the services that strangers can try things at.

A try is counted before it is made, by one conditional statement, so that a hundred at once get no further than one after the other.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any, Final

from sqlalchemy import case, delete, update
from sqlmodel import Session, col, select

from coexai_app import db, settings
from coexai_app.errors import RateLimited
from coexai_app.models import Throttle
from coexai_app.models.base import new_id
from coexai_app.services import sealing

FORGET_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Policy:
    """From the `free`-th try on each one is followed by a wait: the first of `waits`, the second, … the last one again and again.
    After `quiet` seconds without a try everything is forgotten."""

    name: str
    free: int
    waits: tuple[float, ...]
    quiet: float


_GROWING: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
ACCOUNT: Final = Policy("account", 5, _GROWING, 900)
# Whole offices share one address of the net, and their good log-ins do not count.
ADDRESS: Final = Policy("address", 20, _GROWING, 900)
# Asking for links that are sent by mail; each address has a limit of its own (`mail.HOURLY`).
LINKS: Final = Policy("links", 20, _GROWING, 900)


def sign_ups() -> Policy:
    return Policy("sign-ups", settings.get().sign_ups_per_hour, (3_600.0,), 3_600)


def take(session: Session, policy: Policy, who: str, message: str) -> None:
    """Counts a try. Raises RateLimited with `retry_after` in seconds when it comes too early; then it is not counted."""
    if not who:
        return
    if session.execute(_count(session, policy, _key(policy, who), unless_blocked=True)).first() is None:
        _refuse(session, policy, who, message)


def note(session: Session, policy: Policy, who: str) -> None:
    """Counts a try that was made already."""
    if who:
        session.execute(_count(session, policy, _key(policy, who), unless_blocked=False))


def check(session: Session, policy: Policy, who: str, message: str) -> None:
    """Raises RateLimited as `take` does, and counts nothing."""
    blocked = select(Throttle.id).where(Throttle.key == _key(policy, who), col(Throttle.blocked_until) > db.utcnow())
    if who and session.exec(blocked).first() is not None:
        _refuse(session, policy, who, message)


def forget(session: Session, policy: Policy, who: str) -> None:
    """The tries were right after all."""
    session.execute(delete(Throttle).where(col(Throttle.key) == _key(policy, who)))


def give_back(session: Session, policy: Policy, who: str) -> None:
    """The last try was right: it does not count, those before it do."""
    fewer = case((col(Throttle.count) <= policy.free, db.utcnow()), else_=col(Throttle.blocked_until))
    one_less = update(Throttle).where(col(Throttle.key) == _key(policy, who), col(Throttle.count) > 0)
    session.execute(one_less.values(count=col(Throttle.count) - 1, blocked_until=fewer))


def purge(session: Session) -> None:
    """Forgets who has not tried for a day."""
    session.execute(delete(Throttle).where(col(Throttle.tried_at) < db.utcnow(-FORGET_SECONDS)))


def net(ip: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        parsed = ip_address(ip)
    except ValueError:
        return ip
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped) if parsed.ipv4_mapped else f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return ip


def _key(policy: Policy, who: str) -> str:
    return hmac.new(sealing.derived("throttles"), f"{policy.name}:{who}".encode(), hashlib.sha256).hexdigest()


def _count(session: Session, policy: Policy, key: str, *, unless_blocked: bool) -> Any:
    grown = case((col(Throttle.tried_at) < db.utcnow(-policy.quiet), 1), else_=col(Throttle.count) + 1)
    waits = [(grown < policy.free, db.utcnow())]
    waits += [(grown == policy.free + step, db.utcnow(seconds)) for step, seconds in enumerate(policy.waits[:-1])]
    first = db.utcnow(policy.waits[0] if policy.free <= 1 else 0)
    statement = db.insert(session, Throttle).values(
        id=new_id(), created_at=db.utcnow(), key=key, count=1, tried_at=db.utcnow(), blocked_until=first
    )
    return statement.on_conflict_do_update(
        index_elements=["key"],
        set_={"count": grown, "tried_at": db.utcnow(), "blocked_until": case(*waits, else_=db.utcnow(policy.waits[-1]))},
        where=col(Throttle.blocked_until) <= db.utcnow() if unless_blocked else None,
    ).returning(col(Throttle.count))


def _refuse(session: Session, policy: Policy, who: str, message: str) -> None:
    until = session.exec(select(Throttle.blocked_until).where(Throttle.key == _key(policy, who))).first()
    seconds = max(1, math.ceil((until - db.now(session)).total_seconds())) if until else 1
    raise RateLimited(message.format(wait=in_words(seconds)), retry_after=seconds)


def in_words(seconds: int) -> str:
    """ "1 second", "40 seconds", "2 minutes"."""
    number, unit = (seconds, "second") if seconds < 120 else (math.ceil(seconds / 60), "minute")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
