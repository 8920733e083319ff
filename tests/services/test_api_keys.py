"""API keys: made, listed, rotated, revoked by people; what a call with one may do."""

from __future__ import annotations

import logging
import re
import string
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.access import Permission, Role
from coexai_app.errors import Conflict, Forbidden, InvalidInput, InvalidToken, NotFound, QuotaExceeded
from coexai_app.models import ApiKey, AuditLog, Membership, Organization, PlanName, User
from coexai_app.models.base import now
from coexai_app.scopes import SCOPES, Scope
from coexai_app.services import api_key_access, api_key_format, api_keys, files, jobs, jobs_read, outputs_read, tokens
from coexai_app.services.api_key_access import KeyHolder
from coexai_app.views.tokens import CreatedKey
from tests.people import People, do
from tests.work import POST, create, nobody

READ = ("jobs:read",)


def make(person: Any, *scopes: str, **given: Any) -> CreatedKey:
    return do(api_keys.create, person, **{"name": "Website", "scopes": scopes or READ, **given})


def knock(key: str, ip: str = "192.0.2.7") -> KeyHolder:
    return do(api_key_access.authenticate, key=key, ip=ip)


def opens(key: str) -> bool:
    try:
        knock(key)
    except InvalidToken:
        return False
    return True


def change(key: CreatedKey, **values: Any) -> None:
    with db.transaction() as session:
        row = session.get_one(ApiKey, UUID(key.id))
        for name, value in values.items():
            setattr(row, name, value)


def row_of(key: CreatedKey) -> ApiKey:
    with db.reading() as session:
        return session.get_one(ApiKey, UUID(key.id))


