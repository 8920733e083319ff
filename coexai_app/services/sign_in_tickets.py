"""Between the password and the second step: who has a second factor, and the ticket that says that the password was right.

A ticket lives five minutes, is bound to a person and a door, works once, and exists nowhere but with the client. `accounts` and `tokens`
demand one at log-in; `second_step` redeems it.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, or_, update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.errors import SecondFactorRequired, SignInExpired
from coexai_app.models import Organization, Passkey, SignInDoor, SignInTicket, TotpFactor, User
from coexai_app.services import person, proofs

SECONDS: Final = 300


def has_factor(session: Session, user_id: UUID) -> bool:
    """Whether a person has a second factor in force: an app that has answered once, or a passkey."""
    app = select(TotpFactor.id).where(TotpFactor.user_id == user_id, col(TotpFactor.confirmed_at).is_not(None))
    return session.exec(app).first() is not None or session.exec(select(Passkey.id).where(Passkey.user_id == user_id)).first() is not None


def with_factor(user_id: Any) -> ColumnElement[bool]:
    """The same as a condition, for a query of a person's other rows."""
    app = exists().where(col(TotpFactor.user_id) == user_id, col(TotpFactor.confirmed_at).is_not(None))
    return or_(app, exists().where(col(Passkey.user_id) == user_id))


def must_enrol(session: Session, user: User, organization: Organization) -> bool:
    """Whether the organisation requires what this person does not have."""
    return organization.require_second_factor and not has_factor(session, user.id)


def demand(session: Session, user: User, *, door: SignInDoor, organization_id: UUID | None = None, device: str = "") -> None:
    """Lets a person without a second factor pass. For all others raises SecondFactorRequired, with a new ticket that is kept."""
    if not has_factor(session, user.id):
        return
    session.execute(delete(SignInTicket).where(col(SignInTicket.expires_at) < db.utcnow(-3600)))
    token = secrets.token_urlsafe(32)
    session.add(
        SignInTicket(
            token_hash=hash_of(token),
            user_id=user.id,
            organization_id=organization_id,
            door=door,
            device=device,
            auth_version=user.auth_version,
            expires_at=db.now(session) + timedelta(seconds=SECONDS),
        )
    )
    session.flush()
    raise SecondFactorRequired("The password is right. Now give the second step.", ticket=token, expires_in=SECONDS)


def find(session: Session, *, token: str, door: SignInDoor) -> tuple[SignInTicket, User]:
    """The living ticket and its person, whose row is locked for this transaction. Raises SignInExpired."""
    owner = session.exec(select(SignInTicket.user_id).where(SignInTicket.token_hash == hash_of(token))).first() if token else None
    user = person.lock(session, owner) if owner else None
    ticket = session.exec(
        select(SignInTicket).where(
            SignInTicket.token_hash == hash_of(token),
            SignInTicket.door == door,
            col(SignInTicket.used_at).is_(None),
            col(SignInTicket.expires_at) > db.utcnow(),
        )
    ).first()
    if ticket is None or user is None or not _may_enter(user, door) or user.auth_version != ticket.auth_version:
        raise SignInExpired("This log-in took too long, or was used already. Start again with your password.")
    return ticket, user


def use_up(session: Session, ticket: SignInTicket) -> None:
    """Raises SignInExpired when somebody else was faster."""
    unused = update(SignInTicket).where(col(SignInTicket.id) == ticket.id, col(SignInTicket.used_at).is_(None))
    if db.changed(session, unused.values(used_at=db.utcnow())) != 1:
        raise SignInExpired("This log-in was used already. Start again with your password.")


def _may_enter(user: User, door: SignInDoor) -> bool:
    """An account that its owner has deleted may still be entered in a browser, to restore it."""
    return user.disabled_at is None or (door is SignInDoor.BROWSER and proofs.in_trash(user))


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
