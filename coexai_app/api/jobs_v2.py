"""Version 2 of the API: lists that are walked by cursor. Jobs are its first; all else is in version 1, and says so."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query as QueryParameter
from fastapi import Request
from pydantic import Field

from coexai_app.access import Permission
from coexai_app.api import deps, limits, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import operation
from coexai_app.api.jobs import JobFilters
from coexai_app.services import partner_jobs
from coexai_app.views.listing import Walk
from coexai_app.views.partner_jobs import PartnerJob

router = partner.router("/jobs", "Jobs", version="v2")


class WalkQuery(JobFilters):
    limit: int = Field(20, ge=1, le=100, description="Rows in one answer.", examples=[20])
    cursor: str = Field("", max_length=200, description="The `next_cursor` of the answer before; none for the first rows.", examples=[""])
    sort: Literal["-created_at", "created_at"] = "-created_at"


@router.get("", **operation("List jobs by cursor", permission=Permission.VIEW_WORK))
async def walk_jobs(request: Request, actor: Partner, query: Annotated[WalkQuery, QueryParameter()]) -> Walk[PartnerJob]:
    """The organisation's jobs, newest first unless sorted otherwise. Jobs that are added during a walk move nothing in it."""
    found = await deps.call(partner_jobs.walk, actor, cursor=query.cursor, limit=query.limit, sort=query.sort, filters=query.filters())
    if found.pagination.next_cursor:
        url = request.url.include_query_params(cursor=found.pagination.next_cursor)
        limits.tell(request, Link=f'<{url.path}?{url.query}>; rel="next"')
    return found
