"""What the writers of articles and podcast summaries share: which sentences may be used, the title, the standfirst, quotes, sections."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from coexai_app.agents.maya.longform.schemas import TextBlock
from coexai_app.agents.maya.speech import headings, noise, runs
from coexai_app.agents.maya.speech.checks import fillers_left
from coexai_app.agents.maya.speech.runs import Run
from coexai_app.agents.maya.speech.talk import Said, Talk
from coexai_app.agents.maya.speech.topics import Stretch
from coexai_app.agents.parts import PartKind
from coexai_app.agents.text import coherence
from coexai_app.agents.text.judging import flat
from coexai_app.extract.document import BlockKind, Document

_FIRST_PERSON = re.compile(
    r"\b(?:i|i['’]\w+|we|we['’]\w+|my|our|me|us|yo|nosotros|mi|nuestr[oa]s?|me|nos|ich|wir|mein\w*|unser\w*|mich|mir|uns|je|"
    r"j['’]\w+|nous|mon|ma|mes|notre|nos|io|noi|mio|mia|"
    r"nostr[oaei]|eu|nós|meu|minha|noss[oa]s?|ik|wij|we|mijn|onze|ons)\b",
    re.IGNORECASE,
)
# An announcement that names its subject: "I want to tell you how …".
_SUBJECT = re.compile(
    r"\b(?:how|why|about|what|cómo|por qué|sobre|wie|warum|über|um|comment|pourquoi|de l[ae']|come|perché|como|por que|hoe|waarom|"
    r"over)\b",
    re.IGNORECASE,
)
_BEGINNING = 0.15
_STANDFIRST = (9, 45)
# Titles that say what a file is, not what it is about.
_NO_TITLE = re.compile(
    r"^(?:(?:video |full |auto[- ]?generated |meeting |interview )*(?:transcript(?:ion)?|captions?|subtitles?|recording|untitled|"
    r"transkript|transcripción|transcription|trascrizione)\b.{0,20}|"
    r".*\.(?:srt|vtt|txt|docx?|pdf|mp3|mp4|wav|m4a|md)|(?:episode|ep\.?|folge|episodio|épisode) ?#?\d+|[\W\d_]*)$",
    re.IGNORECASE,
)
# A paragraph of fewer words does not stand by itself.
_THIN = 24
# Words that a topic keeps when a quote is taken out of it.
_ENOUGH = 45


@dataclass(slots=True)
class Desk:
    """The sentences of a talk while a text is written of them: `taken` are used, `banned` must not be (by their text), `known` is said.

    `texts` are the words of what is taken: a sentence that was said twice is used once."""

    talk: Talk
    banned: Collection[str] = ()
    taken: set[int] = field(default_factory=set)
    known: list[frozenset[str]] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)

    def free(self, i: int) -> bool:
        """The sentence may be used: it says something, is nobody's question, and is used nowhere, not even where it was said before."""
        s = self.talk.said[i]
        used = i in self.taken or s.text in self.texts
        return not (used or s.meta or s.weak or s.speaker in self.talk.askers or self.unwanted(s))

    def unwanted(self, s: Said) -> bool:
        """The sentence is banned."""
        return bool(self.banned) and (s.text in self.banned or s.opening in self.banned)

    def take(self, run: Run) -> None:
        self.taken.update(range(run.first, run.last))
        self.texts.update(s.text for s in self.talk.said[run.first : run.last])
        self.known.append(run.terms)

    def take_one(self, i: int) -> None:
        self.taken.add(i)
        self.texts.add(self.talk.said[i].text)
        self.known.append(frozenset(self.talk.said[i].terms))

    @property
    def spare(self) -> set[int]:
        return {i for i in range(len(self.talk.said)) if self.free(i)}


def given_title(document: Document) -> str:
    """The title that the source has, "" for a file's name or a word like "Transcript"."""
    title = document.title.strip()
    first = document.blocks[0] if document.blocks else None
    spoken = (
        first is not None and first.kind is not BlockKind.HEADING and document.block_text(first).startswith(title) and not document.name
    )
    return "" if not title or _NO_TITLE.match(title) or spoken else title


