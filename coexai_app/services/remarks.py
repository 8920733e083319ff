"""What comments of the team and of clients share: the text made clean, the words that they stand at, and the threads as views."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from coexai_app.agents.parts import Part
from coexai_app.errors import Conflict, InvalidInput
from coexai_app.models import Comment, Output, User

MOST_PER_OUTPUT: Final = 500
LONGEST: Final = 2_000
LONGEST_QUOTE: Final = 500
# The two joiners of scripts and emoji are signs that nobody sees, and texts are wrong without them.
_JOINERS: Final = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a remark stands now: a part's index, -1 for the whole; `lost`: the words that it quotes are not there any more."""

    part: int
    start: int
    label: str
    lost: bool = False


def text(value: str, *, field: str = "text", most: int = LONGEST) -> str:
    """A remark without signs that nobody sees; lines stay lines. Raises InvalidInput with the field."""
    lines = "".join(c for c in value.replace("\r\n", "\n").replace("\r", "\n") if c.isprintable() or c == "\n" or c in _JOINERS)
    said = re.sub(r"\n{3,}", "\n\n", lines).strip()
    if not said:
        raise InvalidInput("Write what you want to say.", field=field)
    if len(said) > most:
        raise InvalidInput(f"Write at most {most:,} characters. This has {len(said):,}.", field=field)
    return said


def anchor(parts: Sequence[Part], part: int | None, start: int, quote: str) -> tuple[int | None, int, str]:
    """The part, start and words that a new remark points at, checked. Raises InvalidInput for words that are not there."""
    if part is None:
        return None, 0, ""
    if not 0 <= part < len(parts):
        raise InvalidInput("This part is not there any more. Reload the page and comment again.", field="part")
    if not quote.strip():
        return part, 0, ""
    if len(quote) > LONGEST_QUOTE:
        raise InvalidInput(f"Mark at most {LONGEST_QUOTE} characters.", field="quote")
    found = _nearest(parts[part].text, quote, start)
    if found < 0:
        raise InvalidInput("The marked words are not there any more. Reload the page and mark them again.", field="quote")
    return part, found, quote


def place(parts: Sequence[Part], row: Comment) -> Place:
    """Where the words of a remark are now: where they were, else where they went."""
    if row.part is None:
        return Place(-1, 0, "The whole result")
    if not row.quote:
        here = row.part < len(parts)
        return Place(row.part, 0, parts[row.part].label) if here else Place(-1, 0, "A part that is gone", lost=True)
    order = sorted(range(len(parts)), key=lambda index: abs(index - (row.part or 0)))
    for index in order:
        found = _nearest(parts[index].text, row.quote, row.start)
        if found >= 0:
            return Place(index, found, parts[index].label)
    return Place(-1, 0, "Words that were changed since", lost=True)


def make_room(session: Session, row: Output) -> None:
    """Raises Conflict when a result has very many remarks already."""
    there = session.exec(select(func.count()).select_from(Comment).where(Comment.output_id == row.id)).one()
    if there >= MOST_PER_OUTPUT:
        raise Conflict(f"This result has {MOST_PER_OUTPUT} comments, and takes no more.")


def threads(session: Session, row: Output) -> list[tuple[Comment, list[Comment]]]:
    """Every thread with its answers, oldest first; those of which nothing is left are not there."""
    rows = session.exec(select(Comment).where(Comment.output_id == row.id).order_by(col(Comment.id))).all()
    answers: dict[UUID, list[Comment]] = {}
    for one in rows:
        if one.thread_id is not None:
            answers.setdefault(one.thread_id, []).append(one)
    found = [(one, answers.get(one.id, [])) for one in rows if one.thread_id is None]
    return [(root, replies) for root, replies in found if not all(one.deleted_at for one in (root, *replies))]


def names(session: Session, rows: Sequence[Comment]) -> Mapping[UUID, str]:
    """What the people are called who wrote and resolved these."""
    ids = {id_ for row in rows for id_ in (row.user_id, row.resolved_by) if id_ is not None}
    return dict(session.exec(select(User.id, User.name).where(col(User.id).in_(ids))).all())


def _nearest(text: str, quote: str, start: int) -> int:
    """Where the quote begins in the text, as near to `start` as it can be; -1 where it is not."""
    at, best = text.find(quote), -1
    while at >= 0:
        if best < 0 or abs(at - start) < abs(best - start):
            best = at
        at = text.find(quote, at + 1)
    return best
