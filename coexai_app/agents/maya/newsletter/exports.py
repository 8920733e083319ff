"""A newsletter's report as files: the mail in HTML and in plain text, ready to send; Markdown and Word with the evidence; JSON."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Mapping

from coexai_app.agents.maya import appendix
from coexai_app.agents.maya.newsletter import html
from coexai_app.agents.maya.newsletter.schemas import Link, NewsletterOutput
from coexai_app.agents.maya.newsletter.words import UNSUBSCRIBE, said
from coexai_app.agents.report import Report

_WIDTH = 72
BEFORE_SENDING = (
    f"{html.PLACEHOLDER} at the foot stands for the address where a reader leaves your list. Most mail tools fill it in; if yours has "
    "another name for it, put that in its place."
)


def _letter(report: Report) -> NewsletterOutput:
    return NewsletterOutput.model_validate(report.output)


def page(report: Report) -> bytes:
    """The mail as HTML."""
    return html.page(_letter(report)).encode()


def text(report: Report) -> bytes:
    """The mail as plain text: what goes along with the HTML for readers and clients that want it."""
    letter = _letter(report)
    blocks = [_plain(letter.title.strip()), "=" * min(_WIDTH, len(letter.title))] if letter.title else []
    head = "\n".join(blocks)
    body = [head, _wrapped(letter.opening)]
    for section in letter.sections:
        if section.heading:
            body.append(f"{_plain(section.heading)}\n{'-' * min(_WIDTH, len(section.heading))}")
        body += [_wrapped(section.text), _line(section.link)]
    body += [_wrapped(letter.closing), _line(letter.action)]
    foot = ", ".join(part for part in (letter.sender, letter.address) if part)
    leave = f"{said(UNSUBSCRIBE, letter.language)}: {html.PLACEHOLDER}"
    body.append("\n".join(["-" * 3, *([foot] if foot else []), leave]))
    return ("\n\n".join(block for block in body if block) + "\n").encode()


def _plain(value: str) -> str:
    """Text that mail tools do not take for fields of theirs."""
    return re.sub(r"\*(?=\|)|\|(?=\*)|%(?=%)|([{\[])(?=[{%\[])|([%}\]])(?=[}\]])", lambda m: f"{m[0]} ", value)


def _wrapped(value: str) -> str:
    lines = (textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False) for line in _plain(value).split("\n"))
    return "\n".join(lines).strip()


def _line(link: Link | None) -> str:
    if link is None or not link.label:
        return ""
    return f"{_plain(link.label)}:\n{link.url}" if link.url else _plain(link.label)


def markdown(report: Report) -> bytes:
    """Subject lines, preheader and the mail, what to do before sending, then claims and checks."""
    letter, esc = _letter(report), appendix.escaped
    lines = [f"# {esc(letter.title or report.title)}", "", "## Subject lines", ""]
    lines += [f"- {esc(subject.text)} ({subject.kind.value}, {len(subject.text)} characters)" for subject in letter.subjects]
    lines += ["", "## Preheader", "", esc(letter.preheader), "", "## Newsletter", "", _markdown_text(letter.opening), ""]
    for section in letter.sections:
        lines += [f"### {esc(section.heading)}", ""] if section.heading else []
        lines += [_markdown_text(section.text), ""]
        lines += [_markdown_link(section.link), ""] if section.link and section.link.url else []
    lines += [_markdown_text(letter.closing), ""] if letter.closing else []
    lines += [_markdown_link(letter.action), ""] if letter.action else []
    lines += ["## Before you send", "", BEFORE_SENDING, "", *appendix.markdown(report, letter.parts())]
    return ("\n".join(lines) + "\n").encode()


def _markdown_text(value: str) -> str:
    return "\n".join(f"- {appendix.escaped(line[2:])}" if line.startswith("• ") else appendix.escaped(line) for line in value.split("\n"))


def _markdown_link(link: Link) -> str:
    return f"[{appendix.escaped(link.label)}](<{link.url}>)" if link.url else appendix.escaped(link.label)


def docx(report: Report) -> bytes:
    """A Word document with real heading, paragraph, list and table styles."""
    import docx as word

    letter, xml = _letter(report), appendix.xml
    document = word.Document()
    document.core_properties.title = xml(report.title)[:255]
    document.core_properties.author = "Maya"
    document.core_properties.comments = ""
    document.add_heading(xml(letter.title or report.title), level=0)
    document.add_heading("Subject lines", level=1)
    for subject in letter.subjects:
        document.add_paragraph(xml(f"{subject.text} ({subject.kind.value})"), style="List Bullet")
    document.add_heading("Preheader", level=1)
    document.add_paragraph(xml(letter.preheader))
    document.add_heading("Newsletter", level=1)
    blocks = [("", letter.opening, None), *((s.heading, s.text, s.link) for s in letter.sections), ("", letter.closing, letter.action)]
    for heading, body, link in blocks:
        if heading:
            document.add_heading(xml(heading), level=2)
        for line in filter(str.strip, body.split("\n")):
            document.add_paragraph(xml(line.removeprefix("• ")), style="List Bullet" if line.startswith("• ") else None)
        if link and link.label:
            document.add_paragraph(xml(f"{link.label}: {link.url}" if link.url else link.label))
    document.add_heading("Before you send", level=1)
    document.add_paragraph(BEFORE_SENDING)
    appendix.word(report, letter.parts(), document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


EXPORTS: Mapping[str, Callable[[Report], bytes]] = {"html": page, "txt": text, "md": markdown, "docx": docx, "json": appendix.json}
