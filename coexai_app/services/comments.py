"""Comments of the team on a result: a thread at words, at a part, or at the whole. Those of clients come through `client_reviews.py`."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlmodel import Session, select

from coexai_app import access, agents, db, live
from coexai_app.access import Actor, Permission
from coexai_app.agents.report import Report
from coexai_app.errors import Conflict, Forbidden, NotFound
from coexai_app.models import Comment, Output
from coexai_app.services import audit, output_changes, remarks, review_mails, throttle, webhook_events
from coexai_app.services.throttle import Policy

# A conversation is quick; a loop is quicker.
_PACE: Final = Policy("comments", 60, (5.0, 15.0, 60.0), 300)
_TOO_FAST: Final = "That were many comments in a short time. Try again in {wait}."


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
) -> UUID:
    """A remark on the whole, on a part, or on the words `quote` of a part near `start`; or an answer in a thread. Returns its id.

    Members who are named with an @ get a mail. Raises InvalidInput with the field, NotFound for a thread of another result.
    """
    access.require(actor, Permission.COMMENT)
    row = access.one(session, select(Output).where(Output.id == output_id), actor, "result")
    output_changes.require_mode(session, actor, row)
    said = remarks.text(text)
    throttle.take(session, _PACE, str(actor.user_id), _TOO_FAST)
    remarks.make_room(session, row)
    new = Comment(
        organization_id=row.organization_id,
        output_id=row.id,
        user_id=actor.user_id,
        version=row.content_version,
        text=said,
    )
    if thread_id is not None:
        new.thread_id = _thread(session, actor, row, thread_id).id
    else:
        parts = agents.output_of(Report.model_validate(row.report)).parts()
        new.part, new.start, new.quote = remarks.anchor(parts, part, start, quote)
    session.add(new)
    session.flush()
    review_mails.mentioned(session, actor, row, new)
    webhook_events.note(session, row.organization_id, "output.commented", new.id)
    audit.record(session, "comment.added", actor=actor, target=str(row.id), target_name=row.title, comment=str(new.id))
    live.publish(session, row.organization_id, "comment.added", row.id)
    return new.id


def edit(session: Session, actor: Actor, *, comment_id: UUID, text: str) -> None:
    """Changes one's own words. Raises Forbidden for somebody else's."""
    access.require(actor, Permission.COMMENT)
    row, output = _own(session, actor, comment_id)
    said = remarks.text(text)
    if said == row.text:
        return
    row.text, row.edited_at = said, db.now(session)
    session.flush()
    review_mails.mentioned(session, actor, output, row)
    audit.record(session, "comment.edited", actor=actor, target=str(output.id), target_name=output.title, comment=str(row.id))
    live.publish(session, row.organization_id, "comment.edited", output.id)


def delete(session: Session, actor: Actor, *, comment_id: UUID) -> None:
    """Takes one's own words away; answers to them stay. Whoever may share results may also take away a client's."""
    access.require(actor, Permission.COMMENT)
    row, output = _own(session, actor, comment_id, deletes=True)
    row.text, row.quote, row.deleted_at = "", "", db.now(session)
    session.flush()
    audit.record(session, "comment.deleted", actor=actor, target=str(output.id), target_name=output.title, comment=str(row.id))
    live.publish(session, row.organization_id, "comment.deleted", output.id)


def resolve(session: Session, actor: Actor, *, comment_id: UUID) -> None:
    """A thread is settled. Whoever began it may say so, and whoever may edit the result."""
    access.require(actor, Permission.COMMENT)
    row, output = _settles(session, actor, comment_id)
    if row.resolved_at is not None:
        raise Conflict("This thread is resolved already.")
    row.resolved_at, row.resolved_by = db.now(session), actor.user_id
    session.flush()
    audit.record(session, "comment.resolved", actor=actor, target=str(output.id), target_name=output.title, comment=str(row.id))
    live.publish(session, row.organization_id, "comment.resolved", output.id)


def reopen(session: Session, actor: Actor, *, comment_id: UUID) -> None:
    """The thread is not settled after all."""
    access.require(actor, Permission.COMMENT)
    row, output = _settles(session, actor, comment_id)
    if row.resolved_at is None:
        raise Conflict("This thread is open already.")
    row.resolved_at, row.resolved_by = None, None
    session.flush()
    audit.record(session, "comment.reopened", actor=actor, target=str(output.id), target_name=output.title, comment=str(row.id))
    live.publish(session, row.organization_id, "comment.reopened", output.id)


def may_change(actor: Actor, row: Comment, *, deletes: bool = False) -> bool:
    """Whether somebody may change a remark: their own, and to take it away also a client's."""
    if row.user_id == actor.user_id:
        return actor.may(Permission.COMMENT)
    return deletes and of_client(row) and actor.may(Permission.SHARE_OUTPUT)


def of_client(row: Comment) -> bool:
    """Whether it came through a link; a member's has a person, or had one."""
    return bool(row.name)


def _one(session: Session, actor: Actor, comment_id: UUID) -> tuple[Comment, Output]:
    found = select(Comment).where(Comment.id == comment_id).with_for_update().execution_options(populate_existing=True)
    row = access.one(session, found, actor, "comment")
    if row.deleted_at is not None:
        raise NotFound("This comment was deleted.")
    return row, _output(session, actor, row)


def _own(session: Session, actor: Actor, comment_id: UUID, *, deletes: bool = False) -> tuple[Comment, Output]:
    row, output = _one(session, actor, comment_id)
    if not may_change(actor, row, deletes=deletes):
        raise Forbidden("This comment is somebody else's. You can answer it.")
    return row, output


def _settles(session: Session, actor: Actor, comment_id: UUID) -> tuple[Comment, Output]:
    found = select(Comment).where(Comment.id == comment_id).with_for_update().execution_options(populate_existing=True)
    row = access.one(session, found, actor, "comment")
    if row.thread_id is not None:
        raise Conflict("Only a whole thread can be resolved.")
    if row.user_id != actor.user_id and not actor.may(Permission.EDIT_OUTPUT):
        raise Forbidden("Only whoever began this thread, or somebody who may edit the result, can resolve it.")
    return row, _output(session, actor, row)


def _output(session: Session, actor: Actor, row: Comment) -> Output:
    output = session.get_one(Output, row.output_id)
    output_changes.require_mode(session, actor, output)
    return output


def _thread(session: Session, actor: Actor, output: Output, thread_id: UUID) -> Comment:
    row = access.one(session, select(Comment).where(Comment.id == thread_id, Comment.output_id == output.id), actor, "thread")
    if row.thread_id is not None:
        raise Conflict("Answer the thread, not one of its answers.")
    return row
