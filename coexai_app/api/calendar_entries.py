"""The content calendar: what is planned to be published, where and when."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Request, Response
from fastapi import Query as QueryParameter
from pydantic import BeforeValidator, Field

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import CHANGE_ONE, changing, operation
from coexai_app.api.once import Once
from coexai_app.api.partner import Body, PageQuery
from coexai_app.errors import Conflict, NotFound
from coexai_app.models import CalendarChannel, CalendarState
from coexai_app.services import calendar, calendar_time, partner_calendar
from coexai_app.services.calendar_rules import MAX_NOTES, MAX_TEXT, MAX_TITLE
from coexai_app.views.listing import Listing
from coexai_app.views.partner_calendar import PartnerEntry

router = partner.router("/calendar-entries", "Calendar")
EntryId = Annotated[UUID, Path(description="The entry's id.")]
PLAN = Permission.PLAN_CONTENT
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
MOST_VERSIONS = 2**31 - 1


def _only_text(value: Any) -> Any:
    """A number is no date: what a day is in seconds nobody means here."""
    if value is not None and not isinstance(value, str):
        raise ValueError("Send this as text.")
    return value


Day = Annotated[str, BeforeValidator(_only_text), Field(pattern=_DATE, json_schema_extra={"format": "date"})]
Clock = Annotated[str, Field(pattern=_CLOCK)]


class EntryQuery(PageQuery):
    first: dt.date | None = Field(None, alias="from", description="The first day.", examples=["2026-11-01"])
    last: dt.date | None = Field(None, alias="until", description="The last day.", examples=["2026-11-30"])
    channel: CalendarChannel | None = None
    state: CalendarState | None = None
    sort: Literal["date", "-date", "created_at", "-created_at"] = "date"


class NewEntry(Body):
    date: Day = Field(examples=["2027-03-01"])
    time: Clock = Field(description="By the clock of `timezone`.", examples=["09:00"])
    timezone: str | None = Field(None, max_length=64, description="Default: the organisation's.", examples=["Europe/Berlin"])
    channel: CalendarChannel = Field(CalendarChannel.OTHER, examples=["linkedin"])
    state: CalendarState = Field(
        CalendarState.DRAFT, description="`approved`, `scheduled` and `published` need `outputs:approve`, too.", examples=["draft"]
    )
    title: str = Field(min_length=1, max_length=MAX_TITLE, examples=["Why we bake less"])
    text: str = Field("", max_length=MAX_TEXT, examples=["Waste fell from 14% of production to 5%."])
    notes: str = Field("", max_length=MAX_NOTES, examples=["Ask Ana for a picture."])


class EntryChange(Body):
    """What is left out stays as it is. With the `version` that you have read, nobody else's change is overwritten: 409 tells of it."""

    version: int | None = Field(None, ge=1, le=MOST_VERSIONS, examples=[None])
    date: Day | None = Field(None, examples=["2027-03-02"])
    time: Clock | None = Field(None, examples=["09:30"])
    timezone: str | None = Field(None, max_length=64, examples=[None])
    channel: CalendarChannel | None = Field(None, examples=["linkedin"])
    state: CalendarState | None = Field(None, examples=["in_review"])
    title: str | None = Field(None, min_length=1, max_length=MAX_TITLE, examples=["Why we bake less"])
    text: str | None = Field(None, max_length=MAX_TEXT, examples=["Waste fell from 14% to 5%."])
    notes: str | None = Field(None, max_length=MAX_NOTES, examples=[""])


@router.get("", **operation("List calendar entries", permission=Permission.VIEW_OUTPUT))
async def list_entries(request: Request, actor: Partner, query: Annotated[EntryQuery, QueryParameter()]) -> Listing[PartnerEntry]:
    """What the organisation plans to publish. Days are those of each entry's own time zone."""
    found = await deps.call(
        partner_calendar.page,
        actor,
        first=query.first,
        last=query.last,
        channel=query.channel or "",
        state=query.state or "",
        page=query.page,
        limit=query.limit,
        sort=query.sort,
    )
    partner.linked(request, found)
    return found


@router.post("", status_code=201, **changing("Create a calendar entry", Conflict, permission=PLAN))
async def create_entry(once: Once, response: Response, body: NewEntry) -> PartnerEntry:
    """On a day that has not passed, unless it is published or cancelled. Entries of a test key are marked as such."""
    made = await once(
        partner_calendar.create,
        day=calendar_time.read_day(body.date, field="date"),
        clock=calendar_time.read_clock(body.time, field="time"),
        title=body.title,
        channel=body.channel,
        state=body.state,
        timezone=body.timezone or "",
        text=body.text,
        notes=body.notes,
    )
    response.headers["Location"] = f"{partner.API}/calendar-entries/{made.id}"
    return made


@router.get("/{entry_id}", **operation("Get a calendar entry", NotFound, permission=Permission.VIEW_OUTPUT))
async def get_entry(actor: Partner, entry_id: EntryId) -> PartnerEntry:
    """One entry, with its text."""
    return await deps.call(partner_calendar.get, actor, entry_id=entry_id)


@router.patch("/{entry_id}", **changing("Change a calendar entry", *CHANGE_ONE, permission=PLAN))
async def change_entry(once: Once, entry_id: EntryId, body: EntryChange) -> PartnerEntry:
    """Changes what is given and keeps the rest; with another date it keeps its wall-clock time. A change of words of what is approved
    needs `outputs:approve`, too."""
    return await once(
        partner_calendar.update,
        entry_id=entry_id,
        version=body.version,
        day=calendar_time.read_day(body.date, field="date") if body.date else None,
        clock=calendar_time.read_clock(body.time, field="time") if body.time else None,
        timezone=body.timezone,
        channel=body.channel,
        state=body.state,
        title=body.title,
        text=body.text,
        notes=body.notes,
    )


@router.delete("/{entry_id}", status_code=204, **changing("Delete a calendar entry", NotFound, permission=PLAN, body=False))
async def delete_entry(once: Once, entry_id: EntryId) -> None:
    """A result that it came from stays."""
    await once(calendar.delete, entry_id=entry_id)
