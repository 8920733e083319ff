"""What goes to one reading process, and what comes from it. `isolated_client.py` holds one for each source that is being read."""

from __future__ import annotations

import select
import socket
from dataclasses import dataclass
from typing import Final

_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class End:
    """How a reading process ended. `code` is its exit code, or minus the signal; `cpu` in seconds, `peak` as `ru_maxrss`.

    `late` when its time was over, `overflow` when it answered more than it may; `answer` is what it said.
    """

    code: int
    answer: bytearray
    late: bool = False
    overflow: bool = False
    cpu: float = 0.0
    peak: int = 0


class Talk:
    """What goes to one reading process and comes from it, without ever waiting for either alone."""

    def __init__(self, channel: socket.socket, line: socket.socket, pieces: tuple[memoryview, ...], answer_bytes: int) -> None:
        self._channel, self._line, self._limit = channel, line, answer_bytes
        self._rest = [piece for piece in pieces if piece]
        self.answer = bytearray()
        self.told = b""
        self._open = True
        self.over = self.overflow = False
        channel.setblocking(False)
        line.setblocking(False)

    def go_on(self, seconds: float) -> None:
        """Waits at most so long for something to do, and does it."""
        poll = select.poll()
        poll.register(self._line, select.POLLIN)
        if self._open:
            poll.register(self._channel, select.POLLIN | (select.POLLOUT if self._rest else 0))
        events = dict(poll.poll(seconds * 1_000))
        happened = events.get(self._channel.fileno(), 0) if self._open else 0
        if happened & select.POLLOUT:
            self._send()
        if happened & ~select.POLLOUT:
            self._receive()
        if self._line.fileno() in events:
            self._end_told()

    def _send(self) -> None:
        try:
            sent = self._channel.send(self._rest[0][:_PIECE])
        except BlockingIOError:
            return
        except OSError:
            self._rest = []  # it reads no more; how it ended will be told
            return
        self._rest[0] = self._rest[0][sent:]
        if not self._rest[0]:
            self._rest.pop(0)

    def _receive(self) -> bool:
        """Takes one piece of the answer; False when there is no more of it now."""
        try:
            piece = self._channel.recv(_PIECE)
        except BlockingIOError:
            return False
        except OSError:
            piece = b""
        if not piece:
            self._open = False
            return False
        if len(self.answer) + len(piece) > self._limit:
            self.overflow = True
            return False
        self.answer += piece
        return True

    def _end_told(self) -> None:
        try:
            self.told = self._line.recv(1_024)
        except BlockingIOError:
            return
        except OSError:
            self.told = b""
        self.over = True
        while self._open and not self.overflow and self._receive():
            pass
