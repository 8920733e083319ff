"""Schedules: work that comes back."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Request, Response
from fastapi import Query as QueryParameter
from pydantic import Field

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import CHANGE_ONE, changing, operation
from coexai_app.api.once import Once
from coexai_app.api.partner import Body, Moment, PageQuery
from coexai_app.errors import Conflict, NotFound, QuotaExceeded
from coexai_app.services import partner_schedules, schedules
from coexai_app.views.listing import Listing
from coexai_app.views.partner_jobs import PartnerJobDetail
from coexai_app.views.partner_schedules import PartnerSchedule

router = partner.router("/schedules", "Schedules")
ScheduleId = Annotated[UUID, Path(description="The schedule's id.")]
MANAGE = Permission.MANAGE_SCHEDULES


class ScheduleQuery(PageQuery):
    sort: Literal["-created_at", "created_at", "next_at", "-next_at"] = "-created_at"


class Rhythm(Body):
    title: str = Field("", max_length=400, examples=["Monday thread"])
    cron: str | None = Field(None, max_length=400, description="Five fields, by the clock of `timezone`.", examples=["0 9 * * MON"])
    run_at: Moment | None = Field(None, description="Instead of `cron`: once, at this moment.", examples=[None])
    timezone: str | None = Field(None, max_length=64, description="Default: the organisation's.", examples=["Europe/Berlin"])


class NewSchedule(Rhythm):
    agent: str = Field(max_length=64, examples=["maya"])
    capability: str = Field(max_length=64, examples=["blog-to-thread"])
    input: dict[str, Any] = Field(examples=[{"url": "https://example.com/blog"}])


class ScheduleChange(Rhythm):
    """What is left out stays as it is."""

    input: dict[str, Any] | None = Field(None, examples=[{"url": "https://example.com/news"}])


@router.get("", **operation("List schedules", permission=Permission.VIEW_WORK))
async def list_schedules(request: Request, actor: Partner, query: Annotated[ScheduleQuery, QueryParameter()]) -> Listing[PartnerSchedule]:
    """The organisation's schedules."""
    found = await deps.call(partner_schedules.page, actor, page=query.page, limit=query.limit, sort=query.sort)
    partner.linked(request, found)
    return found


@router.post("", status_code=201, **changing("Create a schedule", NotFound, Conflict, permission=MANAGE))
async def create_schedule(once: Once, response: Response, body: NewSchedule) -> PartnerSchedule:
    """By `cron`, or once by `run_at`. Its jobs run for whoever made it; those of a test key's schedule are test jobs."""
    made = await once(
        partner_schedules.create,
        agent=body.agent,
        capability=body.capability,
        data=body.input,
        timezone=body.timezone or "",
        cron_line=body.cron or "",
        at=body.run_at,
        title=body.title,
    )
    response.headers["Location"] = f"{partner.API}/schedules/{made.id}"
    return made


@router.get("/{schedule_id}", **operation("Get a schedule", NotFound, permission=Permission.VIEW_WORK))
async def get_schedule(actor: Partner, schedule_id: ScheduleId) -> PartnerSchedule:
    """When it runs next, and why not if it does not."""
    return await deps.call(partner_schedules.get, actor, schedule_id=schedule_id)


@router.patch("/{schedule_id}", **changing("Change a schedule", *CHANGE_ONE, permission=MANAGE))
async def change_schedule(once: Once, schedule_id: ScheduleId, body: ScheduleChange) -> PartnerSchedule:
    """Changes what is given and keeps the rest. From now on it runs for whoever changed it."""
    return await once(
        partner_schedules.update,
        schedule_id=schedule_id,
        timezone=body.timezone,
        cron_line=body.cron,
        at=body.run_at,
        title=body.title,
        data=body.input,
    )


@router.delete("/{schedule_id}", status_code=204, **changing("Delete a schedule", NotFound, permission=MANAGE, body=False))
async def delete_schedule(once: Once, schedule_id: ScheduleId) -> None:
    """Jobs that it made already go on."""
    await once(schedules.delete, schedule_id=schedule_id)


@router.post("/{schedule_id}/pause", **changing("Pause a schedule", *CHANGE_ONE, permission=MANAGE, body=False))
async def pause_schedule(once: Once, schedule_id: ScheduleId) -> PartnerSchedule:
    """It makes no jobs until it is resumed."""
    return await once(partner_schedules.pause, schedule_id=schedule_id)


@router.post("/{schedule_id}/resume", **changing("Resume a schedule", *CHANGE_ONE, permission=MANAGE, body=False))
async def resume_schedule(once: Once, schedule_id: ScheduleId) -> PartnerSchedule:
    """It goes on at its first slot from now."""
    return await once(partner_schedules.resume, schedule_id=schedule_id)


@router.post(
    "/{schedule_id}/run",
    status_code=202,
    **changing("Run a schedule now", *CHANGE_ONE, QuotaExceeded, permission=Permission.RUN_AGENT, body=False),
)
async def run_schedule(once: Once, response: Response, schedule_id: ScheduleId) -> PartnerJobDetail:
    """A job at once; the next slot stays."""
    made = await once(partner_schedules.run_now, schedule_id=schedule_id)
    response.headers["Location"] = f"{partner.API}/jobs/{made.id}"
    return made
