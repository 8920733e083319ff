"""The verdict on a newsletter: claims against the source, then the rules of its rubric. Called by the check step,
and again after a person edited it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coexai_app.agents.maya import kept, verdicts
from coexai_app.agents.maya.newsletter.schemas import (
    FEWEST_SECTIONS,
    MOST_SECTIONS,
    PREHEADER_LIMIT,
    SUBJECT_LIMIT,
    SUBJECTS,
    NewsletterInput,
    NewsletterOutput,
    SubjectKind,
)
from coexai_app.agents.maya.newsletter.subjects import kind_of, length
from coexai_app.agents.maya.verdicts import NO_VOICE, Rubric
from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.report import Claim, Report, Review
from coexai_app.agents.text import partwise, words
from coexai_app.agents.text.habits import Habits
from coexai_app.agents.text.judging import Judged as Shared
from coexai_app.agents.text.judging import Verdict
from coexai_app.agents.text.reuse import Earlier
from coexai_app.business import Voice
from coexai_app.extract.document import Document

_SECTION_WORDS = 110
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules see."""

    letter: NewsletterOutput
    document: Document
    options: NewsletterInput
    parts: tuple[Part, ...]

    @property
    def body(self) -> list[Part]:
        """Opening, sections and closing: the running text."""
        return [part for part in self.parts if part.kind is PartKind.PARAGRAPH and part.label != "Call to action"]


def subjects(judged: Judged) -> Verdict:
    """Three subject lines of at most 60 characters, different in kind and words."""
    lines = judged.letter.subjects
    if long := [s for s in lines if length(s.text) > SUBJECT_LIMIT]:
        return Verdict(0, f"A subject line has {length(long[0].text)} of {SUBJECT_LIMIT} characters.", long[0].text, "Shorten it.")
    if len(lines) < SUBJECTS:
        count = f"{len(lines)} subject {'line' if len(lines) == 1 else 'lines'} instead of {SUBJECTS}"
        message = f"{count}: the source has no more short sentences that stand alone."
        return Verdict(len(lines) / SUBJECTS, message, "", "Write another one, or choose from these.")
    for i, first in enumerate(lines):
        for second in lines[i + 1 :]:
            alike = words.overlap(words.terms(first.text, judged.letter.language), words.terms(second.text, judged.letter.language))
            if first.text.casefold() == second.text.casefold() or alike > _ALIKE:
                return Verdict(0.5, "Two subject lines say nearly the same.", second.text, "Write one of them anew.")
    kinds = {kind_of(s.text) for s in lines}
    if len(kinds) == 1:
        return Verdict(0.75, "All subject lines are of one kind.", lines[0].text, "Try one with a number, or a question.")
    named = " and ".join(kind.value for kind in SubjectKind if kind in kinds)
    return Verdict(1, f"{len(lines)} subject lines of different kinds ({named}), each at most {SUBJECT_LIMIT} characters.")


def honest(judged: Judged) -> Verdict:
    """A subject line promises what the newsletter holds, and does not shout or feign ("Re:")."""
    language = judged.letter.language
    known = set(words.terms(f"{judged.document.title}\n{judged.document.text}", language))
    for subject in judged.letter.subjects:
        if subject.text.casefold().startswith(("re:", "fwd:", "fw:", "aw:", "wg:", "rv:", "tr:")):
            return Verdict(0, "A subject line feigns a reply.", subject.text, "Take “Re:” and the like out.")
        own = set(words.terms(subject.text, language))
        if own and len(own & known) < 0.5 * len(own):
            return Verdict(0.25, "A subject line speaks of something else than the source.", subject.text, "Say what is inside.")
    loud = partwise.calm([part for part in judged.parts if part.kind in (PartKind.SUBJECT, PartKind.PREHEADER)])
    return loud if loud.share < 1 else Verdict(1, "The subject lines say what is inside.")


