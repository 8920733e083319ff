"""The test talks, and runs of Maya on them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from coexai_app.agents import AGENTS
from coexai_app.agents.maya.longform.schemas import LongformOutput
from coexai_app.agents.parts import PartKind
from coexai_app.agents.pipeline import Capability, InputFile, StepContext, run
from coexai_app.agents.report import ClaimStatus, Report

FOLDER = Path(__file__).parents[2] / "data" / "talks"
NOT_TALKS = {"navigation.txt"}
NAMES = sorted(p.name for p in FOLDER.iterdir() if p.name not in NOT_TALKS)
AGENT = AGENTS["maya"]


def capability(slug: str) -> Capability:
    return AGENT.capabilities[slug]


def context(**given: Any) -> StepContext:
    return StepContext(open_file=lambda ref: InputFile(name=ref, content_type="", data=(FOLDER / ref).read_bytes()), **given)


def made_of(slug: str, text: str, **options: Any) -> Report:
    return run(AGENT, capability(slug), capability(slug).parse({"text": text, **options}), StepContext())


@functools.cache
def report_on(slug: str, name: str, length: str = "medium") -> Report:
    """The report on a talk of the folder; the file is read as an upload."""
    return run(AGENT, capability(slug), capability(slug).parse({"file": name, "length": length}), context())


def output(report: Report) -> LongformOutput:
    return capability(report.capability).output.model_validate(report.output)  # type: ignore[return-value]


def texts(report: Report, *kinds: PartKind) -> list[str]:
    return [part.text for part in output(report).parts() if not kinds or part.kind in kinds]


def check(report: Report, name: str) -> Any:
    return next(c for c in report.checks if c.id == name)


def assert_sound(report: Report) -> None:
    """Every claim has a source, every span of it links, every claim is where it says it is, and the points add up."""
    parts = output(report).parts()
    assert [c.text for c in report.claims if c.status is not ClaimStatus.SUPPORTED] == []
    for claim in report.claims:
        assert parts[claim.part].text[claim.start : claim.end] == claim.text
        assert claim.source is not None
        if claim.source.origin == "source":
            assert report.source.text[claim.source.start : claim.source.end] == claim.source.quote
    assert sum(c.max_points for c in report.checks) == report.score.max_points == 100
    assert sum(c.points for c in report.checks) == report.score.points
