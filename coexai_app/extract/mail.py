"""E-mail (RFC 5322 and MIME, `.eml`) to a document: the words of whoever wrote it, without quoted replies and signatures.

Attachments are named and never opened. What headers declare is only believed where the bytes bear it out. `reading` calls `read`, in the
process that is limited; parts beyond a bound are left alone, and the nesting that the parser cannot follow is refused.
"""

from __future__ import annotations

import binascii
import email
import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from email.policy import Compat32
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any, Final

from coexai_app.errors import InvalidInput
from coexai_app.extract import dom, html, mail_quotes, text
from coexai_app.extract.builder import Builder, fold
from coexai_app.extract.document import Document, SourceKind
from coexai_app.extract.limits import LIMITS, check_bytes, label
from coexai_app.extract.mail_headers import decoded
from coexai_app.extract.metadata import iso_date

_LONGEST_HEADER: Final = 8_000
_MOST_PARTS: Final = 1_000
_MOST_NAMED: Final = 20
# A plain part that says less than this share of the HTML beside it ("View this mail in your browser") stands for nothing.
_WORTH: Final = 0.3
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/=\s]*")
_SOFT: Final = re.compile(rb"=\r?\n|=(?:[89A-Fa-f][0-9A-Fa-f]|20|3D|2E)")
_FEWEST_SOFT: Final = 4
_ENCRYPTED: Final = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})


class _Raw(Compat32):
    """Headers as they stand, where the library would wrap what is not ASCII; cut where they are absurdly long, since it looks for
    parameters in quadratic time."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse([line[:_LONGEST_HEADER] for line in sourcelines[:200]])
        return name, value[:_LONGEST_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


@dataclass(slots=True)
class _Found:
    """What the parts of a mail are: bodies in reading order, as (is HTML, text), and the names of what is attached."""

    bodies: list[tuple[bool, str]] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    encrypted: bool = False


def read(data: bytes, *, name: str = "", url: str = "") -> Document:
    """The document of one mail: the subject is its title, the sender its author. Raises `InvalidInput` for one that is encrypted, too
    deeply nested, or holds no words of its own, `TooLarge` past the limits."""
    check_bytes(len(data), LIMITS.file_bytes, name)
    called = label(name, "The e-mail")
    try:
        message = email.message_from_bytes(data.lstrip(b"\xef\xbb\xbf\r\n \t"), policy=_Raw())
        found = _Found()
        _collect(message, found)
    except RecursionError:
        raise InvalidInput(f"The parts of {called} are nested too deeply to be a real e-mail. Paste its text.") from None
    subject = fold(decoded(message.get("subject", "")))
    forward = mail_quotes.is_forward(subject)
    builder = Builder(name)
    for is_html, body in found.bodies:
        _add(builder, body, is_html=is_html, forward=forward)
    if not any(c.isalnum() for c in builder.text):
        raise _nothing(called, found)
    written_by, address = parseaddr(fold(decoded(message.get("from", ""))))
    return builder.document(
        SourceKind.EMAIL,
        title=mail_quotes.bare_subject(subject),
        author=written_by or address,
        published=_day(message.get("date", "")),
        url=url,
        notes=_notes(found.attached),
    )


def _collect(message: Message[Any, Any], found: _Found) -> None:
    """Walks the parts without recursion. Of alternatives one is taken; of what is related, the first."""
    pending: list[Message[Any, Any]] = [message]
    seen = 0
    while pending and seen < _MOST_PARTS:
        part = pending.pop()
        seen += 1
        kind = part.get_content_type()
        children = _children(part)
        if kind in _ENCRYPTED:
            found.encrypted = True
        elif kind == "message/rfc822" or (part is not message and kind == "message/global"):
            inner = children[0] if children else part
            found.attached.append(_filename(part) or fold(decoded(inner.get("subject", ""))) or "an e-mail")
        elif kind == "multipart/alternative":
            pending += reversed(_best(children))
        elif children:
            pending += reversed(children)
        elif kind in ("text/plain", "text/html") and not _is_attached(part):
            body = _text(part, is_html=kind == "text/html")
            if body.strip():
                found.bodies.append((kind == "text/html", body))
        elif part.get("content-id") is None or _is_attached(part):
            found.attached.append(_filename(part) or kind)


def _children(part: Message[Any, Any]) -> list[Message[Any, Any]]:
    payload = part.get_payload() if part.is_multipart() else ()
    return [child for child in payload if isinstance(child, Message)]


def _best(parts: Sequence[Message[Any, Any]]) -> list[Message[Any, Any]]:
    """The plain text among alternatives, unless it hardly says anything and a richer one does; and all that is neither text nor HTML."""
    texts = {child.get_content_type(): child for child in reversed(parts) if not _children(child)}
    plain, rich = texts.get("text/plain"), texts.get("text/html")
    related = [part for part in parts if _children(part)]
    rich_ones = [rich] if rich is not None else related
    others = [
        part for part in parts if part not in (plain, rich) and part not in related and not part.get_content_type().startswith("text/")
    ]
    if plain is None:
        return [*rich_ones, *others]
    if rich_ones:
        says = len(_text(plain, is_html=False).split())
        html_part = rich if rich is not None else next((p for p in _flat(related) if p.get_content_type() == "text/html"), None)
        told = len(_words_of(html_part).split()) if html_part is not None else 0
        if says < _WORTH * told:
            return [*rich_ones, *others]
    return [plain, *others]


def _flat(parts: Sequence[Message[Any, Any]]) -> Iterator[Message[Any, Any]]:
    pending = list(reversed(parts))
    for _ in range(_MOST_PARTS):
        if not pending:
            return
        part = pending.pop()
        yield part
        pending += reversed(_children(part))


def _words_of(part: Message[Any, Any]) -> str:
    root = dom.parse(_text(part, is_html=True))
    if root is None:
        return ""
    builder = Builder()
    dom.add_blocks(root, builder)
    return builder.text


def _text(part: Message[Any, Any], *, is_html: bool) -> str:
    """A part's characters, by what its bytes are: transfer encoding and character set are only believed where they fit."""
    data = _bytes(part)
    if not data.strip():
        return ""
    charset = part.get_content_charset("") or ""
    if is_html and not charset:
        charset = html.declared_charset(data)
    try:
        body = text.decode(data, charset=charset)
    except InvalidInput:
        return ""
    return mail_quotes.unflowed(body, delete_space=_param(part, "delsp") == "yes") if _param(part, "format") == "flowed" else body


