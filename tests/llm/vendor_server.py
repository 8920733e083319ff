"""Small real HTTP servers that speak the vendors' protocols; the tests in this folder talk to them over sockets.

A test says what the server does next with a list of replies; what it received is kept in `requests`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from coexai_app.llm.anthropic import Anthropic
from coexai_app.llm.compatible import Compatible
from coexai_app.llm.gemini import Gemini
from coexai_app.llm.openai import OpenAI
from coexai_app.llm.vendor import Limits, Vendor

KEY = "sk-canary-7f3a9b1c5d"

STALL = object()  # silence until the test ends
BREAK = object()  # the connection is closed here, in the middle
ENDLESS = object()  # the piece before it again and again


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    pieces: Iterable[Any] | None = None
    drop: bool = False
    promised: int | None = None
    wait: float = 0.0


def drop() -> Reply:
    """The connection is closed before any answer."""
    return Reply(drop=True)


def broken(reply: Reply) -> Reply:
    """The same answer, of which only the first half arrives."""
    return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.headers, reply.kind, promised=len(reply.body))


def silent() -> Reply:
    return Reply(pieces=[STALL])


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class VendorServer:
    """Answers with the replies in their order; the last one again when there are more calls."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.requests: list[Request] = []
        self.over = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length", 0)))
                server.requests.append(Request(self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(raw)))
                reply = server.replies.pop(0) if len(server.replies) > 1 else server.replies[0]
                self.close_connection = True
                server.over.wait(reply.wait)
                if not reply.drop:
                    try:
                        server.send(self, reply)
                    except (BrokenPipeError, ConnectionResetError):
                        return

            def log_message(self, *args: Any) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def say(self, *replies: Reply) -> None:
        self.replies = list(replies)

    def send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        handler.send_response(reply.status)
        for name, value in {"content-type": reply.kind, **reply.headers}.items():
            handler.send_header(name, value)
        if reply.pieces is None:
            handler.send_header("content-length", str(reply.promised if reply.promised is not None else len(reply.body)))
            handler.end_headers()
            handler.wfile.write(reply.body)
            return
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        self._send_pieces(handler, reply.pieces)

    def _send_pieces(self, handler: BaseHTTPRequestHandler, pieces: Iterable[Any]) -> None:
        last = b""
        for piece in pieces:
            if piece is STALL:
                self.over.wait()
                return
            if piece is BREAK:
                return
            if piece is ENDLESS:
                while not self.over.is_set():
                    self._chunk(handler, last)
            elif isinstance(piece, float):
                self.over.wait(piece)
            else:
                last = piece
                self._chunk(handler, piece)
        handler.wfile.write(b"0\r\n\r\n")

    def _chunk(self, handler: BaseHTTPRequestHandler, data: bytes) -> None:
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        handler.wfile.flush()

    def close(self) -> None:
        self.over.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def _json(value: Any, status: int = 200, **headers: str) -> Reply:
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value, ensure_ascii=False).encode(), names)


def events(values: Iterable[Any], *, named: bool = False) -> list[Any]:
    """Server-sent events; what is not a dictionary (BREAK, a pause in seconds, raw bytes) is passed on."""
    pieces: list[Any] = []
    for value in values:
        if isinstance(value, dict):
            name = f"event: {value['type']}\n" if named else ""
            value = f"{name}data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()
        pieces.append(value)
    return pieces


def stream(pieces: Iterable[Any]) -> Reply:
    return Reply(kind="text/event-stream", pieces=list(pieces))


