"""Ties a child process to its parent's life, so that nothing is left behind whatever dies. Used by the launcher and the worker."""

from __future__ import annotations

import ctypes
import signal
import sys
from typing import Final

_SET_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG, prctl(2)


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Linux: this process gets the signal when its parent ends. Elsewhere nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_SET_PARENT_DEATH_SIGNAL, number)
