"""The six steps of "long form to newsletter", each a pure function of the input and the context. The package lists them in order."""

from __future__ import annotations

from coexai_app.agents.maya import analysis, kept, mending, sources, writing
from coexai_app.agents.maya.asking import data_of
from coexai_app.agents.maya.mending import Mending
from coexai_app.agents.maya.newsletter import prompts
from coexai_app.agents.maya.newsletter import writing as builtin
from coexai_app.agents.maya.newsletter.review import compared, judge
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
from coexai_app.agents.maya.schemas import Analyzed
from coexai_app.agents.maya.sources import Extracted
from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.pipeline import BUILTIN, Outcome, StepContext
from coexai_app.errors import InvalidInput

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
    plan, voice = context.need(Planned).letter, context.business.voice
    spares = {part.label.partition(",")[0]: part.text for part in plan.parts()}

    def again(banned: frozenset[str]) -> NewsletterOutput | None:
        written = builtin.write(document, data, banned, context.business).letter
        return written if written.opening else None

    how = Mending(
        judge=lambda letter: judge(document, data, letter, voice=voice),
        again=again,
        fit=_fit,
        spare=lambda part: spares.get(part.label.partition(",")[0], ""),
    )
    letter, review, rounds = mending.checked(plan, drafted.letter if drafted.by_model else None, document, context, how)
    review, said = compared(review, document, data, letter, voice, context.earlier())
    return Checked(letter=letter, review=review, repaired=rounds, said=said)


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
        analysis=kept.analysis(base, document, context.business.voice, checked.said),
        output=checked.letter.model_dump(mode="json"),
        review=checked.review,
    )
