"""The sweep: takes back jobs whose worker fell silent or died, sends lost messages again, offers jobs whose time has come.

Every worker process calls it every few seconds; a named lease lets one of them do it.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, not_, or_, update
from sqlmodel import Session, col, select

from coexai_app import db, log, queue
from coexai_app.models import Event, Job, JobStatus, Lock, Organization
from coexai_app.models.base import now
from coexai_app.services import (
    account_deletion,
    dispatch,
    idempotency,
    incoming_run,
    job_mails,
    mail_delivery,
    one_time,
    organizations,
    quotas,
    schedules_run,
    throttle,
    transitions,
    webhook_delivery,
    workers,
)
from coexai_app.services.transitions import is_

INTERVAL_SECONDS: Final = 5.0
RESEND_SECONDS: Final = 15.0
FORGET_SECONDS: Final = 3_600.0
# A queued job that no worker of this version knows is given back to the line after this time.
PARK_SECONDS: Final = 60.0
BATCH: Final = 200
KEEP_STEP_EVENTS: Final = timedelta(days=7)


def tick() -> None:
    """One round. Each part is a transaction of its own, so that a trouble in one does not hold up the others."""
    with db.transaction(durable=False) as session:
        workers.sign_in(session)
        mine = _mine(session, "sweep", INTERVAL_SECONDS * 0.8)
    if not mine:
        return
    for part in PARTS:
        try:
            with db.transaction() as session:
                part(session)
        except Exception:
            log.get(__name__).exception("sweep: %s failed", part.__name__)


def _mine(session: Session, name: str, seconds: float) -> bool:
    """Whether this process holds a named lease, that of the sweep for instance, for the next seconds."""
    until: Any = db.utcnow(seconds)
    if db.changed(session, update(Lock).where(col(Lock.name) == name, col(Lock.until) < db.utcnow()).values(until=until)) == 1:
        return True
    if session.get(Lock, name) is None:
        session.add(Lock(name=name, until=until))
        return True
    return False


def _take_back(session: Session) -> None:
    """A lease that ended, or a worker that died: another try, or the dead letters after the last one. The grown fence locks it out."""
    owners = session.exec(select(Job.lease_owner).where(is_(JobStatus.PROCESSING)).distinct()).all()
    dead = [owner for owner in owners if queue.died(owner)]
    silent = session.exec(
        select(Job)
        .where(is_(JobStatus.PROCESSING), or_(col(Job.lease_until) < db.utcnow(), col(Job.lease_owner).in_(dead)))
        .order_by(col(Job.organization_id))
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    held = Counter(job.lease_owner for job in silent)
    for job in silent:
        log.get(__name__).warning("job %s: its worker %s fell silent, taking it back", job.id, job.lease_owner)
        _back(session, job, counts=held[job.lease_owner] == 1)


def _back(session: Session, job: Job, *, counts: bool) -> None:
    """`counts`: the worker had only this job. Of several nobody knows which one was its end: then the next try is alone, and free."""
    held = (job.organization_id, job.agent, job.period)
    ended: dict[str, Any] = {"finished_at": db.utcnow(), "period": ""}
    locked_out: dict[str, Any] = {"came_from": JobStatus.PROCESSING, "fence": job.fence + 1}
    if job.cancel_requested:
        transitions.move(session, job, JobStatus.CANCELLED, **locked_out, **ended)
    elif counts and job.attempt >= job.max_attempts:
        message = "The worker stopped in the middle of this job each time it tried. Finished steps are kept."
        error = {"error_code": "WORKER_LOST", "error_message": message}
        transitions.move(session, job, JobStatus.DEAD_LETTER, note=message, **locked_out, **error, **ended)
        job_mails.given_up(session, job.id, message)
    else:
        note = "The worker stopped in the middle. Finished steps are kept."
        due: dict[str, Any] = {"run_after": db.utcnow(), "turn": dispatch.turn(job.priority), "attempt": job.attempt - (not counts)}
        transitions.move(session, job, JobStatus.PENDING, note=note, **locked_out, **due)
        return
    quotas.release(session, held[0], agent=held[1], month=held[2])


def _send_again(session: Session) -> None:
    """QUEUED for long without a worker taking it: the message may be lost. A second one is harmless."""
    waiting = session.exec(
        select(Job)
        .where(is_(JobStatus.QUEUED), col(Job.sent_at) < db.utcnow(-RESEND_SECONDS), dispatch.known())
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for job in waiting:
        dispatch.wake(session, job)
    if waiting:
        session.execute(update(Job).where(col(Job.id).in_([job.id for job in waiting])).values(sent_at=db.utcnow()))


def _park(session: Session) -> None:
    """During a deploy another version may queue what this one does not know: it waits in its organisation's line, and holds no slot."""
    strange = session.exec(
        select(Job.id)
        .where(is_(JobStatus.QUEUED), col(Job.queued_at) < db.utcnow(-PARK_SECONDS), not_(dispatch.known()))
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    if strange:
        transitions.move_all(session, strange, JobStatus.PENDING, came_from=JobStatus.QUEUED, note="parked")


def _offer_due(session: Session) -> None:
    due = session.exec(
        select(Job.organization_id)
        .where(is_(JobStatus.PENDING), col(Job.run_after) <= db.utcnow())
        .where(col(Job.organization_id).in_(select(Organization.id).where(col(Organization.deleted_at).is_(None))))
        .distinct()
        .limit(BATCH)
    ).all()
    dispatch.offer(session, *due)


def _forget(session: Session) -> None:
    """Once an hour. Step events are only for live pages; a job's own events are its history and stay."""
    if not _mine(session, "forget", FORGET_SECONDS):
        return
    session.execute(delete(Event).where(col(Event.kind).startswith("step."), col(Event.created_at) < now() - KEEP_STEP_EVENTS))
    for forget in (
        idempotency.purge,
        workers.forget,
        mail_delivery.forget,
        throttle.purge,
        one_time.purge,
        webhook_delivery.forget,
        incoming_run.forget,
    ):
        forget(session)


def _purge(session: Session) -> None:
    """Once an hour, in a transaction of its own: a large organisation takes a while. Accounts go first, then what nobody is in any more."""
    if _mine(session, "purge", FORGET_SECONDS):
        account_deletion.purge(session)
        organizations.purge(session)


PARTS: Final = (
    _take_back,
    _send_again,
    _park,
    schedules_run.run_due,
    _offer_due,
    mail_delivery.sweep_mails,
    webhook_delivery.sweep,
    incoming_run.sweep,
    _forget,
    _purge,
)
