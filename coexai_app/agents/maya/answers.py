"""A model's answer, made safe: only words come through. Markup, scripts, images, links, invisible characters, numbers and hashtags that
the format
step adds itself, and whatever does not fit a post are taken out; what is no thread at all is refused.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from coexai_app.agents.maya.schemas import MOST_POSTS, PlannedPost
from coexai_app.agents.text import compress, limits, sentences, words

_LONGEST_ANSWER = 4_000
_SCRIPT = re.compile(r"<\s*(script|style|iframe|object|svg|template|noscript)\b.*?(?:<\s*/\s*\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[!/?]?[a-zA-Z][^<>]{0,1000}>|<!--.*?(?:-->|$)", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\]]{0,300}\]\s*\([^)]{0,2000}\)?|!\[[^\]]{0,300}\]\[[^\]]{0,100}\]")
_LINK = re.compile(r"\[([^\]]{1,300})\]\s*\([^)]{0,2000}\)")
# Addresses of any scheme, without one, and those that are written so that only people follow them.
_SCHEME = re.compile(
    r"\b(?:https?|ftp|javascript|data|vbscript|file|blob|mailto|tel)\s*:\s*\S+|\b[a-z][a-z0-9+.-]{1,30}://\S+|(?<!\S)//[\w-]+\.\S+|"
    r"(?<![\w-])[\w-]{1,63}(?:\[\.\]|\(\.\)|\[dot\])\S+",
    re.IGNORECASE,
)
# What mail tools, templates and shells fill in.
_FIELD = re.compile(
    r"\{\{[^{}]{0,200}\}\}|\{%[^{}]{0,200}%\}|\*\|[^|]{0,200}\|\*|%%[\w ]{1,60}%%|<%[^<>]{0,200}%>|\$\{[^{}]{0,200}\}|"
    r"\[\[[^\[\]]{0,200}\]\]"
)
# Something escaped twice is still markup to whoever unescapes it once more.
_LAYERS = 3
_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Joiners belong between the parts of an emoji, and into some scripts, never between Latin letters.
_JOINER = re.compile("(?<=[\x00-\u024f])\u200d+|\u200d+(?=[\x00-\u024f])|^\u200d+|\u200d+$")
_CODE_FENCE = re.compile(r"```.*?(?:```|$)", re.DOTALL)
_MARKS = re.compile(r"\*\*|__|`|^#{1,6}\s+|^>\s+", re.MULTILINE)
_NUMBER = re.compile(
    r"^\s*(?:(?:post|tweet)\s*\d{1,2}\s*[:.)\-–—]\s*|\(?\d{1,2}\s*/\s*(?:\d{1,2}|n)?\)?\s*[:.)\-–—]?\s+)|\s*\(?\b\d{1,2}/\d{1,2}\)?\s*$",
    re.IGNORECASE,
)
_HASHTAG = re.compile(r"(?<![\w&/])[#＃][^\W\d]\w*")
_EDGE_HASHTAGS = re.compile(r"(?:\s*(?<![\w&/])[#＃][^\W\d]\w*)+\s*$")


def plan_of(data: Any, most: int) -> list[PlannedPost]:
    """The plan in an answer; [] when there is none."""
    posts = data.get("posts") if isinstance(data, dict) else None
    if not isinstance(posts, list):
        return []
    found = []
    for post in posts[:most]:
        if isinstance(post, dict) and isinstance(post.get("point"), str) and (point := plain(post["point"])[:400].strip()):
            role = post.get("role") if post.get("role") in ("hook", "body", "close") else "body"
            section = post.get("section")
            found.append(PlannedPost(role=str(role), point=point, section=plain(section)[:200] if isinstance(section, str) else ""))
    return found


def posts_of(data: Any, budgets: Sequence[int], language: str) -> list[str]:
    """The posts in an answer, cleaned and cut to whole sentences within their budgets; a post that cannot be saved is "". [] when there
    is no thread."""
    posts = data.get("posts") if isinstance(data, dict) else None
    if not isinstance(posts, list) or not posts:
        return []
    found = []
    for i, post in enumerate(posts[:MOST_POSTS]):
        text = plain(post) if isinstance(post, str) else ""
        found.append(within(text, budgets[min(i, len(budgets) - 1)], language))
    return found


def plain(text: str) -> str:
    """Only the words of a text: no markup, no link, no script, no invisible or direction-changing character."""
    text = text[:_LONGEST_ANSWER]
    for _ in range(_LAYERS):
        text = html.unescape(text)
    text = _BREAK.sub("\n", _JOINER.sub("", unicodedata.normalize("NFC", text))).replace("\t", " ")
    text = "".join(c for c in text if c in "\n\u200d" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    text = _FIELD.sub(" ", text)
    text = _SCRIPT.sub(" ", text)
    text = _IMAGE.sub(" ", _CODE_FENCE.sub(" ", text))
    text = _TAG.sub(" ", _LINK.sub(r"\1", text))
    text = without_links(_SCHEME.sub(" ", text))
    text = _MARKS.sub("", text)
    previous = None
    while previous != text:
        previous = text
        text = _EDGE_HASHTAGS.sub("", _NUMBER.sub("", text)).strip()
    text = _HASHTAG.sub(lambda m: m[0][1:], text).replace("<", "").replace(">", "")
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def without_links(text: str) -> str:
    """The text without anything that X would turn into a link."""
    for link in reversed(limits.urls(text)):
        text = text[: link.start] + text[link.end :]
    return re.sub(r"\(\s*\)|\[\s*\]", "", text)


def within(text: str, budget: int, language: str) -> str:
    """The text, or as many of its whole sentences as fit from the start; "" when not even the first does."""
    if text and limits.fits(text, budget):
        return text
    kept = ""
    for sentence in sentences.split(text, language):
        longer = f"{kept} {sentence.text}".strip()
        if not limits.fits(longer, budget):
            break
        kept = longer
    if kept:
        return kept
    first = next(iter(sentences.split(text, language)), None)
    if first is None:
        return ""
    return next((v for v in compress.variants(first.text, language) if limits.fits(v, budget)), "")


def without_sentences(text: str, places: Sequence[tuple[int, int]], language: str) -> str:
    """The text without the sentences that hold any of the places; list lines count as sentences."""
    kept: list[str] = []
    position = 0
    for line in text.split("\n"):
        start = position
        position += len(line) + 1
        found = sentences.split(line, language, start)
        stays = [s.text for s in found if not any(s.start < end and begin < s.end for begin, end in places)]
        if stays or not found:
            kept.append(" ".join(stays))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def repeats(text: str, others: Sequence[str], language: str) -> bool:
    """The text says nearly what another post says."""
    own = set(words.terms(text, language))
    return any(len(own) >= 4 and words.overlap(own, words.terms(other, language)) > 0.8 for other in others)
