"""Results as the API answers them: in a list, whole, and as they were at a version.

Parts, claims and checks have the shapes of the run's report; where one points at another, it says its place in the list, from 0.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import Field

from coexai_app.agents.parts import Part
from coexai_app.agents.report import Check, Claim, Engine, Report, Score
from coexai_app.models import Output, OutputStatus, OutputVersion
from coexai_app.views.base import View

OUTPUT: Final = UUID("0192f3a4-7777-7d8e-9f01-23456789abcd")
JOB: Final = UUID("0192f3a4-5b6c-7d8e-9f01-23456789abcd")
_PART: Final = {
    "kind": "post",
    "text": "Marta counted 412 calls in one week.",
    "label": "Post 1",
    "group": "",
    "channel": "x",
    "lead": "",
    "byline": "",
    "length": 36,
    "limit": 280,
}
_CLAIM: Final = {
    "text": "412",
    "kind": "number",
    "status": "supported",
    "source": {"start": 124, "end": 127, "quote": "412", "origin": "source"},
    "part": 0,
    "start": 14,
    "end": 17,
    "reason": "exact match",
    "override": "",
}
_CHECK: Final = {
    "id": "length",
    "label": "Every post fits",
    "status": "pass",
    "points": 10,
    "max_points": 10,
    "message": "The longest post has 212 of 280 characters.",
    "evidence": "",
    "fix": "",
    "findings": [],
}
_SCORE: Final = {"points": 96, "max_points": 100, "rubric": "maya.thread/2"}


class PartnerOutput(View):
    """A result in a list. `version` grows with every change and goes back with the next one; `content_version` counts changes of the words
    alone, and is the number of the newest of its versions. `unsupported` claims have neither a source nor a person's reason."""

    id: UUID = Field(examples=[OUTPUT])
    job_id: UUID = Field(examples=[JOB])
    agent: str = Field(examples=["maya"])
    capability: str = Field(examples=["blog-to-thread"])
    title: str = Field(examples=["What a year of counting taught our bakery"])
    preview: str = Field(examples=["Marta counted 412 calls in one week."])
    status: OutputStatus = Field(examples=[OutputStatus.DRAFT])
    points: int = Field(examples=[96])
    max_points: int = Field(examples=[100])
    unsupported: int = Field(examples=[0])
    version: int = Field(examples=[1])
    content_version: int = Field(examples=[1])
    test: bool = Field(description="A test key's job made it.")
    approved_at: datetime | None = Field(examples=[None])
    created_at: datetime
    updated_at: datetime


class PartnerOutputSource(View):
    """What the result was made of, without its text: that is in the job's result. `draft`: a recogniser guessed the words."""

    kind: str = Field(examples=["markdown"])
    title: str = Field(examples=["What a year of counting taught our bakery"])
    name: str = Field(examples=["post.md"])
    url: str = Field(examples=[""])
    language: str = Field(examples=["en"])
    words: int = Field(examples=[812])
    draft: bool = Field(examples=[False])


class PartnerOutputDetail(PartnerOutput):
    """A result, whole. A claim's `part` is the place of its part in `parts`, its `start` and `end` count characters of that part's text,
    and its `source` says where it comes from; the number of a claim in addresses is its place in `claims`. `most_parts` and
    `most_characters` are what an edit may leave; `why_not` says what stands in the way of a yes."""

    parts: tuple[Part, ...] = Field(examples=[[_PART]])
    claims: tuple[Claim, ...] = Field(examples=[[_CLAIM]])
    checks: tuple[Check, ...] = Field(examples=[[_CHECK]])
    score: Score = Field(examples=[_SCORE])
    source: PartnerOutputSource
    engine: Engine = Field(description="Who wrote it.", examples=[{"provider": "builtin", "model": "extractive/1"}])
    formats: tuple[str, ...] = Field(description="What it can be exported as.", examples=[["json", "md", "txt", "docx"]])
    most_parts: int = Field(examples=[25])
    most_characters: int = Field(examples=[2000])
    approved_by: str = Field(description="By name; of a client the name that they gave.", examples=[""])
    why_not: str = Field(examples=[""])


class PartnerVersion(View):
    """A version of a result. `change` is what made it: made, earlier, edited, claim_kept, claim_removed, fixed or restored."""

    version: int = Field(examples=[1])
    change: str = Field(examples=["made"])
    note: str = Field(examples=[""])
    by: str = Field(examples=["Maya"])
    points: int = Field(examples=[96])
    max_points: int = Field(examples=[100])
    current: bool = Field(description="It is how the result is now.", examples=[True])
    approved: bool = Field(description="Somebody said yes to these words.")
    created_at: datetime


class PartnerVersionDetail(PartnerVersion):
    """A version with its words, and how they were judged then."""

    parts: tuple[Part, ...] = Field(examples=[[_PART]])
    claims: tuple[Claim, ...] = Field(examples=[[_CLAIM]])
    checks: tuple[Check, ...] = Field(examples=[[_CHECK]])
    score: Score = Field(examples=[_SCORE])


# What a list reads of a row: everything but the report.
LISTED: Final = tuple(name for name in PartnerOutput.model_fields if name != "test")


def row(output: Any, *, test: bool) -> PartnerOutput:
    """`output` is a row of the table, or what was selected of one."""
    return PartnerOutput(**_row(output), test=test)


def whole(
    output: Output,
    report: Report,
    parts: Sequence[Part],
    formats: Collection[str],
    *,
    most: tuple[int, int],
    approved_by: str,
    why_not: str,
    test: bool,
) -> PartnerOutputDetail:
    """`most` is how many parts an edit may leave, and how many characters each may have."""
    source = report.source
    return PartnerOutputDetail(
        **_row(output),
        test=test,
        parts=tuple(parts),
        claims=report.claims,
        checks=report.checks,
        score=report.score,
        source=PartnerOutputSource(**source.model_dump(include=set(PartnerOutputSource.model_fields) - {"draft"}), draft=report.drafted),
        engine=report.engine,
        formats=tuple(formats),
        most_parts=most[0],
        most_characters=most[1],
        approved_by=approved_by,
        why_not=why_not,
    )


def version(kept: OutputVersion, by: str, *, current: bool, approved: bool) -> PartnerVersion:
    return PartnerVersion(**_version(kept, by, current=current, approved=approved))


def version_whole(
    kept: OutputVersion, by: str, report: Report, parts: Sequence[Part], *, current: bool, approved: bool
) -> PartnerVersionDetail:
    told = _version(kept, by, current=current, approved=approved)
    return PartnerVersionDetail(**told, parts=tuple(parts), claims=report.claims, checks=report.checks, score=report.score)


def _row(output: Any) -> dict[str, Any]:
    return {name: getattr(output, name) for name in LISTED}


def _version(kept: OutputVersion, by: str, *, current: bool, approved: bool) -> dict[str, Any]:
    told = kept.model_dump(include={"version", "change", "note", "points", "max_points", "created_at"})
    return {**told, "by": by, "current": current, "approved": approved}
