"""Measures the claim ledger on what the builtin pipeline writes: `python benchmarks/claims_outputs.py DATA_FOLDER [SEED] [-v]`.

DATA_FOLDER holds `article-extraction/ground-truth.json`. Every article and every post of tests/data becomes a thread; an unsupported
claim of a thread is a false alarm. Then each kind of fault is put into a thread once, seeded: a fault without a new alarm in its post
is a miss. The faults are made with patterns of their own (`claims_faults`), never with the ledger's finders. Every second article is
held out: it is counted apart, and `-v` shows the misses of the others only, so that nobody mends the ledger for it.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from claims_faults import FAULTS, Changed, Names

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coexai_app.agents import AGENTS
from coexai_app.agents.maya import kept, layout
from coexai_app.agents.pipeline import StepContext, run
from coexai_app.agents.report import Claim, ClaimStatus
from coexai_app.agents.text.claims import ledger
from coexai_app.errors import CoexaiError
from coexai_app.extract.document import Document

TESTS = Path(__file__).parent.parent / "tests" / "data"


class Page(NamedTuple):
    """A fetched page, as `StepContext.fetch` returns it."""

    url: str
    content_type: str
    data: bytes


class Thread(NamedTuple):
    """The posts of one source, without their numbers."""

    name: str
    source: Document
    posts: list[str]
    also: dict[str, str]


@dataclass(slots=True)
class Tally:
    threads: int = 0
    claims: int = 0
    false: int = 0
    made: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)


def thread_of(name: str, text: str, url: str) -> Thread:
    agent = AGENTS["maya"]
    capability = agent.capabilities["blog-to-thread"]
    context = StepContext(fetch=lambda address: Page(address, "text/plain; charset=utf-8", text.encode()))
    report = run(agent, capability, capability.parse({"url": url} if url else {"text": text}), context)
    return Thread(
        name, kept.document(report), [layout.words_of(p["text"]) for p in report.output["posts"]], {"input.url": url} if url else {}
    )


def threads(folder: str) -> Iterator[tuple[str, Thread]]:
    """(set, thread): the project's own posts, the articles that were looked at, and the held-out ones."""
    own = [(p.name, p.read_text(encoding="utf-8"), f"https://posts.example/blog/{p.stem}?page=2") for p in sorted(TESTS.glob("posts/*"))]
    for path in sorted(TESTS.glob("claims/*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        own.append((path.name, f"# {data['title']}\n\n{data['text']}", data["url"]))
    articles = json.loads((Path(folder) / "article-extraction" / "ground-truth.json").read_text(encoding="utf-8"))
    rows = [("own", *row) for row in own]
    rows += [("held out" if i % 2 else "seen", key[:8], a["articleBody"], a["url"]) for i, (key, a) in enumerate(sorted(articles.items()))]
    for which, name, text, url in rows:
        try:
            yield which, thread_of(name, text, url)
        except CoexaiError as error:
            print(f"no thread of {name}: {error.message}")


def alarms(thread: Thread, posts: list[str]) -> list[Claim]:
    return [c for c in ledger(posts, thread.source, also=thread.also) if c.status is ClaimStatus.UNSUPPORTED]


def mutants(thread: Thread, rng: random.Random) -> Iterator[tuple[str, int, Changed]]:
    """One fault of each kind in a post of the thread; a sentence that the source has by chance is no fault."""
    known = Names.of(thread.source.text)
    said = " ".join(thread.source.text.split())
    for kind, fault in FAULTS.items():
        order = rng.sample(range(len(thread.posts)), len(thread.posts))
        for number in order:
            changed = fault(thread.posts[number], rng, known)
            if changed and changed.text != thread.posts[number] and not _true(changed, said):
                yield kind, number, changed
                break


def _true(changed: Changed, said: str) -> bool:
    """Whether the source says the changed words within the four words around them on each side."""
    left, middle, right = changed.text[: changed.start], changed.text[changed.start : changed.end], changed.text[changed.end :]
    around = [*re.findall(r"\S*\s*", left)[-5:], middle, *re.findall(r"\s*\S*", right)[:5]]
    return " ".join("".join(around).split()).strip(" .,") in said


def measure(folder: str, seed: int, verbose: bool) -> dict[str, Tally]:
    tallies = {which: Tally() for which in ("own", "seen", "held out")}
    for which, thread in threads(folder):
        tally, rng = tallies[which], random.Random(f"{seed}:{thread.name}")
        tally.threads += 1
        tally.claims += len(ledger(thread.posts, thread.source, also=thread.also))
        wrong = alarms(thread, thread.posts)
        tally.false += len(wrong)
        show = verbose and which != "held out"
        for c in wrong if show else ():
            print(f"FALSE {thread.name} {c.kind.value} {c.text!r} ({c.reason}) | {thread.posts[c.part][:220]!r}")
        before = Counter((c.part, c.text) for c in wrong)
        for kind, number, changed in mutants(thread, rng):
            posts = [*thread.posts[:number], changed.text, *thread.posts[number + 1 :]]
            new = [c for c in alarms(thread, posts) if c.part == number and not before[(c.part, c.text)]]
            hit = any(c.start <= changed.end and changed.start <= c.end for c in new)
            tally.made[kind] += 1
            tally.found[kind] += bool(new)
            tally.exact[kind] += hit
            if show and not new:
                window = changed.text[max(0, changed.start - 70) : changed.end + 50]
                print(f"MISS {thread.name} {kind} {changed.was!r} → {changed.text[changed.start : changed.end]!r} | {window!r}")
    return tallies


def main(folder: str, seed: int = 1, verbose: bool = False) -> None:
    tallies = measure(folder, seed, verbose)
    for which, t in tallies.items():
        print(f"{which}: {t.threads} threads, {t.claims} claims, {t.false} false alarms ({t.false / max(t.claims, 1):.2%})")
    print(f"\n{'fault':18}" + "".join(f"{which:>22}" for which in tallies) + "      all   at the fault itself")
    for kind in (*FAULTS, "all"):
        cells = [
            (sum(t.made.values()), sum(t.found.values())) if kind == "all" else (t.made[kind], t.found[kind]) for t in tallies.values()
        ]
        made, found = sum(m for m, _ in cells), sum(f for _, f in cells)
        exact = sum(sum(t.exact.values()) if kind == "all" else t.exact[kind] for t in tallies.values())
        if made:
            row = "".join(f"{f:>9} of {m:<4}{f / m:>6.0%}" if m else f"{'':>22}" for m, f in cells)
            print(f"{kind:18}{row}  {found / made:7.1%}   {exact / made:.1%}")


if __name__ == "__main__":
    numbers = [int(a) for a in sys.argv[2:] if a.isdigit()]
    main(sys.argv[1], numbers[0] if numbers else 1, verbose="-v" in sys.argv)