class OpenAIProtocol:
    name, vendor, setting, path = "openai", OpenAI, "OPENAI_API_KEY", "/v1/chat/completions"
    model, suffix = "gpt-5.4-mini", "/v1"
    stop, length, declined = "stop", "length", "content_filter"
    cost = 100 * 0.75 + 20 * 4.5

    def whole(self, text: str | None, *, finish: str | None = "stop", tokens: tuple[int, int] | None = (100, 20)) -> Reply:
        message = {"role": "assistant", "content": text, "refusal": None}
        body = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m"}
        usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)} if tokens else None
        return _json({**body, "choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": usage})

    def pieces(self, texts: list[str], *, finish: str | None = "stop", end: tuple[Any, ...] = ()) -> list[Any]:
        base = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        said = [{**base, "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]} for text in texts]
        if finish is None:
            return events([*said, *end])
        last = {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}
        usage = {**base, "choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}}
        return events([*said, last, usage, *end, b"data: [DONE]\n\n"])

    def error(self, status: int, code: str = "", message: str = f"bad {KEY}", **headers: str) -> Reply:
        return _json({"error": {"message": message, "type": code or "error", "code": code or None, "param": None}}, status, **headers)

    def refused_key(self) -> Reply:
        return self.error(401, "invalid_api_key")

    def broke_in_stream(self) -> list[Any]:
        return events([{"error": {"message": "The server had an error", "type": "server_error", "code": "server_error"}}])

    def sent_text(self, request: Request) -> tuple[str, list[tuple[str, str]]]:
        first, *turns = request.body["messages"]
        assert first["role"] == "system"
        return first["content"], [(turn["role"], turn["content"]) for turn in turns]

    def sent_schema(self, request: Request) -> Any:
        return request.body.get("response_format", {}).get("json_schema", {}).get("schema")

    def sent_limit(self, request: Request) -> int:
        return int(request.body["max_completion_tokens"])


class CompatibleProtocol(OpenAIProtocol):
    name, vendor, setting = "compatible", Compatible, "COMPATIBLE_API_KEY"
    model, suffix = "qwen3:8b", ""
    cost = None

    def sent_limit(self, request: Request) -> int:
        return int(request.body["max_tokens"])


class AnthropicProtocol:
    name, vendor, setting, path = "anthropic", Anthropic, "ANTHROPIC_API_KEY", "/v1/messages"
    model, suffix = "claude-sonnet-4-6", ""
    stop, length, declined = "end_turn", "max_tokens", "refusal"
    cost = 100 * 3 + 20 * 15

    def _message(self, content: list[Any], finish: str | None, tokens: tuple[int, int]) -> dict[str, Any]:
        usage = {"input_tokens": tokens[0], "output_tokens": tokens[1]}
        base = {"id": "m1", "type": "message", "role": "assistant", "model": "m", "stop_sequence": None}
        return {**base, "content": content, "stop_reason": finish, "usage": usage}

    def whole(self, text: str | None, *, finish: str | None = "end_turn", tokens: tuple[int, int] | None = (100, 20)) -> Reply:
        content = [{"type": "text", "text": text}] if text else []
        message = self._message(content, finish, tokens or (0, 0))
        return _json(message if tokens else {**message, "usage": None})

    def pieces(self, texts: list[str], *, finish: str | None = "end_turn", end: tuple[Any, ...] = ()) -> list[Any]:
        said: list[Any] = [
            {"type": "message_start", "message": self._message([], None, (100, 1))},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "ping"},
            *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}} for text in texts),
        ]
        if finish is None:
            return events([*said, *end], named=True)
        last = {"type": "message_delta", "delta": {"stop_reason": finish, "stop_sequence": None}, "usage": {"output_tokens": 20}}
        return events([*said, {"type": "content_block_stop", "index": 0}, last, *end, {"type": "message_stop"}], named=True)

    def error(self, status: int, code: str = "", message: str = f"bad {KEY}", **headers: str) -> Reply:
        return _json({"type": "error", "error": {"type": code or "api_error", "message": message}}, status, **headers)

    def refused_key(self) -> Reply:
        return self.error(401, "authentication_error")

    def broke_in_stream(self) -> list[Any]:
        return events([{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}], named=True)

    def sent_text(self, request: Request) -> tuple[str, list[tuple[str, str]]]:
        return request.body["system"], [(turn["role"], turn["content"]) for turn in request.body["messages"]]

    def sent_schema(self, request: Request) -> Any:
        return request.body.get("output_config", {}).get("format", {}).get("schema")

    def sent_limit(self, request: Request) -> int:
        return int(request.body["max_tokens"])


class GeminiProtocol:
    name, vendor, setting, path = "gemini", Gemini, "GEMINI_API_KEY", "/v1beta/models/gemini-2.5-flash:"
    model, suffix = "gemini-2.5-flash", ""
    stop, length, declined = "STOP", "MAX_TOKENS", "SAFETY"
    cost = 100 * 0.30 + 20 * 2.50

    def _body(self, text: str | None, finish: str | None, tokens: tuple[int, int] | None) -> dict[str, Any]:
        candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": [{"text": text}] if text else []}}
        if finish:
            candidate["finishReason"] = finish
        body: dict[str, Any] = {"candidates": [candidate], "modelVersion": "m"}
        if tokens:
            thought = 5
            counts = {"promptTokenCount": tokens[0], "candidatesTokenCount": tokens[1] - thought, "thoughtsTokenCount": thought}
            body["usageMetadata"] = {**counts, "totalTokenCount": sum(tokens)}
        return body

    def whole(self, text: str | None, *, finish: str | None = "STOP", tokens: tuple[int, int] | None = (100, 20)) -> Reply:
        return _json(self._body(text, finish, tokens))

    def pieces(self, texts: list[str], *, finish: str | None = "STOP", end: tuple[Any, ...] = ()) -> list[Any]:
        said = [self._body(text, None, None) for text in texts]
        if finish is None:
            return events([*said, *end])
        return events([*said, self._body("", finish, (100, 20)), *end])

    def error(self, status: int, code: str = "", message: str = f"bad {KEY}", **headers: str) -> Reply:
        return _json({"error": {"code": status, "message": message, "status": code or "INTERNAL"}}, status, **headers)

    def refused_key(self) -> Reply:
        reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
        return _json({"error": {"code": 400, "message": f"bad {KEY}", "status": "INVALID_ARGUMENT", "details": [reason]}}, 400)

    def broke_in_stream(self) -> list[Any]:
        return events([{"error": {"code": 503, "message": "The model is overloaded", "status": "UNAVAILABLE"}}])

    def sent_text(self, request: Request) -> tuple[str, list[tuple[str, str]]]:
        system = "".join(part["text"] for part in request.body["systemInstruction"]["parts"])
        return system, [(turn["role"], "".join(part["text"] for part in turn["parts"])) for turn in request.body["contents"]]

    def sent_schema(self, request: Request) -> Any:
        return request.body["generationConfig"].get("responseJsonSchema")

    def sent_limit(self, request: Request) -> int:
        return int(request.body["generationConfig"]["maxOutputTokens"])


PROTOCOLS: tuple[Any, ...] = (OpenAIProtocol(), AnthropicProtocol(), GeminiProtocol(), CompatibleProtocol())

QUICK = Limits(connect=2.0, read=0.3, total=5.0, max_chars=20_000, max_bytes=2_000_000)


class Desk:
    """One vendor at one server: what a test needs to talk to it. `slept` are the waits between tries; no time passes."""

    def __init__(self, server: VendorServer, protocol: Any) -> None:
        self.server, self.protocol = server, protocol
        self.slept: list[float] = []

    def vendor(self, **options: Any) -> Vendor:
        settings = {"api_key": KEY, "model": self.protocol.model, "base_url": self.server.url + self.protocol.suffix, "limits": QUICK}
        return self.protocol.vendor(**{**settings, "sleep": self.slept.append, **options})

    @property
    def calls(self) -> int:
        return len(self.server.requests)
