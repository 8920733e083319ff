"""A transcript, heard: its sentences with speaker, time and place, cleaned and ranked, and what was left out. Two steps need it."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coexai_app.agents.maya import noise as pages
from coexai_app.agents.maya.speech import cutting, noise, standing
from coexai_app.agents.maya.speech.cleaning import cleaned
from coexai_app.agents.maya.speech.turns import turns
from coexai_app.agents.text import coherence, ranking, strangers, words
from coexai_app.agents.text.hooks import HOOK_CONTRAST, WORN_OUT
from coexai_app.extract.document import Document

_WORD = re.compile(r"[^\W_]+")
_QUESTION = re.compile(r"[?？؟][\"'”’»)]*$")
_UNSURE = 0.5
_ASKERS_SHARE = 0.3
UNPUNCTUATED = "The transcript has no punctuation, so sentences were cut at silences and connecting words."


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence. `text` is cleaned, `document.text[start:end]` what was said; `verbatim` when its words are the same.

    `opening` is the text as it may open a paragraph, "" when it needs what was said before; `alone`: it may stand by itself. `follows`:
    nothing was left out between it and the sentence before. `score` is 0 to 1.
    """

    text: str
    start: int
    end: int
    speaker: str
    at: float | None
    pause: float
    turn: int
    section: int
    terms: tuple[str, ...]
    opening: str
    question: bool
    verbatim: bool
    meta: bool
    weak: bool
    alone: bool
    follows: bool
    score: float = 0.0

    @property
    def words(self) -> int:
        return len(self.text.split()) if " " in self.text else words.word_count(self.text)


@dataclass(frozen=True, slots=True)
class Talk:
    """`askers` are speakers who mostly ask: hosts. `notes` by name say what was wrong with the source; `left_out` counts
    sentences; in `introduction` a host says who the guest is."""

    said: tuple[Said, ...]
    language: str
    speakers: tuple[str, ...] = ()
    askers: frozenset[str] = frozenset()
    timed: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)
    left_out: int = 0
    introduction: Said | None = None

    @property
    def voices(self) -> tuple[str, ...]:
        """Those who say more than questions, the most talkative first."""
        return tuple(name for name in self.speakers if name not in self.askers)


def _strangers(raw: Sequence[tuple[int, int, int, str]], language: str) -> tuple[set[int], set[int]]:
    """The sentences that speak to a machine, with what goes on with them in the same turn; and those in another language, by themselves
    or with their turn."""
    orders: set[int] = set()
    foreign: set[int] = set()
    for _, group in itertools.groupby(enumerate(raw), key=lambda item: item[1][0]):
        turn = [(place, text) for place, (*_, text) in group]
        orders.update(turn[number][0] for number in strangers.orders([text for _, text in turn]))
        whole = strangers.is_foreign(" ".join(text for _, text in turn), language)
        foreign.update(place for place, text in turn if whole or strangers.is_foreign(text, language))
    return orders, foreign


