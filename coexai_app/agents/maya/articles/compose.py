"""A LinkedIn article out of a talk, in its own words: title, standfirst, sections with paragraphs and pull quotes, an end."""

from __future__ import annotations

import functools
import re

from coexai_app.agents.maya.longform.limits import ARTICLE_TITLE
from coexai_app.agents.maya.longform.schemas import Length, TextBlock
from coexai_app.agents.maya.speech import planning, runs, talk, titles, topics
from coexai_app.agents.parts import PartKind
from coexai_app.extract.document import Document

# Words of the body, sections, and pull quotes.
SIZES = {Length.SHORT: (330, 4, 1), Length.MEDIUM: (620, 5, 2), Length.LONG: (1_100, 7, 3)}
MOST_SECTIONS = 7
# An article keeps at most so much of what was said; a short talk is kept whole.
_SHARE = 0.62
_SHORT_TALK = 220
_END_SHARE = 0.82
_CONCLUDES = re.compile(
    r"\b(?:if (?:you|i) (?:take|had|remember|could)|the (?:one|main|most important|biggest) (?:thing|lesson|point|advice)|my "
    r"advice|in the end|to sum up|in summary|in conclusion|"
    r"so what|what (?:i|we) (?:have )?learn(?:ed|t)|the lesson|start (?:with|small)|remember|next (?:year|step)|al final|en "
    r"resumen|mi consejo|lo más importante|am ende|zum schluss|"
    r"mein rat|das wichtigste|à la fin|en résumé|mon conseil|le plus important|alla fine|il mio consiglio|no fim|meu conselho|"
    r"uiteindelijk)\b",
    re.IGNORECASE,
)


@functools.lru_cache(maxsize=4)
def blocks(document: Document, length: Length, closing: str = "", banned: frozenset[str] = frozenset()) -> tuple[TextBlock, ...]:
    """The article's blocks; () when no sentence of the talk can stand alone. `banned` are sentences that must not be used."""
    heard = talk.of_document(document)
    if not heard.said:
        return ()
    total = sum(s.words for s in heard.said)
    body, most, pulls = SIZES[length]
    body = total if total <= _SHORT_TALK else min(body, round(total * _SHARE))
    desk = planning.Desk(heard, banned)
    title = titles.of_talk(heard, planning.given_title(document), ARTICLE_TITLE, desk.spare)
    opening = planning.standfirst(desk, title) if total > 90 else None
    parts = max(1, min(most, total // 75))
    stretches = _told(heard, topics.stretches(heard, parts, max(1, total // parts)), MOST_SECTIONS if heard.askers else most)
    pulled = planning.quotes(desk, stretches, min(pulls, total // 150), each=1)
    # An interview ends with its last answer.
    end = _ending(desk, stretches[-1]) if total > _SHORT_TALK and stretches and not heard.askers else None
    if end is not None:
        desk.take(end)
    above = [title, *([opening.text] if opening else []), *(heard.said[i].text for i in pulled)]
    found = planning.sections(desk, document, stretches, body - (end.words if end else 0), above)
    if not found:
        return ()
    made = [TextBlock(kind=PartKind.TITLE, text=title)]
    if opening is not None:
        made.append(opening)
    for stretch, heading, chosen in found:
        if len(found) > 1:
            made.append(TextBlock(kind=PartKind.HEADING, text=heading))
        texts = planning.paragraphs(heard, chosen)
        quoted = [planning.quote_block(heard, i) for i in pulled if stretch.first <= i < stretch.last]
        made += [texts[0], *quoted, *texts[1:]]
    if end is not None:
        made.append(planning.block(heard, end, PartKind.PARAGRAPH))
    if closing:
        made.append(planning.closing_block(closing))
    return tuple(made)


def _told(heard: talk.Talk, stretches: list[topics.Stretch], most: int) -> list[topics.Stretch]:
    """At most so many topics: those on which most is said."""
    weight = [sum(s.words * (0.3 + s.score) for s in heard.said[t.first : t.last] if s.speaker not in heard.askers) for t in stretches]
    kept = sorted(sorted(range(len(stretches)), key=lambda i: -weight[i])[:most])
    return [stretches[i] for i in kept]


def _ending(desk: planning.Desk, last: topics.Stretch) -> runs.Run | None:
    """The last paragraph: what concludes, near the end of the talk."""
    heard = desk.talk
    first = max(last.first, round(len(heard.said) * _END_SHARE))
    found = runs.candidates(heard, first, len(heard.said), desk.free, most=3)
    ranked = [(run.value + 0.5 * bool(_CONCLUDES.search(run.text)) + 0.2 * run.first / len(heard.said), -run.first, run) for run in found]
    best = max(ranked, key=lambda row: row[:2], default=None)
    return best[2] if best and best[2].words >= 10 and last.last - last.first > 4 else None
