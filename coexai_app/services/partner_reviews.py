"""The way to a yes for the API's clients: its steps, and links for people without an account. The rules are in `reviews.py` and
`client_links.py`."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.models import ClientLink, Output, ReviewEvent, User
from coexai_app.services import client_links, partner_outputs, reviews
from coexai_app.services.partner_comments import GONE
from coexai_app.views import partner_reviews as view
from coexai_app.views.listing import Listing
from coexai_app.views.partner_outputs import PartnerOutputDetail
from coexai_app.views.partner_reviews import PartnerLink, PartnerNewLink, PartnerReviewStep


@db.reads
def steps(session: Session, actor: Actor, *, output_id: UUID, page: int = 1, limit: int = 20) -> Listing[PartnerReviewStep]:
    """A page of the steps of a result's review, newest first. Raises NotFound."""
    access.require(actor, Permission.VIEW_OUTPUT)
    _output(session, actor, output_id)
    found = select(ReviewEvent, User.name).outerjoin(User, col(User.id) == ReviewEvent.user_id).where(ReviewEvent.output_id == output_id)
    total = session.exec(select(func.count()).select_from(ReviewEvent).where(ReviewEvent.output_id == output_id)).one()
    rows = session.exec(found.order_by(col(ReviewEvent.id).desc()).offset((page - 1) * limit).limit(limit)).all()
    shown = [view.step(row, row.name or name or GONE) for row, name in rows]
    return Listing[PartnerReviewStep].of(shown, page=page, limit=limit, total=total)


def request(
    session: Session,
    actor: Actor,
    *,
    output_id: UUID,
    note: str = "",
    version: int | None = None,
    matching: tuple[int, ...] | None = None,
) -> PartnerOutputDetail:
    """Asks those who may approve. Raises as `partner_outputs.at_version` and `reviews.request`."""
    access.require(actor, Permission.EDIT_OUTPUT)
    _, at = partner_outputs.at_version(session, actor, output_id, version, matching)
    reviews.request(session, actor, output_id=output_id, version=at, note=note)
    return partner_outputs.shown(session, actor, output_id)


def withdraw(
    session: Session, actor: Actor, *, output_id: UUID, version: int | None = None, matching: tuple[int, ...] | None = None
) -> PartnerOutputDetail:
    """Takes it back from review. Raises as `partner_outputs.at_version` and `reviews.withdraw`."""
    access.require(actor, Permission.EDIT_OUTPUT)
    _, at = partner_outputs.at_version(session, actor, output_id, version, matching)
    reviews.withdraw(session, actor, output_id=output_id, version=at)
    return partner_outputs.shown(session, actor, output_id)


def reject(
    session: Session,
    actor: Actor,
    *,
    output_id: UUID,
    reason: str,
    version: int | None = None,
    matching: tuple[int, ...] | None = None,
) -> PartnerOutputDetail:
    """Asks for changes. Raises as `partner_outputs.at_version` and `reviews.reject`."""
    access.require(actor, Permission.APPROVE_OUTPUT)
    _, at = partner_outputs.at_version(session, actor, output_id, version, matching)
    reviews.reject(session, actor, output_id=output_id, version=at, reason=reason)
    return partner_outputs.shown(session, actor, output_id)


@db.reads
def links(session: Session, actor: Actor, *, output_id: UUID, page: int = 1, limit: int = 20) -> Listing[PartnerLink]:
    """A page of a result's links for clients, newest first. For people who may make one. Raises NotFound."""
    access.require(actor, Permission.SHARE_OUTPUT)
    _output(session, actor, output_id)
    total = session.exec(select(func.count()).select_from(ClientLink).where(ClientLink.output_id == output_id)).one()
    found = client_links.of_output(session, output_id, skip=(page - 1) * limit, limit=limit)
    at = db.now(session)
    shown = [view.link(made.link, made.by or GONE, at, left=made.left) for made in found]
    return Listing[PartnerLink].of(shown, page=page, limit=limit, total=total)


def create_link(
    session: Session,
    actor: Actor,
    *,
    output_id: UUID,
    name: str,
    days: int,
    passcode: str = "",
    follows: bool = False,
    version: int | None = None,
    matching: tuple[int, ...] | None = None,
) -> PartnerNewLink:
    """A link for a client. Raises as `partner_outputs.at_version` and `client_links.create`."""
    access.require(actor, Permission.SHARE_OUTPUT)
    _, at = partner_outputs.at_version(session, actor, output_id, version, matching)
    given = {"name": name, "days": days, "passcode": passcode, "follows": follows}
    made = client_links.create(session, actor, output_id=output_id, version=at, **given)  # type: ignore[arg-type]
    row = session.get_one(ClientLink, UUID(made.row.id))
    told = view.link(row, actor.name, db.now(session), left=False)
    return PartnerNewLink(**told.model_dump(), url=made.url)


def revoke_link(session: Session, actor: Actor, *, output_id: UUID, link_id: UUID) -> None:
    """The link opens nothing from now on; one that was revoked before stays so. Raises NotFound."""
    access.require(actor, Permission.SHARE_OUTPUT)
    _output(session, actor, output_id)
    link = access.one(session, select(ClientLink).where(ClientLink.id == link_id, ClientLink.output_id == output_id), actor, "link")
    if link.revoked_at is None:
        client_links.revoke(session, actor, link_id=link_id)


def _output(session: Session, actor: Actor, output_id: UUID) -> Output:
    return access.one(session, select(Output).where(Output.id == output_id), actor, "result")
