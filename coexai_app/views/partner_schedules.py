"""Schedules as the API answers them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from coexai_app.models import Schedule
from coexai_app.views.base import View
from coexai_app.views.schedules import ScheduleView


class PartnerSchedule(View):
    """Work that comes back, or starts once. `cron` is empty for a single run; `words` says the rhythm, `reason` why it does not run."""

    id: UUID
    title: str = Field(examples=["Monday thread"])
    agent: str = Field(examples=["maya"])
    capability: str = Field(examples=["blog-to-thread"])
    input: dict[str, Any] = Field(examples=[{"url": "https://example.com/blog"}])
    cron: str = Field(examples=["0 9 * * MON"])
    timezone: str = Field(examples=["Europe/Berlin"])
    words: str = Field(examples=["Every Monday at 09:00"])
    enabled: bool
    test: bool
    reason: str = Field(examples=[""])
    next_at: datetime | None
    last_at: datetime | None
    last_job_id: UUID | None
    created_by: str = Field(examples=["Alice Archer"])
    created_at: datetime
    updated_at: datetime


def whole(row: Schedule, shown: ScheduleView) -> PartnerSchedule:
    return PartnerSchedule(
        id=row.id,
        title=row.title,
        agent=row.agent,
        capability=row.capability,
        input=row.input,
        cron=row.cron,
        timezone=row.timezone,
        words=shown.words,
        enabled=row.enabled,
        test=row.test,
        reason=row.paused_reason,
        next_at=row.next_at if row.enabled else None,
        last_at=row.last_at,
        last_job_id=row.last_job_id,
        created_by=shown.by,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
