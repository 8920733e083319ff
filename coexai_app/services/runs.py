"""Running jobs in a worker: take the best ones, run their pipelines, store how they ended.

Called by `tasks/jobs.py` when a message wakes the worker. No transaction is open while a page is read or a model thinks; every write
carries the claim, so a worker that was frozen past its lease changes nothing when it wakes.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import agents, db, extract, log, queue, settings
from coexai_app.agents.pipeline import InputFile, StepContext, StepEvent, StepStatus
from coexai_app.agents.pipeline import run as run_pipeline
from coexai_app.agents.report import Report
from coexai_app.agents.text.reuse import Earlier
from coexai_app.business import BusinessProfile
from coexai_app.errors import Cancelled, Forbidden, InvalidInput
from coexai_app.integrations.storage import store
from coexai_app.llm import router, transcription
from coexai_app.llm.meter import MICROS_PER_CENT, Meter
from coexai_app.models import File, Job
from coexai_app.services import business, checkpoints, dispatch, earlier, endings, files, jobs, starters
from coexai_app.services.checkpoints import Recorder
from coexai_app.services.endings import Finished
from coexai_app.services.leases import Claim, Watch, prove
from coexai_app.services.transitions import Fenced

# A worker whose jobs are short goes on with the next ones this long before it asks the queue, where more urgent messages may wait.
STREAK_SECONDS: Final = 1.0
# Jobs of a few milliseconds are taken and stored several at a time: most of their cost is the database's.
SHORT_SECONDS: Final = 0.02
MOST_AT_ONCE: Final = 32
BATCH_SECONDS: Final = 0.5
# What a claim takes from the job's row.
OF_ROW: Final = (
    *("id", "organization_id", "agent", "capability", "input", "attempt", "max_attempts", "fence", "priority", "period"),
    *("profile_version", "language", "test"),
)


def work() -> int:
    """Takes the best waiting job and runs it to its end, then the next ones while they are short. Returns how many were run."""
    until = time.monotonic() + STREAK_SECONDS
    done, number = 0, 1
    freed: set[UUID] = set()
    while True:
        go_on = time.monotonic() < until and not queue.stopping()
        claims = db.insist(partial(_next, freed, number if go_on else 0))
        if not claims:
            return done
        batch = _Batch(claims)
        done += batch.run()
        number = min(number * 4, MOST_AT_ONCE) if batch.longest < SHORT_SECONDS else 1
        freed = {claim.organization_id for claim in claims}


def _next(freed: set[UUID], number: int) -> Sequence[Claim]:
    """Fills the slots that organisations have free now, and takes the best jobs of all. Not durable: the sweep would do it again."""
    with db.transaction(durable=False) as session:
        dispatch.offer(session, *freed, awake=number)
        return claim_next(session, number) if number else ()


def claim_next(session: Session, number: int = 1) -> Sequence[Claim]:
    """Takes the best queued jobs: one conditional update sets the lease, the attempt and a grown fence."""
    owner = queue.worker_name()
    rows = dispatch.take(
        session,
        number,
        fence=col(Job.fence) + 1,
        attempt=col(Job.attempt) + 1,
        lease_owner=owner,
        lease_until=db.utcnow(settings.get().job_lease_seconds),
        started_at=db.utcnow(),
        error_code="",
        error_message="",
    )
    barred = starters.barred(session, rows)
    return [Claim(**{name: getattr(row, name) for name in OF_ROW}, owner=owner, barred=barred.get(row.id, "")) for row in rows]


class _Batch:
    """Jobs that a worker took together and stores together. A slow one keeps no other: what is finished is stored, the rest handed back."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._waiting = deque(claims)
        self._finished: list[Finished] = []
        self._recorder: Recorder | None = None
        self._lock = threading.RLock()
        self.longest = 0.0

    def run(self) -> int:
        """Runs the jobs; returns how many."""
        ran, until = 0, time.monotonic() + BATCH_SECONDS
        with Watch(show=self._show, cut_short=self._cut_short) as watch:
            while claim := self._take():
                ran += 1
                self._recorder = recorder = Recorder(claim)
                watch.begin(claim)
                started = time.monotonic()
                with log.bound(job_id=str(claim.id)):
                    try:
                        report = run_claimed(claim, watch, recorder)
                    except Exception as error:
                        watch.end()
                        db.insist(partial(endings.interrupted, claim, error))
                    else:
                        with self._lock:
                            watch.end()
                            self._finished.append(Finished(claim, report, recorder))
                        log.get(__name__).info("%s %s done", claim.agent, claim.capability)
                self.longest = max(self.longest, time.monotonic() - started)
                if time.monotonic() > until:
                    self._hand_back()
            self._store()
        return ran

    def _take(self) -> Claim | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _store(self) -> None:
        with self._lock:
            db.insist(partial(endings.complete, tuple(self._finished)))
            self._finished.clear()

    def _hand_back(self) -> None:
        with self._lock:
            db.insist(partial(endings.hand_back, tuple(self._waiting)))
            self._waiting.clear()

    def _show(self) -> None:
        self._store()
        self._hand_back()
        with suppress(Fenced):  # it ended meanwhile
            if self._recorder:
                self._recorder.show()

    def _cut_short(self, claim: Claim, reason: Exception | None) -> None:
        """Records how a job goes on that did not listen, just before its process ends."""
        self._store()
        self._hand_back()
        endings.interrupted(claim, reason or Cancelled("The job was cancelled."))
        with db.transaction(durable=False) as session:
            dispatch.offer(session, claim.organization_id)


