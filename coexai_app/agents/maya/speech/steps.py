"""The steps of everything that is made of a talk, each a pure function of the input and the context; `of` gives those of one form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coexai_app.agents.maya import kept, sources, verdicts
from coexai_app.agents.maya.asking import data_of
from coexai_app.agents.maya.longform import review as reviews
from coexai_app.agents.maya.longform.judged import LongJudged, Topic
from coexai_app.agents.maya.longform.schemas import LongformChecked, LongformDrafted, LongformOutput
from coexai_app.agents.maya.sources import Extracted
from coexai_app.agents.maya.speech import cues, repair, talk, topics
from coexai_app.agents.maya.speech.forms import Form
from coexai_app.agents.maya.speech.schemas import Heard, Outlined, Section, TalkInput
from coexai_app.agents.maya.verdicts import NO_VOICE, Rubric
from coexai_app.agents.parts import PartKind
from coexai_app.agents.pipeline import BUILTIN, Outcome, Step, StepContext
from coexai_app.agents.report import Analysis, KeySentence, Report, Review
from coexai_app.agents.text import audience, brand, phrases, readability
from coexai_app.errors import InvalidInput
from coexai_app.extract.document import Document

KEY_SENTENCES = 12
# The topics that coverage is judged by; a form's own sections may be fewer.
TOPICS, WORDS_A_TOPIC = 7, 160


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one form, and the review of its edited outputs."""

    form: Form

    def listed(self) -> tuple[Step, ...]:
        return (
            Step("extract", "Read the source", self.extract, Extracted, sources.READ_SECONDS),
            Step("analyze", "Listen for the topics", self.analyze, Heard),
            Step("strategize", "Plan the sections", self.strategize, Outlined),
            Step("generate", "Write", self.generate, LongformDrafted),
            Step("check", "Check", self.check, LongformChecked),
            Step("output", "Hand over", self.output, Outcome),
        )

    def extract(self, data: TalkInput, context: StepContext) -> Extracted:
        """Reads the source, and who speaks in it; raises as `sources.read`, and when it holds no whole sentences."""
        read = sources.read(data, context, fewest=self.form.fewest_words, wanted=self.form.name)
        document = cues.heard(read.document)
        if sum(s.words for s in talk.of_document(document).said) < self.form.fewest_words:
            raise InvalidInput(
                f"This source has hardly any whole sentences. {self.form.name} needs a transcript or running text: add more of it.",
                field=_field(data),
            )
        return Extracted(document=document)

    def analyze(self, data: TalkInput, context: StepContext) -> Heard:
        """Key sentences and phrases, speakers, and what is wrong with the transcript."""
        document = context.need(Extracted).document
        heard = talk.of_document(document)
        context.check()
        top = sorted(heard.said, key=lambda s: (-s.score, s.start))[:KEY_SENTENCES]
        text = " ".join(s.text for s in heard.said)
        return Heard(
            key_sentences=tuple(
                KeySentence(text=document.text[s.start : s.end], start=s.start, end=s.end, score=round(s.score, 4))
                for s in sorted(top, key=lambda s: s.start)
            ),
            key_phrases=phrases.key_phrases(text, document.language),
            speakers=heard.speakers,
            notes=dict(heard.notes),
            left_out=heard.left_out,
            readability=readability.of([s.text for s in heard.said[:400]], document.language),
            audience=audience.guess(text[:40_000]),
        )

    def strategize(self, data: TalkInput, context: StepContext) -> Outlined:
        """The sections that the builtin writer finds."""
        blocks = self.form.compose(context.need(Extracted).document, data.length, data.call_to_action or "", self._banned(data, context))
        found: list[Section] = []
        for block in blocks:
            if block.kind is PartKind.HEADING:
                found.append(Section(heading=block.text, start=0, end=0, at=block.at))
            elif found and block.spans and not found[-1].end:
                found[-1] = found[-1].model_copy(update={"start": block.spans[0][0], "end": block.spans[-1][1]})
        return Outlined(sections=tuple(found))

    def generate(self, data: TalkInput, context: StepContext) -> LongformDrafted:
        """The words: the talk's own, or a model's. An answer that is none is dropped, and the builtin engine writes instead."""
        document = context.need(Extracted).document
        builtin = self.form.compose(document, data.length, data.call_to_action or "", self._banned(data, context))
        if not builtin:
            raise InvalidInput(
                "No sentence of this source can stand alone. Add a longer one, with whole sentences.",
                field=_field(data),
            )
        if context.model is not None:
            answer = data_of(context, self.form.asking.write(document, data, builtin, context.business))
            if found := self.form.asking.read(answer, document, builtin):
                return LongformDrafted(blocks=found, by_model=True)
            context.engine = BUILTIN
        return LongformDrafted(blocks=builtin)

    def check(self, data: TalkInput, context: StepContext) -> LongformChecked:
        """Claims and rules; what has no source is repaired or taken out."""
        context.check()
        document = context.need(Extracted).document

        voice = context.business.voice

        def judged(blocks: LongformOutput) -> Review:
            return self.judge(blocks, document, data, context.need(Heard).notes, _topics(document), voice=voice)

        checked = repair.checked(self.form, data, context, document, context.need(LongformDrafted), judged, self._banned(data, context))
        made = self.form.output(blocks=checked.blocks)
        seen = reviews.seen(made, document, voice, context.earlier(), data.call_to_action or "")
        review, said = verdicts.compared(checked.review, self.form.rubrics[-1], seen)
        return checked.model_copy(update={"review": review, "said": said})

    def output(self, data: TalkInput, context: StepContext) -> Outcome:
        """The report's parts."""
        document, heard, checked = context.need(Extracted).document, context.need(Heard), context.need(LongformChecked)
        made = self.form.output(blocks=checked.blocks)
        base = Analysis.model_validate(
            {
                "language": document.language,
                "key_sentences": heard.key_sentences,
                "key_phrases": heard.key_phrases,
                "sections": [section.heading for section in context.need(Outlined).sections],
                "speakers": list(heard.speakers),
                "readability": heard.readability.model_dump(),
                "audience": heard.audience.model_dump(),
            }
        )
        return Outcome(
            title=made.title,
            source=sources.told(document, data),
            analysis=kept.analysis(
                *(base, document, context.business.voice, checked.said),
                topics=[[t.title, t.start, t.end] for t in _topics(document)],
                notes=dict(heard.notes),
            ),
            output=made.model_dump(mode="json"),
            review=checked.review,
        )

    def judge(
        self,
        output: LongformOutput,
        document: Document,
        data: TalkInput,
        notes: Mapping[str, str],
        found: tuple[Topic, ...],
        *,
        rubric: Rubric[LongJudged] | None = None,
        **known: Any,
    ) -> Review:
        """The verdict on an output of this form, by its present rubric or an older one; `known` as in `reviews.judge`."""
        form = self.form
        also = {f"input.{name}": value for name in ("call_to_action", "url") if (value := getattr(data, name))}
        return reviews.judge(
            output,
            document,
            rubric or form.rubrics[-1],
            also=also,
            topics=found,
            wanted=form.wanted[data.length],
            most=form.most,
            counts=form.counts,
            fixed=form.fixed,
            must_say=data.call_to_action or "",
            notes=notes,
            **known,
        )

    def review(self, report: Report, output: Mapping[str, Any]) -> Review:
        """Judges an edited output against the report's source. Raises InvalidInput when the output is not of this form."""
        made = kept.parsed(self.form.output, output, self.form.name[0].lower() + self.form.name[1:])
        return self.judge(
            made,
            kept.document(report),
            TalkInput.model_validate(report.input),
            kept.more(report, "notes", {}),
            tuple(Topic(title, start, end) for title, start, end in kept.more(report, "topics", ())),
            rubric=kept.rubric(report, *self.form.rubrics),
            earlier=report.claims,
            voice=kept.voice(report),
            said=kept.said(report),
            habits=kept.learnt(report),
        )

    def _banned(self, data: TalkInput, context: StepContext) -> frozenset[str]:
        """The sentences that hold what the brand voice avoids, unless nothing would be left without them."""
        voice = context.business.voice
        document = context.need(Extracted).document
        if voice == NO_VOICE:
            return frozenset()
        unwanted = frozenset(text for s in talk.of_document(document).said for text in (s.text, s.opening) if brand.breaks(text, voice))
        if not unwanted or self.form.compose(document, data.length, data.call_to_action or "", unwanted):
            return unwanted
        return frozenset()


def _topics(document: Document) -> tuple[Topic, ...]:
    heard = talk.of_document(document)
    found = topics.stretches(heard, TOPICS, WORDS_A_TOPIC)
    return tuple(
        Topic(heard.said[t.first].text[:80], heard.said[t.first].start, heard.said[t.last - 1].end) for t in found if t.first < t.last
    )


def _field(data: TalkInput) -> str:
    return "url" if data.url else "text" if data.text else "file"
