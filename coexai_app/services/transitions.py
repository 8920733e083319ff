"""The life of a job: one table of what may follow what, one function that moves, one event for every move."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from coexai_app import db, live
from coexai_app.errors import Conflict
from coexai_app.models import Job, JobStatus

S = JobStatus
ACTIVE: Final = (S.PENDING, S.QUEUED, S.PROCESSING)
SLOT: Final = (S.QUEUED, S.PROCESSING)

TRANSITIONS: Final[Mapping[JobStatus, frozenset[JobStatus]]] = MappingProxyType(
    {
        S.PENDING: frozenset({S.QUEUED, S.CANCELLED}),
        S.QUEUED: frozenset({S.PROCESSING, S.PENDING, S.CANCELLED}),
        S.PROCESSING: frozenset({S.COMPLETED, S.FAILED, S.PENDING, S.DEAD_LETTER, S.CANCELLED}),
        S.FAILED: frozenset({S.PENDING, S.DEAD_LETTER, S.CANCELLED}),
        S.DEAD_LETTER: frozenset({S.PENDING, S.CANCELLED}),
        S.CANCELLED: frozenset({S.PENDING}),
        S.COMPLETED: frozenset(),
    }
)


class Fenced(Conflict):
    """Another worker holds the job now; what this one did is dropped."""

    code = "FENCED"


def move(session: Session, job: Job, to: JobStatus, *, fence: int | None = None, note: str = "", **values: Any) -> None:
    """Moves one job, or raises: exactly one row must change.

    `fence`: the caller's fence; a worker whose fence is old gets Fenced. Without it a job that moved on meanwhile raises Conflict.
    """
    came_from = [state for state, after in TRANSITIONS.items() if to in after]
    statement = update(Job).where(col(Job.id) == job.id, col(Job.status).in_(came_from))
    if fence is not None:
        statement = statement.where(col(Job.fence) == fence)
    if db.changed(session, statement.values(status=to, updated_at=db.utcnow(), **values)) != 1:
        if fence is not None:
            raise Fenced("Another worker took this job over.")
        raise Conflict("The job has moved on meanwhile. Reload the page to see where it is.")
    session.expire(job)
    live.publish(session, job.organization_id, f"job.{to.value}", job.id, **({"note": note} if note else {}))


def told(session: Session, job_id: UUID, organization_id: UUID, kind: str) -> None:
    """Tells open pages that a part of the job changed, such as a step."""
    live.publish(session, organization_id, kind, job_id)
