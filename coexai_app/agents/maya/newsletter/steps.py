"""The six steps of "long form to newsletter", each a pure function of the input and the context. The package lists them in order."""

from __future__ import annotations

from coexai_app.agents.maya import analysis, sources, writing
from coexai_app.agents.maya.asking import data_of
from coexai_app.agents.maya.mending import mended
from coexai_app.agents.maya.newsletter import prompts
from coexai_app.agents.maya.newsletter import writing as builtin
from coexai_app.agents.maya.newsletter.review import judge
from coexai_app.agents.maya.newsletter.schemas import (
    PREHEADER_LIMIT,
    SUBJECT_LIMIT,
    Checked,
    Drafted,
    NewsletterInput,
    NewsletterOutput,
    Planned,
)
from coexai_app.agents.maya.newsletter.subjects import length
from coexai_app.agents.maya.review import analysis_of, without_source
from coexai_app.agents.maya.schemas import Analyzed
from coexai_app.agents.maya.sources import Extracted
from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.pipeline import BUILTIN, Outcome, StepContext
from coexai_app.agents.report import Review
from coexai_app.agents.text import sentences
from coexai_app.errors import InvalidInput
from coexai_app.extract.document import Document

BUILTIN_ROUNDS = 4
_LIMITS = {PartKind.SUBJECT: SUBJECT_LIMIT, PartKind.PREHEADER: PREHEADER_LIMIT}


def extract(data: NewsletterInput, context: StepContext) -> Extracted:
    """Reads the source; raises as `sources.read`."""
    return sources.read(data, context, fewest=builtin.FEWEST_WORDS, wanted="A newsletter")


def analyze(data: NewsletterInput, context: StepContext) -> Analyzed:
    """Key sentences, key phrases, sections, readability, and a guess at the audience."""
    document = context.need(Extracted).document
    return analysis.analyzed(document, writing.material_of(document, builtin.BUDGET), context)


def strategize(data: NewsletterInput, context: StepContext) -> Planned:
    """The newsletter in the source's own words; it is the result, or a model's grounding."""
    plan = builtin.write(context.need(Extracted).document, data, business=context.business)
    if not plan.letter.opening or not plan.letter.sections:
        raise InvalidInput(
            "This source has too few different sentences that can stand alone in a newsletter. Add running text in whole sentences.",
            field="text" if data.text else "url" if data.url else "file",
        )
    return plan


def generate(data: NewsletterInput, context: StepContext) -> Drafted:
    """The newsletter's words: the plan's, or a model's. An answer that is no newsletter is dropped."""
    document, plan = context.need(Extracted).document, context.need(Planned).letter
    if context.model is None or not plan.sections:
        return Drafted(letter=plan)
    letter = prompts.letter_of(data_of(context, prompts.write(document.text, plan, data, context.business)), plan)
    if letter is None:
        context.engine = BUILTIN
        return Drafted(letter=plan)
    return Drafted(letter=letter, by_model=True)


def check(data: NewsletterInput, context: StepContext) -> Checked:
    """Claims and rules; what has no source is repaired or taken out."""
    context.check()
    document, drafted = context.need(Extracted).document, context.need(Drafted)
    plan = context.need(Planned).letter
    voice = context.business.voice

    def verdict(letter: NewsletterOutput) -> Review:
        return judge(document, data, letter, voice=voice)

    spares = {part.label.partition(",")[0]: part.text for part in plan.parts()}
    letter, review, rounds = drafted.letter, None, 0
    if drafted.by_model:
        letter, review, rounds = mended(letter, verdict, document, context, lambda part: _spare(part, spares), ask=True, fit=_fit)
        if not without_source(review):
            return Checked(letter=letter, review=review, repaired=rounds)
        context.engine = BUILTIN
    letter, review, more = _rewritten(data, context, document, plan)
    if without_source(review):
        letter, review, cuts = mended(letter, verdict, document, context, lambda part: "", ask=False, fit=_fit)
        more += cuts
    return Checked(letter=letter, review=review, repaired=rounds + more)


def _rewritten(
    data: NewsletterInput, context: StepContext, document: Document, letter: NewsletterOutput
) -> tuple[NewsletterOutput, Review, int]:
    """Writes again without the sentences that the ledger did not find in the source."""
    voice = context.business.voice
    review, rounds, banned = judge(document, data, letter, voice=voice), 0, set[str]()
    while (open_ := without_source(review)) and rounds < BUILTIN_ROUNDS:
        rounds += 1
        before, parts = len(banned), letter.parts()
        for claim in open_:
            found = sentences.split(parts[claim.part].text, document.language)
            banned |= {s.text.removeprefix("• ") for s in found if s.start < claim.end and claim.start < s.end}
        plan = builtin.write(document, data, banned, context.business)
        if len(banned) == before or not plan.letter.opening:
            break
        letter = plan.letter
        review = judge(document, data, letter, voice=voice)
    return letter, review, rounds


def _spare(part: Part, spares: dict[str, str]) -> str:
    return spares.get(part.label.partition(",")[0], "")


def _fit(part: Part, text: str) -> str:
    """A corrected text when it keeps to its part's limit, else ""."""
    text = " ".join(text.split()) if part.kind is not PartKind.PARAGRAPH else text
    return text if length(text) <= _LIMITS.get(part.kind, 2_000) else ""


def output(data: NewsletterInput, context: StepContext) -> Outcome:
    """The report's parts."""
    document, checked = context.need(Extracted).document, context.need(Checked)
    base = analysis.told(document, context.need(Analyzed), plan=[s.heading for s in context.need(Planned).letter.sections])
    subjects = checked.letter.subjects
    return Outcome(
        title=document.title or (subjects[0].text if subjects else "Newsletter"),
        source=sources.told(document, data),
        analysis=analysis_of(base, document, context.business.voice),
        output=checked.letter.model_dump(mode="json"),
        review=checked.review,
    )
