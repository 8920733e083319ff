"""What a brand voice asks of a text, each rule with every place and, where it is safe, the words that may stand there instead.

Nothing inside quotation marks, addresses, mentions and hashtags is touched: those are not the business's own words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

import regex

from coexai_app.agents.report import Finding
from coexai_app.agents.text import brand, entities, limits, readability, sentences, wording, words
from coexai_app.agents.text.judging import Judged, Verdict, prose
from coexai_app.business import Perspective, ReadingLevel, Voice
from coexai_app.business.voice import EMOJI, Term

# The lowest reading ease, and the longest sentence in words, that a reading level takes.
LEVELS: Final = {ReadingLevel.PLAIN: (60.0, 20), ReadingLevel.GENERAL: (45.0, 28)}
# Sentences this many times as long as the samples' are another voice.
FAR: Final = 1.6
_QUOTED: Final = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|「[^」]*」|(?<!\w)\"[^\"\n]*\"")
_ADDRESS: Final = re.compile(r"https?://\S+|\bwww\.\S+|[\w.+-]+@\w[\w.-]*")
_ARTICLE: Final = re.compile(r"\b(an?) $", re.IGNORECASE)
_DETERMINED: Final = re.compile(
    r"\b(?:der|die|das|den|dem|des|eine?[nmrs]?|le|la|les|un|une|el|los|las|una|il|lo|gli|i|o|a|os|as|um|uma|de|het|een) $", re.IGNORECASE
)
_EXCLAMATION: Final = re.compile(r"(?<=[\w)\]’'”\"])!+(?=\s|$|[\"”’)])")


def terms(judged: Judged) -> Verdict:
    """The business's own words instead of the others."""
    return _told(judged, [f for i, post in enumerate(judged.posts) for f in _terms(i, post, judged)], "Your own words, as you say them.")


def perspective(judged: Judged) -> Verdict:
    """ "We", "I" or neither, as the business speaks."""
    wanted = judged.voice.perspective
    tables = [
        *((("SINGULAR", "speaks as “I”"),) if wanted is not Perspective.ONE else ()),
        *((("PLURAL", "speaks as “we”"),) if wanted is not Perspective.WE else ()),
    ]
    who = (
        "of neither"
        if wanted is Perspective.NEUTRAL
        else f"as “{wanted.value.capitalize() if wanted is Perspective.ONE else wanted.value}”"
    )
    found = [
        f.model_copy(update={"replacement": f.replacement if wanted is not Perspective.NEUTRAL else None})
        for table, what in tables
        for f in _wordings(judged, table, partial(_speaks, what, who))
    ]
    return _told(judged, found, "The person who speaks is yours.")


def _speaks(what: str, who: str, said: str) -> str:
    return f"“{said}” {what}; your brand voice speaks {who}."


def reading_level(judged: Judged) -> Verdict:
    """As easy as the voice's readers need it; long sentences are the places."""
    least, longest = LEVELS[judged.voice.reading_level]
    ease = readability.of([s for post in judged.words for s in prose(post, judged)], judged.language).ease
    found = [
        Finding(part=i, start=s.start, end=s.end, message=f"{count} words in one sentence; {longest} are enough for your readers.")
        for i, post in _ours(judged)
        for s in _sentences(post, judged.language)
        if (count := words.word_count(s.text)) > longest
    ]
    if ease is None or ease >= least:
        return Verdict(1, "As easy to read as your readers need it.", findings=tuple(found))
    return Verdict(
        max(0.0, 1 - (least - ease) / 20),
        f"Reading ease {ease:.0f} of 100; your readers need {least:.0f}.",
        findings=tuple(found),
        fix="Use shorter sentences and words.",
    )


def tone(judged: Judged) -> Verdict:
    """The sliders: formal or casual, serious or playful, reserved or enthusiastic, plain or technical."""
    return _told(judged, list(_tone(judged)), "The tone is yours.")


