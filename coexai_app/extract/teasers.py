"""Drops links to other articles from what was found on a page. The HTML reader calls `drop_teasers`."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter

from coexai_app.extract.builder import Builder
from coexai_app.extract.document import Block, BlockKind

# A block is a teaser when all but a word or so of it is linked.
_LINKED_SHARE = 0.9
# A linked paragraph of so many words inside an article points elsewhere ("Read more: ..."); a shorter one may be part of it.
_TEASER_WORDS = 5
# The tail of a page is a list of teasers when it has at least so many, each with at most one unlinked line of so many words under it.
_TAIL_TEASERS = 2
_LINE_WORDS = 12
_HEADING_WORDS = 25
# What is left must be most of what was found; otherwise the page is a list of links on purpose.
_MIN_KEPT = 0.5


def drop_teasers(builder: Builder) -> Builder:
    """Without linked-only paragraphs, and without the list of links that ends the page; unchanged when little else would remain."""
    blocks = builder.blocks
    linked = _linked_shares(builder)
    words = [len(builder.text[block.start : block.end].split()) for block in blocks]
    dropped = {i for i, block in enumerate(blocks) if _is_teaser(block, linked[i]) and words[i] >= _TEASER_WORDS}
    dropped.update(_tail(blocks, linked, words))
    kept = sum(count for i, count in enumerate(words) if i not in dropped)
    if not dropped or kept < _MIN_KEPT * sum(words):
        return builder
    return builder.without(dropped)


def _is_teaser(block: Block, linked: float) -> bool:
    return block.kind is BlockKind.PARAGRAPH and linked >= _LINKED_SHARE


def _tail(blocks: list[Block], linked: list[float], words: list[int]) -> range:
    """The indices of the teasers that end the page: linked lines, each perhaps with a summary under it."""
    begin = len(blocks)
    teasers = 0
    i = len(blocks) - 1
    while i >= 0:
        if linked[i] >= _LINKED_SHARE:
            begin, teasers = i, teasers + 1
        elif (
            words[i] > (_HEADING_WORDS if blocks[i].kind is BlockKind.HEADING else _LINE_WORDS)
            or i + 1 < begin
            or not i
            or linked[i - 1] < _LINKED_SHARE
        ):
            break
        i -= 1
    return range(begin, len(blocks)) if teasers >= _TAIL_TEASERS else range(0)


def _linked_shares(builder: Builder) -> list[float]:
    """The share of each block's characters that are link words."""
    starts = [block.start for block in builder.blocks]
    inside: Counter[int] = Counter()
    for link in builder.links:
        inside[bisect_right(starts, link.start) - 1] += link.end - link.start
    return [inside[i] / (block.end - block.start) for i, block in enumerate(builder.blocks)]
