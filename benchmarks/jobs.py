"""The job engine beside other queues: how fast it drains, how soon a job starts, what a grown table and ten minutes of load change.

    python benchmarks/jobs.py [--quick] [--json FILE] [--markdown FILE]

Everything runs here: a PostgreSQL as it is shipped (fsync on), a Redis, real worker processes; nothing but 127.0.0.1 is reached once
the rivals are installed. The full run takes about 45 minutes, `--quick` about five. Goals are judged at the end; the exit code is 1
when one is missed or a proof failed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import signal
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import jobs_report, jobs_rivals, jobs_servers
from coexai_app.settings import ROOT
from tests.servers import RedisServer

OURS: Final = str(Path(__file__).with_name("jobs_ours.py"))
PARTS: Final = ("drain", "latency", "age", "steady")
# 100,000 jobs a day, ten times their mean rate.
STEADY_RATE: Final = 10 * 100_000 / 86_400
CHILD_SECONDS: Final = 900.0


@dataclass(frozen=True)
class Size:
    """How much is measured. `jobs` waiting jobs a drain, in one organisation at most its waiting line's length."""

    rounds: int
    jobs: int
    arrivals_seconds: float
    finished: int
    minutes: float


FULL: Final = Size(rounds=3, jobs=1_000, arrivals_seconds=30, finished=1_000_000, minutes=10)
QUICK: Final = Size(rounds=1, jobs=400, arrivals_seconds=8, finished=20_000, minutes=0.5)


