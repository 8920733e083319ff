"""A thread's report as a file: Markdown, plain text, JSON, Word. The evidence goes along."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

from coexai_app.agents.maya import appendix
from coexai_app.agents.maya.schemas import ThreadOutput
from coexai_app.agents.report import Report


def _posts(report: Report) -> list[str]:
    return [str(post["text"]) for post in report.output["posts"]]


def text(report: Report) -> bytes:
    """The posts, ready to paste, a line of dashes between them."""
    return ("\n\n---\n\n".join(_posts(report)) + "\n").encode()


def markdown(report: Report) -> bytes:
    """The posts as sections, then the claims with their places in the source, then the checks."""
    lines = [f"# {appendix.escaped(report.title)}", ""]
    for number, post in enumerate(_posts(report), 1):
        lines += [f"## Post {number}", "", *(f"{appendix.escaped(line)}  " if line else "" for line in post.split("\n")), ""]
    lines += appendix.markdown(report, ThreadOutput.model_validate(report.output).parts())
    return ("\n".join(lines) + "\n").encode()


def docx(report: Report) -> bytes:
    """A Word document with real heading, paragraph and table styles."""
    import docx as word

    document, xml = word.Document(), appendix.xml
    document.core_properties.title = xml(report.title)[:255]
    document.core_properties.author = "Maya"
    document.core_properties.comments = ""
    document.add_heading(xml(report.title), level=0)
    if report.source.url:
        document.add_paragraph(xml(report.source.url), style="Subtitle")
    for number, post in enumerate(_posts(report), 1):
        document.add_heading(f"Post {number}", level=2)
        for line in filter(str.strip, post.split("\n")):
            bullet = line.startswith("• ")
            document.add_paragraph(xml(line.removeprefix("• ")), style="List Bullet" if bullet else None)
    appendix.word(report, ThreadOutput.model_validate(report.output).parts(), document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


EXPORTS: Mapping[str, Callable[[Report], bytes]] = {"md": markdown, "txt": text, "json": appendix.json, "docx": docx}
