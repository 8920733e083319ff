"""The calendar of an organisation: what is planned to be published, where and when, and the secret addresses that show it."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Index, Text, UniqueConstraint, false
from sqlmodel import Field
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Table, enum_column, now
from coexai_app.models.enums import CalendarChannel, CalendarState


class CalendarEntry(Table, table=True):
    """Something to be published on `day` at `clock`, by the wall clock of `timezone`: a moment in UTC is worked out when it is needed, so
    a change of the clocks, or of their rules, moves nothing.

    `output_id` and `part` say which text of which result it came from. `planned_key` is set while it is the entry that a whole plan put
    here, and makes planning it twice impossible. `version` grows with every change. A `test` one was made by a test key.
    """

    __tablename__ = "calendar_entries"
    __table_args__ = (
        Index("ix_calendar_entries_organization_id_day", "organization_id", "day", "clock", "id"),
        UniqueConstraint("organization_id", "planned_key"),
    )

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    author_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    day: dt.date = Field(sa_type=sa.Date)
    clock: dt.time = Field(sa_type=sa.Time)
    timezone: str = Field(max_length=64)
    channel: CalendarChannel = Field(sa_column=enum_column(CalendarChannel, length=24))
    state: CalendarState = Field(default=CalendarState.DRAFT, sa_column=enum_column(CalendarState))
    title: str = Field(max_length=200)
    text: str = Field(default="", sa_type=Text)
    notes: str = Field(default="", sa_type=Text)
    output_id: UUID | None = Field(default=None, foreign_key="outputs.id", ondelete="SET NULL", index=True)
    part: int | None = None
    planned_key: str | None = Field(default=None, max_length=64)
    test: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    version: int = 1
    updated_at: dt.datetime = Field(default_factory=now, sa_type=UTCDateTime)


class CalendarFeed(Table, table=True):
    """The secret address under which calendar programs of one person read one organisation's calendar; it goes with the membership.

    Only the SHA-256 of its token is stored. `last4` lets its owner tell it from an older one.
    """

    __tablename__ = "calendar_feeds"

    membership_id: UUID = Field(foreign_key="memberships.id", ondelete=CASCADE, unique=True)
    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE, index=True)
    token_hash: str = Field(max_length=64, unique=True)
    last4: str = Field(max_length=4)
    read_at: dt.datetime | None = Field(default=None, sa_type=UTCDateTime)
