"""A worker's hold on a job: the claim that proves it, and the watch that keeps it, knows when to stop, and stops what does not listen.

A step asks at safe points (`StepContext.check`). One that is deaf, in a loop or a blocking call, cannot be stopped from inside its
process: then the watch records how the job goes on and ends the process, which the consumer starts again.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from coexai_app import db, log, queue, settings
from coexai_app.errors import HandedBack, StepTooSlow
from coexai_app.models import Job
from coexai_app.models.enums import JobStatus, Priority
from coexai_app.services.transitions import Fenced, is_

LOOK_SECONDS: Final = 0.5
# How long a step that was asked to stop may take to reach a safe point.
GRACE_SECONDS: Final = 10.0
# At a stop of the worker, a job that would be done soon may finish; then it is asked, and then it is stopped.
FINISH_SECONDS: Final = 5.0
RELEASE_SECONDS: Final = 7.5


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker holds; `fence` and `owner` prove it in every later write."""

    id: UUID
    organization_id: UUID
    agent: str
    capability: str
    input: dict[str, Any] = field(repr=False)
    attempt: int
    max_attempts: int
    fence: int
    priority: Priority
    period: str
    owner: str


def held(claim: Claim) -> Any:
    """The conditions of a claim that still holds."""
    return (
        col(Job.id) == claim.id,
        col(Job.fence) == claim.fence,
        col(Job.lease_owner) == claim.owner,
        is_(JobStatus.PROCESSING),
    )


def prove(session: Session, claim: Claim) -> bool:
    """Raises Fenced unless this worker still holds the job, and locks its row. Returns whether a person cancelled it."""
    row = session.execute(select(Job.cancel_requested).where(*held(claim)).with_for_update()).first()
    if row is None:
        raise Fenced("Another worker took this job over.")
    return bool(row[0])


class Watch:
    """Keeps a claim's lease while its job runs. `cut_short` is called with the reason before the process ends itself."""

    def __init__(self, claim: Claim, cut_short: Callable[[Exception | None], None]) -> None:
        self.claim = claim
        self.cancelled = False
        self._cut_short = cut_short
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"lease-{claim.id}", daemon=True)
        self._lease = settings.get().job_lease_seconds
        self._lost = False
        self._looked = self._extended = time.monotonic()
        self._step: tuple[str, float, float] = ("", 0.0, 0.0)
        self._since: dict[str, float] = {}

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def step(self, label: str, seconds: float) -> None:
        """A step begins, and may take this long."""
        self._step = (label, seconds, time.monotonic() + seconds)

    def check(self) -> bool:
        """Whether a person cancelled the job. Raises Fenced, HandedBack or StepTooSlow when it has to stop for another reason."""
        if time.monotonic() - self._looked > LOOK_SECONDS / 2:
            self._look()
        if self._lost:
            raise Fenced("Another worker took this job over.")
        if self.cancelled:
            return True
        if (reason := self._reason()) is not None:
            raise reason
        return False

    def _reason(self) -> Exception | None:
        """Why a job that nobody cancelled should stop now."""
        if self._stopping_for() > FINISH_SECONDS:
            return HandedBack("The worker was stopped. Another one goes on.")
        label, seconds, deadline = self._step
        if deadline and time.monotonic() > deadline:
            return StepTooSlow(f"“{label}” took longer than {_minutes(seconds)} and was stopped.")
        return None

    def _run(self) -> None:
        while not self._done.wait(LOOK_SECONDS):
            try:
                if time.monotonic() - self._extended > self._lease / 3:
                    self._extend()
                self._look()
            except Exception:
                log.get(__name__).exception("the lease could not be kept; trying again")
            if self._overdue() and not self._done.is_set():
                self._end()
                return

    def _extend(self) -> None:
        with db.transaction(durable=False) as session:
            kept = update(Job).where(*held(self.claim)).values(lease_until=db.utcnow(self._lease))
            self._lost = db.changed(session, kept) != 1
        self._extended = time.monotonic()

    def _look(self) -> None:
        with db.reading() as session:
            row = session.execute(select(Job.cancel_requested).where(*held(self.claim))).first()
        self._looked = time.monotonic()
        self._lost = row is None
        self.cancelled = bool(row and row[0])

    def _overdue(self) -> bool:
        """Whether the job was asked to stop, and has not come to a safe point for too long."""
        if self._lost:
            return self._lasts("lost") > GRACE_SECONDS
        if self.cancelled:
            return self._lasts("cancelled") > GRACE_SECONDS
        deadline = self._step[2]
        return self._stopping_for() > RELEASE_SECONDS or bool(deadline and time.monotonic() > deadline + GRACE_SECONDS)

    def _end(self) -> None:
        log.get(__name__).error("the job does not listen; ending this process, a new one takes its place")
        try:
            if not self._lost:
                self._cut_short(None if self.cancelled else self._reason())
        except Exception:
            log.get(__name__).exception("could not record it; the lease will end by itself")
        if not self._done.is_set():
            end_process()

    def _stopping_for(self) -> float:
        return self._lasts("stopping") if queue.stopping() else 0.0

    def _lasts(self, what: str) -> float:
        """For how many seconds something has been so."""
        return time.monotonic() - self._since.setdefault(what, time.monotonic())


def end_process() -> None:
    """Ends a worker's process at once. Anywhere else nothing can be ended, and the job's thread stays until it wakes."""
    if queue.in_worker():
        os._exit(70)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