def preheader(judged: Judged) -> Verdict:
    """One to 110 characters, and not what the subject says already."""
    text = judged.letter.preheader
    if not text:
        return Verdict(0, "There is no preheader.", "", "Add a line: inboxes show it next to the subject.")
    if length(text) > PREHEADER_LIMIT:
        return Verdict(0, f"The preheader has {length(text)} of {PREHEADER_LIMIT} characters.", text, "Shorten it.")
    own = words.terms(text, judged.letter.language)
    for subject in judged.letter.subjects:
        if subject.text.casefold() in text.casefold() or words.overlap(own, words.terms(subject.text, judged.letter.language)) > _ALIKE:
            return Verdict(0.5, "The preheader repeats a subject line.", subject.text, "Let it add something.")
    return Verdict(1, f"The preheader adds to the subject, {length(text)} of {PREHEADER_LIMIT} characters.")


def sections(judged: Judged) -> Verdict:
    """As many sections as wished, else three to six; fewer when the source holds no more, which is said."""
    count = sum(bool(s.text) for s in judged.letter.sections)
    wanted = judged.options.sections
    said = f"{count} {'section' if count == 1 else 'sections'}"
    least, most = wanted or FEWEST_SECTIONS, wanted or MOST_SECTIONS
    if count < least:
        size = words.word_count(judged.document.text)
        message = f"{said} instead of {least}: the source ({size:,} words) has no more that stands on its own."
        return Verdict(0.5 if count else 0, message, "", "Add to the source, or keep the newsletter short.")
    if count > most:
        return Verdict(0.5, f"{said} instead of {most}.", "", "Join or delete some.")
    return Verdict(1, f"{said}.")


def shape(judged: Judged) -> Verdict:
    """Every section has a heading and is short enough to be read in a mail."""
    for i, section in enumerate(judged.letter.sections, 1):
        if words.word_count(section.text) > _SECTION_WORDS:
            count = words.word_count(section.text)
            return Verdict(0.5, f"Section {i} has {count} words.", "", f"Keep it under {_SECTION_WORDS}, and link to the rest.")
    if bare := [i for i, s in enumerate(judged.letter.sections, 1) if not s.heading]:
        share = 1 - len(bare) / len(judged.letter.sections)
        return Verdict(max(0.25, share), f"Section {bare[0]} has no heading.", "", "Write one.")
    return Verdict(1, "Every section has a heading and is short.")


def opening(judged: Judged) -> Verdict:
    """There is an opening that stands alone."""
    found = [part for part in judged.parts if part.label == "Opening"]
    if not found:
        return Verdict(0, "There is no opening.", "", "Write a sentence that says what this is about.")
    verdict = partwise.standing(found, judged.letter.language)
    if verdict.share < 1 and _under_title(judged):
        return Verdict(1, "The opening follows from the headline.")
    return verdict


def _under_title(judged: Judged) -> bool:
    """ "This focaccia …" under "Overnight focaccia …": the headline says what is meant."""
    start = " ".join(judged.letter.opening.split()[:4])
    return bool(set(words.terms(start, judged.letter.language)) & set(words.terms(judged.letter.title, judged.letter.language)))


def standing(judged: Judged) -> Verdict:
    """No section leans on what the newsletter left out; under a heading that asks, an answer may stand."""
    asked = {f"Section {i}" for i, s in enumerate(judged.letter.sections, 1) if s.heading.rstrip().endswith(("?", "？"))}
    return partwise.standing([part for part in judged.body if part.label not in {"Opening", *asked}], judged.letter.language)


def action(judged: Judged) -> Verdict:
    """A call to action with an address; what the person asked to say is in it."""
    found, wished = judged.letter.action, judged.options.call_to_action
    if found is None or not found.label:
        return Verdict(0, "There is no call to action.", "", "Say what readers should do next.")
    if wished and wished not in (found.label, *judged.letter.closing.split("\n")) and wished not in judged.letter.closing:
        return Verdict(0.25, "The call to action does not say what you asked for.", wished, "Put it back.")
    if not found.url and wished:
        return Verdict(0.5, "The call to action leads nowhere.", found.label, "Give the address where it leads.")
    return Verdict(1, f"One call to action: “{found.label}”.")


