"""A small real HTTP server that speaks the transcription API; the tests talk to it over sockets, and say what it answers next."""

from __future__ import annotations

import email.parser
import email.policy
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    fields: dict[str, str]
    audio: bytes
    file_name: str


@dataclass
class Answer:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def segments(*told: tuple[float, float, str], **more: Any) -> Answer:
    """The detailed answer."""
    parts = [{"id": n, "start": at, "end": until, "text": f" {text}", **more} for n, (at, until, text) in enumerate(told)]
    return Answer(body={"task": "transcribe", "language": "english", "text": " ".join(t for *_, t in told), "segments": parts})


def refusal(status: int, message: str = "no", code: str = "", **headers: str) -> Answer:
    return Answer(status, {"error": {"message": message, "code": code or None}}, {k.replace("_", "-"): v for k, v in headers.items()})


class TranscriptionServer:
    """Answers in order; the last one again when there are more calls."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [segments()]
        self.asked: list[Asked] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                server.asked.append(_asked(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
                data = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in {"content-type": "application/json", "content-length": str(len(data)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def say(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def _asked(path: str, headers: dict[str, str], body: bytes) -> Asked:
    whole = b"content-type: " + headers["content-type"].encode() + b"\r\n\r\n" + body
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(whole)
    asked = Asked(path, headers, {}, b"", "")
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if name == "file":
            asked.audio, asked.file_name = content, part.get_filename()
        else:
            asked.fields[name] = content.decode()
    return asked
