"""The process that reads one source: limits itself, calls the reader, answers, ends. `isolated_server.py` forks it.

The request is a line of JSON and then the bytes; the answer is one of the letters below and then JSON. Nothing is ever unpickled.
"""

from __future__ import annotations

import importlib
import json
import socket
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from coexai_app.errors import CoexaiError
from coexai_app.extract.confinement import confine

if TYPE_CHECKING:
    from coexai_app.extract.limits import ProcessLimits

RESULT: Final = b"R"
REFUSED: Final = b"E"
FAILED: Final = b"X"
OUT_OF_MEMORY: Final = b"M"
TOO_LONG: Final = b"L"
_FRAMES: Final = 6


def request(reader: str, options: dict[str, str], size: int, limits: ProcessLimits) -> bytes:
    """The line that goes ahead of the bytes. `reader` is "package.module:function"."""
    from dataclasses import asdict

    return json.dumps({"reader": reader, "options": options, "size": size, "limits": asdict(limits)}).encode() + b"\n"


def main(channel: socket.socket) -> None:
    """Serves the one request on `channel`."""
    from coexai_app.extract.limits import ProcessLimits

    with channel.makefile("rb") as stream:
        order = json.loads(stream.readline())
        limits = ProcessLimits(**order["limits"])
        confine(limits)
        data = stream.read(order["size"])
    if len(data) < order["size"]:
        return  # the worker died while it was sending
    try:
        channel.sendall(_answer(order["reader"], data, order["options"], limits))
    except MemoryError:
        channel.sendall(OUT_OF_MEMORY)


def _answer(reader: str, data: bytes, options: dict[str, str], limits: ProcessLimits) -> bytes:
    module, _, function = reader.partition(":")
    try:
        read = getattr(importlib.import_module(module), function)
        answer: bytes = RESULT + read(data, **options).model_dump_json().encode()
    except MemoryError:
        raise
    except CoexaiError as error:
        answer = REFUSED + json.dumps({"code": error.code, "message": error.message, "details": error.details}, default=str).encode()
    except Exception as error:
        answer = FAILED + json.dumps(_place(error)).encode()
    return answer if len(answer) <= limits.answer_bytes else TOO_LONG


def _place(error: Exception) -> dict[str, Any]:
    """Where an error came from, without its text, which may hold a customer's words."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return {"kind": type(error).__name__, "frames": [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]}
