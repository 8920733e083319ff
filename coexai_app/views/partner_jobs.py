"""Jobs as the API answers them: moments as UTC timestamps, states as their words, and why one waits as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Row

from coexai_app.models import Event, Job, JobStatus, Priority, StepState
from coexai_app.views.base import View
from coexai_app.views.jobs import ENDED, RESUMABLE, JobFacts, why
from coexai_app.views.steps import FINISHED

JOB = UUID("0192f3a4-5b6c-7d8e-9f01-23456789abcd")


class JobError(View):
    code: str = Field(examples=["UNAVAILABLE"])
    message: str = Field(examples=["The page could not be read. Try again in a minute."])


class Progress(View):
    """Finished steps, and all of them."""

    done: int = Field(examples=[3])
    total: int = Field(examples=[7])


class PartnerStep(View):
    """`ms` is how long it took; `summary` says what came out of it."""

    name: str = Field(examples=["extract"])
    label: str = Field(examples=["Read the source"])
    status: StepState = Field(examples=[StepState.DONE])
    started_at: datetime | None
    ms: int = Field(examples=[41])
    summary: str = Field(examples=["812 words, en"])


class PartnerJob(View):
    """A job in a list. `reason` says why it waits or failed, and is empty otherwise; a `test` job is never charged."""

    id: UUID = Field(examples=[JOB])
    status: JobStatus = Field(examples=[JobStatus.PROCESSING])
    agent: str = Field(examples=["maya"])
    capability: str = Field(examples=["blog-to-thread"])
    title: str = Field(examples=["What a year of counting taught our bakery"])
    priority: Priority = Field(examples=[Priority.HIGH])
    test: bool
    reason: str = Field(description="Such as “5 of 5 jobs run at once on the Pro plan. It is next.”", examples=[""])
    error: JobError | None = Field(examples=[None])
    attempt: int = Field(examples=[1])
    max_attempts: int = Field(examples=[4])
    output_id: UUID | None = Field(description="Its result, once it is completed.", examples=[None])
    created_by: str = Field(description="Who asked for it, by name.", examples=["Alice Archer"])
    created_at: datetime
    run_at: datetime = Field(description="Not before then.")
    started_at: datetime | None
    finished_at: datetime | None = Field(examples=[None])


class PartnerJobDetail(PartnerJob):
    """One job, whole. `advice` says what to do about the reason; `may_cancel` and `may_resume` what this caller can do now."""

    advice: str = Field(examples=[""])
    progress: Progress
    steps: tuple[PartnerStep, ...]
    input: dict[str, Any] = Field(examples=[{"text": "# A year of counting …", "posts": 7}])
    may_cancel: bool = Field(examples=[True])
    may_resume: bool


class JobEvent(View):
    """One line of a job's event stream. `type` is `job.<status>` or `step.<status>`; status and progress are those of this moment."""

    id: int
    type: str = Field(examples=["job.completed"])
    job_id: UUID
    status: JobStatus
    progress: Progress
    note: str = ""
    at: datetime


class EventBatch(View):
    """What is new in a stream. `ended`: the job has come to its end, and nothing follows."""

    events: tuple[JobEvent, ...]
    ended: bool


def row(job: Job, facts: JobFacts) -> PartnerJob:
    """The view of a job in a list; that one was cancelled its status says."""
    return PartnerJob(**_row(job, facts, "" if job.status is JobStatus.CANCELLED else why(job, facts)[0]))


def _row(job: Job, facts: JobFacts, reason: str) -> dict[str, Any]:
    return {
        "id": job.id,
        "status": job.status,
        "agent": job.agent,
        "capability": job.capability,
        "title": job.title,
        "priority": job.priority,
        "test": job.test,
        "reason": reason,
        "error": JobError(code=job.error_code, message=job.error_message) if job.error_code else None,
        "attempt": job.attempt,
        "max_attempts": job.max_attempts,
        "output_id": UUID(facts.output_id) if facts.output_id else None,
        "created_by": facts.by,
        "created_at": job.created_at,
        "run_at": job.run_after,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def whole(job: Job, steps: Sequence[Row[Any]], facts: JobFacts, *, may_change: bool) -> PartnerJobDetail:
    reason, advice = why(job, facts)
    return PartnerJobDetail(
        **_row(job, facts, reason),
        advice=advice,
        progress=progress(steps),
        steps=tuple(
            PartnerStep(name=s.name, label=s.label, status=s.status, started_at=s.started_at, ms=s.ms, summary=s.summary) for s in steps
        ),
        input=job.input,
        may_cancel=may_change and job.status not in ENDED and not job.cancel_requested,
        may_resume=may_change and job.status in RESUMABLE,
    )


def events(job: Job, steps: Sequence[Row[Any]], fresh: Sequence[Event]) -> EventBatch:
    """`fresh` are the job's events that were not sent yet, oldest first."""
    now = progress(steps)
    return EventBatch(
        events=tuple(
            JobEvent(
                id=event.id or 0,
                type=event.kind,
                job_id=job.id,
                status=job.status,
                progress=now,
                note=str(event.data.get("note", "")),
                at=event.created_at,
            )
            for event in fresh
        ),
        ended=job.status in ENDED,
    )


def progress(steps: Sequence[Row[Any]]) -> Progress:
    return Progress(done=sum(step.status in FINISHED for step in steps), total=len(steps))
