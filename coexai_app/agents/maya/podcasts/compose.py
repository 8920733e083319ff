"""A summary of an episode, in its own words: what it is about, takeaways, chapters with times, quotes with speakers, names and links."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Mapping

from coexai_app.agents.maya.longform.schemas import Length, TextBlock
from coexai_app.agents.maya.speech import noise, planning, runs, talk, titles, topics
from coexai_app.agents.parts import PartKind
from coexai_app.agents.report import ClaimKind
from coexai_app.agents.text import limits, words
from coexai_app.extract.document import Document

# Words of all chapters, chapters, takeaways, quotes.
SIZES: Mapping[Length, tuple[int, int, int, int]] = {
    Length.SHORT: (200, 5, 3, 2),
    Length.MEDIUM: (420, 8, 5, 3),
    Length.LONG: (850, 12, 7, 5),
}
MOST_TITLE = 120
_SHARE = 0.5
_WORDS_A_CHAPTER = 130
_NAMES, _LINKS = 10, 8
_MOST_SCANNED = 40_000
# One takeaway is no list; a topic keeps so many words when one is taken out of it.
_FEWEST_POINTS, _LEFT = 2, 24
# The fixed headings: takeaways, quotes, mentions.
FIXED: Mapping[str, tuple[str, str, str]] = {
    "en": ("Key takeaways", "Quotes", "Names and links mentioned"),
    "es": ("Ideas principales", "Citas", "Nombres y enlaces mencionados"),
    "de": ("Das Wichtigste", "Zitate", "Erwähnte Namen und Links"),
    "fr": ("À retenir", "Citations", "Noms et liens mentionnés"),
    "it": ("Punti chiave", "Citazioni", "Nomi e link citati"),
    "pt": ("Pontos principais", "Citações", "Nomes e links mencionados"),
    "nl": ("Het belangrijkste", "Citaten", "Genoemde namen en links"),
}
FIXED_HEADINGS = frozenset(heading.casefold() for row in FIXED.values() for heading in row)


# Labels of a transcript that are no names.
_ROLE = re.compile(
    r"(?:moderator(?:in)?|host|interviewer|speaker|guest|sprecher(?:in)?|gast|presentador[a]?|invitad[oa]|entrevistador[a]?|"
    r"animat(?:eur|rice)|"
    r"invitée?|intervist\w+|ospite|narrator|voice|unknown|participant|q|a)\b(?: ?\d+| [a-z])?$",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"[%€£$]|\b(?:per ?cent|pounds|euros?|dollars|half|double[ds]?|twice|prozent|doppelt|hälfte|pour cent|moitié|double|por ciento|"
    r"mitad|doble|"
    r"per cento|metà|por cento|metade|procent|helft)\b",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"^(?:don['’]t|never|always|if you|whoever|start|buy|write|count|ask|make|keep|take|put|stop|use|find|leave)\b|\b(?:you "
    r"(?:need|have|should|must|can)|"
    r"should|must|the (?:problem|reason|secret|difference|trick|mistake|point) (?:is|was)|because|instead of)\b|^(?:si (?:tienes|"
    r"quieres)|no \w+(?:es|as)\b|"
    r"nunca|siempre|hay que)|\bdebes?\b|^(?:wenn (?:man|du|ihr|sie)|fangt|schreibt|macht|man (?:muss|sollte|darf))\b|\b(?:muss man|"
    r"sollte man|weil)\b|"
    r"^(?:il faut|si (?:vous|tu)|ne \w+ (?:jamais|pas))|\b(?:vous devez|parce qu)|^(?:bisogna|mai|se (?:hai|vuoi))|^(?:é preciso|"
    r"nunca|se você)|^(?:je moet|nooit|als je)",
    re.IGNORECASE,
)


@functools.lru_cache(maxsize=4)
def blocks(document: Document, length: Length, closing: str = "", banned: frozenset[str] = frozenset()) -> tuple[TextBlock, ...]:
    """The summary's blocks; () when no sentence of the episode can stand alone. `banned` are sentences that must not be used."""
    heard = talk.of_document(document)
    if not heard.said:
        return ()
    total = sum(s.words for s in heard.said)
    room, most, points, quotes = SIZES[length]
    desk = planning.Desk(heard, banned)
    title = titles.of_talk(heard, planning.given_title(document), MOST_TITLE, desk.spare)
    opening = planning.standfirst(desk, title) if total > 90 else None
    parts = max(1, min(most, total // 60))
    stretches = topics.stretches(heard, parts, max(_WORDS_A_CHAPTER, total // parts))
    taken = _takeaways(desk, stretches, min(points, total // 80))
    quoted = planning.quotes(desk, stretches, min(quotes, total // 120))
    above = [title, *([opening.text] if opening else []), *(heard.said[i].text for i in quoted), *(heard.said[i].opening for i in taken)]
    chapters = planning.sections(desk, document, stretches, min(room, max(45, round(total * _SHARE))), above)
    if not chapters:
        return ()
    first, second, third = FIXED.get(heard.language, FIXED["en"])
    made = [TextBlock(kind=PartKind.TITLE, text=title)]
    if opening is not None:
        made.append(opening)
    if taken:
        made += [TextBlock(kind=PartKind.HEADING, text=first), *(_item(heard, i) for i in taken)]
    for stretch, heading, chosen in chapters:
        made.append(TextBlock(kind=PartKind.HEADING, text=heading, at=heard.said[stretch.first].at))
        made += planning.paragraphs(heard, chosen)
    if quoted:
        made += [TextBlock(kind=PartKind.HEADING, text=second), *(planning.quote_block(heard, i) for i in quoted)]
    if mentioned := _mentioned(document, heard):
        made += [TextBlock(kind=PartKind.HEADING, text=third), *mentioned]
    if closing:
        made.append(planning.closing_block(closing))
    return tuple(made)


def _takeaways(desk: planning.Desk, stretches: list[topics.Stretch], count: int) -> list[int]:
    """The sentences that carry most and stand alone, one a topic first, then the next best; on different things."""
    heard = desk.talk
    if "unpunctuated" in heard.notes:
        return []
    pointed = (i for i, s in enumerate(heard.said) if desk.free(i) and runs.pointed(heard, i) and _telling(s))
    ranked = sorted(pointed, key=lambda i: (-_weight(heard.said[i]), i))
    at = {i: number for number, t in enumerate(stretches) for i in range(t.first, t.last)}
    found: list[int] = []
    for again in (False, True):
        used = Counter(at.get(i, -1) for i in found)
        for i in ranked:
            if len(found) == count:
                break
            topic = at.get(i, -1)
            if i in found or (not again and used[topic]) or not planning.leaves_enough(desk, stretches, i, _LEFT):
                continue
            if runs.repeats(frozenset(heard.said[i].terms), desk.known):
                continue
            found.append(i)
            used[topic] += 1
            desk.take_one(i)
    if len(found) < _FEWEST_POINTS:
        desk.taken.difference_update(found)
        return []
    return sorted(found)


def _telling(s: talk.Said) -> bool:
    """What somebody tells of themselves is a takeaway only with advice or a figure in it."""
    return not planning.is_personal(s.text) or bool(_ADVICE.search(s.text) or _FIGURE.search(s.text))


def _weight(s: talk.Said) -> float:
    """Advice, rules and figures are what people take away; what happened to somebody is not."""
    personal = planning.is_personal(s.text)
    return s.score + 0.45 * bool(_ADVICE.search(s.text)) + 0.2 * any(c.isdigit() for c in s.text) + 0.2 * (not personal)


def _item(heard: talk.Talk, i: int) -> TextBlock:
    s = heard.said[i]
    speaker = s.speaker if len(heard.voices) > 1 else ""
    return TextBlock(kind=PartKind.ITEM, text=s.opening, speaker=speaker, spans=((s.start, s.end),))


def _mentioned(document: Document, heard: talk.Talk) -> list[TextBlock]:
    """Who speaks and which full names are mentioned, in one line, then every link that is no advert's."""
    from coexai_app.agents.text.claims import find

    names = [name for name in heard.speakers if not _ROLE.match(name)]
    size = 0
    for s in (*([heard.introduction] if heard.introduction else []), *heard.said):
        size += len(s.text)
        if size > _MOST_SCANNED:
            break
        if not any(word[:1].isupper() for word in s.text.split()[1:]):
            continue
        for mention in find(s.text, language=heard.language):
            if mention.kind is ClaimKind.NAME and len(mention.text.split()) > 1:
                _add(names, mention.text)
    found = []
    if names:
        line = ", ".join(names[:_NAMES])
        found.append(TextBlock(kind=PartKind.ITEM, text=line if line.endswith(".") else f"{line}."))
    links = [link for cue_start, cue_end in _spoken(document) for link in limits.urls(document.text[cue_start:cue_end])]
    adverts = {limits.urls(sentence)[0].url for sentence in _sentences(document) if noise.is_sponsor(sentence) and limits.urls(sentence)}
    seen = list(dict.fromkeys(link.url for link in links if link.url not in adverts))
    found += [TextBlock(kind=PartKind.ITEM, text=url) for url in seen[:_LINKS]]
    return found


def _add(names: list[str], name: str) -> None:
    """One more full name; it takes the place of the first name alone, and a shorter form of a known one is no other."""
    own = set(name.split())
    for i, known in enumerate(names):
        if set(known.split()) <= own:
            names[i] = name
            return
        if own <= set(known.split()):
            return
    names.append(name)


def _spoken(document: Document) -> list[tuple[int, int]]:
    return [(b.start, b.end) for b in document.blocks]


def _sentences(document: Document) -> list[str]:
    from coexai_app.agents.text import sentences

    return [s.text for s in sentences.of_document(document) if "." in s.text and words.word_count(s.text) < 60]
