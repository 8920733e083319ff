"""One operation of the reference: what it does and needs on the left, how it is called and what it answers on the right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any, Final

from coexai_app.api.openapi import Tree
from coexai_app.api.reference import examples, fields
from coexai_app.api.reference.fields import Field
from coexai_app.api.reference.markup import code, code_word, heading, inline, paragraphs, sample, slug, table

_PLACES: Final = (("path", "In the path"), ("query", "Query"), ("header", "Headers"))
_CALLERS: Final = {
    "keys": "Any key may do this.",
    "people": "No API key may do this: it takes a person’s <a href=#post-auth-token>access token</a>.",
    "browser": "Only a person in a browser may do this: neither a key nor an access token opens it.",
}
_LANGUAGES: Final = {"application/json": "json", "text/event-stream": "sse", "text/markdown": "markdown"}


def anchor(path: str, method: str) -> str:
    return slug(f"{method} {path.removeprefix('/api/v1')}")


def article(path: str, method: str, operation: Tree, schemas: Tree, base: str) -> str:
    """The HTML of an operation."""
    at = anchor(path, method)
    left = [
        heading(3, escape(operation["summary"]), at),
        f'<p class=route><b class="verb {method}">{method.upper()}</b> <code>{_path(path)}</code></p>',
        paragraphs(operation.get("description", "")),
        _needs(operation),
        *_parameters(operation, schemas),
        *_body(operation, schemas),
        *_answers(operation),
        _errors(operation),
    ]
    asked = examples.request(path, method, operation, schemas)
    right = [sample([code(examples.curl(asked, base), "curl"), code(examples.python(asked, base), "python")]), *_example(operation)]
    return f'<section class=op aria-labelledby="{at}"><div class=say>{"".join(left)}</div><div class=show>{"".join(right)}</div></section>'


def object_section(name: str, schemas: Tree) -> str:
    """The fields of a schema that answers are made of."""
    at = object_anchor(name)
    text = schemas[name].get("description", "")
    rows = _rows(fields.of_object(name, schemas), "Fields", answer=True)
    return f'<section class=shape aria-labelledby="{at}">{heading(3, fields.label(name), at)}{paragraphs(text)}{rows}</section>'


def object_anchor(name: str) -> str:
    return "object-" + slug(re.sub(r"(?<=[a-z])(?=[A-Z])", "-", fields.label(name)))


def answer_schema(operation: Tree) -> str:
    """The name of the schema of the answer, "" for none."""
    for status, answer in operation["responses"].items():
        for content in answer.get("content", {}).values() if status[0] == "2" else ():
            if name := fields.shown(content.get("schema", {})):
                return name
    return ""


def _path(path: str) -> str:
    return re.sub(r"\{\w+\}", lambda found: f"<var>{found[0]}</var>", escape(path).replace("/", "/<wbr>"))


def _needs(operation: Tree) -> str:
    if not operation.get("security", True):
        return "<p class=needs>Needs no key.</p>"
    if scope := operation.get("x-required-scope"):
        return f"<p class=needs>A key needs the scope <a href=#authentication><code>{escape(scope)}</code></a>.</p>"
    return f"<p class=needs>{_CALLERS[operation.get('x-callers', 'keys')]}</p>"


def _parameters(operation: Tree, schemas: Tree) -> list[str]:
    found = []
    for place, title in _PLACES:
        rows = [fields.of_parameter(one, schemas) for one in operation.get("parameters", ()) if one["in"] == place]
        if rows:
            found.append(f"<h4>{title}</h4>{_rows(rows, title)}")
    return found


def _body(operation: Tree, schemas: Tree) -> list[str]:
    body = operation.get("requestBody", {})
    return [
        f"<h4>{'Body, JSON' if kind == 'application/json' else 'Body, a form'}{'' if body.get('required') else ' (optional)'}</h4>"
        f"{paragraphs(_docstring(content['schema'], schemas))}{_rows(fields.of_body(content['schema'], schemas), 'Body')}"
        for kind, content in body.get("content", {}).items()
        if list(fields.of_body(content["schema"], schemas))
    ]


def _answers(operation: Tree) -> list[str]:
    rows = []
    for status, answer in operation["responses"].items():
        if status[0] != "2":
            continue
        name = next((n for c in answer.get("content", {}).values() if (n := fields.shown(c.get("schema", {})))), "")
        kinds = ", ".join(code_word(kind) for kind in answer.get("content", {}) if kind != "application/json")
        what = _link(name, listed=False) if name else "JSON" if "application/json" in answer.get("content", {}) else ""
        said = "" if answer.get("description") == "Successful Response" else inline(answer.get("description", ""))
        rows.append(f"<li><b class=ok>{status}</b> {' '.join(part for part in (what, kinds, said) if part) or 'Nothing comes back.'}")
    return [f"<h4>Answer</h4><ul class=answers>{''.join(rows)}</ul>"]


def _errors(operation: Tree) -> str:
    rows = [
        (status, code_word(name), inline(one["summary"]))
        for status, answer in sorted(operation["responses"].items())
        if status[0] in "45"
        for name, one in answer.get("content", {}).get("application/json", {}).get("examples", {}).items()
    ]
    if not rows:
        return ""
    return (
        f"<details><summary>{len(rows)} errors</summary>{table(('Status', 'Code', 'Meaning'), rows, label='Errors', cls='stack')}</details>"
    )


def _example(operation: Tree) -> list[str]:
    kind = examples.answer_type(operation)
    good = {status: answer for status, answer in operation["responses"].items() if status[0] == "2"}
    status = next((status for status, answer in good.items() if kind in answer.get("content", {})), "")
    shown: Any = good[status]["content"][kind].get("example") if status else None
    if shown is None or (isinstance(shown, str) and shown.startswith("(")):
        return []
    text = shown.rstrip() if isinstance(shown, str) else examples.notation(shown, python=False)
    return [code(text, _LANGUAGES.get(kind, "json" if kind.endswith("json") else "text"), title=f"Answer, {status}")]


def _rows(found: Iterable[Field], title: str, *, answer: bool = False) -> str:
    rows = []
    for field in found:
        name = f"<code>{f'<s>{escape(field.parent)}</s>' if field.parent else ''}{escape(field.name)}</code>"
        if field.required and not answer:
            name += " <em>required</em>"
        kind = _link(field.shape, listed=field.kind.startswith("list of")) if field.shape else escape(field.kind)
        rows.append((name, kind, inline(field.text) + (f"<small>{inline(field.limits)}</small>" if field.limits else "")))
    return table(("Name", "Type", "Meaning and limits"), rows, label=title, cls='"stack fields"')


def _docstring(schema: Tree, schemas: Tree) -> str:
    return str(schemas[name].get("description", "")) if (name := fields.shown(schema)) else ""


def _link(name: str, *, listed: bool) -> str:
    listing = re.fullmatch(r"Listing_(\w+)_", name)
    target = listing[1] if listing else name
    return f'<a href="#{object_anchor(target)}">{escape(fields.label(name, listed=listed))}</a>'
