"""The example programs when things go wrong: a server that is busy, streams that break off, requests that are not ours."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from coexai_app.services import webhook_signing
from coexai_app.settings import ROOT

EXAMPLES = ROOT / "examples"
PROGRAMS = {
    "client.py": [sys.executable, str(EXAMPLES / "python" / "client.py")],
    "run-job.sh": [str(EXAMPLES / "shell" / "run-job.sh")],
}
JOB = {"id": "j1", "status": "processing", "reason": "", "advice": ""}
BUSY = {"error": {"code": "UNAVAILABLE", "message": "The database is away.", "details": {}, "request_id": "req_1"}}


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / "python" / f"{name}.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@dataclass
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Api:
    """A server that answers as the API does on a bad day. `trouble`: how often each path says 503 first; `ends`: the job's last status."""

    trouble: dict[str, int] = field(default_factory=dict)
    ends: str = "completed"
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def of(self, path: str) -> list[Asked]:
        return [one for one in self.asked if one.path == path]


def event(number: int, kind: str) -> bytes:
    data = {"id": number, "type": kind, "job_id": "j1", "status": "processing", "progress": {"done": number, "total": 7}, "note": ""}
    return f"id: {number}\nevent: {kind}\ndata: {json.dumps(data)}\n\n".encode()


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            path = self.path.removeprefix("/api/v1")
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            api.asked.append(Asked(self.command, path, {k.lower(): v for k, v in self.headers.items()}, body))
            if api.trouble.get(path, 0):
                api.trouble[path] -= 1
                return self.say(503, BUSY, {"Retry-After": "0"})
            if path == "/jobs/j1/events":
                return self.stream(int(self.headers.get("Last-Event-ID") or 0))
            if path == "/jobs/j1/output":
                return self.say(200, None, {"Content-Type": "text/markdown"}, b"# The thread\n")
            ended = any(
                b"job." in event(0, f"job.{api.ends}") and one.headers.get("last-event-id") == "2" for one in api.of("/jobs/j1/events")
            )
            job = {**JOB, "status": api.ends if ended else "processing", "reason": "It has no text." if api.ends == "failed" else ""}
            quote = {"blocked": "", "runs": 1, "time": "a few seconds", "runs_left": "9 of 10 runs"}
            return self.say(200, quote if path == "/quotes" else job)

        do_GET = do_POST = handle_one

        def stream(self, after: int) -> None:
            """Breaks off after the second event; the rest comes to those who say where they were."""
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            parts = [event(1, "job.queued"), event(2, "step.done")] if after == 0 else [event(3, f"job.{api.ends}")]
            for part in parts:
                self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            if after:
                self.wfile.write(b"0\r\n\r\n")
            self.close_connection = True

        def say(self, status: int, made: Any, headers: Mapping[str, str] | None = None, raw: bytes = b"") -> None:
            body = raw or json.dumps(made).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()


