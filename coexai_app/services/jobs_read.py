"""Reading jobs: one whole, a page of them, and the slots of an organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_
from sqlmodel import Session, col, select

from coexai_app import access, agents, db, queue
from coexai_app.access import Actor, Permission
from coexai_app.models import Event, File, Job, JobStatus, JobStep, Output, User
from coexai_app.services import forms, transitions, workers
from coexai_app.views import jobs as view
from coexai_app.views.agents import Option
from coexai_app.views.base import Page
from coexai_app.views.jobs import Again, JobFacts, JobRow, JobView
from coexai_app.views.steps import FINISHED

MAX_LIMIT: Final = 50
LONG_INPUT: Final = 280
LONGEST_QUERY: Final = 100
# What the list's filter by person means by the one who looks.
ME: Final = "me"
# What the list's filter offers, and which states each choice means.
FILTERS: Final[Mapping[str, tuple[JobStatus, ...]]] = {
    "active": transitions.ACTIVE,
    "completed": (JobStatus.COMPLETED,),
    "failed": (JobStatus.FAILED, JobStatus.DEAD_LETTER),
    "cancelled": (JobStatus.CANCELLED,),
}


@db.reads
def get(session: Session, actor: Actor, *, job_id: UUID) -> JobView:
    """One job of the actor's organisation, whole. Raises NotFound."""
    access.require(actor, Permission.VIEW_WORK)
    job = access.one(session, select(Job).where(Job.id == job_id), actor, "job")
    return whole(session, actor, job)


