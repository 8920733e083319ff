"""Idempotency keys: the same call is done once, by whichever accident it comes twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, func, select

from coexai_app import db
from coexai_app.errors import IdempotencyInProgress
from coexai_app.models import ApiKey, File, IdempotencyKey, Job, Quota, Schedule
from coexai_app.services import idempotency, jobs, partner_jobs, sweep
from tests.people import People, do
from tests.work import POST, work_all

Become = Callable[..., Any]
NEW = {"capability": "blog-to-thread", "input": {"text": POST}}
KEY = {"Idempotency-Key": "order-1042"}


def number(_session: Session, table: Any) -> int:
    with db.reading() as session:  # what is there now, not what a transaction began with
        return session.exec(select(func.count()).select_from(table)).one()


class TestOnce:
    def test_the_same_again_answers_the_first_job_also_when_it_has_moved_on(self, api: Become, session: Session) -> None:
        program = api("bob")
        first = program.post("/agents/maya/jobs", NEW, headers=KEY)
        work_all()
        again = program.post("/agents/maya/jobs", NEW, headers=KEY)
        assert (first.status_code, again.status_code) == (202, 202)
        assert "idempotent-replayed" not in first.headers
        assert again.headers["idempotent-replayed"] == "true"
        assert (again.json(), again.headers["location"]) == (first.json(), first.headers["location"])
        assert number(session, Job) == 1

    def test_without_a_key_two_are_two(self, api: Become, session: Session) -> None:
        program = api("bob")
        assert program.post("/agents/maya/jobs", NEW).json()["id"] != program.post("/agents/maya/jobs", NEW).json()["id"]

    def test_another_body_is_422(self, api: Become, session: Session) -> None:
        program = api("bob")
        program.post("/agents/maya/jobs", NEW, headers=KEY)
        answer = program.post("/agents/maya/jobs", {**NEW, "priority": "low"}, headers=KEY)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert number(session, Job) == 1

    def test_the_order_of_fields_does_not_matter(self, api: Become, session: Session) -> None:
        program = api("bob")
        program.post("/agents/maya/jobs", NEW, headers=KEY)
        turned = dict(reversed(NEW.items()))
        assert program.post("/agents/maya/jobs", turned, headers=KEY).headers["idempotent-replayed"] == "true"

    def test_each_caller_and_each_address_has_its_own(self, api: Become, session: Session) -> None:
        bob, other, adam = api("bob"), api("bob"), api("adam")
        ids = {program.post("/agents/maya/jobs", NEW, headers=KEY).json()["id"] for program in (bob, other, adam)}
        assert len(ids) == 3
        for job in ids:
            assert bob.delete(f"/jobs/{job}", headers=KEY).status_code == 200

    def test_an_error_is_not_kept(self, api: Become, session: Session) -> None:
        program = api("bob")
        assert program.post("/agents/maya/jobs", {**NEW, "input": {}}, headers=KEY).status_code == 422
        assert program.post("/agents/nobody/jobs", NEW, headers=KEY).status_code == 404
        assert program.post("/agents/maya/jobs", NEW, headers=KEY).status_code == 202
        assert number(session, IdempotencyKey) == 1

    @pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "ü"])
    def test_a_key_that_is_none(self, api: Become, key: str) -> None:
        answer = api("bob").post("/agents/maya/jobs", NEW, headers={"Idempotency-Key": key.encode()})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "INVALID_INPUT")

    def test_files_by_their_content_and_keys_with_their_secret(self, api: Become, as_person: Become, session: Session, dump: Any) -> None:
        program = api("bob")
        for _ in range(2):  # each request has a boundary of its own
            made = program.post("/files", files={"file": ("a.md", b"# Hello")}, headers=KEY)
            assert made.status_code == 201
        assert number(session, File) == 1
        assert program.post("/files", files={"file": ("a.md", b"# Other")}, headers=KEY).status_code == 422
        browser = as_person("bob")
        browser.headers.pop("Authorization", None)
        body = {"name": "Shop", "scopes": ["jobs:read"]}
        secrets = {browser.post("/api/v1/api-keys", json=body, headers=KEY).json()["secret"] for _ in range(2)}
        assert len(secrets) == 1
        assert secrets.pop() not in dump()
        assert number(session, ApiKey) == 2

    def test_deleting_twice_is_one_deletion(self, api: Become, session: Session) -> None:
        program = api("bob")
        made = program.post("/schedules", {"agent": "maya", **NEW, "cron": "0 9 * * *"}, headers=KEY).json()
        assert program.post("/schedules", {"agent": "maya", **NEW, "cron": "0 9 * * *"}, headers=KEY).json() == made
        assert number(session, Schedule) == 1
        assert [program.delete(f"/schedules/{made['id']}", headers=KEY).status_code for _ in range(2)] == [204, 204]


class TestRaces:
    def test_ten_at_once_make_one_job(self, api: Become, session: Session) -> None:
        program = api("bob")
        gate = threading.Barrier(10)

        def post() -> Any:
            gate.wait(20)
            return program.client.post("/api/v1/agents/maya/jobs", json=NEW, headers={**program.headers, **KEY})

        with ThreadPoolExecutor(10) as pool:
            answers = [future.result() for future in [pool.submit(post) for _ in range(10)]]
        assert {a.status_code for a in answers} <= {202, 409}
        assert len({a.json()["id"] for a in answers if a.status_code == 202}) == 1
        assert sum(a.status_code == 202 and "idempotent-replayed" not in a.headers for a in answers) == 1
        for refused in (a for a in answers if a.status_code == 409):
            assert (refused.json()["error"]["code"], refused.headers["retry-after"]) == ("IDEMPOTENCY_IN_PROGRESS", "1")
        assert number(session, Job) == 1
        assert session.exec(select(Quota)).one().reserved == 1

    def test_one_that_still_runs_is_409(self, api: Become, people: People) -> None:
        program = api("bob")
        with db.transaction() as session:
            who = session.exec(select(ApiKey)).one()
            holder = people.bob.__class__(**{**_fields(people.bob), "key_id": who.id})
            idempotency.begin(session, holder, key="order-1042", route="POST /api/v1/agents/maya/jobs", asked=_asked())
        answer = program.post("/agents/maya/jobs", NEW, headers=KEY)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "IDEMPOTENCY_IN_PROGRESS")


class TestCrash:
    """The process may die at any line: between the claim and the work, in the work, between the work and the answer."""

    def ask(self, people: People, key: str = "k") -> idempotency.Done:
        return idempotency.run(people.bob, jobs.create, key=key, route="POST /x", given=_given(), asked=_given())

    def test_between_the_work_and_its_answer(self, people: People, session: Session) -> None:
        first = self.ask(people)  # committed; the answer never reached anybody
        again = self.ask(people)
        assert (again.replayed, again.result) == (True, first.result)
        assert number(session, Job) == 1

    def test_between_the_claim_and_the_work(self, people: People, session: Session) -> None:
        with db.transaction() as own:
            idempotency.begin(own, people.bob, key="k", route="POST /x", asked=_given())
        with pytest.raises(IdempotencyInProgress):
            self.ask(people)
        self._lapse()
        assert self.ask(people).replayed is False
        assert number(session, Job) == 1

    def test_a_frozen_call_that_wakes_after_its_time_changes_nothing(self, people: People, session: Session) -> None:
        woken = threading.Event()

        def slow(own: Session, actor: Any, *, idempotency_key: str, **given: Any) -> partner_jobs.PartnerJobDetail:
            made = partner_jobs.create(own, actor, idempotency_key=f"slow:{idempotency_key}", **given)
            if not woken.is_set():
                woken.set()
                own.rollback()  # as a frozen process's connection would be, were it cut
                self._lapse()
                self.ask(people)
                made = partner_jobs.create(own, actor, idempotency_key=f"slow:{idempotency_key}", **given)
            return made

        with pytest.raises(IdempotencyInProgress):
            idempotency.run(people.bob, slow, key="k", route="POST /x", given=_given(), asked=_given())
        assert number(session, Job) == 1
        assert self.ask(people).replayed is True

    def test_an_unexpected_error_gives_the_key_back(self, people: People, session: Session) -> None:
        def broken(own: Session, actor: Any, **given: Any) -> None:
            partner_jobs.create(own, actor, idempotency_key="x", **given)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            idempotency.run(people.bob, broken, key="k", route="POST /x", given=_given(), asked=_given())
        assert (number(session, Job), number(session, IdempotencyKey)) == (0, 0)

    def test_after_a_day_it_is_forgotten(self, people: People, session: Session) -> None:
        first = self.ask(people)
        with db.transaction() as own:
            own.exec(select(IdempotencyKey)).one().expires_at = db.utcnow(-1)
        assert self.ask(people).result.id != first.result.id
        with db.transaction() as own:
            own.exec(select(IdempotencyKey)).one().expires_at = db.utcnow(-1)
        sweep.tick()
        assert number(session, IdempotencyKey) == 0

    @staticmethod
    def _lapse() -> None:
        with db.transaction() as own:
            own.exec(select(IdempotencyKey)).one().locked_until = db.utcnow(-1)


def _fields(actor: Any) -> dict[str, Any]:
    import dataclasses

    return {field.name: getattr(actor, field.name) for field in dataclasses.fields(actor)}


def _given() -> dict[str, Any]:
    return {"agent": "maya", "capability": "blog-to-thread", "data": {"text": POST}}


def _asked() -> dict[str, Any]:
    return {**_given(), "run_at": None, "priority": None}


def test_outsiders_keys_are_their_own(people: People) -> None:
    with db.transaction() as session:
        mine = idempotency.begin(session, people.bob, key="k", route="POST /x", asked={})
        theirs = idempotency.begin(session, people.mallory, key="k", route="POST /x", asked={"other": 1})
    assert isinstance(mine.id, UUID)
    assert mine.id != theirs.id
    assert do(partner_jobs.page, people.mallory).data == ()
