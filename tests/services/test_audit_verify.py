"""Finding what somebody with the database in their hands did to the audit log; retention, and signing anew."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from coexai_app import db
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound
from coexai_app.models import AuditOutcome, Organization
from coexai_app.models.base import new_id
from coexai_app.services import audit_chain, audit_purge, audit_verify
from coexai_app.services.audit_chain import HEADS, ROWS, digest
from tests.people import People, do
from tests.trail import check, rows, unguarded, write


@pytest.fixture
def chain(people: People) -> UUID:
    """Alice's organisation with twelve rows: her account and eleven more."""
    write(people.alice.organization_id, *(f"row {n}" for n in range(2, 13)))
    return people.alice.organization_id


def row(connection: sa.Connection, chain: UUID, seq: int) -> dict[str, Any]:
    return dict(connection.execute(sa.select(ROWS).where(ROWS.c.chain_id == chain, ROWS.c.seq == seq)).mappings().one())


def at(chain: UUID, seq: int) -> Any:
    return sa.and_(ROWS.c.chain_id == chain, ROWS.c.seq == seq)


def found(chain: UUID) -> tuple[str, int]:
    problem = check(chain).problem
    assert problem is not None
    return problem.kind, problem.seq


class TestWhole:
    def test_a_chain_that_nobody_touched(self, chain: UUID) -> None:
        report = check(chain)
        assert (report.rows, report.first, report.last, report.problem) == (12, 1, 12, None)

    def test_the_newest_rows_only(self, chain: UUID) -> None:
        report = check(chain, newest=5)
        assert (report.rows, report.first, report.last, report.problem) == (5, 8, 12, None)

    def test_every_organisation_has_a_chain(self, people: People) -> None:
        with db.reading() as session:
            names = {name for _, name in audit_verify.chains(session)}
        assert {"Larkfield Studio", "Mossworks", "CoExAI"} <= names

    def test_an_unknown_chain(self, people: People) -> None:
        with pytest.raises(NotFound), db.reading() as session:
            audit_verify.chains(session, organization_id=new_id())


