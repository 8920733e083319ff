"""Writing the audit log: who, when, from where, what changed; the chain under it; what the database refuses."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from coexai_app import db, log, origin
from coexai_app.models import AuditChain, AuditLog, AuditOutcome, LoginSession, User
from coexai_app.models.base import new_id, now
from coexai_app.services import accounts, audit, audit_chain
from tests.people import PASSWORD, People, do
from tests.trail import check, rows, write
from tests.work import create


@pytest.mark.asvs("V16.2.1")
class TestWho:
    def test_the_person_with_the_name_of_the_time_and_the_session(self, people: People, session: Session) -> None:
        create(people.bob)
        with db.transaction() as changing:
            changing.get_one(User, people.bob.user_id).name = "Robert Birch"
        row = rows(session, people.bob.organization_id, "job.created")[0]
        assert (row.user_id, row.user_name, row.session_id) == (people.bob.user_id, "Bob Birch", people.bob.session_id)

    def test_staff_who_act_as_somebody_are_named_and_so_is_the_other(self, people: People, session: Session) -> None:
        create(replace(people.alice, staff_id=people.sid.user_id))
        row = rows(session, people.alice.organization_id, "job.created")[0]
        assert (row.user_id, row.user_name) == (people.sid.user_id, "Sid Support")
        assert (row.on_behalf_of, row.on_behalf_of_name) == (people.alice.user_id, "Alice Archer")

    def test_an_api_key_is_named(self, people: People, session: Session) -> None:
        key = new_id()
        create(replace(people.bob, session_id=None, key_id=key))
        assert rows(session, people.bob.organization_id, "job.created")[0].api_key_id == key

    def test_the_log_keeps_id_and_name_of_a_person_who_was_deleted(self, people: People, session: Session) -> None:
        create(people.bob)
        with db.transaction() as changing:
            changing.execute(sa.delete(LoginSession).where(LoginSession.user_id == people.bob.user_id))  # type: ignore[arg-type]
            changing.delete(changing.get_one(User, people.bob.user_id))
        row = rows(session, people.alice.organization_id, "job.created")[0]
        assert (row.user_id, row.user_name) == (people.bob.user_id, "Bob Birch")
        assert check(people.alice.organization_id).problem is None


@pytest.mark.asvs("V16.2.1")
class TestWhere:
    def test_what_the_door_knows_stands_in_the_row(self, people: People, session: Session) -> None:
        with origin.bound(ip="203.0.113.7", user_agent="Firefox"), log.bound(request_id="req_1"):
            create(people.bob)
        row = rows(session, people.bob.organization_id, "job.created")[0]
        assert (row.ip, row.user_agent, row.request_id) == ("203.0.113.7", "Firefox", "req_1")

    def test_without_a_door_it_is_empty(self, people: People, session: Session) -> None:
        create(people.bob)
        assert rows(session, people.bob.organization_id, "job.created")[0].ip == ""

    @pytest.mark.asvs("V16.2.2")
    def test_the_time_is_the_databases(self, people: People, session: Session) -> None:
        create(people.bob)
        clock = session.exec(sa.select(db.utcnow())).scalar_one()  # type: ignore[call-overload]
        assert abs(rows(session, people.bob.organization_id)[-1].created_at - clock) < timedelta(seconds=20)


@pytest.mark.asvs("V16.3.1")
class TestLogIn:
    def test_the_organisation_sees_who_came_and_went(self, people: People, session: Session) -> None:
        signed = do(accounts.log_in, email="alice@larkfield.example.org", password=PASSWORD, ip="203.0.113.7", user_agent="Chrome/1")
        do(accounts.log_out, token=signed.token)
        told = [(row.action, row.user_name, row.ip) for row in rows(session, people.alice.organization_id)]
        assert told == [
            ("account.created", "Alice Archer", ""),
            ("session.login", "Alice Archer", "203.0.113.7"),
            ("session.logout", "Alice Archer", ""),
        ]

    def test_a_failure_for_a_known_address_is_its_organisations(self, people: People, session: Session) -> None:
        do(accounts.note_failure, email="Alice@Larkfield.example.org", ip="203.0.113.9")
        row = rows(session, people.alice.organization_id)[-1]
        assert (row.action, row.outcome, row.target_name) == ("session.failed", AuditOutcome.FAILED, "Alice Archer")
        assert row.user_id is None

    def test_a_failure_for_an_unknown_address_is_the_instances(self, people: People, session: Session) -> None:
        do(accounts.note_failure, email="nobody@nowhere.example.org")
        assert [row.action for row in rows(session, None)] == ["session.failed"]
        assert check(audit_chain.INSTANCE).problem is None


class TestChanges:
    def test_only_the_fields_that_differ_are_kept(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            audit.record(
                writing,
                "output.edited",
                actor=people.adam,
                before={"role": "member", "name": "Bob", "gone": 1},
                after={"role": "admin", "name": "Bob", "new": None},
            )
        row = rows(session, people.adam.organization_id)[-1]
        assert (row.before, row.after) == ({"role": "member", "gone": 1}, {"role": "admin"})

    def test_a_secret_that_changed_shows_only_that_it_did(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            audit.record(writing, "output.edited", actor=people.adam, before={"password": "canary-1"}, after={"password": "canary-2"})
        row = rows(session, people.adam.organization_id)[-1]
        assert (row.before, row.after) == ({"password": "[redacted]"}, {"password": "[redacted]"})


class TestTransaction:
    @pytest.mark.asvs("V2.3.3")
    def test_a_rollback_takes_the_row_away_and_leaves_no_gap(self, people: People, session: Session) -> None:
        before = len(rows(session, people.alice.organization_id))
        with pytest.raises(RuntimeError), db.transaction() as writing:
            audit.record(writing, "output.edited", actor=people.bob)
            writing.flush()
            raise RuntimeError
        write(people.alice.organization_id, "next")
        assert [row.seq for row in rows(session, people.alice.organization_id)] == list(range(1, before + 2))

    def test_a_session_that_rolled_back_writes_only_what_came_after(self, people: People, session: Session) -> None:
        with Session(db.engine()) as writing:
            audit.record(writing, "output.edited", actor=people.bob, target="dropped")
            writing.rollback()
            audit.record(writing, "output.edited", actor=people.bob, target="kept")
            writing.commit()
            writing.commit()
        assert [row.target for row in rows(session, people.bob.organization_id, "output.edited")] == ["kept"]

    def test_a_savepoint_takes_its_own_rows_with_it(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            audit.record(writing, "output.edited", actor=people.bob, target="outer")
            with writing.begin_nested():
                audit.record(writing, "output.edited", actor=people.bob, target="released")
            with pytest.raises(KeyError), writing.begin_nested():
                with writing.begin_nested():
                    audit.record(writing, "output.edited", actor=people.bob, target="inner")
                raise KeyError
        assert [row.target for row in rows(session, people.bob.organization_id, "output.edited")] == ["outer", "released"]

    def test_a_service_that_only_reads_cannot_record(self, people: People) -> None:
        with pytest.raises(RuntimeError, match="@reads"), db.reading() as reading:
            audit.record(reading, "output.edited", actor=people.bob)

    def test_one_transaction_may_write_to_several_chains(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            for person in (people.mallory, people.alice, people.mallory):
                audit.record(writing, "output.edited", actor=person)
            audit.record(writing, "output.edited")
        assert len(rows(session, people.mallory.organization_id, "output.edited")) == 2
        for chain in (people.alice.organization_id, people.mallory.organization_id, audit_chain.INSTANCE):
            assert check(chain).problem is None


class TestChain:
    def test_rows_are_numbered_without_a_gap_and_name_the_one_before(self, people: People, session: Session) -> None:
        write(people.alice.organization_id, "a", "b", "c")
        found = rows(session, people.alice.organization_id)
        assert [row.seq for row in found] == list(range(1, len(found) + 1))
        assert [row.previous_hash for row in found] == [audit_chain.START, *(row.hash for row in found[:-1])]
        head = session.get_one(AuditChain, people.alice.organization_id)
        assert (head.seq, head.hash) == (found[-1].seq, found[-1].hash)

    def test_every_column_but_the_hash_is_hashed(self) -> None:
        assert {*audit_chain.FIELDS, "hash"} == {column.name for column in audit_chain.ROWS.columns}

    @pytest.mark.parametrize("field", audit_chain.FIELDS)
    def test_no_field_can_change_without_the_hash(self, people: People, session: Session, field: str) -> None:
        row = rows(session, people.alice.organization_id)[0].model_dump()
        changed = {dict: {"x": 1}, int: 99, str: "x"}.get(type(row[field]), new_id())
        changed = now() if field == "created_at" else changed
        assert audit_chain.digest({**row, field: changed}) != row["hash"]

    def test_values_come_back_as_they_were_hashed(self, people: People) -> None:
        odd = {"f": 1e16, "neg": -0.0, "big": 10**400, "nul": "a\0b", "lone": "\ud800", "e": "é", "deep": [{"x": 1.5}], "t": now()}
        write(people.alice.organization_id, "odd", **odd, empty="", nothing=None, yes=True)
        assert check(people.alice.organization_id).problem is None

    def test_eight_threads_of_one_organisation(self, people: People, session: Session) -> None:
        start = len(rows(session, people.alice.organization_id))
        errors: list[BaseException] = []

        def work(name: int) -> None:
            try:
                write(people.alice.organization_id, *(f"{name}-{i}" for i in range(50)))
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        found = rows(session, people.alice.organization_id)
        assert [row.seq for row in found] == list(range(1, start + 401))
        assert len({row.target for row in found[start:]}) == 400
        assert [row.created_at for row in found] == sorted(row.created_at for row in found)
        assert check(people.alice.organization_id).problem is None

    def test_threads_that_write_to_the_same_chains_in_another_order_do_not_lock_each_other_out(self, people: People) -> None:
        chains = [people.alice.organization_id, people.mallory.organization_id, None]
        errors: list[BaseException] = []

        def work(order: int) -> None:
            try:
                for _ in range(15):
                    with db.transaction() as writing:
                        for chain in chains[order:] + chains[:order]:
                            audit.record(writing, "output.edited", organization_id=chain)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(n % 3,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert [check(audit_chain.chain_of(chain)).problem for chain in chains] == [None] * 3


@pytest.mark.asvs("V16.4.2")
class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_logs SET action = 'x'",
            "UPDATE audit_logs SET ip = ip",
            "DELETE FROM audit_logs",
            "DELETE FROM audit_logs WHERE seq = 1",
            "UPDATE audit_chains SET seq = seq - 1",
            "UPDATE audit_chains SET checkpoint_seq = seq + 1",
            "DELETE FROM audit_chains",
        ],
    )
    def test_the_database_refuses(self, people: People, session: Session, statement: str) -> None:
        before = len(rows(session, people.alice.organization_id))
        with pytest.raises(DBAPIError), db.engine().begin() as connection:
            connection.execute(sa.text(statement))
        assert len(rows(session, people.alice.organization_id)) == before
        assert check(people.alice.organization_id).problem is None

    def test_nothing_of_the_organisation_cascades_into_it(self, people: People) -> None:
        assert not [key for table in (AuditLog, AuditChain) for key in table.__table__.foreign_keys]  # type: ignore[attr-defined]
