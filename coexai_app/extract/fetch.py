"""Gets a page from the web without being led into the private network or being held up. Agents and services call `fetch`."""

from __future__ import annotations

import time
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from coexai_app.errors import InvalidInput, TooLarge, Unavailable
from coexai_app.extract.addresses import Target, parse, resolve
from coexai_app.extract.limits import megabytes

if TYPE_CHECKING:
    import httpcore

_FIELD = "url"
_MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_CONTENT = frozenset({204, 205})
_LATER = frozenset({408, 425, 429})
_CHUNK = 1 << 16
_USER_AGENT = "CoExAI/0.1 (+reads a page once, when a person asks for it)"
_CONTENT_TYPES = frozenset(
    {
        "",
        "text/html",
        "application/xhtml+xml",
        "text/plain",
        "text/markdown",
        "text/x-markdown",
        "application/pdf",
        "application/x-pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)
_ACCEPT = "text/html,application/xhtml+xml,text/markdown;q=0.9,text/plain;q=0.8,application/pdf;q=0.8,*/*;q=0.1"
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


@dataclass(frozen=True)
class FetchedPage:
    """`url` is where the redirects led; `content_type` the header as it came; `data` the body, decompressed."""

    url: str
    content_type: str
    data: bytes


def fetch(url: str, *, allow_hosts: Collection[str] = (), timeout: float = 15, max_bytes: int = 10_000_000) -> FetchedPage:
    """The page at an http(s) address on the public Internet.

    `allow_hosts` names hosts ("host" or "host:port") that may be private; a port other than 80 and 443 needs its "host:port".
    `timeout` is the time for everything, redirects included, in seconds; `max_bytes` counts the body before and after decompression.
    Raises `InvalidInput` (field "url") for an address that cannot be read, `TooLarge`, and `Unavailable` when another try may work.
    """
    deadline = time.monotonic() + timeout
    for _ in range(_MAX_REDIRECTS + 1):
        target = parse(url, allow_hosts)
        answer = _get(target, resolve(target, deadline - time.monotonic()), deadline, max_bytes)
        if isinstance(answer, FetchedPage):
            return answer
        url = urljoin(target.url, answer)
    raise InvalidInput(f"The address redirects more than {_MAX_REDIRECTS} times. Give the address where the page really is.", field=_FIELD)


def _get(target: Target, addresses: list[str], deadline: float, max_bytes: int) -> FetchedPage | str:
    """One request: the page, or the address that it redirects to."""
    import httpcore

    from coexai_app.extract.checked_network import CheckedBackend, DeadlinePassed

    headers = [
        ("Host", target.authority),
        ("User-Agent", _USER_AGENT),
        ("Accept", _ACCEPT),
        ("Accept-Encoding", "gzip, deflate"),
        ("Connection", "close"),
    ]
    at = httpcore.URL(scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode())
    try:
        with (
            httpcore.ConnectionPool(network_backend=CheckedBackend(addresses, deadline), max_connections=1) as pool,
            pool.stream("GET", at, headers=headers) as response,
        ):
            return _answer(target, response, max_bytes, deadline)
    except (DeadlinePassed, httpcore.TimeoutException) as error:
        raise Unavailable(f"{target.host} did not answer in time. Try again later, or paste the text.") from error
    except httpcore.ConnectError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise InvalidInput(
                f"The certificate of {target.host} is not valid, so the page was not read. Check the address, or paste the text.",
                field=_FIELD,
            ) from error
        raise Unavailable(f"{target.host} could not be reached. Check the address, or try again later.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise Unavailable(f"{target.host} broke off its answer. Try again later, or paste the text.") from error


def _answer(target: Target, response: httpcore.Response, max_bytes: int, deadline: float) -> FetchedPage | str:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1").strip() for name, value in response.headers}
    status = response.status
    if status in _REDIRECTS and headers.get("location"):
        # Browsers send raw UTF-8 here, and so do servers.
        return headers["location"].encode("latin-1").decode("utf-8", "replace")
    if status >= 500 or status in _LATER:
        raise Unavailable(f"{target.host} answered {status}. Try again later, or paste the text.", status=status)
    if not 200 <= status < 300:
        raise InvalidInput(f"{target.host} answered {status}. Check the address, or paste the text.", field=_FIELD, status=status)
    if status in _NO_CONTENT:
        raise InvalidInput(f"{target.host} answered without a page. Check the address, or paste the text.", field=_FIELD)
    content_type = headers.get("content-type", "")
    media = content_type.partition(";")[0].strip().lower()
    if media not in _CONTENT_TYPES:
        raise InvalidInput(f"{target.host} sent {media}, not a page. Give the address of a web page, a PDF or a Word file.", field=_FIELD)
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > max_bytes:
        raise _too_large(max_bytes)
    body = _body(response.iter_stream(), headers.get("content-encoding", ""), max_bytes, deadline, target.host)
    return FetchedPage(target.url, content_type, body)


def _body(chunks: Iterable[bytes], encoding: str, max_bytes: int, deadline: float, host: str) -> bytes:
    """The body, decompressed in small steps, so that no bomb is ever held."""
    encodings = [part for part in encoding.lower().replace(" ", "").split(",") if part and part != "identity"]
    if len(encodings) > 1 or not _WINDOW_BITS.keys() >= set(encodings):
        raise InvalidInput(f"{host} packed the page in a way that cannot be read ({encoding[:40]}). Paste the text.", field=_FIELD)
    inflate = _Inflater(encodings[0]) if encodings else None
    body = bytearray()
    received = 0
    for chunk in chunks:
        received += len(chunk)
        if received > max_bytes:
            raise _too_large(max_bytes)
        try:
            for piece in inflate.pieces(chunk) if inflate else (chunk,):
                body += piece
                if len(body) > max_bytes:
                    raise _too_large(max_bytes)
        except zlib.error as error:
            raise Unavailable(f"{host} sent a damaged page. Try again later, or paste the text.") from error
        if time.monotonic() > deadline:
            raise Unavailable(f"{host} took too long to send the page. Try again later, or paste the text.")
    if inflate and received and not inflate.complete:
        raise Unavailable(f"{host} broke off its answer. Try again later, or paste the text.")
    return bytes(body)


class _Inflater:
    """gzip (also of several members) or deflate, with or without its zlib header."""

    def __init__(self, encoding: str) -> None:
        self._bits = _WINDOW_BITS[encoding]
        self._engine = zlib.decompressobj(self._bits)
        self._begun = False

    @property
    def complete(self) -> bool:
        return self._engine.eof or not self._begun

    def pieces(self, data: bytes) -> Iterable[bytes]:
        """What `data` inflates to, at most `_CHUNK` bytes at a time."""
        if not self._begun and self._bits == 15 and data and not _has_zlib_header(data):
            self._engine = zlib.decompressobj(-15)
        while data:
            if self._engine.eof:
                if self._bits != 31 or not data.startswith(b"\x1f"):
                    return  # padding after the end
                self._engine = zlib.decompressobj(self._bits)
            self._begun = True
            yield self._engine.decompress(data, _CHUNK)
            data = self._engine.unconsumed_tail or self._engine.unused_data


def _has_zlib_header(data: bytes) -> bool:
    """RFC 1950: method 8, and the first two bytes a multiple of 31."""
    return data[0] & 0x0F == 8 and (len(data) < 2 or (data[0] << 8 | data[1]) % 31 == 0)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The page is larger than {megabytes(limit)}, which is the limit. Paste the part that matters.", field=_FIELD, limit=limit
    )
