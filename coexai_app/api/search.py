"""Search over jobs and results."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query as QueryParameter
from fastapi import Request
from pydantic import Field

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import operation
from coexai_app.api.partner import PageQuery
from coexai_app.services import search
from coexai_app.views.listing import Listing
from coexai_app.views.search import Hit

router = partner.router("/search", "Search")


class SearchQuery(PageQuery):
    q: str = Field(
        min_length=1, max_length=100, pattern=r"\S", description="Every word must be found, in any case.", examples=["bakery calls"]
    )


@router.get("", **operation("Search jobs and results", permission=Permission.VIEW_WORK))
async def find(request: Request, actor: Partner, query: Annotated[SearchQuery, QueryParameter()]) -> Listing[Hit]:
    """In titles, in what was put in, and, for keys with `outputs:read`, in what came out. Newest first."""
    found = await deps.call(search.find, actor, query=query.q, page=query.page, limit=query.limit)
    partner.linked(request, found)
    return found
