"""Comments on a result for the API's clients. The rules are in `comments.py`; here a comment is one of the result in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, select

from coexai_app import access, agents, db
from coexai_app.access import Actor, Permission
from coexai_app.agents.parts import Part
from coexai_app.agents.report import Report
from coexai_app.models import Comment, Output
from coexai_app.services import comments, remarks
from coexai_app.views import partner_reviews as view
from coexai_app.views.listing import Listing
from coexai_app.views.partner_reviews import PartnerComment, PartnerThread

GONE = "Somebody who has left"


@db.reads
def page(
    session: Session, actor: Actor, *, output_id: UUID, resolved: bool | None = None, page: int = 1, limit: int = 20
) -> Listing[PartnerThread]:
    """A page of a result's threads, the oldest first. Raises NotFound."""
    access.require(actor, Permission.VIEW_OUTPUT)
    row = _output(session, actor, output_id)
    found = [one for one in remarks.threads(session, row) if resolved is None or (one[0].resolved_at is not None) is resolved]
    return Listing[PartnerThread].of(
        _threads(session, row, found[(page - 1) * limit : page * limit]), page=page, limit=limit, total=len(found)
    )


def add(
    session: Session,
    actor: Actor,
    *,
    output_id: UUID,
    text: str,
    part: int | None = None,
    start: int = 0,
    quote: str = "",
    thread_id: UUID | None = None,
) -> PartnerComment:
    """A remark, or an answer in a thread. Raises as `comments.add`."""
    access.require(actor, Permission.COMMENT)
    given = {"text": text, "part": part, "start": start, "quote": quote, "thread_id": thread_id}
    made = comments.add(session, actor, output_id=output_id, **given)  # type: ignore[arg-type]
    return _comment(session, session.get_one(Comment, made))


def edit(session: Session, actor: Actor, *, output_id: UUID, comment_id: UUID, text: str) -> PartnerComment:
    """Other words for one's own remark. Raises as `comments.edit`."""
    access.require(actor, Permission.COMMENT)
    row = _one(session, actor, output_id, comment_id)
    comments.edit(session, actor, comment_id=comment_id, text=text)
    return _comment(session, row)


def delete(session: Session, actor: Actor, *, output_id: UUID, comment_id: UUID) -> None:
    """Takes a remark away. Raises as `comments.delete`."""
    access.require(actor, Permission.COMMENT)
    _one(session, actor, output_id, comment_id)
    comments.delete(session, actor, comment_id=comment_id)


def resolve(session: Session, actor: Actor, *, output_id: UUID, comment_id: UUID) -> PartnerThread:
    """The thread is settled. Raises as `comments.resolve`."""
    access.require(actor, Permission.COMMENT)
    row = _one(session, actor, output_id, comment_id)
    comments.resolve(session, actor, comment_id=comment_id)
    return _thread(session, row)


def reopen(session: Session, actor: Actor, *, output_id: UUID, comment_id: UUID) -> PartnerThread:
    """It is not settled after all. Raises as `comments.reopen`."""
    access.require(actor, Permission.COMMENT)
    row = _one(session, actor, output_id, comment_id)
    comments.reopen(session, actor, comment_id=comment_id)
    return _thread(session, row)


def _output(session: Session, actor: Actor, output_id: UUID) -> Output:
    return access.one(session, select(Output).where(Output.id == output_id), actor, "result")


def _one(session: Session, actor: Actor, output_id: UUID, comment_id: UUID) -> Comment:
    _output(session, actor, output_id)
    return access.one(session, select(Comment).where(Comment.id == comment_id, Comment.output_id == output_id), actor, "comment")


def _comment(session: Session, row: Comment) -> PartnerComment:
    return _told(row, remarks.names(session, [row]))


def _thread(session: Session, root: Comment) -> PartnerThread:
    output = session.get_one(Output, root.output_id)
    answers = session.exec(select(Comment).where(Comment.thread_id == root.id).order_by(Comment.id)).all()  # type: ignore[arg-type]
    return _threads(session, output, [(root, list(answers))])[0]


def _threads(session: Session, row: Output, found: Sequence[tuple[Comment, list[Comment]]]) -> list[PartnerThread]:
    names = remarks.names(session, [one for root, replies in found for one in (root, *replies)])
    parts = agents.output_of(Report.model_validate(row.report)).parts()
    return [_whole(parts, names, root, replies) for root, replies in found]


def _whole(parts: Sequence[Part], names: Mapping[UUID, str], root: Comment, replies: Sequence[Comment]) -> PartnerThread:
    place = remarks.place(parts, root)
    return view.thread(
        root,
        [_told(one, names) for one in (root, *replies)],
        part=place.part if place.part >= 0 else None,
        start=place.start,
        place=place.label,
        lost=place.lost,
        resolved_by=(names.get(root.resolved_by, GONE) if root.resolved_by else GONE) if root.resolved_at else "",
    )


def _told(row: Comment, names: Mapping[UUID, str]) -> PartnerComment:
    return view.comment(row, row.name or (names.get(row.user_id) if row.user_id else None) or GONE)
