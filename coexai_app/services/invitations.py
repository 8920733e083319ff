"""Invitations: a link that lets one address join an organisation. Called by the members' page, the link's page and `api/invitations.py`.

The link's token is made from the instance's secret and the row's nonce, so it can be copied again but stands in no table; the row holds its
SHA-256. Whoever holds the link still joins only with an account of the invited address.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from coexai_app import access, db, live
from coexai_app.access import RANK, Actor, Permission
from coexai_app.errors import Conflict, Forbidden, NotFound, QuotaExceeded
from coexai_app.models import Invitation, LoginSession, MailKind, Membership, Organization, Role, User
from coexai_app.services import account_fields, accounts, audit, mail, members, person, sealing, webhook_events
from coexai_app.services.accounts import SignedIn
from coexai_app.views import members as view
from coexai_app.views.members import InvitationLook, InvitationRow, RoleChoice

LIFE: Final = timedelta(days=7)
MAX_OPEN: Final = 50
PAGE: Final = "/invite"
_TOKEN: Final = re.compile(r"cxi_[A-Za-z0-9_-]{43}", re.ASCII)


def invite(session: Session, actor: Actor, *, email: str, role: str) -> InvitationRow:
    """Sends an address a link. Raises InvalidInput, Forbidden for a role above the actor's own, FreshLoginNeeded for that of an owner,
    QuotaExceeded above MAX_OPEN open ones, Conflict for a member or an address that has an open link, RateLimited after many mails."""
    access.require(actor, Permission.MANAGE_TEAM)
    wanted, address = members.role_named(role), account_fields.email(email)
    own = members.lock(session, actor)
    _require_rank(own, wanted)
    if wanted is Role.OWNER:
        person.require_fresh(session, actor)
    member = select(Membership.id).join(User, col(User.id) == Membership.user_id).where(User.email == address)
    if session.exec(member.where(Membership.organization_id == actor.organization_id)).first():
        raise Conflict("This person is a member already.", field="email")
    waiting = session.exec(_open(actor)).all()
    if any(row.email == address for row in waiting):
        raise Conflict("This address is invited already. Send the invitation again, or take it back first.", field="email")
    if len(waiting) >= MAX_OPEN:
        raise QuotaExceeded(f"{MAX_OPEN} invitations are open. Take back those that nobody will use.", limit=MAX_OPEN)
    row = Invitation(
        organization_id=actor.organization_id,
        email=address,
        role=wanted,
        token_hash="",
        nonce="",
        invited_by=actor.user_id,
        expires_at=_until(session),
    )
    _send(session, actor, row)
    audit.record(session, "invitation.sent", actor=actor, target=str(row.id), target_name=address, after={"role": wanted})
    live.publish(session, actor.organization_id, "invitation.sent", row.id)
    return view.invitation(row, actor.name, actor, db.now(session))


def resend(session: Session, actor: Actor, *, invitation_id: UUID) -> None:
    """A new link for another seven days; the old one opens nothing any more."""
    access.require(actor, Permission.MANAGE_TEAM)
    row = _mine(session, actor, invitation_id)
    row.expires_at = _until(session)
    _send(session, actor, row)
    audit.record(session, "invitation.resent", actor=actor, target=str(row.id), target_name=row.email)
    live.publish(session, actor.organization_id, "invitation.resent", row.id)


def revoke(session: Session, actor: Actor, *, invitation_id: UUID) -> None:
    """The link opens nothing from now on. Raises NotFound, also for one that was used or taken back."""
    access.require(actor, Permission.MANAGE_TEAM)
    row = _mine(session, actor, invitation_id)
    row.revoked_at = db.now(session)
    audit.record(session, "invitation.revoked", actor=actor, target=str(row.id), target_name=row.email)
    live.publish(session, actor.organization_id, "invitation.revoked", row.id)


def link(session: Session, actor: Actor, *, invitation_id: UUID) -> str:
    """The path of an open link, to hand over by other means than mail; that it was taken stands in the audit log."""
    access.require(actor, Permission.MANAGE_TEAM)
    row = _mine(session, actor, invitation_id)
    audit.record(session, "invitation.link_copied", actor=actor, target=str(row.id), target_name=row.email)
    return f"{PAGE}?token={_token(row)}"


@db.reads
def page(session: Session, actor: Actor) -> tuple[InvitationRow, ...]:
    """The invitations that nobody used or took back, newest first; at most MAX_OPEN and those whose link is too old."""
    access.require(actor, Permission.MANAGE_TEAM)
    rows = session.exec(_waiting(actor).order_by(col(Invitation.id).desc()).limit(2 * MAX_OPEN)).all()
    names = dict(session.exec(select(User.id, User.name).where(col(User.id).in_({row.invited_by for row in rows}))).all())
    at = db.now(session)
    return tuple(view.invitation(row, names.get(row.invited_by, "") if row.invited_by else "", actor, at) for row in rows)


@db.reads
def roles(session: Session, actor: Actor) -> tuple[RoleChoice, ...]:
    """The roles that the actor may invite into; none for somebody who may not invite."""
    access.require(actor, Permission.VIEW_TEAM)
    return view.choices(actor)


@db.reads
def look(session: Session, *, token: str) -> InvitationLook:
    """What an open link leads to, for whoever holds it. Raises NotFound for an unknown one, Conflict for one that is over."""
    row, organization = _found(session, token)
    _require_open(row, db.now(session))
    inviter = session.get(User, row.invited_by) if row.invited_by else None
    account = session.exec(select(User.id).where(User.email == row.email)).first() is not None
    return view.look(row, organization, inviter.name if inviter else "Somebody who has left", account=account)


def accept(session: Session, actor: Actor, *, token: str) -> UUID:
    """The signed-in person joins, and their session goes on there. Using a link again that let them in answers the same.

    Raises as `look`, and Forbidden unless the account's address is the invited one.
    """
    person.refuse_key(actor)
    user = session.get_one(User, actor.user_id)
    organization_id = _join(session, token, user)
    if actor.session_id and (row := session.get(LoginSession, actor.session_id)):
        row.organization_id = organization_id
    return organization_id


def sign_up(
    session: Session, *, token: str, name: str, password: str = "", password_hash: str = "", ip: str = "", user_agent: str = ""
) -> SignedIn:
    """A new account for the invited address, which joins at once; its password as in `accounts.sign_up`.

    Raises as `look` and `accounts.register`.
    """
    row, _ = _found(session, token)
    _require_open(row, db.now(session))
    user = accounts.register(session, name=name, email=row.email, password=password, password_hash=password_hash)
    organization_id = _join(session, token, user)
    of: dict[str, Any] = {"user_id": user.id, "organization_id": organization_id, "target": str(user.id)}
    audit.record(session, "account.created", ip=ip, user_agent=user_agent, staff=user.is_staff, **of)
    return accounts.open_session(session, user, organization_id, ip=ip, user_agent=user_agent)


def _join(session: Session, token: str, user: User) -> UUID:
    """Makes the membership, under the organisation's lock: however many use a link at once, one membership comes of it."""
    row, organization = _found(session, token)
    held = select(Organization).where(Organization.id == organization.id, col(Organization.deleted_at).is_(None))
    if session.exec(held.with_for_update(key_share=True).execution_options(populate_existing=True)).first() is None:
        raise _unknown()
    session.refresh(row)
    if row.token_hash != _hash(token):  # sent again meanwhile
        raise _unknown()
    if row.email != user.email:
        raise Forbidden(f"This invitation is for {row.email}, and you are logged in as {user.email}. Log out, then open the link again.")
    here = select(Membership).where(Membership.user_id == user.id, Membership.organization_id == organization.id)
    member = session.exec(here).first()
    if member is not None and row.accepted_at is not None:
        return organization.id
    _require_open(row, db.now(session))
    row.accepted_at = db.now(session)
    if member is None:
        session.add(Membership(user_id=user.id, organization_id=organization.id, role=row.role))
        told = {"user_id": str(user.id), "name": user.name, "role": row.role.value}
        webhook_events.note(session, organization.id, "member.added", user.id, **told)
    session.flush()
    of: dict[str, Any] = {"user_id": user.id, "organization_id": organization.id}
    audit.record(session, "invitation.accepted", target=str(row.id), target_name=row.email, after={"role": row.role}, **of)
    live.publish(session, organization.id, "member.joined", user.id)
    return organization.id


