"""The ledger: finds every claim of an output and gives each its verdict and its place in the source.

Called by the agents' check step and by the review of an edited output.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from coexai_app.agents.report import Claim, ClaimKind, ClaimStatus, SourceSpan
from coexai_app.extract.document import Document

from .alignment import Alignment
from .contradictions import contradicted, renamed, trend, turned
from .dates import find_dates
from .links import find_links
from .mention import Mention, Quantity
from .name_lookup import replaced
from .names import find_names
from .number_verdicts import Verdict
from .numbers import Spans, find_numbers
from .quotes import CHECKED_FROM, find_quotes
from .source import SourceIndex, Text
from .sources import setting, sources_of
from .structure import clipped, structure
from .usage import Usage, prepared, usage_of
from .verdicts import judge
from .words import Token, guess_language, word_set

# What writers of posts count in their own words ("3 lessons"): no claim, unless the source counts the same.
_FRAMING = word_set(
    "lesson takeaway thing tip reason way point idea insight fact question post key big quick simple short truth rule trick mistake"
    " myth highlight leccion clav idea cosa consej razon punt dato lektion ding tipp grund gedank punkt fakt erkenntnis"
)
# Farther words of a sentence are only compared in sentences of ordinary length.
_WINDOW = 400


def find(text: str, *, language: str = "und") -> list[Mention]:
    """Everything checkable in a text, in order and not overlapping; `language` is an ISO 639-1 code, "und" lets the text tell."""
    spoken = _language([text], language)
    words = prepared(text)
    usage = usage_of(words, spoken)
    return [m for m in _found(text, spoken, words, usage, [], lambda i: False) if not m.weak and not _unmarked_word(m)]


def ledger(
    parts: Sequence[str], source: Document, *, also: Mapping[str, str] | None = None, ignore: Sequence[Sequence[tuple[int, int]]] = ()
) -> tuple[Claim, ...]:
    """Every number, date, name, quote and link of an output with its verdict, sorted by (part, start), not overlapping within a part.

    `also` maps an origin ("input.call_to_action") to text that the person typed, which supports claims too. The document's title,
    author, date and address support claims with the origins "source.title", "source.author", "source.published" and "source.url".
    `ignore` holds per part the spans that are form (numbering and hashtags that a formatter added).
    """
    language = _language([source.text], source.language)
    sources = sources_of(source, also or {}, language)
    spoken = _language(parts, language) if parts else language
    texts = [Text(part, spoken) for part in parts]
    usage = sources.usage()
    usage.add_stops(spoken)
    for text in texts:
        usage.add_own(text.words)
    claims: list[Claim] = []
    for number, text in enumerate(texts):
        skipped = structure(text.text, number, len(parts)) + (clipped(ignore[number], len(text.text)) if number < len(ignore) else [])
        judge_it = partial(_judged, text, skipped, usage, sources.indexes)
        found = sources.judged.get(setting(text, skipped, usage), len(text.text), judge_it)
        claims += [claim.model_copy(update={"part": number}) for claim in found] if number else found
    return tuple(claims)


def _judged(text: Text, skipped: list[tuple[int, int]], usage: Usage, sources: Sequence[SourceIndex]) -> tuple[Claim, ...]:
    """The claims of one part, as those of part 0."""
    text.begin_after(skipped)
    alignments = [Alignment(text, index) for index in sources if index.origin in ("source", "source.title")]
    mentions = _found(text.text, text.language, text.words, usage, skipped, _swapped(text, sources[0], alignments), sources)
    known: dict[object, Verdict | None] = {}
    for mention in mentions:
        key = _setting(mention, text)
        if key not in known:
            known[key] = _verdict(mention, mentions, text, sources, alignments)
    judged = [(m, v) for m in mentions if (v := known[_setting(m, text)])]
    free = Spans([*((m.start, m.end) for m, _ in judged), *skipped]).free
    judged += [(mention, _contradiction(mention, other)) for mention, other in turned(text, free, alignments)]
    return tuple(
        Claim(
            text=mention.text,
            kind=mention.kind,
            status=ClaimStatus.SUPPORTED if verdict.source else ClaimStatus.UNSUPPORTED,
            source=verdict.source,
            start=mention.start,
            end=mention.end,
            reason=verdict.reason,
        )
        for mention, verdict in sorted(judged, key=lambda pair: pair[0].start)
    )


def _verdict(
    mention: Mention, beside: Sequence[Mention], text: Text, sources: Sequence[SourceIndex], alignments: Sequence[Alignment]
) -> Verdict | None:
    """None for what is no claim: a weak number, and a list that the writer counts."""
    verdict = None if mention.weak else judge(mention, text, sources)
    if (verdict is None or verdict.source) and (other := contradicted(mention, beside, alignments)):
        return _contradiction(mention, other)
    if (
        verdict
        and verdict.source
        and mention.kind is ClaimKind.NUMBER
        and verdict.source.origin == "source"
        and _opposed(mention, text, verdict.source, sources[0])
    ):
        return Verdict(None, f"the source has {verdict.source.quote} in the other direction")
    return None if verdict and verdict.source is None and _framing(mention, sources[0]) else verdict


def _setting(mention: Mention, text: Text) -> tuple[object, ...]:
    """What a verdict depends on, so that a text that repeats itself is judged once: the mention, its neighbours and its sentence."""
    low, high = text.sentence_span(text.sentence(mention.start))
    around = text.text[max(low, mention.start - _WINDOW) : min(high, mention.end + _WINDOW)]
    place = (mention.start - low, text.text[low:high]) if high - low <= 2 * _WINDOW else (low,)
    return mention.kind, mention.text, around, place


def _opposed(mention: Mention, text: Text, place: SourceSpan, source: SourceIndex) -> bool:
    said, found = trend(text.text, mention.start, mention.end), trend(source.text, place.start, place.end)
    return bool(said and found and said != found)


def _contradiction(mention: Mention, other: str) -> Verdict:
    return Verdict(None, f"the source has {other} here, not {mention.text}")


def _language(texts: Sequence[str], known: str) -> str:
    return guess_language(texts, otherwise=known)


def _swapped(text: Text, source: SourceIndex, alignments: Sequence[Alignment]) -> Callable[[int], bool]:
    return lambda i: replaced(text, source, i) or renamed(i, alignments)


def _found(
    text: str,
    language: str,
    words: list[Token],
    usage: Usage,
    skipped: Sequence[tuple[int, int]],
    swapped: Callable[[int], bool],
    sources: Sequence[SourceIndex] = (),
) -> list[Mention]:
    """Finders in their order of precedence: link, quote, date, number, name."""
    taken = sorted(skipped)

    def free(start: int, end: int) -> bool:
        i = bisect_right(taken, (start, end))
        return not any(s < end and start < e for s, e in taken[max(0, i - 8) : i + 8])

    found: list[Mention] = []

    def take(mentions: Sequence[Mention]) -> None:
        for mention in mentions:
            if free(mention.start, mention.end):
                found.append(mention)
        taken.extend((m.start, m.end) for m in found)
        taken.sort()

    take(find_links(text))
    take([q for q in find_quotes(text) if _is_claim(q, sources)])
    take(find_dates(text))
    numbers = find_numbers(text, language, taken, words)
    take([n for n in numbers if not n.weak])
    take(find_names(text, language, usage, lambda a, b: not free(a, b), words, swapped))
    take([n for n in numbers if n.weak])
    return sorted(found, key=lambda m: m.start)


def _is_claim(quote: Mention, sources: Sequence[SourceIndex]) -> bool:
    """One or two quoted words are a claim only when the source does not have them; the words inside stay checked."""
    if len(quote.value) >= CHECKED_FROM:  # type: ignore[arg-type]
        return True
    return bool(sources) and not any(source.quotes.place(quote.text[1:-1]) for source in sources)


def _unmarked_word(mention: Mention) -> bool:
    return mention.kind is ClaimKind.QUOTE and len(mention.value) < CHECKED_FROM  # type: ignore[arg-type]


def _framing(mention: Mention, source: SourceIndex) -> bool:
    """ "3 lessons" in an output whose source counts no lessons: the writer's own list, not a statement about the source."""
    q = mention.value
    if (
        not isinstance(q, Quantity)
        or q.units
        or not q.nouns
        or not q.values
        or q.values[0] > 12
        or not re.fullmatch(r"\d+|[^\W\d]+", mention.text)
    ):
        return False
    framing = [noun for noun in q.nouns if noun in _FRAMING]
    return bool(framing) and not any(noun in source.counted for noun in framing)
