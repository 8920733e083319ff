"""Jobs for the API's clients: found by filters, shown with timestamps, followed by their events. What changes them is in `jobs.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select, bindparam, false, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.errors import NotAcceptable, OutputNotReady
from coexai_app.live import LOOK_BACK
from coexai_app.models import Event, Job, JobStatus, JobStep, Output, Priority, User
from coexai_app.models.base import table_of
from coexai_app.services import cursors, jobs, jobs_read, outputs, schedules, tallies, transitions
from coexai_app.services.outputs import Exported
from coexai_app.views import partner_jobs as view
from coexai_app.views.jobs import ENDED
from coexai_app.views.listing import Cursor, Listing, Walk
from coexai_app.views.partner_jobs import EventBatch, PartnerJob, PartnerJobDetail

ORDERS: Final[Mapping[str, Any]] = {
    "created_at": col(Job.id),
    "-created_at": col(Job.id).desc(),
    "updated_at": col(Job.updated_at),
    "-updated_at": col(Job.updated_at).desc(),
}

# The orders that a row keeps its place in, and whether they go down.
WALKS: Final[Mapping[str, bool]] = {"created_at": False, "-created_at": True}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which jobs: `status` any of these, `person` a user's id or "me", made from `since` to before `until`, `text` in the title."""

    status: tuple[JobStatus, ...] = ()
    agent: str = ""
    person: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    test: bool | None = None


EVERYTHING: Final = Filters()


# What the view of a job in a list needs of its row.
_SHOWN: Final = (
    *("id", "user_id", "agent", "capability", "title", "status", "priority", "test", "attempt", "max_attempts", "cancel_requested"),
    *("error_code", "error_message", "created_at", "run_after", "started_at", "finished_at"),
)


def _with(found: Select[Any], *more: str) -> Select[Any]:
    """Jobs as they stand in the table, `by` whom and with which `result`: making objects of them takes longer than reading them."""
    named = found.outerjoin(User, col(User.id) == col(Job.user_id)).outerjoin(Output, col(Output.job_id) == col(Job.id))
    columns = [table_of(Job).c[name] for name in (*_SHOWN, *more)]
    return named.with_only_columns(*columns, col(User.name).label("by"), col(Output.id).label("result"))


# Built once: putting a statement together takes longer than running it.
_ALL: Final = select(Job).where(col(Job.organization_id) == bindparam("organization"))
_ONE: Final = _with(_ALL.where(col(Job.id) == bindparam("job")), "input")
_PAGES: Final[Mapping[str, Select[Any]]] = {
    sort: _with(_ALL.order_by(order, col(Job.id)).offset(bindparam("skipped")).limit(bindparam("most"))) for sort, order in ORDERS.items()
}
_NUMBER: Final = tallies.statement(_ALL, col(Job.id))
_STEP: Final = table_of(JobStep).c
_STEPS: Final = (
    sa.select(_STEP.name, _STEP.label, _STEP.status, _STEP.started_at, _STEP.ms, _STEP.summary)
    .where(_STEP.job_id == bindparam("job"))
    .order_by(_STEP.position)
)


@db.reads
def page(
    session: Session, actor: Actor, *, page: int = 1, limit: int = 20, sort: str = "-created_at", filters: Filters = EVERYTHING
) -> Listing[PartnerJob]:
    """A page of the organisation's jobs; empty beyond the last one. `sort` is a key of ORDERS."""
    access.require(actor, Permission.VIEW_WORK)
    skipped, organization = (page - 1) * limit, actor.organization_id
    if filters == EVERYTHING:
        rows = _rows(session, actor, _PAGES[sort], organization=organization, skipped=skipped, most=limit)
        total = tallies.count(session, _NUMBER, f"jobs {organization}", organization=organization)
    else:
        found = _matching(actor, filters)
        rows = _rows(session, actor, _with(found.order_by(ORDERS[sort], col(Job.id)).offset(skipped).limit(limit)))
        total = _total(session, actor, found, filters)
    return Listing[PartnerJob].of(rows, page=page, limit=limit, total=total)


