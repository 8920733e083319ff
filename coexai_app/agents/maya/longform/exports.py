"""A long text as a file: Markdown, plain text, HTML, Word, JSON. Markdown and Word bring the evidence, the others are to be pasted."""

from __future__ import annotations

import html as markup
import io
from collections.abc import Callable, Iterable, Iterator, Mapping

from coexai_app.agents.maya import appendix
from coexai_app.agents.maya.longform.rendering import Shown, shown
from coexai_app.agents.maya.longform.schemas import LongformOutput
from coexai_app.agents.parts import PartKind
from coexai_app.agents.report import Report

# The Word style of each kind of block; every one is in Word's default template.
_STYLES: Mapping[PartKind, str] = {
    PartKind.TITLE: "Title",
    PartKind.SUBJECT: "Title",
    PartKind.PREHEADER: "Subtitle",
    PartKind.STANDFIRST: "Subtitle",
    PartKind.HEADING: "Heading 1",
    PartKind.QUOTE: "Intense Quote",
    PartKind.ITEM: "List Bullet",
}


def text(report: Report) -> bytes:
    """The words alone, ready to paste; items have bullets, quotes their marks and speakers."""
    pieces = []
    for group, blocks in _groups(report):
        if group:
            pieces.append(group.upper())
        for block in blocks:
            line = f"• {block.line}" if block.kind is PartKind.ITEM else block.line
            if block.byline:
                line += f"\n({block.byline})"
            if block.kind is PartKind.ITEM and pieces and pieces[-1].startswith("• "):
                pieces[-1] += f"\n{line}"
            else:
                pieces.append(line)
    return ("\n\n".join(pieces) + "\n").encode()


def markdown(report: Report) -> bytes:
    """The text, then the claims with their places in the source, then the checks."""
    lines: list[str] = []
    for group, blocks in _groups(report):
        if group:
            lines += [f"# {appendix.escaped(group)}", ""]
        for block in blocks:
            lines += [*_markdown(block), *([] if block.kind is PartKind.ITEM else [""])]
        if lines and lines[-1]:
            lines.append("")
    lines += ["---", "", *appendix.markdown(report, _parsed(report).parts())]
    return ("\n".join(lines) + "\n").encode()


def html(report: Report) -> bytes:
    """A small page with headings, quotes and lists as elements: what an editor on the web takes over when it is pasted."""
    language = markup.escape(report.source.language if report.source.language != "und" else "en", quote=True)
    body: list[str] = []
    for group, blocks in _groups(report):
        if group:
            body.append(f"<h1>{markup.escape(group)}</h1>")
        listing = False
        for block in blocks:
            if (block.kind is PartKind.ITEM) != listing:
                listing = not listing
                body.append("<ul>" if listing else "</ul>")
            body.append(_element(block))
        if listing:
            body.append("</ul>")
    title = markup.escape(report.title)
    page = f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n</head>\n<body>\n'
    return (page + "\n".join(body) + "\n</body>\n</html>\n").encode()


def docx(report: Report) -> bytes:
    """A Word document with real title, heading, quote, list and table styles."""
    import docx as word

    document = word.Document()
    document.core_properties.title = appendix.xml(report.title)[:255]
    document.core_properties.author = "Maya"
    document.core_properties.comments = ""
    for group, blocks in _groups(report):
        if group:
            document.add_paragraph(appendix.xml(group), style="Title")
        for block in blocks:
            paragraph = document.add_paragraph(style=_STYLES.get(block.kind))
            if block.lead:
                paragraph.add_run(appendix.xml(f"{block.lead} " if block.kind is PartKind.HEADING else f"{block.lead}: ")).bold = True
            paragraph.add_run(appendix.xml(block.text))
            if block.byline:
                paragraph.add_run().add_break()
                paragraph.add_run(appendix.xml(block.byline))
    appendix.word(report, _parsed(report).parts(), document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _parsed(report: Report) -> LongformOutput:
    return LongformOutput.model_validate(report.output)


def _groups(report: Report) -> Iterator[tuple[str, list[Shown]]]:
    """The texts of an output in order, each with its blocks as they are shown; one text has no name."""
    blocks = _parsed(report).blocks
    names = list(dict.fromkeys(block.group for block in blocks))
    for name in names:
        own = [block for block in blocks if block.group == name]
        yield name if len(names) > 1 else "", list(shown(own, report.source.language))


def _markdown(block: Shown) -> Iterable[str]:
    words = [appendix.escaped(line) for line in block.text.split("\n")]
    lead = appendix.escaped(block.lead)
    match block.kind:
        case PartKind.TITLE | PartKind.SUBJECT:
            return [f"# {' '.join(words)}"]
        case PartKind.HEADING:
            return [f"## {lead} {' '.join(words)}" if lead else f"## {' '.join(words)}"]
        case PartKind.STANDFIRST | PartKind.PREHEADER:
            return [f"**{lead}:** *{' '.join(words)}*" if lead else f"*{' '.join(words)}*"]
        case PartKind.QUOTE:
            return [*(f"> {line}" for line in words), *([">", f"> {appendix.escaped(block.byline)}"] if block.byline else [])]
        case PartKind.ITEM:
            return [f"- **{lead}:** {' '.join(words)}" if lead else f"- {' '.join(words)}"]
        case _:
            return [(f"**{lead}:** " if lead else "") + "  \n".join(words)]


def _element(block: Shown) -> str:
    words = markup.escape(block.text).replace("\n", "<br>\n")
    lead = markup.escape(block.lead)
    match block.kind:
        case PartKind.TITLE | PartKind.SUBJECT:
            return f"<h1>{words}</h1>"
        case PartKind.HEADING:
            return f"<h2>{lead} {words}</h2>" if lead else f"<h2>{words}</h2>"
        case PartKind.STANDFIRST | PartKind.PREHEADER:
            return f"<p><strong>{lead}:</strong> <em>{words}</em></p>" if lead else f"<p><em>{words}</em></p>"
        case PartKind.QUOTE:
            said = f"\n<footer>{markup.escape(block.byline)}</footer>" if block.byline else ""
            return f"<blockquote>\n<p>{words}</p>{said}\n</blockquote>"
        case PartKind.ITEM:
            return f"<li><strong>{lead}:</strong> {words}</li>" if lead else f"<li>{words}</li>"
        case _:
            return f"<p><strong>{lead}:</strong> {words}</p>" if lead else f"<p>{words}</p>"


EXPORTS: Mapping[str, Callable[[Report], bytes]] = {"md": markdown, "txt": text, "html": html, "json": appendix.json, "docx": docx}
