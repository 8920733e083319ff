"""Uploads: one file per request, counted while it arrives, so nothing larger than the plan's limit is ever kept."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from fastapi import APIRouter, Request

from coexai_app import access
from coexai_app.access import Permission
from coexai_app.api import deps
from coexai_app.api.deps import CurrentActor
from coexai_app.api.uploads import FileReader
from coexai_app.services import files
from coexai_app.views.files import FileView

router = APIRouter(prefix="/api/v1/files", tags=["files"])
# Room for the multipart envelope around the file.
ENVELOPE_BYTES = 64_000


@router.post("", status_code=201)
async def add_file(request: Request, actor: CurrentActor) -> FileView:
    """Adds a file (multipart field `file`); the answer's id goes into a job's input."""
    access.require(actor, Permission.ADD_FILE)
    files.check_size(actor, _declared_size(request) - ENVELOPE_BYTES)
    with tempfile.NamedTemporaryFile() as target:
        reader = FileReader(request.headers.get("content-type", ""), "file", target, partial(files.check_size, actor))
        async for chunk in request.stream():
            reader.write(chunk)
        reader.finish()
        return await deps.call(
            files.add,
            actor,
            name=reader.name,
            content_type=reader.content_type,
            path=Path(target.name),
            sha256=reader.sha256,
            size=reader.size,
        )


def _declared_size(request: Request) -> int:
    declared = request.headers.get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdigit() else 0
