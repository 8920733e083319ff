"""Log-in forms: cookies, redirects, and other sites' forms."""

from __future__ import annotations

from threading import Thread

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from coexai_app import db, settings
from coexai_app.services import passwords
from tests.people import PASSWORD, People

OURS = {"Origin": "http://localhost:3000"}
FORM = {"name": "Eve East", "email": "eve@own.example.org", "password": PASSWORD, "organization": "East", "timezone": "Europe/Berlin"}


class TestSignUp:
    def test_it_sets_an_http_only_cookie_and_goes_home(self, client: TestClient) -> None:
        answer = client.post("/auth/signup", data=FORM, headers=OURS)
        assert (answer.status_code, answer.headers["location"]) == (303, "/home")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{settings.get().cookie_name}=")
        for part in ("HttpOnly", "SameSite=lax", "Path=/"):
            assert part in cookie

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"email": "x"}, "invalid_input.email"),
            ({"password": "short"}, "invalid_input.password"),
            ({"name": ""}, "invalid_input.name"),
        ],
    )
    def test_a_wrong_field_comes_back_as_a_code_and_never_as_text(self, client: TestClient, change: dict[str, str], error: str) -> None:
        answer = client.post("/auth/signup", data={**FORM, **change}, headers=OURS)
        assert answer.headers["location"] == f"/signup?error={error}"
        assert "set-cookie" not in answer.headers

    def test_nobody_waits_for_its_hash_to_write(self, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        """While a password is hashed, no transaction is open: SQLite has one writer."""
        others: list[bool] = []

        def write() -> None:
            with db.transaction() as session:
                session.execute(text("DELETE FROM throttles WHERE key = 'nobody'"))

        def slow(password: str) -> str:
            other = Thread(target=write, daemon=True)
            other.start()
            other.join(5)
            others.append(other.is_alive())
            return hash_of(password)

        hash_of = passwords.hash_of
        monkeypatch.setattr(passwords, "hash_of", slow)
        assert client.post("/auth/signup", data=FORM, headers=OURS).headers["location"] == "/home"
        assert others == [False]

    def test_a_taken_address(self, client: TestClient) -> None:
        client.post("/auth/signup", data=FORM, headers=OURS)
        assert client.post("/auth/signup", data=FORM, headers=OURS).headers["location"] == "/signup?error=conflict.email"

    def test_a_huge_field_is_refused(self, client: TestClient) -> None:
        assert client.post("/auth/signup", data={**FORM, "name": "x" * 10_000}, headers=OURS).status_code == 422


class TestLogIn:
    @pytest.mark.asvs("V14.3.1")
    def test_log_in_and_out(self, people: People, client: TestClient) -> None:
        form = {"email": "bob@own.example.org", "password": PASSWORD}
        answer = client.post("/auth/login", data=form, headers=OURS)
        assert (answer.status_code, answer.headers["location"]) == (303, "/home")
        out = client.post("/auth/logout", headers=OURS)
        assert out.headers["location"] == "/login"
        assert out.headers["clear-site-data"] == '"storage"'
        assert "Max-Age=0" in out.headers["set-cookie"]

    def test_a_wrong_password_goes_back_to_the_form(self, people: People, client: TestClient) -> None:
        answer = client.post("/auth/login", data={"email": "bob@own.example.org", "password": "nope"}, headers=OURS)
        assert answer.headers["location"] == "/login?error=unauthenticated"

    def test_many_wrong_passwords_lock_the_door(self, people: People, client: TestClient) -> None:
        for _ in range(5):
            client.post("/auth/login", data={"email": "bob@own.example.org", "password": "nope"}, headers=OURS)
        answer = client.post("/auth/login", data={"email": "bob@own.example.org", "password": PASSWORD}, headers=OURS)
        assert answer.headers["location"] == "/login?error=rate_limit_exceeded"

    def test_a_browser_that_logged_in_before_does_not_wait_for_strangers(self, people: People, client: TestClient) -> None:
        form = {"email": "bob@own.example.org", "password": PASSWORD}
        client.post("/auth/login", data=form, headers=OURS)
        client.cookies.delete(settings.get().cookie_name)
        with TestClient(client.app, follow_redirects=False, headers={"user-agent": "a stranger"}) as stranger:
            for _ in range(5):
                stranger.post("/auth/login", data={**form, "password": "nope"}, headers=OURS)
            assert stranger.post("/auth/login", data=form, headers=OURS).headers["location"] == "/login?error=rate_limit_exceeded"
        assert client.post("/auth/login", data=form, headers=OURS).headers["location"] == "/home"

    @pytest.mark.asvs("V1.2.2", "V3.7.2")
    @pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/ok\n//x"])
    def test_no_open_redirect(self, people: People, client: TestClient, target: str) -> None:
        answer = client.post("/auth/login", data={"email": "bob@own.example.org", "password": PASSWORD, "next": target}, headers=OURS)
        assert answer.headers["location"] == "/home"

    def test_it_goes_where_the_person_wanted_to(self, people: People, client: TestClient) -> None:
        answer = client.post(
            "/auth/login", data={"email": "bob@own.example.org", "password": PASSWORD, "next": "/jobs?page=2"}, headers=OURS
        )
        assert answer.headers["location"] == "/jobs?page=2"


@pytest.mark.asvs("V3.5.1")
class TestOtherSites:
    @pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {}])
    def test_their_forms_are_refused(self, client: TestClient, headers: dict[str, str]) -> None:
        answer = client.post("/auth/signup", data=FORM, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