def habitual(judged: Judged) -> Verdict:
    """What the sample texts never do, and sentences much longer than theirs."""
    known = judged.habits
    if known is None or not known.known:
        return Verdict(1, "There are too few sample texts to learn habits from.")
    found: list[Finding] = []
    if not known.exclamations:
        found += _exclamations(judged, "Your sample texts have no exclamation mark.")
    if not known.contractions:
        found += _wordings(judged, "CONTRACTED", lambda said: f"Your sample texts never shorten words as in “{said}”.")
    if not known.emoji:
        found += _emoji(judged, "Your sample texts have no emoji.")
    limit = max(known.sentence_words * FAR, known.sentence_words + 2 * known.sentence_spread)
    for i, post in _ours(judged):
        for s in _sentences(post, judged.language):
            if (count := words.word_count(s.text)) > limit:
                told = f"{count} words in one sentence; yours have {known.sentence_words:.0f}."
                found.append(Finding(part=i, start=s.start, end=s.end, message=told))
    return _told(judged, found, f"Like your sample texts: about {known.sentence_words:.0f} words a sentence.")


def asks_tone(voice: Voice) -> bool:
    return bool(voice.casual or voice.playful or voice.enthusiastic or voice.technical)


def words_avoided(judged: Judged) -> Verdict:
    """No word that the voice avoids or bans; a preferred term that replaces it is offered."""
    return replace(brand.words_rule(judged), findings=tuple(_avoided(judged)))


def emoji_wanted(judged: Judged) -> Verdict:
    """No more emoji than the voice wants; those beyond can be taken out."""
    most = EMOJI[judged.voice.emoji] or 0
    told = "More emoji than your brand voice wants." if most else "Your brand voice wants no emoji."
    return replace(brand.emoji_rule(judged), findings=tuple(_emoji(judged, told, most)))


def _avoided(judged: Judged) -> Iterator[Finding]:
    for i, post in enumerate(judged.posts):
        skip = _not_ours(judged, i)
        for hit in brand.hits(post, judged.voice):
            start, end = _places(post, hit.start, hit.end)
            why = "Your brand voice bans this." if hit.banned else "Your brand voice avoids this."
            term = next((t for t in judged.voice.terms if hit.said.casefold() in (w.casefold() for w in t.instead_of)), None)
            if term is None or any(a < end and start < b for a, b in skip):
                yield Finding(part=i, start=start, end=end, message=why)
            else:
                yield _replaced(i, post, start, end, term, judged.language).model_copy(update={"message": why})


def _told(judged: Judged, found: list[Finding], fine: str) -> Verdict:
    if not found:
        return Verdict(1, fine)
    ordered = tuple(sorted(found, key=lambda f: (f.part, f.start)))
    first = ordered[0]
    more = f" There {'is' if len(found) == 2 else 'are'} {len(found) - 1} more." if len(found) > 1 else ""
    mends = any(f.replacement is not None for f in ordered)
    return Verdict(
        0.5 if len(found) == 1 else 0.0,
        f"{judged.name(first.part)}: {first.message}{more}",
        fix="Take over what is suggested, or change the brand voice in the profile." if mends else "Say it in other words.",
        findings=ordered,
    )


def _terms(part: int, post: str, judged: Judged) -> Iterator[Finding]:
    skip = _not_ours(judged, part)
    for term in judged.voice.terms:
        for hit in brand.hits(post, Voice(avoid=term.instead_of)):
            start, end = _places(post, hit.start, hit.end)
            if any(a < end and start < b for a, b in skip):
                continue
            yield _replaced(part, post, start, end, term, judged.language)


def _replaced(part: int, post: str, start: int, end: int, term: Term, language: str) -> Finding:
    said = post[start:end]
    told = f"You say “{term.use}”, not “{said}”."
    instead: str | None = _cased(term.use, said)
    article = _ARTICLE.search(post, max(0, start - 3), start) if language == "en" else None
    if article:
        right = "an" if term.use[:1].lower() in "aeiou" else "a"
        return Finding(part=part, start=article.start(), end=end, message=told, replacement=f"{_cased(right, article[1])} {instead}")
    # In most languages the words around a noun go by its gender.
    if language != "en" and _DETERMINED.search(post, max(0, start - 8), start):
        instead = None
    return Finding(part=part, start=start, end=end, message=told, replacement=instead)


