"""What every service about one's own account asks first: is it the person, and have they just shown it. How they do is in `confirm.py`."""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import Forbidden, FreshLoginNeeded
from coexai_app.models import LoginSession, Membership, RefreshToken, User

FRESH_SECONDS: Final = 600.0
# How long the log-in of an API client lives (`tokens.py`).
FAMILY_SECONDS: Final = 7 * 86_400.0


def require_person(actor: Actor) -> None:
    """Raises Forbidden unless the person acts themselves, signed in to a browser: no key, no token, no member of staff for them."""
    if actor.session_id is None or actor.staff_id is not None:
        raise Forbidden("Only the person can do this, signed in to the browser.")


def lock(session: Session, user_id: UUID) -> User | None:
    """The person's row as it is now, for this transaction alone; `key_share`: others may still add rows that point at it.

    Whatever opens an account, and whatever ends what is open, holds it: a log-in that began before a new password does not outlive it.
    """
    found = select(User).where(User.id == user_id).with_for_update(key_share=True)
    return session.exec(found.execution_options(populate_existing=True)).first()


def refuse_key(actor: Actor) -> None:
    """Raises Forbidden for an API key: some things a person does for themselves."""
    if actor.scopes is not None:
        raise Forbidden("An API key cannot do this. Log in as a person for that.")


def is_fresh(session: Session, actor: Actor) -> bool:
    """Whether the person gave everything that a log-in asks of them within the last ten minutes: in this session, or in the log-in of this
    API client."""
    if actor.staff_id is not None:
        return False
    if actor.family_id is not None:
        begun = col(RefreshToken.expires_at) > db.utcnow(FAMILY_SECONDS - FRESH_SECONDS)
        return session.exec(select(RefreshToken.id).where(RefreshToken.family_id == actor.family_id, begun)).first() is not None
    fresh = col(LoginSession.authenticated_at) > db.utcnow(-FRESH_SECONDS)
    return session.exec(select(LoginSession.id).where(LoginSession.id == actor.session_id, fresh)).first() is not None


def require_fresh(session: Session, actor: Actor, *, clients: bool = False) -> None:
    """For what a stolen session must not do. Raises FreshLoginNeeded when the person showed too long ago that it is them.

    With `clients` it is open to API clients too, within ten minutes of their log-in.
    """
    if not (clients and actor.family_id and actor.staff_id is None):
        require_person(actor)
    if is_fresh(session, actor):
        return
    if actor.family_id is not None:
        raise FreshLoginNeeded("Log in again for this: your log-in is more than ten minutes old.")
    raise FreshLoginNeeded("It is a while since you logged in. Confirm that it is you, then do this again.")


def confirmed(session: Session, actor: Actor) -> None:
    """From now on, for ten minutes, this session is fresh."""
    session.execute(update(LoginSession).where(col(LoginSession.id) == actor.session_id).values(authenticated_at=db.utcnow()))


def stale_elsewhere(session: Session, actor: Actor) -> None:
    """The person's other sessions are fresh no more: they were begun with other factors than a log-in takes now."""
    others = update(LoginSession).where(col(LoginSession.user_id) == actor.user_id, col(LoginSession.id) != actor.session_id)
    session.execute(others.values(authenticated_at=None))


def first_home(session: Session, user_id: UUID) -> UUID | None:
    """The organisation that the person joined first: its audit log tells of their account."""
    return session.exec(select(Membership.organization_id).where(Membership.user_id == user_id).order_by(col(Membership.id))).first()


def hash_of(token: str) -> str:
    """What is stored of a cookie, or of the token of a link."""
    return hashlib.sha256(token.encode()).hexdigest()
