"""Runs cases with providers and judges what they make. A pure function: no database, no clock but for the seconds it tells.

Each run is the pipeline that the worker runs; a model is asked through the router as in production. Called by `coexai eval` and tests.
"""

from __future__ import annotations

import mimetypes
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from coexai_app import agents
from coexai_app.agents.pipeline import InputFile, StepContext
from coexai_app.agents.pipeline import run as run_pipeline
from coexai_app.agents.report import Report, Usage
from coexai_app.errors import CoexaiError, InvalidInput
from coexai_app.evals import checks
from coexai_app.evals.expectations import Refused
from coexai_app.evals.files import Named
from coexai_app.evals.providers import Asked, Provider
from coexai_app.evals.reading import Made
from coexai_app.llm.errors import BadAnswer, SpendCapReached
from coexai_app.llm.prices import price_of

# Runs of a model wait for the network; so many wait at the same time.
AT_ONCE: Final = 4


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Ended(StrEnum):
    """`SKIPPED`: not run, for the budget or a missing key."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Failure(_Frozen):
    """A check that does not hold, and why."""

    check: str
    reason: str


class CaseResult(_Frozen):
    """One case with one provider. `error` is why there is no result; `seconds` are told and never judged."""

    case: str
    capability: str
    status: Ended
    checks: int
    failures: tuple[Failure, ...] = ()
    error: str = ""
    points: int = 0
    max_points: int = 0
    unsupported: int = 0
    seconds: float = 0
    usage: Usage = Usage()

    @property
    def passed(self) -> int:
        """How many checks hold."""
        return 0 if self.error else self.checks - len(self.failures)


class ProviderResult(_Frozen):
    """All cases with one provider, in their order. `why_not` says why it was not asked; `priced`: the model's list price is known."""

    provider: str
    model: str
    why_not: str = ""
    priced: bool = True
    cases: tuple[CaseResult, ...] = ()

    @property
    def run(self) -> tuple[CaseResult, ...]:
        return tuple(case for case in self.cases if case.status is not Ended.SKIPPED)

    @property
    def failed(self) -> bool:
        return any(case.status is Ended.FAILED for case in self.cases)


class _Purse:
    """What is left of the budget, in micros of a dollar; None: nobody set one."""

    def __init__(self, budget: int | None) -> None:
        self.left = budget

    def take(self, spent: int) -> None:
        if self.left is not None:
            self.left = max(0, self.left - spent)


def run(
    cases: Sequence[Named],
    providers: Sequence[Provider],
    *,
    budget_micros: int | None = None,
    on_case: Callable[[str, CaseResult], None] = lambda provider, result: None,
) -> tuple[ProviderResult, ...]:
    """Every case with every provider, in their order; `on_case` hears of each in that order, too.

    Cases of a model wait side by side, unless a budget has to be kept: then each run may spend what those before it left, and a case that
    could cost more is skipped.
    """
    purse = _Purse(budget_micros)
    found = []
    for provider in providers:
        if provider.why_not:
            found.append(ProviderResult(provider=provider.name, model=provider.model, why_not=provider.why_not))
            continue
        results = []
        for result in _of(provider, cases, purse):
            on_case(provider.name, result)
            results.append(result)
        priced = provider.model_for is None or price_of(provider.model) is not None
        found.append(ProviderResult(provider=provider.name, model=provider.model, priced=priced, cases=tuple(results)))
    return tuple(found)


def _of(provider: Provider, cases: Sequence[Named], purse: _Purse) -> Iterator[CaseResult]:
    if provider.model_for is None or purse.left is not None:
        yield from (one(named, provider, purse) for named in cases)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(partial(one, provider=provider), cases)


