"""Pictures: of people and of the organisation. An upload is decoded apart before anything is written; what is served is always our WebP."""

from __future__ import annotations

import io
from functools import partial
from typing import Any, Final
from uuid import UUID

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import Response

from coexai_app.access import Permission
from coexai_app.api import deps
from coexai_app.api.deps import CurrentActor
from coexai_app.api.documented import BODY, download, one_file, operation
from coexai_app.api.uploads import FileReader
from coexai_app.errors import NotFound
from coexai_app.extract import picture
from coexai_app.extract.picture import Picture
from coexai_app.integrations.storage import store
from coexai_app.services import pictures

router = APIRouter(prefix="/api/v1", tags=["Pictures"])
_WEBP: Final = download("image/webp", "The picture.", "(a WebP picture of 256 pixels)")
# Room for the multipart envelope around the file.
ENVELOPE_BYTES: Final = 64_000
# The address of a picture holds a part of its key, so a new picture has a new address.
HEADERS: Final = {
    "Cache-Control": "private, max-age=86400",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": 'inline; filename="picture.webp"',
    "Cross-Origin-Resource-Policy": "same-origin",
}


def _sending(summary: str, permission: Permission | None = None) -> dict[str, Any]:
    made = operation(summary, *BODY, permission=permission, browser=permission is None)
    return {
        **made,
        "openapi_extra": {
            **made["openapi_extra"],
            "requestBody": one_file("PNG, JPEG or WebP, at most 2 MB.", "image/png, image/jpeg, image/webp"),
        },
    }


@router.put("/account/picture", status_code=204, **_sending("Set your picture"))
async def set_avatar(request: Request, actor: CurrentActor) -> None:
    """One's own picture (multipart field `file`): PNG, JPEG or WebP, at most 2 MB. It is cut to a square of 256 pixels."""
    pictures.may_set_avatar(actor)
    made = await _picture(request, whole=False)
    await deps.call(pictures.set_avatar, actor, picture=made)


@router.delete("/account/picture", status_code=204, **operation("Remove your picture", browser=True))
async def remove_avatar(actor: CurrentActor) -> None:
    """One's initials take its place."""
    await deps.call(pictures.remove_avatar, actor)


@router.get(
    "/people/{user_id}/picture",
    response_class=Response,
    **operation("Get a person's picture", NotFound, permission=Permission.VIEW_TEAM, also=_WEBP),
)
async def avatar(user_id: UUID, actor: CurrentActor) -> Response:
    """The picture of somebody in the same organisation."""
    return await _sent(await deps.call(pictures.avatar, actor, user_id=user_id))


@router.put("/organization/logo", status_code=204, **_sending("Set the logo", Permission.MANAGE_TEAM))
async def set_logo(request: Request, actor: CurrentActor) -> None:
    """The organisation's logo (multipart field `file`), all of it in a square of 256 pixels. For admins and owners."""
    pictures.may_set_logo(actor)
    made = await _picture(request, whole=True)
    await deps.call(pictures.set_logo, actor, picture=made)


@router.delete("/organization/logo", status_code=204, **operation("Remove the logo", permission=Permission.MANAGE_TEAM))
async def remove_logo(actor: CurrentActor) -> None:
    """Its initials take its place. For admins and owners."""
    await deps.call(pictures.remove_logo, actor)


@router.get(
    "/organization/logo", response_class=Response, **operation("Get the logo", NotFound, permission=Permission.VIEW_TEAM, also=_WEBP)
)
async def logo(actor: CurrentActor) -> Response:
    """The organisation's logo."""
    return await _sent(await deps.call(pictures.logo, actor))


async def _picture(request: Request, *, whole: bool) -> Picture:
    """The picture made of the upload, which is counted while it arrives."""
    declared = request.headers.get("content-length", "")
    picture.check_size((int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 16 else 0) - ENVELOPE_BYTES)
    taken = io.BytesIO()
    reader = FileReader(request.headers.get("content-type", ""), "file", taken, picture.check_size)
    async for chunk in request.stream():
        reader.write(chunk)
    reader.finish()
    return await anyio.to_thread.run_sync(partial(picture.make, taken.getvalue(), name=reader.name, whole=whole))


async def _sent(key: str) -> Response:
    data = await anyio.to_thread.run_sync(store().get, key)
    return Response(data, media_type=pictures.TYPE, headers=HEADERS)
