"""The audit log as a CSV file that a spreadsheet opens without running anything in it. Called by `api/audit.py`, part by part."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from sqlmodel import Session, col, select

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.models import AuditChain, AuditLog
from coexai_app.services import audit, audit_read
from coexai_app.services.audit_read import EVERYTHING, Filters
from coexai_app.views import audit as view
from coexai_app.views.device import device

PART: Final = 1_000
# So that Excel reads the file as UTF-8.
BOM: Final = "\ufeff"
HEADER: Final = (
    "Row",
    "Time (UTC)",
    "What happened",
    "Action",
    "Outcome",
    "Person",
    "Person id",
    "Acting for",
    "Target",
    "Target id",
    "IP address",
    "Device",
    "Before",
    "After",
    "Details",
    "Session id",
    "API key id",
    "Request id",
    "Previous hash",
    "Hash",
)
# A spreadsheet takes these for a formula (OWASP ASVS 5.0 V1.2.10), the full-width ones too, and also behind quotes and blanks.
_FORMULA: Final = re.compile(r"[\t\r\n]|[\s\"'`´‘’“”\u200b-\u200d\ufeff]*[=+\-@＝＋－＠\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?%?")


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was begun: its name, and the newest row that it holds."""

    name: str
    up_to: int


def begin(session: Session, actor: Actor, *, filters: Filters = EVERYTHING) -> Export:
    """Records that the log is taken away, and fixes which rows: all that were there before."""
    access.require(actor, Permission.VIEW_AUDIT)
    up_to = session.exec(access.scoped(select(AuditChain.seq), actor).where(AuditChain.id == actor.organization_id)).first() or 0
    chosen = {name: getattr(filters, name) for name in ("action", "group", "person", "target", "since", "until", "text")}
    audit.record(session, "audit.exported", actor=actor, **{f"only_{n}": v for n, v in chosen.items() if v})
    return Export(f"audit-log-to-row-{up_to}.csv", up_to)


@db.reads
def part(session: Session, actor: Actor, *, after: int, up_to: int, filters: Filters = EVERYTHING) -> tuple[str, int]:
    """The next rows behind row `after`, oldest first, as CSV text, and the number of the last one; "" when there are no more.

    A part is a transaction of its own, so that a slow reader holds nothing.
    """
    access.require(actor, Permission.VIEW_AUDIT)
    found = audit_read.matching(actor, filters).where(col(AuditLog.seq) > after, col(AuditLog.seq) <= up_to)
    rows = session.exec(found.order_by(col(AuditLog.seq)).limit(PART)).all()
    return (_lines(_cells(row) for row in rows), rows[-1].seq) if rows else ("", after)


def export_csv(session: Session, actor: Actor, *, filters: Filters = EVERYTHING) -> Iterator[str]:
    """The whole file, part by part, where one transaction may stay open for it: the command line, a test."""
    begun = begin(session, actor, filters=filters)
    yield head()
    after = 0
    while (found := part(session, actor, after=after, up_to=begun.up_to, filters=filters))[0]:
        text, after = found
        yield text


def head() -> str:
    """The first line of the file."""
    return BOM + _lines([HEADER])


def cell(value: object) -> str:
    """A value that no spreadsheet runs: what would be a formula gets an apostrophe in front; numbers stay numbers."""
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _lines(rows: Any) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _cells(row: AuditLog) -> Sequence[str]:
    values = (
        row.seq,
        row.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        view.sentence(row),
        row.action,
        row.outcome.value,
        row.user_name,
        row.user_id or "",
        row.on_behalf_of_name,
        row.target_name,
        row.target,
        row.ip,
        device(row.user_agent),
        *(_pairs(values) for values in (row.before, row.after, row.data)),
        row.session_id or "",
        row.api_key_id or "",
        row.request_id,
        row.previous_hash,
        row.hash,
    )
    return [cell(value) for value in values]


def _pairs(values: dict[str, Any]) -> str:
    return "; ".join(f"{name}: {view.text(value)}" for name, value in values.items())
