"""How several web processes listen on one address."""

from __future__ import annotations

import socket
import sys
from typing import TypeVar

S = TypeVar("S", bound=socket.socket)


class Door(socket.socket):
    """An address that each process opens for itself, once this socket reaches it: the kernel then shares the connections out evenly.

    Of one socket that all have, the process that wakes first takes a whole burst of connections, and answers them alone as long as they
    last. The parent's own holds the address and never listens. Raises OSError when the address is taken.
    """

    def __init__(self, host: str, port: int) -> None:
        super().__init__(_family(host))
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        _bound(self, host, port)

    def __reduce__(self) -> tuple[type[Door], tuple[str, int]]:
        host, port, *_ = self.getsockname()
        return Door, (host, port)


def open_for_all(host: str, port: int) -> socket.socket:
    """The socket for several processes. Raises OSError when the address is taken, by another instance too that shares it out."""
    alone = _bound(socket.socket(_family(host)), host, port)
    if sys.platform != "linux":  # elsewhere the last one who opens a shared address gets every connection
        return alone
    with alone:
        port = alone.getsockname()[1]
    return Door(host, port)


def _bound(made: S, host: str, port: int) -> S:
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
