"""What the endpoints of the partner API share: who calls is known before a body is read, lists have one shape of query, moments are UTC."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from coexai_app.api import conditional, deps, limits, versions
from coexai_app.views.listing import Listing

API: Final = f"/api/{versions.CURRENT}"


class PartnerRoute(conditional.Route):
    """A route of the API that asks who calls before it reads a byte of the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            await deps.partner(request)
            return await answer(request)

        return handle


def router(path: str, tag: str, *, version: str = versions.CURRENT) -> conditional.Router:
    return conditional.Router(prefix=f"/api/{version}{path}", tags=[tag], route_class=PartnerRoute)


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
