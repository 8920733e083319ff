"""Clients for `benchmarks/api_compare.py`: HTTP/1.1 over kept connections, as little work per call as Python allows.

Closed: so many clients, each sends its next call when it has the answer (throughput). Open: calls are due at fixed moments, whether or not
earlier ones were answered, and are timed from the moment when they were due, so that a pause of the server counts for every call in it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Make = Callable[[int], bytes]


@dataclass
class Taken:
    """What a run took: milliseconds of each call that was answered as it should be, and what else came."""

    seconds: float = 0.0
    ms: list[float] = field(default_factory=list)
    wrong: dict[int, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return len(self.ms) / self.seconds if self.seconds else 0.0

    def at(self, share: float) -> float:
        """A quantile in milliseconds; a call that failed counts as slower than all."""
        ranked = sorted(self.ms)
        place = int(share * (len(ranked) + sum(self.wrong.values())))
        return ranked[place] if place < len(ranked) else float("inf")


def call(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class _Client(asyncio.Protocol):
    """One connection, one call at a time."""

    def __init__(self) -> None:
        self.taken, self.needed, self.answer = bytearray(), -1, None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def send(self, data: bytes) -> asyncio.Future[int]:
        self.answer: asyncio.Future[int] | None = asyncio.get_running_loop().create_future()
        self.transport.write(data)  # type: ignore[attr-defined]
        return self.answer

    def data_received(self, data: bytes) -> None:
        self.taken += data
        if self.needed < 0:
            end = self.taken.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self.taken[:end]).lower()
            start = head.find(b"content-length:")
            length = int(head[start + 15 :].partition(b"\r\n")[0]) if start >= 0 else 0
            self.needed = end + 4 + length
        if len(self.taken) >= self.needed and self.answer is not None and not self.answer.done():
            status = int(self.taken[9:12])
            self.taken, self.needed = bytearray(), -1
            self.answer.set_result(status)

    def connection_lost(self, error: Exception | None) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(0)


async def _connected(port: int, number: int) -> list[_Client]:
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(_Client, "127.0.0.1", port))[1] for _ in range(number)]


@contextmanager
def _closing(clients: list[_Client]) -> Iterator[None]:
    try:
        yield
    finally:
        for client in clients:
            client.transport.close()


async def closed(port: int, make: Make, *, clients: int, seconds: float, status: int = 200) -> Taken:
    """As many calls as `clients` get answered in `seconds`."""
    opened, found, number = await _connected(port, clients), Taken(), iter(range(10**9))
    until = time.perf_counter() + seconds

    async def one(client: _Client) -> None:
        while (begun := time.perf_counter()) < until:
            got = await client.send(make(next(number)))
            _note(found, got, status, begun)
            if not got:
                return

    with _closing(opened):
        begun = time.perf_counter()
        await asyncio.gather(*(one(client) for client in opened))
        found.seconds = time.perf_counter() - begun
    return found


async def opened(port: int, make: Make, *, rate: float, seconds: float, status: int = 200, clients: int = 100) -> Taken:
    """`rate` calls a second, each timed from the moment when it was due."""
    free: asyncio.Queue[_Client] = asyncio.Queue()
    made, found = await _connected(port, clients), Taken()
    for client in made:
        free.put_nowait(client)

    async def one(number: int, due: float) -> None:
        client = await free.get()
        got = await client.send(make(number))
        _note(found, got, status, due)
        if got:
            free.put_nowait(client)

    with _closing(made):
        start, running = time.perf_counter(), []
        for number in range(int(rate * seconds)):
            due = start + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            running.append(asyncio.ensure_future(one(number, due)))
        await asyncio.gather(*running)
        found.seconds = time.perf_counter() - start
    return found


def _note(found: Taken, got: int, wanted: int, since: float) -> None:
    if got == wanted:
        found.ms.append((time.perf_counter() - since) * 1000)
    else:
        found.wrong[got] = found.wrong.get(got, 0) + 1
