"""The verdict on a long text: claims against the source, then the rules of its rubric. Called by check steps, and again after an edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coexai_app.agents.maya import verdicts
from coexai_app.agents.maya.longform.judged import LongJudged
from coexai_app.agents.maya.longform.schemas import LongformOutput, TextBlock
from coexai_app.agents.maya.verdicts import NO_VOICE, Rubric
from coexai_app.agents.parts import PartKind
from coexai_app.agents.report import Claim, Review
from coexai_app.agents.text.habits import Habits
from coexai_app.agents.text.judging import Judged
from coexai_app.agents.text.reuse import Earlier
from coexai_app.business import Voice
from coexai_app.extract.document import Document


def judge(
    output: LongformOutput,
    document: Document,
    rubric: Rubric[LongJudged],
    *,
    also: Mapping[str, str] | None = None,
    earlier: Sequence[Claim] = (),
    voice: Voice = NO_VOICE,
    said: Sequence[Earlier] = (),
    habits: Habits | None = None,
    **known: Any,
) -> Review:
    """Claims, checks and score. `also` is what the person typed, by origin ("input.call_to_action"); `known` are fields of `LongJudged`.

    `earlier` claims that a person overrode stay overridden while their words are unchanged. `said` are the organisation's earlier
    outputs, `habits` those of the voice's sample texts when it comes without them.
    """
    claims = ledger(output, document, also or {})
    own = LongJudged(blocks=output.blocks, parts=output.parts(), claims=claims, document=document, **known)
    return verdicts.judged(rubric, own, seen(output, document, voice, said, own.must_say, habits), claims, earlier)


def seen(
    output: LongformOutput, document: Document, voice: Voice, said: Sequence[Earlier], call: str, habits: Habits | None = None
) -> Judged:
    """The text as the brand voice and the reuse guard see it: what a named speaker said is not the business's own."""
    theirs = frozenset(i for i, block in enumerate(output.blocks) if block.kind is PartKind.QUOTE or block.speaker)
    found = verdicts.seen(output.parts(), document.language, theirs=theirs, said=said, calls=[call])
    return verdicts.voiced(found, voice, habits)


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
