"""The dashboard, and what the sidebar shows on every page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from coexai_app import access, agents, db
from coexai_app.access import Actor, Permission
from coexai_app.models import Job, JobStatus
from coexai_app.models.base import now
from coexai_app.services import agents as coworkers
from coexai_app.services import jobs_read, outputs_read, transitions
from coexai_app.views.base import count, zone
from coexai_app.views.home import HomeView, Need, ShellView

RECENT: Final = 6
NEEDS: Final = 5
FAILED_DAYS: Final = 7


@db.reads
def overview(session: Session, actor: Actor) -> HomeView:
    """Everything on the dashboard."""
    access.require(actor, Permission.VIEW_WORK)
    active = jobs_read.counts(session, actor)
    needs, waiting = _needs(session, actor), _needs_count(session, actor)
    return HomeView(
        greeting=f"{_greeting(actor)}, {actor.name.split()[0]}" if actor.name else _greeting(actor),
        line=_line(waiting, sum(active.values())),
        agents=coworkers.gallery(session, actor),
        needs=needs,
        needs_count=waiting,
        running=jobs_read.current(session, actor)[:3],
        recent=jobs_read.page(session, actor, limit=RECENT).rows,
        slots=actor.plan.concurrent_jobs,
        slots_used=sum(active.get(state, 0) for state in transitions.SLOT),
        waiting=active.get(JobStatus.PENDING, 0),
    )


@db.reads
def shell(session: Session, actor: Actor) -> ShellView:
    """The sidebar's counters."""
    access.require(actor, Permission.VIEW_WORK)
    active = jobs_read.counts(session, actor)
    busy = session.exec(select(Job.agent).where(Job.organization_id == actor.organization_id, jobs_read.at_work()).distinct()).all()
    return ShellView(
        running=sum(active.get(state, 0) for state in transitions.SLOT),
        waiting=active.get(JobStatus.PENDING, 0),
        slots=actor.plan.concurrent_jobs,
        review=_needs_count(session, actor),
        busy=tuple(busy),
    )


def _needs(session: Session, actor: Actor) -> tuple[Need, ...]:
    """What waits for a person, most pressing first: open claims, failed jobs, drafts that wait for a yes."""
    drafts = outputs_read.drafts(session, actor, NEEDS)
    found = [
        Need(
            agent=row.agent,
            title=f"{count(row.unsupported, 'claim')} without a source in “{row.title}”",
            text="It cannot be approved until you remove them, or say why they may stay.",
            action="See claims",
            href=f"/outputs/{row.id}?tab=evidence",
        )
        for row in drafts
        if row.unsupported
    ]
    failed = _failed(actor).order_by(col(Job.id).desc()).limit(NEEDS)
    found += [
        Need(
            agent=job.agent,
            title=f"{agents.names(job.agent, job.capability)[0]} could not finish “{job.title}”",
            text=job.error_message,
            action="See why",
            href=f"/jobs/{job.id}",
        )
        for job in session.exec(failed).all()
    ]
    found += [
        Need(
            agent=row.agent,
            title=f"“{row.title}” waits for your yes",
            text=f"A draft with {row.points} of {row.max_points} points; every claim has its source.",
            action="Open draft",
            href=f"/outputs/{row.id}",
        )
        for row in drafts
        if not row.unsupported
    ]
    return tuple(found[:NEEDS])


def _needs_count(session: Session, actor: Actor) -> int:
    failed = select(func.count()).select_from(_failed(actor).subquery())
    return outputs_read.draft_count(session, actor) + session.exec(failed).one()


def _failed(actor: Actor) -> SelectOfScalar[Job]:
    """Jobs that failed lately; older ones are history, in the list of jobs."""
    lately = now() - timedelta(days=FAILED_DAYS)
    states = (JobStatus.FAILED, JobStatus.DEAD_LETTER)
    return access.scoped(select(Job), actor).where(col(Job.status).in_(states), col(Job.updated_at) > lately)


def _greeting(actor: Actor) -> str:
    hour = datetime.now(UTC).astimezone(zone(actor.timezone)).hour
    return "Good morning" if 4 <= hour < 12 else "Good afternoon" if 12 <= hour < 18 else "Good evening"


def _line(needs: int, running: int) -> str:
    first = f"{count(needs, 'thing')} {'needs' if needs == 1 else 'need'} you." if needs else "Nothing needs you."
    return f"{first} {count(running, 'job')} {'is' if running == 1 else 'are'} on the way." if running else first
