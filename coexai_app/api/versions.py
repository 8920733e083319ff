"""The versions of the API, and what is on its way out: one table that headers and description are made of.

An entry is a whole version (`v1`) or one operation (`GET /api/v1/jobs`); the operation's own comes before the version's. Every answer under
it carries `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and the links that say what to read and what to use instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final

CURRENT: Final = "v1"
KNOWN: Final = ("v1", "v2")
_VERSION: Final = re.compile(r"/api/(v\d{1,3})(?:/|$)")


@dataclass(frozen=True, slots=True)
class Retirement:
    """When something was deprecated (or will be), when it ends, where people read about it, and what takes its place (an address)."""

    deprecated: datetime
    sunset: datetime | None = None
    notice: str = ""
    successor: str = ""


# Nothing is on its way out.
RETIRING: dict[str, Retirement] = {}


def of(path: str) -> str:
    """The version that a path belongs to: "v1"; empty for none."""
    found = _VERSION.match(path)
    return found[1] if found else ""


def retirement(method: str, path: str, route: str) -> Retirement | None:
    """What the table says of an operation. `route` is its path as it is described, with the names of its parameters."""
    if not RETIRING:
        return None
    asked = "GET" if method == "HEAD" else method
    return RETIRING.get(f"{asked} {route}") or RETIRING.get(of(path))


def headers(method: str, path: str, route: str, link: str = "") -> dict[str, str]:
    """The headers of an answer of something that is on its way out; `link` is what its Link header says already."""
    found = retirement(method, path, route)
    if found is None:
        return {}
    made = {"Deprecation": f"@{int(found.deprecated.timestamp())}"}
    if found.sunset:
        made["Sunset"] = format_datetime(found.sunset, usegmt=True)
    links = [(found.notice, "deprecation"), (found.notice if found.sunset else "", "sunset"), (found.successor, "successor-version")]
    if told := ", ".join([*filter(None, [link]), *(f'<{address}>; rel="{relation}"' for address, relation in links if address)]):
        made["Link"] = told
    return made


def elsewhere(path: str) -> str:
    """What to say of an address below /api that is not there, when another version might have it; empty where that is no help.

    `path` is the whole path of the request.
    """
    asked = of(path)
    if not asked or asked == CURRENT:
        return ""
    if asked not in KNOWN:
        return f"There is no version {asked[1:]} of the API. This instance has {' and '.join(KNOWN)}."
    return f"There is no endpoint {path[:200]}. What version {asked[1:]} does not have is in /api/{CURRENT}, and neither has this."
