"""Whether a person can still get into their account. Called before a way in is taken away, by `identities.py` and `passkeys.py`."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app.errors import Conflict
from coexai_app.integrations import oidc
from coexai_app.models import Identity, Passkey, User


def left(session: Session, user: User, *, without: UUID | None = None) -> bool:
    """A password, a passkey, or an account at a provider that this instance offers; one of those may be left out of account."""
    if user.password_hash or session.exec(select(Passkey.id).where(Passkey.user_id == user.id)).first():
        return True
    offered = {provider.key for provider in oidc.providers()}
    known = select(Identity.id).where(Identity.user_id == user.id, col(Identity.provider).in_(offered))
    return any(found != without for found in session.exec(known).all())


def require(session: Session, user: User) -> None:
    """Raises Conflict when nothing is left: the transaction then takes the removal back."""
    if not left(session, user):
        raise Conflict("This is your last way in. Set a password or add a passkey first.")
