"""The links for clients that one member made: shown to whoever is about to take them out, and revoked with them. Called by `members.py`
and its page, and by `account_deletion.py`."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.models import ClientLink, Membership, Output
from coexai_app.services import client_links
from coexai_app.views import members as view
from coexai_app.views.members import MemberLink


@db.reads
def open_links(session: Session, actor: Actor, *, user_id: UUID) -> tuple[MemberLink, ...]:
    """The links of a member that open something now, the newest first. Raises NotFound for somebody else's person."""
    access.require(actor, Permission.MANAGE_TEAM)
    access.one(session, select(Membership).where(Membership.user_id == user_id), actor, "member")
    links = session.exec(access.scoped(_open(user_id), actor).order_by(col(ClientLink.id).desc())).all()
    titles = dict(session.exec(select(Output.id, Output.title).where(col(Output.id).in_({link.output_id for link in links}))).all())
    return tuple(view.link(link, titles[link.output_id], actor.timezone) for link in links)


def revoke_all(session: Session, actor: Actor, user_id: UUID) -> int:
    """Ends them; for `members.py`, which has taken the member out, or their right to share, in this transaction. Returns how many."""
    return _close(session, actor, access.scoped(_open(user_id), actor))


def revoke_own(session: Session, actor: Actor) -> int:
    """Ends those of the actor, in every organisation; for `account_deletion.py`, which has closed the account. Returns how many."""
    return _close(session, actor, _open(actor.user_id))


def _close(session: Session, actor: Actor, found: SelectOfScalar[ClientLink]) -> int:
    held = found.order_by(col(ClientLink.id)).with_for_update().execution_options(populate_existing=True)
    links = session.exec(held).all()
    for link in links:
        client_links.close(session, actor, link)
    return len(links)


def _open(user_id: UUID) -> SelectOfScalar[ClientLink]:
    theirs = select(ClientLink).where(ClientLink.user_id == user_id)
    return theirs.where(col(ClientLink.revoked_at).is_(None), col(ClientLink.expires_at) > db.utcnow())
