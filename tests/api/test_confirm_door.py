"""The doors of showing once more that it is you: one step or two, the cookie between them, and where they lead."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from coexai_app.services import person
from tests.factors import code, enrol_app, enrol_passkey, log_in_long_ago
from tests.people import PASSWORD, People

As = Callable[[str], TestClient]
OURS = {"Origin": "http://localhost:3000"}
STEP = "coexai_step"
NEXT = "/settings/security"


def leads(client: TestClient, path: str = "", **form: str) -> str:
    return str(client.post(f"/auth/confirm{path}", data={"next": NEXT, **form}).headers["location"])


def test_nobody_is_sent_to_the_log_in(people: People, client: TestClient) -> None:
    for path in ("", "/code", "/passkey"):
        assert client.post(f"/auth/confirm{path}", data={}, headers=OURS).headers["location"] == "/login"
    assert client.post("/auth/confirm/passkey/options", headers=OURS).status_code == 401


@pytest.mark.asvs("V7.5.1", "V2.3.1")
def test_password_then_code(people: People, as_person: As, session: Session) -> None:
    secret, _ = enrol_app(people.bob)
    log_in_long_ago(people.bob)
    bob = as_person("bob")
    assert leads(bob, password="nope") == "/confirm?error=unauthenticated&next=%2Fsettings%2Fsecurity"
    assert leads(bob, password=PASSWORD) == "/confirm/code?next=%2Fsettings%2Fsecurity"
    assert bob.cookies[STEP]
    assert not person.is_fresh(session, people.bob)
    assert leads(bob, "/code", code="nonsense") == "/confirm/code?error=wrong_code&next=%2Fsettings%2Fsecurity"
    answer = bob.post("/auth/confirm/code", data={"code": code(secret), "next": NEXT})
    assert answer.headers["location"] == NEXT
    assert f'{STEP}=""; expires=' in "\n".join(answer.headers.get_list("set-cookie"))
    session.rollback()
    assert person.is_fresh(session, people.bob)


def test_a_code_without_the_first_step(people: People, as_person: As) -> None:
    secret, _ = enrol_app(people.bob)
    assert leads(as_person("bob"), "/code", code=code(secret)) == "/confirm?error=sign_in_expired&next=%2Fsettings%2Fsecurity"


def test_many_wrong_codes_make_one_wait(people: People, as_person: As) -> None:
    enrol_app(people.bob)
    bob = as_person("bob")
    leads(bob, password=PASSWORD)
    for _ in range(5):
        leads(bob, "/code", code="nonsense")
    assert "error=rate_limit_exceeded" in leads(bob, "/code", code="nonsense")


def test_a_passkey_alone(people: People, as_person: As, session: Session) -> None:
    device = enrol_passkey(people.bob)
    log_in_long_ago(people.bob)
    bob = as_person("bob")
    assert leads(bob, "/passkey", credential="{}") == "/confirm?error=passkey_refused&next=%2Fsettings%2Fsecurity"
    sent = device.use(bob.post("/auth/confirm/passkey/options").json())
    assert bob.post("/auth/confirm/passkey", data={"credential": sent, "next": "//evil.example"}).headers["location"] == "/home"
    assert person.is_fresh(session, people.bob)
