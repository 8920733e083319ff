"""The product's side of `benchmarks/jobs.py`: fills the database, starts a real worker, waits, and proves every job from its rows.

`jobs.py` runs it as a child for every measurement, since a process reads its settings (which database, which queue) once:
`python benchmarks/jobs_ours.py drain --jobs 1000 --workers 2`. The last line of its output is JSON.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import delete, func, insert, inspect, text, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from benchmarks import jobs_noop, jobs_servers
from coexai_app import db, migrations
from coexai_app.access import Actor, Role
from coexai_app.models import Charge, Event, Job, JobStatus, JobStep, Membership, Organization, Output, PlanName, Quota, User
from coexai_app.models.base import new_id, now
from coexai_app.services import dispatch, jobs, transitions

ORGANIZATIONS: Final = 50
LIMIT_SECONDS: Final = 600.0
WARM_SECONDS: Final = 40.0
TRIES: Final = 10


def settle() -> None:
    """The newest schema, and the tenants: Enterprise, so that neither runs nor a low number of slots are what is measured."""
    migrations.upgrade()
    with db.transaction() as session:
        user = User(name="Bench", email="bench@example.org", password_hash="-")
        organizations = [Organization(name=f"Tenant {n}", plan=PlanName.ENTERPRISE) for n in range(ORGANIZATIONS)]
        session.add_all([user, *organizations])
        session.flush()
        session.add_all(Membership(user_id=user.id, organization_id=o.id, role=Role.OWNER) for o in organizations)


def actors(count: int) -> list[Actor]:
    with db.reading() as session:
        user_id = session.exec(select(User.id)).one()
        found = session.exec(select(Organization.id).order_by(col(Organization.name)).limit(count)).all()
    return [Actor(user_id, organization_id, Role.OWNER, PlanName.ENTERPRISE) for organization_id in found]


def create(actor: Actor, words: str = "nothing") -> int:
    """Creates a job through the product's door, and returns how often that had to be repeated (a deadlock, a busy database)."""
    key = str(uuid4())
    for repeated in range(TRIES):
        try:
            with db.transaction() as session:
                jobs.create(session, actor, agent="maya", capability=jobs_noop.NAME, data={"text": words}, idempotency_key=key)
        except OperationalError:
            continue
        return repeated
    raise RuntimeError(f"a job could not be created in {TRIES} tries")


def clean() -> None:
    """No jobs, and nothing that jobs left but their trail in the audit log, whose rows are never deleted."""
    postgres = db.engine().dialect.name == "postgresql"
    with db.transaction() as session:
        if postgres:
            session.execute(text("TRUNCATE jobs, events, quotas CASCADE"))
            return
        for table in (Output, Charge, JobStep, Job, Event, Quota):
            session.execute(delete(table))


@dataclass(frozen=True)
class Pattern:
    """The rows that `jobs.create` wrote for one job, before any worker saw it; not its audit row, which only its service may write."""

    job: dict[str, Any]
    steps: list[dict[str, Any]]
    events: list[dict[str, Any]]


def now_on() -> UUID:
    """An id above those of all jobs so far and below those of all later ones; within a millisecond ids are in no order."""
    time.sleep(0.002)
    mark = new_id()
    time.sleep(0.002)
    return mark


def pattern(actor: Actor) -> Pattern:
    """Creates a job through the product's door, while no worker is up, and reads what that wrote."""
    mark = now_on()
    create(actor)
    with db.reading() as session:
        job = session.exec(select(Job).where(Job.id > mark)).one()
        steps = session.exec(select(JobStep).where(JobStep.job_id == job.id)).all()
        events = session.exec(select(Event).where(Event.ref_id == job.id, Event.kind == "job.pending")).all()
    if not (steps and events):
        raise RuntimeError("a new job left no steps or events: this benchmark does not know the engine any more")
    waiting = {"status": JobStatus.PENDING, "queued_at": None, "sent_at": None}
    return Pattern(_row(job) | waiting, *([_row(row) for row in rows] for rows in (steps, events)))


def fill(company: list[Actor], count: int, like: Pattern) -> datetime:
    """Waiting jobs in bulk, shared out among the company: copies of the pattern's rows, all there with one commit, the first ones handed to
    the queue as the product's door does. Returns the moment just before: no worker has seen one, and the statistics know them."""
    with db.transaction() as session:
        for number, actor in enumerate(company):
            if share := count // len(company) + (number < count % len(company)):
                _copies(session, actor, share, like)
        session.execute(text("ANALYZE"))
        dispatch.offer(session, *(actor.organization_id for actor in company))
        return db.now(session)


