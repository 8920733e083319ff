"""The verdict on all texts of one source: each is judged by the rules of its own capability, and the whole has the sum of their points.

Claims, the reuse guard and the brand voice stand once for everything. Called by the last step, and again after a person edited a text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from coexai_app.agents.maya import kept, verdicts
from coexai_app.agents.maya.repurpose.inputs import RepurposeInput, Target
from coexai_app.agents.maya.repurpose.schemas import Piece, RepurposeOutput
from coexai_app.agents.maya.repurpose.targets import TARGETS
from coexai_app.agents.parts import Part
from coexai_app.agents.report import Analysis, Check, CheckStatus, Claim, Report, Review, Score

RUBRIC: Final = "maya.repurpose/1"
# Checks that are about all texts alike.
_SHARED: Final = ("claims", "reuse", *(row[0] for row in verdicts.BRAND))
_WORSE: Final = (CheckStatus.PASS, CheckStatus.WARN, CheckStatus.FAIL)


def review(report: Report, output: Mapping[str, Any]) -> Review:
    """Judges edited texts against the report's source. Raises InvalidInput when the output is none of these."""
    whole = kept.parsed(RepurposeOutput, output, "a set of texts")
    data = RepurposeInput.model_validate(report.input)
    return joined(whole, [_judged(report, piece, data) for piece in whole.pieces])


def alone(report: Report, piece: Piece) -> Report:
    """The report as the piece's own capability would have made it, with a verdict of its own."""
    data = RepurposeInput.model_validate(report.input)
    found = _judged(report, piece, data)
    return _report(report, piece, data).model_copy(update=dict(found))


def remembered(shared: Analysis, own: Mapping[Target, tuple[Analysis, Review]]) -> Analysis:
    """The analysis of the whole, with what each target is judged by beyond that, and its rubric."""
    common = shared.model_extra or {}
    differs = {
        target.value: {
            "rubric": found.score.rubric,
            "analysis": {name: value for name, value in (told.model_extra or {}).items() if common.get(name) != value},
        }
        for target, (told, found) in own.items()
    }
    return Analysis.model_validate({**shared.model_dump(), "targets": differs})


def joined(whole: RepurposeOutput, reviews: Sequence[Review]) -> Review:
    """One verdict of those on the pieces, which come in their order."""
    claims: list[Claim] = []
    shared: dict[str, list[tuple[Piece, Check]]] = {name: [] for name in _SHARED}
    own: list[Check] = []
    first = 0
    for piece, found in zip(whole.pieces, reviews, strict=True):
        claims += [claim.model_copy(update={"part": claim.part + first}) for claim in found.claims]
        for check in found.checks:
            places = tuple(finding.model_copy(update={"part": finding.part + first}) for finding in check.findings)
            moved = check.model_copy(update={"findings": places})
            if check.id in shared:
                shared[check.id].append((piece, moved))
            else:
                own.append(moved.model_copy(update={"id": f"{piece.target.value}.{check.id}", "label": f"{piece.name}: {check.label}"}))
        first += len(piece.parts())
    together = [_together(found) for name, found in shared.items() if found and name != "claims"]
    most = sum(check.max_points for _, check in shared["claims"])
    ledger = verdicts.claims_check(claims, [part.label for part in labelled(whole)], most)
    checks = (ledger, *together, *own)
    voiced = any(shared[row[0]] for row in verdicts.BRAND)
    return Review(claims=tuple(claims), checks=checks, score=Score.of(checks, f"{RUBRIC}+brand" if voiced else RUBRIC))


def labelled(whole: RepurposeOutput) -> tuple[Part, ...]:
    """The parts by names that are clear without the group beside them: "Thread for X, Post 3"; a post that is alone keeps its name."""
    found = whole.parts()
    several = Counter(part.group for part in found)
    return tuple(part.model_copy(update={"label": f"{part.group}, {part.label}"}) if several[part.group] > 1 else part for part in found)


def _together(found: Sequence[tuple[Piece, Check]]) -> Check:
    """The verdicts of one rule on several texts as one: the points are their sum, the words those of the texts that could be better."""
    checks = [check for _, check in found]
    worse = [(piece, check) for piece, check in found if check.status is not CheckStatus.PASS]
    told = checks[0].message if not worse else _lines(worse, "message")
    return checks[0].model_copy(
        update={
            "status": max((check.status for check in checks), key=_WORSE.index),
            "points": sum(check.points for check in checks),
            "max_points": sum(check.max_points for check in checks),
            "message": told,
            "evidence": _lines(worse, "evidence"),
            "fix": next((check.fix for _, check in worse if check.fix), ""),
            "findings": tuple(finding for check in checks for finding in check.findings),
        }
    )


def _lines(found: Iterable[tuple[Piece, Check]], field: str) -> str:
    return " ".join(f"{piece.name}: {said}" for piece, check in found if (said := getattr(check, field)))


def _judged(report: Report, piece: Piece, data: RepurposeInput) -> Review:
    return TARGETS[piece.target].capability.review(_report(report, piece, data), piece.output)


def _report(report: Report, piece: Piece, data: RepurposeInput) -> Report:
    """The report as the piece's capability reads it. A claim that a person kept in one text stays kept in all."""
    row = TARGETS[piece.target]
    known = kept.more(report, "targets", {}).get(piece.target.value, {})
    told = {name: value for name, value in report.analysis.model_dump().items() if name != "targets"}
    return report.model_copy(
        update={
            "capability": row.capability.slug,
            "input": row.input(data).model_dump(mode="json"),
            "analysis": Analysis.model_validate({**told, **known.get("analysis", {})}),
            "output": piece.output,
            "score": Score(points=0, max_points=0, rubric=known.get("rubric", "")),
            "engine": piece.engine,
            "steps": (),
        }
    )
