"""The people of an organisation: who they are, their roles, and how they leave. Called by the pages of the settings.

Everything that changes who may do what first locks the organisation's row and reads the actor's own role anew under it, so that of two
people who take each other's role only one succeeds, and an organisation never loses its last owner.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, update
from sqlmodel import Session, col, select

from coexai_app import access, db, live
from coexai_app.access import PERMISSIONS, RANK, Actor, Permission
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound
from coexai_app.models import ApiKey, LoginSession, MailKind, Membership, Organization, RefreshToken, Role, User
from coexai_app.models.base import new_id
from coexai_app.services import (
    accounts,
    audit,
    invitations_open,
    mail,
    member_links,
    person,
    rest_hooks,
    sign_in_tickets,
    tokens,
    webhook_events,
)
from coexai_app.views import members as view
from coexai_app.views.base import Page
from coexai_app.views.members import MemberRow

MAX_LIMIT: Final = 100
TEAM: Final = "/settings/members"
LAST_OWNER: Final = "{name} is the last owner. Make somebody else an owner first."


@db.reads
def page(session: Session, actor: Actor, *, page: int = 1, limit: int = 50) -> Page[MemberRow]:
    """The members, whoever joined first on top, each with what the actor may do to them and why not the rest."""
    access.require(actor, Permission.VIEW_TEAM)
    page, limit = max(1, page), min(max(1, limit), MAX_LIMIT)
    total = session.exec(select(func.count()).select_from(access.scoped(select(Membership), actor).subquery())).one()
    page = min(page, max(1, -(-total // limit)))
    rows = session.exec(
        select(Membership, User)
        .join(User, col(User.id) == Membership.user_id)
        .where(Membership.organization_id == actor.organization_id)
        .order_by(col(Membership.id))
        .offset((page - 1) * limit)
        .limit(limit)
    ).all()
    shown_ids = [user.id for _, user in rows]
    seen = dict(
        session.execute(
            select(LoginSession.user_id, func.max(LoginSession.last_seen_at))
            .where(LoginSession.organization_id == actor.organization_id)
            .where(col(LoginSession.user_id).in_(shown_ids))
            .group_by(col(LoginSession.user_id))
        ).all()
    )
    safe = set(session.exec(select(User.id).where(col(User.id).in_(shown_ids), sign_in_tickets.with_factor(User.id))).all())
    able, at = owners(session, actor.organization_id), db.now(session)
    shown = tuple(view.row(m, u, actor, seen=seen.get(u.id), last=able == [u.id], second_step=u.id in safe, at=at) for m, u in rows)
    return Page[MemberRow](rows=shown, page=page, limit=limit, total=total)


def change_role(session: Session, actor: Actor, *, user_id: UUID, role: str) -> None:
    """Gives a member another role; the role that they have changes nothing.

    Invitations and links for clients that they could not send any more end. Raises Forbidden for an admin and an owner's role, and for
    everybody who would raise themselves; Conflict for the last owner; FreshLoginNeeded for a new owner.
    """
    access.require(actor, Permission.MANAGE_TEAM)
    new = role_named(role)
    own, target, user = _both(session, actor, user_id)
    old = target.role
    if reason := view.why_not(own, target, new):
        raise Forbidden(reason)
    if old is new:
        return
    if new is Role.OWNER:
        person.require_fresh(session, actor)
    if owners(session, actor.organization_id) == [user_id]:
        raise Conflict(LAST_OWNER.format(name=user.name))
    _give(session, actor, target, user, new)
    if user_id != actor.user_id:
        told = {"organization": _name(session, actor), "url": "/home", "by": actor.name, "role": new.value}
        _mail(session, actor, user, MailKind.ROLE_CHANGED, told)


def transfer(session: Session, actor: Actor, *, user_id: UUID) -> None:
    """Hands the organisation over: the other member becomes an owner, the actor an admin, both or neither. Owners only.

    Raises FreshLoginNeeded, and Conflict for somebody who cannot log in.
    """
    access.require(actor, Permission.OWN)
    person.require_fresh(session, actor)
    own, target, user = _both(session, actor, user_id)
    if own.role is not Role.OWNER:
        raise Forbidden("Only an owner can hand the organisation over.")
    if user_id == actor.user_id:
        raise Conflict("You own this organisation already. Choose somebody else.")
    if user.disabled_at is not None:
        raise Conflict(f"{user.name}'s account is in the trash. Choose somebody who can log in.")
    if target.role is not Role.OWNER:
        _give(session, actor, target, user, Role.OWNER)
    _give(session, actor, own, session.get_one(User, actor.user_id), Role.ADMIN)
    audit.record(session, "organization.transferred", actor=actor, target=str(user_id), target_name=user.name)
    told = {"organization": _name(session, actor), "url": TEAM, "old_owner": actor.name, "new_owner": user.name}
    for one in sorted((user, session.get_one(User, actor.user_id)), key=lambda p: p.email):
        _mail(session, actor, one, MailKind.OWNERSHIP_TRANSFERRED, told)


def remove(session: Session, actor: Actor, *, user_id: UUID, revoke_links: bool = True) -> None:
    """Takes a member out: their sessions, tokens and API keys of this organisation end at once; what they made stays.

    Their links for clients end as well, unless `revoke_links` is False: then they go on as the organisation's. Their schedules stop at the
    next slot, with the reason. Raises Forbidden for an admin who removes an owner.
    """
    access.require(actor, Permission.MANAGE_TEAM)
    own, target, user = _both(session, actor, user_id)
    if user_id == actor.user_id:
        raise Conflict("You cannot remove yourself. Leave the organisation instead.")
    if reason := view.why_not_remove(own, target):
        raise Forbidden(reason)
    session.execute(delete(LoginSession).where(*_here(LoginSession, target)))
    _take_out(session, actor, target)
    # After the membership is gone, for which the making of a link waits: none is missed.
    links = member_links.revoke_all(session, actor, user_id) if revoke_links else 0
    audit.record(
        session,
        "member.removed",
        actor=actor,
        target=str(user_id),
        target_name=user.name,
        before={"role": target.role},
        after={"role": None},
        links_revoked=links,
    )
    _mail(session, actor, user, MailKind.MEMBER_REMOVED, {"organization": _name(session, actor), "by": actor.name})


def leave(session: Session, actor: Actor) -> None:
    """The actor leaves; their sessions go on in another organisation of theirs, or end, and their links for clients open nothing any more.

    Raises Conflict for the last owner.
    """
    access.require(actor, Permission.VIEW_TEAM)
    person.refuse_key(actor)
    own, _, user = _both(session, actor, actor.user_id)
    if owners(session, actor.organization_id) == [actor.user_id]:
        raise Conflict("You are the last owner. Hand the organisation over, or delete it.")
    _take_out(session, actor, own)
    links = member_links.revoke_all(session, actor, actor.user_id)
    move_sessions(session, actor.organization_id, actor.user_id)
    before = {"role": own.role}
    audit.record(session, "member.left", actor=actor, target=str(user.id), target_name=user.name, before=before, links_revoked=links)


def move_sessions(session: Session, organization_id: UUID, user_id: UUID) -> None:
    """The person's sessions in this organisation go on in another one of theirs, or end when there is none."""
    session.flush()
    here = (col(LoginSession.user_id) == user_id, col(LoginSession.organization_id) == organization_id)
    other = accounts.first_organization(session, user_id)
    if other is not None and other != organization_id:
        session.execute(update(LoginSession).where(*here).values(organization_id=other))
    else:
        session.execute(delete(LoginSession).where(*here))


