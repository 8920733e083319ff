"""The processes of `benchmarks/jobs.py`: a PostgreSQL as it is shipped (fsync on), and children that end with their parent."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from coexai_app.processes import die_with_parent
from tests.servers import Postgres, free_port

STOP_SECONDS = 15.0


class DurablePostgres(Postgres):
    """Unlike the tests' server: everything that decides durability and memory is the default."""

    @classmethod
    def start(cls) -> DurablePostgres:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")) or [Path(shutil.which("pg_ctl") or "pg_ctl")]
        folder = Path(tempfile.mkdtemp(prefix="coexai-bench-postgres-"))
        server = cls(folder, free_port(), found[-1].parent)
        try:
            if os.geteuid() == 0:
                shutil.chown(folder, "postgres")
            server._run("initdb", "-D", f"{folder}/db", "-A", "trust", "-U", "coexai", "-E", "UTF8", "--locale=C.UTF-8")
            options = f"-p {server.port} -k {folder} -c listen_addresses=127.0.0.1"
            server._run("pg_ctl", "-D", f"{folder}/db", "-o", options, "-w", "-l", f"{folder}/log", "start")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return server

    def stop(self) -> None:
        try:
            super().stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database: str) -> str:
        return f"postgresql://coexai@127.0.0.1:{self.port}/{database}"

    def make(self, database: str) -> str:
        """Makes an empty database and returns its address."""
        with self.connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return self.address(database)

    @contextmanager
    def connect(self, database: str) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            yield connection

    def facts(self) -> dict[str, str]:
        """The settings that decide durability, as the server says them."""
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "shared_buffers")
        with self.connect("postgres") as connection:
            return {name: str(connection.execute(f"SHOW {name}").fetchone()[0]) for name in names}  # type: ignore[index]


def start(command: Sequence[str], environment: Mapping[str, str], **options: Any) -> subprocess.Popen[Any]:
    """A child in a session of its own, that ends when this process does."""
    return subprocess.Popen(command, env={**os.environ, **environment}, start_new_session=True, preexec_fn=die_with_parent, **options)


def stop(process: subprocess.Popen[Any], *, whole: bool = False) -> None:
    """Ends a child that `start` made; `whole`: with all that it started in its session."""
    if process.poll() is not None:
        return
    if whole:
        os.killpg(process.pid, signal.SIGTERM)
    else:
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)


def run(command: Sequence[str], environment: Mapping[str, str], *, seconds: float) -> str:
    """Runs a child to its end and returns its standard output. Raises RuntimeError with the end of what it said."""
    process = start(command, environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        out, said = process.communicate(timeout=seconds)
    finally:
        stop(process, whole=True)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command[:3])} failed ({process.returncode}): {said[-2_000:]}")
    return str(out)


def memory(parent: int) -> dict[int, int]:
    """Resident memory in kB of each child of a process, by its id."""
    listed = subprocess.run(["ps", "-o", "pid=,rss=", "--ppid", str(parent)], capture_output=True, text=True, check=False).stdout
    return {int(pid): int(rss) for pid, rss in (line.split() for line in listed.splitlines())}


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Least-squares slope of (x, y)."""
    n = len(points)
    if n < 2:
        return 0.0
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def pause_until(moment: float) -> None:
    if (left := moment - time.monotonic()) > 0:
        time.sleep(left)
