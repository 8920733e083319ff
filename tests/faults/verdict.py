"""What the rows say after a fault: what was lost, doubled, or left half done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from coexai_app.models import Charge, Event, Job, JobStatus, Output, Quota

ENDED = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.DEAD_LETTER, JobStatus.CANCELLED)


@dataclass
class Verdict:
    """What the rows say of some jobs after a fault; `lost` never reached an end.

    `ledger` counts rows of the usage ledger, `charges` the plans' used runs, `held` the ones that are still reserved. `started_again`
    counts jobs that began anew after a start was lost; one that was handed back in order (its neighbour in a batch took long) is not lost.
    """

    jobs: int
    states: dict[str, int]
    outputs: int
    ledger: int
    charges: int
    held: int
    lost: int
    without_output: int
    output_without_end: int
    completed_twice: int
    started_again: int

    @property
    def doubled_outputs(self) -> int:
        return self.outputs - self.states.get("completed", 0)

    @property
    def doubled_charges(self) -> int:
        completed = self.states.get("completed", 0)
        return max(self.charges - completed, self.ledger - completed)

    @property
    def free_rides(self) -> int:
        """Completed jobs that nobody was charged for."""
        completed = self.states.get("completed", 0)
        return max(completed - self.charges, completed - self.ledger)

    def clean(self) -> bool:
        """Nothing lost, nothing doubled, nothing half."""
        return not any(
            (
                self.lost,
                self.doubled_outputs,
                self.doubled_charges,
                self.free_rides,
                self.held,
                self.without_output,
                self.output_without_end,
                self.completed_twice,
            )
        )

    def line(self, what: str, **figures: Any) -> str:
        extra = "".join(f", {name.replace('_', ' ')} {value}" for name, value in figures.items())
        return (
            f"{what}: {self.jobs} jobs {self.states}, lost {self.lost}, doubled outputs {self.doubled_outputs}, "
            f"doubled charges {self.doubled_charges}, started again {self.started_again}{extra}"
        )


def judge(session: Session, ids: Iterable[UUID] | None = None) -> Verdict:
    """Counts what became of all jobs; `ids` are those that the caller was told of: one without a row is lost."""
    jobs = {job_id: (status, attempt) for job_id, status, attempt in session.exec(select(Job.id, Job.status, Job.attempt))}
    outputs = Counter(session.exec(select(Output.job_id)))
    ends = Counter(session.exec(select(Event.ref_id).where(Event.kind == "job.completed")))
    starts = Counter(session.exec(select(Event.ref_id).where(Event.kind == "job.processing")))
    returns = session.exec(select(Event.ref_id, Event.data).where(Event.kind == "job.pending"))
    starts.subtract(job for job, data in returns if data.get("note") == "handed back")
    quotas = session.exec(select(Quota.used, Quota.reserved)).all()
    states = Counter(str(status) for status, _ in jobs.values())
    told = set(ids) if ids is not None else set(jobs)
    return Verdict(
        jobs=len(jobs),
        states=dict(states),
        outputs=sum(outputs.values()),
        ledger=sum(session.exec(select(Charge.runs))),
        charges=sum(used for used, _ in quotas),
        held=sum(reserved for _, reserved in quotas),
        lost=sum(job_id not in jobs or jobs[job_id][0] not in ENDED for job_id in told),
        without_output=sum(status is JobStatus.COMPLETED and not outputs[job_id] for job_id, (status, _) in jobs.items()),
        output_without_end=sum(status is not JobStatus.COMPLETED and outputs[job_id] > 0 for job_id, (status, _) in jobs.items()),
        completed_twice=sum(count > 1 for count in ends.values()),
        started_again=sum(count > 1 for count in starts.values()),
    )
