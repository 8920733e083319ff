"""The coworkers for the API's clients, and what a run will take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from coexai_app import access, agents, db
from coexai_app.access import Actor, Permission
from coexai_app.errors import NotFound
from coexai_app.services import agents as coworkers
from coexai_app.services import jobs
from coexai_app.views import partner_agents as view
from coexai_app.views.listing import Listing
from coexai_app.views.partner_agents import PartnerAgent, PartnerQuote


@db.reads
def page(_session: Session, actor: Actor) -> Listing[PartnerAgent]:
    """All coworkers, in one page."""
    access.require(actor, Permission.VIEW_WORK)
    found = [view.agent(agent) for agent in agents.AGENTS.values()]
    return Listing[PartnerAgent].of(found, page=1, limit=len(found), total=len(found))


@db.reads
def get(_session: Session, actor: Actor, *, agent: str) -> PartnerAgent:
    """One coworker, by its slug. Raises NotFound."""
    access.require(actor, Permission.VIEW_WORK)
    found = agents.AGENTS.get(agent)
    if found is None:
        raise NotFound(f"There is no coworker named “{agent[:40]}”. There are: {', '.join(agents.AGENTS)}.")
    return view.agent(found)


@db.reads
def quote(
    session: Session, actor: Actor, *, agent: str, capability: str, data: Mapping[str, Any] | None = None, dry_run: bool = False
) -> PartnerQuote:
    """What a run will take, for this input or for a typical one. Stores nothing and holds nothing.

    A `dry_run` raises everything that starting the job would raise, a used-up quota too; without it that is told in `blocked`.
    """
    access.require(actor, Permission.VIEW_WORK)
    if dry_run:
        jobs.check(session, actor, agent=agent, capability=capability, data=data or {})
    given = coworkers.quote(session, actor, agent=agent, capability=capability, data=data)
    return view.quote(given, valid=data is not None, test=actor.test)
