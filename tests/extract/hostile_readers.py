"""Readers that misbehave as a broken library would; `isolated.call` runs them by name in the reading process."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from coexai_app.errors import InvalidInput, NotFound
from coexai_app.extract.document import Block, BlockKind, Document, SourceKind


def document(text: str) -> Document:
    return Document(kind=SourceKind.TEXT, text=text, blocks=(Block(kind=BlockKind.PARAGRAPH, start=0, end=len(text)),))


def echo(data: bytes) -> Document:
    return document(data.decode())


def nap(data: bytes) -> Document:
    time.sleep(float(data))
    return document("rested")


def where(data: bytes) -> Document:
    return document(str(os.getpid()))


def loop(data: bytes) -> Document:
    while True:
        pass


def tell_and_sleep(data: bytes) -> Document:
    """Tells its number through a named pipe."""
    with Path(data.decode()).open("wb", buffering=0) as pipe:
        pipe.write(b"%d\n" % os.getpid())
    time.sleep(60)
    return document("too late")


def abort(data: bytes) -> Document:
    os.abort()


def crash(data: bytes) -> Document:
    ctypes.string_at(0)
    return document("never")


def leave(data: bytes) -> Document:
    os._exit(0)


def leave_with_code(data: bytes) -> Document:
    os._exit(7)


def fill_memory(data: bytes) -> Document:
    held = []
    while True:
        held.append(bytearray(10_000_000))


def fill_memory_in_c(data: bytes) -> Document:
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    while libc.malloc(ctypes.c_size_t(10_000_000)):
        pass
    raise MemoryError


def recurse(data: bytes) -> Document:
    return recurse(data)


def fail(data: bytes) -> Document:
    raise KeyError(data.decode())


def refuse(data: bytes) -> Document:
    raise InvalidInput("This is not for reading.", field="file", page=3)


def hide(data: bytes) -> Document:
    raise NotFound("no reader may say so")


def chatter(data: bytes) -> Document:
    sys.stdout.write("to standard output")
    sys.stderr.write("to standard error")
    os.write(1, b"x" * 100_000)
    os.write(2, b"x" * 100_000)
    ctypes.CDLL(None).printf(b"from C\n")
    ctypes.CDLL(None).fflush(None)
    return document(repr(sys.stdin.read()))


def flood(data: bytes) -> Document:
    """Writes to the worker without end, past the framing."""
    while True:
        for descriptor in range(3, 12):
            try:
                os.write(descriptor, b"R" * 1_000_000)
            except OSError:
                continue


def nonsense(data: bytes) -> Document:
    for descriptor in range(3, 12):
        try:
            os.write(descriptor, b'R{"kind": "text", "text": 5')
        except OSError:
            continue
    os._exit(0)


def large(data: bytes) -> Document:
    return document("x" * int(data))


def forbidden(data: bytes) -> Document:
    """What of these works: a network, another program, another process, a file of its own."""

    def connect() -> None:
        socket.create_connection(("127.0.0.1", int(data)), timeout=1)

    def listen() -> None:
        socket.socket(socket.AF_UNIX).bind("\0coexai-test")

    def run() -> None:
        subprocess.run(["/bin/true"], check=True)

    def fork() -> None:
        if os.fork() == 0:
            os._exit(0)

    def hurt() -> None:
        os.kill(os.getppid(), signal.SIGTERM)

    def write() -> None:
        path = Path("/tmp") / f"coexai-test-{os.getpid()}"
        try:
            path.write_text("kept")
        finally:
            path.unlink(missing_ok=True)

    done = []
    for attempt in (connect, listen, run, fork, hurt, write):
        try:
            attempt()
        except OSError:
            continue
        done.append(attempt.__name__)
    return document(" ".join(done) or "nothing")


def environment(data: bytes) -> Document:
    return document(" ".join(sorted(os.environ)))
