"""Signs of an attack: counted, logged, and told to whoever subscribed (a mail to the person, an alert to the operator)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from sqlmodel import Session

from coexai_app import db, log, metrics


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """`kind` is a dotted name as in the audit trail ("token.reused"); `detail` is safe to show to the person."""

    kind: str
    user_id: UUID
    organization_id: UUID
    ip: str = ""
    detail: str = ""


Listener = Callable[[SecurityEvent], None]
_listeners: Final[list[Listener]] = []


def subscribe(listener: Listener) -> Listener:
    """Calls `listener` for every event of this process, after the commit that it belongs to. Usable as a decorator."""
    _listeners.append(listener)
    return listener


def unsubscribe(listener: Listener) -> None:
    _listeners.remove(listener)


def report(session: Session, event: SecurityEvent) -> None:
    """Tells of an event once the transaction has committed."""
    db.after_commit(session, partial(_count, event))
    for listener in tuple(_listeners):
        db.after_commit(session, partial(listener, event))


def _count(event: SecurityEvent) -> None:
    metrics.SECURITY.labels(event.kind).inc()
    log.get(__name__).warning("security event %s for user %s", event.kind, event.user_id)