@pytest.mark.asvs("V16.4.2")
class TestTampering:
    def test_an_edited_row(self, chain: UUID) -> None:
        with unguarded() as hand:
            hand.execute(sa.update(ROWS).where(at(chain, 5)).values(user_name="Somebody else"))
        assert found(chain) == ("changed", 5)

    def test_an_edited_row_with_a_fresh_hash(self, chain: UUID) -> None:
        with unguarded() as hand:
            changed = {**row(hand, chain, 5), "user_name": "Somebody else"}
            hand.execute(sa.update(ROWS).where(at(chain, 5)).values(user_name="Somebody else", hash=digest(changed)))
        assert found(chain) == ("moved", 6)

    def test_a_whole_chain_written_anew_without_the_secret(self, chain: UUID) -> None:
        with unguarded() as hand:
            previous = row(hand, chain, 4)["hash"]
            for seq in range(5, 13):
                changed = {**row(hand, chain, seq), "user_name": "Somebody else", "previous_hash": previous}
                previous = digest(changed)
                values = {"user_name": "Somebody else", "previous_hash": changed["previous_hash"], "hash": previous}
                hand.execute(sa.update(ROWS).where(at(chain, seq)).values(**values))
        assert found(chain) == ("changed", 12)
        with unguarded() as hand:
            hand.execute(sa.update(HEADS).where(HEADS.c.id == chain).values(hash=previous))
        assert found(chain) == ("head", 12)

    def test_a_row_deleted_from_the_middle(self, chain: UUID) -> None:
        with unguarded() as hand:
            hand.execute(sa.delete(ROWS).where(at(chain, 5)))
        assert found(chain) == ("missing", 5)

    def test_the_first_rows_deleted(self, chain: UUID) -> None:
        with unguarded() as hand:
            hand.execute(sa.delete(ROWS).where(ROWS.c.chain_id == chain, ROWS.c.seq < 4))
        problem = check(chain).problem
        assert problem is not None
        assert (problem.kind, problem.message) == ("missing", "Rows 1 to 3 are missing.")

    def test_the_tail_cut(self, chain: UUID) -> None:
        with unguarded() as hand:
            hand.execute(sa.delete(ROWS).where(ROWS.c.chain_id == chain, ROWS.c.seq > 9))
        assert found(chain) == ("cut", 10)

    def test_the_tail_cut_and_the_head_set_back(self, chain: UUID) -> None:
        with unguarded() as hand:
            hand.execute(sa.delete(ROWS).where(ROWS.c.chain_id == chain, ROWS.c.seq > 9))
            hand.execute(sa.update(HEADS).where(HEADS.c.id == chain).values(seq=9, hash=row(hand, chain, 9)["hash"]))
        assert found(chain) == ("head", 9)

    def test_a_broken_head_is_not_mended_by_the_next_row(self, chain: UUID) -> None:
        self.test_the_tail_cut_and_the_head_set_back(chain)
        write(chain, "one more")
        assert found(chain) == ("head", 10)

    def test_all_rows_deleted(self, chain: UUID) -> None:
        with unguarded() as hand:
            hand.execute(sa.delete(ROWS).where(ROWS.c.chain_id == chain))
        assert found(chain) == ("cut", 1)

    def test_the_head_deleted(self, chain: UUID) -> None:
        with unguarded() as hand:
            hand.execute(sa.delete(HEADS).where(HEADS.c.id == chain))
        assert found(chain) == ("head", 1)
        with db.reading() as session:
            assert chain in dict(audit_verify.chains(session))

    def test_two_rows_swapped(self, chain: UUID) -> None:
        with unguarded() as hand:
            for seq, to in ((5, 1_000), (6, 5), (1_000, 6)):
                hand.execute(sa.update(ROWS).where(at(chain, seq)).values(seq=to))
        assert found(chain) == ("changed", 5)

    def test_a_row_inserted_in_the_middle(self, chain: UUID) -> None:
        with unguarded() as hand:
            for seq in range(12, 6, -1):
                hand.execute(sa.update(ROWS).where(at(chain, seq)).values(seq=seq + 1))
            forged = {**row(hand, chain, 6), "id": new_id(), "seq": 7, "previous_hash": row(hand, chain, 6)["hash"]}
            hand.execute(sa.insert(ROWS).values({**forged, "hash": digest(forged)}))
        assert found(chain) == ("changed", 8)

    def test_a_row_added_behind_the_head(self, chain: UUID) -> None:
        with db.engine().begin() as hand:
            last = row(hand, chain, 12)
            forged = {**last, "id": new_id(), "seq": 13, "previous_hash": last["hash"]}
            hand.execute(sa.insert(ROWS).values({**forged, "hash": digest(forged)}))
        assert found(chain) == ("inserted", 13)

    def test_a_row_of_another_organisation_moved_here(self, chain: UUID, people: People) -> None:
        with unguarded() as hand:
            foreign = row(hand, people.mallory.organization_id, 1)
            hand.execute(sa.delete(ROWS).where(at(chain, 1)))
            values = {"chain_id": chain, "organization_id": chain}
            hand.execute(sa.update(ROWS).where(ROWS.c.id == foreign["id"]).values(**values))
        assert found(chain) == ("changed", 1)
        assert found(people.mallory.organization_id) == ("cut", 1)

    def test_a_forged_checkpoint(self, chain: UUID) -> None:
        with db.engine().begin() as hand:
            values = {"checkpoint_seq": 5, "checkpoint_hash": row(hand, chain, 5)["hash"]}
            hand.execute(sa.update(HEADS).where(HEADS.c.id == chain).values(**values))
            hand.execute(sa.delete(ROWS).where(ROWS.c.chain_id == chain, ROWS.c.seq <= 5))
        assert found(chain) == ("checkpoint", 5)

    def test_only_the_broken_chain_is_broken(self, chain: UUID, people: People) -> None:
        with unguarded() as hand:
            hand.execute(sa.update(ROWS).where(at(chain, 5)).values(ip="203.0.113.1"))
        assert check(people.mallory.organization_id).problem is None


class TestOwnersCheck:
    def test_alice_checks_and_that_stands_in_the_log(self, chain: UUID, people: People, session: Session) -> None:
        report = do(audit_verify.latest, people.alice)
        assert (report.rows, report.problem) == (12, None)
        told = rows(session, chain, "audit.verified")[0]
        assert (told.user_name, told.outcome, told.data["up_to"]) == ("Alice Archer", AuditOutcome.DONE, 12)

    def test_a_break_stands_in_the_log_too(self, chain: UUID, people: People, session: Session) -> None:
        with unguarded() as hand:
            hand.execute(sa.update(ROWS).where(at(chain, 5)).values(ip="203.0.113.1"))
        do(audit_verify.latest, people.alice)
        assert rows(session, chain, "audit.verified")[0].outcome is AuditOutcome.FAILED

    @pytest.mark.parametrize("who", ["adam", "bob", "vera"])
    def test_others_may_not(self, people: People, who: str) -> None:
        with pytest.raises(Forbidden):
            do(audit_verify.latest, getattr(people, who))

    def test_mallory_checks_only_her_own(self, chain: UUID, people: People) -> None:
        assert do(audit_verify.latest, people.mallory).chain_id == people.mallory.organization_id


