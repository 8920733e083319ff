"""Who calls with an API key. Called by the API door for every request that carries one."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import or_, update
from sqlmodel import Session, col

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import InvalidToken
from coexai_app.models import ApiKey, Membership, Organization, User
from coexai_app.models.base import table_of
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

# Only what is needed, as it stands in the tables: every call asks this. Built once: putting a statement together takes longer than
# running it.
_KEYS, _USERS, _MEMBERS, _ORGANIZATIONS = (table_of(model) for model in (ApiKey, User, Membership, Organization))
_HOLDER: Final = (
    sa.select(
        *(_KEYS.c[name] for name in ("id", "key_hash", "revoked_at", "expires_at", "overlap_until", "scopes", "live", "last_used_at")),
        _KEYS.c.user_id,
        _KEYS.c.organization_id,
        _USERS.c.name,
        _MEMBERS.c.role,
        _ORGANIZATIONS.c.plan,
        sa.func.coalesce(sa.func.nullif(_USERS.c.timezone, ""), _ORGANIZATIONS.c.timezone).label("timezone"),
        db.utcnow().label("at"),
    )
    .join_from(_KEYS, _USERS, _USERS.c.id == _KEYS.c.user_id)
    .join(_ORGANIZATIONS, _ORGANIZATIONS.c.id == _KEYS.c.organization_id)
    .join(_MEMBERS, (_MEMBERS.c.user_id == _USERS.c.id) & (_MEMBERS.c.organization_id == _ORGANIZATIONS.c.id))
    .where(_KEYS.c.key_hash == sa.bindparam("digest"), _USERS.c.disabled_at.is_(None), _ORGANIZATIONS.c.deleted_at.is_(None))
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
    row: Any = session.connection().execute(_HOLDER, {"digest": digest}).first()
    if row is None or not hmac.compare_digest(row.key_hash, digest):
        raise InvalidToken("This API key is not valid.")
    status = status_of(row, row.at)
    if status in _OVER and not (status == "replaced" and row.overlap_until is not None and row.overlap_until > row.at):
        raise InvalidToken(_OVER[status], reason=status)
    scopes = frozenset(Scope(name) for name in row.scopes if name in SCOPES)
    actor = Actor(
        user_id=row.user_id,
        organization_id=row.organization_id,
        role=row.role,
        plan_name=row.plan,
        timezone=row.timezone,
        name=row.name,
        scopes=scopes,
        key_id=row.id,
        test=not row.live,
    )
    api_keys.require_plan(actor)
    due = row.last_used_at is None or (row.at - row.last_used_at).total_seconds() >= USED_EVERY_SECONDS
    return KeyHolder(row.id, actor, scopes, note_use=due)


def note_use(session: Session, *, key_id: UUID, ip: str = "") -> None:
    """Writes down when and from where a key was used, at most once a minute however many processes ask for it."""
    due = or_(col(ApiKey.last_used_at).is_(None), col(ApiKey.last_used_at) <= db.utcnow(-USED_EVERY_SECONDS))
    session.execute(update(ApiKey).where(col(ApiKey.id) == key_id, due).values(last_used_at=db.utcnow(), last_used_ip=ip[:64]))
