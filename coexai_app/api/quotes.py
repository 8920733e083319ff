"""What a run will take, before it is started."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import BODY, operation
from coexai_app.api.partner import Body
from coexai_app.errors import Conflict, NotFound, QuotaExceeded
from coexai_app.services import partner_agents
from coexai_app.views.partner_agents import PartnerQuote

router = partner.router("/quotes", "Quotes")


class QuoteRequest(Body):
    agent: str = Field(max_length=64, examples=["maya"])
    capability: str = Field(max_length=64, examples=["blog-to-thread"])
    input: dict[str, Any] | None = Field(
        None, description="Without it: for a typical source.", examples=[{"text": "# A year of counting …"}]
    )
    dry_run: bool = Field(False, description="Check everything that starting the job would check, and create nothing.", examples=[True])


@router.post("", **operation("Ask for a quote", NotFound, Conflict, QuotaExceeded, *BODY, permission=Permission.VIEW_WORK))
async def quote(actor: Partner, body: QuoteRequest) -> PartnerQuote:
    """Runs, tokens and money that a job will take. Nothing is created, with or without `dry_run`; a dry run needs `jobs:write`, too."""
    return await deps.call(partner_agents.quote, actor, agent=body.agent, capability=body.capability, data=body.input, dry_run=body.dry_run)
