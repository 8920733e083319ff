"""A long list is counted exactly, and not anew for every page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from coexai_app import access, db
from coexai_app.models import Job
from coexai_app.models.base import new_id
from coexai_app.services import partner_jobs, tallies
from tests.people import People, do
from tests.work import create


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three rows make a long list, and everything that is there has settled."""
    monkeypatch.setattr(tallies, "LONG", 3)
    monkeypatch.setattr(tallies, "SETTLED_SECONDS", -1)
    tallies._known.clear()
    yield
    tallies._known.clear()


def total(people: People) -> int:
    return do(partner_jobs.page, people.bob).pagination.total


def test_what_is_added_later_counts_and_what_was_counted_is_not_read_again(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        create(people.bob)
    assert total(people) == 4
    (known,) = tallies._known.values()
    assert known.number == 4
    monkeypatch.setattr(tallies, "SETTLED_SECONDS", 60)
    asked: list[object] = []
    event.listen(db.reader(), "before_cursor_execute", lambda *given: asked.append(given[3]) if "count(" in given[2] else None)
    assert total(people) == 4
    assert known.border.hex in str(asked).replace("-", "")


def test_a_short_list_is_counted_whole(people: People) -> None:
    create(people.bob)
    assert total(people) == 1
    assert not tallies._known


def test_each_organisation_and_each_filter_has_its_own(people: People) -> None:
    for _ in range(4):
        create(people.bob)
    create(people.mallory)
    assert total(people) == 4
    assert do(partner_jobs.page, people.mallory).pagination.total == 1
    assert do(partner_jobs.page, people.bob, filters=replace(partner_jobs.EVERYTHING, agent="sam")).pagination.total == 0


def test_after_a_while_it_is_counted_anew(people: People, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        create(people.bob)
    mine = access.scoped(select(Job), people.bob)
    assert tallies.count(session, tallies.statement(mine, col(Job.id)), "jobs") == 4
    tallies._known["jobs"] = replace(tallies._known["jobs"], number=40)  # rows that have gone meanwhile
    assert tallies.count(session, tallies.statement(mine, col(Job.id)), "jobs") == 40
    monkeypatch.setattr(tallies, "GOOD_FOR_SECONDS", -1)
    assert tallies.count(session, tallies.statement(mine, col(Job.id)), "jobs") == 4
    assert tallies._id_of(0).int == 0
    assert tallies._id_of(4_000_000_000) > new_id()
