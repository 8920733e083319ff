"""Running text cut into sentences that may be told alone: quotations stay whole, also over a paragraph's end, and a line that only names
what follows is no sentence. `pieces` builds on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from coexai_app.agents.text import coherence, sentences
from coexai_app.extract.document import Block, BlockKind, Document

_MOST_BLOCKS = 4
_NAME_LINE = 90
_LONGEST = 30
_REOPENED = re.compile(r"^\s*[\"“„«]")
_UNENDED = re.compile(r"[^\s.!?…:;,。！？\"'”’»)]$")


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph, or the paragraphs of one quotation: blocks `first` to `last` of the document, and what can be told of them."""

    first: int
    last: int
    sentences: tuple[sentences.Sentence, ...]


def of_blocks(document: Document, blocks: Sequence[tuple[int, Block]]) -> Iterator[Passage]:
    """The passages of neighbouring blocks of prose."""
    at = 0
    while at < len(blocks):
        index, block = blocks[at]
        count = _quoted_blocks(document, blocks, at) if block.kind is not BlockKind.LIST_ITEM else 1
        last_index, _ = blocks[at + count - 1]
        start = _after_name_line(document.block_text(block)) + block.start
        # Sentences never run from block to block, except inside the quotation, whose parts are joined below.
        found = sentences.split(document.text[start : block.end], document.language, start, index)
        for other_index, other in blocks[at + 1 : at + count]:
            found += sentences.split(document.text[other.start : other.end], document.language, other.start, other_index)
        yield Passage(index, last_index, tuple(_whole_quotes(document, found)))
        at += count


def _quoted_blocks(document: Document, blocks: Sequence[tuple[int, Block]], at: int) -> int:
    """How many blocks the quotation takes that the first one opens and does not close; 1 without one."""
    text = document.block_text(blocks[at][1])
    if coherence.open_quote(text) == 0:
        return 1
    for count in range(2, min(_MOST_BLOCKS, len(blocks) - at) + 1):
        block = blocks[at + count - 1][1]
        if block.kind is BlockKind.LIST_ITEM:
            return 1
        more = document.block_text(block)
        # Some houses open the marks again at each paragraph and close them once.
        text += "\n" + (_REOPENED.sub("", more) if _REOPENED.match(more) and coherence.open_quote(more) != 0 else more)
        if coherence.open_quote(text) == 0:
            return count
    return 1


def _after_name_line(text: str) -> int:
    """The length of a first line that is a heading in all but form ("HL7⏎HL7 ist …"), 0 without one; wrapped lines are no headings."""
    first, _, rest = text.partition("\n")
    if not rest or len(first) > _NAME_LINE or not _UNENDED.search(first) or not rest.lstrip()[:1].isupper():
        return 0
    longest = max(len(line) for line in rest.split("\n"))
    return len(first) + 1 if len(first) < 0.6 * longest else 0


def _whole_quotes(document: Document, found: Sequence[sentences.Sentence]) -> Iterator[sentences.Sentence]:
    """Joins the sentences of one quotation, so that its marks close within a sentence. A mark that never closes joins nothing."""
    at = 0
    while at < len(found):
        first = found[at]
        if coherence.open_quote(first.text) == 0:
            yield first
            at += 1
            continue
        text = first.text
        for end in range(at + 1, len(found)):
            more = found[end].text
            reopened = found[end].block != found[end - 1].block and _REOPENED.match(more)
            text += " " + (_REOPENED.sub("", more) if reopened else more)
            if coherence.open_quote(text) == 0:
                # With marks opened again the source's own words are no whole quotation: what is left has too many marks, and is not used.
                yield replace(first, text=document.text[first.start : found[end].end], end=found[end].end)
                at = end + 1
                break
            if end - at >= _LONGEST:
                yield first
                at += 1
                break
        else:
            yield first
            at += 1
