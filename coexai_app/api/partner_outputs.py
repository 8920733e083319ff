"""Results: list, look at, change, say yes. Their files are in `outputs`, their versions in `output_versions`, what people say of them in
`output_comments` and `output_reviews`."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Path, Request
from fastapi import Query as QueryParameter
from pydantic import Field

from coexai_app.access import Permission
from coexai_app.agents.parts import Words
from coexai_app.api import deps, partner, preconditions
from coexai_app.api.deps import Partner
from coexai_app.api.documented import CHANGE_ONE, changing, operation
from coexai_app.api.once import Once
from coexai_app.api.partner import Body, PageQuery
from coexai_app.api.preconditions import Matching
from coexai_app.errors import NotFound, PreconditionFailed, PreconditionRequired
from coexai_app.models import OutputStatus
from coexai_app.services import partner_outputs
from coexai_app.services.partner_outputs import Filters
from coexai_app.views.listing import Listing
from coexai_app.views.partner_outputs import PartnerOutput, PartnerOutputDetail

router = partner.router("/outputs", "Results")
OutputId = Annotated[UUID, Path(description="The result's id.")]
CHANGE_VERSION: Final = (*CHANGE_ONE, PreconditionFailed, PreconditionRequired)
MOST: Final = 2**31 - 1
# As much as the capability with the most and the longest texts may have; each has limits of its own.
MOST_PARTS: Final = 300
MOST_CHARACTERS: Final = 10_000


class OutputQuery(PageQuery):
    status: tuple[OutputStatus, ...] = Field(
        (), max_length=4, description="Any of these; repeat it for more than one.", examples=[["draft"]]
    )
    agent: str = Field("", max_length=64, examples=["maya"])
    capability: str = Field("", max_length=64, examples=["blog-to-thread"])
    job: UUID | None = Field(None, description="The one that this job made.")
    test: bool | None = Field(None, description="Only those of test jobs, or only others.", examples=[False])
    sort: Literal["-created_at", "created_at", "-updated_at", "updated_at"] = "-created_at"

    def filters(self) -> Filters:
        return Filters(status=self.status, agent=self.agent, capability=self.capability, job=self.job, test=self.test)


class AtVersion(Body):
    """`version` is the one that you have read: 409 when somebody changed it since. If-Match says the same, with 412; send one of them."""

    version: int | None = Field(None, ge=1, le=MOST, examples=[1])


class PartText(Body):
    text: str = Field(max_length=MOST_CHARACTERS, examples=["Marta counted 412 calls in one week."])
    of: int | None = Field(
        None, ge=0, le=MOST, description="The place of the part that this was, from 0; left out for a new one.", examples=[0]
    )


class OutputChange(AtVersion):
    """All parts as they shall be, in their order: one that is left out goes."""

    parts: tuple[PartText, ...] = Field(
        min_length=1,
        max_length=MOST_PARTS,
        examples=[
            [
                {"text": "She counted 412 calls in one week.", "of": 0},
                {"text": "We saved 47,000 euros. Hubert Falk checked it.", "of": 1},
            ]
        ],
    )


class KeptClaim(AtVersion):
    reason: str = Field(
        max_length=2_000, description="Where you know it from, at least three characters.", examples=["Our own books of 2024."]
    )


class Fix(AtVersion):
    """Which finding: the `id` of its check, and its place among the findings of that check."""

    check: str = Field(max_length=64, examples=["voice"])
    finding: int = Field(ge=0, le=MOST, examples=[0])


Claim = Annotated[int, Path(ge=0, le=MOST, description="The claim's place in `claims`, from 0.", examples=[1])]


def told(request: Request, made: PartnerOutputDetail) -> PartnerOutputDetail:
    """The answer, with its version in the ETag."""
    preconditions.versioned(request, made.version)
    return made


@router.get("", **operation("List results", permission=Permission.VIEW_OUTPUT))
async def list_outputs(request: Request, actor: Partner, query: Annotated[OutputQuery, QueryParameter()]) -> Listing[PartnerOutput]:
    """What the coworkers made, newest first unless sorted otherwise."""
    found = await deps.call(partner_outputs.page, actor, page=query.page, limit=query.limit, sort=query.sort, filters=query.filters())
    partner.linked(request, found)
    return found


@router.get("/{output_id}", **operation("Get a result", NotFound, permission=Permission.VIEW_OUTPUT))
async def get_output(request: Request, actor: Partner, output_id: OutputId) -> PartnerOutputDetail:
    """Its parts, each claim with its place in the parts and in the source, the checks and the score. The ETag begins with the version."""
    return told(request, await deps.call(partner_outputs.get, actor, output_id=output_id))


@router.patch("/{output_id}", **changing("Change a result's words", *CHANGE_VERSION, permission=Permission.EDIT_OUTPUT))
async def change_output(request: Request, once: Once, output_id: OutputId, matching: Matching, body: OutputChange) -> PartnerOutputDetail:
    """Claims, checks and score are judged anew. What was in review or sent back is a draft again; what is approved has to be reopened
    first."""
    words = [Words(part.text, part.of) for part in body.parts]
    made = await once(partner_outputs.edit, output_id=output_id, parts=words, version=body.version, matching=matching)
    return told(request, made)


@router.post(
    "/{output_id}/claims/{claim}/override",
    **changing("Keep a claim without a source", *CHANGE_VERSION, permission=Permission.EDIT_OUTPUT),
)
async def override_claim(
    request: Request, once: Once, output_id: OutputId, claim: Claim, matching: Matching, body: KeptClaim
) -> PartnerOutputDetail:
    """With a reason, which stands beside it from now on."""
    given: dict[str, Any] = {"claim": claim, "reason": body.reason, "version": body.version, "matching": matching}
    return told(request, await once(partner_outputs.override, output_id=output_id, **given))


@router.post(
    "/{output_id}/claims/{claim}/remove",
    **changing("Remove a claim without a source", *CHANGE_VERSION, permission=Permission.EDIT_OUTPUT),
)
async def remove_claim(
    request: Request,
    once: Once,
    output_id: OutputId,
    claim: Annotated[int, Path(ge=0, le=MOST, description="The claim's place in `claims`, from 0.", examples=[2])],
    matching: Matching,
    body: AtVersion,
) -> PartnerOutputDetail:
    """Takes the sentence that holds it out of its part; a part that says nothing else goes with it."""
    return told(
        request, await once(partner_outputs.remove_claim, output_id=output_id, claim=claim, version=body.version, matching=matching)
    )


@router.post("/{output_id}/fixes", **changing("Apply a fix", *CHANGE_VERSION, permission=Permission.EDIT_OUTPUT))
async def apply_fix(request: Request, once: Once, output_id: OutputId, matching: Matching, body: Fix) -> PartnerOutputDetail:
    """Puts the `replacement` of a check's finding in its place. A finding whose replacement is null has none: edit the words instead."""
    given: dict[str, Any] = {"check": body.check, "finding": body.finding, "version": body.version, "matching": matching}
    return told(request, await once(partner_outputs.apply_fix, output_id=output_id, **given))


@router.post("/{output_id}/approve", **changing("Approve a result", *CHANGE_VERSION, permission=Permission.APPROVE_OUTPUT))
async def approve_output(request: Request, once: Once, output_id: OutputId, matching: Matching, body: AtVersion) -> PartnerOutputDetail:
    """A yes to the words of this version. Every claim needs a source or a person's reason, every length its limit: `why_not` tells."""
    return told(request, await once(partner_outputs.approve, output_id=output_id, version=body.version, matching=matching))


@router.post("/{output_id}/reopen", **changing("Reopen a result", *CHANGE_VERSION, permission=Permission.APPROVE_OUTPUT))
async def reopen_output(request: Request, once: Once, output_id: OutputId, matching: Matching, body: AtVersion) -> PartnerOutputDetail:
    """Makes what is approved a draft, so that it can change."""
    return told(request, await once(partner_outputs.reopen, output_id=output_id, version=body.version, matching=matching))