def start(name: str, api: Api, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "it's a post.md"
    file.write_text('A text with "quotes", $HOME and ünïcödé.\n')
    settings = {**os.environ, "COEXAI_URL": api.url, "COEXAI_KEY": "cxa_test_x"}
    return subprocess.run([*PROGRAMS[name], str(file)], env=settings, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("name", PROGRAMS)
class TestClients:
    def test_a_broken_stream_is_taken_up_where_it_ended(self, name: str, tmp_path: Path) -> None:
        with serving(Api()) as api:
            done = start(name, api, tmp_path)
        assert (done.returncode, done.stdout) == (0, "# The thread\n"), done.stderr
        assert [one.headers.get("last-event-id", "0") for one in api.of("/jobs/j1/events")] == ["0", "2"]
        assert "job.completed" in done.stderr
        assert all(one.headers["authorization"] == "Bearer cxa_test_x" for one in api.asked)

    def test_what_is_away_is_asked_again_under_the_same_key(self, name: str, tmp_path: Path) -> None:
        with serving(Api(trouble={"/agents/maya/jobs": 1, "/jobs/j1/output": 1})) as api:
            done = start(name, api, tmp_path)
        assert done.returncode == 0, done.stderr
        orders = api.of("/agents/maya/jobs")
        assert len(orders) == 2
        assert len({one.headers["idempotency-key"] for one in orders}) == 1
        assert all(json.loads(one.body)["input"]["text"] == 'A text with "quotes", $HOME and ünïcödé.\n' for one in orders)

    def test_a_job_that_failed_says_why(self, name: str, tmp_path: Path) -> None:
        with serving(Api(ends="failed")) as api:
            done = start(name, api, tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert "It has no text." in done.stderr


class TestReceiver:
    SECRET = webhook_signing.make_secret()

    @pytest.fixture
    def receiver(self, tmp_path: Path) -> Iterator[tuple[str, list[Any]]]:
        module, handled = load("webhook_receiver"), []
        module.handle = lambda told: handled.append(told) if told["type"] != "bad" or len(handled) else handled.append(1 / 0)
        module.Receiver.secrets = [webhook_signing.make_secret(), self.SECRET]
        module.Receiver.seen = module.Seen(str(tmp_path / "seen.db"))
        server = ThreadingHTTPServer(("127.0.0.1", 0), module.Receiver)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", handled
        server.shutdown()
        server.server_close()
        module.Receiver.seen.database.close()

    def signed(self, body: bytes, at: float | None = None, secret: str = "", message: str = "msg_1") -> dict[str, str]:
        moment = int(time.time() if at is None else at)
        return webhook_signing.headers([secret or self.SECRET], message_id=message, timestamp=moment, body=body)

    def test_an_event_is_handled_once(self, receiver: tuple[str, list[Any]]) -> None:
        url, handled = receiver
        body = json.dumps({"type": "job.completed", "data": {"id": "1"}}).encode()
        answers = [httpx.post(url, content=body, headers=self.signed(body)).status_code for _ in range(3)]
        assert answers == [204, 204, 204]
        assert [one["type"] for one in handled] == ["job.completed"]

    def test_one_that_could_not_be_handled_may_come_again(self, receiver: tuple[str, list[Any]]) -> None:
        url, handled = receiver
        bad = json.dumps({"type": "bad", "data": {}}).encode()
        good = json.dumps({"type": "job.failed", "data": {}}).encode()
        assert httpx.post(url, content=bad, headers=self.signed(bad)).status_code == 500
        assert httpx.post(url, content=good, headers=self.signed(good, message="msg_2")).status_code == 204
        assert httpx.post(url, content=bad, headers=self.signed(bad)).status_code == 204
        assert [one["type"] for one in handled] == ["job.failed", "bad"]

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda headers: {**headers, "webhook-signature": "v1,AAAA"},
            lambda headers: {**headers, "webhook-signature": ""},
            lambda headers: {**headers, "webhook-id": "msg_2"},
            lambda headers: {**headers, "webhook-timestamp": "١٢٣"},
            lambda headers: {**headers, "webhook-timestamp": "9" * 400},
            lambda headers: {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)},
            lambda headers: {k: v for k, v in headers.items() if k != "webhook-timestamp"},
        ],
    )
    def test_what_is_not_ours_is_refused(self, receiver: tuple[str, list[Any]], spoil: Callable[[dict[str, str]], dict[str, str]]) -> None:
        url, handled = receiver
        body = b'{"type": "job.completed", "data": {}}'
        headers = {name: value.encode() for name, value in spoil(self.signed(body)).items()}
        assert httpx.post(url, content=body, headers=headers).status_code == 401
        assert handled == []

    def test_old_ones_and_other_secrets_are_refused(self, receiver: tuple[str, list[Any]]) -> None:
        url, handled = receiver
        body = b'{"type": "job.completed", "data": {}}'
        for headers in (
            self.signed(body, at=time.time() - 400),
            self.signed(body, at=time.time() + 400),
            self.signed(body, secret=webhook_signing.make_secret()),
            self.signed(body + b" "),
        ):
            assert httpx.post(url, content=body, headers=headers).status_code == 401
        assert handled == []

    def test_too_much_is_not_read(self, receiver: tuple[str, list[Any]]) -> None:
        url, _ = receiver
        with socket.create_connection(("127.0.0.1", httpx.URL(url).port or 0), timeout=20) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n")  # and not one byte of the body
            assert connection.recv(100).split(b"\r\n")[0].split()[1] == b"413"
