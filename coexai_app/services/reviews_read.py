"""Everything around one result for its page: versions, comments, the steps of its review, links for clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import access, agents, db
from coexai_app.access import Actor, Permission
from coexai_app.agents.parts import Part
from coexai_app.agents.report import Report
from coexai_app.models import Comment, Membership, Output, OutputStatus, ReviewEvent, User
from coexai_app.services import client_links, comments, output_versions, remarks
from coexai_app.views import reviews as view
from coexai_app.views.base import moment
from coexai_app.views.reviews import CommentView, ReviewView, StepView, ThreadView

STEPS = 30
MOST_NAMES = 100


@db.reads
def around(session: Session, actor: Actor, *, output_id: UUID) -> ReviewView:
    """The whole, for whoever may see the result. Raises NotFound."""
    access.require(actor, Permission.VIEW_OUTPUT)
    row = access.one(session, select(Output).where(Output.id == output_id), actor, "result")
    found = threads(session, actor, output_id=output_id)
    parts = agents.output_of(Report.model_validate(row.report)).parts()
    in_review, approved = row.status is OutputStatus.IN_REVIEW, row.status is OutputStatus.APPROVED
    may_share = actor.may(Permission.SHARE_OUTPUT) and actor.may(Permission.APPROVE_OUTPUT)
    return ReviewView(
        versions=output_versions.listed(session, actor, row),
        threads=found,
        open_threads=sum(not thread.resolved for thread in found),
        open_at=tuple(sum(t.part == index and not t.resolved for t in found) for index in range(len(parts))),
        steps=_steps(session, actor, row),
        links=client_links.listed(session, actor, row.id) if may_share else (),
        names=_names(session, actor),
        can_comment=actor.may(Permission.COMMENT),
        can_request=actor.may(Permission.EDIT_OUTPUT) and not in_review and not approved,
        can_withdraw=actor.may(Permission.EDIT_OUTPUT) and in_review,
        can_reject=actor.may(Permission.APPROVE_OUTPUT) and in_review,
        can_share=may_share and not approved and not row.unsupported,
        why_no_share=_why_no_share(row, may_share=may_share),
    )


@db.reads
def threads(session: Session, actor: Actor, *, output_id: UUID) -> tuple[ThreadView, ...]:
    """The comments of a result by thread, oldest first, each where its words are now. Raises NotFound."""
    access.require(actor, Permission.VIEW_OUTPUT)
    row = access.one(session, select(Output).where(Output.id == output_id), actor, "result")
    found = remarks.threads(session, row)
    names = remarks.names(session, [one for root, replies in found for one in (root, *replies)])
    parts = agents.output_of(Report.model_validate(row.report)).parts()
    return tuple(_thread(actor, parts, names, root, replies) for root, replies in found)


def _thread(actor: Actor, parts: Sequence[Part], names: Mapping[UUID, str], root: Comment, replies: Sequence[Comment]) -> ThreadView:
    place = remarks.place(parts, root)
    mine = root.user_id == actor.user_id or actor.may(Permission.EDIT_OUTPUT)
    return ThreadView(
        id=str(root.id),
        part=place.part,
        place=place.label or "The whole result",
        quote=root.quote,
        start=place.start,
        lost=place.lost,
        shared=comments.of_client(root),
        resolved=root.resolved_at is not None,
        resolved_by=f"Resolved by {names.get(root.resolved_by, 'somebody')}" if root.resolved_by else "",
        comments=tuple(_comment(actor, names, one) for one in (root, *replies)),
        can_resolve=mine and actor.may(Permission.COMMENT),
        can_reply=actor.may(Permission.COMMENT),
    )


def _comment(actor: Actor, names: Mapping[UUID, str], row: Comment) -> CommentView:
    there = row.deleted_at is None
    return CommentView(
        id=str(row.id),
        by=row.name or (names.get(row.user_id) if row.user_id else None) or "Somebody who has left",
        user_id=str(row.user_id or ""),
        client=comments.of_client(row),
        at=moment(row.created_at, actor.timezone),
        text=row.text,
        edited=row.edited_at is not None,
        deleted=not there,
        can_edit=there and comments.may_change(actor, row),
        can_delete=there and comments.may_change(actor, row, deletes=True),
    )


def _steps(session: Session, actor: Actor, row: Output) -> tuple[StepView, ...]:
    found = session.exec(
        select(ReviewEvent, User.name)
        .outerjoin(User, col(User.id) == ReviewEvent.user_id)
        .where(ReviewEvent.output_id == row.id)
        .order_by(col(ReviewEvent.id).desc())
        .limit(STEPS)
    ).all()
    return tuple(view.step(step, step.name or name or "Somebody who has left", actor.timezone) for step, name in found)


def _names(session: Session, actor: Actor) -> tuple[str, ...]:
    """Who can be named with an @."""
    found = (
        select(User.name)
        .join(Membership, col(Membership.user_id) == User.id)
        .where(Membership.organization_id == actor.organization_id, col(User.disabled_at).is_(None), User.id != actor.user_id)
        .order_by(col(User.name))
        .limit(MOST_NAMES)
    )
    return tuple(session.exec(found).all())


def _why_no_share(row: Output, *, may_share: bool) -> str:
    if not may_share:
        return "Your role lets you read and comment, not share."
    if row.status is OutputStatus.APPROVED:
        return "This is approved already."
    return "Resolve the claims without a source first." if row.unsupported else ""
