"""What a document of speech says, for the tests."""

from __future__ import annotations

from itertools import pairwise

from coexai_app.extract import Document


def said(document: Document) -> list[tuple[str, str]]:
    return [(cue.speaker, document.text[cue.start : cue.end]) for cue in document.cues]


def sound(document: Document) -> None:
    """Cues lie in order, in the text and in time, each within one block, and leave out no word of it."""
    assert all(a.end <= b.start and a.at <= b.at for a, b in pairwise(document.cues))
    assert all(0 <= cue.at <= cue.until and 0 <= cue.confidence <= 1 for cue in document.cues)
    assert all(any(block.start <= cue.start and cue.end <= block.end for block in document.blocks) for cue in document.cues)
    gaps = document.text
    for cue in reversed(document.cues):
        gaps = gaps[: cue.start] + gaps[cue.end :]
    assert not gaps.strip()
