"""Real servers for the tests: PostgreSQL and Redis from Debian's packages, on free ports, with data folders of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], bool], seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


@dataclass
class Postgres:
    """A PostgreSQL server. It refuses to run as root, so then it runs as the package's own user."""

    folder: Path
    port: int
    binaries: Path

    @classmethod
    def start(cls) -> Postgres:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")) or [Path(shutil.which("pg_ctl") or "pg_ctl")]
        folder = Path(tempfile.mkdtemp(prefix="coexai-postgres-"))
        server = cls(folder, free_port(), found[-1].parent)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server._run("initdb", "-D", f"{folder}/db", "-A", "trust", "-U", "coexai", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-p {server.port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=32MB -c max_connections=60"
        server._run("pg_ctl", "-D", f"{folder}/db", "-o", options, "-w", "-l", f"{folder}/log", "start")
        server._run("createdb", "-h", "127.0.0.1", "-p", str(server.port), "-U", "coexai", "coexai")
        return server

    @property
    def url(self) -> str:
        return f"postgresql://coexai@127.0.0.1:{self.port}/coexai"

    def stop(self) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/db", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False, cwd=self.folder)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")


@dataclass
class RedisServer:
    process: subprocess.Popen[bytes]
    port: int

    @classmethod
    def start(cls, folder: Path) -> RedisServer:
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
        server = cls(subprocess.Popen(command, stdout=subprocess.DEVNULL), port)
        wait_until(server._answers, 10, "redis")
        return server

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(5)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
