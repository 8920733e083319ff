"""The whole reference as one page of HTML: the frame, the navigation, the guide, the endpoints, the objects."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from coexai_app.api.openapi import Tree, operations
from coexai_app.api.reference import fields, guide
from coexai_app.api.reference.markup import heading, slug
from coexai_app.api.reference.operations import anchor, answer_schema, article, object_anchor, object_section
from coexai_app.settings import ROOT

# What other services send to us is told by their own documentation.
_LEFT_OUT: Final = "incoming webhooks"
_MARK: Final = (
    '<svg viewBox="0 0 28 28" width=26 height=26 aria-hidden=true><rect class=m1 x=2 y=7.5 width=14.5 height=14.5 rx=3.5 />'
    '<circle class=m2 cx=18.2 cy=12.2 r=7.8 /><path class=m3 d="M16.5 19.81A7.8 7.8 0 0 1 11.936 7.5H13A3.5 3.5 0 0 1 16.5 11z"/></svg>'
)
_HEAD: Final = """<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content="width=device-width,initial-scale=1">
<title>API reference | CoExAI</title><meta name=description content="Every endpoint of CoExAI's API, with examples in curl and Python.">
<meta name=color-scheme content="light dark"><meta name=theme-color content="#f7f6f3">
<link rel=icon href=/icons/favicon.svg type=image/svg+xml>
<link rel=preload href=/fonts/instrument-sans-latin.woff2 as=font type=font/woff2 crossorigin>
<link rel=stylesheet href=/tokens.css><link rel=stylesheet href=/app.css><link rel=stylesheet href=/docs.css>
<script src=/docs.js></script>
"""
_TOP: Final = f"""<a class="skip btn" href=#content>Skip to the content</a>
<header class=top><a class=brand href=/ aria-label="CoExAI, start page">{_MARK}<b>CoExAI</b></a><span class=where>API reference</span>
<button class=btn id=menu type=button aria-expanded=false aria-controls=nav hidden>Contents</button>
<div class=tools><label for=theme class=sr>Theme</label>
<select id=theme hidden><option value=system>System theme<option value=light>Light<option value=dark>Dark</select>
<a class=btn href=/settings/keys>API keys</a></div></header>
"""


def render(made: Tree, origin: str) -> str:
    """The page for a description that `openapi.describe` made, served by the instance at `origin`."""
    schemas = made.get("components", {}).get("schemas", {})
    groups: dict[str, list[tuple[str, str, Tree]]] = {}
    for path, method, operation in operations(made):
        tag = (operation.get("tags") or ["Other"])[0]
        if tag != _LEFT_OUT:
            groups.setdefault(tag, []).append((path, method, operation))
    told = list(guide.sections(origin))
    answers = [name for entries in groups.values() for _, _, operation in entries if (name := answer_schema(operation))]
    shapes = fields.objects(list(dict.fromkeys(answers)), schemas)
    body = [
        "<h1>API reference</h1>",
        *(f'<section class=guide aria-labelledby="{one.anchor}">{one.html}</section>' for one in told),
        *(_group(tag, entries, schemas, origin) for tag, entries in groups.items()),
        heading(2, "Objects", "objects"),
        "<p class=lead>What answers are made of. New fields may be added; treat what you do not know as not there.</p>",
        *(object_section(name, schemas) for name in shapes),
    ]
    main = f"<main id=content tabindex=-1>{''.join(body)}</main>"
    return f"{_HEAD}{_dark()}</head><body>{_TOP}<div class=page>{_nav(told, groups, shapes)}{main}</div></body></html>"


def _dark() -> str:
    """The dark roles of tokens.css for browsers without scripts, which can only follow the system."""
    roles = re.search(r"^\.dark (\{.*?^\})", (ROOT / "assets" / "tokens.css").read_text(encoding="utf-8"), re.M | re.S)
    if roles is None:
        raise LookupError("tokens.css has no block for .dark")
    plain = re.sub(r"/\*.*?\*/", "", roles[1])
    return f"<noscript><style>@media (prefers-color-scheme:dark){{:root{plain}}}</style></noscript>"


def _group(tag: str, entries: list[tuple[str, str, Tree]], schemas: Tree, origin: str) -> str:
    articles = "".join(article(path, method, operation, schemas, origin) for path, method, operation in entries)
    return heading(2, escape(tag), _tag_anchor(tag)) + articles


def _nav(told: list[guide.Section], groups: dict[str, list[tuple[str, str, Tree]]], shapes: list[str]) -> str:
    count = sum(len(entries) for entries in groups.values())
    parts = [_links("Guide", [(one.anchor, escape(one.title), "") for one in told])]
    for tag, entries in groups.items():
        links = [
            (anchor(path, method), f"<span>{escape(operation['summary'])}</span><b class={method}>{_short(method)}</b>", path)
            for path, method, operation in entries
        ]
        parts.append(_links(tag, links, _tag_anchor(tag)))
    parts.append(_links("Objects", [(object_anchor(name), fields.label(name), "") for name in shapes], "objects"))
    return (
        '<nav id=nav aria-label="Contents"><div class=filter hidden><label for=filter class=sr>Filter the endpoints</label>'
        f'<input id=filter type=search placeholder="Filter {count} endpoints" autocomplete=off spellcheck=false><kbd>/</kbd></div>'
        f"<p id=found class=sr role=status></p><p id=none hidden>No endpoint has these words.</p>{''.join(parts)}</nav>"
    )


def _links(title: str, links: list[tuple[str, str, str]], at: str = "") -> str:
    inside = "".join(f'<li><a href="#{where}" data-path="{escape(path)}">{html}</a>' for where, html, path in links)
    name = f'<a href="#{at}">{escape(title)}</a>' if at else escape(title)
    return f"<div class=part><p>{name}</p><ul>{inside}</ul></div>"


def _short(method: str) -> str:
    return "DEL" if method == "delete" else method.upper()


def _tag_anchor(tag: str) -> str:
    return f"group-{slug(tag)}"
