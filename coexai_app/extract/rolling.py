"""Captions that roll over the screen, each showing the words of the one before again, as automatic captions do; here told once.

`subtitles.py` calls it for every file; one whose captions do not roll comes back as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from coexai_app.extract.spoken import Line

_GAP_SECONDS: Final = 0.3
_MOST_WORDS: Final = 80
# A chorus and an echo repeat words as well: captions roll when this share of them does.
_SHARE: Final = 0.3


def unrolled(lines: Sequence[Line]) -> list[Line]:
    """The lines without the words that a caption shows again."""
    if not lines:
        return []
    words = [line.text.split() for line in lines]
    shared = [0, *(_shared(a, b, v, w) for (a, b), (v, w) in zip(pairwise(lines), pairwise(words), strict=True))]
    # The same caption again is an echo, or somebody who says so; one that adds to the last is what rolls.
    rolled = sum(0 < count < len(own) for count, own in zip(shared, words, strict=True))
    if not rolled or rolled < _SHARE * (len(lines) - 1):
        return list(lines)
    told: list[Line] = []
    for line, own, seen in zip(lines, words, shared, strict=True):
        if seen == len(own) and told:
            told[-1] = told[-1].model_copy(update={"until": max(told[-1].until, line.until)})
        else:
            told.append(line.model_copy(update={"text": " ".join(own[seen:])}) if seen else line)
    return [_until_next(line, after) for line, after in zip(told, [*told[1:], None], strict=True)]


def _shared(before: Line, after: Line, seen: Sequence[str], words: Sequence[str]) -> int:
    """How many words the later caption begins with that the earlier one ends with; one word alone may be an echo."""
    if after.at - before.until > _GAP_SECONDS or before.speaker != after.speaker or after.breaks:
        return 0
    for count in range(min(len(seen), len(words), _MOST_WORDS), 0, -1):
        if seen[-count:] == words[:count]:
            return count if count > 1 or (count == len(seen) < len(words)) else 0
    return 0


def _until_next(line: Line, after: Line | None) -> Line:
    """A rolled caption stays while the next one is said already; its own words end there."""
    return line if after is None or line.until <= after.at else line.model_copy(update={"until": max(line.at, after.at)})
