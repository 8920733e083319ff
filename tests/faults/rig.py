"""The rig: one instance of the product with servers of its own, its real worker processes, and ways to hurt them.

What happened is judged by rows alone: `verdict` counts lost jobs, doubled outputs and doubled charges.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col, select

from coexai_app import db
from coexai_app.models import Event, Job, JobStep
from coexai_app.processes import die_with_parent
from coexai_app.settings import ROOT
from tests.faults import client
from tests.faults.client import Client
from tests.faults.processes import Launcher, wake
from tests.faults.verdict import ENDED, Verdict, judge
from tests.servers import Postgres, RedisServer, wait_until

T = TypeVar("T")
FULL = os.environ.get("COEXAI_FAULTS") == "full"


def size(short: T, full: T) -> T:
    """A number of this run: small under `make test`, whole under `make test-faults`."""
    return full if FULL else short


@dataclass
class Rig:
    """An instance. `environment` is that of every product process; change it before they start."""

    folder: Path
    environment: dict[str, str]
    engine: Engine
    postgres: Postgres | None = None
    redis: RedisServer | None = None
    launchers: list[Launcher] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return "PostgreSQL" if self.postgres else "SQLite"

    # --- processes ---
    def work(self, *, workers: int = 4, ready: bool = True, prefix: Iterable[str] = (), **environment: str) -> Launcher:
        """Starts a launcher with this many worker processes, and waits until they are there."""
        with (self.folder / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "coexai_app.cli", "worker"],
                cwd=ROOT,
                env={**self.environment, "JOB_WORKERS": str(workers), **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        launcher = Launcher(process)
        self.launchers.append(launcher)
        if ready:
            wait_until(lambda: len(launcher.workers()) >= workers, 60, "the worker processes")
        return launcher

    def web(self, **environment: str) -> Client:
        """A web process to ask for service calls."""
        made = Client({**self.environment, **environment})
        self.clients.append(made)
        return made

    def close(self) -> None:
        for launcher in self.launchers:
            for pid in launcher.workers():
                wake(pid)
            launcher.kill_all()
        for made in self.clients:
            made.close()
        self.engine.dispose()

    # --- rows ---
    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self.engine.execution_options(coexai_reads=True)) as session:
            yield session

    def patient(self, read: Callable[[Session], T], seconds: float = 60) -> T:
        """Reads rows; while the database is away, later."""
        until = time.monotonic() + seconds
        while True:
            try:
                with self.reading() as session:
                    return read(session)
            except DBAPIError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def sql(self, statement: str, **values: Any) -> None:
        """Changes rows behind the product's back, to set a scene."""
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def job(self, job_id: UUID) -> Job:
        return self.patient(lambda session: session.exec(select(Job).where(Job.id == job_id)).one())

    def steps(self, job_id: UUID) -> list[JobStep]:
        statement = select(JobStep).where(JobStep.job_id == job_id).order_by(col(JobStep.position))
        return self.patient(lambda session: list(session.exec(statement).all()))

    def events(self, job_id: UUID) -> list[Event]:
        return self.patient(lambda session: list(session.exec(select(Event).where(Event.ref_id == job_id).order_by(col(Event.id))).all()))

    def kinds(self, job_id: UUID) -> list[str]:
        return [event.kind for event in self.events(job_id)]

    def states(self) -> Counter[str]:
        return self.patient(lambda session: Counter(str(status) for status in session.exec(select(Job.status))))

    def open_jobs(self) -> int:
        return sum(count for status, count in self.states().items() if status not in ENDED)

    def wait(self, job_id: UUID, *states: str, seconds: float = 60) -> Job:
        """Waits until the job is in one of the states."""
        try:
            wait_until(lambda: self.job(job_id).status in states, seconds, " or ".join(states))
        except TimeoutError:
            raise AssertionError(f"after {seconds:.0f} s the job is {_told(self.job(job_id))}, not {' or '.join(states)}") from None
        return self.job(job_id)

    def drained(self, seconds: float, meanwhile: Callable[[], object] = lambda: None) -> float:
        """Waits until every job has ended. Returns the seconds. Raises with what is left."""
        started = time.monotonic()
        while self.open_jobs():
            if time.monotonic() - started > seconds:
                left = self.patient(lambda session: session.exec(select(Job).where(col(Job.status).not_in(ENDED)).limit(5)).all())
                raise AssertionError(f"after {seconds:.0f} s: {dict(self.states())}; for example {[_told(job) for job in left]}")
            meanwhile()
            time.sleep(0.1)
        return time.monotonic() - started

    def verdict(self, ids: Iterable[UUID] | None = None) -> Verdict:
        """Counts what became of all jobs; `ids` are those that the caller was told of: one without a row is lost."""
        told = list(ids) if ids is not None else None
        return self.patient(lambda session: judge(session, told))

    def waits(self, job_ids: Iterable[UUID], of: str = "job.pending", to: str = "job.processing") -> list[float]:
        """Seconds from one event of each job to another, in order of length; a job without the second is left out."""
        wanted = set(job_ids)
        statement = select(Event.ref_id, Event.kind, Event.created_at).where(col(Event.kind).in_([of, to])).order_by(col(Event.id).desc())
        at: dict[tuple[Any, str], float] = {}
        for ref, kind, when in self.patient(lambda session: session.exec(statement).all()):
            at[ref, kind] = when.timestamp()  # the first of its kind stays
        return sorted(at[ref, to] - at[ref, of] for ref, kind in at if kind == to and ref in wanted and (ref, of) in at)


