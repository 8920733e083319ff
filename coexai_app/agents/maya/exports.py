"""A thread's report as a file: Markdown, plain text, JSON, Word. The evidence goes along."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping

from coexai_app.agents.report import Claim, Report

_ILLEGAL_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|])")
_VERDICTS = {"supported": "Supported", "unsupported": "No source", "overridden": "Kept on your word"}


def _posts(report: Report) -> list[str]:
    return [str(post["text"]) for post in report.output["posts"]]


def text(report: Report) -> bytes:
    """The posts, ready to paste, a line of dashes between them."""
    return ("\n\n---\n\n".join(_posts(report)) + "\n").encode()


def markdown(report: Report) -> bytes:
    """The posts as sections, then the claims with their places in the source, then the checks."""
    lines = [f"# {_escaped(report.title)}", ""]
    for number, post in enumerate(_posts(report), 1):
        lines += [f"## Post {number}", "", *(f"{_escaped(line)}  " if line else "" for line in post.split("\n")), ""]
    lines += ["## Evidence", ""]
    if report.claims:
        lines += ["| Post | Claim | Verdict | Source |", "| --- | --- | --- | --- |"]
        lines += [f"| {c.part + 1} | {_cell(c.text)} | {_verdict(c)} | {_cell(_quote(c))} |" for c in report.claims]
    else:
        lines.append("Nothing in the thread needs a source.")
    lines += ["", f"## Checks: {report.score.points} of {report.score.max_points} points", ""]
    lines += [f"- {c.label}: {c.points} of {c.max_points}. {_escaped(c.message)}" for c in report.checks]
    if report.source.url:
        lines += ["", f"Source: <{report.source.url}>"]
    return ("\n".join(lines) + "\n").encode()


def json(report: Report) -> bytes:
    """The whole report."""
    return (report.model_dump_json(indent=2) + "\n").encode()


def docx(report: Report) -> bytes:
    """A Word document with real heading, paragraph and table styles."""
    import docx as word

    document = word.Document()
    document.core_properties.title = _xml(report.title)[:255]
    document.core_properties.author = "Maya"
    document.core_properties.comments = ""
    document.add_heading(_xml(report.title), level=0)
    if report.source.url:
        document.add_paragraph(_xml(report.source.url), style="Subtitle")
    for number, post in enumerate(_posts(report), 1):
        document.add_heading(f"Post {number}", level=2)
        for line in filter(str.strip, post.split("\n")):
            bullet = line.startswith("• ")
            document.add_paragraph(_xml(line.removeprefix("• ")), style="List Bullet" if bullet else None)
    document.add_heading("Evidence", level=1)
    if report.claims:
        table = document.add_table(rows=1, cols=4, style="Light Grid Accent 1")
        for cell, head in zip(table.rows[0].cells, ("Post", "Claim", "Verdict", "Source"), strict=True):
            cell.text = head
        for claim in report.claims:
            row = (str(claim.part + 1), claim.text, _verdict(claim), _quote(claim))
            for cell, value in zip(table.add_row().cells, row, strict=True):
                cell.text = _xml(value)
    else:
        document.add_paragraph("Nothing in the thread needs a source.")
    document.add_heading(f"Checks: {report.score.points} of {report.score.max_points} points", level=1)
    for check in report.checks:
        document.add_paragraph(_xml(f"{check.label}: {check.points} of {check.max_points}. {check.message}"), style="List Bullet")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _verdict(claim: Claim) -> str:
    return _VERDICTS[claim.status.value]


def _quote(claim: Claim) -> str:
    if claim.override:
        return claim.override
    return claim.source.quote if claim.source else claim.reason


def _xml(value: str) -> str:
    return _ILLEGAL_XML.sub("", value)


def _escaped(value: str) -> str:
    escaped = _MARKDOWN.sub(r"\\\1", value)
    return re.sub(r"^(\s*)([#+\-]|\d+[.)])(?=\s|$)", r"\1\\\2", escaped)


def _cell(value: str) -> str:
    return _escaped(value.replace("\n", " "))


EXPORTS: Mapping[str, Callable[[Report], bytes]] = {"md": markdown, "txt": text, "json": json, "docx": docx}
