"""What the endpoints of the partner API share: who calls is known before a body is read, lists have one shape of query, moments are UTC."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from coexai_app.api import deps, limits
from coexai_app.errors import InvalidInput, UnsupportedMedia
from coexai_app.views.listing import Listing

API: Final = "/api/v1"
# A null character: no text has one, and PostgreSQL cannot store it. In JSON an odd number of backslashes makes it an escape.
_NULL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000|\x00")
_JSON: Final = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.I)


class PartnerRoute(APIRoute):
    """Asks who calls before it reads a byte of the body, and refuses what is not JSON or cannot be stored."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        reads_json = self.body_field is not None

        async def handle(request: Request) -> Response:
            await deps.partner(request)
            if any("\0" in part for pair in request.query_params.multi_items() for part in pair):
                raise InvalidInput("A query cannot hold null characters.")
            if reads_json:
                await _check_json(request)
            return await answer(request)

        return handle


async def _check_json(request: Request) -> None:
    body = await request.body()
    if body and not _JSON.fullmatch(request.headers.get("content-type", "")):
        raise UnsupportedMedia("Send the body as JSON, with Content-Type: application/json.")
    if _NULL.search(body):
        raise InvalidInput("A text cannot hold null characters (\\u0000). Take them out.")


def router(path: str, tag: str) -> APIRouter:
    return APIRouter(prefix=f"{API}{path}", tags=[tag], route_class=PartnerRoute)


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("This moment is out of range.") from None


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]


class Body(BaseModel):
    """Base of request bodies: a misspelt field is an error, never silently ignored."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Query(BaseModel):
    """Base of query strings: a misspelt filter is an error, never an answer with everything in it."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(Query):
    page: int = Field(1, ge=1, le=100_000, description="The first page is 1.", examples=[1])
    limit: int = Field(20, ge=1, le=100, description="Rows on a page.", examples=[20])


def linked(request: Request, found: Listing[Any]) -> None:
    """Tells the neighbouring pages in a Link header (RFC 8288), for clients that walk by it."""
    at = found.pagination
    steps = (
        ("first", 1, at.page > 1),
        ("prev", at.page - 1, at.has_prev),
        ("next", at.page + 1, at.has_next),
        ("last", at.total_pages, at.has_next),
    )
    query = {key: value for key, value in request.query_params.multi_items() if key != "page"}
    links = [f'<{request.url.path}?{urlencode({**query, "page": page})}>; rel="{name}"' for name, page, there in steps if there]
    if links:
        limits.tell(request, Link=", ".join(links))
