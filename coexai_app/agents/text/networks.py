"""How long a text is on each network, whether it fits, and how it is cut and formatted for it. The limits are in `network_table`."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import regex

from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.text import brand, limits, sentences
from coexai_app.agents.text.network_table import NETWORKS, Channel, Counting, Links, Network

__all__ = ["NETWORKS", "Channel", "Counting", "Links", "Network", "clipped", "fits", "formatted", "graphemes", "length"]

MASTODON_LINK = 23
_GRAPHEME = regex.compile(r"\X")
# Mastodon shortens only what has a protocol, and counts @name@server as @name (StatusLengthValidator).
_HTTP = regex.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}'’”»]", regex.IGNORECASE)
_REMOTE = regex.compile(r"(?<![\w/])(@\w[\w.-]{0,200})@[\w-]+(?:\.[\w-]+)+")
_SPACES = regex.compile(r"\s+")
# Scripts that put no spaces between words: there a cut between two characters cuts no word that a reader would miss.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_NO_LINE_START = frozenset("、。，．！？：；）」』】〉》’”ー…ぁぃぅぇぉっゃゅょァィゥェォッャュョ")
ELLIPSIS = "…"


def graphemes(text: str) -> list[str]:
    """The text as its readers see it, character by character: an emoji with its skin and family, a letter with its accents."""
    return [match[0] for match in _GRAPHEME.finditer(text)]


def _emoji_bytes(text: str) -> int:
    pictures = brand.emoji(text)
    return len(text) - sum(map(len, pictures)) + sum(len(picture.encode()) for picture in pictures)


def _mastodon(text: str) -> int:
    return len(graphemes(_REMOTE.sub(r"\1", _HTTP.sub("x" * MASTODON_LINK, text))))


_LENGTHS: Mapping[Counting, Callable[[str], int]] = MappingProxyType(
    {
        Counting.WEIGHTED: limits.weighted_length,
        Counting.GRAPHEMES: lambda text: len(graphemes(text)),
        Counting.MASTODON: _mastodon,
        Counting.EMOJI_BYTES: _emoji_bytes,
        Counting.UTF16: lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    }
)


def length(network: Channel, text: str) -> int:
    """The text's length as the network counts it, in Unicode normal form C."""
    return _LENGTHS[NETWORKS[network].counting](unicodedata.normalize("NFC", text))


def fits(network: Channel, text: str, limit: int = 0) -> bool:
    """Whether the network takes the text; a `limit` of less than its own is kept to as well."""
    row = NETWORKS[network]
    if row.most_bytes and len(unicodedata.normalize("NFC", text).encode()) > row.most_bytes:
        return False
    return length(network, text) <= (min(limit, row.limit) if limit else row.limit)


def clipped(network: Channel, text: str, limit: int = 0) -> str:
    """The text, or its longest beginning that fits with "…" after it. No word, emoji or link is cut; "" when not even the first fits."""
    text = text.strip()
    if fits(network, text, limit):
        return text
    ends = _ends(text)
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(network, _cut(text, ends[middle - 1]), limit):
            low = middle
        else:
            high = middle - 1
    # Half an address is no link and weighs otherwise than a whole one: the last steps are taken one by one.
    while low and not fits(network, _cut(text, ends[low - 1]), limit):
        low -= 1
    return _cut(text, ends[low - 1]) if low else ""


def _cut(text: str, end: int) -> str:
    return text[:end].rstrip(" \n\t,;:–—-(") + ELLIPSIS


def _ends(text: str) -> list[int]:
    """Where the text may end: before white space, and between two characters of a script without spaces, never within a link."""
    links = [(link.start, link.end) for link in limits.urls(text)] + [match.span() for match in _HTTP.finditer(text)]
    found = {match.start() for match in _SPACES.finditer(text)}
    position = 0
    for cluster in graphemes(text):
        position += len(cluster)
        after = text[position : position + 1]
        if after and _UNSPACED.match(cluster) and after not in _NO_LINE_START:
            found.add(position)
    return sorted(end for end in found if end and not any(a < end < b for a, b in links))


def formatted(parts: Sequence[Part], network: Channel) -> tuple[str, ...]:
    """The parts as the network's own posts, ready to paste: headings and list items as plain lines, since none of them knows markup.

    Posts stay posts. Other texts are put together; where the network has threads they are told over as many posts as they need, cut between
    paragraphs, then sentences; elsewhere what does not fit is clipped. Where links are dead or have a button, addresses alone on a line go.
    """
    row = NETWORKS[network]
    paragraphs = [line for part in parts if (line := _plain(part, row))]
    if not paragraphs:
        return ()
    if all(part.kind in (PartKind.POST, PartKind.ENTRY) for part in parts):
        return tuple(post for text in paragraphs for post in _posts([text], row))
    return tuple(_posts(paragraphs, row))


def _plain(part: Part, row: Network) -> str:
    text = part.text.strip()
    if row.links is not Links.LIVE:
        text = "\n".join(line for line in text.split("\n") if not _is_link(line)).strip()
    return f"• {text}" if part.kind is PartKind.ITEM and not text.startswith("• ") and text else text


def _is_link(line: str) -> bool:
    links = limits.urls(line)
    return len(links) == 1 and links[0].url == line.strip()


def _posts(paragraphs: Sequence[str], row: Network) -> list[str]:
    whole = "\n\n".join(paragraphs)
    if fits(row.channel, whole):
        return [whole]
    if not row.threads:
        return [text] if (text := clipped(row.channel, whole)) else []
    posts: list[str] = []
    for paragraph in paragraphs:
        for piece, gap in _pieces(paragraph, row):
            joined = f"{posts[-1]}{gap}{piece}" if posts else piece
            if posts and fits(row.channel, joined):
                posts[-1] = joined
            elif piece:
                posts.append(piece)
    return posts


def _pieces(paragraph: str, row: Network) -> list[tuple[str, str]]:
    """A paragraph whole, or its sentences when it is too long for a post, each with what joins it to the text before."""
    if fits(row.channel, paragraph):
        return [(paragraph, "\n\n")]
    found = [sentence.text for line in paragraph.split("\n") for sentence in sentences.split(line)]
    return [(clipped(row.channel, text), " " if i else "\n\n") for i, text in enumerate(found)]
