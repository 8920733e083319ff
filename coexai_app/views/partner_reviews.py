"""What happens around a result as the API answers it: threads of comments, steps of the review, links for clients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field

from coexai_app.models import ClientLink, Comment, ReviewEvent, ReviewStep
from coexai_app.views.base import View
from coexai_app.views.reviews import link_state


class PartnerComment(View):
    """One remark. `client`: it came through a link, and `by` is the name that was given there; the text of a deleted one is empty."""

    id: UUID
    by: str = Field(examples=["Bob Birch"])
    user_id: UUID | None = Field(examples=[None])
    client: bool
    text: str = Field(examples=["Is this number still right?"])
    deleted: bool
    edited_at: datetime | None = Field(examples=[None])
    created_at: datetime


class PartnerThread(View):
    """A remark with its answers, the oldest first; `id` is that of the first. `part` is the place of the part that it stands at now, null
    for the whole; `quote` are the words that it is about, from `start` on; `lost`: they are gone. `shared`: a client sees it."""

    id: UUID
    part: int | None = Field(examples=[0])
    start: int = Field(examples=[14])
    quote: str = Field(examples=["412 calls"])
    place: str = Field(examples=["Post 1"])
    lost: bool
    shared: bool
    resolved: bool
    resolved_by: str = Field(examples=[""])
    resolved_at: datetime | None = Field(examples=[None])
    version: int = Field(description="The version of the words that it was made on.", examples=[1])
    comments: tuple[PartnerComment, ...]


class PartnerReviewStep(View):
    """A step on the way to a yes, for the words of `version`. `client`: it was taken through a link, by the name that was given there."""

    step: ReviewStep = Field(examples=[ReviewStep.REQUESTED])
    by: str = Field(examples=["Bob Birch"])
    user_id: UUID | None = Field(examples=[None])
    client: bool
    reason: str = Field(examples=["For Tuesday."])
    version: int = Field(examples=[1])
    created_at: datetime


class PartnerLink(View):
    """A link for a client. `state` is open, expired or revoked. `follows`: it shows every later version, else `version` alone. It belongs
    to the organisation: it goes on when whoever made it has left (`maker_left`)."""

    id: UUID
    name: str = Field(description="Who it is for.", examples=["Carla Chen"])
    state: str = Field(examples=["open"])
    follows: bool
    version: int = Field(examples=[1])
    passcode: bool = Field(description="It asks for one.")
    made_by: str = Field(examples=["Bob Birch"])
    maker_left: bool
    created_at: datetime
    expires_at: datetime
    seen_at: datetime | None = Field(description="When it was last opened.", examples=[None])
    revoked_at: datetime | None = Field(examples=[None])


class PartnerNewLink(PartnerLink):
    """A link that was just made. `url` is told now and never again: only its hash is kept."""

    url: str = Field(examples=["https://app.example.com/review/cxr_…"])


def comment(row: Comment, by: str) -> PartnerComment:
    return PartnerComment(
        **row.model_dump(include={"id", "user_id", "text", "edited_at", "created_at"}),
        by=by,
        client=bool(row.name),
        deleted=row.deleted_at is not None,
    )


def thread(
    root: Comment, comments: Sequence[PartnerComment], *, part: int | None, start: int, place: str, lost: bool, resolved_by: str
) -> PartnerThread:
    return PartnerThread(
        **root.model_dump(include={"id", "quote", "resolved_at", "version"}),
        part=part,
        start=start,
        place=place,
        lost=lost,
        shared=bool(root.name),
        resolved=root.resolved_at is not None,
        resolved_by=resolved_by,
        comments=tuple(comments),
    )


def step(row: ReviewEvent, by: str) -> PartnerReviewStep:
    told = row.model_dump(include={"step", "user_id", "reason", "version", "created_at"})
    return PartnerReviewStep(**told, by=by, client=bool(row.name))


def link(row: ClientLink, by: str, at: datetime, *, left: bool) -> PartnerLink:
    """`at` is the database's time."""
    return PartnerLink(
        **row.model_dump(include={"id", "name", "follows", "version", "created_at", "expires_at", "seen_at", "revoked_at"}),
        state=link_state(row, at),
        passcode=bool(row.passcode_hash),
        made_by=by,
        maker_left=left,
    )