def _bytes(part: Message[Any, Any]) -> bytes:
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    del part["content-transfer-encoding"]
    raw = part.get_payload(decode=True)
    data = raw if isinstance(raw, bytes) else b""
    if encoding == "base64" or (encoding in ("", "7bit", "8bit") and _looks_packed(data)):
        return _unpacked(data)
    # Some programs write quoted-printable and say that they do not.
    if encoding == "quoted-printable" or len(_SOFT.findall(data[:65_536])) >= _FEWEST_SOFT:
        return quopri.decodestring(data)
    return data


def _unpacked(data: bytes) -> bytes:
    """Base 64 as far as it goes; plain words that only claim to be base 64 stay as they are."""
    whole = _BASE64.fullmatch(data)
    if not whole and (b" " in data.strip() or len(re.sub(rb"[A-Za-z0-9+/=\s]+", b"", data)) > 0.05 * len(data)):
        return data
    packed = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    packed = packed[: len(packed) - (len(packed) % 4 == 1)]
    try:
        return binascii.a2b_base64(packed + b"=" * (-len(packed) % 4))
    except binascii.Error:
        return data


def _looks_packed(data: bytes) -> bool:
    """Lines of 60 and more letters of base 64, and nothing else."""
    lines = data.split()
    return len(lines) > 2 and bool(_BASE64.fullmatch(data)) and all(len(line) >= 60 for line in lines[:-1])


def _add(builder: Builder, body: str, *, is_html: bool, forward: bool) -> None:
    if is_html:
        root = dom.parse(body)
        if root is None:
            return
        own = Builder(builder.name)
        mail_quotes.prune(root, forward=forward)
        dom.add_blocks(root, own)
        kept = mail_quotes.own_blocks([own.text[block.start : block.end] for block in own.blocks], forward=forward)
        builder.extend(own.without(set(range(len(own.blocks))) - set(kept)))
        return
    if bare := mail_quotes.own_words(body, forward=forward).strip():
        builder.extend(text.builder_of(bare, name=builder.name))


def _is_attached(part: Message[Any, Any]) -> bool:
    return (part.get_content_disposition() or "") == "attachment" or bool(part.get_filename(""))


def _filename(part: Message[Any, Any]) -> str:
    return fold(decoded(str(part.get_filename("") or "")))[:120]


def _param(part: Message[Any, Any], name: str) -> str:
    value = part.get_param(name, "")
    return str(value[2] if isinstance(value, tuple) else value or "").strip().lower()


def _day(value: str) -> str:
    try:
        moment: datetime = parsedate_to_datetime(fold(value))
    except (ValueError, TypeError, OverflowError, IndexError):
        return ""
    return iso_date(moment)


def _notes(attached: Sequence[str]) -> list[str]:
    if not attached:
        return []
    names = ", ".join(attached[:_MOST_NAMED]) + (f" and {len(attached) - _MOST_NAMED} more" if attached[_MOST_NAMED:] else "")
    was = "1 attachment was" if len(attached) == 1 else f"{len(attached)} attachments were"
    return [f"{was} not read: {names}. Add what you need of them as files of their own."]


def _nothing(called: str, found: _Found) -> InvalidInput:
    if found.encrypted:
        return InvalidInput(f"{called} is encrypted. Open it in your mail program and paste its text.")
    if found.bodies:
        return InvalidInput(f"There are no words of its own in {called}, only quotes and a signature. Paste the text that you mean.")
    if found.attached:
        return InvalidInput(f"There is no text in {called}, only attachments. Save them and add them as files.")
    return InvalidInput(f"There is no text in {called}. Check the file, or paste the text.")
