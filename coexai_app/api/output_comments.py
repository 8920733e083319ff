"""Comments on a result: threads at marked words, at a part, or at the whole."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from fastapi import Query as QueryParameter
from pydantic import Field

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import CHANGE_ONE, changing, operation
from coexai_app.api.once import Once
from coexai_app.api.partner import Body, PageQuery
from coexai_app.api.partner_outputs import MOST, OutputId
from coexai_app.errors import Conflict, NotFound
from coexai_app.services import partner_comments
from coexai_app.services.remarks import LONGEST, LONGEST_QUOTE
from coexai_app.views.listing import Listing
from coexai_app.views.partner_reviews import PartnerComment, PartnerThread

router = partner.router("/outputs", "Results")
CommentId = Annotated[UUID, Path(description="The comment's id.")]
ThreadId = Annotated[UUID, Path(description="The id of the thread: that of its first comment.")]
COMMENT = Permission.COMMENT


class CommentQuery(PageQuery):
    resolved: bool | None = Field(None, description="Only settled threads, or only open ones.", examples=[False])


class NewComment(Body):
    """At a `part`, or at the words `quote` of it; at the whole without one. With a `thread_id` it answers that thread."""

    text: str = Field(
        min_length=1, max_length=LONGEST, description="`@Name` tells a member by mail.", examples=["Is this number still right?"]
    )
    part: int | None = Field(None, ge=0, le=MOST, description="The part's place, from 0.", examples=[0])
    quote: str = Field("", max_length=LONGEST_QUOTE, description="Words of that part, letter by letter.", examples=[""])
    start: int = Field(0, ge=0, le=MOST, description="About where they begin, if they are there twice.", examples=[0])
    thread_id: UUID | None = Field(None, examples=[None])


class CommentText(Body):
    text: str = Field(min_length=1, max_length=LONGEST, examples=["Is this number still right in 2027?"])


@router.get("/{output_id}/comments", **operation("List comments", NotFound, permission=Permission.VIEW_OUTPUT))
async def list_comments(
    request: Request, actor: Partner, output_id: OutputId, query: Annotated[CommentQuery, QueryParameter()]
) -> Listing[PartnerThread]:
    """Threads with their answers, the oldest first, each where its words are now. Those of clients are among them."""
    found = await deps.call(partner_comments.page, actor, output_id=output_id, resolved=query.resolved, page=query.page, limit=query.limit)
    partner.linked(request, found)
    return found


@router.post("/{output_id}/comments", status_code=201, **changing("Comment on a result", NotFound, Conflict, permission=COMMENT))
async def add_comment(once: Once, response: Response, output_id: OutputId, body: NewComment) -> PartnerComment:
    """For the team. An answer in a thread that a client began is seen by that client. `Location` is where its list is."""
    made = await once(
        partner_comments.add,
        output_id=output_id,
        text=body.text,
        part=body.part,
        start=body.start,
        quote=body.quote,
        thread_id=body.thread_id,
    )
    response.headers["Location"] = f"{partner.API}/outputs/{output_id}/comments"
    return made


@router.patch("/{output_id}/comments/{comment_id}", **changing("Change a comment", *CHANGE_ONE, permission=COMMENT))
async def change_comment(once: Once, output_id: OutputId, comment_id: CommentId, body: CommentText) -> PartnerComment:
    """One's own alone: a key's are those of the person who made it."""
    return await once(partner_comments.edit, output_id=output_id, comment_id=comment_id, text=body.text)


@router.delete(
    "/{output_id}/comments/{comment_id}", status_code=204, **changing("Delete a comment", NotFound, permission=COMMENT, body=False)
)
async def delete_comment(once: Once, output_id: OutputId, comment_id: CommentId) -> None:
    """One's own; a client's may be deleted by whoever shares results. Answers to it stay."""
    await once(partner_comments.delete, output_id=output_id, comment_id=comment_id)


@router.post("/{output_id}/comments/{comment_id}/resolve", **changing("Resolve a thread", *CHANGE_ONE, permission=COMMENT, body=False))
async def resolve_thread(once: Once, output_id: OutputId, comment_id: ThreadId) -> PartnerThread:
    """It is settled. Whoever began it may say so, and whoever may edit the result."""
    return await once(partner_comments.resolve, output_id=output_id, comment_id=comment_id)


@router.post("/{output_id}/comments/{comment_id}/reopen", **changing("Reopen a thread", *CHANGE_ONE, permission=COMMENT, body=False))
async def reopen_thread(once: Once, output_id: OutputId, comment_id: ThreadId) -> PartnerThread:
    """It is not settled after all."""
    return await once(partner_comments.reopen, output_id=output_id, comment_id=comment_id)
