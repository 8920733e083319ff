"""Keeps what was made last, by its key, up to a total weight. Called by `sources`, whose texts are judged again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class Shelf(Generic[V]):
    """The most recently used values whose weights together are at most `most`; a heavier one is kept alone. Threads may share it."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, tuple[int, V]] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(self, key: Hashable, weight: int, make: Callable[[], V]) -> V:
        """The value of the key, made when it is not here. Two threads may make it at once; both get the one that was put down first."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][1]
        made = make()
        with self._lock:
            if key in self._kept:
                return self._kept[key][1]
            self._kept[key] = weight, made
            self._weight += weight
            while self._weight > self.most and len(self._kept) > 1:
                _, (lighter, _) = self._kept.popitem(last=False)
                self._weight -= lighter
        return made
