"""Running jobs in a worker: take the best one, run its pipeline, record each step, finish.

Called by `tasks/jobs.py` when a message wakes the worker. No transaction is open while a page is read or a model thinks; every write
carries the claim, so a worker that was frozen past its lease changes nothing when it wakes.
"""

from __future__ import annotations

import random
import time
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import null, update
from sqlmodel import Session, col, select

from coexai_app import agents, db, extract, log, queue, settings
from coexai_app.agents.pipeline import Checkpoint, InputFile, StepContext, StepEvent, StepStatus
from coexai_app.agents.pipeline import run as run_pipeline
from coexai_app.agents.report import Engine, Report, Usage
from coexai_app.errors import Cancelled, CoexaiError, HandedBack, InvalidInput
from coexai_app.integrations.storage import store
from coexai_app.llm import router
from coexai_app.models import Charge, File, Job, JobStatus, JobStep, Output, StepState
from coexai_app.models.base import new_id
from coexai_app.services import dispatch, files, jobs, quotas, transitions
from coexai_app.services.leases import Claim, Watch, prove
from coexai_app.services.transitions import Fenced

BACKOFF_SECONDS: Final = (5, 25, 125)
# A worker whose jobs are short goes on with the next one this long before it asks the queue, where more urgent messages may wait.
STREAK_SECONDS: Final = 1.0
_OF_ROW: Final = ("id", "organization_id", "agent", "capability", "input", "attempt", "max_attempts", "fence", "priority", "period")
_STATES: Final = {
    StepStatus.RUNNING: StepState.RUNNING,
    StepStatus.DONE: StepState.DONE,
    StepStatus.KEPT: StepState.KEPT,
    StepStatus.FAILED: StepState.FAILED,
}


def work() -> int:
    """Takes the best waiting job and runs it to its end, then the next ones while they are short. Returns how many were run."""
    until = time.monotonic() + STREAK_SECONDS
    done, claim = 0, db.insist(partial(_next, None, go_on=True))
    while claim:
        run(claim)
        done += 1
        go_on = time.monotonic() < until and not queue.stopping()
        claim = db.insist(partial(_next, claim.organization_id, go_on=go_on))
    return done


def _next(freed: UUID | None, *, go_on: bool) -> Claim | None:
    """Fills the slot that an organisation has free now, and takes the best job of all. Not durable: the sweep would do it again."""
    with db.transaction(durable=False) as session:
        if freed:
            dispatch.offer(session, freed, awake=int(go_on))
        return claim_next(session) if go_on and not queue.stopping() else None


def claim_next(session: Session) -> Claim | None:
    """Takes the best queued job: one conditional update sets the lease, the attempt and a grown fence."""
    owner = queue.worker_name()
    row = dispatch.take(
        session,
        fence=col(Job.fence) + 1,
        attempt=col(Job.attempt) + 1,
        lease_owner=owner,
        lease_until=db.utcnow(settings.get().job_lease_seconds),
        started_at=db.utcnow(),
        error_code="",
        error_message="",
    )
    if row is None:
        return None
    return Claim(**{name: getattr(row, name) for name in _OF_ROW}, owner=owner)


def run(claim: Claim) -> None:
    """Runs a claimed job to its end, whatever that is."""
    with log.bound(job_id=str(claim.id)):
        recorder = Recorder(claim)
        with Watch(claim, partial(_cut_short, claim)) as watch:
            try:
                report = _work(claim, watch, recorder)
                db.insist(partial(_complete, claim, report, recorder))
            except Exception as error:
                db.insist(partial(_interrupted, claim, error))


def _interrupted(claim: Claim, error: Exception) -> None:
    """What becomes of a job whose run did not reach its end."""
    try:
        if isinstance(error, Fenced):
            raise error
        if isinstance(error, Cancelled):
            _end(claim, JobStatus.CANCELLED, "", "")
        elif isinstance(error, HandedBack):
            _hand_back(claim)
        elif isinstance(error, CoexaiError):
            _fail(claim, error.code, error.message, permanent=error.permanent)
        else:
            reference = new_id().hex[-12:]
            log.get(__name__).error("job failed, reference %s", reference, exc_info=error)
            message = f"Something went wrong on our side. Your input is safe. Reference: {reference}"
            _fail(claim, "INTERNAL_ERROR", message, permanent=False)
    except Fenced:
        log.get(__name__).warning("the job has another holder or its end already; what was done here since is dropped")


def _cut_short(claim: Claim, reason: Exception | None) -> None:
    """Records how a job goes on that did not listen, just before its process ends."""
    _interrupted(claim, reason or Cancelled("The job was cancelled."))
    with db.transaction(durable=False) as session:
        dispatch.offer(session, claim.organization_id)


def _work(claim: Claim, watch: Watch, recorder: Recorder) -> Report:
    agent, capability = jobs.find(claim.agent, claim.capability)

    def on_step(event: StepEvent) -> None:
        if event.status is StepStatus.RUNNING:
            watch.step(event.label, event.seconds)
        recorder(event)

    context = StepContext(
        model=router.from_settings(settings.get()),
        open_file=lambda ref: _open(claim, ref),
        fetch=partial(extract.fetch, allow_hosts=settings.get().fetch_allow_hosts),
        store=lambda name, content_type, data: _keep(claim, name, content_type, data),
        cancelled=watch.check,
        key=str(claim.id),
    )
    # A first try has nothing to go on from.
    checkpoints = _checkpoints(claim.id) if claim.fence > 1 else {}
    return run_pipeline(agent, capability, capability.parse(claim.input), context, on_step=on_step, checkpoints=checkpoints)


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


