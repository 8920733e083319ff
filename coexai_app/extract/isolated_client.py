"""The worker's side of the wall: keeps the process that forks, sends a source across, waits for the end. `isolated.py` calls `exchange`.

One server per process, started by the first source or by `start`, and started again when it is gone.
"""

from __future__ import annotations

import array
import atexit
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from coexai_app import log
from coexai_app.errors import Unavailable
from coexai_app.extract.isolated_server import FORK, LOAD, NO_PROCESS
from coexai_app.extract.isolated_talk import End, Talk

_SLICE_SECONDS: Final = 0.25
# How long a living server takes at most to kill and to tell: it may be loading a reader, on a machine with much else to do.
_SERVER_SECONDS: Final = 15.0
_KILLED: Final = b'{"code": -9, "cpu": 0, "peak": 0}'
_START: Final = "import sys; sys.path[:] = sys.argv[2:]; from coexai_app.extract.isolated_server import main; main(int(sys.argv[1]))"
# The server gets no secret: of the environment only where programs and words are. More threads than one cannot be forked.
_ENVIRONMENT: Final = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "VIRTUAL_ENV", "SYSTEMROOT")
_PREFIXES: Final = ("LC_", "PYTHON", "LD_", "DYLD_")
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")


class ServerLost(Exception):
    """The server ended, or answers no more, while a source was read."""


class _Server:
    """A handle on the process that forks.

    It ends when the control socket does, with the worker and whatever kills that. (A parent-death signal would come too early: it
    tells of the end of the thread that started the process.)
    """

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            paths = [str(Path(entry).absolute()) for entry in sys.path]
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, str(theirs.fileno()), *paths],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={k: v for k, v in os.environ.items() if k in _ENVIRONMENT or k.startswith(_PREFIXES)} | _ONE_THREAD,
                cwd="/",
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the worker, which may let its jobs finish
            )
        self._control = ours
        self._control.settimeout(_SERVER_SECONDS)
        self.pid = self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def tell(self, letter: bytes, descriptors: tuple[int, ...] = ()) -> bool:
        """False when it is gone, or does not listen."""
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            self._control.sendmsg([letter], ancillary)
        except OSError:
            return False
        return True

    def end(self) -> None:
        """Also ends what it forked: on Linux at once, elsewhere when their time is over."""
        self._control.close()
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """In a process that was forked from the one that owns the server: lets go of it without touching it."""
        self._control.close()
        self._process.returncode = 0


_server: _Server | None = None
_lock = threading.Lock()


def start() -> None:
    """Starts the server and has it load the readers; returns at once."""
    try:
        with _lock:
            _running().tell(LOAD)
    except OSError:
        log.get(__name__).warning("the process that reads files did not start; the first file will try again")


def stop() -> None:
    """Ends the server and whatever it reads."""
    global _server
    with _lock:
        if _server is not None:
            _server.end()
            _server = None


def server_pid() -> int | None:
    return _server.pid if _server is not None and _server.alive else None


def exchange(request: bytes, data: bytes, *, seconds: float, answer_bytes: int, check: Callable[[], object]) -> End:
    """Sends a request to a process of its own and waits for that to end.

    `check` is called every quarter of a second; what it raises passes through, and the process is killed.
    Raises `ServerLost`, after which another try may work, and `Unavailable` when the machine has no room for a process.
    """
    channel, channel_there = socket.socketpair()
    line, line_there = socket.socketpair()
    with channel, line:
        with channel_there, line_there, _lock:
            server = _running()
            sent = server.tell(FORK, (channel_there.fileno(), line_there.fileno()))
        talk = Talk(channel, line, (memoryview(request), memoryview(data)), answer_bytes)
        late = sent and not _wait(talk, seconds, check)
        if (late or talk.overflow) and not talk.over:
            # Asks for the process to be killed, and sees to it that it is: a server that does not answer is killed itself.
            line.shutdown(socket.SHUT_WR)
            sent = _wait(talk, _SERVER_SECONDS)
        if talk.told == NO_PROCESS:
            raise Unavailable("The server is too busy to read a file now. Try again in a minute.")
        if not sent or not talk.told:
            _drop(server)
            if not late and not talk.overflow:
                raise ServerLost
        told = json.loads(talk.told or _KILLED)
        return End(told["code"], talk.answer, late, talk.overflow, told["cpu"], told["peak"])


def _wait(talk: Talk, seconds: float, check: Callable[[], object] | None = None) -> bool:
    """Until the process ended, or has said too much and nobody minds it; False when the time is over before."""
    deadline = time.monotonic() + seconds
    next_check = time.monotonic() + _SLICE_SECONDS
    while not talk.over and not (check and talk.overflow):
        now = time.monotonic()
        if now >= deadline:
            return False
        if check and now >= next_check:
            check()
            next_check = time.monotonic() + _SLICE_SECONDS
        talk.go_on(min(_SLICE_SECONDS, deadline - now))
    return True


def _running() -> _Server:
    """The server of this process; the caller holds the lock."""
    global _server
    if _server is None or not _server.alive:
        if _server is not None:
            _server.end()
        _server = _Server()
    return _server


def _drop(server: _Server) -> None:
    """Ends a server that is of no use any more; the next source starts another."""
    global _server
    with _lock:
        if _server is server:
            _server = None
    server.end()


def _forked() -> None:
    global _server, _lock
    _lock = threading.Lock()
    if _server is not None:
        _server.forget()
        _server = None


os.register_at_fork(after_in_child=_forked)
atexit.register(stop)
