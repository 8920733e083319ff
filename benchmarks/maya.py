"""What the builtin engine takes for everything that Maya makes: seconds, processor seconds and memory, from 1,000 to 50,000 words.

    python benchmarks/maya.py [--json] [--cpu] [--only SLUG] [--shape NAME] [--no-media]

Each figure is taken in a process of its own, after a warm-up with the capability's own example; memory is that process's peak, with the
interpreter and the libraries. The texts are made of tests/data without chance: its English sentences, with numbers and some words changed
from round to round, in five shapes. Goals, judged at the end (exit code 1 when one is missed): 1,500 words in 1.5 s, 50,000 words in 20 s
and 600 MB, and a cost that grows with the words to the power of 1.2 at most. Seconds are those of the clock; `--cpu` judges processor
seconds, for a machine that has other work. The hour of MP3 is `maya_media.py`'s.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
DATA = ROOT / "tests" / "data"
SIZES = (1_000, 1_500, 10_000, 50_000)
QUICK, BOOK = 1_500, 50_000
MOST_SECONDS = {QUICK: 1.5, BOOK: 20.0}
MOST_MEGABYTES, MOST_EXPONENT = 600, 1.2
SPEAKERS = ("Anna Ruiz", "Tom Hale", "Mira Novak")
# Every so many-eth word is taken from another sentence in the second round and later.
_CHANGED = 7
_LATER = [{ord(str(d)): str((d + turn) % 9 + 1) for d in range(10)} for turn in range(9)]


@cache
def told() -> tuple[str, ...]:
    """The English sentences of the test data, as long as people write them."""
    text = "\n".join(p.read_text(encoding="utf-8") for name in ("posts", "letters") for p in sorted((DATA / name).glob("*.md")))
    text += "\n".join(json.loads(p.read_text(encoding="utf-8"))["text"] for p in sorted((DATA / "claims").glob("*.json")))
    found = re.findall(r"(?<!\S)[A-Z][^.!?\n#*_`|<>\[\]{}]{30,220}[.!?](?=\s)", text)
    return tuple(dict.fromkeys(s for s in found if re.search(r"\b(?:the|and|of|to|a)\b", s)))


def sentences() -> Iterator[str]:
    """Endless sentences, few like another: the test data's, then the same with other numbers and words."""
    pool = told()
    lower = [re.findall(r"\b[a-z]{5,}\b", s) for s in pool]
    for turn in count():
        for i, sentence in enumerate(pool):
            if turn == 0:
                yield sentence
                continue
            other = lower[(i * 31 + turn * 17) % len(pool)] or ["bread"]
            changed = sentence.translate(_LATER[turn % 9])
            places = list(re.finditer(r"\b[a-z]{5,}\b", changed))[turn % _CHANGED :: _CHANGED]
            for n, place in reversed(list(enumerate(places))):
                changed = changed[: place.start()] + other[(n + turn) % len(other)] + changed[place.end() :]
            yield changed


def said(words: int) -> list[str]:
    found: list[str] = []
    total = 0
    for sentence in sentences():
        found.append(sentence)
        total += len(sentence.split())
        if total >= words:
            return found
    raise AssertionError


def chunks(words: int, size: int) -> Iterator[list[str]]:
    source = iter(said(words))
    while chunk := list(islice(source, size)):
        yield chunk


def prose(words: int) -> str:
    parts = [f"## {c[0].rstrip('.!?')[:60].rsplit(' ', 1)[0]}\n\n{' '.join(c[:4])}\n\n{' '.join(c[4:])}" for c in chunks(words, 9)]
    return "# Notes from many small businesses\n\n" + "\n\n".join(parts)


def lists(words: int) -> str:
    parts = [f"{' '.join(c[:2])}\n\n" + "\n".join(f"- {s}" for s in c[2:]) for c in chunks(words, 9)]
    return "# What we learned, point by point\n\n" + "\n\n".join(parts)


def one_paragraph(words: int) -> str:
    return " ".join(said(words))


def capitals(words: int) -> str:
    return "\n\n".join(f"{' '.join(c[0].upper().rstrip('.!?').split()[:6])}\n\n{' '.join(c[1:])}" for c in chunks(words, 8))


def transcript(words: int) -> str:
    return "\n".join(f"{SPEAKERS[i % len(SPEAKERS)]}: {' '.join(c)}" for i, c in enumerate(chunks(words, 4)))


SHAPES: dict[str, Callable[[int], str]] = {
    "prose": prose, "lists": lists, "one paragraph": one_paragraph, "capitals": capitals, "transcript": transcript,
}  # fmt: skip


