"""Results to judge: one made by the builtin engine for each kind, and the same with other words, claims or checks."""

from __future__ import annotations

import functools
from typing import Any

from coexai_app import agents
from coexai_app.agents.parts import Words
from coexai_app.agents.report import Claim, ClaimKind, ClaimStatus, Report
from coexai_app.evals import files, runner
from coexai_app.evals.files import Named
from coexai_app.evals.reading import Made
from coexai_app.settings import ROOT

FOLDER = ROOT / "evals" / "maya"


@functools.cache
def cases() -> tuple[Named, ...]:
    return files.read_folder(FOLDER)


def named(id_: str) -> Named:
    return next(one for one in cases() if one.id == id_)


@functools.cache
def report(id_: str) -> Report:
    return runner.make(named(id_))


def made(source: Report) -> Made:
    return Made(source, agents.output_of(source).parts())


def with_words(source: Report, texts: dict[int, str]) -> Report:
    """The report with other words in these parts; "" takes one away."""
    output = agents.output_of(source)
    words = [Words(text, i) for i, part in enumerate(output.parts()) if (text := texts.get(i, part.text))]
    return source.model_copy(update={"output": output.rewritten(words).model_dump(mode="json")})


def with_claim(source: Report, text: str, kind: ClaimKind = ClaimKind.NUMBER) -> Report:
    """The report with one more claim that has no source."""
    claim = Claim(text=text, kind=kind, status=ClaimStatus.UNSUPPORTED, reason="no such number in the source")
    return source.model_copy(update={"claims": (*source.claims, claim)})


def with_check(source: Report, id_: str, **change: Any) -> Report:
    checks = tuple(check.model_copy(update=change) if check.id == id_ else check for check in source.checks)
    return source.model_copy(update={"checks": checks})
