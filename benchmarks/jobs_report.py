"""What `benchmarks/jobs.py` found, as tables for a terminal and as a section of docs/benchmarks.md, and whether the goals are met."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

BEGIN: Final = "<!-- jobs: written by benchmarks/jobs.py -->"
END: Final = "<!-- /jobs -->"
HEAD: Final = "# Benchmarks\n\nWhat was measured, on which machine, and the command that repeats it. One section for each benchmark.\n"
BUSY: Final = """\
The machine was busy with other work: the processes of every queue waited for a core most of the time, and the rounds differ widely.
Repeat it on a quiet machine before you quote a rate."""
METHOD: Final = """\
Real worker processes (`coexai part worker`), a PostgreSQL with its default settings (fsync on) that all queues share, each in a database
of its own. A job does nothing; all around it is the product: claim with lease and fence, the step's checkpoint, the output, the ledger
row, the plan's quota, the history that live pages follow. After each drain the rows are counted: every job completed at its first
attempt, with one output and one charge, and the quota is exact. "Drain" is the rate from the moment when all jobs wait in the table to
the last one's end; our jobs belong to 50 organisations on the Enterprise plan unless it says otherwise. Rounds alternate between the
queues, so that what else the machine does hits all alike; the median is shown, and ratios mean more than rates.

Procrastinate keeps the history of a job, too, but no output, quota or ledger. graphile-worker deletes a job when it is done; with a
local queue and batched completion it locks hundreds of jobs ahead and finishes them later, which is faster and gives up more when a
worker dies. Both run here in one process."""


def short(found: dict[str, Any]) -> str:
    if "per_second" in found:
        return f"{found['per_second']:,.1f} jobs/s"
    if "wait_ms" in found:
        return "  ".join(f"{name} {ms:,.0f} ms" for name, ms in found["wait_ms"].items())
    return f"{found['seconds']:.0f} s" if "seconds" in found else str(found)


def goals(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Each goal that was measured: its figure, its bar, and whether it is met."""
    found: list[dict[str, Any]] = []

    def goal(name: str, figure: float | None, bar: float, *, most: bool = False) -> None:
        if figure is not None:
            found.append({"goal": name, "figure": round(figure, 2), "bar": bar, "met": figure <= bar if most else figure >= bar})

    drains = {name: row for name, row in result.get("drain", {}).items() if "per_second" in row}
    ours, procrastinate = _best(drains, "CoExAI, "), _best(drains, "Procrastinate")
    goal("drain rate, our best / Procrastinate's best, at least", _ratio(ours, procrastinate), 2.0)
    goal(
        "drain rate, our best / graphile-worker with concurrency 1, at least",
        _ratio(ours, drains.get("graphile-worker, concurrency 1")),
        0.8,
    )
    aged = result.get("age", {})
    finished = aged.get("grown", {}).get("tables", {}).get("jobs", {}).get("rows", 0)
    goal(f"drain rate with {finished:,} finished jobs / with none, at least", _ratio(aged.get("old"), aged.get("young")), 0.8)
    if "wait_ms" in result.get("steady", {}):
        load = result["steady"]
        goal(f"longest wait at {load['rate']} jobs a second, in seconds, at most", load["wait_ms"]["worst"] / 1_000, 2.0, most=True)
        goal("jobs a second that arrived / that were asked for, at least", load["rate"] / load.get("asked", load["rate"]), 0.95)
    return found


def _best(drains: dict[str, Any], name: str) -> dict[str, Any] | None:
    return max((row for found, row in drains.items() if found.startswith(name)), key=lambda row: row["per_second"], default=None)


def _ratio(ours: dict[str, Any] | None, theirs: dict[str, Any] | None) -> float | None:
    """The median of the ratios of each round: in one round both met the same machine."""
    if not ours or not theirs or "rounds" not in ours or "rounds" not in theirs:
        return None
    pairs = [a / b for a, b in zip(ours["rounds"], theirs["rounds"], strict=True) if a and b]
    return statistics.median(pairs) if pairs else None


