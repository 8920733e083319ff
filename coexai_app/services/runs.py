"""Running a job in a worker: claim it, keep its lease alive, run the pipeline, record each step, finish.

Called by `tasks/jobs.py` with nothing but an id. No transaction is open while a page is read or a model thinks; every write carries
the fence, so a worker that was frozen past its lease changes nothing when it wakes.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from coexai_app import agents, db, extract, log, settings
from coexai_app.agents.pipeline import Checkpoint, InputFile, StepContext, StepEvent, StepStatus
from coexai_app.agents.pipeline import run as run_pipeline
from coexai_app.agents.report import Engine, Report, Usage
from coexai_app.errors import Cancelled, CoexaiError, InvalidInput
from coexai_app.integrations.storage import store
from coexai_app.llm import router
from coexai_app.models import File, Job, JobStatus, JobStep, Output, StepState
from coexai_app.models.base import new_id
from coexai_app.queue import worker_name
from coexai_app.services import files, jobs, quotas, transitions
from coexai_app.services.transitions import Fenced

BACKOFF_SECONDS: Final = (5, 25, 125)
_STATES: Final = {
    StepStatus.RUNNING: StepState.RUNNING,
    StepStatus.DONE: StepState.DONE,
    StepStatus.KEPT: StepState.KEPT,
    StepStatus.FAILED: StepState.FAILED,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker holds; `fence` proves it in every later write."""

    job_id: UUID
    organization_id: UUID
    agent: str
    capability: str
    input: dict[str, Any]
    attempt: int
    max_attempts: int
    fence: int


def run(job_id: UUID) -> None:
    """Runs one job to its end, or returns at once when it is not waiting any more (a message may come twice)."""
    claim = _claim(job_id)
    if claim is None:
        return
    with log.bound(job_id=str(job_id)), Heartbeat(claim) as heart:
        started = time.perf_counter()
        try:
            report = _work(claim, heart)
            _complete(claim, report)
            log.get(__name__).info("%s %s done in %.1f s", claim.agent, claim.capability, time.perf_counter() - started)
        except Fenced:
            log.get(__name__).warning("another worker took the job over; what was done here is dropped")
        except Cancelled:
            _end(claim, JobStatus.CANCELLED, "", "")
        except CoexaiError as error:
            _fail(claim, error.code, error.message, permanent=error.permanent)
        except Exception:
            reference = new_id().hex[-12:]
            log.get(__name__).exception("job failed, reference %s", reference)
            _fail(claim, "INTERNAL_ERROR", f"Something went wrong on our side. Your input is safe. Reference: {reference}", permanent=False)


def _claim(job_id: UUID) -> Claim | None:
    """Takes a queued job: one conditional update sets the lease, the attempt and a grown fence."""
    with db.transaction() as session:
        job = session.get(Job, job_id)
        if job is None or job.status is not JobStatus.QUEUED:
            return None
        try:
            transitions.move(
                session,
                job,
                JobStatus.PROCESSING,
                fence=job.fence,
                attempt=job.attempt + 1,
                lease_owner=worker_name(),
                lease_until=db.utcnow(settings.get().job_lease_seconds),
                started_at=db.utcnow(),
                error_code="",
                error_message="",
            )
        except Fenced:
            return None
        session.execute(update(Job).where(col(Job.id) == job_id).values(fence=col(Job.fence) + 1))
        session.refresh(job)
        return Claim(job.id, job.organization_id, job.agent, job.capability, job.input, job.attempt, job.max_attempts, job.fence)


class Heartbeat:
    """Extends the lease every third of it, in a thread; knows whether the job was cancelled, or lost to another worker."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease-{claim.job_id}", daemon=True)
        self._lease = settings.get().job_lease_seconds
        self.cancelled = False
        self.lost = False

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def check(self) -> bool:
        """Whether a person cancelled the job. Raises Fenced when it is not ours any more."""
        self._look()
        if self.lost:
            raise Fenced("Another worker took this job over.")
        return self.cancelled

    def _beat(self) -> None:
        while not self._stop.wait(self._lease / 3):
            try:
                with db.transaction() as session:
                    self.lost = db.changed(session, _held(self._claim).values(lease_until=db.utcnow(self._lease))) != 1
                self._look()
            except Exception:
                log.get(__name__).exception("heartbeat failed; trying again")

    def _look(self) -> None:
        with db.reading() as session:
            row = session.exec(select(Job.cancel_requested, Job.fence, Job.status).where(Job.id == self._claim.job_id)).first()
        self.lost = row is None or row[1] != self._claim.fence or row[2] is not JobStatus.PROCESSING
        self.cancelled = bool(row and row[0])


def _work(claim: Claim, heart: Heartbeat) -> Report:
    agent, capability = jobs.find(claim.agent, claim.capability)
    context = StepContext(
        model=router.from_settings(settings.get()),
        open_file=lambda ref: _open(claim, ref),
        fetch=partial(extract.fetch, allow_hosts=settings.get().fetch_allow_hosts),
        store=lambda name, content_type, data: _keep(claim, name, content_type, data),
        cancelled=heart.check,
        key=str(claim.job_id),
    )
    return run_pipeline(
        agent,
        capability,
        capability.parse(claim.input),
        context,
        on_step=lambda event: _record(claim, event),
        checkpoints=_checkpoints(claim.job_id),
    )


def _checkpoints(job_id: UUID) -> dict[str, Checkpoint]:
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


def _record(claim: Claim, event: StepEvent) -> None:
    """Stores a step's state, under the fence, in a transaction of its own: what is stored is done, whatever dies next."""
    values: dict[str, Any] = {"status": _STATES[event.status], "attempt": claim.attempt, "ms": event.ms, "summary": event.summary[:500]}
    if event.result is not None:
        values |= {
            "result": dict(event.result),
            "input_hash": event.input_hash,
            "meta": {"usage": event.usage.model_dump(), "engine": event.engine.model_dump()},
        }
    with db.transaction() as session:
        _prove(session, claim)
        session.execute(update(JobStep).where(col(JobStep.job_id) == claim.job_id, col(JobStep.name) == event.name).values(**values))
        transitions.told(session, claim.job_id, claim.organization_id, f"step.{event.status.value}")