@db.reads
def walk(
    session: Session, actor: Actor, *, cursor: str = "", limit: int = 20, sort: str = "-created_at", filters: Filters = EVERYTHING
) -> Walk[PartnerJob]:
    """The jobs behind a cursor, or the first ones. `sort` is a key of WALKS. Raises InvalidInput for a cursor of another list.

    It stands on the last row's id, which is ordered by time, and counts nothing: a page costs the same at every depth, no job is told
    twice, and newest first none is left out, whatever is added meanwhile.
    """
    access.require(actor, Permission.VIEW_WORK)
    person = jobs_read.asked_by(actor, filters.person) if filters.person else None
    question = f"jobs {sort} {replace(filters, person=str(person or filters.person))!r}"
    found = _matching(actor, filters)
    if cursor:
        last = cursors.opened(actor, question=question, cursor=cursor)
        found = found.where(col(Job.id) < last if WALKS[sort] else col(Job.id) > last)
    rows = _rows(session, actor, _with(found.order_by(ORDERS[sort]).limit(limit + 1)))
    shown, more = rows[:limit], len(rows) > limit
    return Walk[PartnerJob](
        data=tuple(shown),
        pagination=Cursor(
            limit=limit, next_cursor=cursors.made(actor, question=question, last=shown[-1].id) if more else None, has_next=more
        ),
    )


@db.reads
def get(session: Session, actor: Actor, *, job_id: UUID) -> PartnerJobDetail:
    """One job with its steps, its input, and why it waits or failed. Raises NotFound."""
    access.require(actor, Permission.VIEW_WORK)
    return shown(session, actor, job_id)


def create(
    session: Session,
    actor: Actor,
    *,
    agent: str,
    capability: str,
    data: Mapping[str, Any],
    idempotency_key: str,
    run_at: datetime | None = None,
    priority: Priority | None = None,
) -> PartnerJobDetail:
    """A new job, now or at a later moment. Raises as `jobs.record`, Forbidden for a priority above the plan's, InvalidInput for a past
    `run_at`."""
    access.require(actor, Permission.RUN_AGENT)
    if run_at is not None:
        schedules.check_moment(session, run_at, field="run_at")
    made = jobs.record(
        session,
        actor,
        agent=agent,
        capability=capability,
        data=data,
        idempotency_key=idempotency_key,
        run_at=run_at,
        priority=priority,
    )
    return shown(session, actor, made.id)


def cancel(session: Session, actor: Actor, *, job_id: UUID) -> PartnerJobDetail:
    """Stops a job as `jobs.cancel` does. One that is being stopped, or was cancelled, stays as it is: asking again is harmless."""
    access.require(actor, Permission.RUN_AGENT)
    job = access.one(session, select(Job).where(Job.id == job_id), actor, "job")
    if job.status is not JobStatus.CANCELLED and not job.cancel_requested:
        jobs.cancel(session, actor, job_id=job_id)
    return shown(session, actor, job_id)


def resume(session: Session, actor: Actor, *, job_id: UUID) -> PartnerJobDetail:
    """A failed or cancelled job goes on at its first unfinished step. Raises as `jobs.retry`."""
    access.require(actor, Permission.RUN_AGENT)
    jobs.retry(session, actor, job_id=job_id)
    return shown(session, actor, job_id)


@db.reads
def formats(session: Session, actor: Actor, *, job_id: UUID) -> tuple[str, ...]:
    """The formats that a job's result can be had in. Raises NotFound, and OutputNotReady while there is no result."""
    access.require(actor, Permission.VIEW_OUTPUT)
    job, output = _result(session, actor, job_id)
    if output is None:
        going = job.status not in ENDED
        then = "Ask again when it has completed." if going else "Its steps tell why; it can be resumed."
        details: dict[str, Any] = {"status": job.status.value, **({"retry_after": 2} if going else {})}
        raise OutputNotReady(f"This job has no result: it is {job.status.value.replace('_', ' ')}. {then}", **details)
    return tuple(jobs.find(output.agent, output.capability)[1].exports)


