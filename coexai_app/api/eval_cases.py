"""Golden cases as files."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from coexai_app.access import Permission
from coexai_app.api import deps
from coexai_app.api.deps import CurrentActor
from coexai_app.api.documented import download, operation
from coexai_app.errors import NotFound
from coexai_app.services import eval_cases

router = APIRouter(prefix="/api/v1/eval-cases", tags=["Results"])

_FILE: Final = download("application/toml", "The file.", 'agent = "maya"\ncapability = "blog-to-thread"\n')


@router.get(
    "/{case_id}/file",
    response_class=Response,
    **operation("Download a golden case", NotFound, permission=Permission.VIEW_OUTPUT, also=_FILE),
)
async def file(case_id: UUID, actor: CurrentActor) -> Response:
    """A kept case as TOML, as `coexai eval` reads it."""
    made = await deps.call(eval_cases.export, actor, case_id=case_id)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}", "Cache-Control": "no-store"}
    return Response(made.data, media_type=made.media_type, headers=headers)
