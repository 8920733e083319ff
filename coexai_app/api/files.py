"""Uploads: one file per request, counted while it arrives, so nothing larger than the plan's limit is ever kept."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from fastapi import Path as PathParameter
from fastapi import Request
from pydantic import Field

from coexai_app import access
from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import CurrentActor, Partner
from coexai_app.api.documented import CHANGE_ONE, changing, one_file, operation
from coexai_app.api.once import Once
from coexai_app.api.partner import Body
from coexai_app.api.uploads import FileReader
from coexai_app.errors import Conflict, NotFound, UnsupportedMedia
from coexai_app.services import files, presigned
from coexai_app.views.files import FileView
from coexai_app.views.partner_files import PartnerFile, UploadTicket

router = partner.router("/files", "Files")
# Room for the multipart envelope around the file.
ENVELOPE_BYTES: Final = 64_000
_ADD: Final = changing("Add a file", permission=Permission.ADD_FILE)


class NewUpload(Body):
    name: str = Field(max_length=400, examples=["post.md"])
    size: int = Field(ge=1, lt=2**53, description="Bytes, exactly.", examples=[34120])
    content_type: str = Field("application/octet-stream", max_length=100, pattern=r"^[\w.+-]+/[\w.+-]+$", examples=["text/markdown"])


class FinishedUpload(Body):
    ticket: str = Field(max_length=4_000, examples=["(the ticket)"])


@router.post(
    "",
    status_code=201,
    **{**_ADD, "openapi_extra": {**_ADD["openapi_extra"], "requestBody": one_file("At most as large as the plan says.")}},
)
async def add_file(request: Request, actor: CurrentActor, once: Once) -> FileView:
    """Adds a file (multipart field `file`); the answer's id goes into a job's input."""
    access.require(actor, Permission.ADD_FILE)
    files.check_size(actor, _declared_size(request) - ENVELOPE_BYTES)
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise UnsupportedMedia("Send the file as multipart/form-data, in a field named file.")
    with tempfile.NamedTemporaryFile() as target:
        reader = FileReader(kind, "file", target, partial(files.check_size, actor))
        async for chunk in request.stream():
            reader.write(chunk)
        reader.finish()
        told = {"name": reader.name, "content_type": reader.content_type, "sha256": reader.sha256, "size": reader.size}
        return await once(files.add, same=told, path=Path(target.name), **told)


@router.get("/{file_id}", **operation("Get a file's description", NotFound, permission=Permission.VIEW_FILES))
async def get_file(actor: Partner, file_id: Annotated[UUID, PathParameter(description="The file's id.")]) -> PartnerFile:
    """Name, size, kind and SHA-256."""
    return await deps.call(files.described, actor, file_id=file_id)


@router.post("/uploads", status_code=201, **changing("Begin a direct upload", Conflict, permission=Permission.ADD_FILE))
async def begin_upload(once: Once, body: NewUpload) -> UploadTicket:
    """For large files where this instance keeps files in an S3-compatible store: a signed address that takes the bytes. 409 elsewhere."""
    return await once(presigned.begin, name=body.name, size=body.size, content_type=body.content_type)


@router.post("/uploads/complete", status_code=201, **changing("Complete a direct upload", *CHANGE_ONE, permission=Permission.ADD_FILE))
async def complete_upload(once: Once, body: FinishedUpload) -> PartnerFile:
    """After the bytes were sent: makes the file."""
    return await once(presigned.complete, ticket=body.ticket)


def _declared_size(request: Request) -> int:
    declared = request.headers.get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdigit() else 0