def one(named: Named, provider: Provider, purse: _Purse | None = None) -> CaseResult:
    """One case with one provider. Whatever goes wrong is in the result."""
    left = purse.left if purse else None
    if provider.model_for and left is not None and left <= 0:
        return _ended(named, Ended.SKIPPED, error="Not run: the budget is used up.")
    model = Asked(provider.model_for(left)) if provider.model_for else None
    started = time.perf_counter()
    try:
        result = judged(named, make(named, model))
    except CoexaiError as error:
        result = refused(named, error)
    except Exception as error:  # a fault of ours is a failed case, and the others still run
        result = _ended(named, Ended.FAILED, error=f"Stopped by an error of ours: {type(error).__name__}.")
    seconds = time.perf_counter() - started
    if purse and model:
        purse.take(model.router.spent_micros)
        if any(isinstance(error, SpendCapReached) and error.details.get("cap_micros") == left for error in model.errors):
            result = _ended(named, Ended.SKIPPED, error="Not run to its end: what is left of the budget would not do.")
    return result.model_copy(update={"seconds": round(seconds, 3), "usage": _usage(model)})


def make(named: Named, model: Asked | None = None) -> Report:
    """The report of a case, as the worker would make it. Raises what the pipeline raises, and the model's error where its answers were not
    used: what the builtin engine made in its place says nothing of the model."""
    case = named.case
    skill = case.skill()
    source = {"file": case.source_file} if case.source_file else {"text": case.source}
    context = StepContext(
        model=model,
        open_file=partial(_opened, named.folder),
        business=case.business,
        key=f"eval:{named.id}:{time.time_ns()}" if model else "",
    )
    report = run_pipeline(case.coworker(), skill, skill.parse({**case.input, **source}), context)
    if model and not _wrote(context):
        raise model.errors[-1] if model.errors else BadAnswer("The model's answers were not used: the builtin engine wrote this.")
    return report


def _wrote(context: StepContext) -> bool:
    """Whether the words are the model's: the last step that can say so does; where none can, it was asked and answered."""
    known = [result for result in context.results.values() if "by_model" in type(result).model_fields]
    return bool(getattr(known[-1], "by_model", False)) if known else context.usage.calls > 0


def judged(named: Named, report: Report) -> CaseResult:
    """The verdict on a report."""
    made = Made(report, agents.output_of(report).parts())
    expected = (*named.case.expect, *named.case.parts)
    return _told(named, [(checks.name_of(one_), checks.judge(one_, made)) for one_ in expected], report)


def refused(named: Named, error: CoexaiError) -> CaseResult:
    """The verdict on an error that came in place of a report: a failed case, unless the input had to be refused."""
    refusals = [expected for expected in named.case.expect if isinstance(expected, Refused)]
    if not refusals or not isinstance(error, InvalidInput):
        return _ended(named, Ended.FAILED, error=error.message)
    return _told(named, [(checks.name_of(expected), checks.refusal(expected, error.message)) for expected in refusals])


def _told(named: Named, reasons: Sequence[tuple[str, str]], report: Report | None = None) -> CaseResult:
    failures = tuple(Failure(check=name, reason=reason) for name, reason in reasons if reason)
    return _ended(named, Ended.FAILED if failures else Ended.PASSED, report=report, failures=failures)


def _ended(named: Named, status: Ended, *, report: Report | None = None, failures: tuple[Failure, ...] = (), error: str = "") -> CaseResult:
    return CaseResult(
        case=named.id,
        capability=named.case.capability,
        status=status,
        checks=named.case.checks,
        failures=failures,
        error=error,
        points=report.score.points if report else 0,
        max_points=report.score.max_points if report else 0,
        unsupported=len(report.unsupported) if report else 0,
    )


def _usage(model: Asked | None) -> Usage:
    """What the vendor reported for every call, failed ones included."""
    if model is None:
        return Usage()
    return Usage(
        calls=len(model.router.attempts),
        input_tokens=sum(attempt.tokens.input for attempt in model.router.attempts),
        output_tokens=sum(attempt.tokens.output for attempt in model.router.attempts),
        cost_micros=model.router.spent_micros,
    )


def _opened(folder: Path | None, ref: str) -> InputFile:
    if folder is None:
        raise InvalidInput("The file of this case is not here.", field="file")
    path = folder / ref
    return InputFile(name=path.name, content_type=mimetypes.guess_type(path.name)[0] or "", opened=lambda: nullcontext(path))
