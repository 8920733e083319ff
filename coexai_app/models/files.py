"""Files that people added or that agents kept. The bytes are in the store under `key`."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Field

from coexai_app.models.base import CASCADE, Table


class File(Table, table=True):
    """`seconds` is how long a recording lasts, where its headers say so."""

    __tablename__ = "files"

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE, index=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    job_id: UUID | None = Field(default=None, foreign_key="jobs.id", ondelete=CASCADE, index=True)
    name: str = Field(max_length=255)
    content_type: str = Field(max_length=128)
    size: int
    seconds: float | None = None
    sha256: str = Field(max_length=64)
    key: str = Field(max_length=255, unique=True)
