"""The dead letters: jobs that failed at their last try. A person looks at them, then requeues or discards, one or many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from coexai_app import access, agents, db
from coexai_app.access import Actor, Permission
from coexai_app.errors import CoexaiError, Conflict, InvalidInput, NotFound
from coexai_app.models import Job, JobStatus, JobStep, User
from coexai_app.services import audit, dispatch, jobs, transitions
from coexai_app.views import dead_letters as view
from coexai_app.views.dead_letters import DeadLetters, Outcome, Refused, Stop
from coexai_app.views.steps import FINISHED

MAX_LIMIT: Final = 50
# Each job of a call is some statements of its own, and all of them hold the database's write lock: two seconds, not ten.
MAX_IDS: Final = 200
LOCKED: Final = "Your role lets you read, not run. Ask an admin to make you a member, then you can requeue or discard."


@db.reads
def page(session: Session, actor: Actor, *, page: int = 1, limit: int = 20) -> DeadLetters:
    """A page of the organisation's dead letters, the latest first."""
    access.require(actor, Permission.VIEW_WORK)
    page, limit = max(1, page), min(max(1, limit), MAX_LIMIT)
    total = count(session, actor)
    page = min(page, max(1, -(-total // limit)))
    found = access.scoped(select(Job), actor).where(Job.status == JobStatus.DEAD_LETTER)
    dead = session.exec(found.order_by(col(Job.finished_at).desc(), col(Job.id).desc()).offset((page - 1) * limit).limit(limit)).all()
    people: dict[UUID, str] = dict(
        session.exec(select(User.id, User.name).where(col(User.id).in_({job.user_id for job in dead if job.user_id}))).all()
    )
    stops = _stops(session, dead)
    rows = tuple(
        view.row(
            job,
            agent_name=agents.names(job.agent, job.capability)[0],
            by=people.get(job.user_id, "") if job.user_id else "",
            timezone=actor.timezone,
            stop=stops.get(job.id, Stop()),
        )
        for job in dead
    )
    return DeadLetters(rows=rows, page=page, limit=limit, total=total, locked="" if actor.may(Permission.RUN_AGENT) else LOCKED)


@db.reads
def count(session: Session, actor: Actor) -> int:
    """How many dead letters the organisation has."""
    access.require(actor, Permission.VIEW_WORK)
    found = access.scoped(select(Job), actor).where(Job.status == JobStatus.DEAD_LETTER)
    return session.exec(select(func.count()).select_from(found.subquery())).one()


def requeue(session: Session, actor: Actor, *, job_ids: Sequence[UUID]) -> Outcome:
    """Resumes dead letters at their first unfinished step. Each holds a run of the plan again, as long as there is one.

    Each job moves or stays by itself; those that stay come back with their reason, a job that is not the actor's as one that does not
    exist. Raises InvalidInput for more than `MAX_IDS`.
    """
    access.require(actor, Permission.RUN_AGENT)
    return _each(session, actor, job_ids, lambda job: _requeue(session, actor, job))


def discard(session: Session, actor: Actor, *, job_ids: Sequence[UUID]) -> Outcome:
    """Puts dead letters away: they are cancelled jobs then, with their error and their finished steps. The rest as `requeue`."""
    access.require(actor, Permission.RUN_AGENT)
    return _each(session, actor, job_ids, lambda job: _discard(session, actor, job))


def _requeue(session: Session, actor: Actor, job: Job) -> None:
    jobs.retry(session, actor, job_id=job.id)


def _discard(session: Session, actor: Actor, job: Job) -> None:
    transitions.move(session, job, JobStatus.CANCELLED, note="discarded")
    audit.record(session, "job.discarded", actor=actor, target=str(job.id), target_name=job.title)


def _each(session: Session, actor: Actor, job_ids: Sequence[UUID], act: Callable[[Job], None]) -> Outcome:
    """Acts on each job behind a savepoint, so that one that is refused leaves the others alone."""
    wanted = tuple(dict.fromkeys(job_ids))
    if len(wanted) > MAX_IDS:
        raise InvalidInput(f"That is more than {MAX_IDS} jobs at once. Choose fewer.", field="job_ids")
    # The organisation first, as everywhere: two people at once cannot block each other.
    dispatch.lock(session, actor.organization_id)
    locked = access.scoped(select(Job), actor).where(col(Job.id).in_(wanted)).order_by(col(Job.id)).with_for_update(key_share=True)
    known = {job.id: job for job in session.exec(locked).all()}
    done, refused = 0, []
    for job_id in wanted:
        job = known.get(job_id)
        title = job.title if job else ""
        try:
            with db.savepoint(session):
                act(_dead(job))
                session.flush()
        except CoexaiError as error:
            refused.append(Refused(id=str(job_id), title=title, reason=error.message))
        else:
            done += 1
    return Outcome(done=done, refused=tuple(refused))


def _dead(job: Job | None) -> Job:
    if job is None:
        raise NotFound("This job does not exist, or it belongs to another organisation.")
    if job.status is not JobStatus.DEAD_LETTER:
        raise Conflict("It is no dead letter any more: somebody has resumed or discarded it.")
    return job


def _stops(session: Session, dead: Sequence[Job]) -> dict[UUID, Stop]:
    """Where each job stopped: its first unfinished step. Results, which may be large, are not read."""
    found: dict[UUID, Stop] = {}
    steps = session.exec(
        select(JobStep.job_id, JobStep.position, JobStep.label, JobStep.status)
        .where(col(JobStep.job_id).in_([job.id for job in dead]))
        .order_by(col(JobStep.position).desc())
    ).all()
    for job_id, position, label, status in steps:
        before = found.get(job_id, Stop())
        of = max(before.of, position + 1)
        found[job_id] = replace(before, of=of) if status in FINISHED else Stop(position + 1, of, label)
    return found