@db.reads
def page(
    session: Session,
    actor: Actor,
    *,
    page: int = 1,
    limit: int = 20,
    status: str = "",
    agent: str = "",
    person: str = "",
    query: str = "",
) -> Page[JobRow]:
    """A page of the organisation's jobs, newest first. An unknown `status`, `agent` or `person` finds nothing.

    `person` is who asked for the job, a user's id or `ME`; `query` is looked for in titles, as it stands and in any case.
    """
    access.require(actor, Permission.VIEW_WORK)
    page, limit = max(1, page), min(max(1, limit), MAX_LIMIT)
    found = access.scoped(select(Job), actor)
    if status:
        found = found.where(col(Job.status).in_(FILTERS.get(status, ())))
    if agent:
        found = found.where(Job.agent == agent)
    if person:
        found = found.where(Job.user_id == who) if (who := asked_by(actor, person)) else found.where(false())
    if words := query.strip()[:LONGEST_QUERY]:
        found = found.where(col(Job.title).icontains(words, autoescape=True))
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    page = min(page, max(1, -(-total // limit)))
    rows = session.exec(found.order_by(col(Job.id).desc()).offset((page - 1) * limit).limit(limit)).all()
    return Page[JobRow](rows=list_rows(session, actor, rows), page=page, limit=limit, total=total)


@db.reads
def people(session: Session, actor: Actor) -> tuple[Option, ...]:
    """Who has jobs in this organisation, by name, the actor left out: `page` knows them as `ME`. People who left are among them."""
    access.require(actor, Permission.VIEW_WORK)
    asked = select(Job.user_id).where(Job.organization_id == actor.organization_id, Job.user_id != actor.user_id).distinct()
    found = session.exec(select(User.id, User.name).where(col(User.id).in_(asked)).order_by(func.lower(User.name), col(User.id))).all()
    return tuple(Option(value=str(user_id), label=name) for user_id, name in found)


@db.reads
def again(session: Session, actor: Actor, *, job_id: UUID) -> Again:
    """What a new run of the same job starts from: its input, as the form's fields hold it. Raises NotFound.

    A file goes by reference, and is left out when it is not here any more.
    """
    access.require(actor, Permission.VIEW_WORK)
    job = access.one(session, select(Job).where(Job.id == job_id), actor, "job")
    agent = agents.AGENTS.get(job.agent)
    capability = agent.capabilities.get(job.capability) if agent else None
    values = forms.filled(capability.input, job.input) if capability else {}
    names: dict[str, str] = {}
    for field in forms.fields(capability.input) if capability else ():
        if field.kind in forms.FILE_KINDS and values.get(field.name):
            here = [file for ref in values.pop(field.name).split(",") if (file := _file(session, actor, ref))]
            if here:
                values[field.name], names[field.name] = ",".join(str(file.id) for file in here), "\n".join(file.name for file in here)
    return Again(agent=job.agent, capability=job.capability, values=values, file_names=names)


@db.reads
def current(session: Session, actor: Actor) -> tuple[JobView, ...]:
    """The jobs that run or wait now, oldest first, at most ten."""
    access.require(actor, Permission.VIEW_WORK)
    active = access.scoped(select(Job), actor).where(at_work()).order_by(col(Job.id)).limit(10)
    return tuple(whole(session, actor, job) for job in session.exec(active).all())


def counts(session: Session, actor: Actor) -> Mapping[JobStatus, int]:
    """How many jobs of the organisation are in each active state; those that wait for a moment of their own do not count."""
    found = session.exec(
        select(Job.status, func.count()).where(Job.organization_id == actor.organization_id, at_work()).group_by(col(Job.status))
    ).all()
    return {JobStatus(status): number for status, number in found}


def at_work() -> ColumnElement[bool]:
    """The condition for active jobs, without those that wait for the moment that a person chose."""
    begun = or_(col(Job.attempt) > 0, col(Job.run_after) <= db.utcnow())
    return or_(transitions.is_(*transitions.SLOT), and_(transitions.is_(JobStatus.PENDING), begun))


def whole(session: Session, actor: Actor, job: Job) -> JobView:
    steps = session.exec(select(JobStep).where(JobStep.job_id == job.id).order_by(col(JobStep.position))).all()
    told = or_(col(Event.kind).startswith("job."), col(Event.kind).startswith("step."))
    events = session.exec(select(Event).where(Event.ref_id == job.id, told).order_by(col(Event.id))).all()
    facts = about(session, actor, [job], {job.id: (sum(s.status in FINISHED for s in steps), len(steps))})[job.id]
    return view.whole(job, steps, events, replace(facts, given=_given(session, actor, job)))


def list_rows(session: Session, actor: Actor, jobs: Sequence[Job]) -> tuple[JobRow, ...]:
    running = [job.id for job in jobs if job.status is JobStatus.PROCESSING]
    progress: dict[UUID, tuple[int, int]] = {}
    if running:
        done = func.count().filter(col(JobStep.status).in_(FINISHED))
        counted = select(JobStep.job_id, done, func.count()).where(col(JobStep.job_id).in_(running)).group_by(col(JobStep.job_id))
        progress = {job_id: (finished, total) for job_id, finished, total in session.exec(counted).all()}
    facts = about(session, actor, jobs, progress)
    return tuple(view.row(job, facts[job.id]) for job in jobs)


def about(
    session: Session,
    actor: Actor,
    jobs: Sequence[Job],
    progress: Mapping[UUID, tuple[int, int]] = MappingProxyType({}),
    *,
    beside: Mapping[UUID, tuple[str | None, UUID | None]] | None = None,
) -> dict[UUID, JobFacts]:
    """What the views of jobs need besides their rows. `progress` is steps done and all steps of those that run; `beside` the name of
    who asked and the id of the result, where the caller has read them along with the jobs."""
    ids = [job.id for job in jobs]
    if beside is None:
        asked = {job.user_id for job in jobs if job.user_id}
        names: dict[UUID, str] = dict(session.exec(select(User.id, User.name).where(col(User.id).in_(asked))).all())
        made: dict[UUID, UUID] = dict(session.exec(select(Output.job_id, Output.id).where(col(Output.job_id).in_(ids))).all())
        beside = {job.id: (names.get(job.user_id, "") if job.user_id else "", made.get(job.id)) for job in jobs}
    waiting: dict[str, Any] = {}
    pending = [job.id for job in jobs if job.status is JobStatus.PENDING]
    if pending:
        active = counts(session, actor)
        waiting = {
            "running": sum(active.get(state, 0) for state in transitions.SLOT),
            "slots": actor.plan.concurrent_jobs,
            "plan_label": actor.plan.label,
        }
    ahead = _ahead(session, actor, pending) if pending else {}
    queues = workers.present(session) if any(job.status in (JobStatus.PENDING, JobStatus.QUEUED) for job in jobs) else frozenset()
    return {
        job.id: JobFacts(
            agent_name=agents.names(job.agent, job.capability)[0],
            capability_title=agents.names(job.agent, job.capability)[1],
            timezone=actor.timezone,
            by=beside[job.id][0] or "",
            output_id=str(beside[job.id][1] or ""),
            steps_done=progress.get(job.id, (0, 0))[0],
            steps=progress.get(job.id, (0, 0))[1],
            ahead=ahead.get(job.id, 0),
            scheduled=job.status is JobStatus.PENDING and job.id not in ahead,
            known=_known(job),
            served=queue.route(job.agent) in queues,
            may_run=actor.may(Permission.RUN_AGENT),
            **waiting,
        )
        for job in jobs
    }


def _given(session: Session, actor: Actor, job: Job) -> tuple[tuple[str, str], ...]:
    """The job's input as its form shows it: the fields' labels, a file by its name."""
    agent = agents.AGENTS.get(job.agent)
    capability = agent.capabilities.get(job.capability) if agent else None
    shown: list[tuple[str, str]] = []
    for field in forms.fields(capability.input) if capability else ():
        value = job.input.get(field.name)
        if value in (None, "", []):
            continue
        if field.kind in forms.FILE_KINDS:
            found = [_file(session, actor, ref) for ref in (value if isinstance(value, list) else [value])]
            value = ", ".join(file.name if file else "not here any more" for file in found)
        elif field.kind == "lines":
            value = "\n".join(map(str, value))
        elif isinstance(value, bool):
            value = "yes" if value else "no"
        elif isinstance(value, list):
            labels = {option.value: option.label for option in field.options}
            value = ", ".join(labels.get(str(one), str(one)) for one in value)
        text = str(value)
        shown.append((field.label, text if len(text) <= LONG_INPUT else f"{text[:LONG_INPUT].rstrip()}…"))
    return tuple(shown)


def _known(job: Job) -> bool:
    agent = agents.AGENTS.get(job.agent)
    return agent is not None and job.capability in agent.capabilities


def _file(session: Session, actor: Actor, value: str) -> File | None:
    """The file that an input names, if it is still here."""
    return session.exec(access.scoped(select(File), actor).where(File.id == UUID(value))).first()


def asked_by(actor: Actor, person: str) -> UUID | None:
    """The user whose jobs are wanted; None for what names nobody."""
    try:
        return actor.user_id if person == ME else UUID(person)
    except ValueError:
        return None


def _ahead(session: Session, actor: Actor, pending: Sequence[UUID]) -> dict[UUID, int]:
    """How many jobs of its organisation start before each of these that wait; one whose moment has not come is in no line, nor here."""
    before = func.row_number().over(order_by=(col(Job.turn), col(Job.id))) - 1
    mine = (Job.organization_id == actor.organization_id, transitions.is_(JobStatus.PENDING), col(Job.run_after) <= db.utcnow())
    line = select(col(Job.id).label("id"), before.label("before")).where(*mine).subquery()
    found = session.execute(select(line.c.id, line.c.before).where(line.c.id.in_(pending))).all()
    return {row.id: row.before for row in found}
