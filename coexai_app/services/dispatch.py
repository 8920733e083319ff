"""Who is next. Two lines: inside an organisation for a free slot of its plan, then among all organisations for a worker.

`offer` hands PENDING jobs of an organisation to the queue while its plan has free slots; `take` gives a worker the best QUEUED job:
the higher level first, among equals the organisation with the fewest running jobs, then the one that waits longest. A waiting job
rises one level per AGEING_SECONDS, up to `high`, so nothing starves; `critical` stays for what people and partners wait on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, literal, true, tuple_
from sqlmodel import Session, col, select

from coexai_app import agents, db, plans, queue, settings
from coexai_app.models import Job, JobStatus, Organization, Priority
from coexai_app.queue import TaskName
from coexai_app.services import transitions
from coexai_app.services.transitions import is_

AGEING_SECONDS: Final = 60.0
RANK: Final = {priority: rank for rank, priority in enumerate(Priority)}


def turn(priority: Priority, *, due: datetime | None = None, in_seconds: float = 0) -> Any:
    """A job's place among the waiting ones of its organisation: when it is due, and a wait of AGEING_SECONDS later for each level down.

    Without `due` it counts from the database's clock, `in_seconds` ahead.
    """
    later = RANK[priority] * AGEING_SECONDS
    if due is None:
        return db.utcnow(in_seconds + later)
    from datetime import timedelta

    return due + timedelta(seconds=later)


def offer(session: Session, organization_id: UUID, *, awake: int = 0) -> int:
    """Hands waiting jobs of an organisation to the queue while its plan has free slots. Returns how many.

    The organisation's row is locked for it, so that the plan's limit holds at every instant. `awake`: for how many of them nobody has to
    be woken, because the caller takes the next job itself. A job of a kind that this version does not know stays where it is.
    """
    session.flush()
    plan = session.exec(select(Organization.plan).where(Organization.id == organization_id).with_for_update()).one()
    slots = plans.of(plan).concurrent_jobs
    queued, running = (
        select(func.count()).where(Job.organization_id == organization_id, is_(state)).scalar_subquery() for state in transitions.SLOT
    )
    taken = queued + running
    due = session.exec(
        select(Job.id)
        .where(Job.organization_id == organization_id, is_(JobStatus.PENDING), col(Job.run_after) <= db.utcnow(), known())
        .order_by(col(Job.turn), col(Job.id))
        .limit(case((taken < slots, slots - taken), else_=0))
        # One that is being cancelled is left out, instead of waiting for each other.
        .with_for_update(skip_locked=True)
    ).all()
    if not due:
        return 0
    moved = transitions.move_all(session, due, JobStatus.QUEUED, came_from=JobStatus.PENDING, queued_at=db.utcnow(), sent_at=db.utcnow())
    for row in moved[awake:]:
        wake(session, row)
    return len(moved)


def wake(session: Session, job: Job | Row[Any]) -> None:
    """Wakes a worker for a queued job, after the commit."""
    queue.enqueue(session, TaskName.RUN_JOB, priority=job.priority, route=queue.route(job.agent))


def take(session: Session, **values: Any) -> Row[Any] | None:
    """Moves the best queued job that this worker can do to PROCESSING and returns its row, or None. `values` are set with it."""
    running = (
        select(Job.organization_id, func.count().label("number"))
        .where(is_(JobStatus.PROCESSING))
        .group_by(col(Job.organization_id))
        .subquery()
    )
    best = (
        select(Job.id)
        .outerjoin(running, running.c.organization_id == col(Job.organization_id))
        .where(is_(JobStatus.QUEUED), known(), _served())
        .order_by(_level(), func.coalesce(running.c.number, 0), col(Job.queued_at), col(Job.id))
        .limit(1)
        .with_for_update(of=Job, skip_locked=True)
        .scalar_subquery()
    )
    rows = transitions.move_all(session, best, JobStatus.PROCESSING, came_from=JobStatus.QUEUED, **values)
    return rows[0] if rows else None


def known() -> ColumnElement[bool]:
    """Jobs of a kind that this version can do; any other waits for a version that can."""
    kinds = [(agent.slug, slug) for agent in agents.AGENTS.values() for slug in agent.capabilities]
    return tuple_(col(Job.agent), col(Job.capability)).in_(kinds)


def _served() -> ColumnElement[bool]:
    """Jobs of the queue that this worker serves."""
    config = settings.get()
    if config.worker_queue:
        return col(Job.agent) == config.worker_queue
    return col(Job.agent).not_in(config.agent_queues) if config.agent_queues else true()


def _level() -> ColumnElement[int]:
    rank = case({priority.value: literal(number) for priority, number in RANK.items()}, value=col(Job.priority))
    risen = rank - db.waited(col(Job.queued_at), AGEING_SECONDS)
    top = RANK[Priority.HIGH]
    return case((rank <= top, rank), (risen <= top, top), else_=risen)
