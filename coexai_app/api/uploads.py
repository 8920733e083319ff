"""A streaming reader of one multipart file: bytes go to disk as they arrive and are counted on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import IO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from coexai_app.errors import InvalidInput


class FileReader:
    """Feeds `write` with the body; afterwards `name`, `content_type`, `size` and `sha256` describe the part named `field`.

    `check` is told the size at every piece and raises when it is too much.
    """

    def __init__(self, content_type: str, field: str, target: IO[bytes], check: Callable[[int], None]) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise InvalidInput(f"Send the file as multipart/form-data, in a field named {field}.", field=field)
        self._field, self._target, self._check = field, target, check
        self._header, self._value, self._headers = b"", b"", dict[str, bytes]()
        self._digest = hashlib.sha256()
        self._inside = False
        self.seen = False
        self.name = self.content_type = ""
        self.size = 0
        self._parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": self._part_begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._part_data,
                "on_part_end": self._part_end,
            },
        )

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise InvalidInput("The upload is damaged. Add the file again.", field=self._field) from None

    def finish(self) -> None:
        """Raises InvalidInput when the body ended early, or held no such file."""
        try:
            self._parser.finalize()
        except FormParserError:
            raise InvalidInput("The upload stopped early. Add the file again.", field=self._field) from None
        if not self.seen or self._inside:
            raise InvalidInput(f"There is no whole file in the request. Send it in a field named {self._field}.", field=self._field)
        self._target.flush()

    def _part_begin(self) -> None:
        self._headers = {}

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._header.decode("latin-1").lower()] = self._value
        self._header, self._value = b"", b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        self._inside = not self.seen and options.get(b"name") == self._field.encode() and b"filename" in options
        if self._inside:
            self.seen = True
            self.name = options[b"filename"].decode("utf-8", "replace")
            self.content_type = self._headers.get("content-type", b"").decode("latin-1").split(";")[0].strip().lower()

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if not self._inside:
            return
        self.size += end - start
        self._check(self.size)
        self._target.write(data[start:end])
        self._digest.update(data[start:end])

    def _part_end(self) -> None:
        self._inside = False
