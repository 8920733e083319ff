"""The calls to providers: each ends in time, none brings more than it may, and documents that seldom change are kept."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from coexai_app import log, settings
from coexai_app.errors import Unauthenticated, Unavailable

MAX_BYTES: Final = 512 * 1024
KEEP_SECONDS: Final = 3_600.0
_AWAY: Final = "The provider does not answer at the moment. Nothing was changed; try again in a minute, or log in another way."
_lock = threading.Lock()
_kept: dict[str, tuple[float, Mapping[str, Any]]] = {}


class ProviderAway(Unavailable):
    """A provider does not answer, answers nonsense, or is not set up rightly."""

    code = "PROVIDER_AWAY"


class ProviderRefused(Unauthenticated):
    """What came back from a provider proves nothing."""

    code = "PROVIDER_REFUSED"


def cached_json(url: str, name: str, *, newest: bool = False) -> Mapping[str, Any]:
    """A document, at most an hour old; with `newest` fetched now. Raises ProviderAway."""
    with _lock:
        known = _kept.get(url)
    if known and not newest and known[0] > time.monotonic():
        return known[1]
    found = get_json(url, name)
    with _lock:
        _kept[url] = (time.monotonic() + KEEP_SECONDS, found)
    return found


def get_json(url: str, name: str, *, token: str = "") -> Mapping[str, Any]:
    """The object behind an address; redirects are not followed. Raises ProviderAway."""
    import httpx2

    headers = {"Accept": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    with translated(name), httpx2.Client(**bounds()) as client:
        answer = client.get(url, headers=headers)
        if answer.status_code != 200:
            raise away(name, f"it answered {answer.status_code}")
        found = json.loads(answer.content)
        if not isinstance(found, dict):
            raise TypeError("not an object")
        return found


def bounds() -> dict[str, Any]:
    """What every client of a provider is made with: no silence and no whole answer longer than the settings allow."""
    import httpx2

    seconds = settings.get().oidc_timeout_seconds
    until = time.monotonic() + seconds

    class Bounded(httpx2.SyncByteStream):
        def __init__(self, inner: httpx2.SyncByteStream) -> None:
            self.inner = inner

        def __iter__(self) -> Iterator[bytes]:
            taken = 0
            for part in self.inner:
                taken += len(part)
                if taken > MAX_BYTES or time.monotonic() > until:
                    raise httpx2.ReadError("too long")
                yield part

        def close(self) -> None:
            self.inner.close()

    def bound(response: httpx2.Response) -> None:
        assert isinstance(response.stream, httpx2.SyncByteStream)
        if response.headers.get("content-encoding", "identity") != "identity":  # packed bytes may hide any number
            raise httpx2.DecodingError("a packed answer that was not asked for")
        response.stream = Bounded(response.stream)

    return {
        "timeout": seconds,
        "follow_redirects": False,
        "event_hooks": {"response": [bound]},
        "headers": {"Accept-Encoding": "identity"},
    }


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Whatever goes wrong on the way becomes ProviderAway."""
    import httpx2

    try:
        yield
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, TypeError, RecursionError) as error:
        raise away(name, type(error).__name__) from None


def away(name: str, why: str) -> ProviderAway:
    log.get(__name__).warning("provider %s: %s", name, why)
    return ProviderAway(_AWAY)


def forget() -> None:
    """Drops what is kept: for tests, whose providers come and go."""
    with _lock:
        _kept.clear()
