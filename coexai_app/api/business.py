"""The business profile. A reader gets its version as an ETag; who replaces it sends that version in If-Match (RFC 9110 §13.1.1)."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from coexai_app.access import Permission
from coexai_app.api import conditional, deps
from coexai_app.api.deps import CurrentActor
from coexai_app.api.documented import BODY, operation
from coexai_app.business import BusinessProfile
from coexai_app.errors import Conflict, InvalidInput, PreconditionFailed, PreconditionRequired, TooLarge
from coexai_app.services import business
from coexai_app.views.business import ProfileView

router = conditional.Router(prefix="/api/v1/organization/profile", tags=["Organization"], route_class=conditional.Route)
# Far more than all limits of the fields together come to.
MAX_BYTES: Final = 2_000_000
_NEEDS: Final = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag that was read.",
    "schema": {"type": "string"},
    "example": '"profile-0"',
}
_READ: Final = operation("Get the business profile", permission=Permission.VIEW_WORK)
_REPLACE: Final = operation(
    "Replace the business profile", PreconditionFailed, PreconditionRequired, *BODY, permission=Permission.MANAGE_PROFILE
)
_PROFILE: Final = {
    "required": True,
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/BusinessProfile"}, "example": {"name": "Larkfield Bakery"}}},
}
_TAG: Final = re.compile(r'"profile-(\d{1,9})"')
_CACHE: Final = {"Cache-Control": "private, no-cache"}


@router.get("", response_model=ProfileView, **_READ)
async def read(request: Request, actor: CurrentActor) -> Response:
    """The profile, its version, and what is missing. Answers 304 to an If-None-Match that has this version."""
    view = await deps.call(business.get, actor)
    if view.etag in request.headers.get("if-none-match", "").replace("W/", "").replace(" ", "").split(","):
        return Response(status_code=304, headers={"ETag": view.etag, **_CACHE})
    return _answer(view)


@router.put(
    "",
    response_model=ProfileView,
    **{**_REPLACE, "openapi_extra": {**_REPLACE["openapi_extra"], "requestBody": _PROFILE, "parameters": [_NEEDS]}},
)
async def replace(request: Request, actor: CurrentActor) -> Response:
    """Replaces the whole profile. Needs If-Match with the ETag that was read; 412 when somebody changed it since, with who and when."""
    data = await _body(request)
    BusinessProfile.parse(data)
    version = _version(request.headers.get("if-match", ""))
    try:
        return _answer(await deps.call(business.save, actor, version=version, data=data))
    except Conflict as error:
        raise PreconditionFailed(error.message, **error.details) from None


@router.get("/schema", response_class=JSONResponse, **operation("Get the profile's JSON Schema"))
async def schema(_actor: CurrentActor) -> JSONResponse:
    """The JSON Schema of a profile."""
    return JSONResponse(BusinessProfile.model_json_schema())


def _version(header: str) -> int:
    if not header.strip():
        raise PreconditionRequired("Send the ETag that you read in the header If-Match, so that nobody's change is lost.")
    found = _TAG.fullmatch(header.strip())
    if found is None:
        raise PreconditionFailed("This If-Match is not an ETag of the business profile. Read the profile again.")
    return int(found[1])


async def _body(request: Request) -> dict[str, Any]:
    taken = bytearray()
    async for chunk in request.stream():
        taken += chunk
        if len(taken) > MAX_BYTES:
            raise TooLarge("A business profile is never this large. Nothing was changed.", limit=MAX_BYTES)
    try:
        data = json.loads(taken)
    except (ValueError, RecursionError):
        raise InvalidInput("Send the profile as a JSON object.", field="profile") from None
    if not isinstance(data, dict):
        raise InvalidInput("Send the profile as a JSON object.", field="profile")
    return data


def _answer(view: ProfileView) -> Response:
    return JSONResponse(view.model_dump(mode="json"), headers={"ETag": view.etag, **_CACHE})
