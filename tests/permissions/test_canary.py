"""Nothing of Mossworks is anywhere for anybody of Larkfield: pages, routes, exports, errors, live messages; no id says that it exists."""

from __future__ import annotations

import inspect
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_origin
from uuid import UUID

import pytest
from httpx import Client
from reflex_base.utils.format import json_dumps
from sqlmodel import Session, select

from coexai_app import db, live, settings
from coexai_app.access import Actor
from coexai_app.api.app import RequestScope
from coexai_app.api.boundary import Boundary
from coexai_app.errors import CoexaiError
from coexai_app.models import Output
from coexai_app.models.base import new_id
from coexai_app.services import jobs, jobs_read
from coexai_app.services.outputs import MEDIA_TYPES
from state import guard
from tests.asking import asking
from tests.conftest import BACKEND
from tests.door import api_app
from tests.people import People, settle_in
from tests.permissions.arguments import ARGUMENTS, arguments
from tests.permissions.canary import CANARY, bare, ids_of, settle
from tests.permissions.table import routes, services
from tests.permissions.test_events_matrix import HANDLERS, payload
from tests.permissions.test_routes_matrix import ORIGIN, REQUESTS, UNKNOWN, filled
from tests.permissions.test_services_matrix import FUNCTIONS
from tests.permissions.world import ORDER
from tests.state.client import Tab
from tests.state.visiting import went
from tests.work import create, job_id, work_all

LARKFIELD = ("alice", "adam", "bob", "vera")


@dataclass(frozen=True)
class Wall:
    """Larkfield on this side; the ids of everything on the other side."""

    people: People
    mallory: Actor
    ids: dict[str, list[UUID]]
    own_job: UUID
    own_output: UUID

    @property
    def all_ids(self) -> list[UUID]:
        return list(dict.fromkeys(ident for ids in self.ids.values() for ident in ids))


@pytest.fixture(scope="module")
def wall(shared_instance: None) -> Wall:
    people = settle_in()
    mallory = settle(people)
    own_job = job_id(create(people.bob))
    work_all()
    with db.reading() as session:
        own_output = session.exec(select(Output.id).where(Output.job_id == own_job)).one()
    return Wall(people, mallory, ids_of(mallory), own_job, own_output)


@pytest.fixture(scope="module")
def client(wall: Wall) -> Iterator[Client]:
    with asking(RequestScope(Boundary(api_app())), base_url=ORIGIN) as opened:
        yield opened


def sign_in(client: Client, wall: Wall, name: str) -> None:
    client.cookies.clear()
    client.cookies.set(settings.get().cookie_name, wall.people.tokens[name])
    client.headers["Origin"] = ORIGIN


def test_the_canary_sits_in_every_text_of_a_house(wall: Wall) -> None:
    assert bare(wall.mallory) == []
    assert len(wall.all_ids) > 25


@pytest.mark.asvs("V8.2.2", "V8.4.1")
class TestRoutes:
    @pytest.mark.parametrize("name", LARKFIELD)
    def test_no_answer_holds_it(self, wall: Wall, client: Client, name: str) -> None:
        sign_in(client, wall, name)
        asked = 0
        filters = ("", f"?q={CANARY[:4]}", f"?person={wall.mallory.user_id}", f"?target={wall.mallory.user_id}", "?page=2")
        for method, path in routes():
            if method != "GET":
                continue
            for query in ("",) if "{" in path else filters:
                for ident in wall.all_ids if "{" in path else [new_id()]:
                    answer = client.get(filled(path, ident) + query)
                    assert CANARY not in everything(answer.content), f"{path}{query}"
                    asked += 1
        assert asked > 50

    @pytest.mark.parametrize("name", LARKFIELD)
    def test_no_export_holds_it(self, wall: Wall, client: Client, name: str) -> None:
        sign_in(client, wall, name)
        given = 0
        for form, media in MEDIA_TYPES.items():
            for ident in [wall.own_job, *wall.ids["jobs"]]:
                answer = client.get(f"/api/v1/jobs/{ident}/output", headers={"Accept": media})
                assert CANARY not in everything(answer.content), media
            for ident in [wall.own_output, *wall.ids["outputs"]]:
                answer = client.get(f"/api/v1/outputs/{ident}/export?format={form}")
                assert CANARY not in everything(answer.content), form
                given += answer.is_success
        for form in ("csv", "ics"):
            answer = client.get(f"/api/v1/calendar/export?format={form}")
            assert CANARY not in everything(answer.content), form
        assert given > 3, "Larkfield's own result can be had in several formats"

    def test_to_enter_it_by_its_id_changes_nothing(self, wall: Wall, client: Client) -> None:
        sign_in(client, wall, "bob")
        answer = client.post("/auth/switch", data={"organization": str(wall.mallory.organization_id)})
        assert answer.headers["location"] == "/home"
        assert client.get("/api/v1/me").json()["organization"]["id"] == str(wall.people.bob.organization_id)

    @pytest.mark.parametrize("route", [r for r in routes() if "_id}" in r[1]])
    def test_every_id_answers_like_one_that_nobody_has(self, wall: Wall, client: Client, route: tuple[str, str]) -> None:
        sign_in(client, wall, "alice")
        answers = set()
        for ident in [new_id(), *wall.all_ids]:
            given = REQUESTS.get(route, lambda *_: {})(_Nobody(), "alice")  # type: ignore[arg-type]
            headers = {"X-Request-Id": "same"} | given.pop("headers", {})
            answer = client.request(route[0], filled(route[1], ident), headers=headers, **given)
            answers.add((answer.status_code, answer.text.replace(str(ident), "ID")))
        assert len(answers) == 1
        assert answers.pop()[0] == UNKNOWN[routes()[route].stranger]


