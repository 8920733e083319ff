"""The sections before the endpoints: the words of docs/api.md and docs/webhooks.md, with the tables of the program itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from coexai_app import errors
from coexai_app.api.documented import says
from coexai_app.api.reference.markup import code, code_word, heading, inline, slug, table
from coexai_app.plans import MEGABYTE, PLANS
from coexai_app.scopes import SCOPES
from coexai_app.services import webhook_events
from coexai_app.settings import ROOT

if TYPE_CHECKING:
    from markdown_it.token import Token

DOCS: Final = ROOT / "docs"
# Which headings of which file, in the order of the page.
_API: Final = (
    "Authentication",
    "From an input to a result",
    "From a result to a yes",
    "Events",
    "Lists",
    "Idempotency",
    "Limits",
    "Errors",
)
_HOOKS: Final = ("What CoExAI tells you", "Check the signature", "Answer")
_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "What CoExAI tells you": "Webhooks",
        "Check the signature": "Webhook signatures",
        "Answer": "Webhook deliveries",
        "Lists": "Pagination",
        "Limits": "Rate limits",
    }
)
_START: Final = """
The API is at `{origin}/api/v1`. It takes and answers JSON, and every call is made with a key.

1. Make a key under [API keys]({origin}/settings/keys). It is shown once; a test key (`cxa_test_…`) is never charged.
2. Put it where your program keeps its secrets, and tell your shell:

```console
export COEXAI_KEY=cxa_test_…
curl "{origin}/api/v1/me" -H "Authorization: Bearer $COEXAI_KEY"
```

3. The answer says who the key belongs to and what it may do. Then [start a job](#post-agents-agent-jobs).

The examples of this page are curl and Python with [httpx](https://www.python-httpx.org). Names in capitals, such as `JOB_ID`, stand for
what an earlier answer told. All of it for programs: [openapi.json](/api/openapi.json).
"""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the guide: HTML with its heading."""

    anchor: str
    title: str
    html: str


def sections(origin: str) -> Iterator[Section]:
    """Getting started, then the chapters of the documentation."""
    yield _section("Getting started", _START.format(origin=origin), origin)
    for name, chosen in (("api.md", _API), ("webhooks.md", _HOOKS)):
        parts = _parts(DOCS / name)
        for title in chosen:
            yield _section(_TITLES.get(title, title), parts[title], origin)


def _section(title: str, text: str, origin: str) -> Section:
    anchor = slug(title)
    # The documents speak of an instance somewhere; this page is served by one.
    text = text.replace("$COEXAI_URL", origin)
    return Section(anchor, title, heading(2, title, anchor) + _html(text))


def _parts(file: Path) -> dict[str, str]:
    """The document by its headings of the second and third rank."""
    found = re.split(r"^#{2,3} (.+)$", file.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(found[1::2], found[2::2], strict=True))


def _html(text: str) -> str:
    """Markdown with our boxes of code, and with a table of the program's own where the document has its copy."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("fence", lambda _self, tokens, at, *_: code(_shell(tokens[at].content.rstrip()), tokens[at].info or "text"))
    return str(parser.renderer.render(list(_own_tables(parser.parse(text))), parser.options, {}))


def _shell(text: str) -> str:
    """Without the prompts, so that it can be copied."""
    return re.sub(r"^\$ ", "", text, flags=re.M)


def _own_tables(tokens: list[Token]) -> Iterator[Token]:
    from markdown_it.token import Token

    made: str | None = None
    for at, token in enumerate(tokens):
        if token.type == "table_open":
            made = TABLES.get(tokens[at + 4].content, _none)()
        if made and token.type == "table_close":
            yield Token("html_block", "", 0, content=made)
            made = None
        elif not made:
            yield token


def _none() -> str:
    return ""


def _scopes() -> str:
    rows = [(code_word(scope.value), grant.sentence, f"{grant.role.value}s") for scope, grant in SCOPES.items()]
    return table(("Scope", "Allows", "Handed out by"), rows, label="Scopes")


def _errors() -> str:
    rows = [(code_word(name), str(kind.status), inline(says(kind))) for name, kind in errors.table().items()]
    return table(("Code", "Status", "Meaning"), rows, label="Error codes", cls="stack")


def _plans() -> str:
    rows = [
        (
            plan.label,
            f"{plan.requests_per_minute:,}",
            str(plan.concurrent_jobs),
            f"{plan.max_file_bytes // MEGABYTE} MB",
            "yes" if plan.api else "no",
        )
        for plan in PLANS.values()
    ]
    return table(("Plan", "Calls a minute", "Jobs at once", "Largest file", "API keys"), rows, label="Plans")


def _events() -> str:
    def fields(data: Mapping[str, Any]) -> str:
        return " ".join(code_word(name) for name in data)

    rows = [(code_word(name), kind.sentence, fields(kind.example)) for name, kind in webhook_events.TYPES.items()]
    rows.append((code_word(webhook_events.TEST), "Somebody sent a test, whatever the filter.", code_word("endpoint_id")))
    return table(("Type", "When", "Fields of data"), rows, label="Event types", cls="stack")


# By the first word of the head of the document's table.
TABLES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType({"scope": _scopes, "code": _errors, "plan": _plans, "type": _events})
