"""What the address says, and addresses to go to. All of it comes from the browser: services authorise every id."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from coexai_app.errors import NotFound


def last(url: str) -> str:
    """The last part of the path: "/jobs/0192" → "0192"."""
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]


def ident(text: str) -> UUID:
    """The id that an address names. Raises NotFound for what cannot be one."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("This address does not lead anywhere.") from None


def page(query: Mapping[str, str]) -> int:
    """The page number that an address asks for; 1 when it is missing or nonsense."""
    text = query.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def address(path: str, **query: str | int) -> str:
    """A path with the query values that say something: `address("/jobs", status="", page=2)` → "/jobs?page=2"."""
    said = {name: value for name, value in query.items() if value not in ("", 0) and (name, value) != ("page", 1)}
    return f"{path}?{urlencode(said)}" if said else path
