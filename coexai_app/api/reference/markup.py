"""Small pieces of HTML for the reference: running text from Markdown, tables, boxes of code. Everything that is put in is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Final

from coexai_app.api.reference.highlight import colour

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# Taller boxes scroll, and what scrolls must be reachable with the keyboard.
_TALL: Final = 26
_NAMES: Final = {"curl": "curl", "python": "Python", "json": "JSON", "console": "Shell", "markdown": "Markdown"}


def inline(text: str) -> str:
    """A line of Markdown: code, links, emphasis."""
    return str(_parser().renderInline(" ".join(text.split())))


def paragraphs(text: str) -> str:
    """Blocks of Markdown without headings."""
    return str(_parser().render(text))


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, label: str, cls: str = "") -> str:
    """A table; its cells are HTML already."""
    top = "".join(f"<th scope=col>{one}" for one in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in rows)
    return f'<table aria-label="{escape(label)}"{f" class={cls}" if cls else ""}><thead><tr>{top}<tbody>{body}</table>'


def code(text: str, language: str, *, title: str = "") -> str:
    """A box of code. docs.js puts the button that copies it into its bar."""
    name = title or _NAMES.get(language, language)
    tall = f' tabindex=0 role=region aria-label="{escape(name)}"' if text.count("\n") >= _TALL else ""
    bar = f"<div class=bar><span>{escape(name)}</span></div>" if name else ""
    return f'<div class=code data-lang="{escape(language)}">{bar}<pre{tall}><code>{colour(text, language)}</code></pre></div>'


def sample(boxes: Iterable[str]) -> str:
    """The same call in several languages, of which one is shown where scripts run."""
    return f"<div class=sample>{''.join(boxes)}</div>"


def heading(level: int, text: str, anchor: str) -> str:
    """A heading with a link to itself."""
    plain = re.sub(r"<[^>]+>", "", text)
    return f'<h{level} id="{anchor}">{text} <a class=here href="#{anchor}" aria-label="Link to {plain}">#</a></h{level}>'


def code_word(text: str) -> str:
    return f"<code>{escape(text, quote=False)}</code>"


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")
