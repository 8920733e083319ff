"""The results of cases as people read them: a table with a row for each provider, and a line for each check that does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from coexai_app.evals.runner import CaseResult, Ended, ProviderResult

_HEAD: Final = ("Provider", "Model", "Cases", "Checks", "Points", "No source", "Seconds", "Tokens", "Cost")
_NUMBERS_FROM: Final = 2


def table(results: Sequence[ProviderResult]) -> str:
    """Quality, cost and time of each provider; those that could not be asked say why below."""
    rows = [_HEAD, *(_row(result) for result in results if not result.why_not)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(_cell(cell, widths[i], i) for i, cell in enumerate(row)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    lines += [f"{result.provider}: not asked. {result.why_not}" for result in results if result.why_not]
    if any(not result.priced for result in results):
        lines.append("~ the list price of this model is not known: counted at the price that the spending cap assumes.")
    return "\n".join(lines)


def problems(results: Sequence[ProviderResult]) -> Iterator[str]:
    """One line for each check that does not hold, each case without a result, and each that was skipped."""
    for result in results:
        for case in result.cases:
            yield from (f"{result.provider}  {case.case}  {line}" for line in _lines(case))


def _lines(case: CaseResult) -> Iterator[str]:
    if case.error:
        yield f"{'skipped' if case.status is Ended.SKIPPED else 'error'}: {_one(case.error)}"
    yield from (f"{failure.check}: {_one(failure.reason)}" for failure in case.failures)


def _row(result: ProviderResult) -> tuple[str, ...]:
    ran = result.run
    scored = [case for case in ran if case.max_points]
    points = sum(100 * case.points / case.max_points for case in scored) / len(scored) if scored else 0
    skipped = len(result.cases) - len(ran)
    tokens = sum(case.usage.input_tokens + case.usage.output_tokens for case in ran)
    return (
        result.provider,
        result.model,
        f"{sum(case.status is Ended.PASSED for case in ran)} of {len(ran)}" + (f" ({skipped} skipped)" if skipped else ""),
        f"{sum(case.passed for case in ran)} of {sum(case.checks for case in ran)}",
        f"{points:.1f}" if scored else "-",
        f"{sum(case.unsupported for case in ran)}",
        f"{sum(case.seconds for case in result.cases):.1f}",
        f"{tokens:,}" if tokens else "-",
        _cost(sum(case.usage.cost_micros for case in result.cases), known=result.priced),
    )


def _cost(micros: int, *, known: bool) -> str:
    return "-" if not micros else f"{'' if known else '~'}${micros / 1_000_000:.4f}"


def _cell(text: str, width: int, column: int) -> str:
    return text.ljust(width) if column < _NUMBERS_FROM else text.rjust(width)


def _one(text: str) -> str:
    return " ".join(text.split())
