"""The coworkers as an organisation sees them: what they do, what is left this month, what a run will cost."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import Session, select

from coexai_app import access, agents, db, settings
from coexai_app.access import Actor, Permission
from coexai_app.agents.pipeline import Agent
from coexai_app.errors import NotFound
from coexai_app.llm import router
from coexai_app.models import Job
from coexai_app.services import forms, jobs, jobs_read, quotas
from coexai_app.views.agents import AgentView, Quote


@db.reads
def gallery(session: Session, actor: Actor) -> tuple[AgentView, ...]:
    """All four coworkers, those that are not here yet included."""
    access.require(actor, Permission.VIEW_WORK)
    busy = dict(
        session.exec(
            select(Job.agent, func.count()).where(Job.organization_id == actor.organization_id, jobs_read.at_work()).group_by(Job.agent)
        ).all()
    )
    return tuple(_view(session, actor, agent, busy.get(agent.slug, 0)) for agent in agents.AGENTS.values())


@db.reads
def get(session: Session, actor: Actor, *, slug: str) -> AgentView:
    """One coworker. Raises NotFound."""
    found = next((view for view in gallery(session, actor) if view.slug == slug), None)
    if found is None:
        raise NotFound(f"There is no coworker named “{slug}”.")
    return found


@db.reads
def quote(session: Session, actor: Actor, *, agent: str, capability: str) -> Quote:
    """What a run will cost, before it starts."""
    access.require(actor, Permission.VIEW_WORK)
    coworker, _ = jobs.find(agent, capability)
    usage = quotas.usage(session, actor, agent)
    config = settings.get()
    model = router.from_settings(config)
    limited = usage.limit > 0
    blocked = ""
    if not actor.may(Permission.RUN_AGENT):
        blocked = "Your role lets you read, not run. Ask an admin to make you a member."
    elif limited and not usage.left:
        blocked = f"{coworker.name}'s {usage.limit} runs of this month are used up; it {usage.note}."
    cap = f", and at most ${config.model_spend_cap_cents / 100:.2f} of model use" if model else ""
    return Quote(
        cost=f"1 run{cap}, only if it completes" if not model else f"1 run if it completes{cap}",
        time="under a minute" if model else "a few seconds",
        left=f"{usage.left} of {usage.limit} runs" if limited else "unlimited",
        engine=f"{model.provider}, {model.model}" if model else "Builtin: your own words, no model",
        blocked=blocked,
    )


def _view(session: Session, actor: Actor, agent: Agent, running: int) -> AgentView:
    return AgentView(
        slug=agent.slug,
        name=agent.name,
        role=agent.role,
        description=agent.description,
        duties=agent.duties,
        available=agent.available,
        capabilities=tuple(forms.capability(skill) for skill in agent.capabilities.values()),
        usage=quotas.usage(session, actor, agent.slug) if agent.available else None,
        running=running,
        line=_line(agent, running),
    )


def _line(agent: Agent, running: int) -> str:
    if not agent.available:
        return "Not here yet."
    return f"Working on {running} job{'s' if running > 1 else ''}." if running else "Ready for the next job."
