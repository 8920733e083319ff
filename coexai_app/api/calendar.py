"""The calendar for programs that cannot log in, under a secret address, and as a file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal
from urllib.parse import quote

from fastapi import Path, Query, Request
from fastapi.responses import Response

from coexai_app.access import Permission
from coexai_app.api import conditional, deps, limits
from coexai_app.api.deps import CurrentActor
from coexai_app.api.documented import download, operation
from coexai_app.errors import NotFound
from coexai_app.services import calendar_export, calendar_feed, calendar_ics

router = conditional.Router()

_FILE: Final = download("text/csv", "The file.", "Date,Time,Time zone\n2026-11-30,09:00,Europe/Berlin\n")


@router.get("/calendar/{token}.ics", include_in_schema=False)
async def feed(request: Request, token: Annotated[str, Path(max_length=100)]) -> Response:
    """The calendar of an organisation, read only. The address is the secret: whoever has it reads, until it is switched off."""
    try:
        found = await deps.call(calendar_feed.read, token=token)
    except NotFound:
        await limits.anonymous(request)
        raise
    await limits.feed(request, calendar_feed.digest(token), calendar_feed.PER_MINUTE)
    if found.note:
        await deps.call(calendar_feed.note_read, token=token)
    headers = {"Cache-Control": "private, no-cache", "Content-Disposition": 'inline; filename="calendar.ics"'}
    return conditional.tagged(request, Response(found.data, media_type=calendar_ics.MEDIA_TYPE, headers=headers))


@router.get(
    "/api/v1/calendar/export",
    tags=["Calendar"],
    response_class=Response,
    **operation("Export the calendar", permission=Permission.VIEW_OUTPUT, also=_FILE),
)
async def export(
    actor: CurrentActor,
    first: Annotated[date, Query(alias="from", description="The first day.", examples=["2026-11-01"])],
    last: Annotated[date, Query(alias="until", description="The last day.", examples=["2026-11-30"])],
    file_format: Annotated[Literal["csv", "ics"], Query(alias="format")] = "csv",
) -> Response:
    """The entries of these days as csv or ics. Cells that a spreadsheet would take for a formula begin with an apostrophe."""
    made = await deps.call(calendar_export.export, actor, format=file_format, first=first, last=last)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}", "Cache-Control": "no-store"}
    return Response(made.data, media_type=made.media_type, headers=headers)
