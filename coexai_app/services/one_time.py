"""The links of mails: made once, used once, and dead as soon as what they were made for has changed.

A link holds 256 random bits; the table holds their SHA-256. Called by `email_address.py` and `password_change.py`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from sqlalchemy import and_, delete, or_, update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.errors import InvalidInput
from coexai_app.models import OneTimeToken, TokenPurpose, User
from coexai_app.services import person, proofs
from coexai_app.services.person import hash_of

LIFE: Final[Mapping[TokenPurpose, timedelta]] = MappingProxyType(
    {TokenPurpose.VERIFY: timedelta(days=3), TokenPurpose.RESET: timedelta(minutes=30), TokenPurpose.CHANGE_EMAIL: timedelta(days=3)}
)
KEEP_SECONDS: Final = 7 * 86_400.0


class DeadLink(InvalidInput):
    """The link of a mail was used before, is too old, or never was one."""

    code = "DEAD_LINK"


def issue(session: Session, user: User, purpose: TokenPurpose, *, email: str) -> str:
    """A token for a link that goes to this address."""
    token = secrets.token_urlsafe(32)
    session.add(
        OneTimeToken(
            token_hash=hash_of(token),
            purpose=purpose,
            user_id=user.id,
            email=email,
            bound_to=_binding(user, purpose),
            expires_at=db.now(session) + LIFE[purpose],
        )
    )
    session.flush()
    return token


def look(session: Session, token: str, *purposes: TokenPurpose) -> tuple[OneTimeToken, User]:
    """What a token is for, without using it. Raises DeadLink."""
    found = session.exec(
        select(OneTimeToken, User)
        .join(User, col(User.id) == OneTimeToken.user_id)
        .where(
            OneTimeToken.token_hash == hash_of(token),
            col(OneTimeToken.purpose).in_(purposes),
            col(OneTimeToken.used_at).is_(None),
            col(OneTimeToken.expires_at) > db.utcnow(),
            or_(col(User.disabled_at).is_(None), and_(col(OneTimeToken.purpose) == TokenPurpose.RESET, proofs.trashed())),
        )
    ).first()
    if found is None or found[0].bound_to != _binding(found[1], found[0].purpose):
        raise DeadLink("This link was used already, or it is too old. Ask for a new one.")
    return found


def use(session: Session, token: str, *purposes: TokenPurpose) -> tuple[OneTimeToken, User]:
    """The same, and the token is used up: of several at once, one gets it. The person's row is locked. Raises DeadLink."""
    person.lock(session, look(session, token, *purposes)[1].id)
    row, user = look(session, token, *purposes)  # another link may have changed meanwhile what this one is bound to
    unused = update(OneTimeToken).where(col(OneTimeToken.id) == row.id, col(OneTimeToken.used_at).is_(None))
    if db.changed(session, unused.values(used_at=db.utcnow())) != 1:
        raise DeadLink("This link was used already, or it is too old. Ask for a new one.")
    return row, user


def purge(session: Session) -> None:
    """Forgets links that ended a week ago."""
    session.execute(delete(OneTimeToken).where(col(OneTimeToken.expires_at) < db.utcnow(-KEEP_SECONDS)))


def _binding(user: User, purpose: TokenPurpose) -> str:
    """What must be the same when the link is used: the address, and unless it only confirms that, the password."""
    parts = [purpose.value, user.email, "" if purpose is TokenPurpose.VERIFY else user.password_hash]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
