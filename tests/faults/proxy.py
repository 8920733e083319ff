"""A TCP proxy between the product and PostgreSQL that can swallow the answer to a COMMIT: sent, done, and never heard of."""

from __future__ import annotations

import random
import socket
import threading
from contextlib import suppress

CHUNK = 1 << 16


class CommitSwallower:
    """Listens on `port`. `share` of the commits are cut: the server gets them, the caller only sees its connection break."""

    def __init__(self, target: int) -> None:
        self.target, self.share, self.swallowed, self.left = target, 0.0, 0, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, share: float, most: int = 1_000_000) -> None:
        """From now on this share of the commits, and at most this many."""
        with self._lock:
            self.share, self.left = share, most

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target), 5)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            cutting = threading.Event()
            threading.Thread(target=self._forth, args=(near, far, cutting), daemon=True).start()
            threading.Thread(target=self._back, args=(far, near, cutting), daemon=True).start()

    def _forth(self, near: socket.socket, far: socket.socket, cutting: threading.Event) -> None:
        with suppress(OSError):
            while data := near.recv(CHUNK):
                if b"COMMIT" in data and self._take():
                    cutting.set()
                far.sendall(data)
        _end(far)

    def _back(self, far: socket.socket, near: socket.socket, cutting: threading.Event) -> None:
        with suppress(OSError):
            while data := far.recv(CHUNK):
                if cutting.is_set():
                    break
                near.sendall(data)
        _end(near, far)

    def _take(self) -> bool:
        with self._lock:
            if self.left <= 0 or random.random() >= self.share:
                return False
            self.left -= 1
            self.swallowed += 1
            return True


def _end(*sockets: socket.socket) -> None:
    for line in sockets:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()
