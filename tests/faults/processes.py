"""The processes of a worker (the launcher, the consumer that it watches, and the consumer's workers), and ways to end or freeze them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Launcher:
    """`coexai worker` as people start it: the launcher, the consumer that it watches, and the consumer's worker processes."""

    process: subprocess.Popen[bytes]

    def consumers(self) -> list[int]:
        return _children(self.process.pid)

    def workers(self) -> list[int]:
        """The processes that run jobs. The consumer's scheduler is none; unlike them it has no thread that sweeps."""
        return [pid for consumer in self.consumers() for pid in _children(consumer) if _threads(pid) > 1]

    def kill_one(self) -> int | None:
        """SIGKILL for a random worker process. Returns its id, or None when none lives just now."""
        pids = self.workers()
        if not pids:
            return None
        victim = random.choice(pids)
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        return victim

    def kill_all(self) -> None:
        """The machine is gone: launcher, consumer and workers at once."""
        for pid in [self.process.pid, *self.consumers(), *self.workers()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self, seconds: float = 25) -> float:
        """SIGTERM, as a deploy sends it. Returns how long the end took."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill_all()
        return time.monotonic() - started


def _children(pid: int) -> list[int]:
    """The living children of a process that are parts of the product; a worker also starts processes that only read documents."""
    found = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return [child for child in found if alive(child) and _is_part(child)]


def _threads(pid: int) -> int:
    with suppress(OSError):
        return len(list(Path(f"/proc/{pid}/task").iterdir()))
    return 0


def _is_part(pid: int) -> bool:
    with suppress(OSError):
        return b"coexai_app.cli" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return False


def wake(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
