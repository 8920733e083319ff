"""Jobs that the engine gave up on, and what became of the ones that a person acted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from coexai_app.models import Job
from coexai_app.views.base import Page, View, count, moment

# How many titles a message lists before it counts the rest.
NAMED: Final = 4


class DeadLetterRow(View):
    """A job after its last try. `step` is where it stopped ("Step 4 of 7, Write"), `when` the end of its last try."""

    id: str
    title: str
    agent: str
    agent_name: str
    reason: str
    error_code: str
    attempts: str
    step: str
    when: str
    by: str


class DeadLetters(Page[DeadLetterRow]):
    """A page of them. `locked` is the reason why the actor may only look, empty when they may act."""

    locked: str = ""


class Refused(View):
    """A job that stayed where it was, and why. `title` is empty for one that the actor may not know."""

    id: str
    title: str
    reason: str


class Stayed(View):
    """The jobs that stayed for one reason: "“Autumn menu”, “Spring menu” and 3 more"."""

    reason: str
    titles: str


class Outcome(View):
    """What a bulk act did: how many jobs moved, and which did not."""

    done: int
    refused: tuple[Refused, ...] = ()

    def told(self, verb: str) -> str:
        """In a sentence: "2 jobs requeued, 1 could not be."."""
        kept = f", {len(self.refused):,} could not be" if self.refused else ""
        return f"{count(self.done, 'job')} {verb}{kept}."

    @property
    def stayed(self) -> tuple[Stayed, ...]:
        """The refused ones, by reason."""
        reasons: dict[str, list[str]] = {}
        for job in self.refused:
            reasons.setdefault(job.reason, []).append(f"“{job.title}”" if job.title else "a job that is not here")
        return tuple(Stayed(reason=reason, titles=_few(titles)) for reason, titles in reasons.items())


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a job stopped: step `number` of `of`; 0 when it is not known."""

    number: int = 0
    of: int = 0
    label: str = ""


def row(job: Job, *, agent_name: str, by: str, timezone: str, stop: Stop) -> DeadLetterRow:
    return DeadLetterRow(
        id=str(job.id),
        title=job.title,
        agent=job.agent,
        agent_name=agent_name,
        reason=job.error_message or "It did not finish.",
        error_code=job.error_code,
        attempts=count(job.attempt, "attempt"),
        step=f"Step {stop.number} of {stop.of}, {stop.label}" if stop.number else "",
        when=moment(job.finished_at or job.updated_at, timezone),
        by=by,
    )


def _few(titles: list[str]) -> str:
    shown, rest = titles[:NAMED], len(titles) - NAMED
    return f"{', '.join(shown)} and {rest:,} more" if rest > 0 else ", ".join(shown)
