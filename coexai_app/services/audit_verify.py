"""Checking the audit log: walks chains in bounded memory and names the first row that is not as it was written.

Called by `coexai audit verify` for every chain, and by the page for the newest rows of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.errors import Conflict, NotFound
from coexai_app.models import AuditOutcome, Organization
from coexai_app.services import audit, audit_chain
from coexai_app.services.audit_chain import HEADS, INSTANCE, ROWS, digest, signed

BATCH: Final = 2_000
NEWEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Problem:
    """`kind` is changed, missing, inserted, moved, cut, head or checkpoint; `seq` the first row that it shows at."""

    kind: str
    seq: int
    message: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What was found in one chain: `rows` were checked, from `first` to `last`; `hash` is the newest row's."""

    chain_id: UUID
    rows: int
    first: int
    last: int
    hash: str
    problem: Problem | None = None


@db.reads
def chains(session: Session, *, organization_id: UUID | None = None) -> tuple[tuple[UUID, str], ...]:
    """The chains of this instance with the names of their organisations, rows without a head and organisations without a chain included.

    Raises NotFound.
    """
    of: Any = Organization
    known = sa.union(sa.select(HEADS.c.id), sa.select(ROWS.c.chain_id).distinct(), sa.select(of.id)).subquery()
    found = sa.select(known.c.id, of.name).join(of, of.id == known.c.id, isouter=True).order_by(known.c.id)
    if organization_id is not None:
        found = found.where(known.c.id == organization_id)
    rows = session.execute(found).all()
    if not rows and organization_id is not None:
        raise NotFound(f"There is no audit log of an organisation {organization_id}.")
    return tuple((chain, name or ("the instance" if chain == INSTANCE else "a deleted organisation")) for chain, name in rows)


@db.reads
def walk(session: Session, chain_id: UUID, *, newest: int | None = None) -> ChainReport:
    """Checks a chain from its checkpoint to its head, or only its `newest` rows. Memory does not grow with the chain.

    Rows that are added meanwhile are not looked at; rows that retention takes away meanwhile are started behind.
    """
    while True:
        report = _walk(session, chain_id, newest)
        problem = report.problem
        if problem is None or problem.kind not in ("missing", "cut"):
            return report
        checkpoint = session.execute(sa.select(HEADS.c.checkpoint_seq).where(HEADS.c.id == chain_id)).scalar_one_or_none()
        if checkpoint is None or checkpoint < problem.seq:
            return report


@db.reads
def since(session: Session, chain_id: UUID, *, seq: int, row_hash: str) -> Problem | None:
    """Whether a chain still holds the row that an earlier check found as its newest: whoever sets the whole chain back to an old state,
    its signed head included, or begins it anew, is found by what was kept elsewhere. Rows that retention took away are not asked for.
    """
    head = session.execute(sa.select(HEADS).where(HEADS.c.id == chain_id)).mappings().first()
    if head is None:
        return Problem("missing", 1, f"The log had {seq:,} rows at the earlier check, and is not there any more.")
    if seq < head["checkpoint_seq"]:
        return None
    if seq > head["seq"]:
        text = f"The log had {seq:,} rows at the earlier check, and ends at row {head['seq']:,}: it was set back to an older state."
        return Problem("cut", head["seq"] + 1, text)
    same = sa.select(ROWS.c.hash).where(ROWS.c.chain_id == chain_id, ROWS.c.seq == seq)
    found = head["checkpoint_hash"] if seq == head["checkpoint_seq"] else session.execute(same).scalar_one_or_none()
    return None if found == row_hash else Problem("changed", seq, f"Row {seq:,} is not the one of the earlier check.")


def latest(session: Session, actor: Actor) -> ChainReport:
    """Checks the newest rows of the actor's organisation and records that it was done. Owners only."""
    access.require(actor, Permission.OWN)
    report = walk(session, actor.organization_id, newest=NEWEST)
    audit.record(
        session,
        "audit.verified",
        actor=actor,
        outcome=AuditOutcome.FAILED if report.problem else AuditOutcome.DONE,
        rows=report.rows,
        up_to=report.problem.seq if report.problem else report.last,
        problem=report.problem.message if report.problem else None,
    )
    return report


def seal(session: Session, chain_id: UUID) -> ChainReport:
    """Signs a chain anew whose rows are whole but whose signature another secret made: it was changed, or a backup moved.

    Raises Conflict when a row is broken. That it was done stands in the chain.
    """
    report = walk(session, chain_id)
    if report.problem is not None and report.problem.kind not in ("head", "checkpoint"):
        raise Conflict(f"This chain is broken, so it was not signed: {report.problem.message}")
    head = session.execute(sa.select(HEADS).where(HEADS.c.id == chain_id).with_for_update()).mappings().first()
    if head is None or (report.problem is None and audit_chain.signature("head", chain_id, head["seq"], head["hash"]) == head["signature"]):
        return report
    rows = _rows(session, chain_id, head["checkpoint_seq"], head["checkpoint_hash"], head["seq"])
    if broken := next((found for found, _ in rows if found is not None), None):
        raise Conflict(f"This chain is broken, so it was not signed: {broken.message}")
    tip = session.execute(_tip(chain_id)).one()
    if (tip.seq or head["checkpoint_seq"], tip.hash or head["checkpoint_hash"]) != (head["seq"], head["hash"]):
        raise Conflict("This chain is broken, so it was not signed: its newest row is not the one that its head names.")
    session.execute(
        sa.update(HEADS)
        .where(HEADS.c.id == chain_id)
        .values(
            signature=audit_chain.signature("head", chain_id, head["seq"], head["hash"]),
            checkpoint_signature=audit_chain.signature("checkpoint", chain_id, head["checkpoint_seq"], head["checkpoint_hash"]),
        )
    )
    audit.record(
        session, "audit.sealed", user_name="The command line", organization_id=head["organization_id"], up_to=head["seq"], hash=head["hash"]
    )
    return ChainReport(chain_id, head["seq"] - head["checkpoint_seq"], head["checkpoint_seq"] + 1, head["seq"], head["hash"])


