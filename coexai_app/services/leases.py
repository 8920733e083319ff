"""A worker's hold on a job: the claim that proves it, and the watch that keeps it, knows when to stop, and stops what does not listen.

A step asks at safe points (`StepContext.check`). One that is deaf, in a loop or a blocking call, cannot be stopped from inside its
process: then the watch records how the job goes on and ends the process, which the consumer starts again.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_, update
from sqlmodel import Session, col, select

from coexai_app import db, log, queue, settings
from coexai_app.errors import HandedBack, StepTooSlow
from coexai_app.models import Job
from coexai_app.models.enums import JobStatus, Priority
from coexai_app.services.transitions import Fenced, is_

TICK_SECONDS: Final = 0.05
LOOK_SECONDS: Final = 0.5
# A job that takes longer than this is shown while it runs, and does not keep others waiting that its worker took with it.
SLOW_SECONDS: Final = 0.15
# How long a step that was asked to stop may take to reach a safe point.
GRACE_SECONDS: Final = 10.0
# At a stop of the worker, a job that would be done soon may finish; then it is asked, and then it is stopped.
FINISH_SECONDS: Final = 5.0
RELEASE_SECONDS: Final = 7.5


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker holds; `fence` and `owner` prove it in every later write. `barred`: why it must not run, see `starters.py`."""

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
    profile_version: int = 0
    language: str = ""
    test: bool = False
    barred: str = ""


def held(*claims: Claim) -> tuple[ColumnElement[bool], ...]:
    """The conditions of claims that still hold; all are of one worker."""
    proofs = [(claim.id, claim.fence) for claim in claims]
    proof = (
        tuple_(col(Job.id), col(Job.fence)).in_(proofs)
        if len(proofs) > 1
        else (col(Job.id) == proofs[0][0]) & (col(Job.fence) == proofs[0][1])
    )
    return (proof, col(Job.lease_owner) == claims[0].owner, is_(JobStatus.PROCESSING))


def prove(session: Session, claim: Claim) -> bool:
    """Raises Fenced unless this worker still holds the job, and locks its row. Returns whether a person cancelled it."""
    row = session.execute(select(Job.cancel_requested).where(*held(claim)).with_for_update(key_share=True)).first()
    if row is None:
        raise Fenced("Another worker took this job over.")
    return bool(row[0])


class Watch:
    """Keeps the lease of the job that a worker is at.

    `show` is called when the job is slow, to write what is not written yet; `cut_short` with the reason, None for a cancel, before the
    process ends itself.
    """

    def __init__(self, *, show: Callable[[], None], cut_short: Callable[[Claim, Exception | None], None]) -> None:
        self._show, self._cut_short = show, cut_short
        self._lease = settings.get().job_lease_seconds
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._claim: Claim | None = None

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def begin(self, claim: Claim) -> None:
        """The worker is at this job now."""
        self._lost = self.cancelled = self._shown = False
        self._began = self._looked = self._extended = time.monotonic()
        self._step: tuple[str, float, float] = ("", 0.0, 0.0)
        self._since: dict[str, float] = {}
        self._claim = claim
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """The worker is done with it."""
        self._claim = None

    def step(self, label: str, seconds: float) -> None:
        """A step begins, and may take this long."""
        self._step = (label, seconds, time.monotonic() + seconds)

    def check(self) -> bool:
        """Whether a person cancelled the job. Raises Fenced, HandedBack or StepTooSlow when it has to stop for another reason."""
        if self._claim and time.monotonic() - self._looked > LOOK_SECONDS / 2:
            with suppress(*db.AWAY):  # no news is no reason to stop
                self._look(self._claim)
        if self._lost:
            raise Fenced("Another worker took this job over.")
        if not self.cancelled and (reason := self._reason()) is not None:
            raise reason
        return self.cancelled

    def _reason(self) -> Exception | None:
        """Why a job that nobody cancelled should stop now."""
        if self._stopping_for() > FINISH_SECONDS:
            return HandedBack("The worker was stopped. Another one goes on.")
        label, seconds, deadline = self._step
        if deadline and time.monotonic() > deadline:
            return StepTooSlow(f"“{label}” took longer than {_minutes(seconds)} and was stopped.")
        return None

    def _run(self) -> None:
        while not self._over.is_set():
            time.sleep(TICK_SECONDS)  # Event.wait would ask the clock of the machine, which may be wrong
            if (claim := self._claim) is None:
                continue
            try:
                self._tick(claim)
            except db.AWAY as error:
                log.get(__name__).warning("the database is away (%s); the lease is kept as soon as it is back", type(error).__name__)
            except Exception:
                log.get(__name__).exception("the lease could not be kept; trying again")
            if self._claim is claim and self._overdue():
                self._end(claim)

    def _tick(self, claim: Claim) -> None:
        at = time.monotonic()
        if not self._shown and at - self._began > SLOW_SECONDS:
            self._shown = True
            self._show()
        if at - self._extended > self._lease / 3:
            self._extend(claim)
        if at - self._looked > LOOK_SECONDS:
            self._look(claim)

    def _extend(self, claim: Claim) -> None:
        self._extended = time.monotonic() - self._lease / 3 + LOOK_SECONDS  # when it fails, soon again
        with db.transaction(durable=False) as session:
            kept = update(Job).where(*held(claim)).values(lease_until=db.utcnow(self._lease))
            lost = db.changed(session, kept) != 1
        self._extended = time.monotonic()
        if self._claim is claim:
            self._lost = lost

    def _look(self, claim: Claim) -> None:
        self._looked = time.monotonic()
        with db.reading() as session:
            row = session.execute(select(Job.cancel_requested).where(*held(claim))).first()
        if self._claim is claim:
            self._lost, self.cancelled = row is None, bool(row and row[0])

    def _overdue(self) -> bool:
        """Whether the job was asked to stop, and has not come to a safe point for too long."""
        if self._lost:
            return self._lasts("lost") > GRACE_SECONDS
        if self.cancelled:
            return self._lasts("cancelled") > GRACE_SECONDS
        deadline = self._step[2]
        return self._stopping_for() > RELEASE_SECONDS or bool(deadline and time.monotonic() > deadline + GRACE_SECONDS)

    def _end(self, claim: Claim) -> None:
        log.get(__name__).error("job %s does not listen; ending this process, a new one takes its place", claim.id)
        try:
            if not self._lost:
                self._cut_short(claim, None if self.cancelled else self._reason())
        except Exception:
            log.get(__name__).exception("could not record it; the lease will end by itself")
        if self._claim is claim:
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
