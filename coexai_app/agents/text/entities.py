"""Mentions, lists, hashtags and cashtags of a post, found and judged as X does it. `limits` counts a post and finds its addresses.

Source: the public twitter-text specification. Every finder takes time linear in the text, whatever the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import regex

from coexai_app.agents.text import limits

_AT: Final = "@\uff20"
_HASH: Final = "#\uff03"
_NAME: Final = "[A-Za-z0-9_]{1,20}+"
_LIST: Final = "/[A-Za-z][A-Za-z0-9_-]{0,24}+"
# What may not stand right behind a name: another sign, an accented letter (the name goes on there), an address.
_AFTER_NAME: Final = rf"(?![{_AT}{limits.LATIN}]|://)"
# A sign counts at the start and behind anything that is no part of a word or a sign of its own; "RT@name" counts too.
_BEFORE_NAME: Final = rf"(?:(?<![A-Za-z0-9_!#$%&*{_AT}])|(?<=(?<![A-Za-z0-9_+~.\-])[Rr][Tt])|(?<=(?<![A-Za-z0-9_+~.\-])[Rr][Tt]:))"
_MENTION: Final = regex.compile(rf"{_BEFORE_NAME}[{_AT}](?P<name>{_NAME})(?P<list>{_LIST})?+{_AFTER_NAME}")
_REPLY: Final = regex.compile(rf"[{limits.SPACES}{limits.DIRECTIONAL}]*[{_AT}](?P<name>{_NAME}){_AFTER_NAME}")

# Letters, marks and digits of every script, and signs that words of some scripts hold: joiners, the kavyka, Hebrew's maqaf, geresh and
# gershayim, the tildes and dots of Japanese, Tibetan's tsheg, Catalan's middle dot.
_TAG: Final = r"\p{L}\p{M}\p{Nd}_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
_HASHTAG: Final = regex.compile(
    rf"(?:(?<![&{_TAG}])|(?<=[\ufe0e\ufe0f]))[{_HASH}](?![\ufe0f\u20e3])(?P<tag>[{_TAG}]++)(?![{_HASH}]|://)",
)
_LETTER: Final = regex.compile(r"[\p{L}\p{M}]")
_CASHTAG: Final = regex.compile(
    rf"(?<![^{limits.SPACES}{limits.DIRECTIONAL}])\$(?P<tag>[A-Za-z]{{1,6}}(?:[._][A-Za-z]{{1,2}})?)(?=$|\s|[{limits.PUNCTUATION}])"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """`text[start:end]` is the sign, the name and the list; `list_slug` is "/name" or "" without a list."""

    name: str
    start: int
    end: int
    list_slug: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A hashtag or cashtag: `text[start:end]` is the sign and the tag."""

    tag: str
    start: int
    end: int


E = TypeVar("E", Mention, Tag)


def mentions(text: str) -> tuple[Mention, ...]:
    """The people and lists that a post names, in order; not those inside addresses."""
    if not any(sign in text for sign in _AT):
        return ()
    found = (Mention(m["name"], m.start(), m.end(), m["list"] or "") for m in _MENTION.finditer(text))
    return tuple(_outside(text, found))


def reply_to(text: str) -> str:
    """Whom a post answers: the name that it starts with; "" when it starts otherwise."""
    match = _REPLY.match(text)
    return match["name"] if match else ""


def hashtags(text: str) -> tuple[Tag, ...]:
    """The hashtags of a post, in order: with a letter in them, and not inside addresses."""
    if not any(sign in text for sign in _HASH):
        return ()
    found = (Tag(m["tag"], m.start(), m.end()) for m in _HASHTAG.finditer(text) if _LETTER.search(m["tag"]))
    return tuple(_outside(text, found))


def cashtags(text: str) -> tuple[Tag, ...]:
    """The stock symbols of a post, in order."""
    if "$" not in text:
        return ()
    return tuple(Tag(m["tag"], m.start(), m.end()) for m in _CASHTAG.finditer(text))


def is_username(text: str) -> bool:
    """Whether the whole text is "@name"."""
    match = _MENTION.fullmatch(text)
    return match is not None and not match["list"]


def is_list(text: str) -> bool:
    """Whether the whole text is "@name/list"."""
    match = _MENTION.fullmatch(text)
    return match is not None and bool(match["list"])


def is_hashtag(text: str) -> bool:
    """Whether the whole text is one hashtag, with its sign."""
    match = _HASHTAG.fullmatch(text)
    return match is not None and _LETTER.search(match["tag"]) is not None


def _outside(text: str, found: Iterator[E]) -> Iterator[E]:
    """Those that lie in no address; both are in order, so one pass does."""
    links = iter(limits.urls(text))
    link = next(links, None)
    for entity in found:
        while link is not None and link.end <= entity.start:
            link = next(links, None)
        if link is None or entity.end <= link.start:
            yield entity
