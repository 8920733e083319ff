"""Who calls with an API key. Called by the API door for every request that carries one."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, or_, update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import InvalidToken
from coexai_app.models import ApiKey, Membership, Organization, User
from coexai_app.scopes import SCOPES, Scope
from coexai_app.services import api_key_format, api_keys
from coexai_app.views.tokens import status_of

# Writing "last used" on every call would make each one a write; a minute is exact enough.
USED_EVERY_SECONDS: Final = 60
_OVER: Final = {
    "revoked": "This API key was revoked. Make a new one.",
    "expired": "This API key has expired. Make a new one.",
    "replaced": "This API key was replaced by a newer one, and its last day is over. Use the newer one.",
}

# Built once: putting a statement together takes longer than running it.
_HOLDER: Final = (
    select(ApiKey, User, Membership, Organization)
    .join(User, col(User.id) == ApiKey.user_id)
    .join(Organization, col(Organization.id) == ApiKey.organization_id)
    .join(Membership, (col(Membership.user_id) == User.id) & (col(Membership.organization_id) == Organization.id))
    .where(ApiKey.key_hash == bindparam("digest"), col(User.disabled_at).is_(None), col(Organization.deleted_at).is_(None))
    .add_columns(db.utcnow())
)


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Who a key acts for, and with which scopes (`actor.scopes`). `note_use` says that its last use is not written down yet."""

    key_id: UUID
    actor: Actor
    scopes: frozenset[Scope]
    note_use: bool


def check_shape(key: str) -> None:
    """Raises InvalidToken for a key with a typo, without asking the database. The door calls it before it opens a transaction."""
    if not api_key_format.well_formed(key):
        raise InvalidToken("This is not an API key. Copy it again, whole.")


@db.reads
def authenticate(session: Session, *, key: str, ip: str = "") -> KeyHolder:
    """Who calls with this key from `ip`. Raises InvalidToken for a key that opens nothing, Forbidden when the plan has no API access.

    The key acts with the role that its maker has now; one whose maker has left or is disabled opens nothing.
    """
    check_shape(key)
    digest = api_key_format.digest(key)
    found = session.execute(_HOLDER, {"digest": digest}).first()
    if found is None or not hmac.compare_digest(found[0].key_hash, digest):
        raise InvalidToken("This API key is not valid.")
    row, user, membership, organization, at = found
    status = status_of(row, at)
    if status in _OVER and not (status == "replaced" and row.overlap_until is not None and row.overlap_until > at):
        raise InvalidToken(_OVER[status], reason=status)
    scopes = frozenset(Scope(name) for name in row.scopes if name in SCOPES)
    actor = Actor(
        user_id=user.id,
        organization_id=organization.id,
        role=membership.role,
        plan_name=organization.plan,
        timezone=user.timezone or organization.timezone,
        name=user.name,
        scopes=scopes,
        key_id=row.id,
        test=not row.live,
    )
    api_keys.require_plan(actor)
    due = row.last_used_at is None or (at - row.last_used_at).total_seconds() >= USED_EVERY_SECONDS
    return KeyHolder(row.id, actor, scopes, note_use=due)


def note_use(session: Session, *, key_id: UUID, ip: str = "") -> None:
    """Writes down when and from where a key was used, at most once a minute however many processes ask for it."""
    due = or_(col(ApiKey.last_used_at).is_(None), col(ApiKey.last_used_at) <= db.utcnow(-USED_EVERY_SECONDS))
    session.execute(update(ApiKey).where(col(ApiKey.id) == key_id, due).values(last_used_at=db.utcnow(), last_used_ip=ip[:64]))
