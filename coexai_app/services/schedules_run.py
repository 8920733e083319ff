"""What is due: the sweep calls `run_due`, which makes one job of each schedule whose slot has come.

The database's clock judges. The key of a job is made of the schedule and its slot, so a slot makes one job whatever dies or runs twice.
After a downtime ONE run stands for all missed slots; the next slot is the first one from now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import agents, db, live, log
from coexai_app.access import Actor, Permission
from coexai_app.errors import CoexaiError, Conflict, Forbidden, QuotaExceeded
from coexai_app.models import Membership, Organization, Schedule, User
from coexai_app.models.base import new_id
from coexai_app.services import audit, cron, cron_words, jobs, webhook_events

BATCH: Final = 50
MAX_REASON: Final = 500


def run_due(session: Session) -> int:
    """Makes the jobs of due schedules, at most a batch, and moves each to its next slot. Returns how many jobs it made.

    Rows that another process holds are left to it. Each schedule has a savepoint: trouble with one does not hold up the others.
    """
    now = db.now(session)
    due = session.exec(
        select(Schedule)
        .where(Schedule.enabled, col(Schedule.next_at) <= db.utcnow())
        .where(col(Schedule.organization_id).in_(select(Organization.id).where(col(Organization.deleted_at).is_(None))))
        .order_by(col(Schedule.next_at), col(Schedule.id))
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    # Creating a job locks its organisation: always in the same order, so that two rounds can never wait for each other.
    return sum(_run(session, schedule, now) for schedule in sorted(due, key=lambda s: (s.organization_id, s.id)))


def _run(session: Session, schedule: Schedule, now: datetime) -> bool:
    """One slot of one schedule: a job, or the reason why there is none. True when a job was made."""
    trouble: Trouble | None = None
    job_id: UUID | None = None
    next_at: datetime | None = None
    try:
        with db.savepoint(session):
            job_id = _create(session, schedule)
    except Exception as error:
        trouble = _trouble(schedule, error)
    try:
        next_at = cron.next_slot(schedule.cron, schedule.timezone, now) if schedule.cron else None
    except CoexaiError as error:
        trouble = Trouble(error.message, passes=False)
    _settle(session, schedule, next_at, job_id, trouble)
    return job_id is not None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a slot made no job. One that `passes` is tried again at the next slot; any other waits for a person."""

    reason: str
    passes: bool


def _create(session: Session, schedule: Schedule) -> UUID:
    assert schedule.next_at is not None
    job = jobs.create(
        session,
        _owner(session, schedule),
        agent=schedule.agent,
        capability=schedule.capability,
        data=schedule.input,
        idempotency_key=f"schedule:{schedule.id}:{schedule.next_at:%Y-%m-%dT%H:%M:%SZ}",
    )
    return UUID(job.id)


def _owner(session: Session, schedule: Schedule) -> Actor:
    """Whoever the schedule runs as, with the role and the plan of this moment. Raises Forbidden when they may not run it any more."""
    user = session.get_one(User, schedule.user_id)
    organization = session.get_one(Organization, schedule.organization_id)
    membership = session.exec(
        select(Membership).where(Membership.user_id == user.id, Membership.organization_id == organization.id)
    ).first()
    if membership is None or user.disabled_at:
        raise Forbidden(f"{user.name} does not work here any more. Resume it to run it as yourself.")
    owner = Actor(
        user.id,
        organization.id,
        membership.role,
        organization.plan,
        timezone=organization.timezone,
        name=user.name,
        test=schedule.test,
    )
    if not owner.may(Permission.RUN_AGENT):
        raise Forbidden(f"{user.name}'s role does not allow to run a coworker any more. Resume it to run it as yourself.")
    return owner


def _trouble(schedule: Schedule, error: Exception) -> Trouble:
    again = "It tries again at its next time." if schedule.cron else "Edit it and choose another time."
    if isinstance(error, QuotaExceeded) and schedule.cron:
        return Trouble(_used_up(schedule, error), passes=True)
    if isinstance(error, CoexaiError):
        # What is full now has room later; what is wrong stays wrong until a person looks at it.
        full = isinstance(error, Conflict | QuotaExceeded) or not error.permanent
        return Trouble(f"{error.message} {again}" if full else error.message, passes=full)
    reference = new_id().hex[-12:]
    log.get(__name__).error("schedule %s could not start, reference %s", schedule.id, reference, exc_info=error)
    return Trouble(f"Its last run could not start: an error on our side. {again} Reference: {reference}", passes=True)


def _used_up(schedule: Schedule, error: QuotaExceeded) -> str:
    """ "Maya's 10 runs of this month are used up. It goes on by itself on 1 December." """
    name, _ = agents.names(schedule.agent, schedule.capability)
    limit, period = error.details.get("limit"), str(error.details.get("period", ""))
    if not limit or not period:
        return f"{error.message} It goes on by itself."
    month = int(period[5:]) % 12
    return f"{name}'s {limit} runs of this month are used up. It goes on by itself on 1 {cron_words.MONTH_NAMES[month]}."


def _settle(session: Session, schedule: Schedule, next_at: datetime | None, job_id: UUID | None, trouble: Trouble | None) -> None:
    """Moves the schedule on: to its next slot, to its end, or to a halt that says why."""
    stops = trouble is not None and not (trouble.passes and next_at)
    if job_id:
        schedule.last_at, schedule.last_job_id = db.now(session), job_id
    schedule.paused_reason = trouble.reason[:MAX_REASON] if trouble else ""
    schedule.enabled = next_at is not None and not stops
    schedule.next_at = next_at
    schedule.updated_at = db.now(session)
    if trouble:
        audit.record(
            session,
            "schedule.stopped" if stops else "schedule.skipped",
            user_id=schedule.user_id,
            organization_id=schedule.organization_id,
            target=str(schedule.id),
            target_name=schedule.title,
            reason=schedule.paused_reason,
        )
    if stops:
        told = {"id": str(schedule.id), "title": schedule.title, "reason": schedule.paused_reason}
        webhook_events.note(session, schedule.organization_id, "schedule.stopped", schedule.id, **told)
    live.publish(session, schedule.organization_id, "schedule.ran" if job_id else "schedule.skipped", schedule.id)
    session.flush()