@functools.lru_cache(maxsize=2)
def of_document(document: Document) -> Talk:
    """The talk of a document whose cues are known (`cues.heard`). Read-only: the last two are kept."""
    language = document.language
    all_turns = turns(document)
    marked = cutting.punctuated(all_turns)
    timed = any(cue.at > 0 for cue in document.cues)
    raw: list[tuple[int, int, int, str]] = []
    for number, turn in enumerate(all_turns):
        raw += [(number, start, end, turn.text[start:end]) for start, end in cutting.spans(turn, language, marked=marked)]
    texts = [text for *_, text in raw]
    sold = noise.sponsored(texts)
    told_machines, foreign = _strangers(raw, language)
    said: list[Said] = []
    introduction: Said | None = None
    orders, left_out, gap, until = 0, 0, True, 0.0
    for i, (number, start, end, text) in enumerate(raw):
        turn = all_turns[number]
        cue = turn.cue(start)
        pause = cue.at - until if timed and cue is not None and until else 0.0
        until = cue.until if cue is not None else until
        order = i in told_machines
        orders += order
        introduces = introduction is None and i not in sold and not order and noise.introduces(text)
        if not introduces and (order or i in sold or i in foreign or noise.is_noise(text) or pages.is_page_line(text)):
            left_out += 1
            gap = True
            continue
        clean = cleaned(text, language, punctuated=marked)
        if not clean or noise.is_backchannel(clean):
            # Somebody nods: the other goes on.
            gap = gap or not noise.is_backchannel(text)
            continue
        terms = tuple(words.terms(clean, language))
        opening = standing.opening(clean, language)
        sentence = Said(
            text=clean,
            start=turn.place(start),
            end=turn.place(end - 1) + 1,
            speaker=turn.speaker,
            at=cue.at if cue is not None and timed else None,
            pause=pause,
            turn=number,
            section=turn.section,
            terms=terms,
            opening=opening,
            question=bool(_QUESTION.search(clean)),
            verbatim=_same_words(clean, text),
            meta=noise.is_meta(clean),
            weak=_weak(clean, terms) or (cue is not None and cue.confidence < _UNSURE),
            alone=bool(opening) and not standing.hangs(opening, language),
            follows=not gap,
        )
        if introduces and opening:
            introduction, gap = sentence, True
            continue
        said.append(sentence)
        gap = False
    notes = {} if marked else {"unpunctuated": UNPUNCTUATED}
    if orders:
        notes["instructions"] = (
            f"{orders} {'sentence' if orders == 1 else 'sentences'} of the source talked to a program and were left out."
        )
    if document.draft:
        notes["draft"] = "A recogniser wrote the transcript down: compare names and numbers with the recording."
    speakers = Counter(dict.fromkeys(dict.fromkeys(s.speaker for s in said if s.speaker), 0))
    for s in said:
        if s.speaker:
            speakers[s.speaker] += s.words
    ranked = tuple(name for name, _ in speakers.most_common())
    return Talk(
        said=tuple(_scored(said)),
        language=language,
        speakers=ranked,
        askers=_askers(said, speakers),
        timed=timed,
        notes=notes,
        left_out=left_out,
        introduction=introduction,
    )


def _scored(said: list[Said]) -> list[Said]:
    from dataclasses import replace

    places: list[tuple[int, int]] = []
    place, turn = 0, -1
    for s in said:
        place = 0 if s.turn != turn else place + 1
        turn = s.turn
        places.append((place, 1))
    scores = ranking.rank([s.terms for s in said], ranking.position_prior(places))
    return [replace(s, score=_weighed(s, score)) for s, score in zip(said, scores, strict=True)]


def _weighed(s: Said, score: float) -> float:
    """The rank, with what makes speech worth reading: figures, contrasts; announcements and pointers are worth little."""
    score += 0.12 * any(c.isdigit() for c in s.text) + 0.05 * bool(HOOK_CONTRAST.search(s.text))
    return max(0.0, min(1.2, score * (0.3 if s.meta else 1.0) * (0.4 if s.weak else 1.0)))


def _weak(text: str, terms: tuple[str, ...]) -> bool:
    return len(terms) < 2 or pages.is_deictic(text) or bool(WORN_OUT.search(text)) or not coherence.balanced(text)


def _same_words(clean: str, text: str) -> bool:
    return [w.casefold() for w in _WORD.findall(clean)] == [w.casefold() for w in _WORD.findall(text)]


def _askers(said: list[Said], speakers: Mapping[str, int]) -> frozenset[str]:
    """Who mostly asks and says less than a third of the words, where others answer."""
    total = sum(speakers.values()) or 1
    found = set()
    for name, count in speakers.items():
        own = [s for s in said if s.speaker == name]
        asks = sum(s.question for s in own)
        if len(speakers) > 1 and asks >= 2 and asks >= _ASKERS_SHARE * len(own) and count < total / 3:
            found.add(name)
    return frozenset(found) if len(found) < len(speakers) else frozenset()
