"""`coexai serve`: the web process and the worker, started and watched by one parent that brings back whichever dies.

`reflex run` is not used: it needs node at run time and ends with its first dead worker. SIGTERM and Ctrl-C stop everything cleanly.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from coexai_app import doors, frontend, log, settings
from coexai_app.processes import die_with_parent

STOP_SECONDS: Final = 12.0
START_SECONDS: Final = 60.0
SOCKET_ENV: Final = {
    # A tab whose connection broke is noticed after 35 s instead of Reflex's two minutes.
    "REFLEX_SOCKET_INTERVAL": "15s",
    "REFLEX_SOCKET_TIMEOUT": "20s",
    "REFLEX_OPLOCK_ENABLED": "true",
}


def web(app: str = "coexai_app.coexai_app:web") -> None:
    """The web processes: pages, socket and API under uvicorn, from the prebuilt frontend. `app` names a function that makes them."""
    import uvicorn
    from uvicorn.config import STARTUP_FAILURE
    from uvicorn.supervisors import Multiprocess

    config = settings.get()
    log.configure("web", style=config.log_format, level=config.log_level)
    os.environ.update(
        {
            "REFLEX_ENV_MODE": "prod",
            "__REFLEX_SKIP_COMPILE": "true",
            "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
            **({k: v for k, v in SOCKET_ENV.items() if config.redis_url or "OPLOCK" not in k}),
        }
    )
    # An open redirect of the framework hangs on this variable.
    os.environ.pop("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN", None)
    with tempfile.TemporaryDirectory(prefix="coexai-metrics-") as shared:
        if config.web_workers > 1:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = shared
        whole = uvicorn.Config(
            app,
            factory=True,
            host=config.host,
            port=config.port,
            workers=config.web_workers,
            loop="uvloop",
            http="h11",  # a tenth slower than httptools, which takes headers without an end
            ws="websockets-sansio",
            ws_max_size=1_000_000,
            ws_per_message_deflate=False,
            proxy_headers=True,
            forwarded_allow_ips=config.trusted_proxies,
            timeout_graceful_shutdown=5,
            server_header=False,
            access_log=False,
            log_config=None,
            backlog=4096,
        )
        if config.web_workers == 1:
            server = uvicorn.Server(whole)
            with suppress(KeyboardInterrupt):
                server.run()
            sys.exit(None if server.started else STARTUP_FAILURE)
        try:
            door = doors.open_for_all(config.host, config.port)
        except OSError as error:
            log.get(__name__).error("cannot listen on %s, port %d: %s", config.host, config.port, error)
            sys.exit(STARTUP_FAILURE)
        Multiprocess(whole, sockets=[door]).run()


def worker() -> None:
    """The worker process: Huey's consumer with one process per job that runs at the same time."""
    config = settings.get()
    log.configure("worker", style=config.log_format, level=config.log_level)
    import tasks

    tasks.consumer(workers=config.job_workers, stop_seconds=STOP_SECONDS - 3, route=config.worker_queue).run()


PARTS: Final[dict[str, Callable[[], None]]] = {"web": web, "worker": worker}


@dataclass(slots=True)
class Part:
    """A child process that is started again when it dies, with a growing pause."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.25
    due: float = field(default=0.0)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "coexai_app.cli", "part", self.name],
            cwd=settings.ROOT,
            start_new_session=True,  # Ctrl-C reaches the parent only, which stops the parts in order
            preexec_fn=die_with_parent,
        )

    def watch(self) -> None:
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        if not self.due:
            self.pause = 0.25 if now - self.started > 10 else min(self.pause * 2, 4.0)
            self.due = now + self.pause
            _say(self.name, f"stopped with code {self.process.returncode}; starting it again in {self.pause:.0f} s")
        elif now >= self.due:
            self.due = 0.0
            self.start()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def join(self, until: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)


def serve(parts: tuple[str, ...] = ("web", "worker")) -> int:
    """Runs the parts until SIGTERM or Ctrl-C. Returns the exit code: 0 when stopped, 1 when it could not start."""
    config = settings.get()
    if "web" in parts:
        if not frontend.CLIENT.joinpath("index.html").exists():
            print("The pages are not built yet. Run: coexai build", file=sys.stderr)  # noqa: T201
            return 1
        if (taken := _port_problem(config.host, config.port)) is not None:
            print(taken, file=sys.stderr)  # noqa: T201
            return 1
    stopping = False

    def stop(_signum: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    os.environ["COEXAI_RUN"] = secrets.token_hex(4)  # by it the parts know each other, see queue.py
    running = [Part(name) for name in parts]
    for part in running:
        part.start()
    _announce_when_ready(running, lambda: stopping)
    while not stopping:
        for part in running:
            part.watch()
        time.sleep(0.25)
    _say("coexai", "stopping; running jobs are finished or handed back")
    for part in running:
        part.stop()
    until = time.monotonic() + STOP_SECONDS
    for part in running:
        part.join(until)
    _say("coexai", "stopped")
    return 0


def _announce_when_ready(running: list[Part], stopped: Callable[[], bool]) -> None:
    """Prints a line per part, and the address once the page is served."""
    config = settings.get()
    until = time.monotonic() + START_SECONDS
    if any(part.name == "worker" for part in running):
        _say("worker", f"{config.job_workers} jobs at a time, queue on {'Redis' if config.redis_url else 'SQLite'}")
    if not any(part.name == "web" for part in running):
        return
    while time.monotonic() < until and not stopped():
        if _ready(config.port):
            database = "PostgreSQL" if config.database_url else "SQLite"
            _say("web", f"pages and live updates, database on {database}")
            _say("api", f"{config.origin}/api/v1, described in /docs/api")
            _say("ready", f"open {config.origin}   (Ctrl-C stops everything)")
            return
        for part in running:
            part.watch()
        time.sleep(0.1)


def _ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _port_problem(host: str, port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return f"Port {port} cannot be used ({error.strerror}). Stop what uses it, or choose another: PORT=3001 make run"
    return None


def _say(part: str, line: str) -> None:
    print(f"  {part:<8} {line}", flush=True)  # noqa: T201
