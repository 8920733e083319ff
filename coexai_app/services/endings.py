"""How a run ends: completed, failed, waiting for another try, cancelled, or handed back. Every ending proves its claim."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, case, false, insert, update
from sqlmodel import Session, col, select

from coexai_app import agents, db, log
from coexai_app.agents.parts import PartKind
from coexai_app.agents.report import Report
from coexai_app.errors import Cancelled, CoexaiError, HandedBack
from coexai_app.models import Charge, Job, JobStatus, JobStep, Output, OutputStatus, StepState
from coexai_app.models.base import new_id, table_of
from coexai_app.services import checkpoints, dispatch, job_mails, quotas, transitions
from coexai_app.services.checkpoints import Recorder
from coexai_app.services.leases import Claim, held
from coexai_app.services.transitions import Fenced

BACKOFF_SECONDS: Final = (5, 25, 125)


@dataclass(frozen=True, slots=True)
class Finished:
    """A job whose pipeline came to its end, not yet stored."""

    claim: Claim
    report: Report
    recorder: Recorder


def complete(finished: Sequence[Finished]) -> None:
    """Status, last steps, outputs, ledger and the plans' runs, in one transaction, under the claims.

    A job that another worker holds is left out; one that was cancelled meanwhile is cancelled.
    """
    if not finished:
        return
    with db.transaction() as session:
        titles = {done.claim.id: done.report.title[:200] for done in finished if done.report.title}
        title = case(titles, value=col(Job.id), else_=col(Job.title)) if titles else col(Job.title)
        moved = transitions.move_all(
            session,
            [done.claim.id for done in finished],
            JobStatus.COMPLETED,
            came_from=JobStatus.PROCESSING,
            where=(*held(*(done.claim for done in finished)), col(Job.cancel_requested) == false()),
            finished_at=db.utcnow(),
            title=title,
        )
        stored = {row.id for row in moved}
        if stored:
            _store(session, {row.id: row for row in moved}, [done for done in finished if done.claim.id in stored])
    for done in finished:
        if done.claim.id not in stored:
            _passed_by(done.claim)


def _store(session: Session, rows: Mapping[UUID, Row[Any]], finished: Sequence[Finished]) -> None:
    rest = [pair for done in finished for pair in done.recorder.rest()]
    checkpoints.write(session, rest, ended=True)
    if long := [done.claim.id for done in finished if len(done.report.steps) > 1]:
        checkpoints.drop(session, long)
    # Rows as they are: making objects of them would cost more than all the rest of this transaction.
    connection = session.connection()
    outputs = [_output(done.claim, done.report) for done in finished]
    connection.execute(insert(table_of(Output)), outputs)
    if charged := [done for done in finished if not done.claim.test]:
        connection.execute(insert(table_of(Charge)), [_charge(done.claim, done.report) for done in charged])
        quotas.settle(session, Counter((done.claim.organization_id, done.claim.agent, done.claim.period) for done in charged))
    job_mails.done(session, [(rows[done.claim.id], done.report, row["id"]) for done, row in zip(finished, outputs, strict=True)])


def _passed_by(claim: Claim) -> None:
    with db.reading() as session:
        cancelled = session.exec(select(Job.cancel_requested).where(*held(claim))).first()
    if cancelled:
        interrupted(claim, Cancelled("The job was cancelled."))
    else:
        log.get(__name__).warning("job %s has another holder or its end already; what was done here is dropped", claim.id)


def interrupted(claim: Claim, error: Exception) -> None:
    """What becomes of a job whose run did not reach its end."""
    try:
        if isinstance(error, Fenced):
            raise error
        if isinstance(error, Cancelled):
            _end(claim, JobStatus.CANCELLED, "", "")
        elif isinstance(error, HandedBack):
            hand_back([claim])
        elif isinstance(error, CoexaiError):
            _fail(claim, error.code, error.message, permanent=error.permanent)
        else:
            reference = new_id().hex[-12:]
            log.get(__name__).error("job failed, reference %s", reference, exc_info=error)
            message = f"Something went wrong on our side. Your input is safe. Reference: {reference}"
            _fail(claim, "INTERNAL_ERROR", message, permanent=False)
    except Fenced:
        log.get(__name__).warning("job %s has another holder or its end already; what was done here since is dropped", claim.id)


def hand_back(claims: Sequence[Claim]) -> None:
    """Back to the line, and the try does not count; finished steps are kept."""
    if not claims:
        return
    with db.transaction() as session:
        values = {"run_after": db.utcnow(), "turn": dispatch.turn(claims[0].priority), "attempt": col(Job.attempt) - 1}
        moved = transitions.move_all(
            session,
            [claim.id for claim in claims],
            JobStatus.PENDING,
            came_from=JobStatus.PROCESSING,
            where=held(*claims),
            note="handed back",
            **values,
        )
        running = update(JobStep).where(col(JobStep.job_id).in_([row.id for row in moved]), col(JobStep.status) == StepState.RUNNING)
        session.execute(running.values(status=StepState.TODO))
    with db.transaction(durable=False) as session:
        dispatch.offer(session, *{claim.organization_id for claim in claims})


def _fail(claim: Claim, code: str, message: str, *, permanent: bool) -> None:
    """FAILED; then, when another try can help, back to waiting with a growing pause, or to the dead letters after the last one."""
    if permanent:
        return _end(claim, JobStatus.FAILED, code, message)
    error = {"error_code": code, "error_message": message[:2_000]}
    with db.transaction() as session:
        _move(session, claim, JobStatus.FAILED, note=message[:300], where=held(claim), **error)
        if claim.attempt >= claim.max_attempts:
            _move(session, claim, JobStatus.DEAD_LETTER, note=message[:300], finished_at=db.utcnow(), period="")
            job_mails.given_up(session, claim.id, message)
            quotas.release(session, claim.organization_id, agent=claim.agent, month=claim.period)
        else:
            pause = BACKOFF_SECONDS[min(claim.attempt, len(BACKOFF_SECONDS)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311  (spread, not secrecy)
            due = {"run_after": db.utcnow(pause), "turn": dispatch.turn(claim.priority, in_seconds=pause)}
            _move(session, claim, JobStatus.PENDING, **due)
    return None


def _end(claim: Claim, to: JobStatus, code: str, message: str) -> None:
    with db.transaction() as session:
        error = {"error_code": code, "error_message": message[:2_000]}
        _move(session, claim, to, note=message[:300], where=held(claim), finished_at=db.utcnow(), period="", **error)
        quotas.release(session, claim.organization_id, agent=claim.agent, month=claim.period)


def _move(session: Session, claim: Claim, to: JobStatus, **values: Any) -> None:
    if not transitions.move_all(session, [claim.id], to, **values):
        raise Fenced("Another worker took this job over.")


def _output(claim: Claim, report: Report) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organization_id": claim.organization_id,
        "job_id": claim.id,
        "agent": claim.agent,
        "capability": claim.capability,
        "status": OutputStatus.DRAFT,
        "title": report.title[:200],
        "preview": preview_of(report),
        "points": report.score.points,
        "max_points": report.score.max_points,
        "unsupported": len(report.unsupported),
        "report": report.model_dump(mode="json"),
    }


def preview_of(report: Report) -> str:
    """The first words of an output, for lists; a title that the list shows anyway is passed over."""
    told = (part.text for part in agents.output_of(report).parts() if part.kind not in (PartKind.TITLE, PartKind.SUBJECT))
    return next(told, "")[:280]


def _charge(claim: Claim, report: Report) -> dict[str, Any]:
    return {
        "organization_id": claim.organization_id,
        "job_id": claim.id,
        "agent": claim.agent,
        "capability": claim.capability,
        "period": claim.period,
        "input_tokens": report.usage.input_tokens,
        "output_tokens": report.usage.output_tokens,
        "cost_micros": report.usage.cost_micros,
    }