class Recorder:
    """Stores the steps of a run under its claim: what is stored is done, whatever dies next.

    A step's end is written together with the next one's beginning, which follows at once, or with the end of the job.
    """

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._waiting: list[StepEvent] = []

    def __call__(self, event: StepEvent) -> None:
        self._waiting.append(event)
        if event.status in (StepStatus.RUNNING, StepStatus.FAILED):
            cancelled = db.insist(self._write)
            if cancelled and event.status is StepStatus.RUNNING:
                raise Cancelled("The job was cancelled.")

    def _write(self) -> bool:
        durable = any(event.status is not StepStatus.RUNNING for event in self._waiting)
        with db.transaction(durable=durable) as session:
            cancelled = prove(session, self._claim)
            self.flush(session)
        self._waiting.clear()
        return cancelled

    def flush(self, session: Session, *, ended: bool = False) -> None:
        """Writes what waits; the caller proves the claim in the same transaction. A job that ended needs its checkpoints no more."""
        mine = update(JobStep).where(col(JobStep.job_id) == self._claim.id).execution_options(synchronize_session=False)
        for event in self._waiting:
            values = self._values(event) | ({"result": null()} if ended else {})
            session.execute(mine.where(col(JobStep.name) == event.name).values(**values))
            transitions.told(session, self._claim.id, self._claim.organization_id, f"step.{event.status.value}")
        if ended and any(event.position for event in self._waiting):
            session.execute(mine.where(col(JobStep.result).is_not(None)).values(result=null()))

    def _values(self, event: StepEvent) -> dict[str, Any]:
        values: dict[str, Any] = {"status": _STATES[event.status], "ms": event.ms, "summary": event.summary[:500]}
        if event.status is StepStatus.RUNNING:
            values |= {"started_at": db.utcnow(), "attempt": self._claim.attempt, "summary": ""}
        if event.result is not None:
            values |= {
                "result": dict(event.result),
                "input_hash": event.input_hash,
                "meta": {"usage": event.usage.model_dump(), "engine": event.engine.model_dump()},
            }
        return values


def _complete(claim: Claim, report: Report, recorder: Recorder) -> None:
    """Status, last step, output, ledger and the plan's run, in one transaction, under the claim."""
    with db.transaction() as session:
        title = {"title": report.title[:200]} if report.title else {}
        _move(session, claim, JobStatus.COMPLETED, finished_at=db.utcnow(), **title)
        recorder.flush(session, ended=True)
        session.add(
            Output(
                organization_id=claim.organization_id,
                job_id=claim.id,
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
        session.add(
            Charge(
                organization_id=claim.organization_id,
                job_id=claim.id,
                agent=claim.agent,
                capability=claim.capability,
                period=claim.period,
                input_tokens=report.usage.input_tokens,
                output_tokens=report.usage.output_tokens,
                cost_micros=report.usage.cost_micros,
            )
        )
        quotas.settle(session, claim.organization_id, agent=claim.agent, month=claim.period)
    log.get(__name__).info("%s %s done", claim.agent, claim.capability)


def preview_of(output: dict[str, Any]) -> str:
    """The first words of an output, for lists."""
    posts = output.get("posts") or [{}]
    return str(posts[0].get("text", ""))[:280]


def _fail(claim: Claim, code: str, message: str, *, permanent: bool) -> None:
    """FAILED; then, when another try can help, back to waiting with a growing pause, or to the dead letters after the last one."""
    if permanent:
        return _end(claim, JobStatus.FAILED, code, message)
    error = {"error_code": code, "error_message": message[:2_000]}
    with db.transaction() as session:
        _move(session, claim, JobStatus.FAILED, note=message[:300], **error)
        if claim.attempt >= claim.max_attempts:
            _move(session, claim, JobStatus.DEAD_LETTER, note=message[:300], finished_at=db.utcnow(), period="")
            quotas.release(session, claim.organization_id, agent=claim.agent, month=claim.period)
        else:
            pause = BACKOFF_SECONDS[min(claim.attempt, len(BACKOFF_SECONDS)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311  (spread, not secrecy)
            _wait_again(session, claim, pause)
    return None


def _wait_again(session: Session, claim: Claim, pause: float, **values: Any) -> None:
    due = {"run_after": db.utcnow(pause), "turn": dispatch.turn(claim.priority, in_seconds=pause)}
    _move(session, claim, JobStatus.PENDING, **due, **values)


def _hand_back(claim: Claim) -> None:
    """Back to the line, and the try does not count; finished steps are kept."""
    with db.transaction() as session:
        _wait_again(session, claim, 0, attempt=col(Job.attempt) - 1, note="handed back")
        running = update(JobStep).where(col(JobStep.job_id) == claim.id, col(JobStep.status) == StepState.RUNNING)
        session.execute(running.values(status=StepState.TODO))


def _end(claim: Claim, to: JobStatus, code: str, message: str) -> None:
    with db.transaction() as session:
        error = {"error_code": code, "error_message": message[:2_000]}
        _move(session, claim, to, note=message[:300], finished_at=db.utcnow(), period="", **error)
        quotas.release(session, claim.organization_id, agent=claim.agent, month=claim.period)


def _move(session: Session, claim: Claim, to: JobStatus, *, note: str = "", **values: Any) -> None:
    if not transitions.move_all(session, [claim.id], to, proof=(claim.fence, claim.owner), note=note, **values):
        raise Fenced("Another worker took this job over.")


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
        prove(session, claim)
        files.keep(session, organization_id=claim.organization_id, job_id=claim.id, name=name, content_type=content_type, data=data)
