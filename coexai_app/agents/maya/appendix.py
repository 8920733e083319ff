"""What stands at the end of every exported result made of labelled parts: the claims with their places in the source, and the checks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from coexai_app.agents.maya import kept, origins
from coexai_app.agents.parts import Part
from coexai_app.agents.report import DRAFTED, Claim, Report

_ILLEGAL_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|])")
_VERDICTS = {"supported": "Supported", "unsupported": "No source", "overridden": "Kept on your word"}
_HEADS = ("Part", "Claim", "Verdict", "Source")
_NOTHING = "Nothing in it needs a source."


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, line by line."""
    return "\n".join(re.sub(r"^(\s*)([#+\-]|\d+[.)])(?=\s|$)", r"\1\\\2", _MARKDOWN.sub(r"\\\1", line)) for line in text.split("\n"))


def xml(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _ILLEGAL_XML.sub("", text)


def markdown(report: Report, parts: Sequence[Part]) -> list[str]:
    """The lines of the evidence, the checks and the source."""
    lines = ["## Evidence", ""]
    if report.claims:
        lines += [f"| {' | '.join(_HEADS)} |", "| --- | --- | --- | --- |"]
        lines += [f"| {' | '.join(_cell(value) for value in _row(claim, parts, report))} |" for claim in report.claims]
    else:
        lines.append(_NOTHING)
    lines += ["", f"## Checks: {report.score.points} of {report.score.max_points} points", ""]
    lines += [f"- {c.label}: {c.points} of {c.max_points}. {escaped(c.message)}" for c in report.checks]
    if report.drafted:
        lines += ["", f"Transcript: {DRAFTED}"]
    if many := sources(report):
        return [*lines, "", "## Sources", "", *(f"- {escaped(line)}" for line in many)]
    return [*lines, "", f"Source: <{report.source.url}>"] if report.source.url else lines


def sources(report: Report) -> list[str]:
    """A line for each of several sources, those that could not be read with their reason, and what was left out of one; empty when a
    single source was read whole."""
    lines = [f"{one.label}: {one.url}" if one.url and one.url != one.label else one.label for one in origins.of_report(report)]
    lines += [f"Not read: {one.told}" for one in origins.unread_of(report)]
    return [*lines, *(str(note) for note in kept.more(report, "reading_notes", ()))]


def word(report: Report, parts: Sequence[Part], document: Any) -> None:
    """Adds the same to a Word document (a `docx.Document`), with real heading, table and list styles."""
    document.add_heading("Evidence", level=1)
    if report.claims:
        table = document.add_table(rows=1, cols=4, style="Light Grid Accent 1")
        for cell, head in zip(table.rows[0].cells, _HEADS, strict=True):
            cell.text = head
        for claim in report.claims:
            for cell, value in zip(table.add_row().cells, _row(claim, parts, report), strict=True):
                cell.text = xml(value)
    else:
        document.add_paragraph(_NOTHING)
    document.add_heading(f"Checks: {report.score.points} of {report.score.max_points} points", level=1)
    for check in report.checks:
        document.add_paragraph(xml(f"{check.label}: {check.points} of {check.max_points}. {check.message}"), style="List Bullet")
    if report.drafted:
        document.add_paragraph(f"Transcript: {DRAFTED}")
    if many := sources(report):
        document.add_heading("Sources", level=1)
        for line in many:
            document.add_paragraph(xml(line), style="List Bullet")


def json(report: Report) -> bytes:
    """The whole report."""
    return (report.model_dump_json(indent=2) + "\n").encode()


def _row(claim: Claim, parts: Sequence[Part], report: Report) -> tuple[str, str, str, str]:
    label = parts[claim.part].label if claim.part < len(parts) else str(claim.part + 1)
    quote = claim.override or (claim.source.quote if claim.source else claim.reason)
    return label, claim.text, _VERDICTS[claim.status.value], f"{quote} ({where})" if (where := _where(claim, report)) else quote


def _where(claim: Claim, report: Report) -> str:
    """The one of several sources that a claim's place is in: its address, else its name."""
    place = claim.source
    if claim.override or place is None or place.origin != "source":
        return ""
    stretch = origins.at(origins.of_report(report), place.start)
    return (stretch.url or stretch.label) if stretch else ""


def _cell(text: str) -> str:
    return escaped(text.replace("\n", " "))
