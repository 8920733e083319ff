"""The newsletter as mail clients show it: one column of 600 pixels in tables, styles on the elements, no script and nothing from elsewhere.

The only style sheet is for dark mode and small screens; a client that drops it shows the light version. `exports` calls `page`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape as escaped

from coexai_app.agents.maya.newsletter.schemas import Link, NewsletterOutput, Section
from coexai_app.agents.maya.newsletter.words import UNSUBSCRIBE, said

# What the sender's mail tool replaces with the reader's own address for leaving the list.
PLACEHOLDER = "{{unsubscribe}}"
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi"})
_FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_INK, _QUIET, _LINK, _LINE, _PAPER, _GROUND = "#1d2330", "#5b6472", "#0b57a4", "#dfe3e8", "#ffffff", "#f1f3f5"
_FIELDS = {ord("{"): "&#123;", ord("}"): "&#125;", ord("|"): "&#124;", ord("%"): "&#37;", ord("["): "&#91;"}
_BULLET = re.compile(r"^[•\-–*]\s+")
_NUMBER = re.compile(r"^\d{1,2}[.)]\s+")
# Fills the rest of the preview line, so that inboxes do not go on with the headline after the preheader.
_FILLER = "&#847;&zwnj;&nbsp;" * 60
_STYLE = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
.ground { background-color: #14171c !important; }
.paper { background-color: #1d2128 !important; border-color: #343a44 !important; }
.ink { color: #eceff3 !important; }
.quiet { color: #a8b0bc !important; }
.link { color: #8cc4ff !important; }
.button { background-color: #8cc4ff !important; color: #10151c !important; }
.line { border-color: #343a44 !important; }
}
@media (max-width: 480px) {
.pad { padding-left: 20px !important; padding-right: 20px !important; }
}
"""
# Without the braces, or the tool would fill in this place as well.
_EXPLAINED = (
    "Before you send: the word unsubscribe in double braces at the foot stands for the address where a reader leaves your list. Most mail "
    "tools fill it in; if yours has another name for it, put that in its place."
)


def escape(text: str) -> str:
    """Text as HTML shows it. What mail tools take for fields of theirs ("{{name}}", "*|EMAIL|*") stays text: only PLACEHOLDER is one."""
    return escaped(text).translate(_FIELDS)


def page(letter: NewsletterOutput) -> str:
    """A whole HTML document. Every text is escaped; addresses are http or https (`schemas.Link`)."""
    language = letter.language if re.fullmatch(r"[a-z]{2,3}", letter.language) and letter.language != "und" else "en"
    direction = "rtl" if letter.language in _RIGHT_TO_LEFT else "ltr"
    title = escape(letter.subjects[0].text if letter.subjects else letter.title)
    rows = "\n".join(_row(inner) for inner in _rows(letter))
    return f"""<!DOCTYPE html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
<!-- {_EXPLAINED} -->
<style>{_STYLE}</style>
</head>
<body class="ground" style="margin:0;padding:0;background-color:{_GROUND};-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px;color:{_GROUND};mso-hide:all" \
aria-hidden="true">{escape(letter.preheader)}{_FILLER}</div>
<table role="presentation" class="ground" style="width:100%;border-collapse:collapse;background-color:{_GROUND}"><tbody><tr>
<td style="padding:24px 0;text-align:center">
<!--[if mso]><table role="presentation" width="600" align="center" cellpadding="0" cellspacing="0"><tr><td><![endif]-->
<table role="presentation" class="paper" dir="{direction}" style="width:100%;max-width:600px;margin:0 auto;border-collapse:collapse;\
background-color:{_PAPER};border:1px solid {_LINE};text-align:{"right" if direction == "rtl" else "left"}"><tbody>
{rows}
</tbody></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></tbody></table>
</body>
</html>
"""


def _row(inner: str) -> str:
    return f'<tr><td class="pad" style="padding:0 32px">{inner}</td></tr>'


