"""Debian's chromium, for whatever needs a real browser."""

from __future__ import annotations

import shutil
from typing import Final

# The one without a window, where Debian has it: it takes a third less of the processor.
CHROMIUM: Final = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
