"""Reads what came from outside in a process of its own, with limits on memory and time, so that no source takes a worker along.

`read` and `read_text` are what agents and the command line call; `call` does the same for any other parser. What the process does to
itself (runs forever, fills the memory, crashes) is an `InvalidInput` here, and permanent: the same bytes would do it again.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from coexai_app import log
from coexai_app.errors import CoexaiError, InvalidInput, TooLarge, Unavailable
from coexai_app.extract import isolated_child as child
from coexai_app.extract import isolated_client as client
from coexai_app.extract.document import Document
from coexai_app.extract.isolated_client import ServerLost
from coexai_app.extract.isolated_talk import End
from coexai_app.extract.limits import (
    LIMITS,
    PDF_PROCESS_LIMITS,
    PROCESS_LIMITS,
    ProcessLimits,
    check_bytes,
    check_characters,
    label,
    megabytes,
)
from coexai_app.extract.sniff import is_pdf

R = TypeVar("R", bound=BaseModel)

# Pasted text up to this size is read in place. The worst that was found among texts made to be slow takes 0.6 s there.
SMALL_CHARACTERS: Final = 20_000
_TRIES: Final = 2
_ERRORS: Final[dict[str, type[CoexaiError]]] = {error.code: error for error in (InvalidInput, TooLarge, Unavailable)}
_TIME_SIGNALS: Final = (signal.SIGXCPU, signal.SIGALRM)


def read(
    data: bytes,
    *,
    name: str = "",
    content_type: str = "",
    url: str = "",
    check: Callable[[], object] = lambda: None,
    limits: ProcessLimits | None = None,
) -> Document:
    """As `reading.read`, apart. `check` is called every quarter of a second; what it raises ends the reading and passes through.

    `limits` stands for those of the kind (a PDF may take longer).

    Raises `InvalidInput` (not readable, damaged, protected, empty, hostile), `TooLarge`, or `Unavailable` when the machine is too busy.
    """
    check_bytes(len(data), LIMITS.file_bytes, name)
    limits = limits or (PDF_PROCESS_LIMITS if is_pdf(data) else PROCESS_LIMITS)
    options = {"name": name, "content_type": content_type, "url": url}
    return call("coexai_app.extract.reading:read", data, options, returns=Document, name=name, check=check, limits=limits)


def read_text(text: str, *, name: str = "", check: Callable[[], object] = lambda: None) -> Document:
    """As `reading.read_text`; apart when the text is long."""
    if len(text) <= SMALL_CHARACTERS:
        from coexai_app.extract import reading

        return reading.read_text(text, name=name)
    check_characters(len(text), name)
    data = text.encode("utf-8", "surrogatepass")
    return call("coexai_app.extract.reading:read_encoded", data, {"name": name}, returns=Document, name=name, check=check)


def warm_up() -> None:
    """Starts the process that reads and has it load the readers, without waiting for it. A worker calls it when it starts."""
    client.start()


def call(
    reader: str,
    data: bytes,
    options: dict[str, str],
    *,
    returns: type[R],
    name: str = "",
    check: Callable[[], object] = lambda: None,
    limits: ProcessLimits = PROCESS_LIMITS,
) -> R:
    """What `reader` ("package.module:function") returns for `function(data, **options)`, a pydantic model of the type `returns`.

    `name` is what messages call the source. Raises what `read` does; of what the reader raises, the errors of the domain.
    """
    options = {key: value.encode("utf-8", "replace").decode() for key, value in options.items()}
    request = child.request(reader, options, len(data), limits)
    killed: InvalidInput | None = None
    for _ in range(_TRIES):
        try:
            end = client.exchange(request, data, seconds=limits.wall_seconds, answer_bytes=limits.answer_bytes, check=check)
        except ServerLost:
            log.get(__name__).warning("the process that reads files was gone; starting it again")
            continue
        except OSError as error:
            raise _busy() from error
        if end.code == -signal.SIGKILL and not end.late and not end.overflow:
            # Somebody else did it, most likely the system when memory ran out: perhaps for a neighbour's sake.
            killed = _no_memory(label(name, "The file"))
            continue
        return _result(end, returns, label(name, "The file"), limits)
    raise killed or _busy()


def _result(end: End, returns: type[R], called: str, limits: ProcessLimits) -> R:
    if end.late or -end.code in _TIME_SIGNALS:
        seconds = limits.wall_seconds if end.late else limits.cpu_seconds
        raise TooLarge(
            f"{called} takes more than {seconds} seconds to read, which is the limit. "
            "Split it and add the parts one by one, or paste the text.",
            limit=seconds,
        )
    kind, body = bytes(end.answer[:1]), end.answer
    del body[:1]
    if end.overflow or kind == child.TOO_LONG:
        limit = limits.answer_bytes
        raise TooLarge(f"{called} holds more than {megabytes(limit)} when it is read, which is the limit. Split it.", limit=limit)
    if kind == child.OUT_OF_MEMORY:
        raise _no_memory(called)
    if end.code == 0:
        try:
            if kind == child.RESULT:
                return returns.model_validate_json(body)
            if kind == child.REFUSED:
                raise _refused(json.loads(body))
            if kind == child.FAILED:
                log.get(__name__).error("a reader failed: %s", json.loads(body))
        except (ValidationError, ValueError, KeyError, TypeError):
            log.get(__name__).exception("a reading process answered what nobody understands")
    else:
        log.get(__name__).warning("a reading process ended with %d after %.1f s of processor time", end.code, end.cpu)
    raise InvalidInput(f"{called} is damaged, or made in a way that cannot be read. Save it again in its own program, or paste the text.")


def _refused(said: dict[str, object]) -> CoexaiError:
    details = said["details"]
    if not isinstance(details, dict):
        raise TypeError("details")
    return _ERRORS[str(said["code"])](str(said["message"]), **details)


def _no_memory(called: str) -> InvalidInput:
    return InvalidInput(f"{called} needs more memory to read than a document should, or is damaged. Save it again, or paste the text.")


def _busy() -> Unavailable:
    return Unavailable("The server is too busy to read a file now. Try again in a minute.")
