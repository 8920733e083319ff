"""What every service about one's own account asks first: is it the person, and have they just given the password."""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import Forbidden, FreshLoginNeeded
from coexai_app.models import LoginSession, Membership

FRESH_SECONDS: Final = 600.0


def require_person(actor: Actor) -> None:
    """Raises Forbidden unless the person acts themselves, signed in to a browser: no key, no token, no member of staff for them."""
    if actor.session_id is None or actor.staff_id is not None:
        raise Forbidden("Only the person can do this, signed in to the browser.")


def refuse_key(actor: Actor) -> None:
    """Raises Forbidden for an API key: some things a person does for themselves."""
    if actor.scopes is not None:
        raise Forbidden("An API key cannot do this. Log in as a person for that.")


def is_fresh(session: Session, actor: Actor) -> bool:
    """Whether the password was given in this session within the last ten minutes."""
    fresh = col(LoginSession.authenticated_at) > db.utcnow(-FRESH_SECONDS)
    return session.exec(select(LoginSession.id).where(LoginSession.id == actor.session_id, fresh)).first() is not None


def require_fresh(session: Session, actor: Actor) -> None:
    """For what a stolen session must not do. Raises FreshLoginNeeded when the password was last given too long ago."""
    require_person(actor)
    if not is_fresh(session, actor):
        raise FreshLoginNeeded("Give your password again for this.")


def first_home(session: Session, user_id: UUID) -> UUID | None:
    """The organisation that the person joined first: its audit log tells of their account."""
    return session.exec(select(Membership.organization_id).where(Membership.user_id == user_id).order_by(col(Membership.id))).first()


def hash_of(token: str) -> str:
    """What is stored of a cookie, or of the token of a link."""
    return hashlib.sha256(token.encode()).hexdigest()
