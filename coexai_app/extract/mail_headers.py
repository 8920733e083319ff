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
    from coexai_app.extract import text

    try:
        return text.decode(data, charset=charset.partition("*")[0])
    except InvalidInput:
        return data.decode("latin-1")
