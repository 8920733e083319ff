from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from coexai_app import db, settings
from coexai_app.services import rate_limit
from tests.permissions.world import World, build, now_holds


@dataclass
class Found:
    """The database as a test found it. Asking is free as long as nobody has committed anything."""

    holds: str
    watcher: sqlite3.Connection

    def __post_init__(self) -> None:
        self._version = self._now()

    def unchanged(self) -> bool:
        return self._now() == self._version or now_holds() == self.holds

    def _now(self) -> int:
        """SQLite's number of the last commit of any other connection."""
        return int(self.watcher.execute("PRAGMA data_version").fetchone()[0])


@pytest.fixture(scope="module")
def world(shared_instance: None) -> World:
    return build()


@pytest.fixture(autouse=True)
def _every_call_is_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of calls in a minute are more than a plan allows."""
    monkeypatch.setattr(rate_limit, "WINDOW_SECONDS", 0)


@pytest.fixture(scope="module")
def prepared(world: World) -> object:
    """What a module adds to the world before its first test."""
    return None


@pytest.fixture(scope="module")
def kept(prepared: object) -> tuple[Path, str]:
    """A copy of the SQLite file as it is at first, and its fingerprint."""
    holds = now_holds()
    db.close()
    db.reset()
    return Path(shutil.copy(settings.get().data_dir / "coexai.db", settings.get().data_dir / "kept.db")), holds


@pytest.fixture
def as_found(kept: tuple[Path, str]) -> Iterator[Found]:
    """What a test changes is taken back after it: the file is put back as it was."""
    copy, holds = kept
    live = copy.parent / "coexai.db"
    found = Found(holds, sqlite3.connect(live))
    yield found
    as_it_was = found.unchanged()
    found.watcher.close()
    if not as_it_was:
        db.close()
        db.reset()
        for leftover in copy.parent.glob("coexai.db*"):
            leftover.unlink()
        shutil.copy(copy, live)
