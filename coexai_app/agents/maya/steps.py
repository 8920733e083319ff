"""The seven steps of "blog to thread", each a pure function of the input and the context. `maya.AGENT` lists them in order."""

from __future__ import annotations

from collections.abc import Sequence

from coexai_app.agents.maya import analysis, kept, layout, outline, repair, sources, writing
from coexai_app.agents.maya.answers import plan_of, posts_of, repeats
from coexai_app.agents.maya.asking import data_of
from coexai_app.agents.maya.prompts import plan, write
from coexai_app.agents.maya.review import asked, compared, source_link
from coexai_app.agents.maya.schemas import (
    Analyzed,
    Checked,
    Drafted,
    DraftPost,
    Formatted,
    Planned,
    PlannedPost,
    ThreadInput,
)
from coexai_app.agents.maya.sources import Extracted
from coexai_app.agents.pipeline import BUILTIN, Outcome, StepContext
from coexai_app.agents.report import ClaimStatus
from coexai_app.agents.text import limits
from coexai_app.agents.text.claims import ledger
from coexai_app.errors import InvalidInput
from coexai_app.extract.document import Document


def extract(data: ThreadInput, context: StepContext) -> Extracted:
    """Reads the source; raises as `sources.read`."""
    return sources.read(data, context, fewest=writing.FEWEST_WORDS, wanted="A thread")


def analyze(data: ThreadInput, context: StepContext) -> Analyzed:
    """Key sentences, key phrases, sections, readability, and a guess at the audience."""
    document = context.need(Extracted).document
    return analysis.analyzed(document, writing.material(document, data), context)


def strategize(data: ThreadInput, context: StepContext) -> Planned:
    """How many posts, and the point of each: the builtin selection, or a model's plan with it as grounding."""
    data = asked(data, context.business.voice)
    document, analyzed = context.need(Extracted).document, context.need(Analyzed)
    drafts = writing.drafts(document, data, voice=context.business.voice)
    own = tuple(_planned(document, draft) for draft in drafts)
    wanted = data.posts or max(len(drafts), 1)
    if context.model is not None:
        prompt = plan(document.text, [s.text for s in analyzed.key_sentences], analyzed.sections, wanted, data, context.business)
        if found := plan_of(data_of(context, prompt), wanted):
            return Planned(posts=_grounded(found, own, document, analyzed.sections), wanted=wanted, by_model=True)
    return Planned(posts=own, wanted=wanted)


def generate(data: ThreadInput, context: StepContext) -> Drafted:
    """The posts' words: the source's own, or a model's. An answer that is no thread is dropped, and the builtin engine writes instead."""
    data = asked(data, context.business.voice)
    document = context.need(Extracted).document
    builtin = writing.drafts(document, data, voice=context.business.voice)
    if not builtin:
        raise InvalidInput(
            "No sentence of this source can stand alone in a post. Add running text in whole sentences.",
            field="text" if data.text else "url" if data.url else "file",
        )
    if context.model is None:
        return Drafted(posts=tuple(builtin))
    planned = context.need(Planned)
    wish = writing.wish(document, data)
    close_room = wish.close_budget - (limits.weighted_length(wish.close) + 2 if wish.close else 0)
    prompt = write(document.text, planned.posts, wish.budget, max(60, close_room), data, context.business)
    count = len(planned.posts)
    budgets = [wish.budget] * max(0, count - 1) + [max(60, close_room)]
    texts = posts_of(data_of(context, prompt), budgets, document.language)
    kept = _unrepeated([t for t in texts if t], document.language)
    if len(kept) < max(1, min(3, len(builtin))):
        context.engine = BUILTIN
        return Drafted(posts=tuple(builtin))
    if wish.close:
        kept = _closed(kept, wish.close, wish.close_budget)
    return Drafted(posts=tuple(DraftPost(text=t) for t in kept), by_model=True)


def format_posts(data: ThreadInput, context: StepContext) -> Formatted:
    """Line breaks, hashtags, numbers, lengths."""
    data = asked(data, context.business.voice)
    document, drafted = context.need(Extracted).document, context.need(Drafted)
    return Formatted(thread=layout.arrange([p.text for p in drafted.posts], writing.style(document, data)))


def check(data: ThreadInput, context: StepContext) -> Checked:
    """Claims and rules; what has no source is repaired or taken out."""
    context.check()
    data = asked(data, context.business.voice)
    document, voice = context.need(Extracted).document, context.business.voice
    checked = repair.checked(data, context, document, context.need(Drafted), context.need(Formatted).thread)
    review, said = compared(checked.review, document, data, checked.thread, voice, context.earlier())
    return checked.model_copy(update={"review": review, "said": said})


def output(data: ThreadInput, context: StepContext) -> Outcome:
    """The report's parts."""
    document, checked = context.need(Extracted).document, context.need(Checked)
    base = analysis.told(document, context.need(Analyzed), plan=[p.model_dump() for p in context.need(Planned).posts])
    return Outcome(
        title=_title(document, checked),
        source=sources.told(document, data),
        analysis=kept.analysis(base, document, context.business.voice, checked.said, link=source_link(document, data)),
        output=checked.thread.model_dump(mode="json"),
        review=checked.review,
    )


def _planned(document: Document, draft: DraftPost) -> PlannedPost:
    start = draft.spans[0][0] if draft.spans else len(document.text)
    section = next((p.title for p in outline.main_parts(document) if p.start <= start < p.end), "")
    first = next((line for line in draft.text.split("\n") if line.strip()), "")
    return PlannedPost(role=draft.role, point=first, section=section)


def _grounded(
    found: Sequence[PlannedPost], own: Sequence[PlannedPost], document: Document, sections: Sequence[str]
) -> tuple[PlannedPost, ...]:
    """A model's plan with the builtin points in the places of those that say what the source does not; a report keeps the plan."""
    open_ = {c.part for c in ledger([p.point for p in found], document) if c.status is ClaimStatus.UNSUPPORTED}
    titles = {title.casefold(): title for title in sections}
    spare = [p for p in own if p.point not in {q.point for q in found}]
    kept: list[PlannedPost] = []
    for i, planned in enumerate(found):
        if i not in open_:
            kept.append(planned.model_copy(update={"section": titles.get(planned.section.casefold(), "")}))
        elif spare:
            kept.append(spare.pop(min(len(spare) - 1, i * len(spare) // len(found))))
    return tuple(kept) or tuple(own)


def _unrepeated(texts: Sequence[str], language: str) -> list[str]:
    kept: list[str] = []
    for text in texts:
        if not repeats(text, kept, language):
            kept.append(text)
    return kept


def _closed(texts: Sequence[str], close: str, room: int) -> list[str]:
    """The posts with the fixed closing words in the last one, or after it when they do not fit."""
    last = f"{texts[-1]}\n\n{close}"
    return [*texts[:-1], last] if limits.fits(last, room) else [*texts, close]


def _title(document: Document, checked: Checked) -> str:
    if document.title:
        return document.title
    first = layout.words_of(checked.thread.posts[0].text).split("\n")[0]
    return first if len(first) <= 80 else first[:80].rsplit(" ", 1)[0] + "…"
