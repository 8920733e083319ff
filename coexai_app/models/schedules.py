"""Schedules: work that comes back. The row says what to do, for whom, and when next; the sweep makes a job of each slot."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, false
from sqlmodel import Field
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Json, Table, now


class Schedule(Table, table=True):
    """One recurring order, or one for a single moment (`cron` empty). It runs as `user_id`: whoever set it last.

    `next_at` is the slot that is due next, None when nothing is left to do. `enabled` with a `paused_reason` has skipped its last slot
    and goes on by itself; not `enabled` waits for a person. A `test` one was made by a test key, and so are its jobs.
    """

    __tablename__ = "schedules"
    __table_args__ = (
        Index("ix_schedules_enabled_next_at", "enabled", "next_at"),
        Index("ix_schedules_organization_id_id", "organization_id", "id"),
    )

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE, index=True)
    agent: str = Field(max_length=32)
    capability: str = Field(max_length=64)
    title: str = Field(max_length=120)
    input: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    cron: str = Field(default="", max_length=120)
    timezone: str = Field(max_length=64)
    next_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    enabled: bool = True
    test: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    paused_reason: str = Field(default="", max_length=500)
    last_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_job_id: UUID | None = Field(default=None, foreign_key="jobs.id", ondelete="SET NULL", index=True)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
