"""API keys, and who a token or a key belongs to, as pages and API see them."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from coexai_app.models import ApiKey, Organization, Role, User
from coexai_app.scopes import SCOPES, Scope
from coexai_app.views.base import View, moment

KeyStatus = Literal["active", "replaced", "expired", "revoked"]
_NOT_YOURS = "Only the person who made this key may rotate it."
_OVER = "This key opens nothing any more."


class KeyView(View):
    """An API key without its secret. `shown` stands for it in lists; `why_not_rotate` is empty when the actor may."""

    id: str
    name: str
    shown: str
    scopes: tuple[Scope, ...]
    live: bool
    status: KeyStatus
    made_by: str
    created_at: datetime
    expires_at: datetime | None
    overlap_until: datetime | None
    replaced_by: str | None
    last_used_at: datetime | None
    last_used_ip: str
    created_label: str
    expires_label: str
    used_label: str
    may_revoke: bool
    why_not_rotate: str


class CreatedKey(KeyView):
    """A key at the moment when it was made: `secret` is never shown again."""

    secret: str = Field(repr=False)


class ScopeView(View):
    name: Scope
    sentence: str
    may: bool
    least_role: Role


class OrganizationIdentity(View):
    id: str
    name: str
    plan: str
    timezone: str


class Identity(View):
    """Who calls. `scopes` is null for a person, who may all that the role allows; a key does not tell its maker's name and address."""

    user_id: str
    name: str | None
    email: str | None
    role: Role
    organization: OrganizationIdentity
    scopes: tuple[Scope, ...] | None
    api_key_id: str | None
    test: bool


def status_of(row: ApiKey, at: datetime) -> KeyStatus:
    """The state of a key at a time. A replaced one may still open until `overlap_until`."""
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at is not None and row.expires_at <= at:
        return "expired"
    return "replaced" if row.overlap_until is not None else "active"


def key(row: ApiKey, *, made_by: str, mine: bool, timezone: str, at: datetime) -> KeyView:
    status = status_of(row, at)
    return KeyView(
        id=str(row.id),
        name=row.name,
        shown=f"{row.prefix}…{row.last4}",
        scopes=tuple(Scope(name) for name in row.scopes if name in SCOPES),
        live=row.live,
        status=status,
        made_by=made_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        overlap_until=row.overlap_until,
        replaced_by=str(row.replaced_by) if row.replaced_by else None,
        last_used_at=row.last_used_at,
        last_used_ip=row.last_used_ip,
        created_label=moment(row.created_at, timezone),
        expires_label=moment(row.expires_at, timezone) or "never",
        used_label=moment(row.last_used_at, timezone) or "never",
        may_revoke=status in ("active", "replaced"),
        why_not_rotate=_OVER if status != "active" else "" if mine else _NOT_YOURS,
    )


def identity(
    user: User, organization: Organization, *, role: Role, scopes: AbstractSet[Scope] | None, key_id: UUID | None, test: bool
) -> Identity:
    person = key_id is None
    return Identity(
        user_id=str(user.id),
        name=user.name if person else None,
        email=user.email if person else None,
        role=role,
        organization=OrganizationIdentity(
            id=str(organization.id), name=organization.name, plan=organization.plan, timezone=organization.timezone
        ),
        scopes=tuple(scope for scope in Scope if scope in scopes) if scopes is not None else None,
        api_key_id=str(key_id) if key_id else None,
        test=test,
    )