def everything(content: bytes) -> str:
    """The text of an answer, and of what is packed in it."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join([*archive.namelist(), *(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())])


def id_parameters() -> list[tuple[str, str, bool]]:
    """(service, parameter, whether it takes several): everything that takes ids."""
    found = []
    for name, line in services().items():
        if line.least == "inner":
            continue
        hints = inspect.get_annotations(FUNCTIONS[name], eval_str=True)
        for parameter, hint in hints.items():
            if parameter != "return" and (hint is UUID or UUID in get_args(hint)):
                found.append((name, parameter, get_origin(hint) is not None and hint is not UUID and type(None) not in get_args(hint)))
    return found


@pytest.mark.asvs("V8.2.2", "V8.4.1")
class TestServices:
    def test_there_are_ids_to_guess(self) -> None:
        assert len({name for name, _, _ in id_parameters()}) > 20

    @pytest.mark.parametrize(("name", "parameter", "several"), id_parameters())
    def test_every_id_answers_like_one_that_nobody_has(self, wall: Wall, name: str, parameter: str, several: bool) -> None:
        base = arguments(name, _Nobody(), wall.people.alice) if name in ARGUMENTS else {}  # type: ignore[arg-type]
        answers = {_answer(name, wall.people.alice, base | {parameter: [i] if several else i}, i) for i in (new_id(), *wall.all_ids)}
        assert len(answers) == 1, answers
        assert CANARY not in answers.pop()

    def test_a_file_of_theirs_goes_into_no_job(self, wall: Wall) -> None:
        said = set()
        for ident in (new_id(), *wall.all_ids):
            order = {**ORDER, "data": {"file": str(ident)}}
            said.add(_answer("jobs.create", wall.people.bob, {**order, "idempotency_key": str(ident)}, ident))
        assert len(said) == 1
        assert jobs.create is FUNCTIONS["jobs.create"]

    def test_a_person_of_theirs_filters_nothing(self, wall: Wall) -> None:
        with db.reading() as session:
            found = [jobs_read.page(session, wall.people.alice, person=str(p)) for p in (wall.mallory.user_id, new_id())]
        assert found[0] == found[1]


class _Nobody:
    """A world whose every thing has an id that nobody has."""

    def __init__(self) -> None:
        self.ids = self.session_of = self.passkey_of = self.key_of = self.identity_of = self.trash_of = _Anything()
        self.comment_of = self.resolved_of = _Anything()
        self.people = self

    vera = property(lambda self: self)
    user_id = property(lambda _self: new_id())

    def own(self, _things: object, _person: object) -> UUID:
        return new_id()


class _Anything(dict[str, UUID]):
    def __missing__(self, _name: str) -> UUID:
        return new_id()


def _answer(name: str, person: Actor, given: dict[str, Any], ident: UUID) -> str:
    """What a service answers, as text without the id that it was asked for; nothing stays of it."""
    with Session(db.engine(), expire_on_commit=False) as session:
        try:
            made = repr(FUNCTIONS[name](session, person, **given))
        except CoexaiError as error:
            made = f"{type(error).__name__}: {error.message} {error.details}"
        session.rollback()
    return made.replace(str(ident), "ID")


@pytest.mark.skipif(BACKEND != "sqlite", reason="the pages are the same; the services behind them run on PostgreSQL beside this")
@pytest.mark.asvs("V8.2.2", "V8.4.1")
class TestPages:
    @pytest.mark.parametrize("name", LARKFIELD)
    async def test_no_page_shows_it(self, wall: Wall, name: str) -> None:
        guard._verdicts.clear()
        job, output = wall.ids["jobs"][0], wall.ids["outputs"][0]
        paths = (
            f"/jobs/{job}",
            f"/outputs/{output}",
            f"/agents/maya?job={job}",
            f"/agents/maya?from={job}",
            f"/jobs?person={wall.mallory.user_id}&q={CANARY}",
            f"/settings/audit?person={wall.mallory.user_id}&q={CANARY}",
        )
        loads = [full for handler, (full, _) in HANDLERS.items() if handler.endswith((".load", ".enter"))]
        async with Tab(wall.people.tokens[name]) as tab:
            for path in paths:
                for full in loads:
                    shown = json_dumps(await tab.send(full, path))
                    # A search shows the word that was typed; nothing else of it comes back.
                    assert CANARY not in shown.replace(f'"{CANARY}"', "").replace(f"q={CANARY}", ""), f"{full} at {path}"

    @pytest.mark.parametrize("name", [n for n, (_, h) in HANDLERS.items() if any(a.endswith("_id") for a in h.fn.__coexai_arguments__)])
    async def test_every_id_answers_like_one_that_nobody_has(self, wall: Wall, name: str) -> None:
        guard._verdicts.clear()
        full, handler = HANDLERS[name]
        answers = set()
        for ident in (new_id(), *wall.all_ids):
            async with Tab(wall.people.tokens["alice"]) as tab:
                given = {n: str(ident) if n.endswith("_id") else value for n, value in payload(handler, {}).items()}
                shown = json_dumps(await tab.send(full, "/home", given)).replace(tab.token, "TAB")
                answers.add((shown.replace(str(ident), "ID"), tuple(went(tab))))
        assert len(answers) == 1
        assert CANARY not in str(answers)


@pytest.mark.asvs("V8.4.1")
def test_live_messages_carry_no_data(wall: Wall) -> None:
    follower = live.Follower()
    follower.changes()
    with db.transaction() as session:
        live.publish(session, wall.mallory.organization_id, "job.changed", new_id(), title=CANARY)
    heard = follower.changes()
    assert [change.organization_id for change in heard] == [wall.mallory.organization_id]
    assert CANARY not in repr(heard)
