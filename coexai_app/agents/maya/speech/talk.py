"""A transcript, heard: its sentences with speaker, time and place, cleaned and ranked, and what was left out. Two steps need it."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from coexai_app.agents.maya import noise as pages
from coexai_app.agents.maya.speech import cutting, noise
from coexai_app.agents.maya.speech.cleaning import cleaned
from coexai_app.agents.maya.speech.turns import turns
from coexai_app.agents.text import coherence, compress, ranking, words
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
    said: list[Said] = []
    introduction: Said | None = None
    orders, left_out, gap, until = 0, 0, True, 0.0
    for i, (number, start, end, text) in enumerate(raw):
        turn = all_turns[number]
        cue = turn.cue(start)
        pause = cue.at - until if timed and cue is not None and until else 0.0
        until = cue.until if cue is not None else until
        order = noise.is_instruction(text)
        orders += order
        introduces = introduction is None and i not in sold and not order and noise.introduces(text)
        if not introduces and (order or i in sold or noise.is_noise(text) or pages.is_page_line(text)):
            left_out += 1
            gap = True
            continue
        clean = cleaned(text, language, punctuated=marked)
        if not clean or noise.is_backchannel(clean):
            # Somebody nods: the other goes on.
            gap = gap or not noise.is_backchannel(text)
            continue
        terms = tuple(words.terms(clean, language))
        opening = _opening(clean, language)
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
            alone=bool(opening) and not _hangs(opening, language),
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


def _opening(text: str, language: str) -> str:
    """As `Said.opening`: the sentence itself, or without its connective."""
    for candidate in (text, compress.without_opener(text, language), _plain_start(text, language)):
        if candidate and not coherence.dangling(candidate, language) and not coherence.refers(candidate, language):
            return candidate
    return ""


# A pronoun in the middle of a sentence, whose noun may have been in the one before.
_POINTS = {
    "en": r"\b(?:of|in|on|at|for|with|to|about|from) (?:that|those|these) [a-z]+\b|^(?:every|each|no|another) \w+, "
    r"|\b(?:of|like|than|with|about|after|before|from|by|for|since|without) (?:those|these|them|it|that|this)\b"
    r"(?! (?:\w+ )?[a-z]{3})|\b(?:after|before|since) that\b"
    r"(?! (?:day|week|month|year|evening|morning|summer|winter|time))|\b(?:those|these|that|this) "
    r"(?:\d+|two|three|four|five|six|number|sentence|one|thing|way|problem|line|list|change|question)\b"
    r"|\bthe (?:same|other|others|second one|first one|rest)\b|\bthere(?= (?:and|but|or|too)\b|[.,])|\bthen\b(?=[.,])",
    "de": r"\b(?:damit|dafür|davon|dazu|dabei|darin|darüber|dagegen|dadurch|danach|daran)\b(?!,? (?:dass|wie|ob|wer|was))|\b(?:ihn|"
    r"ihm|ihnen)\b",
    "es": r"\b(?:eso|esto|ello)\b|\b(?:de|con|a) (?:ellos|ellas|él|ella)\b",
    "fr": r"\b(?:ça|cela|eux|celui-ci|celle-ci)\b",
}
_OBJECTS = {
    "en": r"\b(?:it|them|him|her|they|he|she|his|their|its)\b(?! (?:is|was|takes|took|costs) (?:\w+ ){0,4}(?:to|that)\b)",
    "de": r"^(?:im|in|am|nach|vor|seit|heute|dann|jetzt|später|früher)\b[^,.]{0,30} (?:er|sie|ihn|ihm)\b"
    r"|\b(?:wissen|weiß|wusste|sagt|sagen|glaubt|macht|machen) "
    r"(?:das|es)\b|\bhabe? es\b",
    "fr": r"\b(?:il|elle|ils|elles)\b(?! (?:y|faut|fallait|s['’]agit|suffit|est \w+ de|pleut|vaut))",
}


def _hangs(text: str, language: str) -> bool:
    """A pronoun inside the sentence has nothing in it to stand for: fewer than two content words come before."""
    points = _POINTS.get(language)
    if points and re.search(points, text, re.IGNORECASE):
        return True
    objects = _OBJECTS.get(language)
    match = re.search(objects, text, re.IGNORECASE) if objects else None
    return match is not None and len(words.terms(text[: match.start()], language)) < 2


_START = {
    "en": r"(?:and|but|so|then|now|yes|yeah|also|because|well|or)(?:,| then| so)?\s+(?=(?:i|we|you|my|our|your|the|people|most|"
    r"every|nobody|if|when|in|at|there|\d)\b)",
    "es": r"(?:y|pero|entonces|así que|pues|sí)(?:,)?\s+(?=(?:yo|nosotros|el|la|los|las|en|cuando|si|hay|mi|nuestro|nuestra|un|una|"
    r"lo)\b)",
    "de": r"(?:und|aber|ja|denn|doch),?\s+(?=(?:ich|wir|der|die|das|ein|eine|mein|unser|unsere|wer|jeder|viele|niemand)\b)",
    "fr": r"(?:et|mais|oui|donc),?\s+(?=(?:je|j'|nous|on|le|la|les|un|une|mon|notre|si|quand|il y a|il faut)\b)",
    "it": r"(?:e|ma|sì|quindi),?\s+(?=(?:io|noi|il|la|i|le|un|una|se|quando|c'è|nel)\b)",
    "pt": r"(?:e|mas|sim|então),?\s+(?=(?:eu|nós|a gente|o|os|as|um|uma|se|quando|há)\b)",
    "nl": r"(?:en|maar|ja|dus),?\s+(?=(?:ik|we|wij|een|als|wie|iedereen|mijn|onze)\b)",
}


def _plain_start(text: str, language: str) -> str:
    """ "And we sold …": the conjunction goes where a whole clause with its own subject follows."""
    pattern = _START.get(language)
    match = re.match(pattern, text, re.IGNORECASE) if pattern else None
    return coherence.capitalised(text[match.end() :]) if match else ""


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
