"""Logs: one formatter for every library, with the ids of the request and the job that are being served.

Text for people, JSON for collectors (LOG_FORMAT=json; fields as in the founding document §8.1).
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

_context: ContextVar[dict[str, str]] = ContextVar("coexai_log", default={})  # noqa: B039  (never mutated, always replaced)
_SECRET = re.compile(
    r"(?i)(coexai_(?:session|step|flow)=|authorization: *(?:(?:bearer|basic) +)?|bearer +|api[_-]?key[\"'=: ]+|token=|"
    r"cxa_(?:live|test)_|cxr_|cxi_)[^\s\"'&;,]+"
)
# What would end a line, move the cursor of a terminal, or turn the direction of the text that is read.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


def get(name: str) -> logging.Logger:
    return logging.getLogger(name)


@contextmanager
def bound(**ids: str) -> Iterator[None]:
    """Adds ids (request_id, trace_id, job_id, user_id …) to every line that is logged inside."""
    token = _context.set({**_context.get(), **{k: v for k, v in ids.items() if v}})
    try:
        yield
    finally:
        _context.reset(token)


def context() -> dict[str, str]:
    return _context.get()


def _clean(message: str) -> str:
    return _SECRET.sub(r"\1[redacted]", message)


def _plain(message: str) -> str:
    """One line, whatever it tells of: what somebody typed forges no second one."""
    return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), message)


class _Json(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "service": self.service,
            "logger": record.name,
            "message": _clean(record.getMessage()),
            **context(),
            **{k: v for k, v in record.__dict__.items() if k not in _STANDARD},
        }
        if record.exc_info:
            line["exception"] = _clean(self.formatException(record.exc_info))
        return json.dumps(line, default=str, ensure_ascii=False)


class _Text(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        ids = " ".join(f"{k}={v}" for k, v in context().items())
        line = _plain(
            f"{when} {self.service:<6} {record.levelname.lower():<7} {_clean(record.getMessage().strip())}{'  ' + ids if ids else ''}"
        )
        if not record.exc_info:
            return line
        # Indented, so that a line of an error's text is not taken for one of ours.
        told = _clean(self.formatException(record.exc_info)).splitlines()
        return "\n".join([line, *(f"    {_plain(part)}" for part in told)])


def configure(service: str, *, style: str = "text", level: str = "info") -> None:
    """Sets up the root logger of this process; uvicorn, huey and reflex write through it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json(service) if style == "json" else _Text(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error", "huey", "huey.consumer", "reflex"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
    # Chatty libraries whose lines say nothing to an operator.
    for name in (
        "uvicorn",
        "uvicorn.access",
        "uvicorn.error",
        "httpx",
        "httpx2",
        "httpcore",
        "httpcore2",
        "pdfminer",
        "trafilatura",
        "socketio",
        "huey.consumer",
        "alembic",
        "huey",
    ):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It writes a whole trace for every byte that is no packet; `state/socket.py` tells of what is refused.
    logging.getLogger("engineio.server").setLevel(logging.CRITICAL)
    logging.getLogger("uvicorn.error").addFilter(_no_refused_handshake)


def _no_refused_handshake(record: logging.LogRecord) -> bool:
    """uvicorn calls it an error when a socket is refused with an answer of HTTP; `boundary.py` has told of that."""
    return record.msg != "ASGI callable returned without completing handshake."
