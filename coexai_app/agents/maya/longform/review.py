"""The verdict on a long text: claims against the source, then the rules of its rubric. Called by check steps, and again after an edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from coexai_app.agents.maya import review as threads
from coexai_app.agents.maya.longform import brand_rules
from coexai_app.agents.maya.longform.judged import LongJudged, Topic
from coexai_app.agents.maya.longform.rules import Rule
from coexai_app.agents.maya.longform.schemas import LongformOutput, TextBlock
from coexai_app.agents.parts import PartKind
from coexai_app.agents.report import Analysis, Check, CheckStatus, Claim, ClaimKind, ClaimStatus, Report, Review, Score
from coexai_app.agents.text import judging
from coexai_app.business import Voice
from coexai_app.errors import InvalidInput
from coexai_app.extract.document import Cue, Document

NO_VOICE = Voice()
O = TypeVar("O", bound=LongformOutput)  # noqa: E741  (an output)


@dataclass(frozen=True, slots=True)
class Rubric:
    """Rule, label and points; with `claims` points they add up to 100. A brand voice's points are taken from those of the claims."""

    name: str
    claims: int
    rules: tuple[tuple[str, str, int, Rule], ...]


def judge(
    output: LongformOutput,
    document: Document,
    rubric: Rubric,
    *,
    also: Mapping[str, str] | None = None,
    earlier: Sequence[Claim] = (),
    voice: Voice = NO_VOICE,
    **known: Any,
) -> Review:
    """Claims, checks and score. `also` is what the person typed, by origin ("input.call_to_action"); `known` are fields of `LongJudged`.

    `earlier` claims that a person overrode stay overridden while their words are unchanged.
    """
    parts = output.parts()
    claims = _kept_overrides(ledger(output, document, also or {}), earlier)
    judged = LongJudged(blocks=output.blocks, parts=parts, claims=claims, document=document, voice=voice, **known)
    asks = tuple(row for row in brand_rules.RULES if row[4](voice))
    points = rubric.claims - sum(row[2] for row in asks)
    checks = (
        _claims_check(judged, points),
        *(judging.check(id_, label, most, rule(judged)) for id_, label, most, rule in (*rubric.rules, *(row[:4] for row in asks))),
    )
    return Review(claims=claims, checks=checks, score=Score.of(checks, f"{rubric.name}+brand" if asks else rubric.name))


def ledger(output: LongformOutput, document: Document, also: Mapping[str, str]) -> tuple[Claim, ...]:
    """Every number, date, name, quote and link of the blocks, with its place. A quote block is one claim: somebody said just this."""
    from coexai_app.agents.text.claims import ledger as claims_of

    said = {cue.speaker: cue.speaker for cue in document.cues if cue.speaker}
    known = {**also, **{f"source.speaker.{i}": name for i, name in enumerate(said, 1)}}
    marked = [block.kind is PartKind.QUOTE and not set("“”\n") & set(block.text) for block in output.blocks]
    texts = [f"“{block.text}”" if quoted else block.text for block, quoted in zip(output.blocks, marked, strict=True)]
    return tuple(
        _inside(claim, output.blocks[claim.part]) if marked[claim.part] else claim for claim in claims_of(texts, document, also=known)
    )


def _inside(claim: Claim, block: TextBlock) -> Claim:
    """A claim of a text with quotation marks around it, as one of the text without."""
    start, end = max(0, claim.start - 1), min(len(block.text), claim.end - 1)
    return claim.model_copy(update={"start": start, "end": end, "text": block.text[start:end]})


def parsed(kind: type[O], output: Mapping[str, Any], name: str) -> O:
    """An edited output. Raises InvalidInput when it is none; `name` is what people call it ("an article")."""
    try:
        return kind.model_validate(output)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise InvalidInput(f"This is not {name}: {place}: {problem['msg']}.", field=place or None) from None


def analysis_of(base: Analysis, document: Document, voice: Voice, topics: Sequence[Topic], notes: Mapping[str, str]) -> Analysis:
    """The analysis with what an edit is judged by later: the document's cues, the topics, the notes and the brand voice's rules."""
    found = threads.analysis_of(base, document, voice)
    extra = {
        "cues": [[c.start, c.end, c.at, c.until, c.speaker, c.confidence] for c in document.cues],
        "draft": document.draft,
        "topics": [[t.title, t.start, t.end] for t in topics],
        "notes": dict(notes),
    }
    return Analysis.model_validate({**found.model_dump(), **extra})


def rebuilt(report: Report) -> Document:
    """The document that the report's source was, its cues too."""
    extra = report.analysis.model_extra or {}
    cues = tuple(
        Cue(start=start, end=end, at=at, until=until, speaker=speaker, confidence=confidence)
        for start, end, at, until, speaker, confidence in extra.get("cues", ())
    )
    return threads.rebuilt(report).model_copy(update={"cues": cues, "draft": bool(extra.get("draft"))})


def topics_of(report: Report) -> tuple[Topic, ...]:
    return tuple(Topic(title, start, end) for title, start, end in (report.analysis.model_extra or {}).get("topics", ()))


def notes_of(report: Report) -> dict[str, str]:
    return dict((report.analysis.model_extra or {}).get("notes", {}))


def brand_of(report: Report) -> Voice:
    return threads.brand_of(report)


def without_source(review: Review) -> tuple[Claim, ...]:
    return tuple(c for c in review.claims if c.status is ClaimStatus.UNSUPPORTED)


def _kept_overrides(claims: Sequence[Claim], earlier: Sequence[Claim]) -> tuple[Claim, ...]:
    reasons: dict[tuple[str, ClaimKind], str] = {(c.text, c.kind): c.override for c in earlier if c.status is ClaimStatus.OVERRIDDEN}
    return tuple(
        c.model_copy(update={"status": ClaimStatus.OVERRIDDEN, "override": reasons[c.text, c.kind]})
        if c.status is ClaimStatus.UNSUPPORTED and (c.text, c.kind) in reasons
        else c
        for c in claims
    )


def _claims_check(judged: LongJudged, points: int) -> Check:
    claims = judged.claims
    base = Check(id="claims", label="Claims", status=CheckStatus.PASS, points=points, max_points=points, message="")
    open_ = [c for c in claims if c.status is ClaimStatus.UNSUPPORTED]
    if open_:
        first = open_[0]
        names = ", ".join(f"“{judging.tail(c.text)}”" for c in open_[:3]) + (f" and {len(open_) - 3} more" if len(open_) > 3 else "")
        place = f"{judged.parts[first.part].label}: “{judging.tail(first.text)}”" + (f", {first.reason}" if first.reason else "")
        message = f"{len(open_)} of {len(claims)} claims {'has' if len(open_) == 1 else 'have'} no source: {names}."
        fix = "Take it out, correct it, or keep it with a reason."
        return base.model_copy(update={"status": CheckStatus.FAIL, "points": 0, "message": message, "evidence": place, "fix": fix})
    overridden = sum(c.status is ClaimStatus.OVERRIDDEN for c in claims)
    message = f"All {len(claims)} claims have a source." if claims else "Nothing in the text needs a source."
    if overridden:
        message = f"{len(claims) - overridden} claims have a source, {overridden} kept on your word."
    return base.model_copy(update={"message": message})
