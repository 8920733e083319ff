"""Entries of the calendar as the API answers them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from pydantic import Field

from coexai_app.models import CalendarChannel, CalendarEntry, CalendarState
from coexai_app.views.base import View


class PartnerEntry(View):
    """Something that is planned to be published, on `date` at `time` by the clock of `timezone`; nothing publishes it by itself.

    `moment` is when that is in UTC, and `note` says what the clocks do then, where they change. `version` grows with every change.
    """

    id: UUID
    date: dt.date = Field(examples=["2026-11-30"])
    time: str = Field(examples=["09:00"])
    timezone: str = Field(examples=["Europe/Berlin"])
    moment: dt.datetime = Field(examples=["2026-11-30T08:00:00Z"])
    note: str = Field(examples=[""])
    channel: CalendarChannel = Field(examples=["linkedin"])
    state: CalendarState = Field(examples=["draft"])
    title: str = Field(examples=["Why we bake less"])
    text: str = Field(examples=["Waste fell from 14% of production to 5%."])
    notes: str = Field(examples=["Ask Ana for a picture."])
    output_id: UUID | None
    part: int | None = Field(examples=[None])
    test: bool
    version: int = Field(examples=[1])
    created_by: str = Field(examples=["Alice Archer"])
    created_at: dt.datetime
    updated_at: dt.datetime


def entry(row: CalendarEntry, *, at: dt.datetime, note: str, by: str) -> PartnerEntry:
    return PartnerEntry(
        **row.model_dump(
            include={"id", "timezone", "channel", "state", "title", "text", "notes", "output_id", "part", "test", "version"}
            | {"created_at", "updated_at"}
        ),
        date=row.day,
        time=f"{row.clock:%H:%M}",
        moment=at,
        note=note,
        created_by=by,
    )