def _copies(session: Session, actor: Actor, count: int, like: Pattern) -> None:
    ids = [new_id() for _ in range(count)]
    made, ours = {"created_at": now(), "run_after": now()}, {"organization_id": actor.organization_id}
    events = [{name: value for name, value in row.items() if name != "id"} for row in like.events]
    session.execute(insert(Job), [like.job | made | ours | {"id": i, "idempotency_key": i.hex} for i in ids])
    made = {"created_at": made["created_at"]}
    session.execute(insert(JobStep), [row | made | {"id": new_id(), "job_id": i} for i in ids for row in like.steps])
    session.execute(insert(Event), [row | made | ours | {"ref_id": i} for i in ids for row in events])
    quota = {**ours, "agent": like.job["agent"], "period": like.job["period"]}
    if session.exec(select(Quota).filter_by(**quota)).first() is None:
        session.add(Quota(**quota))
        session.flush()
    session.execute(update(Quota).filter_by(**quota).values(reserved=Quota.reserved + count))


def _row(instance: Any) -> dict[str, Any]:
    return {attribute.key: getattr(instance, attribute.key) for attribute in inspect(type(instance)).column_attrs}


@contextmanager
def worker(count: int, company: list[Actor]) -> Iterator[subprocess.Popen[bytes]]:
    """The product's worker with so many processes, each of which has done a job before this is entered."""
    process = jobs_servers.start([sys.executable, jobs_noop.__file__], {"JOB_WORKERS": str(count)})
    try:
        mark, until, seen = now_on(), time.monotonic() + WARM_SECONDS, 0
        while seen < count and time.monotonic() < until:
            for actor in islice(cycle(company), 4 * count):
                create(actor, "warm")
            wait(mark, process)
            with db.reading() as session:
                seen = session.exec(select(func.count(func.distinct(Job.lease_owner))).where(Job.id > mark)).one()
        if seen < count:
            raise RuntimeError(f"{seen} of {count} worker processes took a job in {WARM_SECONDS:.0f} s")
        yield process
    finally:
        jobs_servers.stop(process)


def wait(mark: UUID, process: subprocess.Popen[bytes]) -> None:
    """Returns when no job made after `mark` waits or runs."""
    until = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the worker stopped with code {process.returncode}")
        with db.reading() as session:
            if not session.exec(select(Job.id).where(Job.id > mark, col(Job.status).in_(transitions.ACTIVE)).limit(1)).first():
                return
        time.sleep(0.1)
    raise TimeoutError(f"jobs are not done after {LIMIT_SECONDS:.0f} s")


def ledger() -> tuple[int, int]:
    with db.reading() as session:
        used, reserved = session.exec(select(func.coalesce(func.sum(Quota.used), 0), func.coalesce(func.sum(Quota.reserved), 0))).one()
    return int(used), int(reserved)


def prove(mark: UUID, count: int, used_before: int) -> None:
    """From rows: every job completed at its first attempt, started once, has one output and its steps done; the ledger is exact."""
    with db.reading() as session:
        made = select(Job.id).where(Job.id > mark).scalar_subquery()
        of = session.exec(select(Job.status, Job.attempt, func.count()).where(Job.id > mark).group_by(col(Job.status), col(Job.attempt)))
        found = {(str(status), attempt): number for status, attempt, number in of}
        assert found == {("completed", 1): count}, f"{count} jobs became {found}"
        for table in (Output, Charge):
            rows = session.exec(select(func.count(), func.count(func.distinct(table.job_id))).where(col(table.job_id).in_(made))).one()
            assert tuple(rows) == (count, count), f"{count} jobs have {rows} rows in {table.__tablename__}"
        steps = session.exec(select(func.count()).where(col(JobStep.job_id).in_(made), JobStep.status == "done")).one()
        assert steps == count, f"{count} jobs have {steps} finished steps"
        kinds = select(Event.kind, func.count()).where(col(Event.ref_id).in_(made)).group_by(col(Event.kind))
        told = dict(session.exec(kinds).all())
        # Taken together with a slow one, a job is handed back before it begins: told as waiting once more than it was made.
        starts, ends = told["job.processing"] - (told["job.pending"] - count), told["job.completed"]
        assert (starts, ends) == (count, count), f"{count} jobs have {told} in their history"
    used, reserved = ledger()
    assert (used - used_before, reserved) == (count, 0), f"{count} jobs settled {used - used_before} runs, {reserved} are still held"