@pytest.fixture
def statements(people: People) -> Iterator[list[str]]:
    """What is asked of the database, by anybody in this process."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


class TestFormat:
    @pytest.mark.asvs("V11.5.1")
    @pytest.mark.parametrize("live", [True, False])
    def test_prefix_190_bits_and_a_checksum(self, live: bool) -> None:
        key = api_key_format.make(live=live)
        assert re.fullmatch(r"cxa_(live|test)_[0-9A-Za-z]{38}", key)
        assert key.startswith("cxa_live_" if live else "cxa_test_")
        alphabet = string.digits + string.ascii_uppercase + string.ascii_lowercase
        value = 0
        for digit in key[-6:]:
            value = value * 62 + alphabet.index(digit)
        assert value == zlib.crc32(key[:-6].encode())
        assert 62**32 > 2**190

    def test_no_two_are_alike(self) -> None:
        assert len({api_key_format.make(live=True) for _ in range(500)}) == 500

    def test_any_typo_is_seen_without_a_look_up(self) -> None:
        key = api_key_format.make(live=True)
        for position in range(len(key)):
            typo = key[:position] + ("A" if key[position] != "A" else "B") + key[position + 1 :]
            assert not api_key_format.well_formed(typo)
        for wrong in (
            "",
            "cxa_live_",
            key[:-1],
            key + "A",
            key + "\n",
            " " + key,
            key.upper(),
            key.replace("live", "test"),
            "ü" * 47,
            "\x00",
        ):
            assert not api_key_format.well_formed(wrong)

    def test_a_wrong_checksum_asks_the_database_nothing(self, people: People, statements: list[str]) -> None:
        key = make(people.bob).secret
        statements.clear()
        with pytest.raises(InvalidToken, match="Copy it again"):
            knock(key[:-1] + ("A" if key[-1] != "A" else "B"))
        assert [s for s in statements if "BEGIN" not in s] == []
        knock(key)
        assert any("api_keys" in s for s in statements)


class TestCreate:
    def test_the_secret_is_shown_once_and_stored_as_a_hash(self, people: People, session: Session) -> None:
        key = make(people.bob, "outputs:read", "jobs:read", "jobs:read", name="  My \n website\x00 ", expires_in_days=30)
        assert api_key_format.well_formed(key.secret)
        assert key.secret not in repr(key)
        row = session.exec(select(ApiKey)).one()
        assert (row.name, row.scopes, row.live) == ("My website", ["jobs:read", "outputs:read"], True)
        assert (row.prefix, row.last4) == (key.secret[:12], key.secret[-4:])
        assert row.key_hash == api_key_format.digest(key.secret)
        assert row.expires_at is not None
        assert row.expires_at - row.created_at == timedelta(days=30)
        assert key.shown == f"{key.secret[:12]}…{key.secret[-4:]}"
        assert session.exec(select(AuditLog).where(AuditLog.action == "api_key.created")).one().target == key.id

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"name": " \x00 "}, "name"),
            ({"name": "x" * 81}, "name"),
            ({"scopes": ()}, "scopes"),
            ({"scopes": ("everything",)}, "scopes"),
            ({"scopes": ("jobs:read", "")}, "scopes"),
            ({"expires_in_days": 0}, "expires_in_days"),
            ({"expires_in_days": -1}, "expires_in_days"),
            ({"expires_in_days": 367}, "expires_in_days"),
            ({"expires_in_days": 10**30}, "expires_in_days"),
        ],
    )
    def test_a_wrong_field_is_named(self, people: People, session: Session, wrong: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            make(people.alice, **wrong)
        assert caught.value.field == field
        assert session.exec(select(ApiKey)).all() == []

    @pytest.mark.parametrize("scope", list(Scope))
    @pytest.mark.parametrize("who", ["alice", "adam", "bob", "vera"])
    def test_each_role_hands_out_what_the_table_says(self, people: People, who: str, scope: Scope) -> None:
        person = getattr(people, who)
        if who != "vera" and person.ranks(SCOPES[scope].role):
            assert make(person, scope).scopes == (scope,)
        else:
            with pytest.raises(Forbidden, match=r"Your role"):
                make(person, scope)

    @pytest.mark.parametrize("live", [True, False])
    def test_a_plan_without_api_has_no_keys_and_says_so(self, people: People, live: bool) -> None:
        with pytest.raises(Forbidden, match="The Free plan has no API access"):
            make(people.mallory, live=live)

    def test_at_most_twenty_even_when_all_are_made_at_once(self, people: People, session: Session) -> None:
        for _ in range(18):
            make(people.alice)
        gate = threading.Barrier(5)

        def go(_: int) -> bool:
            gate.wait()
            try:
                make(people.adam)
            except QuotaExceeded:
                return False
            return True

        with ThreadPoolExecutor(5) as pool:
            assert sum(pool.map(go, range(5))) == 2
        assert len(session.exec(select(ApiKey)).all()) == 20

    def test_ended_and_replaced_keys_do_not_count(self, people: People) -> None:
        made = [make(people.alice) for _ in range(20)]
        with pytest.raises(QuotaExceeded) as caught:
            make(people.alice)
        assert caught.value.details == {"limit": 20}
        do(api_keys.rotate, people.alice, key_id=UUID(made[0].id))
        with pytest.raises(QuotaExceeded):
            make(people.alice)
        do(api_keys.revoke, people.alice, key_id=UUID(made[1].id))
        make(people.alice)
        change(made[2], expires_at=now() - timedelta(seconds=1))
        make(people.alice)


class TestPage:
    def test_members_see_their_own_and_admins_see_all(self, people: People) -> None:
        for person in (people.alice, people.adam, people.bob):
            make(person, name=person.name)
        seen = {who: {k.name for k in do(api_keys.page, getattr(people, who)).rows} for who in ("alice", "adam", "bob")}
        everybody = {"Alice Archer", "Adam Ash", "Bob Birch"}
        assert seen == {"alice": everybody, "adam": everybody, "bob": {"Bob Birch"}}
        assert do(api_keys.page, people.mallory).rows == ()
        with pytest.raises(Forbidden):
            do(api_keys.page, people.vera)

    @pytest.mark.asvs("V15.3.1")
    def test_newest_first_in_pages_and_never_the_secret(self, people: People) -> None:
        made = [make(people.bob, name=f"Key {n}") for n in range(3)]
        first, second = (do(api_keys.page, people.bob, page=page, limit=2) for page in (1, 2))
        assert [k.name for k in (*first.rows, *second.rows)] == ["Key 2", "Key 1", "Key 0"]
        assert (first.total, first.pages) == (3, 2)
        for key in made:
            assert key.secret not in first.model_dump_json() + second.model_dump_json()
            assert api_key_format.digest(key.secret) not in first.model_dump_json()

    def test_each_state_has_its_word(self, people: People) -> None:
        keys = [make(people.bob, name=name) for name in ("active", "revoked", "expired", "replaced")]
        do(api_keys.revoke, people.bob, key_id=UUID(keys[1].id))
        change(keys[2], expires_at=now() - timedelta(seconds=1))
        do(api_keys.rotate, people.bob, key_id=UUID(keys[3].id))
        shown = {k.id: k.status for k in do(api_keys.page, people.bob).rows}
        assert [shown[k.id] for k in keys] == [k.name for k in keys]

    def test_the_scopes_with_what_the_person_may_hand_out(self, people: People) -> None:
        bob = {s.name: s.may for s in do(api_keys.scopes, people.bob)}
        assert set(bob) == set(Scope)
        assert {name for name, may in bob.items() if not may} == {Scope.WEBHOOKS_MANAGE, Scope.MEMBERS_READ, Scope.AUDIT_READ}
        assert all(s.may for s in do(api_keys.scopes, people.adam))


class TestRevoke:
    def test_it_opens_nothing_at_once_for_a_session_that_is_open_already(self, people: People) -> None:
        key = make(people.bob)
        with Session(db.engine().execution_options(coexai_reads=True)) as other:
            assert api_key_access.authenticate(other, key=key.secret).actor.user_id == people.bob.user_id
            other.rollback()
            do(api_keys.revoke, people.bob, key_id=UUID(key.id))
            with pytest.raises(InvalidToken, match="was revoked"):
                api_key_access.authenticate(other, key=key.secret)

    def test_who_may(self, people: People, session: Session) -> None:
        key = make(people.bob)
        for who, error in (("mallory", NotFound), ("vera", Forbidden)):
            with pytest.raises(error):
                do(api_keys.revoke, getattr(people, who), key_id=UUID(key.id))
        of_alice = make(people.alice)
        with pytest.raises(NotFound):
            do(api_keys.revoke, people.bob, key_id=UUID(of_alice.id))
        with pytest.raises(NotFound):
            do(api_keys.revoke, people.alice, key_id=nobody())
        assert opens(key.secret)
        for _ in range(2):
            do(api_keys.revoke, people.adam, key_id=UUID(key.id))
        assert not opens(key.secret)
        assert len(session.exec(select(AuditLog).where(AuditLog.action == "api_key.revoked")).all()) == 1


class TestRotate:
    def test_both_open_for_a_while_and_then_only_the_new_one(self, people: People) -> None:
        old = make(people.bob, "jobs:read", "jobs:write", name="Shop", expires_in_days=10, live=False)
        new = do(api_keys.rotate, people.bob, key_id=UUID(old.id), overlap_hours=2)
        assert (new.name, new.scopes, new.live) == ("Shop", old.scopes, False)
        assert new.expires_at is not None
        assert new.expires_at - new.created_at == timedelta(days=10)
        assert new.secret != old.secret
        assert (opens(old.secret), opens(new.secret)) == (True, True)
        assert str(row_of(old).replaced_by) == new.id
        change(old, overlap_until=now() - timedelta(seconds=1))
        assert (opens(old.secret), opens(new.secret)) == (False, True)
        with pytest.raises(InvalidToken, match="replaced by a newer one"):
            knock(old.secret)

    def test_without_overlap_the_old_one_is_dead_at_once(self, people: People) -> None:
        old = make(people.bob, expires_in_days=None)
        new = do(api_keys.rotate, people.bob, key_id=UUID(old.id), overlap_hours=0)
        assert (opens(old.secret), opens(new.secret)) == (False, True)
        assert new.expires_at is None

    @pytest.mark.parametrize("hours", [-1, 169, 10**20])
    def test_a_wrong_overlap(self, people: People, hours: int) -> None:
        with pytest.raises(InvalidInput) as caught:
            do(api_keys.rotate, people.bob, key_id=UUID(make(people.bob).id), overlap_hours=hours)
        assert caught.value.field == "overlap_hours"

    def test_ended_keys_are_not_brought_back(self, people: People) -> None:
        revoked, expired, replaced = (make(people.bob) for _ in range(3))
        do(api_keys.revoke, people.bob, key_id=UUID(revoked.id))
        change(expired, expires_at=now() - timedelta(seconds=1))
        do(api_keys.rotate, people.bob, key_id=UUID(replaced.id))
        for key in (revoked, expired, replaced):
            with pytest.raises(Conflict):
                do(api_keys.rotate, people.bob, key_id=UUID(key.id))

    def test_nobody_gets_a_key_that_acts_for_somebody_else(self, people: People) -> None:
        key = make(people.bob)
        for who, error in (("mallory", Forbidden), ("vera", Forbidden), ("adam", Forbidden), ("alice", Forbidden)):
            with pytest.raises(error):
                do(api_keys.rotate, getattr(people, who), key_id=UUID(key.id))
        _set_plan(people.mallory.organization_id, PlanName.PRO)
        with pytest.raises(NotFound):
            do(api_keys.rotate, _with_plan(people.mallory), key_id=UUID(key.id))

    def test_a_lower_role_cannot_keep_its_scopes_by_rotating(self, people: People) -> None:
        from dataclasses import replace

        key = make(people.adam, "audit:read")
        with pytest.raises(Forbidden, match="may not hand out audit:read"):
            do(api_keys.rotate, replace(people.adam, role=Role.MEMBER), key_id=UUID(key.id))


class TestAuthenticate:
    def test_it_acts_for_its_maker_within_its_scopes(self, people: People) -> None:
        key = make(people.bob, "jobs:read", "files:write")
        found = knock(key.secret)
        actor = found.actor
        assert (actor.user_id, actor.organization_id, actor.role) == (people.bob.user_id, people.bob.organization_id, Role.MEMBER)
        assert found.scopes == actor.scopes == {Scope.JOBS_READ, Scope.FILES_WRITE}
        assert (str(actor.key_id), actor.session_id, actor.test) == (key.id, None, False)

    def test_a_test_key_says_so(self, people: People) -> None:
        assert knock(make(people.bob, live=False).secret).actor.test is True

    def test_staff_are_not_staff_through_a_key(self, people: People) -> None:
        _set_plan(people.sid.organization_id, PlanName.PRO)
        assert people.sid.is_staff
        assert knock(make(_with_plan(people.sid)).secret).actor.is_staff is False

    def test_a_key_that_was_never_made(self, people: People) -> None:
        with pytest.raises(InvalidToken, match="is not valid"):
            knock(api_key_format.make(live=True))

    def test_the_role_counts_anew_each_time(self, people: People) -> None:
        key = make(people.bob, "jobs:write")
        with db.transaction() as session:
            _member(session, people.bob).role = Role.VIEWER
        actor = knock(key.secret).actor
        assert not actor.may(Permission.RUN_AGENT)

    @pytest.mark.parametrize("gone", ["disabled", "left", "deleted"])
    def test_when_its_maker_is_gone_it_opens_nothing(self, people: People, gone: str) -> None:
        key = make(people.bob)
        with db.transaction() as session:
            user = session.get_one(User, people.bob.user_id)
            if gone == "disabled":
                user.disabled_at = now()
            else:
                session.delete(user if gone == "deleted" else _member(session, people.bob))
        assert not opens(key.secret)

    def test_an_expired_one(self, people: People) -> None:
        key = make(people.bob)
        change(key, expires_at=now() - timedelta(seconds=1))
        with pytest.raises(InvalidToken, match="has expired") as caught:
            knock(key.secret)
        assert caught.value.details == {"reason": "expired"}

    @pytest.mark.parametrize("live", [True, False])
    def test_when_the_plan_loses_the_api_keys_say_so_and_come_back_with_it(self, people: People, live: bool) -> None:
        key = make(people.bob, live=live)
        _set_plan(people.bob.organization_id, PlanName.FREE)
        with pytest.raises(Forbidden, match="The Free plan has no API access"):
            knock(key.secret)
        _set_plan(people.bob.organization_id, PlanName.PRO)
        assert opens(key.secret)

    def test_a_scope_that_does_not_exist_any_more_opens_nothing(self, people: People) -> None:
        key = make(people.bob)
        change(key, scopes=["jobs:read", "jobs:everything"])
        assert knock(key.secret).scopes == {Scope.JOBS_READ}


class TestWithAKey:
    """The services themselves refuse what the scopes do not name."""

    def test_one_may_read_jobs_and_not_start_them(self, people: People) -> None:
        actor = knock(make(people.bob, "jobs:read").secret).actor
        view = create(people.bob)
        assert do(jobs_read.get, actor, job_id=UUID(view.id)).id == view.id
        with pytest.raises(Forbidden, match="jobs:write"):
            do(jobs.create, actor, agent="maya", capability="blog-to-thread", data={"text": POST}, idempotency_key="k")
        with pytest.raises(Forbidden, match="outputs:read"):
            do(outputs_read.page, actor)
        with pytest.raises(Forbidden, match="files:read"):
            do(files.get, actor, file_id=nobody())

    def test_no_key_manages_keys(self, people: People) -> None:
        key = make(people.alice, *Scope)
        actor = knock(key.secret).actor
        calls: list[tuple[Callable[..., Any], dict[str, Any]]] = [
            (api_keys.create, {"name": "x", "scopes": READ}),
            (api_keys.page, {}),
            (api_keys.scopes, {}),
            (api_keys.revoke, {"key_id": UUID(key.id)}),
            (api_keys.rotate, {"key_id": UUID(key.id)}),
        ]
        for service, given in calls:
            with pytest.raises(Forbidden, match="Log in as a person"):
                do(service, actor, **given)

    def test_whoami_shows_the_key_and_not_the_person(self, people: People) -> None:
        key = make(people.bob, "outputs:read", "jobs:read", live=False)
        me = do(tokens.whoami, knock(key.secret).actor)
        assert (me.name, me.email, me.api_key_id, me.test) == (None, None, key.id, True)
        assert me.scopes == (Scope.JOBS_READ, Scope.OUTPUTS_READ)


class TestLastUse:
    def test_it_is_written_at_most_once_a_minute(self, people: People) -> None:
        key = make(people.bob)
        assert row_of(key).last_used_at is None
        assert knock(key.secret).note_use
        do(api_key_access.note_use, key_id=UUID(key.id), ip="192.0.2.7")
        first = row_of(key)
        assert (first.last_used_ip, knock(key.secret).note_use) == ("192.0.2.7", False)
        do(api_key_access.note_use, key_id=UUID(key.id), ip="203.0.113.1")
        assert (row_of(key).last_used_at, row_of(key).last_used_ip) == (first.last_used_at, "192.0.2.7")
        change(key, last_used_at=now() - timedelta(seconds=61))
        assert knock(key.secret).note_use
        do(api_key_access.note_use, key_id=UUID(key.id), ip="x" * 500)
        assert row_of(key).last_used_ip == "x" * 64


def test_no_key_is_in_any_table_nor_in_the_logs(people: People, caplog: pytest.LogCaptureFixture, dump: Callable[[], str]) -> None:
    caplog.set_level(logging.DEBUG)
    made = [make(people.bob), make(people.alice, live=False)]
    made.append(do(api_keys.rotate, people.bob, key_id=UUID(made[0].id)))
    for key in made:
        knock(key.secret)
        do(api_key_access.note_use, key_id=UUID(key.id))
    stored = dump()
    for key in made:
        assert api_key_format.digest(key.secret) in stored
        for secret in (key.secret, key.secret[9:41], key.secret[-20:]):
            assert secret not in stored
            assert secret not in caplog.text


def test_how_long_a_check_takes(people: People, record_property: Callable[[str, object], None]) -> None:
    key = make(people.bob).secret
    with db.reading() as session:
        api_key_access.authenticate(session, key=key)
        started = time.perf_counter()
        for _ in range(200):
            api_key_access.authenticate(session, key=key)
        took = (time.perf_counter() - started) / 200
    started = time.perf_counter()
    for _ in range(200):
        api_key_format.well_formed(key)
    shape = (time.perf_counter() - started) / 200
    record_property("figures", f"API key, looked up: {took * 1e6:.0f} µs; its checksum alone: {shape * 1e6:.1f} µs")
    assert took < 0.05


def _member(session: Session, person: Any) -> Membership:
    return session.exec(
        select(Membership).where(Membership.user_id == person.user_id, Membership.organization_id == person.organization_id)
    ).one()


def _set_plan(organization_id: UUID, plan: PlanName) -> None:
    with db.transaction() as session:
        session.get_one(Organization, organization_id).plan = plan


def _with_plan(person: Any) -> Any:
    from dataclasses import replace

    return replace(person, plan_name=PlanName.PRO)
