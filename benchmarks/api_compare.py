"""The API beside a bare FastAPI and SQLModel app with the same reads: `python benchmarks/api_compare.py [--quick] [--json FILE]`.

Both run under uvicorn in one process each, on one PostgreSQL with its default settings, and take turns, so that what else the machine does
hits both alike. Steady load meets ours as `compose.yaml` deploys it, too: two processes that share their limits in Redis. Ours is whole:
pages, security headers, API key, rate limit, log line, ETag. Only the number of calls that its rate limit allows is lifted
(`tests/unlimited.py`): a plan's limit would end every run after a minute's worth of calls.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import api_load, jobs_servers  # noqa: E402
from tests.servers import RedisServer, free_port, wait_until  # noqa: E402

CLIENTS: Final = 50
POST: Final = "# A year of counting\n\n" + "In March 2024 she counted 412 calls in one week. " * 12
# Rows as the engine leaves them, with ids that are ordered by time as the product's are.
MANY: Final = """
INSERT INTO jobs (id, created_at, organization_id, user_id, agent, capability, title, status, priority, test, input, idempotency_key,
    period, attempt, max_attempts, run_after, turn, lease_owner, fence, cancel_requested, error_code, error_message,
    started_at, finished_at, updated_at, profile_version, language)
SELECT (lpad(to_hex({first} + n), 12, '0') || '7' || substr(md5(n::text || '{organization}'), 1, 3) || 'a'
        || substr(md5('{organization}' || n::text), 1, 15))::uuid,
    to_timestamp(({first} + n) / 1000.0), '{organization}', '{user}', 'maya', 'blog-to-thread', 'A year of counting ' || n,
    'completed', 'normal', false, '{{"text": "A year of counting"}}', '{first}:' || n,
    '', 1, 4, now(), now(), '', 1, false, '', '', now(), now(), now(), 0, ''
