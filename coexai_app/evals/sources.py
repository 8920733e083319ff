"""A document written down again as text that reads back as the same: subtitles for spoken words with times, else Markdown.

A case holds its source as text, and a result's source may have been a page or a file that is gone. `services/eval_cases.py` calls it.
"""

from __future__ import annotations

from collections.abc import Iterator

from coexai_app.extract.document import Block, BlockKind, Document

_MARKS = {BlockKind.LIST_ITEM: "- ", BlockKind.QUOTE: "> "}


def written(document: Document) -> str:
    """The text of a document, with what its structure says: headings, lists, quotes, links; who speaks, and when."""
    if any(cue.until for cue in document.cues):
        return "\n\n".join(("WEBVTT", *_cues(document))) + "\n"
    if document.cues:
        return (
            "\n\n".join(
                f"{cue.speaker}: {_line(document, cue.start, cue.end)}" if cue.speaker else _line(document, cue.start, cue.end)
                for cue in document.cues
            )
            + "\n"
        )
    if not document.blocks:
        return document.text
    blocks = [_block(document, block) for block in document.blocks]
    title = document.title.strip()
    headed = not title or any(block.kind is BlockKind.HEADING and document.block_text(block).strip() == title for block in document.blocks)
    return "\n\n".join(blocks if headed else (f"# {title}", *blocks)) + "\n"


def _cues(document: Document) -> Iterator[str]:
    for cue in document.cues:
        said = _line(document, cue.start, cue.end)
        voice = f"<v {cue.speaker}>" if cue.speaker else ""
        yield f"{_time(cue.at)} --> {_time(max(cue.until, cue.at + 0.001))}\n{voice}{said}"


def _block(document: Document, block: Block) -> str:
    text = _linked(document, block)
    match block.kind:
        case BlockKind.HEADING:
            return f"{'#' * min(max(block.level, 1), 6)} {' '.join(text.split())}"
        case BlockKind.CODE:
            return f"```\n{document.block_text(block)}\n```"
        case BlockKind.LIST_ITEM | BlockKind.QUOTE:
            mark = "  " * (max(block.level, 1) - 1) * (block.kind is BlockKind.LIST_ITEM) + _MARKS[block.kind]
            return "\n".join(
                f"{mark}{line}" if n == 0 or block.kind is BlockKind.QUOTE else f"  {line}" for n, line in enumerate(text.split("\n"))
            )
    return text


def _linked(document: Document, block: Block) -> str:
    """The words of a block with their addresses behind them."""
    text, shift = document.block_text(block), 0
    for link in sorted(document.links, key=lambda link: link.start):
        if block.start <= link.start < link.end <= block.end:
            start, end = link.start - block.start + shift, link.end - block.start + shift
            words = text[start:end]
            if words.strip() and words != link.url and "\n" not in words and ")" not in link.url:
                marked = f"[{words}]({link.url})"
                text, shift = text[:start] + marked + text[end:], shift + len(marked) - len(words)
    return text


def _line(document: Document, start: int, end: int) -> str:
    return " ".join(document.text[start:end].split())


def _time(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}.{whole % 1000:03}"
