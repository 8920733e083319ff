"""The look of mails: one quiet card, one button, the link in full below it. Pure; called by `mail_templates.render`.

Tables and inline styles, since that is what mail clients have in common; a dark scheme for those that know it. Colours are the product's
tokens (`assets/tokens.css`), no image and no font is loaded, so that opening a mail tells nobody anything.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import escape
from typing import Final

MAX_SUBJECT: Final = 200
MAX_VALUE: Final = 500
_INVISIBLE: Final = frozenset({"Cf", "Cs", "Co", "Cn"})
_BLANK: Final = frozenset({"Cc", "Zl", "Zp"})
# Persian and emoji are written with the zero-width non-joiner and joiner.
_JOINERS: Final = "\u200c\u200d"
_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+")
# A dot before letters, or "://": what mail clients turn into links by themselves. Numbers, such as 203.0.113.7, they leave alone.
_LINKABLE: Final = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})|:(?=//)")

_FONT: Final = "font-family:'Instrument Sans','Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
_DISPLAY: Final = "font-family:'Bricolage Grotesque','Instrument Sans','Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Content:
    """One mail in plain words; `url` is a whole address, and empty where there is no `button`."""

    subject: str
    title: str
    body: tuple[str, ...]
    reason: str
    facts: tuple[tuple[str, str], ...] = ()
    note: str = ""
    button: str = ""
    url: str = ""


def render(content: Content, *, address_line: str, home: str) -> Rendered:
    subject = content.subject if len(content.subject) <= MAX_SUBJECT else content.subject[: MAX_SUBJECT - 1].rstrip() + "…"
    return Rendered(subject, _text(content, address_line, home), _html(content, address_line, home))


def plain(value: str) -> str:
    """A value as one line of visible text, at most 500 characters: no line breaks, no characters that turn the direction of others."""
    kept = (" " if unicodedata.category(c) in _BLANK else c for c in value if c in _JOINERS or unicodedata.category(c) not in _INVISIBLE)
    line = " ".join("".join(kept).split())
    return line if len(line) <= MAX_VALUE else line[: MAX_VALUE - 1].rstrip() + "…"


def unlinked(value: str) -> str:
    """The value with a word joiner where a client would make a link of it.

    Names are chosen by strangers and shown in mails to strangers: "evil.example" stays what it is, text. A whole address is left alone.
    """
    return value if _ADDRESS.fullmatch(value) else _LINKABLE.sub(lambda found: f"{found[0]}\u2060", value)


def _text(content: Content, address_line: str, home: str) -> str:
    facts = "\n".join(f"{label}: {value}" for label, value in content.facts)
    link = f"{content.button}:\n{content.url}" if content.url else ""
    foot = "\n".join(line for line in (content.reason, f"CoExAI, {home}", address_line) if line)
    parts = (content.title, *content.body, facts, link, content.note, f"-- \n{foot}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(content: Content, address_line: str, home: str) -> str:
    inner = [
        f'<h1 class="ink" style="margin:0 0 16px;{_DISPLAY};font-size:22px;line-height:28px;font-weight:600;letter-spacing:-0.01em;'
        f'color:#241f1b">{escape(content.title)}</h1>',
        *(_paragraph(line) for line in content.body),
        _facts(content.facts),
        _button(content),
        _paragraph(content.note, quiet=True) if content.note else "",
        _link(content),
    ]
    foot = [
        escape(content.reason),
        f'<a href="{escape(home)}" class="quiet" style="color:#6b665f">{escape(home)}</a>',
        escape(address_line),
    ]
    return _PAGE.format(
        title=escape(content.title),
        preview=escape(content.body[0]),
        inner="\n".join(part for part in inner if part),
        foot="<br>".join(part for part in foot if part),
    )


def _paragraph(text: str, *, quiet: bool = False) -> str:
    if quiet:
        return f'<p class="quiet" style="margin:20px 0 0;{_FONT};font-size:14px;line-height:21px;color:#6b665f">{escape(text)}</p>'
    return f'<p class="body" style="margin:0 0 12px;{_FONT};font-size:16px;line-height:25px;color:#514a44">{escape(text)}</p>'


def _facts(facts: tuple[tuple[str, str], ...]) -> str:
    if not facts:
        return ""
    rows = "".join(
        f'<tr><td class="quiet line" valign="top" style="padding:8px 16px 8px 0;{_FONT};font-size:14px;line-height:20px;color:#6b665f;'
        f'border-bottom:1px solid #e7e5e0;white-space:nowrap">{escape(label)}</td>'
        f'<td class="ink line" valign="top" width="100%" style="padding:8px 0;{_FONT};font-size:14px;line-height:20px;color:#241f1b;'
        f'border-bottom:1px solid #e7e5e0;word-break:break-word">{escape(value)}</td></tr>'
        for label, value in facts
    )
    return (
        '<table class="line" cellpadding="0" cellspacing="0" border="0" width="100%" '
        f'style="margin:8px 0 4px;border-top:1px solid #e7e5e0">{rows}</table>'
    )


def _button(content: Content) -> str:
    if not content.url:
        return ""
    return (
        '<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:20px 0 0"><tr>'
        '<td class="button" bgcolor="#0b4c57" style="border-radius:6px;background-color:#0b4c57;mso-padding-alt:13px 22px">'
        f'<a href="{escape(content.url)}" class="button" style="display:inline-block;padding:13px 22px;border-radius:6px;'
        f'{_FONT};font-size:16px;line-height:20px;font-weight:600;color:#ffffff;background-color:#0b4c57;text-decoration:none">'
        f"{escape(content.button)}</a></td></tr></table>"
    )


def _link(content: Content) -> str:
    if not content.url:
        return ""
    address = escape(content.url)
    return (
        f'<p class="quiet" style="margin:20px 0 0;{_FONT};font-size:13px;line-height:20px;color:#6b665f">'
        "If the button does not work, open this address:<br>"
        f'<a href="{address}" class="link" style="color:#0d6371;word-break:break-all">{address}</a></p>'
    )


# The mark is a square and a circle that overlap; drawn with table cells it would break in half of the clients, so the name stands alone.
_PAGE: Final = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>{{title}}</title>
<style>
:root {{{{ color-scheme: light dark; supported-color-schemes: light dark; }}}}
@media (max-width: 480px) {{{{ .card {{{{ padding: 24px 20px !important; }}}} .pad {{{{ padding: 16px 12px 24px !important; }}}} }}}}
@media (prefers-color-scheme: dark) {{{{
  .page {{{{ background-color: #141210 !important; }}}}
  .card {{{{ background-color: #1b1916 !important; border-color: #2e2a26 !important; }}}}
  .line {{{{ border-color: #2e2a26 !important; }}}}
  .ink {{{{ color: #f2efe9 !important; }}}}
  .body {{{{ color: #c9c4bb !important; }}}}
  .quiet {{{{ color: #9d978d !important; }}}}
  .link {{{{ color: #96d1de !important; }}}}
  .button {{{{ background-color: #96d1de !important; color: #052228 !important; }}}}
}}}}
</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:#f7f6f3;-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">{{preview}}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#f7f6f3">
<tr><td class="pad" align="center" style="padding:32px 16px 40px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px">
<tr><td class="ink" style="padding:0 4px 14px;{_DISPLAY};font-size:18px;line-height:24px;font-weight:700;color:#241f1b">CoExAI</td></tr>
<tr><td class="card" bgcolor="#ffffff" style="padding:32px;background-color:#ffffff;border:1px solid #e7e5e0;border-radius:12px">
{{inner}}
</td></tr>
<tr><td class="quiet" style="padding:16px 4px 0;{_FONT};font-size:12px;line-height:18px;color:#6b665f">{{foot}}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
"""
