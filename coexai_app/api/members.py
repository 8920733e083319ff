"""The caller's organisation and its members."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query as QueryParameter
from fastapi import Request

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import operation
from coexai_app.api.partner import PageQuery
from coexai_app.services import partner_team
from coexai_app.views.listing import Listing
from coexai_app.views.partner_team import PartnerMember, PartnerOrganization

router = partner.router("", "Organization")


class MemberQuery(PageQuery):
    sort: Literal["joined_at", "-joined_at", "name", "-name"] = "joined_at"


@router.get("/organization", **operation("Get the organisation", permission=Permission.VIEW_WORK))
async def organization(actor: Partner) -> PartnerOrganization:
    """Its name, its plan, and what the plan allows."""
    return await deps.call(partner_team.organization, actor)


@router.get("/members", **operation("List members", permission=Permission.VIEW_TEAM))
async def members(request: Request, actor: Partner, query: Annotated[MemberQuery, QueryParameter()]) -> Listing[PartnerMember]:
    """Who works in the organisation, and in which role."""
    found = await deps.call(partner_team.members, actor, page=query.page, limit=query.limit, sort=query.sort)
    partner.linked(request, found)
    return found
