"""How fast somebody may go on: so many at once, and so many a second after that. Counted by each process alone."""

from __future__ import annotations

import time
from typing import Final

# More names than that are an attack, and all begin anew: nobody is let in by it for longer than a burst.
MOST: Final = 20_000


class Pace:
    """Each name has its own."""

    def __init__(self, burst: float, per_second: float) -> None:
        self._burst, self._per_second = burst, per_second
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> bool:
        """Counts one; False when there are too many."""
        now = time.monotonic()
        if len(self._left) > MOST:
            self._left.clear()
        left, last = self._left.get(name, (self._burst, now))
        left = max(min(self._burst, left + (now - last) * self._per_second) - 1, -1.0)
        self._left[name] = (left, now)
        return left >= 0

    def forget(self, name: str) -> None:
        self._left.pop(name, None)
