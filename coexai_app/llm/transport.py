"""The HTTP client that every vendor SDK is given: bounded in time and in bytes, and its errors are ours.

The SDKs bound neither the whole time of an answer nor its size, and let some errors of the HTTP library through as they are;
this is the one place that knows that library. Redirects are not followed: they would carry the key to another host.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import httpx2

from coexai_app.llm.errors import AnswerTooLong, ModelCutOff, ModelError, ModelRejected, ModelUnavailable
from coexai_app.llm.vendor import Limits

_ERROR_BODY = 65_536


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


class BoundedClient(httpx2.Client):
    """An HTTP client for the calls of one question. They share the total time of `limits`, which begins with the first of them:
    what an SDK imports when it is first used is not the vendor's delay."""

    def __init__(self, *, title: str, setting: str, limits: Limits) -> None:
        # A new connection for every try: one that the server closed in the meantime would cost a try.
        pool = httpx2.Limits(max_keepalive_connections=0)
        super().__init__(verify=_tls(), follow_redirects=False, limits=pool, headers={"accept-encoding": "identity"})
        self._title, self._setting, self._limits = title, setting, limits
        self._deadline: float | None = None

    @property
    def left(self) -> float:
        """The seconds that are left of the question's time."""
        return self._limits.total if self._deadline is None else self._deadline - time.monotonic()

    def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        options.pop("follow_redirects", None)
        if self._deadline is None:
            self._deadline = time.monotonic() + self._limits.total
        left = self.left
        if left <= 0:
            raise self._late()
        read = min(self._limits.read, left)
        connect = min(self._limits.connect, left)
        # A whole answer is silence until the model is done; a stream shows life from the start.
        waits = {"connect": connect, "read": read if stream else left, "write": read, "pool": connect}
        request.extensions = {**request.extensions, "timeout": waits}
        try:
            response = super().send(request, stream=True, follow_redirects=False, **options)
            waits["read"] = read
        except httpx2.HTTPError as error:
            raise self._translated(error, begun=False) from None
        try:
            if response.is_success and response.headers.get("content-encoding", "identity") != "identity":
                raise ModelUnavailable(f"{self._title} sent a packed answer that was not asked for. Try again in a while.")
            inner = response.stream
            assert isinstance(inner, httpx2.SyncByteStream)
            response.stream = _BoundedStream(inner, self, whole=response.is_success)
            if not stream:
                response.read()
        except BaseException:
            response.close()
            raise
        return response

    def bounded(self, inner: httpx2.SyncByteStream, *, whole: bool) -> Iterator[bytes]:
        """The body's bytes. The body of an error is cut silently at 64 KB: its status says enough."""
        received = 0
        try:
            for data in inner:
                received += len(data)
                if not whole and received > _ERROR_BODY:
                    return
                if received > self._limits.max_bytes:
                    raise AnswerTooLong(f"{self._title} sent an answer without an end; it was stopped. Try again, or use another model.")
                if self.left < 0:
                    raise self._late()
                yield data
        except httpx2.HTTPError as error:
            if whole:
                raise self._translated(error, begun=True) from None

    def _late(self) -> ModelError:
        return ModelUnavailable(
            f"{self._title} did not finish within {self._limits.total:g} seconds. Nothing is lost; try again in a while."
        )

    def _translated(self, error: httpx2.HTTPError, *, begun: bool) -> ModelError:
        """The message of the HTTP error is left out: it can hold headers, and so the key."""
        if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout | httpx2.ProxyError):
            return ModelUnavailable(f"{self._title} cannot be reached. Nothing is lost; check the network or try again in a while.")
        if isinstance(error, httpx2.TimeoutException):
            return ModelUnavailable(f"{self._title} went silent. Nothing is lost; try again in a while.")
        if isinstance(error, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError):
            return ModelRejected(
                f"The address or the key for {self._title} is not usable. Check {self._setting}_BASE_URL and {self._setting}_API_KEY."
            )
        if begun:
            return ModelCutOff(f"The connection to {self._title} broke in the middle of the answer. Nothing is lost; try again.")
        return ModelUnavailable(f"{self._title} closed the connection without an answer. Nothing is lost; try again in a while.")


class _BoundedStream(httpx2.SyncByteStream):
    def __init__(self, inner: httpx2.SyncByteStream, client: BoundedClient, *, whole: bool) -> None:
        self._inner, self._client, self._whole = inner, client, whole

    def __iter__(self) -> Iterator[bytes]:
        return self._client.bounded(self._inner, whole=self._whole)

    def close(self) -> None:
        self._inner.close()
