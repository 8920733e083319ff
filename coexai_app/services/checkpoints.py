"""The steps of a job as checkpoints: what is stored is done, whatever dies next, and a later try begins behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, null, update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.agents.pipeline import NOTHING_USED, Checkpoint, StepEvent, StepStatus, Unfinished
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


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier tries left, by the names of the steps."""

    finished: Mapping[str, Checkpoint]
    unfinished: Mapping[str, Unfinished]

    @property
    def spent_micros(self) -> int:
        used = [*(step.usage for step in self.finished.values()), *(step.usage for step in self.unfinished.values())]
        return sum(usage.cost_micros for usage in used)


NOTHING: Final = Earlier({}, {})


def of(job_id: UUID) -> Earlier:
    """The finished steps of earlier tries, and of the others what they used and kept."""
    with db.reading() as session:
        steps = session.exec(select(JobStep).where(JobStep.job_id == job_id)).all()
    finished = {
        step.name: Checkpoint(
            input_hash=step.input_hash,
            result=step.result or {},
            ms=step.ms,
            usage=Usage.model_validate(step.meta.get("usage", {})),
            engine=Engine.model_validate(step.meta["engine"]),
        )
        for step in steps
        if "engine" in step.meta and step.result is not None
    }
    unfinished = {
        step.name: Unfinished(
            usage=Usage.model_validate(step.meta.get("usage", {})),
            pieces=(step.result or {}).get("pieces", {}) if "engine" not in step.meta else {},
        )
        for step in steps
        if step.name not in finished and "usage" in step.meta
    }
    return Earlier(finished, unfinished)


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

    def keep(self, pieces: Mapping[str, Any], used: Usage) -> None:
        """Stores what the running step has paid for and what it used, in the place of its result, which comes later. Raises Fenced."""
        step = self._step
        if not step:
            return
        db.insist(self.show)
        running = update(JobStep).where(col(JobStep.job_id) == self.claim.id, col(JobStep.name) == step)
        values = {"result": {"pieces": dict(pieces)}, "meta": {"usage": used.model_dump()}}

        def store() -> None:
            with db.transaction() as session:
                prove(session, self.claim)
                session.execute(running.values(**values).execution_options(synchronize_session=False))

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
    elif event.status is StepStatus.FAILED and event.usage != NOTHING_USED:
        values["meta"] = {"usage": event.usage.model_dump()}
    return values
