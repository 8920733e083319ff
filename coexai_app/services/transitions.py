"""The life of a job: one table of what may follow what, one function that moves, one event for every move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, literal, or_, update
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col

from coexai_app import db, live
from coexai_app.errors import Conflict
from coexai_app.models import Job, JobStatus
from coexai_app.services import webhook_events

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


def is_(*states: JobStatus) -> ColumnElement[bool]:
    """A condition on the state with the words in the SQL itself: only then can the database use the index of that state alone."""
    return or_(*(col(Job.status) == literal(state.value, literal_execute=True) for state in states))


def move(session: Session, job: Job, to: JobStatus, *, note: str = "", **values: Any) -> None:
    """Moves one job, or raises Conflict: exactly one row must change."""
    if not move_all(session, [job.id], to, note=note, **values):
        raise Conflict("The job has moved on meanwhile. Reload the page to see where it is.")


def move_all(
    session: Session,
    ids: Sequence[UUID],
    to: JobStatus,
    *,
    came_from: JobStatus | None = None,
    where: Sequence[ColumnElement[bool]] = (),
    note: str = "",
    **values: Any,
) -> Sequence[Row[Any]]:
    """Moves those of the jobs that may go there and meet `where`, tells of each, and returns their rows as they are after it.

    The one statement of the program that changes a job's state.
    """
    before = (came_from,) if came_from else tuple(state for state, after in TRANSITIONS.items() if to in after)
    if came_from and to not in TRANSITIONS[came_from]:
        raise Conflict(f"A job cannot go from {came_from} to {to}.")
    chosen = col(Job.id) == ids[0] if len(ids) == 1 else col(Job.id).in_(ids)
    statement = update(Job).where(chosen, is_(*before), *where).values(status=to, updated_at=db.utcnow(), **values)
    returned = statement.returning(*_RETURNED).execution_options(synchronize_session=False)
    rows = session.connection().execute(returned).all()
    told_outside = webhook_events.OF_JOB.get(to)
    for row in rows:
        if told_outside:
            webhook_events.note(session, row.organization_id, told_outside, row.id)
        if (loaded := session.identity_map.get(identity_key(Job, row.id))) is not None:
            session.expire(loaded)
        live.publish(session, row.organization_id, f"job.{to.value}", row.id, **({"note": note} if note else {}))
    return rows


def told(session: Session, job_id: UUID, organization_id: UUID, kind: str) -> None:
    """Tells open pages that a part of the job changed, such as a step."""
    live.publish(session, organization_id, kind, job_id)


_RETURNED: Final[Any] = (
    Job.id,
    Job.organization_id,
    Job.user_id,
    Job.agent,
    Job.capability,
    Job.priority,
    Job.created_at,
    Job.input,
    Job.attempt,
    Job.max_attempts,
    Job.fence,
    Job.period,
    Job.profile_version,
    Job.language,
    Job.test,
)