def _complete(claim: Claim, report: Report) -> None:
    """Status, output and the plan's run, in one transaction, under the fence."""
    with db.transaction() as session:
        job = session.get_one(Job, claim.job_id)
        transitions.move(
            session, job, JobStatus.COMPLETED, fence=claim.fence, finished_at=db.utcnow(), title=report.title[:200] or job.title
        )
        session.add(
            Output(
                organization_id=claim.organization_id,
                job_id=claim.job_id,
                agent=claim.agent,
                capability=claim.capability,
                title=report.title[:200],
                preview=preview_of(report.output),
                points=report.score.points,
                max_points=report.score.max_points,
                unsupported=len(report.unsupported),
                report=report.model_dump(mode="json"),
            )
        )
        quotas.settle(session, job)
        jobs.offer(session, claim.organization_id)


def preview_of(output: dict[str, Any]) -> str:
    """The first words of an output, for lists."""
    posts = output.get("posts") or [{}]
    return str(posts[0].get("text", ""))[:280]


def _fail(claim: Claim, code: str, message: str, *, permanent: bool) -> None:
    """FAILED; then, when another try can help, back to waiting with a growing pause, or to the dead letters after the last one."""
    if permanent:
        return _end(claim, JobStatus.FAILED, code, message)
    if claim.attempt >= claim.max_attempts:
        return _end(claim, JobStatus.DEAD_LETTER, code, message)
    pause = BACKOFF_SECONDS[min(claim.attempt, len(BACKOFF_SECONDS)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311  (spread, not secrecy)
    with db.transaction() as session:
        job = session.get_one(Job, claim.job_id)
        error = {"error_code": code, "error_message": message[:2_000]}
        transitions.move(session, job, JobStatus.FAILED, fence=claim.fence, note=message[:300], **error)
        transitions.move(session, job, JobStatus.PENDING, fence=claim.fence, run_after=db.utcnow(pause))
        jobs.offer(session, claim.organization_id)
    return None


def _end(claim: Claim, to: JobStatus, code: str, message: str) -> None:
    try:
        with db.transaction() as session:
            job = session.get_one(Job, claim.job_id)
            transitions.move(
                session,
                job,
                to,
                fence=claim.fence,
                note=message[:300],
                finished_at=db.utcnow(),
                error_code=code,
                error_message=message[:2_000],
            )
            quotas.release(session, job)
            jobs.offer(session, claim.organization_id)
    except Fenced:
        log.get(__name__).warning("the job was taken over before its end could be recorded")


def warm_up() -> None:
    """Runs the examples once without storing anything, so that a worker's first job does not wait for imports and tables."""
    for agent in agents.AGENTS.values():
        for capability in agent.capabilities.values():
            if capability.example:
                run_pipeline(agent, capability, capability.parse(capability.example), StepContext())


def _open(claim: Claim, ref: str) -> InputFile:
    with db.reading() as session:
        file = session.exec(select(File).where(File.id == jobs.file_id(ref), File.organization_id == claim.organization_id)).first()
    if file is None:
        raise InvalidInput("This file is not here any more. Add it again.", field="file")
    return InputFile(name=file.name, content_type=file.content_type, data=store().get(file.key))


def _keep(claim: Claim, name: str, content_type: str, data: bytes) -> None:
    with db.transaction() as session:
        _prove(session, claim)
        files.keep(session, organization_id=claim.organization_id, job_id=claim.job_id, name=name, content_type=content_type, data=data)


def _held(claim: Claim) -> Any:
    return update(Job).where(col(Job.id) == claim.job_id, col(Job.fence) == claim.fence, col(Job.status) == JobStatus.PROCESSING)


def _prove(session: Session, claim: Claim) -> None:
    """Raises Fenced unless this worker still holds the job; the row stays locked until the commit."""
    if db.changed(session, _held(claim).values(updated_at=db.utcnow())) != 1:
        raise Fenced("Another worker took this job over.")
