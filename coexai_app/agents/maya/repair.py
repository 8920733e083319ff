"""What the check step does about claims without a source: the builtin engine picks other sentences; a model is asked twice, then the
words go."""

from __future__ import annotations

from collections.abc import Sequence

from coexai_app.agents.maya import answers, layout, writing
from coexai_app.agents.maya.asking import data_of
from coexai_app.agents.maya.prompts import repair
from coexai_app.agents.maya.review import judge
from coexai_app.agents.maya.schemas import Checked, Drafted, DraftPost, ThreadInput, ThreadOutput
from coexai_app.agents.maya.verdicts import without_source
from coexai_app.agents.pipeline import BUILTIN, StepContext
from coexai_app.agents.report import Claim
from coexai_app.agents.text import limits, sentences
from coexai_app.business import Voice
from coexai_app.extract.document import Document

MODEL_ROUNDS = 2
BUILTIN_ROUNDS = 4


def checked(data: ThreadInput, context: StepContext, document: Document, drafted: Drafted, thread: ThreadOutput) -> Checked:
    """The judged thread; `repaired` counts the rounds that it took."""
    voice = context.business.voice
    review = judge(document, data, thread, voice=voice)
    if not without_source(review):
        return Checked(thread=thread, review=review)
    if drafted.by_model:
        return _model(data, context, document, drafted, thread)
    return _builtin(data, document, thread, set(), voice)


def _builtin(data: ThreadInput, document: Document, thread: ThreadOutput, banned: set[str], voice: Voice) -> Checked:
    """Writes again without the sentences that the ledger did not find in the source."""
    review = judge(document, data, thread, voice=voice)
    rounds = 0
    while (open_ := without_source(review)) and rounds < BUILTIN_ROUNDS:
        rounds += 1
        before = len(banned)
        for claim in open_:
            banned |= _sentences_of(thread, claim, document.language)
        drafts = writing.drafts(document, data, banned, voice)
        if len(banned) == before or not drafts:
            break
        thread = layout.arrange([d.text for d in drafts], writing.style(document, data))
        review = judge(document, data, thread, voice=voice)
    return Checked(thread=thread, review=review, repaired=rounds)


def _sentences_of(thread: ThreadOutput, claim: Claim, language: str) -> set[str]:
    text = layout.words_of(thread.posts[claim.part].text)
    position = 0
    found: set[str] = set()
    for line in text.split("\n"):
        for sentence in sentences.split(line, language, position):
            if sentence.start < claim.end and claim.start < sentence.end:
                found.add(sentence.text.removeprefix("• "))
        position += len(line) + 1
    return found


def _model(data: ThreadInput, context: StepContext, document: Document, drafted: Drafted, thread: ThreadOutput) -> Checked:
    voice = context.business.voice
    wish, style = writing.wish(document, data), writing.style(document, data)
    texts = [p.text for p in drafted.posts]
    review, rounds = judge(document, data, thread, voice=voice), 0
    while (open_ := without_source(review)) and rounds < MODEL_ROUNDS and context.model is not None:
        rounds += 1
        bodies = [_without_close(t, wish.close) for t in texts]
        prompt = repair(document.text, bodies, [(c.part + 1, c.text, c.reason) for c in open_], wish.budget)
        answer = answers.posts_of(data_of(context, prompt, f"repair{rounds}"), [wish.budget], document.language)
        if len(answer) == len(texts):
            named = {c.part for c in open_}
            texts = [
                _with_close(new, wish.close, wish.close_budget, texts[i]) if i in named and new else texts[i]
                for i, new in enumerate(answer)
            ]
            thread = layout.arrange(texts, style)
            review = judge(document, data, thread, voice=voice)
    if without_source(review):
        texts = _cut(texts, thread, without_source(review), writing.drafts(document, data, voice=voice), document.language, wish.close)
        thread = layout.arrange(texts, style)
        review = judge(document, data, thread, voice=voice)
        rounds += 1
    if without_source(review):
        drafts = writing.drafts(document, data, voice=voice)
        thread = layout.arrange([d.text for d in drafts], style)
        context.engine = BUILTIN
        return _builtin(data, document, thread, set(), voice)
    return Checked(thread=thread, review=review, repaired=rounds)


def _cut(
    texts: Sequence[str], thread: ThreadOutput, open_: Sequence[Claim], builtin: Sequence[DraftPost], language: str, close: str
) -> list[str]:
    """The posts without the sentences that hold the claims; a post that becomes empty is replaced by a builtin one on something else, or
    left out."""
    kept: list[str] = []
    for i, post in enumerate(thread.posts):
        places = [(c.start, c.end) for c in open_ if c.part == i]
        if not places:
            kept.append(texts[i])
            continue
        rest = answers.without_sentences(layout.words_of(post.text), places, language)
        if _without_close(rest, close):
            kept.append(rest)
            continue
        others = [*kept, *texts[i + 1 :]]
        # The same place in the builtin thread first: the hook for the hook, the middle for the middle.
        near = sorted(builtin, key=lambda d: abs(builtin.index(d) / max(1, len(builtin)) - i / max(1, len(texts))))
        replacement = next((d.text for d in near if d.role != "close" and not answers.repeats(d.text, others, language)), "")
        if replacement:
            kept.append(replacement)
        if rest:
            kept.append(rest)
    return kept or [d.text for d in builtin]


def _without_close(text: str, close: str) -> str:
    return text.removesuffix(close).rstrip() if close else text


def _with_close(new: str, close: str, room: int, old: str) -> str:
    if not close or not old.endswith(close):
        return new
    joined = f"{new}\n\n{close}"
    return joined if limits.fits(joined, room) else old