def _told(job: Job) -> str:
    return (
        f"{job.capability} {job.status} attempt {job.attempt}/{job.max_attempts} fence {job.fence} by {job.lease_owner or 'nobody'} "
        f"until {job.lease_until} run_after {job.run_after} {job.error_code} {job.error_message[:80]}"
    )


def lines(side: Path) -> list[tuple[str, str, str]]:
    """The paid calls of a side file: key, process and nonce."""
    if not side.exists():
        return []
    found = [line.split(" ") for line in side.read_text().splitlines()]
    return [(key, pid, nonce) for key, pid, nonce in found]


def make(
    folder: Path, postgres: Postgres | None = None, redis: RedisServer | None = None, template: Path | None = None, **environment: str
) -> Rig:
    """An empty instance: on the given servers, or embedded in the folder. Migrates, or copies a migrated SQLite file."""
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "data"
    data.mkdir(exist_ok=True)
    values = {
        **os.environ,
        "DATABASE_URL": postgres.url if postgres else "",
        "REDIS_URL": redis.url if redis else "",
        "DATA_DIR": str(data),
        "SECRET_KEY": "0" * 64,
        "LOG_LEVEL": "info",
        "JOB_LEASE_SECONDS": "3",
        "FETCH_ALLOW_HOSTS": "",
        "WARM_WORKERS": "false",
        "PYTHONPATH": f"{ROOT / 'tests' / 'faults' / 'site'}:{ROOT}",
        **environment,
    }
    if template is not None:
        shutil.copy(template, data / "coexai.db")
    url = f"postgresql+psycopg://{postgres.url.partition('://')[2]}" if postgres else f"sqlite:///{data / 'coexai.db'}"
    return Rig(folder, values, db.connect(url), postgres, redis)


def migrate(rig: Rig) -> None:
    subprocess.run([sys.executable, "-m", "coexai_app.cli", "migrate"], cwd=ROOT, env=rig.environment, check=True)


def empty(rig: Rig) -> None:
    """No rows on a server that another test used before."""
    names = ", ".join(f'"{table}"' for table in SQLModel.metadata.tables)
    with rig.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # the audit log refuses to be emptied
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    assert rig.redis
    rig.redis.flush()


def organizations(web: Client, *plans: str) -> list[Any]:
    """One organisation per plan, each with its owner. Returns the owners."""
    return [web(client.sign_up, f"House {n} {plan}", plan) for n, plan in enumerate(plans)]
