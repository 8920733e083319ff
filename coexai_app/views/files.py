"""Files, as pages and API see them."""

from __future__ import annotations

from typing import Final, Self

from coexai_app.models import File
from coexai_app.views.base import View

_KINDS: Final = {
    "pdf": "PDF",
    "docx": "Word document",
    "md": "Markdown",
    "markdown": "Markdown",
    "txt": "Text",
    "html": "Web page",
    "htm": "Web page",
    "eml": "E-mail",
    "srt": "Subtitles",
    "vtt": "Subtitles",
    "mp3": "Sound",
    "m4a": "Sound",
    "wav": "Sound",
    "mp4": "Video",
}


class FileView(View):
    id: str
    name: str
    size: int
    size_label: str
    kind_label: str

    @classmethod
    def from_row(cls, file: File) -> Self:
        suffix = file.name.rpartition(".")[2].lower()
        return cls(id=str(file.id), name=file.name, size=file.size, size_label=size_label(file.size), kind_label=_KINDS.get(suffix, "File"))


def size_label(size: int) -> str:
    """ "812 bytes", "34 kB", "2.1 MB"; decimal units, as plans count them."""
    if size < 1_000:
        return f"{size} bytes"
    return f"{size / 1_000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