def part(slug: str, shape: str, words: int) -> None:
    """One figure, printed as JSON."""
    import resource

    from coexai_app.agents import AGENTS, output_of
    from coexai_app.agents.pipeline import StepContext, run

    agent = next(a for a in AGENTS.values() if slug in a.capabilities)
    skill = agent.capabilities[slug]
    run(agent, skill, skill.parse(skill.example), StepContext())
    text = SHAPES[shape](words)
    data = skill.parse({**skill.example, "text": text})
    clock, cpu = time.perf_counter(), time.process_time()
    report = run(agent, skill, data, StepContext())
    took, used = time.perf_counter() - clock, time.process_time() - cpu
    scale = 1_000 if sys.platform != "darwin" else 1_000_000
    told_ = {
        "capability": slug, "shape": shape, "words": words, "seconds": round(took, 3), "cpu": round(used, 3),
        "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1.024 / scale),
        "parts": len(output_of(report).parts()), "unsupported": len(report.unsupported),
        "slowest": max(report.steps, key=lambda s: s.ms).name,
    }  # fmt: skip
    print(json.dumps(told_))


def measure(slug: str, shape: str, words: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--part", slug, shape, str(words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"{slug}, {shape}, {words} words failed:\n{done.stderr[-2_000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def judged(rows: list[dict[str, Any]], clock: str) -> list[str]:
    """What of the goals is missed."""
    missed = []
    for row in rows:
        name = f"{row['capability']}, {row['shape']}, {row['words']:,} words"
        if row[clock] > MOST_SECONDS.get(row["words"], math.inf):
            missed.append(f"{name}: {row[clock]:.1f} s, not {MOST_SECONDS[row['words']]}")
        if row["megabytes"] > MOST_MEGABYTES:
            missed.append(f"{name}: {row['megabytes']} MB, not {MOST_MEGABYTES}")
        if row["unsupported"]:
            missed.append(f"{name}: {row['unsupported']} claims without a source")
    for (slug, shape), power in exponents(rows).items():
        if power > MOST_EXPONENT:
            missed.append(f"{slug}, {shape}: cost grows with the words to the power of {power:.2f}, not {MOST_EXPONENT}")
    return missed


def cell(row: dict[str, Any]) -> str:
    return f"{row['seconds']:.2f} ({row['cpu']:.2f}) {row['megabytes']} MB"


def exponents(rows: list[dict[str, Any]]) -> dict[tuple[str, str], float]:
    """How the processor seconds grow from the smallest to the largest text, by capability and shape."""
    cpu = {(row["capability"], row["shape"], row["words"]): row["cpu"] for row in rows}
    pairs = dict.fromkeys((slug, shape) for slug, shape, _ in cpu)
    first, last = SIZES[0], SIZES[-1]
    return {pair: math.log(cpu[*pair, last] / max(0.001, cpu[*pair, first])) / math.log(last / first) for pair in pairs}


def main() -> int:
    if sys.argv[1:2] == ["--part"]:
        part(sys.argv[2], sys.argv[3], int(sys.argv[4]))
        return 0
    from coexai_app.agents import AGENTS

    slugs = [slug for agent in AGENTS.values() for slug in agent.capabilities]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--cpu", action="store_true", help="judge processor seconds, not those of the clock")
    parser.add_argument("--only", choices=slugs, action="append", help="this capability alone")
    parser.add_argument("--shape", choices=SHAPES, action="append", help="this shape of text alone")
    parser.add_argument("--no-media", action="store_true", help="leave out the hour of MP3")
    options = parser.parse_args()
    out = sys.stderr if options.json else sys.stdout
    head = "".join(f"{f'{size:,} words':>24}" for size in SIZES)
    print(f"seconds (processor seconds), megabytes\n{'':40}{head}   growth", file=out)
    rows: list[dict[str, Any]] = []
    for slug in options.only or slugs:
        for shape in options.shape or SHAPES:
            own = [measure(slug, shape, size) for size in SIZES]
            rows += own
            cells = "".join(f"{cell(row):>24}" for row in own)
            print(f"{slug:25}{shape:15}{cells}   {exponents(own)[slug, shape]:.2f}", file=out, flush=True)
    media = 0
    if not options.no_media:
        media = subprocess.run(
            [sys.executable, ROOT / "benchmarks" / "maya_media.py", "--heard", "0.5"], stdout=out, check=False
        ).returncode
    missed = judged(rows, "cpu" if options.cpu else "seconds") + (["an hour of MP3 is not decoded fast enough"] if media else [])
    load = os.getloadavg()[0]
    if options.json:
        print(json.dumps({"rows": rows, "missed": missed, "load": round(load, 2)}, indent=1))
    else:
        print(f"\nload of the machine at the end: {load:.1f} on {os.cpu_count()} processors")
        print("\n".join(f"MISSED {line}" for line in missed) or "All goals are met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