def age(chain: UUID, up_to: int, days: int = 400) -> None:
    """Makes the first rows old, and the chain whole again, as if they had been written then."""
    from datetime import timedelta

    with unguarded() as hand:
        previous = audit_chain.START
        for seq in range(1, 13):
            old = row(hand, chain, seq)
            when = old["created_at"] - timedelta(days=days) if seq <= up_to else old["created_at"]
            new = {**old, "created_at": when, "previous_hash": previous}
            previous = digest(new)
            hand.execute(sa.update(ROWS).where(at(chain, seq)).values(created_at=when, previous_hash=new["previous_hash"], hash=previous))
        head = sa.update(HEADS).where(HEADS.c.id == chain)
        hand.execute(head.values(hash=previous, signature=audit_chain.signature("head", chain, 12, previous)))
    assert check(chain).problem is None


class TestRetention:
    def test_old_rows_go_and_the_chain_is_checked_from_the_checkpoint(self, chain: UUID, people: People, session: Session) -> None:
        age(chain, 7)
        assert do(audit_purge.purge, people.alice, older_than_days=365) == 7
        left = rows(session, chain)
        assert [r.seq for r in left] == list(range(8, 14))
        assert (left[-1].action, left[-1].data["rows"], left[-1].data["up_to"]) == ("audit.purged", 7, 7)
        report = check(chain)
        assert (report.first, report.rows, report.problem) == (8, 6, None)
        write(chain, "later")
        assert check(chain).problem is None

    def test_nothing_old_nothing_done(self, chain: UUID, people: People, session: Session) -> None:
        assert do(audit_purge.purge, people.alice, older_than_days=365) == 0
        assert len(rows(session, chain)) == 12

    def test_all_rows_old(self, chain: UUID, people: People) -> None:
        age(chain, 12)
        assert do(audit_purge.purge, people.alice, older_than_days=365) == 12
        assert (check(chain).rows, check(chain).problem) == (1, None)

    def test_rows_behind_the_checkpoint_stay_guarded(self, chain: UUID, people: People) -> None:
        from sqlalchemy.exc import DBAPIError

        age(chain, 7)
        do(audit_purge.purge, people.alice, older_than_days=365)
        with pytest.raises(DBAPIError), db.engine().begin() as connection:
            connection.execute(sa.delete(ROWS).where(at(chain, 8)))

    def test_a_break_does_not_vanish_behind_a_checkpoint(self, chain: UUID, people: People, session: Session) -> None:
        age(chain, 7)
        with unguarded() as hand:
            hand.execute(sa.update(ROWS).where(at(chain, 3)).values(ip="203.0.113.1"))
        with pytest.raises(Conflict):
            do(audit_purge.purge, people.alice, older_than_days=365)
        assert found(chain) == ("changed", 3)

    def test_a_month_is_always_kept(self, chain: UUID, people: People) -> None:
        with pytest.raises(InvalidInput):
            do(audit_purge.purge, people.alice, older_than_days=29)

    @pytest.mark.parametrize("who", ["adam", "bob", "vera"])
    def test_only_owners_may(self, people: People, who: str) -> None:
        with pytest.raises(Forbidden):
            do(audit_purge.purge, getattr(people, who), older_than_days=365)

    def test_the_log_of_an_organisation_that_exists_is_not_forgotten(self, chain: UUID) -> None:
        with pytest.raises(Conflict):
            do(audit_purge.forget, organization_id=chain)

    def test_the_log_goes_after_its_organisation(self, chain: UUID, people: People, session: Session) -> None:
        with db.transaction() as deleting:
            deleting.execute(sa.delete(Organization).where(Organization.id == chain))  # type: ignore[arg-type]
        assert check(chain).problem is None
        assert do(audit_purge.forget, organization_id=chain) == 12
        assert rows(session, chain) == []
        with db.reading() as reading:
            assert chain not in dict(audit_verify.chains(reading))


class TestSeal:
    def test_another_secret_is_found_and_a_whole_chain_is_signed_anew(self, chain: UUID, session: Session) -> None:
        with db.engine().begin() as hand:
            hand.execute(sa.update(HEADS).where(HEADS.c.id == chain).values(signature="0" * 64, checkpoint_signature="0" * 64))
        assert found(chain)[0] == "checkpoint"
        do(audit_verify.seal, chain)
        assert check(chain).problem is None
        assert rows(session, chain)[-1].action == "audit.sealed"

    def test_a_broken_chain_is_not_signed(self, chain: UUID) -> None:
        with unguarded() as hand:
            hand.execute(sa.delete(ROWS).where(ROWS.c.chain_id == chain, ROWS.c.seq > 9))
            hand.execute(sa.update(HEADS).where(HEADS.c.id == chain).values(signature="0" * 64))
        with pytest.raises(Conflict):
            do(audit_verify.seal, chain)
        assert found(chain)[0] == "head"
