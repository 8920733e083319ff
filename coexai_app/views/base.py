"""Base of the read models that cross to pages and API: frozen, plain JSON data, with dates, labels and money decided once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class Page(View, Generic[T]):
    """One page of a list. `label` is what stands under the table: "1 to 20 of 156"."""

    rows: tuple[T, ...] = ()
    page: int = 1
    limit: int = 20
    total: int = 0

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.limit))

    @property
    def label(self) -> str:
        if not self.total:
            return ""
        first = (self.page - 1) * self.limit + 1
        return f"{first:,} to {first + len(self.rows) - 1:,} of {self.total:,}"


def zone(name: str) -> ZoneInfo:
    """The organisation's time zone; UTC when the name is unknown on this machine."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def moment(when: datetime | None, tz: str) -> str:
    """ "10:31" today, "12 March, 09:00" this year, "12 March 2025, 09:00" before."""
    if when is None:
        return ""
    local, now = when.astimezone(zone(tz)), datetime.now(UTC).astimezone(zone(tz))
    if local.date() == now.date():
        return f"today {local:%H:%M}"
    year = "" if local.year == now.year else f" {local.year}"
    return f"{local.day} {local:%B}{year}, {local:%H:%M}"


def exact(when: datetime | None, tz: str) -> str:
    """ "12 March 2025, 09:00:14 CET": what stands behind a `moment`, for whoever points at it."""
    if when is None:
        return ""
    local = when.astimezone(zone(tz))
    return f"{local.day} {local:%B %Y, %H:%M:%S %Z}"


def duration(ms: int | None) -> str:
    """ "0.4 s", "48 s", "2 min 14 s"; empty for nothing."""
    if ms is None:
        return ""
    if ms < 10_000:
        return f"{max(ms, 0) / 1000:.1f} s" if ms >= 50 else f"{max(ms, 0)} ms"
    seconds = ms // 1000
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60} s"


def count(n: int, noun: str, plural: str = "") -> str:
    """ "1 file", "2 files"."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"
