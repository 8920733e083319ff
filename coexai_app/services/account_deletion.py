"""The end of an account: thirty days in the trash, then emptied. What was made in an organisation belongs to it and stays.

An account in the trash is disabled like any other, so every door is closed to it; only a log-in and `restore` bring it back.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import Conflict, InvalidInput, Unauthenticated
from coexai_app.models import (
    ApiKey,
    Identity,
    LoginSession,
    MailKind,
    Membership,
    MutedMail,
    OneTimeToken,
    Organization,
    Passkey,
    RecoveryCode,
    RefreshToken,
    Role,
    SeenDevice,
    SignInTicket,
    TotpFactor,
    User,
)
from coexai_app.services import (
    account_fields,
    audit,
    invitations_open,
    login_sessions,
    mail,
    member_links,
    person,
    pictures,
    proofs,
    rest_hooks,
    tokens,
)
from coexai_app.views.accounts import AccountView

TRASH_DAYS: Final = 30
BATCH: Final = 20
# What goes with an emptied account; what was made in an organisation stays there.
OWN: Final = (
    OneTimeToken,
    SignInTicket,
    TotpFactor,
    RecoveryCode,
    Passkey,
    Identity,
    LoginSession,
    SeenDevice,
    RefreshToken,
    ApiKey,
    Membership,
    MutedMail,
)


@db.reads
def account(session: Session, actor: Actor) -> AccountView:
    """What the account page shows."""
    person.require_person(actor)
    user = session.get_one(User, actor.user_id)
    return AccountView(
        name=user.name,
        email=user.email,
        verified=user.verified_at is not None,
        fresh=person.is_fresh(session, actor),
        blocked=_blocked(session, actor.user_id),
        has_password=bool(user.password_hash),
    )


def rename(session: Session, actor: Actor, *, name: str) -> None:
    """Raises InvalidInput with the field."""
    person.require_person(actor)
    user = session.get_one(User, actor.user_id)
    before, user.name = user.name, account_fields.name(name)
    audit.record(session, "account.renamed", actor=actor, target=str(user.id), before={"name": before}, after={"name": user.name})


def delete_account(session: Session, actor: Actor, *, typed: str) -> None:
    """Puts the account into the trash and ends every session, token and key of it, its links for clients, its open invitations, and what
    its keys have events sent to.

    `typed` is the person's address, as a confirmation.
    Raises FreshLoginNeeded, InvalidInput for another address, and Conflict while an organisation with other people has no other owner.
    """
    person.require_fresh(session, actor)
    homes = _hold_homes(session, actor.user_id)
    user = session.get_one(User, actor.user_id)
    if account_fields.typed(typed) != user.email:
        raise InvalidInput("Type the e-mail address of your account.", field="typed")
    if blocked := _blocked(session, user.id):
        raise Conflict(blocked, field="owner")
    at = db.now(session)
    user.deleted_at = user.disabled_at = at
    session.flush()
    tokens.bump(session, user.id)
    login_sessions.end_all(session, user.id)
    member_links.revoke_own(session, actor)
    for home in homes:
        invitations_open.revoke_above(session, actor, home, user.id, None)
    rest_hooks.switch_off(session, actor, col(ApiKey.user_id) == user.id, f"{user.name} deleted the account whose API key made it.")
    until = at + timedelta(days=TRASH_DAYS)
    text = f"Nobody can use it any more. Log in before {until.day} {until:%B %Y} to get it back; after that it is removed for good."
    data = {"url": "/login", "title": "Your account was put into the trash", "text": text}
    mail.send(
        session, kind=MailKind.NOTICE, to=user.email, data=data, once_key=f"account-trash:{user.id}:{at.isoformat()}", user_id=user.id
    )
    for home in homes:
        audit.record(session, "account.deleted", actor=actor, organization_id=home, target=str(user.id), target_name=user.name)


def restore(session: Session, *, token: str) -> None:
    """Takes the account of a session out of the trash, within ten minutes of its log-in. Raises Unauthenticated."""
    fresh = select(LoginSession).where(
        LoginSession.token_hash == person.hash_of(token),
        col(LoginSession.expires_at) > db.utcnow(),
        col(LoginSession.authenticated_at) > db.utcnow(-person.FRESH_SECONDS),
    )
    opened = session.exec(fresh).first()
    user = person.lock(session, opened.user_id) if opened else None
    row = session.exec(fresh).first()  # gone, when the account was emptied meanwhile
    if user is None or row is None or not proofs.in_trash(user):
        raise Unauthenticated("Log in again to get your account back.")
    user.deleted_at = user.disabled_at = None
    audit.record(session, "account.restored", user_id=user.id, organization_id=row.organization_id, target=str(user.id))


def purge(session: Session) -> None:
    """Empties accounts that have been in the trash for thirty days: name, address, password, memberships, keys. For the sweep.

    An organisation that nobody belongs to any more goes the same way, and was as long in the trash.
    """
    due = select(User).where(col(User.deleted_at) < db.utcnow(-TRASH_DAYS * 86_400), col(User.deleted_at) == col(User.disabled_at))
    for user in session.exec(due.limit(BATCH).with_for_update(skip_locked=True)).all():
        at, gone_since = db.now(session), user.deleted_at
        homes = session.exec(select(Membership.organization_id).where(Membership.user_id == user.id)).all()
        told = {"when": at}
        mail.send(session, kind=MailKind.ACCOUNT_DELETED, to=user.email, data=told, once_key=f"account-deleted:{user.id}", user_id=user.id)
        for table in OWN:
            session.execute(delete(table).where(col(table.user_id) == user.id))
        empty = col(Organization.id).not_in(select(Membership.organization_id))
        session.execute(update(Organization).where(empty, col(Organization.deleted_at).is_(None)).values(deleted_at=gone_since))
        user.name, user.email, user.password_hash = "Deleted person", f"{user.id.hex}@deleted.invalid", ""
        user.disabled_at, user.deleted_at, user.verified_at = at, None, None
        pictures.forget(session, user.avatar)
        user.avatar = user.timezone = user.output_language = ""
        for home in homes or (None,):
            audit.record(session, "account.purged", organization_id=home, target=str(user.id), target_name=user.name)


def _hold_homes(session: Session, user_id: UUID) -> list[UUID]:
    """The organisations that the person belongs to, held until the commit: nobody leaves or changes roles there meanwhile."""
    mine = select(Membership.organization_id).where(Membership.user_id == user_id)
    held = select(Organization.id).where(col(Organization.id).in_(mine)).order_by(col(Organization.id))
    return list(session.exec(held.with_for_update(key_share=True)).all())


def _blocked(session: Session, user_id: UUID) -> str:
    """Why the account cannot go now: organisations with other people that would have no owner."""
    mine = select(Membership.organization_id).where(Membership.user_id == user_id, Membership.role == Role.OWNER)
    others = session.exec(
        select(Organization.name, Membership.role)
        .join(Membership, col(Membership.organization_id) == Organization.id)
        .join(User, col(User.id) == Membership.user_id)
        .where(col(Organization.id).in_(mine), Membership.user_id != user_id, col(User.disabled_at).is_(None))
    ).all()
    names = sorted({name for name, _ in others} - {name for name, role in others if role is Role.OWNER})
    return f"You are the only owner of {', '.join(names)}. Make somebody else there an owner first." if names else ""
