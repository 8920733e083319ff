"""A browser's user agent in words. It is what the client says of itself: a hint for people, never evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

# Order matters: Edge and Opera also say Chrome, and Chrome also says Safari.
_BROWSERS: Final = (
    ("Edge", re.compile(r"\bEdgA?(?:iOS)?/")),
    ("Opera", re.compile(r"\bOPR/|\bOpera\b")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\bFirefox/|\bFxiOS/")),
    ("Chrome", re.compile(r"\b(?:Headless)?Chrome/|\bCriOS/|\bChromium/")),
    ("Safari", re.compile(r"\bVersion/[\d.]+ .*Safari/")),
)
_SYSTEMS: Final = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac OS X\b|\bMacintosh\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Linux", re.compile(r"\bLinux\b|\bX11\b")),
)
# The systems of what is held in a hand.
HANDHELD: Final = ("iPhone", "iPad", "Android")
_PROGRAM: Final = re.compile(r"([A-Za-z][\w.-]{1,30})(?:/[\w.]+)?")


def device(user_agent: str) -> str:
    """ "Chrome on Windows", "Safari on iPhone"; a program's own name, such as "curl"; empty when nothing was said."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    if browser or system:
        return browser or system
    named = _PROGRAM.match(user_agent)
    return named[1] if named else ""


def _first(table: Sequence[tuple[str, re.Pattern[str]]], text: str) -> str:
    return next((name for name, pattern in table if pattern.search(text)), "")
