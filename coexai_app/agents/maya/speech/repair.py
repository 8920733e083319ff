"""What the check step does about claims without a source: the builtin engine picks other sentences; a model is asked twice, then the
words go."""

from __future__ import annotations

from collections.abc import Callable

from coexai_app.agents.maya import answers
from coexai_app.agents.maya.asking import data_of
from coexai_app.agents.maya.longform.schemas import LongformChecked, LongformDrafted, LongformOutput, TextBlock
from coexai_app.agents.maya.speech import prompts
from coexai_app.agents.maya.speech.forms import Form
from coexai_app.agents.maya.speech.schemas import TalkInput
from coexai_app.agents.maya.verdicts import without_source
from coexai_app.agents.parts import PartKind
from coexai_app.agents.pipeline import BUILTIN, StepContext
from coexai_app.agents.report import Claim, Review
from coexai_app.agents.text import sentences
from coexai_app.extract.document import Document

MODEL_ROUNDS = 2
BUILTIN_ROUNDS = 4
Judge = Callable[[LongformOutput], Review]


def checked(
    form: Form,
    data: TalkInput,
    context: StepContext,
    document: Document,
    drafted: LongformDrafted,
    judge: Judge,
    banned: frozenset[str],
) -> LongformChecked:
    """The judged text; `repaired` counts the rounds that it took."""
    review = judge(form.output(blocks=drafted.blocks))
    if not without_source(review):
        return LongformChecked(blocks=drafted.blocks, review=review)
    if drafted.by_model:
        return _model(form, data, context, document, drafted.blocks, review, judge, banned)
    return _builtin(form, data, document, drafted.blocks, review, judge, banned)


def _builtin(
    form: Form,
    data: TalkInput,
    document: Document,
    blocks: tuple[TextBlock, ...],
    review: Review,
    judge: Judge,
    banned: frozenset[str],
    rounds: int = 0,
) -> LongformChecked:
    """Writes again without the sentences that the ledger did not find in the source; what is left after that goes."""
    for _ in range(BUILTIN_ROUNDS):
        open_ = without_source(review)
        if not open_:
            break
        rounds += 1
        more = banned | {s for claim in open_ for s in _sentences_of(blocks[claim.part], claim, document.language)}
        found = form.compose(document, data.length, data.call_to_action or "", more)
        if more == banned or not found:
            break
        blocks, banned = found, more
        review = judge(form.output(blocks=blocks))
    if without_source(review) and (rest := cut(blocks, without_source(review), document.language)):
        blocks, rounds = rest, rounds + 1
        review = judge(form.output(blocks=blocks))
    return LongformChecked(blocks=blocks, review=review, repaired=rounds)


def _model(
    form: Form,
    data: TalkInput,
    context: StepContext,
    document: Document,
    blocks: tuple[TextBlock, ...],
    review: Review,
    judge: Judge,
    banned: frozenset[str],
) -> LongformChecked:
    rounds = 0
    while (open_ := without_source(review)) and rounds < MODEL_ROUNDS and context.model is not None:
        rounds += 1
        texts = prompts.repaired(data_of(context, prompts.repair(document, blocks, open_), f"repair{rounds}"))
        if texts:
            named = {claim.part for claim in open_}
            blocks = tuple(b.model_copy(update={"text": texts[i]}) if i in named and texts.get(i) else b for i, b in enumerate(blocks))
            review = judge(form.output(blocks=blocks))
    for _ in range(2):
        if without_source(review) and (rest := cut(blocks, without_source(review), document.language)):
            blocks, rounds = rest, rounds + 1
            review = judge(form.output(blocks=blocks))
    if without_source(review) or not _whole(blocks):
        blocks = form.compose(document, data.length, data.call_to_action or "", banned)
        context.engine = BUILTIN
        return _builtin(form, data, document, blocks, judge(form.output(blocks=blocks)), judge, banned, rounds)
    return LongformChecked(blocks=blocks, review=review, repaired=rounds)


def cut(blocks: tuple[TextBlock, ...], open_: tuple[Claim, ...], language: str) -> tuple[TextBlock, ...]:
    """The blocks without the sentences that hold the claims; a heading with nothing under it goes too."""
    kept: list[TextBlock] = []
    for i, block in enumerate(blocks):
        places = [(claim.start, claim.end) for claim in open_ if claim.part == i]
        text = answers.without_sentences(block.text, places, language) if places else block.text
        if places and block.kind in (PartKind.QUOTE, PartKind.HEADING):
            text = ""
        if text:
            kept.append(block.model_copy(update={"text": text}))
    followed = zip(kept, [*kept[1:], None], strict=True)
    return tuple(
        block
        for block, after in followed
        if block.kind is not PartKind.HEADING or (after is not None and after.kind is not PartKind.HEADING)
    )


def _whole(blocks: tuple[TextBlock, ...]) -> bool:
    kinds = {block.kind for block in blocks}
    return PartKind.TITLE in kinds and PartKind.PARAGRAPH in kinds


def _sentences_of(block: TextBlock, claim: Claim, language: str) -> set[str]:
    found = {s.text for s in sentences.split(block.text, language) if s.start < claim.end and claim.start < s.end}
    # A title or heading is a sentence without its full stop.
    return found | {f"{text}." for text in found if text[-1:] not in ".!?…"}