def _tone(judged: Judged) -> Iterator[Finding]:
    voice = judged.voice
    formal, casual = voice.casual < 0, voice.casual > 0
    if formal:
        yield from _wordings(judged, "CONTRACTED", lambda said: f"“{said}” is casual; your tone is formal.")
        yield from _wordings(judged, "LOOSE", lambda said: f"“{said}” is casual; your tone is formal.")
        yield from _wordings(judged, "FAMILIAR", lambda said: f"“{said}” is familiar; your tone is formal.")
    if casual:
        yield from _wordings(judged, "STIFF", lambda said: f"“{said}” is stiff; your tone is casual.")
        yield from _wordings(judged, "POLITE", lambda said: f"“{said}” is formal; your tone is casual.")
    if voice.technical < 0:
        yield from _wordings(judged, "JARGON", lambda said: f"“{said}” is jargon; your tone is plain.")
    if voice.playful < 0:
        yield from _emoji(judged, "An emoji is playful; your tone is serious.")
    if voice.enthusiastic < 0:
        yield from _wordings(judged, "LOUD", lambda said: f"“{said}” is loud; your tone is reserved.")
    if voice.enthusiastic < 0 or voice.playful < 0:
        yield from _exclamations(judged, "An exclamation mark is loud; your tone is calm.")


def _wordings(judged: Judged, table: str, told: Callable[[str], str]) -> Iterator[Finding]:
    pattern, entries = wording.pattern(table, judged.language), wording.entries(table, judged.language)
    if pattern is None:
        return
    for i, post in enumerate(judged.posts):
        skip = _not_ours(judged, i)
        for match in pattern.finditer(post):
            if any(a < match.end() and match.start() < b for a, b in skip):
                continue
            instead = entries[match[0].lower().replace("’", "'")]
            yield Finding(
                part=i,
                start=match.start(),
                end=match.end(),
                message=told(match[0]),
                replacement=None if instead is None else _cased(instead, match[0], opens=_opens(post, match.start())),
            )


def _exclamations(judged: Judged, told: str) -> list[Finding]:
    found: list[Finding] = []
    for i, post in enumerate(judged.posts):
        skip = _not_ours(judged, i)
        for match in _EXCLAMATION.finditer(post):
            if not any(a <= match.start() < b for a, b in skip):
                found.append(Finding(part=i, start=match.start(), end=match.end(), message=told, replacement="."))
    return found


def _emoji(judged: Judged, told: str, keep: int = 0) -> list[Finding]:
    """Each with the space that would be left double."""
    found: list[Finding] = []
    for i, post in _ours(judged):
        for start, end in brand.emoji_places(post)[keep:]:
            before = start - 1 if start and post[start - 1] == " " and post[end : end + 1] in ("", " ", "\n", ".", ",", "!", "?") else start
            found.append(Finding(part=i, start=before, end=end, message=told, replacement=""))
    return found


def _sentences(post: str, language: str) -> Iterator[sentences.Sentence]:
    position = 0
    for row in post.split("\n"):
        yield from sentences.split(row, language, position)
        position += len(row) + 1


def _ours(judged: Judged) -> Iterator[tuple[int, str]]:
    """The posts in the business's own words, with their index."""
    return ((i, post) for i, post in enumerate(judged.posts) if i not in judged.theirs)


def _not_ours(judged: Judged, part: int) -> list[tuple[int, int]]:
    """Quotations, addresses, mentions and hashtags; all of a post in somebody else's words."""
    post = judged.posts[part]
    if part in judged.theirs:
        return [(0, len(post))]
    return [
        *((m.start(), m.end()) for m in _QUOTED.finditer(post)),
        *((m.start(), m.end()) for m in _ADDRESS.finditer(post)),
        *((u.start, u.end) for u in limits.urls(post)),
        *((m.start, m.end) for m in entities.mentions(post)),
        *((t.start, t.end) for t in entities.hashtags(post)),
    ]


def _cased(word: str, like: str, *, opens: bool = False) -> str:
    """A replacement in the case of what it replaces: "Guests" for "Customers", "GUESTS" for "CUSTOMERS". The capital of "I'm" says nothing:
    it goes by whether a sentence `opens` there."""
    bare = like.replace("’", "'")
    if bare == "I" or bare.startswith("I'"):
        return word[:1].upper() + word[1:] if opens else word
    if like.isupper() and sum(c.isalpha() for c in like) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


def _opens(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"“‘'(")
    return not before or before[-1] in ".!?…:\n"


def _places(text: str, start: int, end: int) -> tuple[int, int]:
    """Places in the NFC form of a text as places in the text itself."""
    if unicodedata.is_normalized("NFC", text):
        return start, end
    seen, raw = 0, [0]
    for cluster in regex.findall(r"\X", text):
        size = len(unicodedata.normalize("NFC", cluster))
        raw.extend([raw[-1]] * (size - 1))
        raw.append(seen := seen + len(cluster))
    return raw[min(start, len(raw) - 1)], raw[min(end, len(raw) - 1)]
