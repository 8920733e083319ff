"""How many rows a long list has, exactly, without counting them all for every page. Lists of the API ask.

Ids are ordered by time, and rows of such a list are added and never taken out one by one. So what lies a minute back is counted once and
remembered by this process; each page counts only what came after it. Short lists are counted whole: it costs nothing.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, func
from sqlmodel import Session

# A transaction is over long before (`db.connect` ends statements after 15 seconds), and the clocks of our processes differ by less.
SETTLED_SECONDS: Final = 60
# Then all is counted again: an organisation's rows can go as a whole.
GOOD_FOR_SECONDS: Final = 600
LONG: Final = 200
_MOST: Final = 1_000
_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class _Counted:
    """`number` rows lie before the id `border`, as was found at the moment `at`."""

    border: UUID
    number: int
    at: float


_lock = threading.Lock()
_known: OrderedDict[str, _Counted] = OrderedDict()


def statement(found: Select[Any], ident: Any) -> Select[int, int]:
    """What `count` asks about a list; `ident` is the column of the time-ordered id. One that is asked often is built once."""
    before = func.count().filter(ident < bindparam("border"))
    return found.with_only_columns(func.count(), before, maintain_column_froms=True).where(ident >= bindparam("known"))


def count(session: Session, asked: Select[int, int], key: str, **values: Any) -> int:
    """The number of rows of a list. `asked` is its `statement`, with the `values` that it needs; `key` names the list with its filters."""
    border = _id_of(time.time() - SETTLED_SECONDS)
    with _lock:
        known = _known.get(key)
        if known and known.at + GOOD_FOR_SECONDS < time.monotonic():
            known = None
    values |= {"border": border, "known": known.border if known else _FIRST}
    rest, settled = session.connection().execute(asked, values).one()
    before = known.number if known else 0
    if before + settled >= LONG:
        with _lock:
            _known[key] = _Counted(border, before + settled, known.at if known else time.monotonic())
            _known.move_to_end(key)
            while len(_known) > _MOST:
                _known.popitem(last=False)
    return int(before + rest)


def _id_of(moment: float) -> UUID:
    """The first id of a moment (RFC 9562 §5.7: 48 bits of milliseconds begin a UUID of version 7)."""
    return UUID(int=int(moment * 1000) << 80)
