"""A job's events as they happen: server-sent events (WHATWG HTML §9.2) that a client can take up again where it left off."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from typing import Annotated, Final
from uuid import UUID

import anyio
from fastapi import Header, Request
from fastapi.responses import Response, StreamingResponse

from coexai_app import db
from coexai_app.access import Actor, Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import operation
from coexai_app.api.jobs import JobId
from coexai_app.errors import CoexaiError, NotFound, RateLimited
from coexai_app.live import LOOK_BACK
from coexai_app.services import partner_jobs, rate_limit
from coexai_app.views.partner_jobs import EventBatch, JobEvent

router = partner.router("/jobs", "Jobs")
POLL_SECONDS: Final = 0.4
HEARTBEAT_SECONDS: Final = 15.0
# Then the connection ends and the client takes it up again; a balancer in between would cut it sooner or later.
LONGEST_SECONDS: Final = 900.0
# Somebody may watch every job that runs, and a few that wait.
SPARE: Final = 5
_EXAMPLE: Final = (
    "retry: 2000\n\nid: 412\nevent: job.processing\n"
    'data: {"id":412,"type":"job.processing","job_id":"0192f3a4-5b6c-7d8e-9f01-23456789abcd","status":"processing",'
    '"progress":{"done":0,"total":7},"note":"","at":"2026-11-23T09:00:00Z"}\n\n: still here\n\n'
)
_STREAM: Final = {
    200: {
        "description": "The events, one `data` of JSON each; a comment every 15 seconds. It ends with the job.",
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
    },
    204: {"description": "The job has ended and everything was sent before `Last-Event-ID`: do not connect again."},
}


@router.get(
    "/{job_id}/events",
    response_class=StreamingResponse,
    **operation("Follow a job", NotFound, permission=Permission.VIEW_WORK, also=_STREAM),  # type: ignore[arg-type]
)
async def follow_job(
    request: Request,
    actor: Partner,
    job_id: JobId,
    last_event_id: Annotated[
        int, Header(alias="Last-Event-ID", ge=0, lt=2**63, description="The last id that came: only later ones follow.", examples=[412])
    ] = 0,
) -> Response:
    """Server-sent events of one job, from its beginning or after `Last-Event-ID`. An organisation may have as many streams open as its
    plan runs jobs at once, and five more."""
    first = await deps.call(partner_jobs.events, actor, job_id=job_id, after=last_event_id)
    if last_event_id and first.ended and not first.events:
        return Response(status_code=204)
    ticket, limit = secrets.token_hex(8), actor.plan.concurrent_jobs + SPARE
    if not await _hold(actor, ticket):
        raise RateLimited(f"Your organisation follows {limit} jobs already. Close one of these streams first.", limit=limit, retry_after=5)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(request, actor, job_id, last_event_id, ticket, first), media_type="text/event-stream", headers=headers)


async def _hold(actor: Actor, ticket: str) -> bool:
    def work() -> bool:
        limit = actor.plan.concurrent_jobs + SPARE
        return rate_limit.hold(str(actor.organization_id), ticket, limit=limit, seconds=HEARTBEAT_SECONDS * 3)

    return await anyio.to_thread.run_sync(work)


async def _stream(request: Request, actor: Actor, job_id: UUID, after: int, ticket: str, batch: EventBatch) -> AsyncIterator[str]:
    seen: set[int] = set()
    begun = beat = time.monotonic()
    try:
        yield "retry: 2000\n\n"
        while True:
            for event in batch.events:
                seen.add(event.id)
                yield _line(event)
            if batch.ended or time.monotonic() - begun > LONGEST_SECONDS:
                return
            if time.monotonic() - beat > HEARTBEAT_SECONDS:
                beat = time.monotonic()
                yield ": still here\n\n"
                await deps.caller(request)  # a key that was revoked meanwhile hears no more
                await _hold(actor, ticket)
            await asyncio.sleep(POLL_SECONDS)
            newest = max(seen, default=0)
            seen = {number for number in seen if number > newest - LOOK_BACK}
            batch = await deps.call(partner_jobs.events, actor, job_id=job_id, after=after, seen=frozenset(seen))
    except (CoexaiError, *db.AWAY):
        return  # the client asks again with its last id, and is told why
    finally:
        rate_limit.let_go(str(actor.organization_id), ticket)


def _line(event: JobEvent) -> str:
    return f"id: {event.id}\nevent: {event.type}\ndata: {event.model_dump_json()}\n\n"
