"""The sweep: takes back jobs whose worker fell silent, sends lost messages again, offers jobs whose time has come.

Every worker process calls it every few seconds; a named lease lets one of them do it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from coexai_app import db, log, queue
from coexai_app.models import Event, Job, JobStatus, Lock
from coexai_app.models.base import now
from coexai_app.queue import TaskName
from coexai_app.services import jobs, quotas, schedules_run, transitions

INTERVAL_SECONDS: Final = 5.0
RESEND_SECONDS: Final = 15.0
BATCH: Final = 200
KEEP_STEP_EVENTS: Final = timedelta(days=7)


def tick() -> None:
    """One round. Each part is a transaction of its own, so that a trouble in one does not hold up the others."""
    with db.transaction() as session:
        if not _mine(session):
            return
    for part in (_take_back, _send_again, schedules_run.run_due, _offer_due, _forget):
        try:
            with db.transaction() as session:
                part(session)
        except Exception:
            log.get(__name__).exception("sweep: %s failed", part.__name__)


def _mine(session: Session) -> bool:
    """Whether this process holds the sweep for this round."""
    until = db.utcnow(INTERVAL_SECONDS * 0.8)
    if db.changed(session, update(Lock).where(col(Lock.name) == "sweep", col(Lock.until) < db.utcnow()).values(until=until)) == 1:
        return True
    if session.get(Lock, "sweep") is None:
        session.add(Lock(name="sweep", until=now() + timedelta(seconds=INTERVAL_SECONDS)))
        return True
    return False


def _take_back(session: Session) -> None:
    """A lease that ended: another try, or the dead letters after the last one. The grown fence locks the silent worker out."""
    silent = session.exec(
        select(Job)
        .where(Job.status == JobStatus.PROCESSING, col(Job.lease_until) < db.utcnow())
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for job in silent:
        log.get(__name__).warning("job %s: its worker %s fell silent, taking it back", job.id, job.lease_owner)
        fence = job.fence
        if job.cancel_requested:
            transitions.move(session, job, JobStatus.CANCELLED, fence=fence, finished_at=db.utcnow())
            quotas.release(session, job)
        elif job.attempt >= job.max_attempts:
            message = "The worker stopped in the middle of this job each time it tried. Finished steps are kept."
            transitions.move(
                session, job, JobStatus.DEAD_LETTER, fence=fence, finished_at=db.utcnow(), error_code="WORKER_LOST", error_message=message
            )
            quotas.release(session, job)
        else:
            note = "The worker stopped in the middle. Finished steps are kept."
            transitions.move(session, job, JobStatus.PENDING, fence=fence, note=note, run_after=db.utcnow())
        session.execute(update(Job).where(col(Job.id) == job.id).values(fence=col(Job.fence) + 1))
        jobs.offer(session, job.organization_id)


def _send_again(session: Session) -> None:
    """QUEUED for long without a worker taking it: the message may be lost. A second one is harmless."""
    waiting = session.exec(
        select(Job)
        .where(Job.status == JobStatus.QUEUED, col(Job.queued_at) < db.utcnow(-RESEND_SECONDS))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for job in waiting:
        session.execute(update(Job).where(col(Job.id) == job.id).values(queued_at=db.utcnow()))
        queue.enqueue(session, TaskName.RUN_JOB, str(job.id), priority=job.priority)


def _offer_due(session: Session) -> None:
    due = session.exec(
        select(Job.organization_id).where(Job.status == JobStatus.PENDING, col(Job.run_after) <= db.utcnow()).distinct().limit(BATCH)
    ).all()
    for organization_id in due:
        jobs.offer(session, organization_id)


def _forget(session: Session) -> None:
    """Step events are only for live pages; a job's own events are its history and stay."""
    old = delete(Event).where(col(Event.kind).startswith("step."), col(Event.created_at) < now() - KEEP_STEP_EVENTS)
    session.execute(old)