def lock(session: Session, actor: Actor) -> Membership:
    """Holds the organisation until the commit, and returns what the actor is in it now.

    `key_share`: others may still add rows that point at it. Raises NotFound when it was deleted, or the actor taken out, meanwhile.
    """
    held = select(Organization).where(Organization.id == actor.organization_id, col(Organization.deleted_at).is_(None))
    if session.exec(held.with_for_update(key_share=True).execution_options(populate_existing=True)).first() is None:
        raise NotFound("This organisation does not exist any more.")
    return _one(session, actor, actor.user_id)


def owners(session: Session, organization_id: UUID) -> list[UUID]:
    """The owners who can log in: one whose account is in the trash looks after nothing."""
    found = select(Membership.user_id).join(User, col(User.id) == Membership.user_id).where(col(User.disabled_at).is_(None))
    return list(session.exec(found.where(Membership.organization_id == organization_id, Membership.role == Role.OWNER)).all())


def role_named(name: str) -> Role:
    """The role of this name. Raises InvalidInput."""
    try:
        return Role(name)
    except ValueError:
        raise InvalidInput(f"There is no role “{name[:40]}”. There are: {', '.join(Role)}.", field="role") from None


def tell(session: Session, user: User, kind: MailKind, data: dict[str, str], *, organization_id: UUID, once_key: str) -> None:
    """A mail about what was done. One that the limits refuse is left out: what it tells of counts anyway."""
    try:
        with db.savepoint(session):
            mail.send(session, kind=kind, to=user.email, data=data, once_key=once_key, organization_id=organization_id, user_id=user.id)
    except mail.Refused:
        return


