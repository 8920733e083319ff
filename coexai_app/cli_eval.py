"""`coexai eval maya`: golden cases with the builtin engine and every configured model. `cli.py` adds it to its commands.

Exit codes: 0 all holds, 1 a case fails with the builtin engine or with a provider that was named, 2 the command or a case file is wrong.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from coexai_app.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from coexai_app.evals.files import Named
    from coexai_app.evals.runner import CaseResult, ProviderResult

_MICROS: Final = re.compile(r"\d{1,12}", re.ASCII)
_MONEY: Final = re.compile(r"(?:[$€])?(\d{1,6}(?:\.\d{1,6})?)(?:usd|eur)?", re.IGNORECASE | re.ASCII)


def add(commands: Any) -> None:
    """Adds `eval` to the parser of `coexai`."""
    command = commands.add_parser(
        "eval",
        help="run the golden cases and compare providers",
        description="Runs golden cases with the builtin engine and every configured model, and compares quality, cost and time.",
        epilog="Exit code 0: all holds; 1: a case fails with the builtin engine or a named provider; 2: a case file cannot be read.",
    )
    command.add_argument("agent", help="maya")
    command.add_argument("--only", action="append", default=[], metavar="SLUG", help="only this capability; may be given again")
    command.add_argument("--case", action="append", default=[], metavar="ID", help="only this case; may be given again")
    command.add_argument("--provider", action="append", default=[], metavar="NAME", help="only this provider, such as builtin or openai")
    command.add_argument("--cases", type=Path, metavar="FOLDER", help="the cases of this folder in place of those that come along")
    command.add_argument("--organization", type=UUID, metavar="ID", help="the cases that this organisation keeps, too")
    command.add_argument(
        "--budget", type=budget, metavar="MONEY", help="the most that models may cost: micros of a dollar, or an amount such as 0.50usd"
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write all results here, too")
    command.set_defaults(run=_eval)


def budget(text: str) -> int:
    """Micros of a dollar: a whole number is that, "0.50usd", "$0.50" or "0.50eur" an amount. Prices are in dollars, and without a rate of
    exchange a euro counts as one: less than it has bought in twenty years."""
    if _MICROS.fullmatch(text):
        return int(text)
    if found := _MONEY.fullmatch(text.strip()):
        return round(float(found[1]) * 1_000_000)
    raise argparse.ArgumentTypeError(f"“{text}” is no amount. Write micros of a dollar, or an amount such as 0.50usd.")


def _eval(options: argparse.Namespace) -> int:
    from coexai_app import settings
    from coexai_app.evals import providers, runner, telling

    config = settings.get()
    asked = providers.chosen(providers.configured(config), options.provider)
    cases = _cases(options, settings.ROOT)
    progress = _Progress(len(cases) * sum(not provider.why_not for provider in asked))
    results = runner.run(cases, asked, budget_micros=options.budget, on_case=progress)
    print(telling.table(results))
    lines = list(telling.problems(results))
    if lines:
        print("\n" + "\n".join(lines))
    if options.json is not None:
        _write(options.json, results)
    return 1 if any(_counts(result, options.provider) for result in results) else 0


def _cases(options: argparse.Namespace, root: Path) -> tuple[Named, ...]:
    """The cases that are asked for, each id once. Raises InvalidInput, NotFound."""
    from coexai_app.evals import files

    folder = options.cases if options.cases is not None else root / "evals" / options.agent
    if options.cases is None and not re.fullmatch(r"[a-z]{1,32}", options.agent):
        raise NotFound(f"There is no coworker named “{options.agent}”.")
    found = [*files.read_folder(folder), *(_kept(options.organization) if options.organization else ())]
    found = [named for named in found if named.case.agent == options.agent]
    if options.only:
        known = dict.fromkeys(named.case.capability for named in found)
        if strange := next((slug for slug in options.only if slug not in known), None):
            raise NotFound(f"No case is for “{strange}”. There are cases for: {', '.join(known)}.")
        found = [named for named in found if named.case.capability in options.only]
    if options.case:
        ids = {named.id for named in found}
        if strange := next((id_ for id_ in options.case if id_ not in ids), None):
            raise NotFound(f"There is no case “{strange}”.")
        found = [named for named in found if named.id in options.case]
    if not found:
        raise NotFound(f"There is no case for {options.agent} there.")
    return tuple(found)


def _kept(organization_id: UUID) -> tuple[Named, ...]:
    from coexai_app import db
    from coexai_app.services import eval_cases

    with db.reading() as session:
        return eval_cases.of_organization(session, organization_id=organization_id)


def _counts(result: ProviderResult, named: list[str]) -> bool:
    """Whether what fails here makes the command fail."""
    from coexai_app.evals.providers import BUILTIN

    asked = result.provider in named
    return (result.provider == BUILTIN or asked) and (result.failed or (asked and bool(result.why_not)))


def _write(path: Path, results: tuple[ProviderResult, ...]) -> None:
    import json

    try:
        path.write_text(json.dumps([result.model_dump(mode="json") for result in results], ensure_ascii=False, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from None


class _Progress:
    """A counter on a terminal, nothing elsewhere; on stderr."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0

    def __call__(self, provider: str, result: CaseResult) -> None:
        self.done += 1
        if sys.stderr.isatty():
            line = f"\r\x1b[2K{self.done}/{self.total} {provider} {result.case}"
            print(line, end="\r\x1b[2K" if self.done == self.total else "", file=sys.stderr, flush=True)
