"""What API clients show: keys that sign access tokens, refresh tokens, ended tokens, and API keys. No secret is stored readable."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, text
from sqlmodel import Field
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Json, Table, enum_column
from coexai_app.models.enums import KeyState


class SigningKey(Table, table=True):
    """An RSA key of access tokens. `sealed` is its private half, encrypted; it is wiped as soon as the key stops to sign."""

    __tablename__ = "signing_keys"
    # Two processes that start together must not make two current keys.
    __table_args__ = (
        Index(
            "ix_signing_keys_current",
            "state",
            unique=True,
            sqlite_where=text("state = 'current'"),
            postgresql_where=text("state = 'current'"),
        ),
    )

    kid: str = Field(max_length=64, unique=True)
    state: KeyState = Field(sa_column=enum_column(KeyState))
    public: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    sealed: bytes | None = None
    published_at: datetime = Field(sa_type=UTCDateTime)
    activated_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    superseded_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class RefreshToken(Table, table=True):
    """One link of a family: the tokens that followed from one log-in. `expires_at` is the family's end, the same for all of them.

    `nonce` takes part in making the token from its parent, so that parallel refreshes get the same one.
    """

    __tablename__ = "refresh_tokens"

    token_hash: str = Field(max_length=64, unique=True)
    nonce: str = Field(max_length=32)
    family_id: UUID = Field(index=True)
    parent_id: UUID | None = Field(default=None, foreign_key="refresh_tokens.id", ondelete=CASCADE, index=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE, index=True)
    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    device: str = Field(default="", max_length=80)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class RevokedToken(Table, table=True):
    """An access token that was logged out before its time."""

    __tablename__ = "revoked_tokens"

    jti: str = Field(max_length=64, unique=True)
    expires_at: datetime = Field(sa_type=UTCDateTime, index=True)


class ApiKey(Table, table=True):
    """A key of an organisation's programs. It acts for `user_id`, who made it, within `scopes`; only its SHA-256 is stored."""

    __tablename__ = "api_keys"

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE, index=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE, index=True)
    name: str = Field(max_length=80)
    prefix: str = Field(max_length=12)
    last4: str = Field(max_length=4)
    key_hash: str = Field(max_length=64, unique=True)
    scopes: list[str] = Field(sa_column=Column(Json, nullable=False))
    live: bool
    expires_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_used_ip: str = Field(default="", max_length=64)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    replaced_by: UUID | None = Field(default=None, foreign_key="api_keys.id", ondelete="SET NULL")
    overlap_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