def _both(session: Session, actor: Actor, user_id: UUID) -> tuple[Membership, Membership, User]:
    """The actor's membership and the other one, as they are under the organisation's lock. Raises NotFound for somebody else's person."""
    own = lock(session, actor)
    target = _one(session, actor, user_id)
    return own, target, session.get_one(User, user_id)


def _one(session: Session, actor: Actor, user_id: UUID) -> Membership:
    found = select(Membership).where(Membership.user_id == user_id).execution_options(populate_existing=True)
    return access.one(session, found, actor, "member")


def _give(session: Session, actor: Actor, target: Membership, user: User, new: Role) -> None:
    tokens.bump(session, user.id, keep_refresh=True)
    old, target.role = target.role, new
    session.flush()
    if RANK[new] < RANK[old]:
        invitations_open.revoke_above(session, actor, actor.organization_id, user.id, new)
    if RANK[new] < RANK[PERMISSIONS[Permission.SHARE_OUTPUT]]:
        # A client's yes counts as the yes of whoever made the link, who may not give one any more.
        member_links.revoke_all(session, actor, user.id)
    live.publish(session, actor.organization_id, "member.changed", user.id)
    told = {"user_id": str(user.id), "name": user.name, "role": new.value, "old_role": old.value}
    webhook_events.note(session, actor.organization_id, "member.role_changed", user.id, **told)
    audit.record(
        session, "member.role_changed", actor=actor, target=str(user.id), target_name=user.name, before={"role": old}, after={"role": new}
    )


def _take_out(session: Session, actor: Actor, target: Membership) -> None:
    """Everything but the sessions. Clients in the person's other organisations get new tokens by themselves."""
    tokens.bump(session, target.user_id, keep_refresh=True)
    ended = {"revoked_at": db.utcnow()}
    for table in (RefreshToken, ApiKey):
        session.execute(update(table).where(*_here(table, target), col(table.revoked_at).is_(None)).values(**ended))
    name = session.get_one(User, target.user_id).name
    rest_hooks.switch_off(session, actor, and_(*_here(ApiKey, target)), f"{name} does not work here any more, whose API key made it.")
    invitations_open.revoke_above(session, actor, actor.organization_id, target.user_id, None)
    session.delete(target)
    session.flush()
    live.publish(session, actor.organization_id, "member.removed", target.user_id)
    told = {"user_id": str(target.user_id), "name": name, "role": target.role.value}
    webhook_events.note(session, actor.organization_id, "member.removed", target.user_id, **told)


def _here(table: type[LoginSession | RefreshToken | ApiKey], target: Membership) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (col(table.user_id) == target.user_id, col(table.organization_id) == target.organization_id)


def _name(session: Session, actor: Actor) -> str:
    return session.get_one(Organization, actor.organization_id).name


def _mail(session: Session, actor: Actor, user: User, kind: MailKind, data: dict[str, str]) -> None:
    tell(session, user, kind, data, organization_id=actor.organization_id, once_key=f"{kind}:{new_id()}")
