"""Working off what other services sent: claim, do it, record. A failure is tried again with growing pauses, then put away visibly.

Called by `tasks/webhooks.py`; `sweep` and `forget` by the sweep. It is critical work: it overtakes the jobs, as mails do.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, update
from sqlmodel import Session, col, select

from coexai_app import db, live, log, queue
from coexai_app.errors import CoexaiError
from coexai_app.models import IncomingSource, IncomingStatus, IncomingWebhook, Priority
from coexai_app.models.base import new_id
from coexai_app.queue import TaskName
from coexai_app.services import github_push, incoming_order
from coexai_app.services.incoming_parts import Outcome, Received

# Seconds until the next try, after the first, the second, … one.
PAUSES: Final = (5, 60, 600, 3_600, 21_600)
MAX_ATTEMPTS: Final = len(PAUSES) + 1
LEASE_SECONDS: Final = 120.0
RESEND_SECONDS: Final = 15.0
BATCH: Final = 100
KEEP_SECONDS: Final = timedelta(days=90).total_seconds()
# Who does it; what Stripe sends is stored only, and billing takes it from there.
HANDLERS: Final[Mapping[IncomingSource, Callable[[Received], Outcome]]] = MappingProxyType(
    {IncomingSource.GITHUB: github_push.handle, IncomingSource.ZAPIER: incoming_order.handle}
)


@dataclass(frozen=True, slots=True)
class _Claim:
    received: Received
    fence: int
    attempt: int


def handle(incoming_id: UUID) -> None:
    """Works one off, or returns at once when it is not its time (a wake-up may come twice, or late)."""
    claim = db.insist(partial(_claim, incoming_id))
    if claim is None:
        return
    with log.bound(incoming_id=str(incoming_id)):
        try:
            outcome = HANDLERS[claim.received.source](claim.received)
        except CoexaiError as error:
            _again(claim, error.message, permanent=error.permanent)
        except db.AWAY as error:
            log.get(__name__).error("the database did not take it", exc_info=error)
            _again(claim, "The database was away.", permanent=False)
        except Exception:
            reference = new_id().hex[-12:]
            log.get(__name__).exception("an incoming webhook could not be worked off, reference %s", reference)
            _again(claim, f"Something went wrong on our side. Reference: {reference}", permanent=False)
        else:
            _end(claim, IncomingStatus.DONE if outcome.did else IncomingStatus.IGNORED, outcome.words)


def sweep(session: Session) -> None:
    """Wakes workers for what is due or was lost with its worker; puts away what killed its worker at the last try."""
    lost = and_(col(IncomingWebhook.status) == IncomingStatus.WORKING, col(IncomingWebhook.lease_until) < db.utcnow())
    over = update(IncomingWebhook).where(lost, col(IncomingWebhook.attempt) >= MAX_ATTEMPTS)
    dead: dict[str, Any] = {"status": IncomingStatus.DEAD, "fence": col(IncomingWebhook.fence) + 1, "ended_at": db.utcnow()}
    dead["result"] = "The worker stopped in the middle each time it tried."
    session.execute(over.values(**dead).execution_options(synchronize_session=False))
    quiet = or_(col(IncomingWebhook.woken_at).is_(None), col(IncomingWebhook.woken_at) < db.utcnow(-RESEND_SECONDS))
    due = session.exec(
        select(IncomingWebhook.id)
        .where(or_(_due(), lost), quiet)
        .order_by(col(IncomingWebhook.run_after))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if due:
        woken = update(IncomingWebhook).where(col(IncomingWebhook.id).in_(due)).values(woken_at=db.utcnow())
        session.execute(woken.execution_options(synchronize_session=False))
    for incoming_id in due:
        queue.enqueue(session, TaskName.HANDLE_INCOMING, str(incoming_id), priority=Priority.CRITICAL)


def forget(session: Session) -> None:
    """After 90 days nobody sends it again, so its id need not be known any more."""
    ended = col(IncomingWebhook.ended_at).is_not(None)
    old = delete(IncomingWebhook).where(ended, col(IncomingWebhook.created_at) < db.utcnow(-KEEP_SECONDS))
    session.execute(old.execution_options(synchronize_session=False))


def _due() -> ColumnElement[bool]:
    return and_(col(IncomingWebhook.status) == IncomingStatus.RECEIVED, col(IncomingWebhook.run_after) <= db.utcnow())


def _claim(incoming_id: UUID) -> _Claim | None:
    lost = and_(col(IncomingWebhook.status) == IncomingStatus.WORKING, col(IncomingWebhook.lease_until) < db.utcnow())
    take = update(IncomingWebhook).where(
        col(IncomingWebhook.id) == incoming_id, or_(_due(), lost), col(IncomingWebhook.attempt) < MAX_ATTEMPTS
    )
    values: dict[str, Any] = {"status": IncomingStatus.WORKING, "lease_until": db.utcnow(LEASE_SECONDS)}
    grown = {"attempt": col(IncomingWebhook.attempt) + 1, "fence": col(IncomingWebhook.fence) + 1}
    with db.transaction(durable=False) as session:
        if db.changed(session, take.values(**values, **grown).execution_options(synchronize_session=False)) != 1:
            return None
        row = session.get_one(IncomingWebhook, incoming_id)
        received = Received(row.id, row.source, row.organization_id, row.user_id, row.api_key_id, row.body)
        return _Claim(received, row.fence, row.attempt)


def _again(claim: _Claim, words: str, *, permanent: bool) -> None:
    if permanent or claim.attempt >= MAX_ATTEMPTS:
        return _end(claim, IncomingStatus.DEAD, words)
    pause = PAUSES[claim.attempt - 1] * random.uniform(0.8, 1.2)  # noqa: S311  (spread, not secrecy)
    waits: dict[str, Any] = {"status": IncomingStatus.RECEIVED, "run_after": db.utcnow(pause), "woken_at": None, "lease_until": None}
    return _record(claim, {**waits, "result": words[:500]})


def _end(claim: _Claim, status: IncomingStatus, words: str) -> None:
    _record(claim, {"status": status, "result": words[:500], "lease_until": None, "ended_at": db.utcnow()})


def _record(claim: _Claim, values: dict[str, Any]) -> None:
    held = update(IncomingWebhook).where(
        col(IncomingWebhook.id) == claim.received.id,
        col(IncomingWebhook.fence) == claim.fence,
        col(IncomingWebhook.status) == IncomingStatus.WORKING,
    )

    def write() -> None:
        with db.transaction() as session:
            if db.changed(session, held.values(**values).execution_options(synchronize_session=False)) != 1:
                log.get(__name__).warning("another worker took it over; what happened here is not recorded")
            elif claim.received.organization_id:
                live.publish(session, claim.received.organization_id, "incoming.ended", claim.received.id)

    db.insist(write)
