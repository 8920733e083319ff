"""The steps of a job as checkpoints: what is stored is done, whatever dies next, and a later try begins behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, null, update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.agents.pipeline import Checkpoint, StepEvent, StepStatus
from coexai_app.agents.report import Engine, Usage
from coexai_app.errors import Cancelled
from coexai_app.models import JobStep, StepState
from coexai_app.models.base import table_of
from coexai_app.services import transitions
from coexai_app.services.leases import Claim, prove

# How often a step tells how far it is: as often as somebody looks.
PROGRESS_SECONDS: Final = 1.0
_STATES: Final = {
    StepStatus.RUNNING: StepState.RUNNING,
    StepStatus.DONE: StepState.DONE,
    StepStatus.KEPT: StepState.KEPT,
    StepStatus.FAILED: StepState.FAILED,
}


def of(job_id: UUID) -> dict[str, Checkpoint]:
    """The finished steps of earlier tries, by name."""
    with db.reading() as session:
        steps = session.exec(select(JobStep).where(JobStep.job_id == job_id, col(JobStep.result).is_not(None))).all()
    return {
        step.name: Checkpoint(
            input_hash=step.input_hash,
            result=step.result or {},
            ms=step.ms,
            usage=Usage.model_validate(step.meta.get("usage", {})),
            engine=Engine.model_validate(step.meta["engine"]),
        )
        for step in steps
        if "engine" in step.meta
    }


def parts(job_id: UUID) -> dict[str, dict[str, Checkpoint]]:
    """What earlier tries kept of steps that they did not finish, by step and name of the part."""
    with db.reading() as session:
        steps = session.exec(select(JobStep.name, JobStep.meta).where(JobStep.job_id == job_id)).all()
    return {
        step: {
            name: Checkpoint(
                input_hash=part["input_hash"],
                result=part["result"],
                usage=Usage.model_validate(part["usage"]),
                engine=Engine.model_validate(part["engine"]),
            )
            for name, part in meta["parts"].items()
        }
        for step, meta in steps
        if "parts" in meta
    }


class Recorder:
    """Stores the steps of a run under its claim.

    A step's end is stored before the next step begins, the last one's with the end of the job. The first beginning is only for the eye
    and may wait (`show`); the watch calls that from its own thread.
    """

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self._waiting: list[StepEvent] = []
        self._lock = threading.Lock()
        self._step, self._told = "", time.monotonic()

    def __call__(self, event: StepEvent) -> None:
        with self._lock:
            news = bool(self._waiting)
            self._waiting.append(event)
            self._step = event.name if event.status is StepStatus.RUNNING else ""
        if event.status is StepStatus.FAILED or (event.status is StepStatus.RUNNING and news):
            cancelled = db.insist(self.show)
            if cancelled and event.status is StepStatus.RUNNING:
                raise Cancelled("The job was cancelled.")

    def show(self) -> bool:
        """Stores what waits. Returns whether a person cancelled the job. Raises Fenced."""
        with self._lock:
            if not self._waiting:
                return False
            durable = any(event.status is not StepStatus.RUNNING for event in self._waiting)
            with db.transaction(durable=durable) as session:
                cancelled = prove(session, self.claim)
                write(session, [(self.claim, event) for event in self._waiting])
            self._waiting.clear()
            return cancelled

    def progress(self, _fraction: float, message: str) -> None:
        """Shows how far the running step is, in words, under its name."""
        step = self._step
        if not step or time.monotonic() - self._told < PROGRESS_SECONDS:
            return
        self._told = time.monotonic()
        db.insist(self.show)
        running = update(JobStep).where(
            col(JobStep.job_id) == self.claim.id, col(JobStep.name) == step, col(JobStep.status) == StepState.RUNNING
        )

        def tell() -> None:
            with db.transaction(durable=False) as session:
                prove(session, self.claim)
                session.execute(running.values(summary=message[:500]).execution_options(synchronize_session=False))
                transitions.told(session, self.claim.id, self.claim.organization_id, f"step.{StepStatus.RUNNING.value}")

        db.insist(tell)

    def keep(self, name: str, made: Checkpoint) -> None:
        """Stores a paid part of the running step; the step's own result takes its place."""
        step = self._step
        part = {
            "input_hash": made.input_hash,
            "result": dict(made.result),
            "usage": made.usage.model_dump(),
            "engine": made.engine.model_dump(),
        }

        def store() -> None:
            with db.transaction() as session:
                prove(session, self.claim)
                row = session.exec(select(JobStep).where(JobStep.job_id == self.claim.id, JobStep.name == step)).one()
                row.meta = {**row.meta, "parts": {**row.meta.get("parts", {}), name: part}}
                session.add(row)

        db.insist(store)

    def rest(self) -> list[tuple[Claim, StepEvent]]:
        """What is not stored yet, for the transaction that ends the job."""
        with self._lock:
            return [(self.claim, event) for event in self._waiting]


def write(session: Session, events: Sequence[tuple[Claim, StepEvent]], *, ended: bool = False) -> None:
    """Writes steps of jobs whose claims the caller proves in the same transaction. A job that has `ended` needs no checkpoints more."""
    rows: dict[tuple[UUID, str], dict[str, Any]] = {}
    for claim, event in events:
        rows.setdefault((claim.id, event.name), {}).update(_values(claim, event))
        transitions.told(session, claim.id, claim.organization_id, f"step.{event.status.value}")
    for row in rows.values():
        if row["status"] is StepState.RUNNING:
            row["started_at"] = db.utcnow()
        elif ended:
            row["result"] = null()
    for columns in {tuple(sorted(row)) for row in rows.values()}:
        alike = {key: row for key, row in rows.items() if tuple(sorted(row)) == columns}
        _update(session, alike, columns)


def _update(session: Session, rows: dict[tuple[UUID, str], dict[str, Any]], columns: tuple[str, ...]) -> None:
    """One statement for rows that set the same columns."""
    first = next(iter(rows.values()))
    fixed = {name: first[name] for name in columns if name in ("started_at",) or (name == "result" and not isinstance(first[name], dict))}
    bound = {name: bindparam(f"to_{name}", type_=table_of(JobStep).c[name].type) for name in columns if name not in fixed}
    statement = (
        update(JobStep)
        .where(col(JobStep.job_id) == bindparam("of_job"), col(JobStep.name) == bindparam("of_name"))
        .values(**bound, **fixed)
    )
    values = [{"of_job": job, "of_name": name, **{f"to_{column}": row[column] for column in bound}} for (job, name), row in rows.items()]
    session.connection().execute(statement, values)


def drop(session: Session, job_ids: Sequence[UUID]) -> None:
    """Frees the space that the checkpoints of completed jobs took."""
    stored = update(JobStep).where(col(JobStep.job_id).in_(job_ids), col(JobStep.result).is_not(None))
    session.execute(stored.values(result=null()).execution_options(synchronize_session=False))


def _values(claim: Claim, event: StepEvent) -> dict[str, Any]:
    values: dict[str, Any] = {"status": _STATES[event.status], "ms": event.ms, "summary": event.summary[:500]}
    if event.status is StepStatus.RUNNING:
        values["attempt"] = claim.attempt
    if event.result is not None:
        values |= {
            "result": dict(event.result),
            "input_hash": event.input_hash,
            "meta": {"usage": event.usage.model_dump(), "engine": event.engine.model_dump(), "empty": event.empty},
        }
    return values
