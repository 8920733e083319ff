"""Invitations: an address that may join an organisation with a link, until it is used, taken back or too old."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Table, enum_column
from coexai_app.models.enums import Role


class Invitation(Table, table=True):
    """One invitation of one address. Of its link only the SHA-256 is stored; `nonce` grows into a new link when it is sent again."""

    __tablename__ = "invitations"
    __table_args__ = (Index("ix_invitations_organization_id_id", "organization_id", "id"),)

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    email: str = Field(max_length=320)
    role: Role = Field(sa_column=enum_column(Role))
    token_hash: str = Field(max_length=64, unique=True)
    nonce: str = Field(max_length=32)
    invited_by: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