def _send(session: Session, actor: Actor, row: Invitation) -> None:
    """A new nonce, and the mail with the link that comes of it."""
    row.nonce = secrets.token_hex(16)
    row.token_hash = _hash(_tokens(row)[0])
    session.add(row)
    session.flush()
    organization = session.get_one(Organization, actor.organization_id)
    data = {
        "inviter": actor.name,
        "organization": organization.name,
        "role": view.with_article(row.role),
        "valid": f"{LIFE.days} days",
        "url": f"{PAGE}?token={_token(row)}",
    }
    key = f"invitation:{row.id}:{row.nonce}"
    mail.send(session, kind=MailKind.INVITATION, to=row.email, data=data, once_key=key, organization_id=actor.organization_id)


def _mine(session: Session, actor: Actor, invitation_id: UUID) -> Invitation:
    """A waiting invitation, under the organisation's lock, that the actor's role may handle now."""
    own = members.lock(session, actor)
    found = _waiting(actor).where(Invitation.id == invitation_id).execution_options(populate_existing=True)
    row = access.one(session, found, actor, "invitation")
    _require_rank(own, row.role)
    return row


def _require_rank(own: Membership, role: Role) -> None:
    if RANK[own.role] < RANK[Role.ADMIN]:
        raise Forbidden(f"Your role ({own.role}) does not allow you to manage the team. Ask an admin of your organisation.")
    if RANK[role] > RANK[own.role]:
        raise Forbidden(f"Your role ({own.role}) cannot invite {view.with_article(role)}. Ask an owner.")


