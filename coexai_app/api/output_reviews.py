"""The way of a result to a yes: ask for a review, take it back, ask for changes; and links for clients. The yes is in `partner_outputs`."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request, Response
from fastapi import Query as QueryParameter
from pydantic import Field

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import changing, operation
from coexai_app.api.once import Once
from coexai_app.api.partner import PageQuery
from coexai_app.api.partner_outputs import CHANGE_VERSION, AtVersion, OutputId, told
from coexai_app.api.preconditions import Matching
from coexai_app.errors import NotFound
from coexai_app.services import partner_reviews
from coexai_app.services.client_links import DAYS, LONGEST_PASSCODE, MOST_DAYS
from coexai_app.services.reviews import LONGEST_REASON
from coexai_app.views.listing import Listing
from coexai_app.views.partner_outputs import PartnerOutputDetail
from coexai_app.views.partner_reviews import PartnerLink, PartnerNewLink, PartnerReviewStep

router = partner.router("/outputs", "Results")
LinkId = Annotated[UUID, Path(description="The link's id.")]
EDIT, SHARE = Permission.EDIT_OUTPUT, Permission.SHARE_OUTPUT


class ReviewRequest(AtVersion):
    note: str = Field("", max_length=LONGEST_REASON, description="For those who may approve.", examples=["For Tuesday."])


class Rejection(AtVersion):
    reason: str = Field(min_length=1, max_length=LONGEST_REASON, examples=["The second post promises too much."])


class NewLink(AtVersion):
    name: str = Field(min_length=1, max_length=400, description="Who it is for.", examples=["Carla Chen"])
    days: int = Field(DAYS, ge=1, le=MOST_DAYS, description="How long it works.", examples=[14])
    passcode: str = Field(
        "", max_length=4 * LONGEST_PASSCODE, description="Asked for when it is opened: 6 to 64 characters.", examples=[""]
    )
    follows: bool = Field(False, description="Show every later version too.", examples=[False])


@router.get("/{output_id}/review", **operation("List the steps of a review", NotFound, permission=Permission.VIEW_OUTPUT))
async def list_steps(
    request: Request, actor: Partner, output_id: OutputId, query: Annotated[PageQuery, QueryParameter()]
) -> Listing[PartnerReviewStep]:
    """Newest first: who asked, who said yes or no, and why. Where the result stands now is its `status`."""
    found = await deps.call(partner_reviews.steps, actor, output_id=output_id, page=query.page, limit=query.limit)
    partner.linked(request, found)
    return found


@router.post("/{output_id}/review", **changing("Ask for a review", *CHANGE_VERSION, permission=EDIT))
async def request_review(request: Request, once: Once, output_id: OutputId, matching: Matching, body: ReviewRequest) -> PartnerOutputDetail:
    """Those who may approve get a mail."""
    given: dict[str, Any] = {"note": body.note, "version": body.version, "matching": matching}
    return told(request, await once(partner_reviews.request, output_id=output_id, **given))


@router.post("/{output_id}/review/reject", **changing("Ask for changes", *CHANGE_VERSION, permission=Permission.APPROVE_OUTPUT))
async def reject_output(request: Request, once: Once, output_id: OutputId, matching: Matching, body: Rejection) -> PartnerOutputDetail:
    """The no to what is in review, with its reason."""
    given: dict[str, Any] = {"reason": body.reason, "version": body.version, "matching": matching}
    return told(request, await once(partner_reviews.reject, output_id=output_id, **given))


@router.get("/{output_id}/client-links", **operation("List links for clients", NotFound, permission=SHARE))
async def list_links(
    request: Request, actor: Partner, output_id: OutputId, query: Annotated[PageQuery, QueryParameter()]
) -> Listing[PartnerLink]:
    """Newest first, those that are over included. Links belong to the organisation, also when whoever made one has left."""
    found = await deps.call(partner_reviews.links, actor, output_id=output_id, page=query.page, limit=query.limit)
    partner.linked(request, found)
    return found


@router.post("/{output_id}/client-links", status_code=201, **changing("Make a link for a client", *CHANGE_VERSION, permission=SHARE))
async def create_link(
    request: Request, once: Once, response: Response, output_id: OutputId, matching: Matching, body: NewLink
) -> PartnerNewLink:
    """Somebody without an account looks at this one result with it, comments and answers. The address is told once. Made by people alone,
    never by a key: the client's yes counts as theirs. A draft is in review from here on."""
    given: dict[str, Any] = {"name": body.name, "days": body.days, "passcode": body.passcode, "follows": body.follows}
    made = await once(partner_reviews.create_link, output_id=output_id, version=body.version, matching=matching, **given)
    response.headers["Location"] = f"{partner.API}/outputs/{output_id}/client-links"
    return made


@router.delete("/{output_id}/client-links/{link_id}", status_code=204, **changing("Revoke a link", NotFound, permission=SHARE, body=False))
async def revoke_link(once: Once, output_id: OutputId, link_id: LinkId) -> None:
    """It opens nothing from now on."""
    await once(partner_reviews.revoke_link, output_id=output_id, link_id=link_id)


@router.post("/{output_id}/review/withdraw", **changing("Take a result back from review", *CHANGE_VERSION, permission=EDIT))
async def withdraw_review(request: Request, once: Once, output_id: OutputId, matching: Matching, body: AtVersion) -> PartnerOutputDetail:
    """To work on it: it is a draft again."""
    return told(request, await once(partner_reviews.withdraw, output_id=output_id, version=body.version, matching=matching))
