"""What every operation says of itself: its scope and its errors, both taken from the tables that the program itself uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel, Field

from coexai_app.access import SCOPE_OF, Permission
from coexai_app.errors import (
    BadRequest,
    CoexaiError,
    Conflict,
    EnrolmentRequired,
    Forbidden,
    IdempotencyInProgress,
    IdempotencyMismatch,
    InvalidInput,
    InvalidToken,
    MethodNotAllowed,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)

Responses = dict[int | str, dict[str, Any]]
Kinds = Sequence[type[CoexaiError]]
# What any call may meet: whoever it is, whatever it asks.
ALWAYS: Final[Kinds] = (BadRequest, InvalidInput, MethodNotAllowed, RateLimited, CoexaiError, Unavailable)
CALLER: Final[Kinds] = (Unauthenticated, InvalidToken, Forbidden, EnrolmentRequired)
ONCE: Final[Kinds] = (IdempotencyInProgress, IdempotencyMismatch)
BODY: Final[Kinds] = (TooLarge, UnsupportedMedia)
_SECURITY: Final = ("apiKey", "bearer")


class ErrorBody(BaseModel):
    """`code` is for programs and never changes its meaning; `message` is for people; `request_id` is what support asks for."""

    code: str = Field(examples=["NOT_FOUND"])
    message: str = Field(examples=["This job does not exist, or it belongs to another organisation."])
    details: dict[str, Any] = Field(examples=[{}])
    request_id: str = Field(examples=["req_0123456789abcdef"])


class ErrorAnswer(BaseModel):
    """The envelope of every error."""

    error: ErrorBody


def errors(*kinds: type[CoexaiError]) -> Responses:
    """The responses of these errors for a route: by status, each with an example per code."""
    found: Responses = {}
    for kind in dict.fromkeys(kinds):
        sentence = says(kind)
        answer = found.setdefault(kind.status, {"model": ErrorAnswer, "description": "", "content": {"application/json": {"examples": {}}}})
        answer["description"] = " ".join(part for part in (answer["description"], f"`{kind.code}`: {sentence}") if part)
        body = {"code": kind.code, "message": sentence, "details": {}, "request_id": "req_0123456789abcdef"}
        answer["content"]["application/json"]["examples"][kind.code] = {"summary": sentence, "value": {"error": body}}
    return found


def says(kind: type[CoexaiError]) -> str:
    """The first paragraph of what an error is, in one line."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())


def operation(
    summary: str, *kinds: type[CoexaiError], permission: Permission | None = None, also: Responses | None = None, browser: bool = False
) -> dict[str, Any]:
    """The keywords of a route for callers with a key, a token or a session. `permission` is what its service requires: one without a
    scope is for people only. With `browser` they have to come with the session of a page, and tokens are refused, too."""
    scope = SCOPE_OF[permission] if permission else None
    scopes = [scope.value] if scope else []
    return {
        "summary": summary,
        "responses": {**errors(*CALLER, *kinds, *ALWAYS), **(also or {})},
        "openapi_extra": {
            "security": [{name: scopes} for name in _SECURITY],
            "x-required-scope": scope.value if scope else None,
            "x-callers": "browser" if browser else "people" if permission and not scope else "keys",
        },
    }


def changing(summary: str, *kinds: type[CoexaiError], permission: Permission | None = None, body: bool = True) -> dict[str, Any]:
    """As `operation`, for what changes something: it takes an Idempotency-Key, and with `body` it reads JSON."""
    return operation(summary, *ONCE, *kinds, *(BODY if body else ()), permission=permission)


def download(media_type: str, description: str, example: str) -> Responses:
    """The answer of a route that hands out a file."""
    return {200: {"description": description, "content": {media_type: {"schema": {"type": "string"}, "example": example}}}}


CHANGE_ONE: Final[Kinds] = (NotFound, Conflict)


def one_file(description: str, media_type: str = "") -> dict[str, Any]:
    """The body of a request that sends one file; `media_type` where it has to be of one kind."""
    field = {"type": "string", "format": "binary", "description": description}
    form = {
        "schema": {"type": "object", "required": ["file"], "properties": {"file": field}},
        "example": {"file": "(the bytes of the file)"},
        **({"encoding": {"file": {"contentType": media_type}}} if media_type else {}),
    }
    return {"required": True, "content": {"multipart/form-data": form}}
