"""Real servers for the tests: PostgreSQL and Redis from Debian's packages, on free ports, with data folders of their own."""

from __future__ import annotations

import os
import shutil
import signal
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
    """A PostgreSQL server. It refuses to run as root, so then it runs as the package's own user.

    `durable`: as in production, a confirmed commit survives a crash; without it only an orderly end keeps the data.
    """

    folder: Path
    port: int
    binaries: Path
    options: str = ""

    @classmethod
    def start(cls, folder: Path | None = None, *, durable: bool = False) -> Postgres:
        """A fresh server; `folder` may be on a small volume: then its log is kept short."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")) or [Path(shutil.which("pg_ctl") or "pg_ctl")]
        home = folder or Path(tempfile.mkdtemp(prefix="coexai-postgres-"))
        server = cls(home, free_port(), found[-1].parent)
        if os.geteuid() == 0:
            shutil.chown(home, "postgres")
        small = ("--wal-segsize=1",) if folder else ()
        server._run("initdb", "-D", f"{home}/db", "-A", "trust", "-U", "coexai", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8", *small)
        server.options = (
            f"-p {server.port} -k {home} -c listen_addresses=127.0.0.1 -c fsync={'on' if durable else 'off'} "
            f"-c shared_buffers=32MB -c max_connections={200 if durable else 60}{' -c max_wal_size=8MB' if folder else ''}"
        )
        server.up()
        server._run("createdb", "-h", "127.0.0.1", "-p", str(server.port), "-U", "coexai", "coexai")
        return server

    @property
    def url(self) -> str:
        return self.url_at(self.port)

    def url_at(self, port: int) -> str:
        """The same database through another port, for a proxy in between."""
        return f"postgresql://coexai@127.0.0.1:{port}/coexai"

    def up(self) -> None:
        """Starts the server again, on the same port with the same data."""
        self._run("pg_ctl", "-D", f"{self.folder}/db", "-o", self.options, "-w", "-l", f"{self.folder}/log", "start")

    def down(self, *, immediate: bool = True) -> None:
        """Ends the server; immediate is a crash: no checkpoint, the next start replays the log."""
        self._run("pg_ctl", "-D", f"{self.folder}/db", "-m", "immediate" if immediate else "fast", "-w", "stop")

    def restart(self, *, immediate: bool = True) -> None:
        self.down(immediate=immediate)
        self.up()

    def running(self) -> bool:
        return self._code("pg_ctl", "-D", f"{self.folder}/db", "status")[0] == 0

    def stop(self) -> None:
        if self.running():
            self.down()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        code, errors = self._code(program, *arguments)
        if code:
            raise RuntimeError(f"{program} failed: {errors}")

    def _code(self, program: str, *arguments: str) -> tuple[int, str]:
        command = [str(self.binaries / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False, cwd=self.folder)
        return done.returncode, done.stderr


@dataclass
class RedisServer:
    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    @classmethod
    def start(cls, folder: Path) -> RedisServer:
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        server = cls(_redis(port, folder), port, folder)
        wait_until(server.answers, 10, "redis")
        return server

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def up(self) -> None:
        """Starts an empty server on the same port."""
        self.process = _redis(self.port, self.folder)
        wait_until(self.answers, 10, "redis")

    def kill(self) -> None:
        """Everything it held is gone: it keeps nothing on disk."""
        self.process.kill()
        self.process.wait(5)

    def freeze(self) -> None:
        """It takes connections, and never answers."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), 5) as line:
            line.sendall(b"FLUSHALL\r\n")
            line.recv(64)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.thaw()
            self.process.terminate()
        self.process.wait(5)

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def _redis(port: int, folder: Path) -> subprocess.Popen[bytes]:
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)
