"""Jobs: list, look at, cancel, resume. Their events are in `job_events`, their results in `job_output`."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Request
from fastapi import Query as QueryParameter
from pydantic import Field

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import CHANGE_ONE, changing, operation
from coexai_app.api.once import Once
from coexai_app.api.partner import Moment, PageQuery, Query
from coexai_app.errors import NotFound, QuotaExceeded
from coexai_app.models.enums import JobStatus
from coexai_app.services import partner_jobs
from coexai_app.services.partner_jobs import Filters
from coexai_app.views.listing import Listing
from coexai_app.views.partner_jobs import PartnerJob, PartnerJobDetail

router = partner.router("/jobs", "Jobs")
JobId = Annotated[UUID, Path(description="The job's id.")]


class JobFilters(Query):
    """Which jobs, in every version of the API."""

    status: tuple[JobStatus, ...] = Field((), max_length=7, description="Any of these; repeat it for more than one.", examples=[["failed"]])
    agent: str = Field("", max_length=64, examples=["maya"])
    person: UUID | Literal["me"] | None = Field(None, description="Who asked for it: a user's id, or me.", examples=["me"])
    created_from: Moment | None = Field(None, examples=["2026-11-01T00:00:00Z"])
    created_before: Moment | None = Field(None, examples=["2026-12-01T00:00:00Z"])
    q: str = Field("", max_length=100, description="Words of the title, in any case.", examples=["bakery"])
    test: bool | None = Field(None, description="Only test jobs, or only others.", examples=[False])

    def filters(self) -> Filters:
        return Filters(
            status=self.status,
            agent=self.agent,
            person=str(self.person or ""),
            since=self.created_from,
            until=self.created_before,
            text=self.q,
            test=self.test,
        )


class JobQuery(JobFilters, PageQuery):
    sort: Literal["-created_at", "created_at", "-updated_at", "updated_at"] = "-created_at"


@router.get("", **operation("List jobs", permission=Permission.VIEW_WORK))
async def list_jobs(request: Request, actor: Partner, query: Annotated[JobQuery, QueryParameter()]) -> Listing[PartnerJob]:
    """The organisation's jobs, newest first unless sorted otherwise."""
    found = await deps.call(partner_jobs.page, actor, page=query.page, limit=query.limit, sort=query.sort, filters=query.filters())
    partner.linked(request, found)
    return found


@router.get("/{job_id}", **operation("Get a job", NotFound, permission=Permission.VIEW_WORK))
async def get_job(actor: Partner, job_id: JobId) -> PartnerJobDetail:
    """Its state, its steps, its input, and in words why it waits or failed and what to do."""
    return await deps.call(partner_jobs.get, actor, job_id=job_id)


@router.delete("/{job_id}", **changing("Cancel a job", *CHANGE_ONE, permission=Permission.RUN_AGENT, body=False))
async def cancel_job(once: Once, job_id: JobId) -> PartnerJobDetail:
    """Stops it at once while it waits, at the next safe point while it runs; its run is given back. The job itself stays readable."""
    return await once(partner_jobs.cancel, job_id=job_id)


@router.post(
    "/{job_id}/resume", status_code=202, **changing("Resume a job", *CHANGE_ONE, QuotaExceeded, permission=Permission.RUN_AGENT, body=False)
)
async def resume_job(once: Once, job_id: JobId) -> PartnerJobDetail:
    """A failed, cancelled or given-up job goes on at its first unfinished step; what is finished is kept and not paid again."""
    return await once(partner_jobs.resume, job_id=job_id)
