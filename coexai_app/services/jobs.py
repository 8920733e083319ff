"""Jobs: check, create, cancel, resume. Who is next is in `dispatch.py`, running in `runs.py`, reading in `jobs_read.py`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, bindparam, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from coexai_app import access, agents, db
from coexai_app.access import Actor, Permission
from coexai_app.agents.pipeline import Agent, AgentInput, Capability
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound
from coexai_app.models import BusinessProfile, File, Job, JobStatus, JobStep, Priority, StepState, User
from coexai_app.services import audit, dispatch, forms, jobs_read, quotas, starters, transitions
from coexai_app.views.jobs import JobView

_mine: Final[Any] = bindparam("organization")


def _waiting(of: ColumnElement[bool]) -> SelectOfScalar[int]:
    return select(func.count()).select_from(Job).where(of, transitions.is_(JobStatus.PENDING))


# What a new job depends on, in one question: an earlier one under its key, the profile's version, the person's language.
_STANDING: Final = sa.select(
    select(Job.id).where(col(Job.organization_id) == _mine, col(Job.idempotency_key) == bindparam("key")).scalar_subquery(),
    func.coalesce(select(BusinessProfile.version).where(col(BusinessProfile.organization_id) == _mine).scalar_subquery(), 0),
    select(User.output_language).where(col(User.id) == bindparam("user")).scalar_subquery(),
)
RESUMABLE: Final = (JobStatus.FAILED, JobStatus.DEAD_LETTER, JobStatus.CANCELLED)
# A person or a cron of theirs may create many jobs; the waiting line of one organisation stays bounded.
MAX_WAITING: Final = 1_000


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
) -> JobView:
    """As `record`, and the job as pages show it."""
    made = record(
        session,
        actor,
        agent=agent,
        capability=capability,
        data=data,
        idempotency_key=idempotency_key,
        run_at=run_at,
        priority=priority,
    )
    return jobs_read.whole(session, actor, made)


def record(
    session: Session,
    actor: Actor,
    *,
    agent: str,
    capability: str,
    data: Mapping[str, Any],
    idempotency_key: str,
    run_at: datetime | None = None,
    priority: Priority | None = None,
) -> Job:
    """Records a job and holds its run of the plan, in one transaction; a worker is woken after the commit. `run_at`: not before then.

    `priority` is the plan's own unless a lower one is wanted. What a test key starts is a test job, which holds no run. The same key with
    the same input answers the first job again; with another input it raises Conflict. Raises InvalidInput (per field in
    `details["fields"]`), NotFound, QuotaExceeded: then nothing is stored and nothing is held.
    """
    access.require(actor, Permission.RUN_AGENT)
    coworker, skill = find(agent, capability)
    level = _level(actor, priority)
    parsed = skill.parse(data)
    stored = parsed.model_dump(mode="json", exclude_none=True)
    key = idempotency_key[:128] or hashlib.sha256(json.dumps([agent, capability, stored]).encode()).hexdigest()
    title = _title(session, actor, skill, parsed)
    asked = {"organization": actor.organization_id, "user": actor.user_id, "key": key}
    earlier, profile_version, language = session.execute(_STANDING, asked).one()
    if earlier is not None:
        return _same(session.get_one(Job, earlier), agent, capability, stored)
    due: Any = run_at or db.utcnow()
    month = "" if actor.test else quotas.period()
    job = Job(
        organization_id=actor.organization_id,
        user_id=actor.user_id,
        agent=agent,
        capability=capability,
        title=title,
        priority=level,
        test=actor.test,
        input=stored,
        idempotency_key=key,
        run_after=due,
        turn=dispatch.turn(level, due=run_at),
        period=month,
        profile_version=profile_version,
        language=language,
    )
    try:
        with db.savepoint(session):
            session.add(job)
            session.flush()
    except IntegrityError:  # the same key, at the same time
        won = session.exec(select(Job).where(Job.organization_id == actor.organization_id, Job.idempotency_key == key)).first()
        if won is None:
            raise
        return _same(won, agent, capability, stored)
    session.add_all(JobStep(job_id=job.id, position=i, name=step.name, label=step.label) for i, step in enumerate(skill.steps_for(parsed)))
    session.flush()
    # From here on the organisation's other new jobs wait for this one.
    slots = dispatch.lock(session, actor.organization_id)
    _check_room(session.exec(_waiting(col(Job.organization_id) == actor.organization_id)).one() - 1)  # itself aside
    if month:
        quotas.reserve(session, actor, agent=agent, name=coworker.name, month=month)
    transitions.told(session, job.id, job.organization_id, "job.pending")
    audit.record(session, "job.created", actor=actor, target=str(job.id), target_name=title, agent=agent, capability=capability)
    dispatch.offer(session, actor.organization_id, held=slots)
    return job


def _same(known: Job, agent: str, capability: str, stored: Mapping[str, Any]) -> Job:
    """The job that its key made before. Raises Conflict when another one is wanted under it."""
    if known.input != stored or (known.agent, known.capability) != (agent, capability):
        raise Conflict("This key was used for another job. Use a new one for every new job.")
    return known


@db.reads
def check(session: Session, actor: Actor, *, agent: str, capability: str, data: Mapping[str, Any]) -> AgentInput:
    """A dry run: raises what `create` would raise, stores nothing and holds nothing. Returns the input as it was understood."""
    access.require(actor, Permission.RUN_AGENT)
    coworker, skill = find(agent, capability)
    parsed = skill.parse(data)
    _title(session, actor, skill, parsed)
    _check_room(session.exec(_waiting(col(Job.organization_id) == actor.organization_id)).one())
    if not actor.test:
        quotas.check(session, actor, agent=agent, name=coworker.name)
    return parsed


def cancel(session: Session, actor: Actor, *, job_id: UUID) -> JobView:
    """Stops a job: at once while it waits, at the next safe point while it runs. Its run of the plan is given back."""
    access.require(actor, Permission.RUN_AGENT)
    job = _locked(session, actor, job_id)
    access.require_mode(actor, test=job.test)
    month = job.period
    if job.status is JobStatus.PROCESSING:
        session.execute(update(Job).where(col(Job.id) == job.id).values(cancel_requested=True, updated_at=db.utcnow()))
        session.expire(job)
        transitions.told(session, job.id, job.organization_id, "job.cancelling")
    else:
        transitions.move(session, job, JobStatus.CANCELLED, finished_at=db.utcnow(), error_code="", error_message="", period="")
        quotas.release(session, job.organization_id, agent=job.agent, month=month)
        dispatch.offer(session, job.organization_id)
    audit.record(session, "job.cancelled", actor=actor, target=str(job_id), target_name=job.title)
    session.flush()
    return jobs_read.whole(session, actor, job)


def retry(session: Session, actor: Actor, *, job_id: UUID) -> JobView:
    """Resumes a failed or cancelled job at its first unfinished step: finished ones are kept, and nothing is paid twice.

    One of somebody who may not run it any more runs as the actor's from here on.
    """
    access.require(actor, Permission.RUN_AGENT)
    job = _locked(session, actor, job_id)
    access.require_mode(actor, test=job.test)
    if job.status not in RESUMABLE:
        raise Conflict("Only a failed or cancelled job can be resumed.")
    coworker, _ = find(job.agent, job.capability)
    if starters.barred(session, [job]):
        job.user_id = actor.user_id
    if not job.period and not job.test:
        job.period = quotas.reserve(session, actor, agent=job.agent, name=coworker.name)
        session.flush()
    transitions.move(
        session,
        job,
        JobStatus.PENDING,
        note="resumed",
        run_after=db.utcnow(),
        turn=dispatch.turn(job.priority),
        attempt=0,
        cancel_requested=False,
        error_code="",
        error_message="",
        finished_at=None,
    )
    unfinished = col(JobStep.status).not_in([StepState.DONE, StepState.KEPT])
    session.execute(update(JobStep).where(col(JobStep.job_id) == job.id, unfinished).values(status=StepState.TODO, summary="", ms=0))
    audit.record(session, "job.resumed", actor=actor, target=str(job_id), target_name=job.title)
    dispatch.offer(session, job.organization_id)
    return jobs_read.whole(session, actor, job)


def find(agent: str, capability: str) -> tuple[Agent, Capability]:
    """The coworker and the capability by their slugs. Raises NotFound, with what there is."""
    coworker = agents.AGENTS.get(agent)
    if coworker is None:
        raise NotFound(f"There is no coworker named “{agent}”. There are: {', '.join(agents.AGENTS)}.")
    if not coworker.available:
        raise NotFound(f"{coworker.name} is not here yet.")
    skill = coworker.capabilities.get(capability)
    if skill is None:
        raise NotFound(f"{coworker.name} cannot do “{capability}”. {coworker.name} can: {', '.join(coworker.capabilities)}.")
    return coworker, skill


def _level(actor: Actor, wanted: Priority | None) -> Priority:
    """The priority of a new job: the plan's, or a lower one. Raises Forbidden for a higher one."""
    top = actor.plan.priority
    if wanted is None or dispatch.RANK[wanted] >= dispatch.RANK[top]:
        return wanted or top
    raise Forbidden(f"The {actor.plan.label} plan has no priority “{wanted}”. Its highest is “{top}”.", priority=wanted.value)


