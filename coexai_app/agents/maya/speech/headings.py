"""Headings in the talk's own words: a question that was asked, a short sentence that was said, or what is spoken of most."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from coexai_app.agents.maya.speech.runs import Run
from coexai_app.agents.maya.speech.talk import Said, Talk
from coexai_app.agents.maya.speech.topics import Stretch
from coexai_app.agents.text import coherence, phrases, words
from coexai_app.agents.text.hooks import HOOK_NUMBER
from coexai_app.agents.text.judging import flat

_AND = {"en": "and", "es": "y", "de": "und", "fr": "et", "it": "e", "pt": "e", "nl": "en"}
_QUESTION_WORDS = (4, 14)
_SENTENCE_WORDS = (4, 10)
_SMALL_SECTION = 60
_ANSWERS_WITHIN = 3
# What a sentence must be worth to stand over a section; else the section's key phrases do.
_FAIR = -0.2
# Where a whole clause ends and another one begins.
_CLAUSES = {
    "en": re.compile(
        r",? (?:because|and (?=(?:i|we|you|they|he|she|it|the|that)\b)|but|so (?=(?:i|we|you|they|he|she|it|the)\b)|which|where)\b|"
        r"[;:–—]\s|,\s",
        re.IGNORECASE,
    ),
    "de": re.compile(r", (?:weil|und|aber|denn|obwohl|damit|sondern|da|wenn)\b|[;:–—]\s", re.IGNORECASE),
    "es": re.compile(r",? (?:porque|pero|así que|aunque)\b|, y\b|[;:–—]\s", re.IGNORECASE),
    "fr": re.compile(r",? (?:parce que|parce qu['’]|mais|car|donc)\b|, et\b|[;:–—]\s", re.IGNORECASE),
    "it": re.compile(r",? (?:perché|ma|quindi)\b|, e\b|[;:–—]\s", re.IGNORECASE),
    "pt": re.compile(r",? (?:porque|mas|então)\b|, e\b|[;:–—]\s", re.IGNORECASE),
    "nl": re.compile(r",? (?:omdat|maar|dus|want)\b|, en\b|[;:–—]\s", re.IGNORECASE),
}
_OPENS_SUBORDINATE = re.compile(
    r"(?:if|when|while|although|though|since|because|after|before|unless|as|once|whether|in|on|at|by|for|from|with|of|until|wenn|"
    r"weil|als|nachdem|obwohl|seit|bevor|bis|"
    r"si|cuando|aunque|porque|mientras|desde|quand|lorsque|comme|bien|depuis|se|quando|als|toen|omdat)\b",
    re.IGNORECASE,
)
END = re.compile(r"[.…]+$")
_NO_HEADING = re.compile(
    r"^(?:my name is|i am|i['’]m|yo soy|soy|me llamo|ich bin|ich heiße|mein name|je suis|je m['’]appelle|sono|mi chiamo|eu sou|ik "
    r"ben)\b|\b(?:please|bitte|por favor|s'il (?:te|vous) plaît|per favore)\b|^(?:let me|thank)",
    re.IGNORECASE,
)
_TIED = re.compile(
    r"^(?:so|and|but|then|okay|now|y|pero|entonces|und|aber|also|et|mais|donc|alors|e|ma|quindi|mas|então|en|maar|dus),?\s+", re.IGNORECASE
)
_EMPTY_QUESTION = re.compile(
    r"\b(?:what do you (?:mean|think)|how so|why is that|what happened (?:then|next)|can you (?:tell|explain|give)|could you|would "
    r"you (?:like|mind)|do you want|and you|isn['’]t|doesn['’]t|what else|"
    r"anything else|you know|make sense|how are|qué (?:más|tal)|und (?:was|dann)|was meinst)\b",
    re.IGNORECASE,
)


def of_stretch(
    talk: Talk, stretch: Stretch, chosen: Sequence[Run], taken: Collection[int], used: Sequence[str], title: str = ""
) -> tuple[str, int | None]:
    """The heading, and the index of the sentence that it uses up, None when it uses up none.

    `chosen` are the section's paragraphs, `taken` sentences used elsewhere, `used` the title, standfirst and headings before; `title` is
    the source's own heading.
    """
    before = {flat(text).strip(" .?!") for text in used}
    if title and flat(title) not in before:
        return title, None
    said = talk.said[stretch.first : stretch.last]
    if (found := _question(talk, said[:5])) and flat(found[1]).strip(" .?!") not in before:
        i = talk.said.index(found[0], stretch.first, stretch.last)
        if talk.askers or any(i < run.first <= i + _ANSWERS_WITHIN for run in chosen):
            return found[1], i
    key = _key_terms(talk, stretch)
    best: tuple[float, int, str] | None = None
    for i in range(stretch.first, stretch.last):
        text = _statement(talk, i)
        if text and not _said(text, talk, used):
            worth = _worth(talk, key, i, text, chosen, i in taken)
            best = max(best, (worth, -i, text)) if best else (worth, -i, text)
    if best is None or best[0] < _FAIR:
        spoken_of = phrase(talk, stretch, before)
        if best is None or " " in spoken_of:
            return spoken_of, None
    i = -best[1]
    whole = best[2] == END.sub("", talk.said[i].opening)
    return best[2], i if whole and i not in taken else None


def _said(text: str, talk: Talk, used: Collection[str]) -> bool:
    """A title, standfirst or heading says so already."""
    own = set(words.terms(text, talk.language))
    return any(len(own & set(words.terms(other, talk.language))) >= 0.6 * len(own) for other in used)


def _key_terms(talk: Talk, stretch: Stretch) -> frozenset[str]:
    text = " ".join(s.text for s in talk.said[stretch.first : stretch.last])
    return frozenset(t for p in phrases.key_phrases(text, talk.language, limit=5) for t in words.terms(p.text, talk.language))


def _worth(talk: Talk, key: Collection[str], i: int, text: str, chosen: Sequence[Run], taken: bool) -> float:
    """A heading is best when it holds what its section speaks of, and is no sentence that stands below it."""
    s = talk.said[i]
    worth = s.score + 0.3 * len(set(words.terms(text, talk.language)) & set(key)) + 0.15 * any(c.isdigit() for c in text)
    if any(run.first == i for run in chosen):
        worth -= 0.7
    elif taken:
        whole = len(text.split()) > 0.7 * s.words
        worth -= 0.55 if whole or sum(run.words for run in chosen) < _SMALL_SECTION else 0.15
    return worth


def _statement(talk: Talk, i: int) -> str:
    """The sentence as a heading, or its first clause; "" when neither is short and whole."""
    s = talk.said[i]
    if not s.alone or s.question or s.meta or s.weak or s.speaker in talk.askers or talk.notes.get("unpunctuated"):
        return ""
    low, high = _SENTENCE_WORDS
    clause = _CLAUSES.get(talk.language)
    if _NO_HEADING.search(s.opening):
        return ""
    shapes = [s.opening, *([clause.split(s.opening, maxsplit=1)[0]] if clause and not _OPENS_SUBORDINATE.match(s.opening) else [])]
    for shape in shapes:
        text = END.sub("", shape).strip(" ,;:")
        if (
            low <= len(text.split()) <= high
            and len(words.terms(text, talk.language)) >= 2
            and text.count(",") <= 1
            and coherence.balanced(text)
        ):
            return "" if coherence.leans(text, talk.language) else text
    return ""


def _question(talk: Talk, opening: tuple[Said, ...]) -> tuple[Said, str] | None:
    low, high = _QUESTION_WORDS
    for s in opening:
        fits = s.question and low <= s.words <= high and s.terms and not s.meta and not _EMPTY_QUESTION.search(s.text)
        if fits and (asked := _as_heading(talk, s)):
            return s, asked
        if talk.askers and s.speaker not in talk.askers:
            break
    return None


def _as_heading(talk: Talk, s: Said) -> str:
    """A question without the word that ties it to the answer before: "So you changed when you bake?"; "" when it needs that answer."""
    if s.opening:
        return s.opening
    text = coherence.capitalised(_TIED.sub("", s.text))
    return "" if len(text.split()) < _QUESTION_WORDS[0] or coherence.dangling(text, talk.language) else text


def phrase(talk: Talk, stretch: Stretch, taken: Collection[str]) -> str:
    """What a topic speaks of most, one or two phrases; its first clause where nothing is said twice."""
    text = " ".join(s.text for s in talk.said[stretch.first : stretch.last])
    found = [p.text for p in phrases.key_phrases(text, talk.language, limit=6)]
    fresh = [p for p in found if not any(flat(p) in heading or heading in flat(p) for heading in taken)] or found
    if not fresh:
        best = max(talk.said[stretch.first : stretch.last], key=lambda s: s.score)
        return _head(best.opening or best.text)
    fresh = [p for p in fresh if not _NO_NOUN.search(p)] or fresh
    counts = Counter(words.terms(text, talk.language))
    fresh = [p for p in fresh if all(counts[t] > 1 for t in words.terms(p, talk.language))] or _commonest(text, talk, taken) or fresh[:1]
    fresh.sort(key=lambda p: -min((counts[t] for t in words.terms(p, talk.language)), default=0))
    longest = [p for p in fresh if " " in p]
    first = (longest or fresh)[0]
    others = [p for p in fresh if p != first and not set(words.terms(p, talk.language)) & set(words.terms(first, talk.language))]
    joined = f"{first} {_AND.get(talk.language, '·')} {others[0]}" if others and len(first) + len(others[0]) < 50 else first
    return coherence.capitalised(joined)


def _commonest(text: str, talk: Talk, taken: Collection[str]) -> list[str]:
    """The longer word that is said most often, if it is said more than once."""
    stops = words.stopwords(talk.language)
    said = Counter(token.text.lower() for token in words.tokens(text) if len(token.text) > 3 and token.text.lower() not in stops)
    fresh = [
        (count, word)
        for word, count in said.items()
        if count > 1 and not HOOK_NUMBER.fullmatch(word) and not any(word in heading for heading in taken)
    ]
    return [max(fresh)[1]] if fresh else []


_NO_NOUN = re.compile(
    r"(?:ed|ly|ing|ive|ous)$|^(?:ones?|things?|kinds?|bits?|lots?)$|^\w+-(?:one|two|three|four|five|six|seven|eight|nine)$", re.IGNORECASE
)


def _head(text: str) -> str:
    """The first clause of a sentence, or its first words."""
    clause = re.split(r"[,;:–—]\s", text, maxsplit=1)[0]
    pieces = clause.split()
    return END.sub("", clause) if len(pieces) <= 10 else " ".join(pieces[:8]) + "…"
