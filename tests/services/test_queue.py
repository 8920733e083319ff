"""Messages leave with the commit of their transaction, all of them, in order of level and then as they were sent."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from coexai_app import db, queue
from coexai_app.models.enums import Priority
from coexai_app.queue import TaskName

pytestmark = pytest.mark.usefixtures("instance")


def waiting() -> list[str]:
    """What the messages in the queue say, the next one first."""
    return [queue.huey.deserialize_task(item).args[1] for item in queue.huey.storage.enqueued_items()]


def send(session: Session, word: str, priority: Priority = Priority.NORMAL) -> None:
    queue.enqueue(session, TaskName.SEND_MAIL, word, priority=priority)


def test_they_leave_after_the_commit_in_order_of_level_and_time() -> None:
    with db.transaction() as session:
        send(session, "later", Priority.LOW)
        for number in range(50):
            send(session, f"one of many {number}")
        send(session, "first", Priority.CRITICAL)
        assert waiting() == []
    assert waiting() == ["first", *(f"one of many {number}" for number in range(50)), "later"]


def test_those_of_the_next_transaction_come_behind() -> None:
    for word in ("one", "two", "three"):
        with db.transaction() as session:
            send(session, word)
    assert waiting() == ["one", "two", "three"]


def test_of_a_transaction_that_was_taken_back_none_leaves() -> None:
    with pytest.raises(ZeroDivisionError), db.transaction() as session:
        send(session, "never")
        raise ZeroDivisionError
    assert waiting() == []


def test_of_a_part_that_was_taken_back_none_leaves() -> None:
    with db.transaction() as session:
        send(session, "before")
        with pytest.raises(ZeroDivisionError), db.savepoint(session):
            send(session, "never")
            raise ZeroDivisionError
        send(session, "after")
    assert waiting() == ["before", "after"]


def test_a_part_that_was_taken_back_first_keeps_nothing_from_leaving() -> None:
    with db.transaction() as session:
        with pytest.raises(ZeroDivisionError), db.savepoint(session):
            send(session, "never")
            raise ZeroDivisionError
        send(session, "after")
    assert waiting() == ["after"]
