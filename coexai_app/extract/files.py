"""Files on the disk to documents. Recordings are streamed from there; everything else is small enough to be read at once.

Steps of agents call `read_file` with the path that `InputFile.local` opens.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from coexai_app.extract import isolated, media
from coexai_app.extract.document import Document
from coexai_app.extract.limits import LIMITS, check_bytes
from coexai_app.extract.sniff import is_recording, media_form

_HEAD = 65_536


def read_file(
    path: Path,
    *,
    name: str = "",
    content_type: str = "",
    transcribe: media.Transcribe | None = None,
    check: Callable[[], object] = lambda: None,
    progress: Callable[[float, str], None] = lambda fraction, message: None,
) -> Document:
    """The document in the file at `path`, by what its bytes are; `name` is what its person calls it.

    `transcribe`, `check` and `progress` as in `media.read`. Raises `InvalidInput`, `TooLarge` or `Unavailable`.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if media_form(head) or (is_recording(name) and _is_binary(head)):
        return media.read(path, name=name, transcribe=transcribe, check=check, progress=progress)
    check_bytes(path.stat().st_size, LIMITS.file_bytes, name)
    return isolated.read(path.read_bytes(), name=name, content_type=content_type, check=check)


def _is_binary(head: bytes) -> bool:
    """A recording by name whose bytes are no known file at all: media.read says what is wrong with it."""
    return not head or b"\x00" in head
