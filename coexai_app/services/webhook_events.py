"""Events for webhooks: which there are, and the outbox. Whoever changes something calls `note` in the same transaction.

At the end of a transaction that noted something, ONE read asks who listens; without a listener nothing is written. The payload is made
then, from what the rows say at the commit: a job that failed and waits for its next try has not failed for anybody outside.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam, insert, true
from sqlmodel import Session, col, select

from coexai_app import db, queue
from coexai_app.models import (
    Comment,
    DeliveryStatus,
    Job,
    JobStatus,
    Organization,
    Output,
    Priority,
    ReviewEvent,
    User,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from coexai_app.models.base import new_id
from coexai_app.plans import PLANS
from coexai_app.queue import TaskName

_NOTED: Final = "coexai_webhook_events"
ALL: Final = "*"
TEST: Final = "webhook.test"
Loader = Callable[[Session, Sequence[UUID]], Mapping[UUID, Mapping[str, Any]]]


def _jobs(status: JobStatus) -> Loader:
    def load(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
        rows = session.exec(
            select(Job, Output.id)
            .outerjoin(Output, col(Output.job_id) == Job.id)
            .where(col(Job.id).in_(ids), Job.status == status)
            .execution_options(populate_existing=True)
        ).all()
        return {job.id: _job(job, output_id) for job, output_id in rows}

    return load


def _job(job: Job, output_id: UUID | None) -> Mapping[str, Any]:
    return {
        "id": str(job.id),
        "status": job.status.value,
        "agent": job.agent,
        "capability": job.capability,
        "title": job.title,
        "output_id": str(output_id) if output_id else None,
        "error": {"code": job.error_code, "message": job.error_message} if job.error_code else None,
        "created_at": stamp(job.created_at),
        "finished_at": stamp(job.finished_at) if job.finished_at else None,
    }


def _outputs(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """Results with the last step of their review: `client` is the name of a client who took it, `reason` what was said."""
    last: dict[UUID, ReviewEvent] = {}
    for step in session.exec(select(ReviewEvent).where(col(ReviewEvent.output_id).in_(ids)).order_by(col(ReviewEvent.id))):
        last[step.output_id] = step
    return {
        row.id: {
            "id": str(row.id),
            "job_id": str(row.job_id),
            "agent": row.agent,
            "capability": row.capability,
            "title": row.title,
            "status": row.status.value,
            "version": row.version,
            "approved_by": str(row.approved_by) if row.approved_by else None,
            "client": (last[row.id].name or None) if row.id in last else None,
            "reason": (last[row.id].reason or None) if row.id in last else None,
        }
        for row in session.exec(select(Output).where(col(Output.id).in_(ids)))
    }


def _comments(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """Remarks with their results; one that was taken back in the same transaction is not there."""
    rows = session.exec(
        select(Comment, Output, User.name)
        .join(Output, col(Output.id) == Comment.output_id)
        .outerjoin(User, col(User.id) == Comment.user_id)
        .where(col(Comment.id).in_(ids), col(Comment.deleted_at).is_(None))
    ).all()
    return {
        comment.id: {
            "id": str(comment.id),
            "output_id": str(output.id),
            "job_id": str(output.job_id),
            "title": output.title,
            "thread_id": str(comment.thread_id or comment.id),
            "part": comment.part,
            "quote": comment.quote,
            "text": comment.text,
            "user_id": str(comment.user_id) if comment.user_id else None,
            "by": comment.name or name or "",
            "client": comment.name or None,
        }
        for comment, output, name in rows
    }


@dataclass(frozen=True, slots=True)
class EventType:
    """`sentence` tells people when it is sent, `example` is its data. `load` reads the data of rows by their ids; without it the data is
    what `note` was given."""

    sentence: str
    example: Mapping[str, Any]
    load: Loader | None = None


def _ended(status: str, **more: Any) -> Mapping[str, Any]:
    return MappingProxyType(
        {
            "id": "0192f3a4-5b6c-7d8e-9f01-23456789abcd",
            "status": status,
            "agent": "maya",
            "capability": "blog-to-thread",
            "title": "What a year of counting taught our bakery",
            "output_id": None,
            "error": None,
            "created_at": "2026-11-02T09:14:03.120Z",
            "finished_at": "2026-11-02T09:14:41.508Z",
            **more,
        }
    )


def _judged(status: str, **more: Any) -> Mapping[str, Any]:
    return MappingProxyType(
        {
            "id": "0192f3a4-7777-7d8e-9f01-23456789abcd",
            "job_id": "0192f3a4-5b6c-7d8e-9f01-23456789abcd",
            "agent": "maya",
            "capability": "blog-to-thread",
            "title": "What a year of counting taught our bakery",
            "status": status,
            "version": 3,
            "approved_by": None,
            "client": None,
            "reason": None,
            **more,
        }
    )


_MEMBER: Final = MappingProxyType({"user_id": "0192f3a4-0000-7000-8000-000000000001", "name": "Bob Birch", "role": "member"})
# The groups are the parts before the dot; the page shows them in this order.
TYPES: Final[Mapping[str, EventType]] = MappingProxyType(
    {
        "job.completed": EventType(
            "A job is done and its result is there.",
            _ended("completed", output_id="0192f3a4-7777-7d8e-9f01-23456789abcd"),
            _jobs(JobStatus.COMPLETED),
        ),
        "job.failed": EventType(
            "A job failed, and another try cannot help.",
            _ended("failed", error={"code": "INVALID_INPUT", "message": "The page has no text to work with."}),
            _jobs(JobStatus.FAILED),
        ),
        "job.dead_lettered": EventType(
            "A job failed at its last try and waits for a decision.",
            _ended("dead_letter", error={"code": "UNAVAILABLE", "message": "The model is busy."}),
            _jobs(JobStatus.DEAD_LETTER),
        ),
        "job.cancelled": EventType("A job was cancelled.", _ended("cancelled"), _jobs(JobStatus.CANCELLED)),
        "output.review_requested": EventType("Somebody asked for a review of a result.", _judged("in_review"), _outputs),
        "output.review_withdrawn": EventType("Somebody took a result back from review.", _judged("draft"), _outputs),
        "output.approved": EventType(
            "Somebody, or a client with a link, approved a result.",
            _judged("approved", approved_by="0192f3a4-0000-7000-8000-000000000001"),
            _outputs,
        ),
        "output.rejected": EventType(
            "Somebody, or a client with a link, asked for changes of a result.",
            _judged("rejected", client="Carla Chen", reason="The second post promises too much."),
            _outputs,
        ),
        "output.reopened": EventType("Somebody made an approved result a draft again.", _judged("draft"), _outputs),
        "output.commented": EventType(
            "Somebody, or a client with a link, commented on a result.",
            MappingProxyType(
                {
                    "id": "0192f3a4-9999-7d8e-9f01-23456789abcd",
                    "output_id": "0192f3a4-7777-7d8e-9f01-23456789abcd",
                    "job_id": "0192f3a4-5b6c-7d8e-9f01-23456789abcd",
                    "title": "What a year of counting taught our bakery",
                    "thread_id": "0192f3a4-9999-7d8e-9f01-23456789abcd",
                    "part": 1,
                    "quote": "412 calls",
                    "text": "Is this number still right?",
                    "user_id": None,
                    "by": "Carla Chen",
                    "client": "Carla Chen",
                }
            ),
            _comments,
        ),
        "schedule.stopped": EventType(
            "A schedule cannot go on and waits for a person.",
            MappingProxyType({"id": "0192f3a4-8888-7d8e-9f01-23456789abcd", "title": "Monday thread", "reason": "Bob has left."}),
        ),
        "member.added": EventType("Somebody joined the organisation.", _MEMBER),
        "member.removed": EventType("Somebody left the organisation or was removed.", _MEMBER),
        "member.role_changed": EventType("Somebody has another role.", MappingProxyType({**_MEMBER, "old_role": "viewer"})),
        "subscription.updated": EventType(
            "The plan of the organisation changed.", MappingProxyType({"plan": "pro", "old_plan": "free", "status": "active"})
        ),
    }
)
OF_JOB: Final[Mapping[JobStatus, str]] = MappingProxyType(
    {
        JobStatus.COMPLETED: "job.completed",
        JobStatus.FAILED: "job.failed",
        JobStatus.DEAD_LETTER: "job.dead_lettered",
        JobStatus.CANCELLED: "job.cancelled",
    }
)
GROUPS: Final = tuple(dict.fromkeys(name.partition(".")[0] for name in TYPES))


@dataclass(frozen=True, slots=True)
class _Noted:
    organization_id: UUID
    type: str
    ref_id: UUID | None
    data: Mapping[str, Any]


_endpoints: Final = sa.inspect(WebhookEndpoint).local_table.c
_organizations: Final = sa.inspect(Organization).local_table.c
# Built once, of tables and not of classes, which costs half: every transaction that ends a job asks this. FOR KEY SHARE keeps an endpoint
# from being deleted before the delivery that points at it is there.
_LISTENERS: Final = (
    sa.select(_endpoints.id, _endpoints.organization_id, _endpoints.events)
    .join(sa.inspect(Organization).local_table, _organizations.id == _endpoints.organization_id)
    .where(
        _endpoints.organization_id.in_(bindparam("organizations", expanding=True)),
        _endpoints.enabled == true(),
        _organizations.plan.in_([plan.name for plan in PLANS.values() if plan.api]),
        _organizations.deleted_at.is_(None),
    )
    .order_by(_endpoints.id)
    .with_for_update(read=True, key_share=True, of=sa.inspect(WebhookEndpoint).local_table)
)


def note(session: Session, organization_id: UUID, type_: str, ref_id: UUID | None = None, **data: Any) -> None:
    """Something happened to `ref_id`. `data` is the payload for types without a loader. Costs one read per transaction."""
    session.info.setdefault(_NOTED, []).append(_Noted(organization_id, type_, ref_id, data))
    db.before_commit(session, _NOTED, lambda: _write(session))


def matches(patterns: Sequence[str], type_: str) -> bool:
    """Whether an endpoint with this filter wants the event: its name, its group ("job.*"), or everything ("*")."""
    return any(pattern in (ALL, type_) or (pattern.endswith(".*") and type_.startswith(pattern[:-1])) for pattern in patterns)


def add(session: Session, organization_id: UUID, type_: str, data: Mapping[str, Any], endpoint_ids: Sequence[UUID]) -> list[UUID]:
    """Writes an event with its deliveries and wakes a worker after the commit. Returns the deliveries' ids."""
    at = db.now(session)
    event, deliveries = _rows(organization_id, type_, None, data, endpoint_ids, at)
    session.execute(insert(WebhookEvent), [event])
    session.execute(insert(WebhookDelivery), deliveries)
    wake(session)
    return [delivery["id"] for delivery in deliveries]