def _walk(session: Session, chain_id: UUID, newest: int | None) -> ChainReport:
    head = session.execute(sa.select(HEADS).where(HEADS.c.id == chain_id)).mappings().first()
    if head is None:
        rows = session.execute(sa.select(sa.exists().where(ROWS.c.chain_id == chain_id))).scalar_one()
        text = "The chain has rows, but its head was deleted." if rows else "There is no audit log: every organisation begins with a row."
        return ChainReport(chain_id, 0, 0, 0, "", Problem("head" if rows else "missing", 1, text))
    end, before, previous = head["seq"], head["checkpoint_seq"], head["checkpoint_hash"]

    def found(problem: Problem | None, rows: int = 0) -> ChainReport:
        return ChainReport(chain_id, rows, before + 1, end, head["hash"], problem)

    if not signed("checkpoint", chain_id, before, previous, head["checkpoint_signature"]):
        return found(Problem("checkpoint", before, f"The checkpoint at row {before:,} does not carry this instance's signature."))
    if not signed("head", chain_id, end, head["hash"], head["signature"]):
        text = f"The head at row {end:,} does not carry this instance's signature. It was changed, or SECRET_KEY was."
        return found(Problem("head", end, text))
    if newest is not None and end - before > newest:
        before = end - newest
        previous = session.execute(sa.select(ROWS.c.hash).where(ROWS.c.chain_id == chain_id, ROWS.c.seq == before)).scalar_one_or_none()
        if previous is None:
            return found(Problem("missing", before, f"Row {before:,} is missing."))
    checked, last = 0, previous
    for problem, row_hash in _rows(session, chain_id, before, previous, end):
        if problem is not None:
            return found(problem, checked)
        checked, last = checked + 1, row_hash
    if checked < end - before:
        at = before + checked + 1
        text = f"Row {at:,} is missing, and every one after it: the chain's head names row {end:,}."
        return found(Problem("cut", at, text), checked)
    if last != head["hash"]:
        return found(Problem("changed", end, f"Row {end:,} is not the one that the chain's signed head names."), checked)
    tip = session.execute(_tip(chain_id)).one()
    if tip.seq is not None and tip.seq > tip.head:
        at = tip.head + 1
        return found(Problem("inserted", at, f"Row {at:,} was added behind the chain's head."), checked)
    return found(None, checked)


def _rows(session: Session, chain_id: UUID, before: int, previous: str, end: int) -> Iterator[tuple[Problem | None, str]]:
    """Each row's verdict and hash, in order, until the first problem."""
    expected = before + 1
    while expected <= end:
        batch = session.execute(
            sa.select(ROWS).where(ROWS.c.chain_id == chain_id, ROWS.c.seq >= expected, ROWS.c.seq <= end).order_by(ROWS.c.seq).limit(BATCH)
        )
        empty = True
        for row in batch.mappings():
            empty = False
            if problem := _problem(row, expected, previous):
                yield problem, ""
                return
            expected, previous = expected + 1, row["hash"]
            yield None, previous
        if empty:
            return


def _problem(row: Any, expected: int, previous: str) -> Problem | None:
    seq = row["seq"]
    if seq != expected:
        gone = f"Row {expected:,} is" if seq == expected + 1 else f"Rows {expected:,} to {seq - 1:,} are"
        return Problem("missing", expected, f"{gone} missing.")
    if digest(row) != row["hash"]:
        return Problem("changed", seq, f"Row {seq:,} was changed after it was written.")
    if row["previous_hash"] != previous:
        return Problem("moved", seq, f"Row {seq:,} does not follow on the row before it: one of them was replaced or moved.")
    return None


def _tip(chain_id: UUID) -> sa.Select[Any]:
    """The number and hash of the newest row, and the head's number, in one statement and so of one moment."""
    newest = sa.select(sa.func.max(ROWS.c.seq)).where(ROWS.c.chain_id == chain_id).scalar_subquery()
    of_newest = sa.select(ROWS.c.hash).where(ROWS.c.chain_id == chain_id, ROWS.c.seq == newest).scalar_subquery()
    return sa.select(HEADS.c.seq.label("head"), newest.label("seq"), of_newest.label("hash")).where(HEADS.c.id == chain_id)