def text(result: dict[str, Any]) -> str:
    blocks = []
    for title, rows in tables(result):
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines = ["  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))) for row in rows]
        blocks.append("\n".join([title, *lines]))
    return "\n\n".join(blocks)


def tables(result: dict[str, Any]) -> list[tuple[str, list[Sequence[str]]]]:
    """Titles and tables; the first row of a table is its head."""
    found: list[tuple[str, list[Sequence[str]]]] = []
    if "drain" in result:
        rows: list[Sequence[str]] = [("Queue", "jobs/s", "rounds", "commits/job", "fsyncs/job")]
        for name, row in result["drain"].items():
            figures = (
                _rate(row),
                _rounds(row),
                *(_or(row, k) for k in ("commits_per_job", "syncs_per_job")),
            )
            rows.append((name.replace(" 1 processes", " 1 process"), *figures))
        found.append(("Drain", rows))
    if "latency" in result:
        found.append(
            ("From created to started, 10 jobs a second, milliseconds", [_HEAD_WAIT, *(_wait(n, r) for n, r in result["latency"].items())])
        )
    if "age" in result:
        tables = result["age"]["grown"].get("tables", {})
        told = ", ".join(f"{size['rows']:,} {name}" for name, size in tables.items()) or "nothing"
        rows = [("Table", "jobs/s", "rounds")]
        for label, key in (("no finished jobs", "young"), (told, "old")):
            row = result["age"][key]
            rows.append((label, _rate(row), _rounds(row)))
        found.append(("Drain as the table grows, 2 processes", rows))
    if "steady" in result:
        row = result["steady"]
        found.append(
            (
                f"Steady load, 2 processes, {row.get('jobs', 0):,} jobs, milliseconds to the start",
                [_HEAD_WAIT, _wait(f"{row.get('rate', 0)} jobs/s", row)],
            )
        )
        weights = [
            (f"process {n}", f"{w['start_mb']:.1f}", f"{w['end_mb']:.1f}", f"{w['kb_per_minute']:+.0f}")
            for n, w in enumerate(row.get("memory", ()), 1)
        ]
        found.append(("Resident memory of its worker processes", [("", "MB after warm-up", "MB at the end", "kB/minute"), *weights]))
    if result["goals"]:
        judged = [(g["goal"], f"{g['figure']:g}", f"{g['bar']:g}", "yes" if g["met"] else "no") for g in result["goals"]]
        found.append(("Goals", [("", "figure", "bar", "met"), *judged]))
    if result["failures"]:
        found.append(("Failed", [("What", ""), *((line, "") for line in result["failures"])]))
    return found


_HEAD_WAIT: Final = ("", "p50", "p95", "p99", "worst")


def _wait(name: str, row: dict[str, Any]) -> Sequence[str]:
    return (
        name.replace(" 1 processes", " 1 process"),
        *(f"{row['wait_ms'][k]:,.0f}" if "wait_ms" in row else "failed" for k in _HEAD_WAIT[1:]),
    )


def _rate(row: dict[str, Any]) -> str:
    return f"{row['per_second']:,.0f}" if "per_second" in row else "failed"


def _rounds(row: dict[str, Any]) -> str:
    return ", ".join(f"{rate:,.0f}" if rate else "failed" for rate in row.get("rounds", ()))


def _or(row: dict[str, Any], key: str) -> str:
    return f"{row[key]:.1f}" if key in row else ""


def markdown(result: dict[str, Any]) -> str:
    here, server = result["machine"], result["machine"]["postgresql"]
    versions = [
        f"Python {here['python']}",
        f"PostgreSQL {server['server_version'].split()[0]}",
        *(f"{n} {v}" for n, v in result["rivals"].items()),
    ]
    durability = ", ".join(f"{name} {server[name]}" for name in ("fsync", "synchronous_commit", "shared_buffers"))
    load = f"load average {here['load_before'][0]:g} before and {here.get('load_after', here['load_before'])[0]:g} after"
    machine = f"{here['cores']} cores, {here['memory_gb']:g} GB, {here['system']}"
    facts = f"{result['date']}; {machine}; {', '.join(versions)}; {durability}; {load}."
    if here["load_before"][0] > here["cores"]:
        facts += f" {BUSY}"
    parts = ["## Jobs", f"    {result['command']}", facts, METHOD]
    for title, rows in tables(result):
        lines = [f"| {' | '.join(row)} |" for row in rows]
        parts.append("\n".join([f"### {title}", "", lines[0], "|---" + "|--:" * (len(rows[0]) - 1) + "|", *lines[1:]]))
    return "\n\n".join(parts)


def write(result: dict[str, Any], path: Path) -> None:
    """Puts the section between its two marks in the file; the rest of the file stays as it is."""
    before = path.read_text(encoding="utf-8") if path.exists() else HEAD
    section = f"{BEGIN}\n\n{markdown(result)}\n\n{END}\n"
    if BEGIN in before and END in before:
        start, end = before.index(BEGIN), before.index(END) + len(END) + 1
        path.write_text(before[:start] + section + before[end:], encoding="utf-8")
    else:
        path.write_text(f"{before.rstrip()}\n\n{section}", encoding="utf-8")