def links(judged: Judged) -> Verdict:
    """Every link is one of the source or of the form."""
    known = {link.url for link in judged.document.links} | {judged.document.url, judged.options.url, judged.options.button_link}
    found = [s.link.url for s in judged.letter.sections if s.link and s.link.url]
    found += [judged.letter.action.url] if judged.letter.action and judged.letter.action.url else []
    if strange := [url for url in found if url not in known]:
        return Verdict(0, "A link is neither in the source nor in the form.", strange[0], "Check where it leads, or take it out.")
    return Verdict(1, f"{len(found)} {'link' if len(found) == 1 else 'links'}, all from you or the source." if found else "No links.")


FIRST_RUBRIC: Rubric[Judged] = Rubric(
    name="maya.newsletter/1",
    rules=(
        ("subjects", "Subject lines", 10, subjects),
        ("honest", "Honest subjects", 6, honest),
        ("preheader", "Preheader", 6, preheader),
        ("opening", "Opening", 6, opening),
        ("sections", "Sections", 8, sections),
        ("shape", "Headings and length", 6, shape),
        ("standing", "Stands alone", 4, standing),
        ("sentences", "Whole sentences", 6, lambda j: partwise.whole(j.body, j.letter.language)),
        ("repeats", "No repeats", 6, lambda j: partwise.repeats(j.body, j.letter.language)),
        ("action", "Call to action", 4, action),
        ("links", "Links", 2, links),
        ("cliches", "Plain words", 2, lambda j: partwise.fresh(j.parts)),
        ("shouting", "Calm", 1, lambda j: partwise.calm(j.body)),
        ("readability", "Easy to read", 3, lambda j: partwise.easy(j.body, j.letter.language)),
    ),
)
RUBRIC = verdicts.grown(FIRST_RUBRIC, "maya.newsletter/2", less="repeats")


def judge(
    document: Document,
    options: NewsletterInput,
    letter: NewsletterOutput,
    earlier: Sequence[Claim] = (),
    voice: Voice = NO_VOICE,
    *,
    rubric: Rubric[Judged] = RUBRIC,
    said: Sequence[Earlier] = (),
    known: Habits | None = None,
) -> Review:
    """Claims, checks and score; the arguments are those of a thread's `review.judge`."""
    parts = letter.parts()
    given = {"call_to_action": options.call_to_action, "url": options.url, "button_link": options.button_link}
    claims = verdicts.ledger(parts, document, {f"input.{name}": value for name, value in given.items() if value})
    shared = verdicts.voiced(_shared(document, options, letter, said), voice, known)
    return verdicts.judged(rubric, Judged(letter, document, options, parts), shared, claims, earlier)


def compared(
    review_: Review, document: Document, options: NewsletterInput, letter: NewsletterOutput, voice: Voice, said: Sequence[Earlier]
) -> tuple[Review, tuple[Earlier, ...]]:
    """As `verdicts.compared`."""
    return verdicts.compared(review_, RUBRIC, verdicts.voiced(_shared(document, options, letter, said), voice))


def review(report: Report, output: Mapping[str, Any]) -> Review:
    """Judges an edited newsletter against the report's source. Raises InvalidInput when the output is none."""
    letter, options = kept.parsed(NewsletterOutput, output, "a newsletter"), NewsletterInput.model_validate(report.input)
    return judge(
        *(kept.document(report), options, letter, report.claims, kept.voice(report)),
        rubric=kept.rubric(report, FIRST_RUBRIC, RUBRIC),
        said=kept.said(report),
        known=kept.learnt(report),
    )


def _shared(document: Document, options: NewsletterInput, letter: NewsletterOutput, said: Sequence[Earlier]) -> Shared:
    return verdicts.seen(letter.parts(), document.language, said=said, calls=[options.call_to_action or ""])
