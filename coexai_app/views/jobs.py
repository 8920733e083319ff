"""Jobs and their steps, as pages and API see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydantic import Field

from coexai_app.models import Event, Job, JobStatus, JobStep, StepState
from coexai_app.views.base import View, duration, moment
from coexai_app.views.steps import StepView, money, next_label, timeline


class JobRow(View):
    """A job in a list. `tone` is idle, info, ok, bad, solid or out; `icon` a name of the icon table; `word` what the chip says.

    `reason` says why it waits or failed; empty when it simply runs, is done, or was cancelled. A `test` job is never charged.
    """

    id: str
    title: str
    agent: str
    agent_name: str
    capability: str
    status: str
    tone: str
    icon: str
    word: str
    took: str
    created: str
    by: str
    reason: str = ""
    output_id: str = ""
    test: bool = False


class AttemptView(View):
    number: int
    word: str
    tone: str
    icon: str
    when: str
    detail: str = ""


class JobView(JobRow):
    """One job, whole. `advice` says what to do about the reason; `resume_label` at which step a resumed job goes on."""

    capability_title: str
    short_id: str
    attempt: int
    max_attempts: int
    steps: tuple[StepView, ...]
    steps_done: int
    step_line: str
    advice: str = ""
    error_code: str = ""
    started: str = ""
    active: bool = False
    can_cancel: bool = False
    can_retry: bool = False
    resume_label: str = ""
    attempts: tuple[AttemptView, ...] = ()
    input: tuple[tuple[str, str], ...] = ()
    engine: str = ""
    spent: str = ""


class Again(View):
    """What a form is filled with to run a job once more. `file_names` names the files whose ids are among them: by field, on lines."""

    agent: str
    capability: str
    values: dict[str, str]
    file_names: dict[str, str] = Field(default_factory=dict)


Chip = tuple[str, str, str]

# tone, icon and word of each state (components.md §9); a reason may replace the word.
CHIPS: Final[Mapping[JobStatus, Chip]] = MappingProxyType(
    {
        JobStatus.PENDING: ("idle", "circle-dashed", "Waiting"),
        JobStatus.QUEUED: ("idle", "hourglass", "Queued"),
        JobStatus.PROCESSING: ("info", "spinner", "Running"),
        JobStatus.COMPLETED: ("ok", "check", "Completed"),
        JobStatus.FAILED: ("bad", "x", "Failed"),
        JobStatus.DEAD_LETTER: ("solid", "archive-x", "Gave up"),
        JobStatus.CANCELLED: ("out", "ban", "Cancelled"),
    }
)
ENDED: Final = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.DEAD_LETTER, JobStatus.CANCELLED)

RESUMABLE: Final = (JobStatus.FAILED, JobStatus.DEAD_LETTER, JobStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class JobFacts:
    """What a job's row does not hold itself but its view needs; services read it. `given` is the input, label by label."""

    agent_name: str
    capability_title: str
    timezone: str
    by: str = ""
    output_id: str = ""
    steps_done: int = 0
    steps: int = 0
    ahead: int = 0
    scheduled: bool = False
    known: bool = True
    served: bool = True
    running: int = 0
    slots: int = 0
    plan_label: str = ""
    may_run: bool = False
    given: tuple[tuple[str, str], ...] = ()


def row(job: Job, facts: JobFacts) -> JobRow:
    """The view of a job in a list."""
    tone, icon, word = CHIPS[job.status]
    if job.status is JobStatus.PROCESSING and facts.steps:
        word = "Stopping" if job.cancel_requested else f"Step {min(facts.steps_done + 1, facts.steps)} of {facts.steps}"
    if job.status is JobStatus.PENDING and facts.scheduled:
        word, icon = ("Will try again", "hourglass") if job.attempt else ("Scheduled", "clock")
    return JobRow(
        id=str(job.id),
        title=job.title,
        agent=job.agent,
        agent_name=facts.agent_name,
        capability=job.capability,
        status=job.status,
        tone=tone,
        icon=icon,
        word=word,
        took=_took(job),
        created=moment(job.created_at, facts.timezone),
        by=facts.by,
        reason="" if job.status is JobStatus.CANCELLED else why(job, facts)[0],
        output_id=facts.output_id,
        test=job.test,
    )


