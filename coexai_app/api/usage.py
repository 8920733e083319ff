"""How much of the plan is used."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query as QueryParameter
from pydantic import Field

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import operation
from coexai_app.api.partner import Query
from coexai_app.services import partner_team
from coexai_app.views.partner_team import UsageReport

router = partner.router("/usage", "Usage")


class UsageQuery(Query):
    period: str = Field("", pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$", description="A month in UTC; default: this one.", examples=["2026-11"])


@router.get("", **operation("Get the usage", permission=Permission.VIEW_USAGE))
async def usage(actor: Partner, query: Annotated[UsageQuery, QueryParameter()]) -> UsageReport:
    """Runs, tokens and model costs of a month, by coworker. Test jobs do not count."""
    return await deps.call(partner_team.usage, actor, period=query.period)