def _check_room(waiting: int) -> None:
    if waiting >= MAX_WAITING:
        raise Conflict(f"{MAX_WAITING:,} jobs of your organisation wait already. Cancel some, or wait until they are done.")


def _locked(session: Session, actor: Actor, job_id: UUID) -> Job:
    """The job, held until the commit. Locks are taken in one order everywhere, organisation, job, quota, so that nobody waits in a ring.

    Only a new job, which nobody else sees yet, is written before its organisation is held.
    """
    dispatch.lock(session, actor.organization_id)
    return access.one(session, select(Job).where(Job.id == job_id).with_for_update(key_share=True), actor, "job")


def _title(session: Session, actor: Actor, skill: Capability, data: AgentInput) -> str:
    """What lists call the job until the source's own title is known: the file's name, the address, or the first words."""
    values = data.model_dump(mode="json")
    named = files_of(session, actor, data)
    if "file" in named:
        return named["file"][0].name[:200]
    first = next(iter(values.get("more_urls") or ()), "") if not values.get("text") else ""
    if url := values.get("url") or first:
        return str(url).removeprefix("https://").removeprefix("http://").rstrip("/")[:200]
    if named and not values.get("text"):
        return next(iter(named.values()))[0].name[:200]
    words = str(values.get("text") or skill.title).lstrip("# ").split()
    return " ".join(words[:10])[:120]


def files_of(session: Session, actor: Actor, data: AgentInput) -> dict[str, list[File]]:
    """The files that an input names, by its fields. Raises NotFound for one that is not the organisation's."""
    found: dict[str, list[File]] = {}
    for name, ref in forms.references(data):
        row = access.one(session, select(File).where(File.id == file_id(ref, name)), actor, "file")
        found.setdefault(name, []).append(row)
    return found


def file_id(value: str, field: str = "file") -> UUID:
    """The id that an input names a file by. Raises InvalidInput for anything else."""
    try:
        return UUID(str(value))
    except ValueError:
        raise InvalidInput("This file is not here any more. Add it again.", field=field, fields={field: "Add the file again."}) from None
