"""What in a part is form and no statement: thread numbering, list bullets, hashtags.

Called by `ledger`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBERING = re.compile(r"(?<![\w./])[(\[]?(\d{1,3})\s?/\s?(\d{1,3})?[)\]]?(?![\w/%])")
_BULLET = re.compile(r"^[ \t]*(?:[-*•>]\s*)?(?:\(?(\d{1,2})[.)](?=\s)|(\d{1,2})\ufe0f?\u20e3|#(\d{1,2})\b|\*\*(\d{1,2})[.)])", re.MULTILINE)
_HASHTAG = re.compile(r"(?<![\w&])#\w+")


def structure(part: str, index: int, count: int) -> list[tuple[int, int]]:
    """Spans of numbering that agrees with the part's place in the thread, of list bullets that count up from 1, and of hashtags."""
    spans = [m.span() for m in _HASHTAG.finditer(part)]
    for match in _NUMBERING.finditer(part):
        position, total = int(match[1]), match[2]
        edge = (
            not part[: match.start()].strip(" \n\t🧵👇*_")
            or not part[match.end() :].strip(" \n\t🧵👇.:*_")
            or _own_line(part, *match.span())
        )
        if edge and position in (index + 1, index) and (int(total) in (count, count - 1) if total else count > 1):
            spans.append(match.span())
    return spans + _bullets(part)


def _own_line(part: str, start: int, end: int) -> bool:
    before, after = part[:start].rsplit("\n", 1)[-1], part[end:].split("\n", 1)[0]
    return not before.strip() and not after.strip()


def _bullets(part: str) -> list[tuple[int, int]]:
    """Bullets count up by one; a line that begins with another number ("8. April") is left as it is."""
    matches = [(m, int(next(g for g in m.groups() if g))) for m in _BULLET.finditer(part)]
    spans: list[tuple[int, int]] = []
    for i, (match, number) in enumerate(matches):
        neighbours = [n for _, n in (*matches[max(0, i - 1) : i], *matches[i + 1 : i + 2])]
        if number == 1 or number - 1 in neighbours or number + 1 in neighbours or "\u20e3" in match.group():
            spans.append(match.span())
    return spans


def clipped(spans: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    return [(max(0, start), min(length, end)) for start, end in spans if start < end]