def standfirst(desk: Desk, title: str) -> TextBlock | None:
    """What it is about, in one or two sentences: the host's introduction of the guest; else an announcement of the subject; else what
    shares most words with the whole, rather early than late. It is not the title again."""
    talk = desk.talk
    introduction = talk.introduction
    if introduction is not None and not desk.unwanted(introduction):
        place = ((introduction.start, introduction.end),)
        return TextBlock(kind=PartKind.STANDFIRST, text=introduction.opening, speaker=introduction.speaker, spans=place)
    size = len(talk.said)
    several = len(talk.voices) > 1 or bool(talk.askers)
    best: tuple[float, Run] | None = None
    for run in runs.candidates(talk, 0, size, lambda i: desk.free(i) or _announces(desk, i), most=2):
        head = talk.said[run.first]
        meta = head.meta
        if (
            not _STANDFIRST[0] <= run.words <= _STANDFIRST[1]
            or flat(title) in flat(run.text)
            or flat(head.opening).strip(".") in flat(title)
        ):
            continue
        if (run.last - run.first > 1) if meta else not (head.alone and _ends_free(talk, run)):
            continue
        if not meta and "unpunctuated" in talk.notes:
            continue
        value = run.value + (0.7 if several else 0.4) * (1 - run.first / size) + 1.6 * meta
        value -= 0.5 * (several and not head.speaker and bool(_FIRST_PERSON.search(run.text)))
        if best is None or value > best[0]:
            best = value, run
    if best is None:
        return None
    desk.take(best[1])
    return block(talk, best[1], PartKind.STANDFIRST)


def _announces(desk: Desk, i: int) -> bool:
    """ "Today I want to show you how …", near the start."""
    s = desk.talk.said[i]
    early = i <= len(desk.talk.said) * _BEGINNING
    return s.meta and early and not s.weak and bool(_SUBJECT.search(s.text)) and len(s.terms) >= 4 and not desk.unwanted(s)


def _ends_free(talk: Talk, run: Run) -> bool:
    """What was said behind the run does not need it."""
    return runs.detachable(talk, run.last - 1)


def sections(
    desk: Desk, document: Document, stretches: list[Stretch], budget: int, used: Sequence[str] = ()
) -> list[tuple[Stretch, str, list[Run]]]:
    """Every topic with its heading and its paragraphs; the words are shared out by how much was said. A topic without any is left out.

    `used` are the texts above that a heading must not repeat.
    """
    talk = desk.talk
    total = sum(s.words for t in stretches for s in talk.said[t.first : t.last]) or 1
    found: list[tuple[Stretch, str, list[Run]]] = []
    above: set[int] = set()
    for stretch in stretches:
        said = talk.said[stretch.first : stretch.last]
        share = max(45, round(budget * sum(s.words for s in said) / total))
        chosen = runs.best(talk, stretch.first, stretch.last, share, desk.free, desk.known)
        if not chosen:
            continue
        for run in chosen:
            desk.take(run)
        own = ""
        section = _section(talk, chosen)
        if section >= 0 and section not in above:
            own = _own_heading(document, section)
        above.add(section)
        heading, spent = headings.of_stretch(talk, stretch, chosen, desk.taken, [*used, *(h for _, h, _ in found)], own)
        if spent is not None:
            desk.take_one(spent)
        found.append((stretch, heading, chosen))
    return found


def _section(talk: Talk, chosen: Sequence[Run]) -> int:
    """The source's own section that most of the chosen words stand in; -1 where there is none."""
    words: Counter[int] = Counter()
    for run in chosen:
        words[talk.said[run.first].section] += run.words
    section, count = words.most_common(1)[0]
    return section if 2 * count > words.total() else -1


def _own_heading(document: Document, index: int) -> str:
    """The source's heading above a topic; "" for the title, and for a short line of speech that only looked like a heading."""
    text = document.block_text(document.blocks[index])
    spoken = text.endswith((".", ",")) or fillers_left(text, document.language) or noise.is_noise(text) or noise.is_backchannel(text)
    return "" if text == document.title or spoken or coherence.dangling(text, document.language) else text