def output(session: Session, actor: Actor, *, job_id: UUID, format: str) -> Exported:  # noqa: A002  (the word of the field)
    """The job's result as a file. Raises as `formats`, and NotAcceptable for a format that this result does not have."""
    access.require(actor, Permission.VIEW_OUTPUT)
    made = formats(session, actor, job_id=job_id)
    if format not in made:
        raise NotAcceptable(f"This result cannot be had as {format}.", formats=list(made))
    _, row = _result(session, actor, job_id)
    assert row is not None
    return outputs.export(session, actor, output_id=row.id, format=format)


@db.reads
def events(session: Session, actor: Actor, *, job_id: UUID, after: int = 0, seen: AbstractSet[int] = frozenset()) -> EventBatch:
    """The job's events after the one with the id `after`, without those already `seen`, oldest first.

    Ids are handed out before their transaction commits, so a lower one may appear late: a little before the last seen is looked at too.
    """
    access.require(actor, Permission.VIEW_WORK)
    job = access.one(session, select(Job).where(Job.id == job_id), actor, "job")
    start = max(after, max(seen, default=0) - LOOK_BACK)
    told = or_(col(Event.kind).startswith("job."), col(Event.kind).startswith("step."))
    mine = access.scoped(select(Event), actor).where(Event.ref_id == job_id, told, col(Event.id) > start)
    fresh = [event for event in session.exec(mine.order_by(col(Event.id)).limit(1_000)).all() if event.id not in seen]
    return view.events(job, _steps(session, job_id) if fresh else (), fresh)


def shown(session: Session, actor: Actor, job_id: UUID) -> PartnerJobDetail:
    """The view of a job whose reader was authorised already."""
    job = _one(session, actor, job_id)
    facts = jobs_read.about(session, actor, [job], beside={job_id: (job.by, job.result)})[job_id]
    return view.whole(job, _steps(session, job_id), facts, may_change=actor.may(Permission.RUN_AGENT) and (job.test or not actor.test))


def _one(session: Session, actor: Actor, job_id: UUID) -> Any:
    """A job and what is read along with it. Raises NotFound."""
    session.flush()
    found = session.connection().execute(_ONE, {"job": job_id, "organization": actor.organization_id}).first()
    if found is None:
        access.one(session, select(Job).where(Job.id == job_id), actor, "job")  # says so as everywhere
        raise AssertionError("the job came between two reads")
    return found


def _rows(session: Session, actor: Actor, found: Select[Any], **values: Any) -> list[PartnerJob]:
    """The views of the jobs that a select `_with` all they need finds."""
    rows: Sequence[Any] = session.connection().execute(found, values).all()
    facts = jobs_read.about(session, actor, rows, beside={row.id: (row.by, row.result) for row in rows})
    return [view.row(row, facts[row.id]) for row in rows]


def _total(session: Session, actor: Actor, found: SelectOfScalar[Job], filters: Filters) -> int:
    """How many jobs there are; what is filtered by a part that may change has to be counted whole."""
    if filters.status or filters.text:
        return int(session.execute(found.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one())
    return tallies.count(session, tallies.statement(found, col(Job.id)), f"jobs {actor.organization_id} {actor.user_id} {filters!r}")


def _steps(session: Session, job_id: UUID) -> Sequence[Any]:
    return session.connection().execute(_STEPS, {"job": job_id}).all()


def _result(session: Session, actor: Actor, job_id: UUID) -> tuple[Job, Output | None]:
    job = access.one(session, select(Job).where(Job.id == job_id), actor, "job")
    return job, session.exec(access.scoped(select(Output), actor).where(Output.job_id == job_id)).first()


def _matching(actor: Actor, filters: Filters) -> SelectOfScalar[Job]:
    found = access.scoped(select(Job), actor)
    if filters.status:
        found = found.where(transitions.is_(*filters.status))
    if filters.agent:
        found = found.where(Job.agent == filters.agent)
    if filters.person:
        found = found.where(Job.user_id == who) if (who := jobs_read.asked_by(actor, filters.person)) else found.where(false())
    if filters.since:
        found = found.where(col(Job.created_at) >= filters.since)
    if filters.until:
        found = found.where(col(Job.created_at) < filters.until)
    if words := filters.text.strip():
        found = found.where(col(Job.title).icontains(words, autoescape=True))
    if filters.test is not None:
        found = found.where(col(Job.test).is_(filters.test))
    return found