def wake(session: Session) -> None:
    """Lets a worker look for deliveries that are due, after the commit."""
    queue.enqueue(session, TaskName.SEND_WEBHOOKS, priority=Priority.CRITICAL)


def stamp(at: datetime) -> str:
    """A moment as payloads write it (RFC 3339, UTC, milliseconds)."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def payload(type_: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent: thin, since whoever wants more asks the API with the id."""
    return {"type": type_, "timestamp": stamp(at), "data": dict(data)}


def _write(session: Session) -> None:
    """The transaction's events for those who listen, in two statements; none when nobody does."""
    noted: list[_Noted] = session.info.pop(_NOTED, [])
    organizations = sorted({event.organization_id for event in noted})
    if not organizations:
        return
    session.flush()
    listeners = session.connection().execute(_LISTENERS, {"organizations": organizations}).all()
    wanted = [
        (event, ids)
        for event in noted
        if (ids := [i for i, organization, events in listeners if organization == event.organization_id and matches(events, event.type)])
    ]
    if not wanted:
        return
    loaded = _load(session, [event for event, _ in wanted])
    at = db.now(session)
    events: list[dict[str, Any]] = []
    deliveries: list[dict[str, Any]] = []
    for event, ids in wanted:
        data = event.data if TYPES[event.type].load is None else loaded.get((event.type, event.ref_id))
        if data is not None:
            row, out = _rows(event.organization_id, event.type, event.ref_id, data, ids, at)
            events.append(row)
            deliveries += out
    if events:
        session.execute(insert(WebhookEvent), events)
        session.execute(insert(WebhookDelivery), deliveries)
        wake(session)


