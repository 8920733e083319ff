"""/api/docs: the description as one page of plain HTML, made here from the same data. No script and nothing from elsewhere."""

from __future__ import annotations

import json
from html import escape
from typing import Any, Final

from coexai_app.api.openapi import Tree, operations

_STYLE: Final = """
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem}details{border:1px solid #8886;border-radius:8px;margin:.5rem 0;padding:.5rem .9rem}summary{cursor:pointer}
pre{overflow:auto;background:#8881;padding:.75rem;border-radius:6px;font-size:.85rem}code{font-family:ui-monospace,monospace}
table{border-collapse:collapse;display:block;overflow:auto}
td,th{border-bottom:1px solid #8884;padding:.3rem .8rem .3rem 0;text-align:left;vertical-align:top}
.verb{display:inline-block;min-width:4.5rem;font-weight:600}.scope{color:#777;font-size:.9rem}
"""


def render(made: Tree) -> str:
    """The page for a description that `openapi.describe` made."""
    groups: dict[str, list[str]] = {}
    for path, method, operation in operations(made):
        groups.setdefault((operation.get("tags") or ["Other"])[0], []).append(_operation(path, method, operation))
    parts = [f'<h2 id="{escape(_anchor(tag))}">{escape(tag)}</h2>{"".join(entries)}' for tag, entries in groups.items()]
    menu = " · ".join(f'<a href="#{escape(_anchor(tag))}">{escape(tag)}</a>' for tag in groups)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(made['info']['title'])}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(made['info']['title'])}</h1>{_text(made['info'].get('description', ''))}"
        f'<p>The same for programs: <a href="/api/openapi.json">openapi.json</a></p><nav>{menu}</nav>{"".join(parts)}</main></body></html>'
    )


def _operation(path: str, method: str, operation: Tree) -> str:
    scope = operation.get("x-required-scope")
    lines = [_text(operation.get("description", ""))]
    if parameters := operation.get("parameters"):
        rows = "".join(
            f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p['in'])}{', required' if p.get('required') else ''}</td>"
            f"<td>{_inline(p.get('description', p.get('schema', {}).get('description', '')))}</td></tr>"
            for p in parameters
        )
        lines.append(f"<table><tr><th>parameter</th><th>where</th><th>meaning</th></tr>{rows}</table>")
    lines += [_example(f"Body, {kind}", body) for kind, body in operation.get("requestBody", {}).get("content", {}).items()]
    for status, answer in operation["responses"].items():
        lines.append(f"<h4>{escape(str(status))}</h4><p>{_inline(answer.get('description', ''))}</p>")
        if status.startswith("2"):
            lines += [_example(kind, body) for kind, body in answer.get("content", {}).items()]
    return (
        f'<details><summary><code class="verb">{method.upper()}</code><code>{escape(path)}</code> {escape(operation.get("summary", ""))}'
        f"{f' <span class=scope>{escape(scope)}</span>' if scope else ''}</summary>{''.join(lines)}</details>"
    )


def _example(title: str, body: Tree) -> str:
    shown: Any = body.get("example")
    text = shown if isinstance(shown, str) else json.dumps(shown, indent=2, ensure_ascii=False)
    return f"<p>{escape(title)}</p><pre><code>{escape(text)}</code></pre>"


def _text(markdown: str) -> str:
    """Paragraphs and tables, which is all that our descriptions use."""
    found = []
    for block in markdown.split("\n\n"):
        lines = block.strip().splitlines()
        if lines and lines[0].startswith("|"):
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("|---")]
            found.append(f"<table>{''.join('<tr>' + ''.join(f'<td>{_inline(c)}</td>' for c in row) + '</tr>' for row in rows)}</table>")
        elif lines:
            found.append(f"<p>{_inline(' '.join(lines))}</p>")
    return "".join(found)


def _inline(text: str) -> str:
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces))


def _anchor(tag: str) -> str:
    return tag.lower().replace(" ", "-")