def run_claimed(claim: Claim, watch: Watch, recorder: Recorder) -> Report:
    """Runs the pipeline of a claimed job, from its first unfinished step. Raises Forbidden for somebody who may not run it any more."""
    if claim.barred:
        raise Forbidden(claim.barred)
    agent, capability = jobs.find(claim.agent, claim.capability)

    def on_step(event: StepEvent) -> None:
        if event.status is StepStatus.RUNNING:
            watch.step(event.label, event.seconds)
        recorder(event)

    # A first try has nothing to go on from.
    earlier_tries = db.insist(partial(checkpoints.of, claim.id)) if claim.fence > 1 else checkpoints.NOTHING
    model = None if claim.test else router.from_settings(settings.get())
    meter = model.meter if model else Meter(settings.get().model_spend_cap_cents * MICROS_PER_CENT)
    meter.carry(earlier_tries.spent_micros)
    context = StepContext(
        model=model,
        transcriber=None if claim.test else transcription.from_settings(settings.get(), meter=meter),
        open_file=lambda ref: _open(claim, ref),
        fetch=partial(extract.fetch, allow_hosts=settings.get().fetch_allow_hosts),
        store=lambda name, content_type, data: _keep(claim, name, content_type, data),
        cancelled=watch.check,
        progress=recorder.progress,
        keep=recorder.keep,
        key=str(claim.id),
        business=_business(claim),
        language=claim.language,
        earlier=partial(_earlier, claim),
    )
    return run_pipeline(
        agent,
        capability,
        capability.parse(claim.input),
        context,
        on_step=on_step,
        checkpoints=earlier_tries.finished,
        unfinished=earlier_tries.unfinished,
    )


def warm_up() -> None:
    """Runs the examples once without storing anything, so that a worker's first job does not wait for imports and tables."""
    extract.warm_up()
    for agent in agents.AGENTS.values():
        for capability in agent.capabilities.values():
            if capability.example:
                run_pipeline(agent, capability, capability.parse(capability.example), StepContext())


def _business(claim: Claim) -> BusinessProfile:
    """The business profile as it was when the job was made, however often it is resumed."""
    if not claim.profile_version:
        return BusinessProfile()

    def read() -> BusinessProfile:
        with db.reading() as session:
            return business.at(session, claim.organization_id, claim.profile_version)

    return db.insist(read)


def _earlier(claim: Claim) -> Sequence[Earlier]:
    """What this coworker wrote before for the same organisation."""

    def read() -> Sequence[Earlier]:
        with db.reading() as session:
            return earlier.of_agent(session, organization_id=claim.organization_id, agent=claim.agent, job_id=claim.id, test=claim.test)

    return db.insist(read)


def _open(claim: Claim, ref: str) -> InputFile:
    mine = select(File).where(File.id == jobs.file_id(ref), File.organization_id == claim.organization_id)

    def find() -> File | None:
        with db.reading() as session:
            return session.exec(mine).first()

    file = db.insist(find)
    if file is None:
        raise InvalidInput("This file is not here any more. Add it again.", field="file")
    return InputFile(name=file.name, content_type=file.content_type, opened=partial(store().local, file.key))


def _keep(claim: Claim, name: str, content_type: str, data: bytes) -> None:
    def write() -> None:
        with db.transaction() as session:
            prove(session, claim)
            files.keep(session, organization_id=claim.organization_id, job_id=claim.id, name=name, content_type=content_type, data=data)

    db.insist(write)