def _rows(letter: NewsletterOutput) -> Iterator[str]:
    if letter.title:
        style = f"margin:32px 0 0;{_FONT};font-size:26px;line-height:1.25;font-weight:700;color:{_INK}"
        yield f'<h1 class="ink" style="{style}">{escape(letter.title)}</h1>'
    yield from _texts(letter.opening)
    for section in letter.sections:
        yield "".join(_section(section))
    if letter.closing:
        yield f'<div class="line" style="margin:28px 0 18px;border-top:1px solid {_LINE};font-size:0;line-height:0">&nbsp;</div>'
        yield from _texts(letter.closing)
    if letter.action:
        yield _button(letter.action)
    yield _foot(letter)


def _section(section: Section) -> Iterator[str]:
    if section.heading:
        style = f"margin:28px 0 0;{_FONT};font-size:19px;line-height:1.3;font-weight:700;color:{_INK}"
        yield f'<h2 class="ink" style="{style}">{escape(section.heading)}</h2>'
    yield from _texts(section.text)
    if section.link and section.link.url:
        yield f'<p style="margin:10px 0 0;{_FONT};font-size:16px;line-height:1.55">{_anchor(section.link)}</p>'


def _texts(text: str) -> Iterator[str]:
    """The paragraphs and lists of a text."""
    for block in re.split(r"\n{2,}", text.strip()):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        lead: list[str] = []
        while lines:
            for mark, tag in ((_BULLET, "ul"), (_NUMBER, "ol")):
                if mark.match(lines[0]):
                    yield from _paragraph(lead)
                    lead = []
                    count = next((i for i, line in enumerate(lines) if not mark.match(line)), len(lines))
                    yield _list([mark.sub("", line) for line in lines[:count]], tag, lines[0])
                    lines = lines[count:]
                    break
            else:
                lead.append(lines.pop(0))
        yield from _paragraph(lead)


def _paragraph(lines: list[str]) -> Iterator[str]:
    if lines:
        inner = "<br>".join(map(escape, lines))
        yield f'<p class="ink" style="margin:10px 0 0;{_FONT};font-size:16px;line-height:1.55;color:{_INK}">{inner}</p>'


def _list(items: list[str], tag: str, first: str) -> str:
    start = int(re.match(r"\d+", first)[0]) if tag == "ol" else 1  # type: ignore[index]  # the line matched _NUMBER
    rows = "".join(f'<li style="margin:4px 0 0">{escape(item)}</li>' for item in items)
    begins = f' start="{start}"' if start != 1 else ""
    style = f"margin:10px 0 0;padding:0 0 0 24px;{_FONT};font-size:16px;line-height:1.55;color:{_INK}"
    return f'<{tag}{begins} class="ink" style="{style}">{rows}</{tag}>'


def _anchor(link: Link) -> str:
    return f'<a class="link" href="{escape(link.url)}" style="color:{_LINK};text-decoration:underline">{escape(link.label)}</a>'


def _button(action: Link) -> str:
    if not action.url:
        return "".join(_paragraph([action.label]))
    style = (
        f"display:inline-block;padding:12px 22px;background-color:{_LINK};color:#ffffff;{_FONT};font-size:16px;line-height:1.25;"
        "font-weight:600;text-decoration:none;border-radius:6px"
    )
    return f'<p style="margin:22px 0 0"><a class="button" href="{escape(action.url)}" style="{style}">{escape(action.label)}</a></p>'


def _foot(letter: NewsletterOutput) -> str:
    style = f"margin:32px 0 28px;padding:14px 0 0;border-top:1px solid {_LINE};{_FONT};font-size:13px;line-height:1.5;color:{_QUIET}"
    who = ", ".join(escape(text) for text in (letter.sender, letter.address) if text)
    leave = (
        f'<a class="quiet" href="{PLACEHOLDER}" style="color:{_QUIET};text-decoration:underline">{said(UNSUBSCRIBE, letter.language)}</a>'
    )
    return f'<p class="quiet line" style="{style}">{who}{"<br>" if who else ""}{leave}</p>'
