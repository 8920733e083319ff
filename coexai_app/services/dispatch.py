"""Who is next. Two lines: inside an organisation for a free slot of its plan, then among all organisations for a worker.

`offer` hands PENDING jobs of an organisation to the queue while its plan has free slots; `take` gives a worker the best QUEUED jobs:
the higher level first, among equals the organisation with the fewest running jobs, then the one that waits longest. A waiting job
rises one level per AGEING_SECONDS, up to `high`, so nothing starves; `critical` stays for what people and partners wait on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, case, func, literal, true, tuple_, union_all
from sqlmodel import Session, col, select

from coexai_app import agents, db, plans, queue, settings
from coexai_app.models import Job, JobStatus, Organization, Priority
from coexai_app.queue import TaskName
from coexai_app.services import transitions
from coexai_app.services.transitions import is_

AGEING_SECONDS: Final = 60.0
# How many slots are taken, in one row per organisation and state. Built once: putting a statement together takes longer than running it.
_TAKEN: Final = union_all(
    *(
        select(Job.organization_id, func.count())
        .where(col(Job.organization_id).in_(bindparam("organizations", expanding=True)), is_(state))
        .group_by(col(Job.organization_id))
        for state in transitions.SLOT
    )
)
RANK: Final = {priority: rank for rank, priority in enumerate(Priority)}


def turn(priority: Priority, *, due: datetime | None = None, in_seconds: float = 0) -> Any:
    """A job's place among the waiting ones of its organisation: when it is due, and a wait of AGEING_SECONDS later for each level down.

    Without `due` it counts from the database's clock, `in_seconds` ahead.
    """
    later = RANK[priority] * AGEING_SECONDS
    return db.utcnow(in_seconds + later) if due is None else due + timedelta(seconds=later)


def lock(session: Session, *organizations: UUID) -> dict[UUID, int]:
    """Holds organisations until the commit; returns how many jobs each may have in the queue and at work at once: none in the trash."""
    rows = select(Organization.id, Organization.plan, Organization.deleted_at).where(col(Organization.id).in_(organizations))
    found = session.exec(rows.order_by(col(Organization.id)).with_for_update(key_share=True)).all()
    return {organization: 0 if deleted_at else plans.of(plan).concurrent_jobs for organization, plan, deleted_at in found}


def offer(session: Session, *organizations: UUID, awake: int = 0, held: Mapping[UUID, int] | None = None) -> int:
    """Hands waiting jobs of organisations to the queue while their plans have free slots. Returns how many.

    The organisations are locked for it, so that the plan's limit holds at every instant. `awake`: for how many of them nobody has to be
    woken, because the caller takes the next jobs itself. `held`: what `lock` said, if the caller holds them already. A job of a kind that
    this version does not know stays where it is.
    """
    if not organizations:
        return 0
    session.flush()
    slots = dict(held or lock(session, *organizations))
    for organization, number in session.execute(_TAKEN, {"organizations": organizations}).all():
        slots[organization] -= number
    due = _due(session, {organization: number for organization, number in slots.items() if number > 0})
    if not due:
        return 0
    times: dict[str, Any] = {"queued_at": db.utcnow(), "sent_at": db.utcnow()}
    moved = transitions.move_all(session, due, JobStatus.QUEUED, came_from=JobStatus.PENDING, **times)
    for row in moved[awake:]:
        wake(session, row)
    return len(moved)


def wake(session: Session, job: Job | Row[Any]) -> None:
    """Wakes a worker for a queued job, after the commit."""
    queue.enqueue(session, TaskName.RUN_JOB, priority=job.priority, route=queue.route(job.agent))


def take(session: Session, number: int = 1, **values: Any) -> Sequence[Row[Any]]:
    """Moves the best queued jobs that this worker can do to PROCESSING, at most `number`; returns their rows. `values` are set with it.

    A job that a worker lost before is taken alone, so that one that kills its worker takes no other along twice.
    """
    counted = select(Job.organization_id, func.count().label("number")).where(is_(JobStatus.PROCESSING)).group_by(col(Job.organization_id))
    # Counted once; without statistics PostgreSQL would count anew for every queued job.
    running = counted.cte("running").prefix_with("MATERIALIZED", dialect="postgresql")
    found = session.exec(
        select(Job.id, Job.fence)
        .outerjoin(running, running.c.organization_id == col(Job.organization_id))
        .where(is_(JobStatus.QUEUED), known(), _served())
        .order_by(_level(), func.coalesce(running.c.number, 0), col(Job.queued_at), col(Job.id))
        .limit(number)
        .with_for_update(of=Job, skip_locked=True, key_share=True)
    ).all()
    best = [job_id for place, (job_id, fence) in enumerate(found) if not place or not (fence or found[0][1])]
    if not best:
        return ()
    moved = transitions.move_all(session, best, JobStatus.PROCESSING, came_from=JobStatus.QUEUED, **values)
    return sorted(moved, key=lambda row: best.index(row.id))


def known() -> ColumnElement[bool]:
    """Jobs of a kind that this version can do; any other waits for a version that can."""
    kinds = [(agent.slug, slug) for agent in agents.AGENTS.values() for slug in agent.capabilities]
    return tuple_(col(Job.agent), col(Job.capability)).in_(kinds)


def _due(session: Session, slots: dict[UUID, int]) -> Sequence[UUID]:
    """The next waiting jobs of each organisation, at most as many as it has free slots."""
    if not slots:
        return ()
    lines = [
        select(Job.id)
        .where(Job.organization_id == organization, is_(JobStatus.PENDING), col(Job.run_after) <= db.utcnow(), known())
        .order_by(col(Job.turn), col(Job.id))
        .limit(number)
        for organization, number in slots.items()
    ]
    if len(lines) == 1:
        return session.exec(lines[0]).all()
    return session.execute(union_all(*(select(line.subquery().c.id) for line in lines))).scalars().all()


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
