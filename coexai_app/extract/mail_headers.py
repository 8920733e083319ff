"""Headers of e-mails: is a file one, and what encoded words (RFC 2047) say. `sniff` and `mail` call it."""

from __future__ import annotations

import binascii
import quopri
import re
from typing import Final

from coexai_app.errors import InvalidInput

_HEAD: Final = 65_536
_FIELD: Final = re.compile(rb"^([!-9;-~]{1,80}):(?:[ \t]|\r?$|[^\s/])", re.MULTILINE)
_BLANK: Final = re.compile(rb"\r?\n\r?\n|\r\r")
_ENVELOPE: Final = re.compile(rb"^>?From [^\n]*\n")
_TELLING: Final = frozenset({b"message-id", b"mime-version", b"received", b"return-path", b"delivered-to", b"content-transfer-encoding"})
_USUAL: Final = _TELLING | {b"from", b"to", b"subject", b"date", b"sender", b"reply-to", b"cc", b"content-type"}
_WORD: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS: Final = re.compile(r"(?<=\?=)\s+(?==\?)")
_LONGEST: Final = 2_000
_NOTHING_SAID: Final = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})


def is_mail(data: bytes, *, named: bool) -> bool:
    """Whether the bytes begin with the headers of a mail. `named`: the file's name or type says so, and fewer signs are enough."""
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf\r\n \t")
    head = _ENVELOPE.sub(b"", head, count=1)
    end = _BLANK.search(head)
    lines = head[: end.start()] if end else head
    first = _FIELD.match(lines)
    if not first:
        return False
    names = {match[1].lower() for match in _FIELD.finditer(lines)}
    if named:
        return len(names & _USUAL) >= 2
    return b"from" in names and bool(names & _TELLING) and len(names & _USUAL) >= 3


def decoded(value: str) -> str:
    """A header's words. Raw bytes beyond ASCII, which the parser keeps as lone surrogates, and encoded words are told by what they are."""
    value = value[:_LONGEST]
    if not value.isascii():
        value = _characters(value.encode("utf-8", "surrogateescape"), "")
    found: list[str] = []
    held, charset, end = b"", "", 0
    for word in _WORD.finditer(_BETWEEN_WORDS.sub("", value)):
        apart = word.string[end : word.start()]
        # A character may be cut in two between encoded words of one character set.
        if held and (apart or word[1].lower() != charset):
            found.append(_characters(held, charset))
            held = b""
        found.append(apart)
        held, charset, end = held + _unpacked(word[3], word[2].lower()), word[1].lower(), word.end()
    if held:
        found.append(_characters(held, charset))
    return "".join(found) + _BETWEEN_WORDS.sub("", value)[end:]


def _unpacked(word: str, how: str) -> bytes:
    data = word.encode("ascii", "ignore")
    if how == "q":
        return quopri.decodestring(data, header=True)
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    try:
        return binascii.a2b_base64(data[: len(data) - (len(data) % 4 == 1)] + b"=" * (-(len(data) - (len(data) % 4 == 1)) % 4))
    except binascii.Error:
        return data


def _characters(data: bytes, charset: str) -> str:
    """Too short to guess by: what is not UTF-8 though it says so, and mostly ASCII, is Windows-1252."""
    from coexai_app.extract import text

    charset = charset.partition("*")[0]
    try:
        if charset in _NOTHING_SAID and not _is_utf8(data) and sum(byte > 0x7F for byte in data) <= len(data) / 3:
            return data.decode("cp1252", "replace")
        return text.decode(data, charset=charset)
    except InvalidInput:
        return data.decode("latin-1")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
