"""The versions of a result, and the way back to one."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request
from fastapi import Query as QueryParameter

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import changing, operation
from coexai_app.api.once import Once
from coexai_app.api.partner import PageQuery
from coexai_app.api.partner_outputs import CHANGE_VERSION, MOST, AtVersion, OutputId, told
from coexai_app.api.preconditions import Matching
from coexai_app.errors import NotFound
from coexai_app.services import partner_versions
from coexai_app.views.listing import Listing
from coexai_app.views.partner_outputs import PartnerOutputDetail, PartnerVersion, PartnerVersionDetail

router = partner.router("/outputs", "Results")
Number = Annotated[int, Path(ge=1, le=MOST, description="The number of the version, as the list tells it.", examples=[1])]


@router.get("/{output_id}/versions", **operation("List a result's versions", NotFound, permission=Permission.VIEW_OUTPUT))
async def list_versions(
    request: Request, actor: Partner, output_id: OutputId, query: Annotated[PageQuery, QueryParameter()]
) -> Listing[PartnerVersion]:
    """Newest first. Kept are the first, the last 100, every approved one, and those that an open link for a client shows."""
    found = await deps.call(partner_versions.page, actor, output_id=output_id, page=query.page, limit=query.limit)
    partner.linked(request, found)
    return found


@router.get("/{output_id}/versions/{number}", **operation("Get a version", NotFound, permission=Permission.VIEW_OUTPUT))
async def get_version(actor: Partner, output_id: OutputId, number: Number) -> PartnerVersionDetail:
    """The words of then, and how they were judged."""
    return await deps.call(partner_versions.get, actor, output_id=output_id, number=number)


@router.post("/{output_id}/versions/{number}/restore", **changing("Restore a version", *CHANGE_VERSION, permission=Permission.EDIT_OUTPUT))
async def restore_version(
    request: Request, once: Once, output_id: OutputId, number: Number, matching: Matching, body: AtVersion
) -> PartnerOutputDetail:
    """Makes its words a new version, judged anew; what is there now stays in the list. `version` is that of the result."""
    return told(request, await once(partner_versions.restore, output_id=output_id, number=number, version=body.version, matching=matching))
