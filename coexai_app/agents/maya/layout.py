"""From words to posts: line breaks, the close's link, hashtags and numbers, and X's weighted length. `steps.format` and the repairs call
it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coexai_app.agents.maya.schemas import Numbering, Post, ThreadOutput
from coexai_app.agents.text import coherence, limits, sentences

_NUMBER_LINE = re.compile(r"\n*\s*\(?\b(\d{1,2})/(\d{1,2})\)?\s*$")
_HASHTAG_LINE = re.compile(r"(?:^|\n+)\s*(?:[#＃]\w+[ \t]*)+$")
_BREAK_FROM, _LEAD_MAX = 170, 130


@dataclass(frozen=True, slots=True)
class Style:
    """What the format step needs of the input."""

    numbering: Numbering
    hashtags: tuple[str, ...] = ()
    language: str = "und"


def budget(numbering: Numbering, breaks: int = 1) -> int:
    """The weighted length that a post's own words may have: the limit without the number's line and a line break."""
    return limits.POST_LIMIT - (len("\n\n12/12") if numbering is Numbering.FRACTION else 0) - breaks


def arrange(texts: Sequence[str], style: Style) -> ThreadOutput:
    """The finished posts. A text that does not fit with its number is kept whole without extra breaks; hashtags go where they fit."""
    texts = [t.strip() for t in texts if t.strip()]
    total = len(texts)
    numbered = style.numbering is Numbering.FRACTION and total > 1
    posts: list[Post] = []
    used: tuple[str, ...] = ()
    for i, text in enumerate(texts, 1):
        suffix = f"\n\n{i}/{total}" if numbered else ""
        tags: tuple[str, ...] = ()
        if i == total:
            tags = _fitting_tags(text, suffix, style.hashtags)
            used = tags
        tail = (f"\n\n{' '.join(tags)}" if tags else "") + suffix
        airy = airier(text, style.language) + tail
        final = airy if limits.fits(airy) else text + tail
        posts.append(Post(text=final, length=limits.weighted_length(final)))
    return ThreadOutput(posts=tuple(posts), hashtags=used)


def _fitting_tags(text: str, suffix: str, tags: Sequence[str]) -> tuple[str, ...]:
    for count in range(len(tags), 0, -1):
        if limits.fits(f"{text}\n\n{' '.join(tags[:count])}{suffix}"):
            return tuple(tags[:count])
    return ()


def airier(text: str, language: str) -> str:
    """A blank line after a short first sentence of a long post, which reads better on a phone; lists and posts with breaks
    stay, and no break goes into a quotation."""
    if "\n" in text or limits.weighted_length(text) < _BREAK_FROM:
        return text
    found = sentences.split(text, language)
    if len(found) < 2 or limits.weighted_length(found[0].text) > _LEAD_MAX or coherence.open_quote(found[0].text):
        return text
    return found[0].text + "\n\n" + text[found[1].start :]


def words_of(text: str) -> str:
    """A post without its number and its closing hashtags: what rules and claims are judged on. A prefix of the post."""
    bare = _NUMBER_LINE.sub("", text)
    return _HASHTAG_LINE.sub("", bare).rstrip()


def number_of(text: str) -> tuple[int, int] | None:
    match = _NUMBER_LINE.search(text)
    return (int(match[1]), int(match[2])) if match else None


def hashtags_of(text: str) -> list[str]:
    return re.findall(r"(?<![\w&/#])[#＃][^\W\d]\w*", text)
