"""Links that let a client without an account look at one result and answer: made, listed and revoked here. What a client does with one
is in `client_reviews.py`.

A token holds 256 random bits and is shown once; the table holds its SHA-256. A passcode is short, so its HMAC is under the instance's
secret: whoever gets the table alone cannot try them out.

Anybody who may share can revoke a link. It ends when its maker leaves, deletes their account or may not share any more; whoever takes a
member out may decide that their links go on as the organisation's (`members.py`, `member_links.py`).
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, func
from sqlmodel import Session, col, select

from coexai_app import access, db, live, settings
from coexai_app.access import Actor, Permission
from coexai_app.agents.report import Report
from coexai_app.errors import Conflict, Forbidden, InvalidInput
from coexai_app.models import ClientLink, Membership, Output, OutputStatus, Role, User
from coexai_app.services import account_fields, audit, output_changes, outputs, reviews, sealing
from coexai_app.services.person import hash_of
from coexai_app.views import reviews as view
from coexai_app.views.reviews import NewLink

PAGE: Final = "/review"
DAYS: Final = 14
MOST_DAYS: Final = 90
MOST_OPEN: Final = 20
SHORTEST_PASSCODE: Final = 6
LONGEST_PASSCODE: Final = 64
TOKEN: Final = re.compile(r"cxr_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Made:
    """A link and the name of who made it, empty for an account that is gone; `left`: they are no member any more."""

    link: ClientLink
    by: str
    left: bool


def create(
    session: Session,
    actor: Actor,
    *,
    output_id: UUID,
    version: int,
    name: str,
    days: int = DAYS,
    passcode: str = "",
    follows: bool = False,
) -> NewLink:
    """A link for the client called `name`, for `days`. It shows the words of now, or with `follows` every later version too; a draft is in
    review from here on.

    Raises InvalidInput with the field, Conflict for a result that is approved or cannot be, or with MOST_OPEN open links.
    """
    access.require(actor, Permission.SHARE_OUTPUT)
    # Through the link a yes is given in the name of whoever made it.
    access.require(actor, Permission.APPROVE_OUTPUT)
    row = output_changes.locked(session, actor, output_id, version)
    _hold_membership(session, actor)
    called = account_fields.clean(name)[:100]
    if not called:
        raise InvalidInput("Say who the link is for.", field="name")
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"A link works for 1 to {MOST_DAYS} days.", field="days")
    code = passcode.strip()
    if code and not SHORTEST_PASSCODE <= len(code) <= LONGEST_PASSCODE:
        raise InvalidInput(f"A passcode has {SHORTEST_PASSCODE} to {LONGEST_PASSCODE} characters.", field="passcode")
    if row.status is OutputStatus.APPROVED:
        raise Conflict("This result is approved already. Reopen it to ask a client.")
    outputs.require_ready(Report.model_validate(row.report))
    here = select(func.count()).select_from(ClientLink).where(ClientLink.output_id == row.id, col(ClientLink.revoked_at).is_(None))
    if session.exec(here.where(col(ClientLink.expires_at) > db.utcnow())).one() >= MOST_OPEN:
        raise Conflict(f"{MOST_OPEN} links to this result are open. Revoke those that nobody needs.")
    token = f"cxr_{secrets.token_urlsafe(32)}"
    link = ClientLink(
        organization_id=row.organization_id,
        output_id=row.id,
        user_id=actor.user_id,
        name=called,
        token_hash=hash_of(token),
        version=row.content_version,
        follows=follows,
        expires_at=db.now(session) + timedelta(days=days),
    )
    if code:
        link.passcode_hash = passcode_hashes(link.id, code)[0]
    session.add(link)
    session.flush()
    if row.status is not OutputStatus.IN_REVIEW:
        reviews.begin(session, actor, row, "", link=link)
    of: dict[str, Any] = {"target": str(row.id), "target_name": row.title, "client": called}
    audit.record(session, "client_link.created", actor=actor, days=days, passcode_set=bool(code), follows=follows, **of)
    live.publish(session, row.organization_id, "client_link.created", row.id)
    shown = view.link_row(link, actor.name, actor.timezone, db.now(session), may_revoke=True)
    return NewLink(row=shown, url=f"{settings.get().origin}{PAGE}/{token}")


def revoke(session: Session, actor: Actor, *, link_id: UUID) -> None:
    """The link opens nothing from now on. Raises Conflict for one that was revoked before."""
    access.require(actor, Permission.SHARE_OUTPUT)
    found = select(ClientLink).where(ClientLink.id == link_id).with_for_update().execution_options(populate_existing=True)
    link = access.one(session, found, actor, "link")
    if link.revoked_at is not None:
        raise Conflict("This link was revoked already.")
    close(session, actor, link)


def close(session: Session, actor: Actor, link: ClientLink) -> None:
    """Ends a link that the caller holds."""
    link.revoked_at = db.now(session)
    session.flush()
    title = session.exec(select(Output.title).where(Output.id == link.output_id)).one()
    of: dict[str, Any] = {"target": str(link.output_id), "target_name": title, "client": link.name}
    audit.record(session, "client_link.revoked", actor=actor, organization_id=link.organization_id, **of)
    live.publish(session, link.organization_id, "client_link.revoked", link.output_id)


def listed(session: Session, actor: Actor, output_id: UUID) -> tuple[view.LinkRow, ...]:
    """The links of a result, newest first; for `reviews_read.py`, which has asked for the result."""
    at, may = db.now(session), actor.may(Permission.SHARE_OUTPUT)
    found = of_output(session, output_id, limit=2 * MOST_OPEN)
    return tuple(view.link_row(made.link, _told(made), actor.timezone, at, may_revoke=may) for made in found)


def of_output(session: Session, output_id: UUID, *, skip: int = 0, limit: int) -> list[Made]:
    """The same with who made them, for those who have asked for the result. A link is the organisation's: it goes on without its maker."""
    here = and_(col(Membership.user_id) == ClientLink.user_id, col(Membership.organization_id) == ClientLink.organization_id)
    found = session.exec(
        select(ClientLink, User.name, Membership.id)
        .outerjoin(User, col(User.id) == ClientLink.user_id)
        .outerjoin(Membership, here)
        .where(ClientLink.output_id == output_id)
        .order_by(col(ClientLink.id).desc())
        .offset(skip)
        .limit(limit)
    ).all()
    return [Made(link, name or "", left=member is None) for link, name, member in found]


def _told(made: Made) -> str:
    if not made.left:
        return made.by
    return f"{made.by}, who has left" if made.by else "Somebody who has left"


def _hold_membership(session: Session, actor: Actor) -> None:
    """Until the commit nobody takes the actor out, or their role or account away, so that whoever does finds every link.

    Raises Forbidden for somebody who may not share any more.
    """
    # The person first, then the membership, as everything that takes one of them away.
    person = select(User.id).where(User.id == actor.user_id, col(User.disabled_at).is_(None))
    own = select(Membership.role).where(Membership.user_id == actor.user_id, Membership.organization_id == actor.organization_id)
    there = session.exec(person.with_for_update(read=True)).first()
    role = session.exec(own.with_for_update(read=True)).first()
    if there is None or role is None:
        raise Forbidden("You do not belong to this organisation any more.")
    access.require(replace(actor, role=Role(role)), Permission.SHARE_OUTPUT)


def passcode_hashes(link_id: UUID, passcode: str) -> tuple[str, ...]:
    """What is stored of a passcode, bound to its link: the first for a new one, any of them for one that is given."""
    return tuple(mac.hex() for mac in sealing.macs("review-passcodes", f"{link_id}.{passcode}".encode()))
