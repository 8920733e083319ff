"""The coworkers, and starting work of theirs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Response
from pydantic import Field

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import changing, operation
from coexai_app.api.once import Once
from coexai_app.api.partner import Body, Moment
from coexai_app.errors import Conflict, NotFound, QuotaExceeded
from coexai_app.models.enums import Priority
from coexai_app.services import partner_agents, partner_jobs
from coexai_app.views.listing import Listing
from coexai_app.views.partner_agents import PartnerAgent
from coexai_app.views.partner_jobs import PartnerJobDetail

router = partner.router("/agents", "Agents")
AgentId = Annotated[str, Path(max_length=64, description="The coworker's id.", examples=["maya"])]


class NewJob(Body):
    """What a coworker is to do. `input` has the shape of the capability's `input_schema`."""

    capability: str = Field(max_length=64, examples=["blog-to-thread"])
    input: dict[str, Any] = Field(
        examples=[
            {
                "text": "# A year of counting\n\nIn March 2024 Marta counted 412 calls in one week. The first online form asked "
                "for fourteen fields, and only 9% of visitors finished it. The second form asked three questions, and 61% finished it. "
                "Waste fell from 14% of production to 5%."
            }
        ]
    )
    run_at: Moment | None = Field(None, description="Not before then, at most a year ahead.", examples=[None])
    priority: Priority | None = Field(None, description="The plan's own unless a lower one is wanted.", examples=["normal"])


@router.get("", **operation("List the coworkers", permission=Permission.VIEW_WORK))
async def list_agents(actor: Partner) -> Listing[PartnerAgent]:
    """All coworkers and what they can do, in one page."""
    return await deps.call(partner_agents.page, actor)


@router.get("/{agent}", **operation("Get a coworker", NotFound, permission=Permission.VIEW_WORK))
async def get_agent(actor: Partner, agent: AgentId) -> PartnerAgent:
    """Capabilities, each with the JSON Schema of its input and an example that can be sent as it is."""
    return await deps.call(partner_agents.get, actor, agent=agent)


@router.post(
    "/{agent}/jobs", status_code=202, **changing("Create a job", NotFound, Conflict, QuotaExceeded, permission=Permission.RUN_AGENT)
)
async def create_job(once: Once, response: Response, agent: AgentId, body: NewJob) -> PartnerJobDetail:
    """Starts a job, or sets it down for later. It uses one run of the plan if it completes. `Location` is where to follow it."""
    made = await once(
        partner_jobs.create,
        agent=agent,
        capability=body.capability,
        data=body.input,
        run_at=body.run_at,
        priority=body.priority,
    )
    response.headers["Location"] = f"{partner.API}/jobs/{made.id}"
    return made
