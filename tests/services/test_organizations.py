"""Organisations: founded, renamed, deleted and restored, purged; and everything of one as a ZIP."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import text as sql
from sqlmodel import Session, SQLModel, select

from coexai_app import db
from coexai_app.access import Actor, Role
from coexai_app.errors import Conflict, Forbidden, InvalidInput, InvalidToken, NotFound
from coexai_app.integrations.storage import store
from coexai_app.models import AuditLog, File, Job, JobStatus, LoginSession, Mail, Membership, Organization, Output, Schedule
from coexai_app.models.base import new_id
from coexai_app.scopes import Scope
from coexai_app.services import (
    access_tokens,
    accounts,
    api_key_access,
    api_keys,
    dispatch,
    files,
    invitations,
    organization_export,
    organizations,
    schedules_run,
    sweep,
    tokens,
)
from tests.people import PASSWORD, People, actor, do
from tests.trail import rows
from tests.work import create, work_all

CANARY = "canary-7f3a-of-mossworks"
NAME = "Larkfield Studio"


def trashed(people: People) -> None:
    do(organizations.delete, people.alice, name=NAME)


def age(organization: Actor, days: float) -> None:
    with db.transaction() as session:
        session.get_one(Organization, organization.organization_id).deleted_at = db.now(session) - timedelta(days=days)


def outside(person: Actor, people: People) -> Actor:
    """Alice signed in to an organisation of her own beside Larkfield."""
    return actor(do(accounts.log_in, email="alice@larkfield.example.org", password=PASSWORD).token)


class TestCreate:
    def test_the_founder_owns_it_and_goes_on_there(self, people: People, session: Session) -> None:
        made = do(organizations.create, people.bob, name="  Bob's   Bakery ", timezone="Europe/Lisbon")
        now = actor(people.tokens["bob"])
        assert (str(now.organization_id), now.role, now.timezone, now.plan_name) == (made.id, Role.OWNER, "Europe/Lisbon", "free")
        assert made.name == "Bob's Bakery"
        assert len(rows(session, now.organization_id, "organization.created")) == 1

    @pytest.mark.parametrize(("name", "zone", "field"), [("", "", "name"), ("x" * 121, "", "name"), ("B", "Mars/Olympus", "timezone")])
    def test_a_wrong_field_is_named(self, people: People, name: str, zone: str, field: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            do(organizations.create, people.bob, name=name, timezone=zone)
        assert caught.value.field == field

    def test_nobody_owns_dozens(self, people: People) -> None:
        for n in range(accounts.MAX_OWNED - 1):
            do(organizations.create, people.mallory, name=f"House {n}")
        with pytest.raises(Conflict, match="own 10"):
            do(organizations.create, people.mallory, name="One more")

    def test_a_key_founds_nothing(self, people: People) -> None:
        with pytest.raises(Forbidden):
            do(organizations.create, replace(people.bob, scopes=frozenset(Scope), key_id=new_id()), name="B")


class TestChange:
    @pytest.mark.parametrize("who", ["vera", "bob", "adam", "alice", "mallory"])
    def test_the_matrix(self, people: People, session: Session, who: str) -> None:
        if who in ("vera", "bob"):
            with pytest.raises(Forbidden):
                do(organizations.change, getattr(people, who), name="New", timezone="UTC")
        else:
            do(organizations.change, getattr(people, who), name="New", timezone="UTC")
        assert (session.get_one(Organization, people.alice.organization_id).name == "New") == (who in ("adam", "alice"))

    def test_before_and_after_stand_in_the_log(self, people: People, session: Session) -> None:
        do(organizations.change, people.adam, name=NAME, timezone="Asia/Tokyo")
        (row,) = rows(session, people.alice.organization_id, "organization.changed")
        assert (row.before, row.after) == ({"timezone": "UTC"}, {"timezone": "Asia/Tokyo"})

    def test_what_the_page_shows(self, people: People) -> None:
        by = {who: do(organizations.get, getattr(people, who)) for who in ("vera", "bob", "adam", "alice")}
        assert [bool(v.locked) for v in by.values()] == [True, True, False, False]
        assert [bool(v.owners_only) for v in by.values()] == [True, True, True, False]
        assert [len(v.others) for v in by.values()] == [0, 0, 0, 3]
        assert "last owner" in by["alice"].why_not_leave


class TestDelete:
    @pytest.mark.parametrize("who", ["vera", "bob", "adam", "mallory"])
    def test_only_owners(self, people: People, session: Session, who: str) -> None:
        with pytest.raises((Forbidden, InvalidInput)):
            do(organizations.delete, getattr(people, who), name=NAME)
        assert session.get_one(Organization, people.alice.organization_id).deleted_at is None

    @pytest.mark.parametrize("name", ["", "larkfield studio", "Larkfield Studio.", "Mossworks"])
    def test_the_name_has_to_be_typed(self, people: People, session: Session, name: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            do(organizations.delete, people.alice, name=name)
        assert caught.value.field == "name"
        assert session.get_one(Organization, people.alice.organization_id).deleted_at is None

    def test_nothing_opens_it_any_more(self, people: People, session: Session) -> None:
        made = do(tokens.log_in, email="alice@larkfield.example.org", password=PASSWORD)
        key = do(api_keys.create, people.bob, name="Site", scopes=["jobs:read"])
        do(invitations.invite, people.alice, email="nora@new.example.org", role="member")
        trashed(people)
        assert session.exec(select(LoginSession).where(LoginSession.organization_id == people.alice.organization_id)).all() == []
        assert do(accounts.actor_of, token=people.tokens["alice"]) is None
        elsewhere = actor(people.tokens["bob"])
        assert elsewhere.organization_id != people.bob.organization_id
        assert NAME not in repr(do(accounts.me, elsewhere))
        for call in (
            lambda: do(access_tokens.verify, token=made.access),
            lambda: do(tokens.refresh, token=made.refresh),
            lambda: do(api_key_access.authenticate, key=key.secret),
        ):
            with pytest.raises(InvalidToken):
                call()
        with pytest.raises(NotFound):
            do(accounts.switch, token=people.tokens["bob"], organization_id=people.bob.organization_id)
        back = do(accounts.log_in, email="alice@larkfield.example.org", password=PASSWORD)
        assert back.organization_id != people.alice.organization_id

    def test_jobs_and_schedules_stop_and_go_on_after_the_restore(self, people: People, session: Session) -> None:
        waiting, running = create(people.bob), create(people.bob)
        with db.transaction() as writing:
            (row,) = dispatch.take(writing, 1)
            writing.add(
                Schedule(
                    organization_id=people.bob.organization_id,
                    user_id=people.bob.user_id,
                    agent="maya",
                    capability="blog-to-thread",
                    title="Weekly",
                    input={"text": "A text that is long enough to be worked on, twice. " * 20},
                    cron="0 9 * * 1",
                    timezone="UTC",
                    next_at=db.now(writing) - timedelta(hours=1),
                )
            )
        trashed(people)
        left = {str(job.id): job for job in session.exec(select(Job))}
        ran = left.pop(str(row.id))
        assert (ran.status, ran.cancel_requested) == (JobStatus.PROCESSING, True)
        assert {job.status for job in left.values()} == {JobStatus.PENDING}
        assert do(schedules_run.run_due) == 0
        do(sweep._offer_due)
        do(dispatch.offer, people.bob.organization_id)
        with db.transaction() as writing:
            assert dispatch.take(writing, 5) == ()
        do(organizations.restore, outside(people.alice, people), organization_id=people.alice.organization_id)
        session.rollback()
        session.expire_all()
        assert {session.get_one(Job, job.id).status for job in left.values()} == {JobStatus.QUEUED}
        assert do(schedules_run.run_due) == 1
        assert waiting.id != running.id

    def test_owners_are_told_how_to_restore_it(self, people: People, session: Session) -> None:
        trashed(people)
        mails = session.exec(select(Mail).where(Mail.kind == "organization_deleted")).all()
        assert [row.to_address for row in mails] == ["alice@larkfield.example.org"]
        assert organizations.PAGE in mails[0].text
        assert len(rows(session, people.alice.organization_id, "organization.deleted")) == 1


class TestRestore:
    def test_an_owner_takes_it_out_of_the_trash(self, people: People, session: Session) -> None:
        trashed(people)
        alice = outside(people.alice, people)
        (found,) = do(organizations.trash, alice)
        assert found.name == NAME
        do(organizations.restore, alice, organization_id=people.alice.organization_id)
        assert do(organizations.trash, alice) == ()
        assert do(accounts.log_in, email="bob@own.example.org", password=PASSWORD).user_id == people.bob.user_id
        row = session.get_one(LoginSession, alice.session_id)
        assert row.organization_id == people.alice.organization_id
        assert len(rows(session, people.alice.organization_id, "organization.restored")) == 1

    @pytest.mark.parametrize("who", ["bob", "adam", "vera", "mallory"])
    def test_nobody_else(self, people: People, session: Session, who: str) -> None:
        trashed(people)
        person = actor(people.tokens[who])
        assert do(organizations.trash, person) == ()
        with pytest.raises(NotFound):
            do(organizations.restore, person, organization_id=people.alice.organization_id)
        assert session.get_one(Organization, people.alice.organization_id).deleted_at is not None

    def test_after_thirty_days_it_is_too_late(self, people: People) -> None:
        trashed(people)
        alice = outside(people.alice, people)
        age(people.alice, 30.01)
        with pytest.raises(NotFound):
            do(organizations.restore, alice, organization_id=people.alice.organization_id)


class TestPurge:
    def test_it_goes_with_its_files_and_its_log_and_nothing_else_does(self, people: People, session: Session, tmp_path: Path) -> None:
        key, other = upload(people.alice, tmp_path, "a.txt", b"a"), upload(people.mallory, tmp_path, "m.txt", b"m")
        create(people.bob)
        trashed(people)
        age(people.alice, 29.9)
        assert do(organizations.purge) == 0
        age(people.alice, 30.1)
        assert do(organizations.purge) == 1
        gone = people.alice.organization_id
        assert session.get(Organization, gone) is None
        for table in (Membership, Job, File, AuditLog, LoginSession):
            assert session.exec(select(table).where(table.organization_id == gone)).all() == []
        with pytest.raises(NotFound):
            store().get(key)
        assert store().get(other) == b"m"
        assert rows(session, people.mallory.organization_id) != []
        assert actor(people.tokens["mallory"]) == people.mallory


def upload(person: Actor, folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    view = do(files.add, person, name=name, content_type="text/plain", path=path, sha256="0" * 64, size=len(data))
    with db.reading() as session:
        return session.exec(select(File.key).where(File.id == UUID(view.id))).one()


class TestExport:
    @pytest.mark.parametrize("who", ["vera", "bob", "adam"])
    def test_only_owners(self, people: People, session: Session, who: str) -> None:
        for call in (lambda: do(organization_export.begin, getattr(people, who)), lambda: archive(getattr(people, who))):
            with pytest.raises(Forbidden):
                call()
        assert rows(session, people.alice.organization_id, "organization.exported") == []

    def test_it_holds_everything_of_the_organisation(self, people: People, session: Session, tmp_path: Path) -> None:
        upload(people.bob, tmp_path, "notes.txt", b"the notes")
        create(people.bob)
        work_all()
        do(invitations.invite, people.alice, email="nora@new.example.org", role="member")
        assert do(organization_export.begin, people.alice).name.startswith("larkfield-studio-")
        found = archive(people.alice)
        assert {"organizations", "people", "memberships", "jobs", "job_steps", "outputs", "files", "invitations", "audit_logs"} <= {
            name.removesuffix(".json") for name in found
        }
        assert sorted(p["name"] for p in json.loads(found["people.json"])) == ["Adam Ash", "Alice Archer", "Bob Birch", "Vera Vine"]
        assert len(json.loads(found["jobs.json"])) == 1
        assert any(data == b"the notes" for name, data in found.items() if name.startswith("files/"))
        (result,) = [data for name, data in found.items() if name.startswith("results/")]
        assert b"Horno Norte" in result or b"412" in result
        assert len(rows(session, people.alice.organization_id, "organization.exported")) == 1

    @pytest.mark.asvs("V8.4.1")
    def test_it_holds_nothing_of_another_one_and_no_secret(
        self, people: People, session: Session, tmp_path: Path, dump: Callable[[], str]
    ) -> None:
        upload(people.mallory, tmp_path, f"{CANARY}.txt", CANARY.encode())
        do(organizations.change, people.mallory, name=CANARY, timezone="UTC")
        create(people.mallory, text=f"{CANARY} " * 30)
        do(invitations.invite, people.mallory, email=f"{CANARY}@new.example.org", role="admin")
        do(tokens.log_in, email="bob@own.example.org", password=PASSWORD, organization_id=people.bob.organization_id)
        key = do(api_keys.create, people.bob, name="Site", scopes=["jobs:read"])
        do(invitations.invite, people.alice, email="nora@new.example.org", role="member")
        assert CANARY in dump()
        text = "\n".join(f"{name}\n{data.decode()}" for name, data in archive(people.alice).items())
        secrets = {people.tokens["alice"], key.secret, "$argon2", "cxi_", "cxr_", CANARY, "mallory"}
        with db.reading() as reading:
            for table, column in (
                ("users", "password_hash"),
                ("sessions", "token_hash"),
                ("api_keys", "key_hash"),
                ("invitations", "token_hash"),
                ("invitations", "nonce"),
                ("refresh_tokens", "token_hash"),
            ):
                secrets |= set(reading.connection().execute(sql(f"SELECT {column} FROM {table}")).scalars())
        assert [secret for secret in secrets if secret in text] == []

    def test_it_says_what_is_not_in_it_and_is_not_stopped_by_what_is_broken(self, people: People, tmp_path: Path) -> None:
        lost = upload(people.bob, tmp_path, "lost.txt", b"x")
        upload(people.bob, tmp_path, 'a:b?"c".txt', b"kept")
        store().delete(lost)
        create(people.bob)
        work_all()
        with db.transaction() as session:
            session.execute(sa.update(Output).values(report={"of": "another age"}))
        found = archive(people.alice)
        about = json.loads(found["about.json"])
        assert [path.partition("/")[0] for path in about["could_not_be_read"]] == ["results", "files"]
        assert next(name for name, data in found.items() if data == b"kept").endswith("-a_b__c_.txt")
        assert json.loads(found["outputs.json"])[0]["report"] == {"of": "another age"}
        mine = {name for name, table in SQLModel.metadata.tables.items() if "organization_id" in table.c}
        assert mine == (mine & {name.removesuffix(".json") for name in found}) | about["tables_left_out"].keys()
        first, second, *_ = json.loads(found["audit_logs.json"])
        assert second["previous_hash"] == first["hash"]

    def test_a_large_file_is_not_held_in_memory(self, people: People, tmp_path: Path) -> None:
        upload(people.bob, tmp_path, "large.txt", b"0123456789" * 3_000_000)
        with (tmp_path / "out.zip").open("wb") as target:
            tracemalloc.start()
            organization_export.write(people.alice, target)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert peak < 12_000_000


def archive(owner: Actor) -> dict[str, bytes]:
    """What the ZIP holds, by name."""
    target = io.BytesIO()
    organization_export.write(owner, target)
    with zipfile.ZipFile(target) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}