FROM generate_series(1, {number}) n
"""


@dataclass(frozen=True)
class Size:
    rounds: int
    seconds: float
    open_seconds: float
    rows: int


FULL: Final = Size(rounds=5, seconds=8, open_seconds=20, rows=1_000_000)
QUICK: Final = Size(rounds=3, seconds=3, open_seconds=6, rows=200_000)


@dataclass(frozen=True)
class Tenant:
    organization: str
    user: str
    key: str
    jobs: tuple[str, ...]


def settle() -> Tenant:
    """An organisation on the Enterprise plan with an API key and a hundred jobs that were made as everybody makes them."""
    from sqlmodel import col, update

    from coexai_app import db
    from coexai_app.models import Job, JobStatus, JobStep, Organization, PlanName, StepState
    from coexai_app.models.base import new_id
    from coexai_app.services import accounts, api_keys, jobs

    with db.transaction() as session:
        signed = accounts.sign_up(session, name="Ann Able", email=f"{new_id().hex}@bench.example.org", password="a long password of ours")
        session.get_one(Organization, signed.organization_id).plan = PlanName.ENTERPRISE
    with db.reading() as session:
        actor = accounts.actor_of(session, token=signed.token)
    assert actor is not None
    order = {"agent": "maya", "capability": "blog-to-thread", "data": {"text": POST}}
    made = []
    for number in range(100):
        with db.transaction() as session:
            made.append(jobs.create(session, actor, **order, idempotency_key=f"settle:{number}").id)
    with db.transaction() as session:
        key = api_keys.create(session, actor, name="Bench", scopes=["jobs:read", "jobs:write"]).secret
        mine = col(Job.organization_id) == signed.organization_id
        session.execute(update(Job).where(mine).values(status=JobStatus.COMPLETED, started_at=db.utcnow(), finished_at=db.utcnow()))
        session.execute(update(JobStep).values(status=StepState.DONE, ms=12, started_at=db.utcnow()))
    return Tenant(str(signed.organization_id), str(signed.user_id), key, tuple(made))


class Bench:
    def __init__(self, size: Size, running: ExitStack) -> None:
        self.size, self.running = size, running
        self.postgres = jobs_servers.DurablePostgres.start()
        running.callback(self.postgres.stop)
        folder = running.enter_context(tempfile.TemporaryDirectory(prefix="coexai-bench-api-"))
        self.folder, self.url = Path(folder), self.postgres.make("api")
        os.environ.update({"DATA_DIR": folder, "DATABASE_URL": self.url, "REDIS_URL": "", "PUBLIC_URL": "", "LOG_FORMAT": "json"})
        from coexai_app import migrations

        migrations.upgrade()
        self.few, self.many = settle(), settle()

    def fill(self, tenant: Tenant, number: int) -> None:
        """So many more finished jobs, older than everything else."""
        first = 1_700_000_000_000 if tenant is self.many else 1_600_000_000_000
        with self.postgres.connect("api") as connection:
            connection.execute(MANY.format(first=first, number=number, organization=tenant.organization, user=tenant.user).encode())
            connection.execute("VACUUM ANALYZE")

    def serve(self, *command: str, **settings: str) -> int:
        """Starts a web server, waits until it answers, and returns its port."""
        port = free_port()
        log = self.running.enter_context((self.folder / f"{port}.log").open("wb"))
        words = [word.replace("PORT", str(port)) for word in command]
        process = jobs_servers.start([sys.executable, *words], {"PORT": str(port), **settings}, cwd=ROOT, stdout=log, stderr=log)
        self.running.callback(jobs_servers.stop, process, whole=bool(settings))
        wait_until(lambda: _answers(port), 90, f"{command}; its log: {self.folder}/{port}.log")
        return port

    def both(self) -> dict[str, int]:
        return {
            "ours": self.serve("-m", "tests.unlimited"),
            "control": self.serve("benchmarks/api_control.py", "PORT", self.few.organization),
        }

    def deployed(self) -> int:
        """Ours as `compose.yaml` runs it."""
        redis = RedisServer.start(self.folder / "redis")
        self.running.callback(redis.stop)
        return self.serve("-m", "tests.unlimited", WEB_WORKERS="2", REDIS_URL=redis.url)

    def get(self, tenant: Tenant, path: Callable[[int], str]) -> api_load.Make:
        headers = {"Host": "localhost", "Authorization": f"Bearer {tenant.key}"}
        return lambda number: api_load.call("GET", path(number), headers)

    def one(self, tenant: Tenant) -> api_load.Make:
        return self.get(tenant, lambda number: f"/api/v1/jobs/{tenant.jobs[number % len(tenant.jobs)]}")

    def page(self, tenant: Tenant, version: str = "v1") -> api_load.Make:
        return self.get(tenant, lambda _: f"/api/{version}/jobs?limit=20")

    def new(self, tenant: Tenant) -> api_load.Make:
        headers = {"Host": "localhost", "X-API-Key": tenant.key}
        body = json.dumps({"capability": "blog-to-thread", "input": {"text": POST}}).encode()
        return lambda number: api_load.call("POST", "/api/v1/agents/maya/jobs", headers, body)


def _answers(port: int) -> bool:
    for path in ("/health/live", "/openapi.json"):
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            continue
    return False


def drive(call: Any) -> Any:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(call)


def throughput(bench: Bench, ports: dict[str, int]) -> dict[str, Any]:
    """50 clients, turn about: calls a second of both, and ours by the control's in each round."""
    found: dict[str, Any] = {}
    for name, make in (("get a job", bench.one(bench.few)), ("list 20 jobs", bench.page(bench.few))):
        rounds: dict[str, list[float]] = {"ours": [], "control": []}
        for turn in range(bench.size.rounds + 1):
            for who, port in ports.items():
                taken = drive(api_load.closed(port, make, clients=CLIENTS, seconds=bench.size.seconds))
                assert not taken.wrong, (name, who, taken.wrong)
                if turn:  # the first one warms up
                    rounds[who].append(round(taken.per_second, 1))
                    say(f"  {name}, {who}: {taken.per_second:,.0f} a second, p95 {taken.at(0.95):.0f} ms")
        ratios = [ours / control for ours, control in zip(rounds["ours"], rounds["control"], strict=True)]
        found[name] = {**{who: round(statistics.median(rates), 1) for who, rates in rounds.items()}, "rounds": rounds}
        found[name]["ratio"] = round(statistics.median(ratios), 3)
    return found


def steady(bench: Bench, ports: dict[str, int]) -> dict[str, Any]:
    """Open loop: 300 reads a second, half of each kind; 50 new jobs a second."""
    # An organisation may have a thousand jobs waiting: each way has one of its own.
    one, page, new, other = bench.one(bench.few), bench.page(bench.few), bench.new(bench.few), bench.new(bench.many)

    def mixed(number: int) -> bytes:
        return (page if number % 2 else one)(number)

    found = {}
    drive(api_load.closed(ports["deployed"], mixed, clients=CLIENTS, seconds=bench.size.seconds))  # warms up
    for name, port, make, rate, status in (
        ("300 reads a second, deployed", ports["deployed"], mixed, 300, 200),
        ("300 reads a second, one process", ports["ours"], mixed, 300, 200),
        ("300 reads a second, control", ports["control"], mixed, 300, 200),
        ("50 new jobs a second, deployed", ports["deployed"], new, 50, 202),
        ("50 new jobs a second, one process", ports["ours"], other, 50, 202),
    ):
        taken = drive(api_load.opened(port, make, rate=rate, seconds=bench.size.open_seconds, status=status))
        found[name] = {f"p{int(q * 100)}": round(taken.at(q), 1) for q in (0.5, 0.95, 0.99)} | {"wrong": taken.wrong}
        say(f"  {name}: {found[name]}")
    return found