def quotes(desk: Desk, stretches: Sequence[Stretch], count: int, each: int = 2) -> list[int]:
    """The sentences that quote best: verbatim, standing alone, in the first person if there are such, on something not yet said, at most
    `each` a topic."""
    talk = desk.talk
    ranked = sorted(
        (i for t in stretches for i in range(t.first, t.last) if desk.free(i) and runs.quotable(talk, i)),
        key=lambda i: (-(talk.said[i].score + 0.3 * bool(_FIRST_PERSON.search(talk.said[i].text))), i),
    )
    found: list[int] = []
    for i in ranked:
        if len(found) == count:
            break
        beside = next(sum(t.first <= j < t.last for j in found) for t in stretches if t.first <= i < t.last)
        if beside < each and not runs.repeats(frozenset(talk.said[i].terms), desk.known) and leaves_enough(desk, stretches, i):
            found.append(i)
            desk.take_one(i)
    return sorted(found)


def leaves_enough(desk: Desk, stretches: Sequence[Stretch], i: int, least: int = _ENOUGH) -> bool:
    """Its topic has enough to say without the sentence."""
    said = desk.talk.said
    topic = next((t for t in stretches if t.first <= i < t.last), None)
    return topic is None or sum(said[j].words for j in range(topic.first, topic.last) if j != i and desk.free(j)) >= least


def paragraphs(talk: Talk, chosen: list[Run], *, most: int = 90) -> list[TextBlock]:
    """The runs as blocks; runs that follow one another are one paragraph, and a thin one joins the next."""
    joined: list[list[Run]] = []
    for run in chosen:
        last = joined[-1] if joined else []
        count = sum(r.words for r in last)
        if last and _speaker(talk, last[0]) == _speaker(talk, run) and count + run.words <= most:
            runs_on = last[-1].last == run.first and talk.said[run.first].follows
            if runs_on or (min(count, run.words) < _THIN and talk.said[run.first].alone):
                last.append(run)
                continue
        joined.append([run])
    return [
        TextBlock(
            kind=PartKind.PARAGRAPH,
            text=(" " if talk.language not in ("zh", "ja", "th") else "").join(_texts(talk, group)),
            speaker=shown_speaker(talk, group[0].first),
            spans=tuple(span for run in group for span in spans(talk, run.first, run.last)),
        )
        for group in joined
    ]


def _texts(talk: Talk, group: list[Run]) -> Iterator[str]:
    """Each run's text; one that goes on where the last one ended keeps its connective."""
    for before, run in zip([None, *group], group, strict=False):
        yield runs.text_of(talk, run.first, run.last, opening=before is None or before.last != run.first)


def block(talk: Talk, run: Run, kind: PartKind) -> TextBlock:
    return TextBlock(kind=kind, text=run.text, speaker=shown_speaker(talk, run.first), spans=spans(talk, run.first, run.last))


def closing_block(closing: str) -> TextBlock:
    """What the person asked to say, as the last paragraph."""
    return TextBlock(kind=PartKind.PARAGRAPH, text=closing if closing[-1:] in ".!?…" else f"{closing}.")


def quote_block(talk: Talk, i: int) -> TextBlock:
    s = talk.said[i]
    return TextBlock(kind=PartKind.QUOTE, text=s.text, speaker=s.speaker, at=s.at, spans=((s.start, s.end),))


def shown_speaker(talk: Talk, i: int) -> str:
    """Who is named before a paragraph: nobody where only one person tells."""
    return talk.said[i].speaker if len(talk.voices) > 1 or talk.askers else ""


def spans(talk: Talk, first: int, last: int) -> tuple[tuple[int, int], ...]:
    return tuple((s.start, s.end) for s in talk.said[first:last])


def is_personal(text: str) -> bool:
    """Somebody speaks of themselves."""
    return bool(_FIRST_PERSON.search(text))


def _speaker(talk: Talk, run: Run) -> str:
    return talk.said[run.first].speaker
