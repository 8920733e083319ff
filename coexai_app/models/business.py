"""What an organisation says about itself: the profile as it is, and every version that it had."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Json, Table, now


class BusinessProfile(Table, table=True):
    """The newest version, one row per organisation. `version` grows with every change: who saves names the one that they read."""

    __tablename__ = "business_profiles"

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE, unique=True)
    version: int
    data: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class BusinessProfileVersion(Table, table=True):
    """A version as it was saved, never changed: jobs name the one that they were given."""

    __tablename__ = "business_profile_versions"
    __table_args__ = (UniqueConstraint("organization_id", "version"),)

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    version: int
    data: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
