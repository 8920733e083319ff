"""Writes docs/asvs.md: which requirement of OWASP ASVS 5.0.0 is proved by which test, argued, open, or about something that is not here.

The tests say it themselves with `@pytest.mark.asvs("V9.1.2")`; tests/asvs.csv holds a line for each requirement of the levels 1 and 2.
`python scripts/asvs.py` writes the document, `--check` compares it and prints what is wrong (exit code 1).
"""

from __future__ import annotations

import ast
import csv
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
TABLE: Final = ROOT / "tests" / "asvs.csv"
DOCUMENT: Final = ROOT / "docs" / "asvs.md"
# Of the requirements of levels 1 and 2 that apply, so many of a hundred must be proved by a test.
LEAST: Final = 45
SHOWN: Final = 3
CHAPTERS: Final[Mapping[str, str]] = {
    "V1": "Encoding and sanitising",
    "V2": "Validation and business logic",
    "V3": "Web frontend",
    "V4": "API and web service",
    "V5": "Files",
    "V6": "Authentication",
    "V7": "Sessions",
    "V8": "Authorisation",
    "V9": "Self-contained tokens",
    "V10": "OAuth and OIDC",
    "V11": "Cryptography",
    "V12": "Communication",
    "V13": "Configuration",
    "V14": "Data protection",
    "V15": "Coding and architecture",
    "V16": "Logging and errors",
    "V17": "WebRTC",
}
WORDS: Final[Mapping[str, str]] = {"test": "tested", "argued": "argued", "open": "**open**", "none": "not here"}


@dataclass(frozen=True)
class Requirement:
    """`status`: `test` (a marked test proves it), `argued`, `open`, or `none` when what it is about is not here."""

    id: str
    level: int
    status: str
    line: str

    @property
    def counts(self) -> bool:
        return self.level < 3 and self.status != "none"


def requirements() -> list[Requirement]:
    with TABLE.open(newline="") as file:
        return [Requirement(row["id"], int(row["level"]), row["status"], row["line"]) for row in csv.DictReader(file)]


def collect() -> dict[str, list[str]]:
    """The tests of each marker, read from their decorators; running pytest for it would take half a minute."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text()
        if "mark.asvs(" not in text:
            continue
        for name, ident in _marked(ast.parse(text), path.relative_to(ROOT).as_posix(), ()):
            found[ident].append(name)
    return {ident: sorted(set(tests)) for ident, tests in found.items()}


def _marked(scope: ast.Module | ast.ClassDef, name: str, given: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(test, requirement) of every test in a module or a class, whose own markers are `given` to each."""
    given = [*given, *(ident for node in scope.body if isinstance(node, ast.Assign) for ident in _idents([node.value]))]
    for node in scope.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _marked(node, f"{name}::{node.name}", [*given, *_idents(node.decorator_list)])
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield from ((f"{name}::{node.name}", ident) for ident in (*given, *_idents(node.decorator_list)))


def _idents(marks: Sequence[ast.expr]) -> list[str]:
    calls = [node for mark in marks for node in ast.walk(mark) if isinstance(node, ast.Call)]
    named = [call for call in calls if ast.unparse(call.func) == "pytest.mark.asvs"]
    return [ast.literal_eval(argument) for call in named for argument in call.args]


def problems(known: Sequence[Requirement], tests: Mapping[str, Sequence[str]]) -> list[str]:
    """What the table and the markers say of each other that cannot be."""
    by_id = {requirement.id: requirement for requirement in known}
    found = [
        f"{ident} is marked ({tests[ident][0]}) and stands in no line of {TABLE.name}" for ident in sorted(tests.keys() - by_id.keys())
    ]
    found += [f"{r.id} is said to be tested, and no test names it" for r in known if r.status == "test" and r.id not in tests]
    found += [f"{r.id} is {r.status}, and {tests[r.id][0]} says that it proves it" for r in known if r.status != "test" and r.id in tests]
    found += [f"{r.id} has the unknown status {r.status}" for r in known if r.status not in WORDS]
    found += [f"{r.id} says nothing" for r in known if not r.line.strip()]
    if len(by_id) != len(known):
        found.append("a requirement stands twice")
    if share(known) < LEAST:
        found.append(f"only {share(known)} of 100 applicable requirements of levels 1 and 2 are tested; {LEAST} are the least")
    return found


def share(known: Sequence[Requirement]) -> int:
    """Tested ones of a hundred applicable ones of levels 1 and 2, rounded down."""
    counted = [requirement for requirement in known if requirement.counts]
    return 100 * sum(r.status == "test" for r in counted) // max(1, len(counted))


def document(known: Sequence[Requirement], tests: Mapping[str, Sequence[str]]) -> str:
    counted = [requirement for requirement in known if requirement.counts]
    number = {status: sum(r.status == status for r in counted) for status in ("test", "argued", "open")}
    absent = sum(r.level < 3 and r.status == "none" for r in known)
    lines = [
        "# OWASP ASVS 5.0.0, levels 1 and 2",
        "",
        "Made by `scripts/asvs.py` from the markers of the tests and `tests/asvs.csv`; do not edit it. The numbers are those of the OWASP",
        "Application Security Verification Standard 5.0.0 (CC BY-SA 4.0), where the requirements can be read; the lines here are our own.",
        "",
        f"Of {len(counted) + absent} requirements {len(counted)} are about something that is here: "
        f"**{number['test']} are proved by tests ({share(known)} of 100)**, {number['argued']} are argued, {number['open']} are open.",
        "",
        "| chapter | apply | tested | argued | open |",
        "|---|---|---|---|---|",
    ]
    for chapter, title in CHAPTERS.items():
        own = [r for r in counted if r.id.startswith(f"{chapter}.")]
        cells = (sum(r.status == status for r in own) for status in ("test", "argued", "open"))
        lines.append(f"| {chapter} {title} | {len(own)} | {' | '.join(str(cell) for cell in cells)} |")
    for chapter, title in CHAPTERS.items():
        lines += ["", f"## {chapter} {title}", "", "| requirement | level | state | why |", "|---|---|---|---|"]
        lines += [_row(r, tests.get(r.id, ())) for r in known if r.id.startswith(f"{chapter}.")]
    return "\n".join(lines) + "\n"


def _row(requirement: Requirement, tests: Sequence[str]) -> str:
    named = [f"`{name.removeprefix('tests/')}`" for name in tests[:SHOWN]]
    if len(tests) > SHOWN:
        named.append(f"and {len(tests) - SHOWN} more")
    why = f"{requirement.line} {', '.join(named)}".strip().replace("|", "\\|")
    return f"| {requirement.id} | {requirement.level} | {WORDS[requirement.status]} | {why} |"


def main(arguments: Sequence[str]) -> int:
    known, tests = requirements(), collect()
    wrong = problems(known, tests)
    made = document(known, tests)
    if "--check" not in arguments:
        DOCUMENT.write_text(made)
    elif not DOCUMENT.exists() or DOCUMENT.read_text() != made:
        wrong.append(f"{DOCUMENT.name} is stale. Make it anew: python scripts/asvs.py")
    sys.stdout.write("\n".join(wrong) + "\n" if wrong else f"{share(known)} of 100 applicable requirements of levels 1 and 2 are tested\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
