"""Golden cases as pages show them: what the dialog begins with, and the rows of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from coexai_app.evals.expectations import Expected, Fits, InLanguage, Points, Sourced
from coexai_app.models import EvalCase
from coexai_app.views.base import View, count, moment

# What people call a language in a sentence; others by their code.
LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch"}
)


class DraftPart(View):
    """A part of the result as the coworker made it. `verdict` is good, bad, or "" for no word on it; `never` the words that must not come
    back, a line each; `note` why."""

    index: int
    label: str
    text: str
    verdict: str = ""
    never: str = ""
    note: str = ""


class DraftRule(View):
    """Something that may be expected of every later result. `value` names it, `label` says it; `chosen`: the dialog begins with it."""

    value: str
    label: str
    chosen: bool


class CaseDraft(View):
    """What the dialog begins with. `why` says what was filled in, and from where."""

    output_id: str = ""
    name: str = ""
    note: str = ""
    says: str = ""
    never: str = ""
    why: str = ""
    rules: tuple[DraftRule, ...] = ()
    parts: tuple[DraftPart, ...] = ()


class CaseRow(View):
    """A case in the list. `link` leads to the result that it came from, "" where that is gone."""

    id: str
    name: str
    agent: str
    capability_title: str
    checks: str
    words: str
    made_by: str
    created: str
    file: str
    link: str
    can_delete: bool


class CasesView(View):
    """The page. `command` runs the cases where the program is installed."""

    rows: tuple[CaseRow, ...] = ()
    page: int = 1
    pages: int = 1
    label: str = ""
    command: str = ""


def row(case: EvalCase, capability_title: str, made_by: str, tz: str, *, may_delete: bool) -> CaseRow:
    source = str(case.content.get("source", ""))
    return CaseRow(
        id=str(case.id),
        name=case.name,
        agent=case.agent,
        capability_title=capability_title,
        checks=count(case.checks, "check"),
        words=count(len(source.split()), "word"),
        made_by=made_by,
        created=moment(case.created_at, tz),
        file=f"/api/v1/eval-cases/{case.id}/file",
        link=f"/outputs/{case.output_id}" if case.output_id else "",
        can_delete=may_delete,
    )


def rule(expected: Expected, *, chosen: bool) -> DraftRule:
    """An expectation as a tick box; its value is its kind."""
    match expected:
        case Sourced():
            label = "Every claim has a source"
        case Fits():
            label = "Every part fits its limit"
        case InLanguage():
            label = f"It is in {LANGUAGES.get(expected.code, expected.code)}"
        case Points():
            label = f"At least {expected.fewest} of 100 points"
        case _:
            label = str(getattr(expected, "check", ""))
    return DraftRule(value=str(getattr(expected, "check", "")), label=label, chosen=chosen)


def lines(phrases: Sequence[str]) -> str:
    return "\n".join(phrases)
