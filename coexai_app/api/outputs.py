"""Results as files."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from coexai_app.access import Permission
from coexai_app.api import deps
from coexai_app.api.deps import CurrentActor
from coexai_app.api.documented import download, operation
from coexai_app.errors import NotFound
from coexai_app.services import outputs

router = APIRouter(prefix="/api/v1/outputs", tags=["Results"])


_FILE: Final = download("text/markdown", "The file.", "# A year of counting\n")


@router.get(
    "/{output_id}/export",
    response_class=Response,
    **operation("Export a result", NotFound, permission=Permission.VIEW_OUTPUT, also=_FILE),
)
async def export(output_id: UUID, actor: CurrentActor, file_format: str = Query("json", alias="format", max_length=8)) -> Response:
    """The result as json, md, txt or docx, or in what else its capability has: html, csv, ics, zip."""
    made = await deps.call(outputs.export, actor, output_id=output_id, format=file_format)
    return Response(
        made.data,
        media_type=made.media_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}", "Cache-Control": "no-store"},
    )