def _waiting(actor: Actor) -> SelectOfScalar[Invitation]:
    found = access.scoped(select(Invitation), actor)
    return found.where(col(Invitation.accepted_at).is_(None), col(Invitation.revoked_at).is_(None))


def _open(actor: Actor) -> SelectOfScalar[Invitation]:
    return _waiting(actor).where(col(Invitation.expires_at) > db.utcnow())


def _found(session: Session, token: str) -> tuple[Invitation, Organization]:
    if not _TOKEN.fullmatch(token):
        raise _unknown()
    found = session.exec(
        select(Invitation, Organization)
        .join(Organization, col(Organization.id) == Invitation.organization_id)
        .where(Invitation.token_hash == _hash(token), col(Organization.deleted_at).is_(None))
    ).first()
    if found is None:
        raise _unknown()
    return found


def _require_open(row: Invitation, at: datetime) -> None:
    if row.accepted_at is not None:
        raise Conflict("This invitation was used already. If it was you, log in.", reason="used")
    if row.revoked_at is not None:
        raise Conflict("This invitation was taken back. Ask for a new one if you still want to join.", reason="revoked")
    if row.expires_at <= at:
        raise Conflict("This invitation is too old: a link works for 7 days. Ask for a new one.", reason="expired")


def _unknown() -> NotFound:
    return NotFound("This link is not valid. It may have been replaced by a newer mail; use the newest one, or ask for a new invitation.")


def _until(session: Session) -> datetime:
    return db.now(session) + LIFE


def _token(row: Invitation) -> str:
    """The token of the link that was sent. Raises Conflict when the secret it was made with is gone for good."""
    for token in _tokens(row):
        if _hash(token) == row.token_hash:
            return token
    raise Conflict("This link was made before the instance got another secret. Send the invitation again.")


def _tokens(row: Invitation) -> list[str]:
    """What the row's nonce makes with the instance's secret, and with those that it replaced."""
    made = sealing.macs("invitations", f"{row.id}.{row.nonce}".encode())
    return [f"cxi_{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}" for mac in made]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
