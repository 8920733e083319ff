"""All texts of one source as files: Markdown, plain text, Word and JSON of everything, and an archive of each text in its own formats."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Final

from coexai_app.agents.maya import appendix
from coexai_app.agents.maya.repurpose import review
from coexai_app.agents.maya.repurpose.schemas import RepurposeOutput
from coexai_app.agents.maya.repurpose.targets import TARGETS
from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.report import Report

# The earliest day that an archive can name: when a file was put into it says nothing.
_DAY: Final = (1980, 1, 1, 0, 0, 0)
_STYLES: Final[Mapping[PartKind, str]] = {
    PartKind.TITLE: "Heading 2",
    PartKind.STANDFIRST: "Intense Quote",
    PartKind.HEADING: "Heading 3",
    PartKind.QUOTE: "Intense Quote",
    PartKind.ITEM: "List Bullet",
}


def _whole(report: Report) -> RepurposeOutput:
    return RepurposeOutput.model_validate(report.output)


def text(report: Report) -> bytes:
    """Each text as its own plain-text file has it, under its name."""
    whole = _whole(report)
    found = []
    for piece in whole.pieces:
        render = TARGETS[piece.target].capability.exports["txt"]
        body = render(report.model_copy(update={"output": piece.output})).decode().strip()
        found.append(f"{piece.name.upper()}\n\n{body}")
    rule = "\n\n" + "=" * 60 + "\n\n"
    return (rule.join([*found, *(["\n".join(whole.notes())] if whole.left_out else [])]) + "\n").encode()


def markdown(report: Report) -> bytes:
    """Text by text, what was left out, then the claims with their places in the source and the checks, once for everything."""
    whole = _whole(report)
    lines = [f"# {appendix.escaped(report.title)}", ""]
    for name, parts in groupby(whole.parts(), key=lambda part: part.group):
        lines += [f"## {appendix.escaped(name)}", ""]
        for part in parts:
            lines += [*_markdown(part), ""]
    lines += ["## Not made", "", *(f"- {appendix.escaped(missing.told)}" for missing in whole.left_out), ""] if whole.left_out else []
    return ("\n".join([*lines, *appendix.markdown(report, review.labelled(whole))]) + "\n").encode()


def _markdown(part: Part) -> list[str]:
    words = [appendix.escaped(line) for line in part.text.split("\n")]
    lead = f"**{appendix.escaped(part.lead)}** " if part.lead else ""
    match part.kind:
        case PartKind.TITLE | PartKind.SUBJECT | PartKind.PREHEADER:
            return [f"**{appendix.escaped(part.label)}:** {' '.join(words)}"]
        case PartKind.HEADING:
            return [f"#### {lead}{' '.join(words)}"]
        case PartKind.QUOTE:
            return [*(f"> {line}" for line in words), *([">", f"> {appendix.escaped(part.byline)}"] if part.byline else [])]
        case PartKind.ITEM:
            return [f"- {lead}{' '.join(words)}"]
        case PartKind.POST:
            return [f"### {appendix.escaped(part.label)}", "", *(f"{line}  " if line else "" for line in words)]
        case _:
            return [lead + "  \n".join(words)]


def docx(report: Report) -> bytes:
    """A Word document with real heading, paragraph, list and table styles."""
    import docx as word

    whole, xml = _whole(report), appendix.xml
    document = word.Document()
    document.core_properties.title = xml(report.title)[:255]
    document.core_properties.author = "Maya"
    document.core_properties.comments = ""
    document.add_heading(xml(report.title), level=0)
    if report.source.url:
        document.add_paragraph(xml(report.source.url), style="Subtitle")
    for name, parts in groupby(whole.parts(), key=lambda part: part.group):
        document.add_heading(xml(name), level=1)
        for part in parts:
            if part.kind is PartKind.POST:
                document.add_heading(xml(part.label), level=2)
            _add(document, part)
    if whole.left_out:
        document.add_heading("Not made", level=1)
        for missing in whole.left_out:
            document.add_paragraph(xml(missing.told), style="List Bullet")
    appendix.word(report, review.labelled(whole), document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _add(document: object, part: Part) -> None:
    for line in filter(str.strip, part.text.split("\n")):
        bullet = line.startswith("• ")
        style = "List Bullet" if bullet else _STYLES.get(part.kind)
        paragraph = document.add_paragraph(style=style)  # type: ignore[attr-defined]
        named = part.kind in (PartKind.SUBJECT, PartKind.PREHEADER)
        if lead := part.lead or (part.label if named else ""):
            paragraph.add_run(appendix.xml(f"{lead}: ")).bold = True
        paragraph.add_run(appendix.xml(line.removeprefix("• ")))
    if part.byline:
        document.add_paragraph(appendix.xml(part.byline))  # type: ignore[attr-defined]


def archive(report: Report) -> bytes:
    """A ZIP archive: `report.json` with everything, and for each text a folder with its own formats, each with its own verdict."""
    whole = _whole(report)
    files = {"report.json": appendix.json(report)}
    for piece in whole.pieces:
        own, slug = review.alone(report, piece), piece.target.value.replace("_", "-")
        for name, render in TARGETS[piece.target].capability.exports.items():
            files[f"{slug}/{slug}.{name}"] = render(own)
    if whole.left_out:
        files["not-made.txt"] = ("\n".join(missing.told for missing in whole.left_out) + "\n").encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path, _DAY)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            packed.writestr(entry, data)
    return buffer.getvalue()


EXPORTS: Mapping[str, Callable[[Report], bytes]] = {"md": markdown, "txt": text, "json": appendix.json, "docx": docx, "zip": archive}