def whole(job: Job, steps: Sequence[JobStep], events: Sequence[Event], facts: JobFacts) -> JobView:
    """The view of one job, with its steps, its attempts and the reason why it waits or failed."""
    ended = job.status in ENDED
    reason, advice = why(job, facts)
    now_at = next((s for s in steps if s.status is StepState.RUNNING and job.status is JobStatus.PROCESSING), None)
    spent = sum(int(s.meta.get("usage", {}).get("cost_micros", 0)) for s in steps)
    engine = next((s.meta["engine"] for s in reversed(steps) if s.meta.get("engine", {}).get("provider", "builtin") != "builtin"), None)
    return JobView(
        **row(job, facts).model_dump(exclude={"reason"}),
        capability_title=facts.capability_title,
        short_id=f"job_{job.id.hex[-10:]}",
        attempt=job.attempt,
        max_attempts=job.max_attempts,
        steps=timeline(job, steps, events),
        steps_done=facts.steps_done,
        step_line=f"Step {now_at.position + 1} of {len(steps)}, {now_at.label}" if now_at else CHIPS[job.status][2],
        reason=reason,
        advice=advice,
        error_code=job.error_code,
        started=moment(job.started_at, facts.timezone),
        active=not ended,
        can_cancel=facts.may_run and not ended and not job.cancel_requested,
        can_retry=facts.may_run and job.status in RESUMABLE,
        resume_label=next_label(steps, "Resume"),
        attempts=_attempts(events, facts.timezone),
        input=facts.given,
        engine=f"{engine['provider']}, {engine['model']}" if engine else "Builtin, no model",
        spent=money(spent),
    )


def _took(job: Job) -> str:
    if job.started_at is None or job.finished_at is None or job.status is not JobStatus.COMPLETED:
        return ""
    return duration(round((job.finished_at - job.started_at).total_seconds() * 1000))


def why(job: Job, facts: JobFacts) -> tuple[str, str]:
    """Why it waits or failed, and what to do, in words; the API tells the same."""
    if job.cancel_requested and job.status is JobStatus.PROCESSING:
        return "It stops at the next safe point.", ""
    if job.status in (JobStatus.PENDING, JobStatus.QUEUED) and not facts.known:
        return f"This version of CoExAI does not know “{job.capability}”.", "It waits for a worker that does, and holds no place meanwhile."
    if job.status is JobStatus.PENDING and facts.scheduled and not job.attempt:
        starts = f"It starts on {moment(job.run_after, facts.timezone)}.".replace("on today", "today at")
        return starts, "You can leave this page, or cancel it until then."
    if job.status is JobStatus.PENDING and job.attempt and facts.scheduled:
        again = moment(job.run_after, facts.timezone)
        return (
            f"{job.error_message or 'The last try did not finish.'} Next try {again}.",
            "Finished steps are kept, and nothing is paid twice.",
        )
    if job.status in (JobStatus.PENDING, JobStatus.QUEUED) and not facts.served:
        return "No worker is running.", "It starts by itself as soon as one is up. On your own machine: make run, or coexai worker."
    if job.status is JobStatus.PENDING:
        place = f" It is number {facts.ahead + 1} in line." if facts.ahead else " It is next."
        if facts.running < facts.slots:
            return f"It is about to start.{place}", "It starts by itself."
        return f"{facts.running} of {facts.slots} jobs run at once on the {facts.plan_label} plan.{place}", "It starts by itself."
    if job.status is JobStatus.QUEUED:
        return "It waits for a free worker.", "It starts by itself; you can leave this page."
    if job.status is JobStatus.FAILED:
        return job.error_message, "Nothing was charged. Change the input and run it again, or resume where it stopped."
    if job.status is JobStatus.DEAD_LETTER:
        return job.error_message, f"It was tried {job.attempt} times. Nothing was charged; finished steps are kept. You can resume it."
    if job.status is JobStatus.CANCELLED:
        return "It was cancelled.", "Nothing was charged; finished steps are kept. You can resume it."
    return "", ""


def _attempts(events: Sequence[Event], tz: str) -> tuple[AttemptView, ...]:
    """The tries of a job, newest first, told from its events."""
    found: list[AttemptView] = []
    for event in events:
        status = event.kind.removeprefix("job.")
        if status == JobStatus.PROCESSING:
            found.append(AttemptView(number=len(found) + 1, word="Running", tone="info", icon="spinner", when=moment(event.created_at, tz)))
        elif found and status in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.DEAD_LETTER, JobStatus.CANCELLED, JobStatus.PENDING):
            if found[-1].word != "Running":
                continue
            tone, icon, word = CHIPS[JobStatus(status)] if status != JobStatus.PENDING else ("warn", "triangle-alert", "Interrupted")
            found[-1] = found[-1].model_copy(update={"word": word, "tone": tone, "icon": icon, "detail": str(event.data.get("note", ""))})
    return tuple(reversed(found))
