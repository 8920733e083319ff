"""Measures the claim ledger on what every capability's builtin engine writes.

    python benchmarks/claims_outputs.py [DATA_FOLDER] [SEED] [-v] [--json]

Every source of tests/data becomes an output of each capability that can make one of it; an unsupported claim of such an output is a false
alarm. Then each kind of fault is put into the output once, seeded, and judged as a person's edit is (`Capability.review`): a fault without
a new alarm in its part is a miss. The faults are made with patterns of their own (`claims_faults`), never with the ledger's finders.
With a DATA_FOLDER that holds `article-extraction/ground-truth.json` its articles come too; every second one is held out: it is counted
apart, and `-v` shows the misses of the others only, so that nobody mends the ledger for it. `--json` prints the figures alone.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.claims_faults import FAULTS, Changed, Names
from coexai_app.agents import AGENTS, output_of
from coexai_app.agents.maya import layout
from coexai_app.agents.parts import PartKind, Words
from coexai_app.agents.pipeline import Agent, Capability, StepContext, run
from coexai_app.agents.report import Claim, ClaimStatus, Report
from coexai_app.errors import CoexaiError

TESTS = Path(__file__).resolve().parents[1] / "tests" / "data"
SKILLS: dict[str, tuple[Agent, Capability]] = {slug: (a, skill) for a in AGENTS.values() for slug, skill in a.capabilities.items()}


class Page(NamedTuple):
    """A fetched page, as `StepContext.fetch` returns it."""

    url: str
    content_type: str
    data: bytes


class Given(NamedTuple):
    """A source: `which` set it belongs to, its text, and the address it is read from ("" for a pasted text)."""

    which: str
    name: str
    text: str
    url: str = ""


class Made(NamedTuple):
    """What a capability made of a source. `texts` are its parts without what a formatter adds to them."""

    name: str
    report: Report
    texts: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    outputs: int = 0
    claims: int = 0
    false: int = 0
    made: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found.total() / max(1, self.made.total())


def own_sources() -> list[Given]:
    """The project's own: posts, letters, sources full of figures, talks."""
    found = [Given("own", p.name, p.read_text(encoding="utf-8"), f"https://posts.example/blog/{p.stem}?page=2") for p in _files("posts")]
    found += [Given("own", p.name, p.read_text(encoding="utf-8")) for name in ("letters", "trials", "talks") for p in _files(name)]
    for path in sorted(TESTS.glob("claims/*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        found.append(Given("own", path.name, f"# {data['title']}\n\n{data['text']}", data["url"]))
    return found


def _files(folder: str) -> list[Path]:
    return sorted(p for p in (TESTS / folder).iterdir() if p.suffix in (".md", ".txt"))


def articles(folder: str) -> list[Given]:
    rows = json.loads((Path(folder) / "article-extraction" / "ground-truth.json").read_text(encoding="utf-8"))
    return [Given("held out" if i % 2 else "seen", k[:8], a["articleBody"], a["url"]) for i, (k, a) in enumerate(sorted(rows.items()))]


def made_of(slug: str, given: Given) -> Made | None:
    """The capability's output; None when it says that this source is not for it."""
    agent, skill = SKILLS[slug]
    context = StepContext(fetch=lambda address: Page(address, "text/plain; charset=utf-8", given.text.encode()))
    plain = {name: value for name, value in skill.example.items() if name not in ("text", "url", "file")}
    source = {"url": given.url} if given.url else {"text": given.text}
    try:
        report = run(agent, skill, skill.parse({**plain, **source}), context)
    except CoexaiError:
        return None
    parts = output_of(report).parts()
    return Made(given.name, report, tuple(layout.words_of(p.text) if p.kind is PartKind.POST else p.text for p in parts))


def alarms(made: Made, number: int, text: str) -> list[Claim]:
    """The claims without a source in a part that a person has changed."""
    output = output_of(made.report)
    words = [Words(p.text, i) for i, p in enumerate(output.parts())]
    words[number] = Words(words[number].text.replace(made.texts[number], text, 1), number)
    review = SKILLS[made.report.capability][1].review(made.report, output.rewritten(words).model_dump(mode="json"))
    return [c for c in review.claims if c.status is ClaimStatus.UNSUPPORTED and c.part == number]


def mutants(made: Made, rng: random.Random, kinds: Sequence[str] = tuple(FAULTS)) -> Iterator[tuple[str, int, Changed]]:
    """One fault of each kind in a part of the output; a sentence that the source has by chance is no fault."""
    text = made.report.source.text
    known, said = Names.of(text), " ".join(text.split())
    for kind in kinds:
        for number in rng.sample(range(len(made.texts)), len(made.texts)):
            changed = FAULTS[kind](made.texts[number], rng, known)
            if changed and changed.text != made.texts[number] and not _true(changed, said):
                yield kind, number, changed
                break


def _true(changed: Changed, said: str) -> bool:
    """Whether the source says the changed words within the four words around them on each side."""
    left, middle, right = changed.text[: changed.start], changed.text[changed.start : changed.end], changed.text[changed.end :]
    around = [*re.findall(r"\S*\s*", left)[-5:], middle, *re.findall(r"\s*\S*", right)[:5]]
    return " ".join("".join(around).split()).strip(" .,") in said


def judge(made: Made, tally: Tally, rng: random.Random, kinds: Sequence[str] = tuple(FAULTS)) -> None:
    """Adds one output, its false alarms and its faults to the tally."""
    tally.outputs += 1
    tally.claims += len(made.report.claims)
    wrong = made.report.unsupported
    tally.false += len(wrong)
    tally.alarms += [f"{made.report.capability} {made.name} {c.kind.value} {c.text!r} ({c.reason})" for c in wrong]
    before = Counter((c.part, c.text) for c in wrong)
    for kind, number, changed in mutants(made, rng, kinds):
        new = [c for c in alarms(made, number, changed.text) if not before[(c.part, c.text)]]
        tally.made[kind] += 1
        tally.found[kind] += bool(new)
        tally.exact[kind] += any(c.start <= changed.end and changed.start <= c.end for c in new)
        if not new:
            window = changed.text[max(0, changed.start - 70) : changed.end + 50]
            told = f"{changed.was!r} → {changed.text[changed.start : changed.end]!r} | {window!r}"
            tally.missed.append(f"{made.report.capability} {made.name} {kind} {told}")


def measure(sources: Sequence[Given], seed: int, verbose: bool) -> dict[tuple[str, str], Tally]:
    """Tallies by set and capability."""
    tallies: dict[tuple[str, str], Tally] = {}
    for given in sources:
        for slug in SKILLS:
            made = made_of(slug, given)
            if made is None:
                continue
            tally = tallies.setdefault((given.which, slug), Tally())
            missed, false = len(tally.missed), len(tally.alarms)
            judge(made, tally, random.Random(f"{seed}:{slug}:{made.name}"))
            if verbose and given.which != "held out":
                print("\n".join([*(f"FALSE {x}" for x in tally.alarms[false:]), *(f"MISS {x}" for x in tally.missed[missed:])] or [""]))
    return tallies


def main() -> None:
    folders = [a for a in sys.argv[1:] if not a.isdigit() and not a.startswith("-")]
    seed = next((int(a) for a in sys.argv[1:] if a.isdigit()), 1)
    tallies = measure([*own_sources(), *(articles(folders[0]) if folders else ())], seed, "-v" in sys.argv)
    if "--json" in sys.argv:
        rows = [
            {
                "set": w,
                "capability": slug,
                "outputs": t.outputs,
                "claims": t.claims,
                "false": t.false,
                "faults": t.made.total(),
                "found": t.found.total(),
            }
            for (w, slug), t in tallies.items()
        ]
        print(json.dumps(rows, indent=1))
        return
    for (which, slug), t in tallies.items():
        print(
            f"{which:9}{slug:25}{t.outputs:4} outputs {t.claims:6} claims {t.false:4} false alarms ({t.false / max(t.claims, 1):.2%})"
            f"{t.made.total():6} faults, {t.recall:.1%} found"
        )
    sets = list(dict.fromkeys(which for which, _ in tallies))
    print(f"\n{'fault':18}" + "".join(f"{which:>22}" for which in sets) + "      all   at the fault itself")
    for kind in (*FAULTS, "all"):
        kinds = [kind] if kind != "all" else list(FAULTS)
        cells = [
            tuple(
                sum(getattr(t, name)[k] for (w, _), t in tallies.items() if w == which for k in kinds)
                for name in ("made", "found", "exact")
            )
            for which in sets
        ]
        made, found, exact = (sum(cell[i] for cell in cells) for i in range(3))
        if made:
            row = "".join(f"{f:>9} of {m:<4}{f / m:>6.0%}" if m else f"{'':>22}" for m, f, _ in cells)
            print(f"{kind:18}{row}  {found / made:7.1%}   {exact / made:.1%}")


if __name__ == "__main__":
    main()
