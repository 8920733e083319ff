"""A receiver of webhooks on this machine: a real HTTP server that answers as it is told, and remembers what came."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answering = Callable[[BaseHTTPRequestHandler, bytes], None]


@dataclass(frozen=True)
class Came:
    path: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class Receiver:
    """`answers` is used up from the left, its last entry stays: a status, or a function that answers itself."""

    port: int = 0
    came: list[Came] = field(default_factory=list)
    answers: list[int | Answering] = field(default_factory=lambda: [200])
    by_path: dict[str, int | Answering] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.came]

    def next(self, path: str) -> int | Answering:
        with self.lock:
            if path in self.by_path:
                return self.by_path[path]
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def respond(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def says(status: int, body: bytes = b"", **headers: str) -> Answering:
    return lambda handler, _: respond(handler, status, body, **headers)


def hangs(seconds: float = 30) -> Answering:
    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(0.05)

    return answer


def closes(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    handler.connection.close()


def drips(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """A byte of the status line now and then, for ever."""
    try:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 600:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        return


def floods(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """An answer without an end."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _n in range(2_000):
            handler.wfile.write(b"z" * 65_536)
    except OSError:
        return


@contextmanager
def listening(port: int = 0) -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with receiver.lock:
                receiver.came.append(Came(self.path, headers, body, time.time()))
            answer = receiver.next(self.path)
            if isinstance(answer, int):
                respond(self, answer, b"ok")
            else:
                answer(self, body)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            return

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            return

    server = Server(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
