"""Getting work done in tests: create jobs as a person would, and be the worker."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session, col, select

import tasks
from coexai_app import db
from coexai_app.access import Actor
from coexai_app.models import Job, JobStatus, JobStep, StepState
from coexai_app.models.base import new_id
from coexai_app.services import jobs, quotas, transitions
from coexai_app.views.jobs import JobView
from tests.people import do

POST = """# What a year of counting taught our bakery

For eleven years, Marta Ruiz took every order at Horno Norte by phone. In March 2024 she counted 412 calls in one week.

## The first form failed

The first online form went live on 8 April 2024. It asked for fourteen fields, and only 9% of visitors finished it.

## The second one worked

The second form asked three questions. The share of visitors who finished rose to 61% within a month.

Waste fell from 14% of production to 5%. If you run a small shop, remove every field that does not help you bake the bread.
"""


def create(person: Actor, *, key: str = "", **data: Any) -> JobView:
    return do(
        jobs.create,
        person,
        agent="maya",
        capability="blog-to-thread",
        data=data or {"text": POST},
        idempotency_key=key or str(uuid4()),
    )


def work_all(limit: int = 50) -> int:
    """Handles messages until the queue is empty, as a worker does. Returns how many."""
    for handled in range(limit):
        message = tasks.huey.dequeue() if len(tasks.huey) else None  # a worker's read of an empty queue takes a second
        if message is None:
            return handled
        tasks.huey.execute(message)
    raise AssertionError(f"more than {limit} messages")


def job_id(view: JobView) -> UUID:
    return UUID(view.id)


def nobody() -> UUID:
    return new_id()


def held(session: Session, person: Actor, *, title: str = "", text: str = POST) -> Job:
    """A new job that a worker holds for ten minutes, if its organisation has a free slot; no real worker can be faster."""
    view = jobs.create(session, person, agent="maya", capability="blog-to-thread", data={"text": text}, idempotency_key=str(uuid4()))
    row = session.get_one(Job, job_id(view))
    row.title, row.fence = title or row.title, 1
    session.flush()
    if row.status is JobStatus.QUEUED:
        lease = {"lease_owner": "test", "lease_until": db.utcnow(600)}
        transitions.move(session, row, JobStatus.PROCESSING, attempt=1, started_at=db.utcnow(), **lease)
        session.refresh(row)
    return row


def give_up(
    person: Actor,
    *,
    at: str = "generate",
    title: str = "",
    text: str = POST,
    code: str = "UNAVAILABLE",
    message: str = "The model is busy.",
) -> UUID:
    """A job as its last failed try leaves it: a dead letter that stopped at the step `at`, its run given back. Returns its id."""
    with db.transaction() as session:
        row = held(session, person, title=title, text=text)
        steps = session.exec(select(JobStep).where(JobStep.job_id == row.id).order_by(col(JobStep.position))).all()
        stop = next(step.position for step in steps if step.name == at)
        for step in steps:
            step.status = StepState.DONE if step.position < stop else StepState.FAILED if step.position == stop else StepState.TODO
        steps[stop].summary = message
        row.attempt = row.max_attempts
        session.flush()
        for state in (JobStatus.QUEUED, JobStatus.PROCESSING):
            if row.status is not JobStatus.PROCESSING:
                transitions.move(session, row, state, started_at=db.utcnow())
        quotas.release(session, row.organization_id, agent=row.agent, month=row.period)
        transitions.move(session, row, JobStatus.DEAD_LETTER, finished_at=db.utcnow(), period="", error_code=code, error_message=message)
        session.refresh(row)
        return row.id
