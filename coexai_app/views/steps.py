"""The steps of a job as the timeline shows them: state, time, cost, which attempt did each, and the reason of a failed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from coexai_app.models import Event, Job, JobStatus, JobStep, StepState
from coexai_app.views.base import View, count, duration

FINISHED: Final = (StepState.DONE, StepState.KEPT)
_LOST: Final = "The worker stopped in the middle of this step."


class StepView(View):
    """One step of the timeline. `status` is todo, running, done, kept or failed; empty for one that ended and made nothing.

    `started` is the Unix time in milliseconds since when a running step runs, 0 otherwise. `cost` is what models took ("1,240 tokens,
    $0.0031"), or "builtin". `origin` names the attempt that did the step where there was more than one.
    """

    position: int
    name: str
    label: str
    status: str
    took: str = ""
    started: int = 0
    cost: str = ""
    origin: str = ""
    summary: str = ""


def timeline(job: Job, steps: Sequence[JobStep], events: Sequence[Event]) -> tuple[StepView, ...]:
    """The views of a job's steps, in order. `events` are the job's, oldest first: they tell which attempt did what."""
    history = _history(events)
    return tuple(_view(job, step, history) for step in steps)


def next_label(steps: Sequence[JobStep], verb: str) -> str:
    """Where a resumed job goes on: "Resume at step 4, Check"; the verb alone when every step is finished."""
    step = next((s for s in steps if s.status not in FINISHED), None)
    return f"{verb} at step {step.position + 1}, {step.label}" if step else verb


def money(micros: int) -> str:
    """Model cost: "$0.0123"; "nothing" for a builtin run."""
    return f"${micros / 1_000_000:.4f}" if micros else "nothing"


@dataclass(slots=True)
class _History:
    """What the events tell: `done_in[position]` is the attempt that last worked on a step; `started` belongs to the latest step."""

    attempts: int = 0
    done_in: dict[int, int] = field(default_factory=dict)
    started: datetime | None = None


def _history(events: Sequence[Event]) -> _History:
    """Steps run in their order in each attempt, and each leaves one event when it ends, so the n-th of an attempt is step n.

    Step events are kept for some days only: of what they told before, nothing is said.
    """
    found, position = _History(), 0
    for event in events:
        match event.kind:
            case "job.processing":
                found.attempts, position = found.attempts + 1, 0
            case "step.running":
                found.started = event.created_at
            case "step.done" | "step.failed":
                found.done_in[position] = found.attempts
                position += 1
            case "step.kept":
                position += 1
    return found


def _view(job: Job, step: JobStep, history: _History) -> StepView:
    status, summary = _state(job, step)
    runs = status is StepState.RUNNING
    return StepView(
        position=step.position,
        name=step.name,
        label=step.label,
        status="empty" if status in FINISHED and step.meta.get("empty") else status,
        took=duration(step.ms) if step.status in (*FINISHED, StepState.FAILED) else "",
        started=round(history.started.timestamp() * 1000) if runs and history.started else 0,
        cost=_cost(step.meta) if status in FINISHED else "",
        origin=_origin(status, history.done_in.get(step.position, 0), history.attempts),
        summary=summary,
    )


def _state(job: Job, step: JobStep) -> tuple[StepState, str]:
    """A step that still says "running" under a job that does not run was left behind by a worker that died."""
    if step.status is not StepState.RUNNING or job.status is JobStatus.PROCESSING:
        return step.status, step.summary
    if job.status in (JobStatus.FAILED, JobStatus.DEAD_LETTER):
        return StepState.FAILED, _LOST
    return StepState.TODO, ""


def _origin(status: StepState, done_in: int, attempts: int) -> str:
    if status is StepState.KEPT:
        return f"Kept from attempt {done_in}" if done_in else "Kept from an earlier attempt"
    return f"Attempt {done_in}" if done_in and attempts > 1 and status in (StepState.DONE, StepState.FAILED) else ""


def _cost(meta: Mapping[str, Any]) -> str:
    if "usage" not in meta:
        return ""
    usage = meta["usage"]
    tokens, micros = int(usage.get("input_tokens", 0)) + int(usage.get("output_tokens", 0)), int(usage.get("cost_micros", 0))
    if not tokens and not micros:
        return "price not known" if usage.get("calls") else "builtin"
    return ", ".join([*([count(tokens, "token")] if tokens else []), *([money(micros)] if micros else [])])