def _load(session: Session, noted: Sequence[_Noted]) -> dict[tuple[str, UUID | None], Mapping[str, Any]]:
    found: dict[tuple[str, UUID | None], Mapping[str, Any]] = {}
    for type_ in dict.fromkeys(event.type for event in noted):
        if (load := TYPES[type_].load) is not None:
            ids = [event.ref_id for event in noted if event.type == type_ and event.ref_id is not None]
            found |= {(type_, ref_id): data for ref_id, data in load(session, ids).items()}
    return found


def _rows(
    organization_id: UUID, type_: str, ref_id: UUID | None, data: Mapping[str, Any], endpoint_ids: Sequence[UUID], at: datetime
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    event_id = new_id()
    body = json.dumps(payload(type_, at, {**data, "organization_id": str(organization_id)}), ensure_ascii=False, separators=(",", ":"))
    event = {"id": event_id, "created_at": at, "organization_id": organization_id, "type": type_, "ref_id": ref_id, "body": body}
    fresh = {"status": DeliveryStatus.PENDING, "attempt": 0, "fence": 0, "run_after": at, "error": ""}
    return event, [
        {
            "id": new_id(),
            "created_at": at,
            "organization_id": organization_id,
            "endpoint_id": endpoint_id,
            "event_id": event_id,
            **fresh,
        }
        for endpoint_id in endpoint_ids
    ]
