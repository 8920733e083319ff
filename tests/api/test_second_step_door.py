"""The doors of the second step: the cookie between the steps, the API's ticket, other sites, and who must add a factor first."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from coexai_app import settings
from coexai_app.services import factors
from tests.factors import code, email_of, enrol_app, enrol_passkey
from tests.people import PASSWORD, People, do

As = Callable[[str], TestClient]
OURS = {"Origin": "http://localhost:3000"}
STEP = "coexai_step"


def start(client: TestClient, people: People, **more: str) -> str:
    """The right password; returns where it leads. The client holds the ticket then."""
    form = {"email": email_of(people.bob), "password": PASSWORD, **more}
    answer = client.post("/auth/login", data=form, headers=OURS)
    assert answer.status_code == 303
    return answer.headers["location"]


class TestForms:
    @pytest.mark.asvs("V2.3.1")
    def test_the_password_alone_gives_a_ticket_and_no_session(self, people: People, client: TestClient) -> None:
        enrol_app(people.bob)
        answer = client.post("/auth/login", data={"email": email_of(people.bob), "password": PASSWORD}, headers=OURS)
        assert answer.headers["location"] == "/login/second-step"
        cookies = answer.headers.get_list("set-cookie")
        assert len(cookies) == 1
        assert cookies[0].startswith(f"{STEP}=")
        for part in ("HttpOnly", "Max-Age=300", "SameSite=lax", "Path=/"):
            assert part in cookies[0]
        assert client.get("/api/v1/me").status_code == 401

    def test_a_code_leads_on_with_a_new_session_and_the_ticket_goes(self, people: People, client: TestClient) -> None:
        secret, _ = enrol_app(people.bob)
        client.cookies.set(settings.get().cookie_name, "set by an attacker before")
        assert start(client, people, next="/jobs?page=2") == "/login/second-step?next=%2Fjobs%3Fpage%3D2"
        ticket = client.cookies[STEP]
        answer = client.post("/auth/second-step", data={"code": code(secret), "next": "/jobs?page=2"}, headers=OURS)
        assert answer.headers["location"] == "/jobs?page=2"
        set_cookies = "\n".join(answer.headers.get_list("set-cookie"))
        assert f"{settings.get().cookie_name}=" in set_cookies
        assert f'{STEP}=""; expires=' in set_cookies
        assert "set by an attacker before" not in set_cookies
        assert ticket not in set_cookies
        client.cookies.set(STEP, ticket)
        again = client.post("/auth/second-step", data={"code": code(secret, away=1)}, headers=OURS)
        assert again.headers["location"] == "/login?error=sign_in_expired"

    def test_a_wrong_code_goes_back_and_many_make_one_wait(self, people: People, client: TestClient) -> None:
        enrol_app(people.bob)
        start(client, people)
        for _ in range(5):
            answer = client.post("/auth/second-step", data={"code": "nonsense", "next": "/jobs"}, headers=OURS)
            assert answer.headers["location"] == "/login/second-step?error=wrong_code&next=%2Fjobs"
        assert client.post("/auth/second-step", data={"code": "x"}, headers=OURS).headers["location"].endswith("rate_limit_exceeded")

    def test_without_a_ticket(self, people: People, client: TestClient) -> None:
        for path in ("/auth/second-step", "/auth/second-step/passkey"):
            assert client.post(path, data={"code": "123456"}, headers=OURS).headers["location"] == "/login?error=sign_in_expired"
        assert client.post("/auth/second-step/passkey/options", headers=OURS).status_code == 401

    @pytest.mark.parametrize(
        "path",
        [
            "/auth/second-step",
            "/auth/second-step/passkey",
            "/auth/login/passkey",
            "/auth/second-step/passkey/options",
            "/auth/login/passkey/options",
            "/auth/passkeys/options",
            "/auth/confirm",
            "/auth/confirm/code",
            "/auth/confirm/passkey",
            "/auth/confirm/passkey/options",
        ],
    )
    @pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {}])
    def test_other_sites_are_refused(self, people: People, client: TestClient, path: str, headers: dict[str, str]) -> None:
        answer = client.post(path, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers

    @pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
    def test_no_open_redirect(self, people: People, client: TestClient, target: str) -> None:
        secret, _ = enrol_app(people.bob)
        assert start(client, people, next=target) == "/login/second-step?next=%2Fhome"
        assert client.post("/auth/second-step", data={"code": code(secret), "next": target}, headers=OURS).headers["location"] == "/home"


class TestPasskeys:
    def test_alone(self, people: People, client: TestClient) -> None:
        device = enrol_passkey(people.bob)
        options = client.post("/auth/login/passkey/options", headers=OURS)
        sent = {"credential": device.use(options.json()), "next": "/jobs"}
        answer = client.post("/auth/login/passkey", data=sent, headers=OURS)
        assert answer.headers["location"] == "/jobs"
        assert client.get("/api/v1/me").json()["email"] == email_of(people.bob)

    def test_an_answer_from_another_browser(self, people: People, client: TestClient) -> None:
        device = enrol_passkey(people.bob)
        sent = device.use(client.post("/auth/login/passkey/options", headers=OURS).json())
        client.cookies.clear()
        answer = client.post("/auth/login/passkey", data={"credential": sent}, headers=OURS)
        assert answer.headers["location"] == "/login?error=passkey_refused"

    def test_as_second_step(self, people: People, client: TestClient) -> None:
        device = enrol_passkey(people.bob)
        start(client, people)
        options = client.post("/auth/second-step/passkey/options", headers=OURS).json()
        answer = client.post("/auth/second-step/passkey", data={"credential": device.use(options)}, headers=OURS)
        assert answer.headers["location"] == "/home"

    def test_options_to_register_are_for_people_who_are_signed_in(self, people: People, client: TestClient, as_person: As) -> None:
        assert client.post("/auth/passkeys/options", headers=OURS).status_code == 401
        answer = as_person("bob").post("/auth/passkeys/options")
        assert answer.status_code == 200
        assert answer.json()["user"]["name"] == email_of(people.bob)


class TestApi:
    def test_a_ticket_and_then_tokens(self, people: People, client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        secret, _ = enrol_app(people.bob)
        body = {"email": email_of(people.bob), "password": PASSWORD, "organization_id": str(people.bob.organization_id)}
        asked = client.post("/api/v1/auth/token", json=body)
        assert (asked.status_code, asked.json()["error"]["code"]) == (401, "SECOND_FACTOR_REQUIRED")
        assert "set-cookie" not in asked.headers
        ticket = asked.json()["error"]["details"]["ticket"]
        wrong = client.post("/api/v1/auth/token/second-factor", json={"ticket": ticket, "code": "nonsense"})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "WRONG_CODE")
        given = {"ticket": ticket, "code": code(secret)}
        made = client.post("/api/v1/auth/token/second-factor", json=given)
        assert made.status_code == 200
        assert made.headers["cache-control"] == "no-store"
        bearer = {"Authorization": f"Bearer {made.json()['access_token']}"}
        assert client.get("/api/v1/me", headers=bearer).json()["organization"]["name"] == "Larkfield Studio"
        again = client.post("/api/v1/auth/token/second-factor", json=given)
        assert (again.status_code, again.json()["error"]["code"]) == (401, "SIGN_IN_EXPIRED")
        assert ticket not in caplog.text
        assert secret not in caplog.text

    def test_a_right_password_does_not_count_as_a_failure(self, people: People, client: TestClient) -> None:
        enrol_app(people.bob)
        for _ in range(12):
            answer = client.post("/api/v1/auth/token", json={"email": email_of(people.bob), "password": PASSWORD})
            assert answer.json()["error"]["code"] == "SECOND_FACTOR_REQUIRED"

    @pytest.mark.parametrize("body", [{}, {"ticket": "x"}, {"ticket": 1, "code": "1"}, {"ticket": "x" * 101, "code": "1"}, []])
    def test_wrong_bodies(self, client: TestClient, body: object) -> None:
        assert client.post("/api/v1/auth/token/second-factor", json=body).status_code == 422

    def test_a_ticket_that_is_no_text(self, people: People, client: TestClient) -> None:
        raw = b'{"ticket": "\\ud800", "code": "\\ud800"}'
        answer = client.post("/api/v1/auth/token/second-factor", content=raw, headers={"Content-Type": "application/json"})
        assert answer.status_code in (401, 422)


@pytest.mark.asvs("V6.3.4")
def test_who_must_add_a_factor_gets_nothing_else(people: People, client: TestClient, as_person: As) -> None:
    enrol_app(people.alice)
    do(factors.require, people.alice, required=True)
    refused = as_person("bob").get("/api/v1/me")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "SECOND_FACTOR_ENROLMENT_REQUIRED")
    assert as_person("bob").get("/api/v1/audit/export").status_code == 403
    assert as_person("bob").post("/auth/passkeys/options").status_code == 200
    enrol_app(people.bob)
    assert as_person("bob").get("/api/v1/me").status_code == 200
