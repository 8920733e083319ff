"""The audit log as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from coexai_app.access import Permission
from coexai_app.api import deps
from coexai_app.api.deps import CurrentActor
from coexai_app.api.documented import download, operation
from coexai_app.services import audit_export
from coexai_app.services.audit_read import Filters

router = APIRouter(prefix="/api/v1/audit", tags=["Audit log"])


_FILE: Final = download("text/csv", "The log.", "seq,at,action\n")


@router.get(
    "/export",
    response_class=StreamingResponse,
    **operation("Export the audit log", permission=Permission.VIEW_AUDIT, also=_FILE),
)
async def export(
    actor: CurrentActor,
    action: Annotated[str, Query(max_length=64)] = "",
    group: Annotated[str, Query(max_length=64)] = "",
    person: UUID | None = None,
    target: Annotated[str, Query(max_length=128)] = "",
    since: date | None = None,
    until: date | None = None,
    text: Annotated[str, Query(alias="q", max_length=200)] = "",
) -> StreamingResponse:
    """The organisation's audit log as CSV, oldest first. The filters are those of the page."""
    filters = Filters(action=action, group=group, person=person, target=target, since=since, until=until, text=text)
    begun = await deps.call(audit_export.begin, actor, filters=filters)

    async def parts() -> AsyncIterator[str]:
        yield audit_export.head()
        after = 0
        while True:
            lines, after = await deps.call(audit_export.part, actor, after=after, up_to=begun.up_to, filters=filters)
            if not lines:
                return
            yield lines

    return StreamingResponse(
        parts(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{begun.name}"', "Cache-Control": "no-store"},
    )
