"""The one shape that every agent's result has: in the database, in the API, in `coexai run … --format json`.

It is stable: fields are added, never renamed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

DRAFTED: Final = (
    "The embedded recogniser wrote this recording down, and it errs often. What the source says may be wrong: compare names, numbers and "
    "quotes with the recording."
)


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class ClaimKind(StrEnum):
    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    QUOTE = "quote"
    LINK = "link"


class ClaimStatus(StrEnum):
    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    OVERRIDDEN = "overridden"


class SourceSpan(Frozen):
    """Where a claim comes from: `quote == text[start:end]`.

    `origin` is "source", or "input.<field>" when the person said it in the form.
    """

    start: int
    end: int
    quote: str
    origin: str = "source"


class Claim(Frozen):
    """A checkable statement in the output: `output.<field>[index].text[start:end] == text`.

    `reason` says in words why it is or is not supported ("exact match", "written as words", "no such number in the source").
    `override` holds the reason a person gave for keeping an unsupported claim.
    """

    text: str
    kind: ClaimKind
    status: ClaimStatus
    source: SourceSpan | None = None
    part: int = Field(default=0, description="Index of the output part (the post of a thread) that holds the claim.")
    start: int = 0
    end: int = 0
    reason: str = ""
    override: str = ""


class CheckStatus(StrEnum):
    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"


class Finding(Frozen):
    """A place that a rule is about: `parts()[part].text[start:end]`, and why. `replacement` is what may stand there instead, where that is
    safe to say ("" takes the words out); None where a person must decide."""

    part: int
    start: int
    end: int
    message: str
    replacement: str | None = None


class Check(Frozen):
    """One rule and its verdict. `points` of `max_points`; `evidence` shows the place, `fix` says what to do, `findings` every place."""

    id: str
    label: str
    status: CheckStatus
    points: int
    max_points: int
    message: str
    evidence: str = ""
    fix: str = ""
    findings: tuple[Finding, ...] = ()


class Score(Frozen):
    """The sum of the checks' points, under a rubric with a version ("maya.thread/2")."""

    points: int
    max_points: int
    rubric: str

    @classmethod
    def of(cls, checks: tuple[Check, ...], rubric: str) -> Score:
        return cls(points=sum(c.points for c in checks), max_points=sum(c.max_points for c in checks), rubric=rubric)


class KeySentence(Frozen):
    text: str
    start: int
    end: int
    score: float


class KeyPhrase(Frozen):
    text: str
    score: float


class Analysis(Frozen):
    """What was found in the source before anything was written. An agent may add fields."""

    model_config = ConfigDict(frozen=True, extra="allow")

    language: str = "und"
    key_sentences: tuple[KeySentence, ...] = ()
    key_phrases: tuple[KeyPhrase, ...] = ()


class Source(Frozen):
    """The source as it was read; `text` is what every `SourceSpan` with origin "source" points into. `draft`: the embedded recogniser
    guessed the words."""

    kind: str
    title: str = ""
    author: str = ""
    published: str = ""
    language: str = "und"
    url: str = ""
    name: str = ""
    words: int = 0
    text: str = ""
    draft: bool = False


class Engine(Frozen):
    """Who wrote: provider "builtin" and model "extractive/1", or a vendor and its model."""

    provider: str
    model: str


class StepRecord(Frozen):
    name: str
    label: str
    status: str
    ms: int
    summary: str = ""


class Usage(Frozen):
    """What a run used. Money in millionths of a US dollar; a builtin run costs none."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            calls=self.calls + other.calls,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost_micros=self.cost_micros + other.cost_micros,
        )


class Review(Frozen):
    """The verdict on an output: made by the check step, and again after a person edited it."""

    claims: tuple[Claim, ...]
    checks: tuple[Check, ...]
    score: Score


class Report(Frozen):
    agent: str
    capability: str
    title: str
    engine: Engine
    input: dict[str, Any]
    source: Source
    analysis: Analysis
    output: dict[str, Any]
    claims: tuple[Claim, ...]
    checks: tuple[Check, ...]
    score: Score
    steps: tuple[StepRecord, ...]
    usage: Usage

    @property
    def drafted(self) -> bool:
        """Whether the source is a draft by the embedded recogniser; a report from before says so in its analysis."""
        return self.source.draft or bool((self.analysis.model_extra or {}).get("draft"))

    @property
    def unsupported(self) -> tuple[Claim, ...]:
        return tuple(c for c in self.claims if c.status is ClaimStatus.UNSUPPORTED)
