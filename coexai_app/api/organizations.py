"""Everything of an organisation as a ZIP, made in a temporary file first: nothing is sent that breaks off in the middle."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from typing import IO, Final

import anyio
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from coexai_app.access import Permission
from coexai_app.api import deps
from coexai_app.api.deps import CurrentActor
from coexai_app.api.documented import download, operation
from coexai_app.errors import FreshLoginNeeded, Unavailable
from coexai_app.services import organization_export

router = APIRouter(prefix="/api/v1/organization", tags=["Organization"])
CHUNK: Final = 1 << 20
# Each one may need gigabytes of disk.
_room: Final = threading.BoundedSemaphore(2)


_FILE: Final = download("application/zip", "Everything.", "(a ZIP)")


@router.get(
    "/export",
    response_class=StreamingResponse,
    **operation("Export everything", FreshLoginNeeded, permission=Permission.OWN, also=_FILE),
)
async def export(actor: CurrentActor) -> StreamingResponse:
    """All rows as JSON, the results as Markdown, and the files. For owners, within ten minutes of their log-in."""
    if not _room.acquire(blocking=False):
        raise Unavailable("Other exports are being made just now. Try again in a few minutes.")
    try:
        begun = await deps.call(organization_export.begin, actor)
        file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (open until it is sent)
        try:
            await anyio.to_thread.run_sync(organization_export.write, actor, file)
        except BaseException:
            file.close()
            raise
    finally:
        _room.release()
    size = file.tell()
    file.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="{begun.name}"', "Content-Length": str(size), "Cache-Control": "no-store"}
    return StreamingResponse(_chunks(file), media_type="application/zip", headers=headers)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
