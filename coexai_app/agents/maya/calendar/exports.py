"""A calendar's report as files: CSV for spreadsheets and scheduling tools, iCalendar, plain posts; Markdown and Word with the evidence;
JSON."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Mapping

from coexai_app.agents.maya import appendix, origins
from coexai_app.agents.maya.calendar import ics
from coexai_app.agents.maya.calendar.schemas import CalendarOutput, said
from coexai_app.agents.report import Report
from coexai_app.agents.text import networks
from coexai_app.agents.text.networks import NETWORKS

COLUMNS = ("date", "time", "timezone", "channel", "title", "text", "characters", "limit", "source")
# Of a plan from several sources: the one that a post is from.
ORIGIN = ("source_title", "source_url")
# What makes Excel and its kin take a cell for a formula (OWASP, "CSV injection"); the full-width forms are folded to these by some.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_BOM = "\ufeff"


def _calendar(report: Report) -> CalendarOutput:
    return CalendarOutput.model_validate(report.output)


def table(report: Report) -> bytes:
    """CSV as RFC 4180 has it, in UTF-8 with a byte order mark, so that Excel reads it right. A cell that a spreadsheet would take for a
    formula begins with an apostrophe."""
    calendar, stretches = _calendar(report), origins.of_report(report)
    buffer = io.StringIO(newline="")
    buffer.write(_BOM)
    writer = csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow([*COLUMNS, *(ORIGIN if stretches else ())])
    for entry, part in zip(calendar.entries, calendar.parts(), strict=True):
        quotes = " … ".join(report.source.text[start:end] for start, end in entry.source)
        row = (entry.date, entry.time, calendar.timezone, entry.channel.value, entry.title, entry.text)
        stretch = origins.at(stretches, entry.source[0][0]) if entry.source else None
        origin = (stretch.label if stretch else "", stretch.url if stretch else "") if stretches else ()
        writer.writerow([*map(_cell, row), part.length, part.limit, _cell(quotes), *map(_cell, origin)])
    return buffer.getvalue().encode("utf-8", "replace")


def _cell(value: str) -> str:
    value = value.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value


def text(report: Report) -> bytes:
    """The posts, ready to paste, each under its moment; as each network shows them."""
    calendar = _calendar(report)
    blocks = []
    for entry, part in zip(calendar.entries, calendar.parts(), strict=True):
        posts = networks.formatted([part], entry.channel)
        blocks.append("\n\n".join([entry.label, *posts]))
    return ("\n\n---\n\n".join(blocks) + "\n").encode()


def markdown(report: Report) -> bytes:
    """Week by week, each post under its moment; then claims and checks."""
    calendar, esc = _calendar(report), appendix.escaped
    lines = [f"# {esc(report.title)}", "", _about(calendar), ""]
    for week, entries in itertools.groupby(zip(calendar.entries, calendar.parts(), strict=True), key=lambda pair: pair[0].week):
        lines += [f"## Week {week}", ""]
        for entry, part in entries:
            lines += [f"### {entry.label}: {esc(entry.title)}", "", *(f"{esc(x)}  " if x else "" for x in entry.text.split("\n")), ""]
            lines += [f"{part.length:,} of {part.limit:,} characters", ""]
    lines += appendix.markdown(report, calendar.parts())
    return ("\n".join(lines) + "\n").encode()


def docx(report: Report) -> bytes:
    """A Word document with real heading, paragraph, list and table styles."""
    import docx as word

    calendar, xml = _calendar(report), appendix.xml
    document = word.Document()
    document.core_properties.title = xml(report.title)[:255]
    document.core_properties.author = "Maya"
    document.core_properties.comments = ""
    document.add_heading(xml(report.title), level=0)
    document.add_paragraph(_about(calendar), style="Subtitle")
    for week, entries in itertools.groupby(calendar.entries, key=lambda entry: entry.week):
        document.add_heading(f"Week {week}", level=1)
        for entry in entries:
            document.add_heading(xml(f"{entry.label}: {entry.title}"), level=2)
            for line in filter(str.strip, entry.text.split("\n")):
                document.add_paragraph(xml(line.removeprefix("• ")), style="List Bullet" if line.startswith("• ") else None)
    appendix.word(report, calendar.parts(), document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _about(calendar: CalendarOutput) -> str:
    count = len(calendar.entries)
    if not count:
        return "No posts."
    first, last = calendar.entries[0].at.date(), calendar.entries[-1].at.date()
    channels = ", ".join(dict.fromkeys(NETWORKS[entry.channel].label for entry in calendar.entries))
    zone = f", times in {calendar.timezone}" if calendar.timezone else ", local times"
    return f"{count} {'post' if count == 1 else 'posts'}, {said(first)} to {said(last)} {last.year}, on {channels}{zone}."


EXPORTS: Mapping[str, Callable[[Report], bytes]] = {
    "csv": table,
    "ics": ics.page,
    "txt": text,
    "md": markdown,
    "docx": docx,
    "json": appendix.json,
}