def activity() -> dict[str, int]:
    """Commits of this database and fsyncs of its log so far; PostgreSQL counts them, SQLite does not."""
    if db.engine().dialect.name != "postgresql":
        return {}
    time.sleep(1.1)  # sessions hand their counts in once a second
    with db.reading() as session:
        commits = session.execute(text("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")).scalar_one()
        syncs = session.execute(text("SELECT wal_sync FROM pg_stat_wal")).scalar_one()
    return {"commits": int(commits), "syncs": int(syncs)}


def drain(options: argparse.Namespace) -> dict[str, Any]:
    """Jobs a second, from the moment when all wait to the last one's end."""
    company = actors(options.organizations)
    if options.clean:
        clean()
    like = pattern(company[0])
    with worker(options.workers, company) as process:
        used, mark, before = ledger()[0], now_on(), activity()
        began = fill(company, options.jobs, like)
        wait(mark, process)
        after = activity()
        prove(mark, options.jobs, used)
    with db.reading() as session:
        done, last = session.exec(select(func.count(), func.max(Job.finished_at)).where(Job.id > mark, col(Job.finished_at) > began)).one()
    seconds = (last - began).total_seconds()
    found = {"jobs": done, "seconds": round(seconds, 3), "per_second": round(done / seconds, 1), "proved": options.jobs}
    return found | {f"{name}_per_job": round((after[name] - before[name]) / options.jobs, 2) for name in after}


def arrive(options: argparse.Namespace) -> dict[str, Any]:
    """Jobs arrive at a rate for some time: how long each waits for its start, and what the worker's processes weigh meanwhile."""
    company = actors(options.organizations)
    if options.clean:
        clean()
    repeated = 0
    weights: dict[int, list[tuple[float, int]]] = {}
    with worker(options.workers, company) as process:
        used, mark = ledger()[0], now_on()
        count = max(1, round(options.rate * options.seconds))
        began = look = time.monotonic()
        for number, actor in zip(range(count), cycle(company), strict=False):
            jobs_servers.pause_until(began + number / options.rate)
            repeated += create(actor)
            if time.monotonic() >= look:
                look = time.monotonic() + 2
                for pid, rss in jobs_servers.memory(process.pid).items():
                    weights.setdefault(pid, []).append((time.monotonic() - began, rss))
        took = time.monotonic() - began
        wait(mark, process)
        prove(mark, count, used)
    with db.reading() as session:
        rows = session.exec(select(Job.created_at, Job.started_at).where(Job.id > mark)).all()
    waits = sorted((started - created).total_seconds() * 1_000 for created, started in rows if started is not None)
    return {
        "jobs": count,
        "asked": round(options.rate, 2),
        "rate": round(count / took, 2),
        "creates_repeated": repeated,
        "wait_ms": {name: round(_quantile(waits, q), 1) for name, q in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("worst", 1.0))},
        "memory": [_weight(pid, points) for pid, points in sorted(weights.items())],
    }


def _quantile(ordered: list[float], q: float) -> float:
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def _weight(pid: int, points: list[tuple[float, int]]) -> dict[str, Any]:
    """Megabytes after the first tenth of the time and at the end, and kB a minute between."""
    later = points[len(points) // 10 :]
    return {
        "pid": pid,
        "start_mb": round(later[0][1] / 1024, 1),
        "end_mb": round(later[-1][1] / 1024, 1),
        "kb_per_minute": round(jobs_servers.slope(later) * 60, 1),
        "samples": len(later),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("settle", "drain", "arrive", "age"))
    parser.add_argument("--organizations", type=int, default=ORGANIZATIONS)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=10.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--clean", action="store_true", help="begin without jobs")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds, so that the worker is stopped
    jobs_noop.install()
    if options.what == "settle":
        return settle()
    if options.what == "age":
        from benchmarks import jobs_age

        return print(json.dumps(jobs_age.age(options.jobs)))
    return print(json.dumps({"drain": drain, "arrive": arrive}[options.what](options)))


if __name__ == "__main__":
    main()