@dataclass
class Bench:
    """The servers of a run, and the environments that make the product use them."""

    size: Size
    postgres: jobs_servers.DurablePostgres
    redis: RedisServer
    folder: Path
    failures: list[str] = field(default_factory=list)

    def instance(self, name: str, *, embedded: bool = False) -> dict[str, str]:
        """A fresh instance with its tenants: PostgreSQL and Redis, or what is built in. Returns its environment."""
        number = len(list(self.folder.glob("instance-*")))
        data = self.folder / f"instance-{number}-{name}"
        data.mkdir()
        servers = {"DATABASE_URL": "", "REDIS_URL": ""}
        if not embedded:
            servers = {"DATABASE_URL": self.postgres.make(f"coexai_{name}"), "REDIS_URL": f"{self.redis.url[:-1]}{number}"}
        environment = {**servers, "DATA_DIR": str(data), "LOG_LEVEL": "warning", "LOG_FORMAT": "text"}
        jobs_servers.run([sys.executable, OURS, "settle"], environment, seconds=120)
        return environment

    def ours(self, environment: dict[str, str], what: str, **options: Any) -> dict[str, Any]:
        """One measurement of the product, in a process of its own; one that fails is told of, and does not end the others."""
        flags = [
            part
            for name, value in options.items()
            if value is not False
            for part in (f"--{name}", *(() if value is True else (str(value),)))
        ]
        return self.tried(
            f"{what} {' '.join(flags)}",
            lambda: json.loads(jobs_servers.run([sys.executable, OURS, what, *flags], environment, seconds=CHILD_SECONDS).splitlines()[-1]),
        )

    def tried(self, what: str, call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            found = call()
        except Exception as error:
            lines = str(error).strip().splitlines()
            reason = next((line for line in reversed(lines) if re.match(r"[\w.]*(Error|Exception|Timeout)\b", line)), lines[-1])[:400]
            self.failures.append(f"{what}: {reason}")
            say(f"  {what}: FAILED {reason}")
            return {"failed": reason}
        say(f"  {what}: {jobs_report.short(found)}")
        return found


def say(line: str) -> None:
    print(line, flush=True)


def drain(bench: Bench, rivals: list[jobs_rivals.Rival]) -> dict[str, Any]:
    """Rounds in which everybody takes a turn, so that what else the machine does hits all alike; the median of each."""
    postgres, embedded = bench.instance("drain"), bench.instance("drain", embedded=True)
    addresses = {name: bench.postgres.make(name) for name in sorted({rival.database for rival in rivals})}
    jobs = bench.size.jobs
    alone = {"organizations": 1, "jobs": min(jobs, 900)}
    turns: dict[str, Callable[[], dict[str, Any]]] = {
        **{f"CoExAI, {n} processes": lambda n=n: bench.ours(postgres, "drain", workers=n, jobs=jobs, clean=True) for n in (1, 2, 4, 8)},
        "CoExAI, 4 processes, one organisation": lambda: bench.ours(postgres, "drain", workers=4, clean=True, **alone),
        **{
            rival.name: lambda rival=rival: bench.tried(rival.name, lambda: rival.drain(addresses[rival.database], jobs * rival.times))
            for rival in rivals
        },
        **{
            f"CoExAI on SQLite, {n} processes": lambda n=n: bench.ours(embedded, "drain", workers=n, jobs=jobs // 2, clean=True)
            for n in (1, 2, 4)
        },
    }
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in turns}
    for number in range(bench.size.rounds):
        say(f"drain, round {number + 1} of {bench.size.rounds}")
        for name, turn in turns.items():
            found[name].append(turn())
    return {name: _median(rounds) for name, rounds in found.items()}


def latency(bench: Bench) -> dict[str, Any]:
    say("from created to started")
    postgres, embedded = bench.instance("latency"), bench.instance("latency", embedded=True)
    seconds = bench.size.arrivals_seconds
    return {
        f"{label}, {n} processes": bench.ours(environment, "arrive", workers=n, rate=10, seconds=seconds, clean=True)
        for label, environment in (("PostgreSQL and Redis", postgres), ("SQLite", embedded))
        for n in (1, 4, 8)
    }


def age(bench: Bench) -> dict[str, Any]:
    say(f"with {bench.size.finished:,} finished jobs")
    young, old = bench.instance("young"), bench.instance("old")
    grown = bench.ours(old, "age", jobs=bench.size.finished)
    rounds: dict[str, list[dict[str, Any]]] = {"young": [], "old": []}
    for _ in range(bench.size.rounds):
        for name, environment in (("young", young), ("old", old)):
            rounds[name].append(bench.ours(environment, "drain", workers=2, jobs=bench.size.jobs))
    return {"grown": grown, **{name: _median(found) for name, found in rounds.items()}}


def steady(bench: Bench) -> dict[str, Any]:
    say(f"{STEADY_RATE:.1f} jobs a second for {bench.size.minutes:g} minutes")
    return bench.ours(bench.instance("steady"), "arrive", workers=2, rate=STEADY_RATE, seconds=bench.size.minutes * 60)


def _median(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The round in the middle by its rate, with the rates of all rounds beside it, in their order; None for one that failed."""
    good = sorted((r for r in rounds if "failed" not in r), key=lambda r: r["per_second"])
    if not good:
        return rounds[-1]
    median = round(statistics.median(r["per_second"] for r in good), 1)
    return good[len(good) // 2] | {"per_second": median, "rounds": [r.get("per_second") for r in rounds]}


def machine(bench: Bench) -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "postgresql": bench.postgres.facts(),
        "load_before": [round(x, 2) for x in os.getloadavg()],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a short run, for a first look")
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of: {','.join(PARTS)}")
    parser.add_argument("--minutes", type=float, help="of the steady load")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--finished", type=int, help="finished jobs of the grown table")
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "bench-jobs", help="where the rivals are installed")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="writes the section of the jobs into this file")
    options = parser.parse_args()
    base = QUICK if options.quick else FULL
    size = Size(
        rounds=options.rounds or base.rounds,
        jobs=base.jobs,
        arrivals_seconds=base.arrivals_seconds,
        finished=options.finished or base.finished,
        minutes=options.minutes or base.minutes,
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))  # unwinds, so that everything is stopped and cleared away
    parts = options.only.split(",")
    result: dict[str, Any] = {"date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "quick": options.quick}
    places = {"--cache", "--json", "--markdown"}
    given = [a for before, a in zip(["", *sys.argv[1:]], sys.argv[1:], strict=False) if before not in places and a not in places]
    result["command"] = " ".join(["python benchmarks/jobs.py", *given])
    with ExitStack() as running:
        folder = Path(tempfile.mkdtemp(prefix="coexai-bench-jobs-"))
        running.callback(shutil.rmtree, folder, ignore_errors=True)
        rivals = jobs_rivals.install(options.cache.resolve(), say) if "drain" in parts else []
        postgres = jobs_servers.DurablePostgres.start()
        running.callback(postgres.stop)
        redis = RedisServer.start(folder / "redis")
        running.callback(redis.stop)
        bench = Bench(size, postgres, redis, folder)
        result["machine"] = machine(bench)
        result["rivals"] = {rival.name.partition(",")[0]: rival.version for rival in rivals}
        measures = {"drain": lambda: drain(bench, rivals), "latency": lambda: latency(bench), "age": lambda: age(bench)}
        measures["steady"] = lambda: steady(bench)
        for part in parts:
            result[part] = measures[part]()
        result["machine"]["load_after"] = [round(x, 2) for x in os.getloadavg()]
        result["failures"] = bench.failures
    result["goals"] = jobs_report.goals(result)
    print(f"\n{jobs_report.text(result)}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        print(f"\nwritten: {options.json}")
    if options.markdown:
        jobs_report.write(result, options.markdown)
        print(f"written: {options.markdown}")
    return int(bool(result["failures"]) or not all(goal["met"] for goal in result["goals"]))


if __name__ == "__main__":
    sys.exit(main())