def growth(bench: Bench, port: int) -> dict[str, Any]:
    """p95 of a list at 50 a second, with a thousand jobs in the table and with a million, in turns over the kinds of list."""
    lists = {
        "few of them, v1": bench.page(bench.few),
        "most of them, v1": bench.page(bench.many),
        "few of them, v2": bench.page(bench.few, "v2"),
        "most of them, v2": bench.page(bench.many, "v2"),
    }

    def measured() -> dict[str, float]:
        rounds: dict[str, list[float]] = {name: [] for name in lists}
        for turn in range(bench.size.rounds + 1):
            for name, make in lists.items():
                taken = drive(api_load.opened(port, make, rate=50, seconds=bench.size.seconds, clients=20))
                assert not taken.wrong, (name, taken.wrong)
                if turn:
                    rounds[name].append(taken.at(0.95))
        return {name: round(statistics.median(found), 1) for name, found in rounds.items()}

    before = measured()
    bench.fill(bench.many, bench.size.rows)
    after = measured()
    rows = {name: {"small": before[name], "large": after[name], "ratio": round(after[name] / before[name], 2)} for name in lists}
    for name, row in rows.items():
        say(f"  {name}: {row}")
    return rows


def goals(result: dict[str, Any]) -> list[dict[str, Any]]:
    found = [("throughput, ours / control, get a job, at least", result["throughput"]["get a job"]["ratio"], 0.6, True)]
    found.append(("throughput, ours / control, list 20 jobs, at least", result["throughput"]["list 20 jobs"]["ratio"], 0.6, True))
    found.append(("p95 at 300 reads a second, ms, at most", result["steady"]["300 reads a second, deployed"]["p95"], 200, False))
    found.append(("p95 at 50 new jobs a second, ms, at most", result["steady"]["50 new jobs a second, deployed"]["p95"], 200, False))
    found += [(f"list p95, large / small table, {name}, at most", row["ratio"], 1.5, False) for name, row in result["growth"].items()]
    return [{"goal": g, "figure": f, "bar": bar, "met": f >= bar if least else f <= bar} for g, f, bar, least in found]


def text(result: dict[str, Any]) -> str:
    lines = [f"{'':24}{'ours':>10}{'control':>10}{'ratio':>8}   calls a second, {CLIENTS} clients"]
    lines += [f"{n:24}{row['ours']:>10,.0f}{row['control']:>10,.0f}{row['ratio']:>8.2f}" for n, row in result["throughput"].items()]
    lines += ["", f"{'':36}{'p50':>8}{'p95':>8}{'p99':>8}   ms, open loop"]
    lines += [f"{n:36}{row['p50']:>8.1f}{row['p95']:>8.1f}{row['p99']:>8.1f}" for n, row in result["steady"].items()]
    lines += ["", f"{'a list, p95 in ms':24}{'small':>10}{'large':>10}{'ratio':>8}   {result['rows']:,} rows in the large table"]
    lines += [f"{n:24}{row['small']:>10.1f}{row['large']:>10.1f}{row['ratio']:>8.2f}" for n, row in result["growth"].items()]
    lines += ["", *(f"{g['goal']:64}{g['figure']:>8g}{g['bar']:>8g}  {'met' if g['met'] else 'MISSED'}" for g in result["goals"])]
    here = result["machine"]
    load = f"load average {here['load_before'][0]:g} before and {here['load_after'][0]:g} after"
    lines += [
        "",
        f"{here['cores']} cores, {here['system']}, Python {here['python']}, PostgreSQL {here['postgresql']['server_version']}; {load}.",
    ]
    lines.append("Ours is the whole product; only the number of calls that its rate limit allows is lifted.")
    return "\n".join(lines)


def compare(size: Size) -> dict[str, Any]:
    result: dict[str, Any] = {"date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "rows": size.rows}
    with _stopping() as running:
        bench = Bench(size, running)
        bench.fill(bench.few, 900)
        result["machine"] = {
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "python": platform.python_version(),
            "postgresql": bench.postgres.facts(),
            "load_before": [round(x, 2) for x in os.getloadavg()],
        }
        ports = bench.both()
        for part in (throughput, steady):
            say(part.__name__)
            result[part.__name__] = part(bench, ports)
            if part is throughput:
                ports["deployed"] = bench.deployed()
        say("growth")
        result["growth"] = growth(bench, ports["ours"])
        result["machine"]["load_after"] = [round(x, 2) for x in os.getloadavg()]
    result["goals"] = goals(result)
    return result


@contextmanager
def _stopping() -> Iterator[ExitStack]:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))  # unwinds, so that everything is stopped and cleared away
    with ExitStack() as running:
        yield running


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a short run, for a first look")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    result = compare(QUICK if options.quick else FULL)
    print(text(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0 if all(goal["met"] for goal in result["goals"]) else 1


if __name__ == "__main__":
    sys.exit(main())
