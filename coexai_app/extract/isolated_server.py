"""The process that forks one reading process per source, from an image where the readers are loaded. `isolated_client.py` starts it.

It has one thread, sees no source, and holds nothing but who reads what: for every reading process a line to the worker's thread that
waits for it. What comes on that line is its end; that the line breaks, or the worker dies, is the reading process's.
"""

from __future__ import annotations

import array
import contextlib
import gc
import json
import os
import select
import signal
import socket
from collections.abc import Callable
from typing import Final

from coexai_app.extract import isolated_child, language
from coexai_app.processes import die_with_parent

FORK: Final = b"F"
LOAD: Final = b"L"
NO_PROCESS: Final = b"-"
_DESCRIPTORS: Final = 2  # with every FORK: the reading process's channel, and the line
_STANDARD: Final = 3
_SENTENCE: Final = "The bakery opens at seven in the morning, every day of the week."


class Server:
    """Forks on request; loads a reader whenever nobody asks for anything, once the first source was read or `LOAD` came."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: dict[int, socket.socket] = {}
        self._loading: list[Callable[[], None]] = _loaders()
        self._load = False
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._wake, self._woken = os.pipe()
        os.set_blocking(self._woken, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        self._poll.register(self._wake, select.POLLIN)

    def run(self) -> None:
        """Until the worker is gone."""
        while True:
            loading = self._load and bool(self._loading)
            events = self._poll.poll(0 if loading else None)
            if not events and loading:
                self._load_next()
            # In this order: a number that is free again may come back as another's.
            ready = {descriptor for descriptor, _ in events}
            for descriptor in ready - {self._control.fileno(), self._wake}:
                self._stop(descriptor)
            if self._wake in ready:
                os.read(self._wake, 1_024)
                self._reap()
            if self._control.fileno() in ready and not self._asked():
                return self._end()

    def _asked(self) -> bool:
        """Does what one byte asks for; False when the worker is gone."""
        try:
            letter, ancillary, _, _ = self._control.recvmsg(1, socket.CMSG_SPACE(_DESCRIPTORS * array.array("i").itemsize))
        except ConnectionError:
            return False
        if letter == LOAD:
            self._load = True
        elif letter == FORK:
            descriptors = array.array("i")
            for level, kind, data in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    descriptors.frombytes(data)
            if len(descriptors) == _DESCRIPTORS:
                channel, line = (socket.socket(fileno=descriptor) for descriptor in descriptors)
                self._fork(channel, line)
        return bool(letter)

    def _fork(self, channel: socket.socket, line: socket.socket) -> None:
        server = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            with contextlib.suppress(OSError):
                line.send(NO_PROCESS)
            line.close()
            channel.close()
            return
        if pid == 0:
            _become_child(
                channel,
                server,
                [self._control.fileno(), self._wake, self._woken, line.fileno(), *map(socket.socket.fileno, self._children.values())],
            )
        channel.close()
        self._children[pid] = line
        self._poll.register(line, select.POLLIN)

    def _stop(self, descriptor: int) -> None:
        """The worker's thread wants no answer any more. The process is not reaped yet, so its number is still its own."""
        for pid, line in self._children.items():
            if line.fileno() == descriptor:
                self._poll.unregister(line)
                os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self._children:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            line = self._children.pop(pid)
            with contextlib.suppress(KeyError):
                self._poll.unregister(line)
            end = {"code": os.waitstatus_to_exitcode(status), "cpu": round(usage.ru_utime + usage.ru_stime, 3), "peak": usage.ru_maxrss}
            with contextlib.suppress(OSError), line:
                line.send(json.dumps(end).encode())
            self._load = True

    def _load_next(self) -> None:
        with contextlib.suppress(Exception):  # what cannot be loaded is told by the process that needs it
            self._loading.pop(0)()
        if not self._loading:
            # Marks the pages of what is loaded as not to be looked at by the collector, so that they stay shared.
            gc.collect()
            gc.freeze()

    def _end(self) -> None:
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)


def _become_child(channel: socket.socket, server: int, foreign: list[int]) -> None:
    """Reads the one source and ends. `foreign` descriptors belong to others, whose lines must break when they let go."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        die_with_parent(signal.SIGKILL)
        if os.getppid() == server:
            for descriptor in foreign:
                os.close(descriptor)
            isolated_child.main(channel)
            code = 0
    finally:
        os._exit(code)


def _loaders() -> list[Callable[[], None]]:
    """One small source of each kind, so that modules, tables and the language model are there; cheapest and most asked for first."""
    from coexai_app.extract import reading

    def html() -> None:
        reading.read(f"<!doctype html><html><body><h1>Bread</h1><p>{_SENTENCE}</p></body></html>".encode())

    def markdown() -> None:
        reading.read(f"# Bread\n\n*{_SENTENCE}*".encode(), name="a.md")

    def pdf() -> None:
        import pdfplumber  # noqa: F401

        from coexai_app.extract import pdf  # noqa: F401

    def docx() -> None:
        from coexai_app.extract import docx  # noqa: F401

    def characters() -> None:
        import charset_normalizer

        charset_normalizer.from_bytes("Привет, мир".encode("koi8-r")).best()

    return [html, markdown, pdf, docx, characters]


def main(control: int) -> None:
    """`control` is the number of the socket to the worker. Ends when the worker does, and not by the signals that ask a worker to end."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(_STANDARD):
        os.dup2(null, standard)
    # The language model, which every reader needs, loads through a file on disk, and so only here.
    language.detect(_SENTENCE)
    with socket.socket(fileno=control) as worker:
        Server(worker).run()
    os._exit(0)
