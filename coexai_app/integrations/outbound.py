"""One HTTP call to an address that somebody else chose, or that a payload names: no private network, no redirects, one deadline for all.

`webhooks.py` sends with it, `github.py` reads. It uses the same checks as the reading of web pages: every address that the name has must
be public, and the connection goes to one of those that were checked, so a name that changes in between gains nothing.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coexai_app.errors import CoexaiError, InvalidInput
from coexai_app.extract import addresses
from coexai_app.extract.addresses import Target

if TYPE_CHECKING:
    import httpcore

_FIELD = "url"


class NoAnswer(Exception):
    """Nothing came back; the words say why, for people."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` is at most what was asked for; `cut` says that there was more, or that it broke off. Header names are in lower case."""

    code: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool


def target(url: str, allow_hosts: Collection[str]) -> Target:
    """What an address names. Raises InvalidInput unless it is https on port 443 without a user name, or its host is allowed."""
    try:
        found = addresses.parse(url, allow_hosts)
    except InvalidInput as error:
        raise InvalidInput("Give a public https address without a user name, on port 443.", field=_FIELD) from error
    if not found.trusted and (found.scheme != "https" or found.port != 443):
        raise InvalidInput("Only addresses that begin with https:// can be used, on port 443.", field=_FIELD)
    return found


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
    allow_hosts: Collection[str] = (),
    timeout: float,
    max_bytes: int,
) -> Reply:
    """The answer, of its body at most `max_bytes`. `timeout` seconds are for everything, looking the name up included. Raises NoAnswer."""
    deadline = time.monotonic() + timeout
    try:
        to = target(url, allow_hosts)
        found = addresses.resolve(to, deadline - time.monotonic())
    except CoexaiError as error:
        raise NoAnswer(_words(error)) from error
    return _exchange(method, to, found, headers, body, deadline, max_bytes)


def _exchange(method: str, to: Target, found: list[str], headers: Mapping[str, str], body: bytes, deadline: float, max_bytes: int) -> Reply:
    import httpcore

    from coexai_app.extract.checked_network import CheckedBackend, DeadlinePassed

    sent = [("Host", to.authority), ("Connection", "close"), ("Accept-Encoding", "identity"), *headers.items()]
    if body:
        sent.append(("Content-Length", str(len(body))))
    at = httpcore.URL(scheme=to.scheme.encode(), host=to.host.encode(), port=to.port, target=to.path.encode())
    try:
        with (
            httpcore.ConnectionPool(network_backend=CheckedBackend(found, deadline), max_connections=1) as pool,
            pool.stream(method, at, headers=sent, content=body or None) as response,
        ):
            return _read(response, deadline, max_bytes)
    except (DeadlinePassed, httpcore.TimeoutException) as error:
        raise NoAnswer("It did not answer in time.") from error
    except httpcore.ConnectError as error:
        bad = "CERTIFICATE_VERIFY_FAILED" in str(error)
        raise NoAnswer("Its certificate is not valid." if bad else "It could not be reached.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise NoAnswer("It broke off the connection.") from error


def _read(response: httpcore.Response, deadline: float, max_bytes: int) -> Reply:
    """The status counts as soon as it is there; of the body the beginning is kept, as far as it comes."""
    import httpcore

    from coexai_app.extract.checked_network import DeadlinePassed

    got, cut = bytearray(), False
    try:
        for chunk in response.iter_stream():
            room = max_bytes - len(got)
            got += chunk[:room]
            if len(chunk) > room or time.monotonic() > deadline:
                cut = True
                break
    except (DeadlinePassed, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        cut = True
    named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    return Reply(response.status, named, bytes(got), cut)


def _words(error: CoexaiError) -> str:
    if not isinstance(error, InvalidInput):
        return "Its name could not be looked up in time."
    if "private network" in error.message:
        return "Its name leads into a private network, where nothing is sent to."
    return "There is no server of this name." if "no server" in error.message else error.message
