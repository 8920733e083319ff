"""The forms around an account: one answer for known and unknown, links that only our own host is in, cookies that end."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from coexai_app import db, settings
from coexai_app.models import LoginSession, Mail, MailKind, Throttle
from coexai_app.services import accounts, passwords
from tests.people import PASSWORD, People, do

OURS = {"Origin": "http://localhost:3000"}
ALICE = "alice@larkfield.example.org"
NEW = "violet harbour ninety"
As = Callable[[str], TestClient]


def mail_of(kind: MailKind, to: str) -> str:
    with db.reading() as session:
        return session.exec(select(Mail.text).where(Mail.kind == kind.value, Mail.to_address == to).order_by(Mail.id.desc())).first() or ""  # type: ignore[attr-defined]


def token_in(text: str) -> str:
    found = re.search(r"token=([\w-]+)", text)
    assert found
    return found[1]


class TestEnumeration:
    def test_a_lost_password_gets_one_answer(self, people: People, client: TestClient) -> None:
        answers = [client.post("/auth/forgot", data={"email": email}, headers=OURS) for email in (ALICE, "nobody@own.example.org", "x")]
        assert {(a.status_code, a.headers["location"], a.text) for a in answers} == {(303, "/forgot-password?done=sent", "")}
        assert mail_of(MailKind.RESET_PASSWORD, ALICE)
        assert not mail_of(MailKind.RESET_PASSWORD, "nobody@own.example.org")

    @pytest.mark.asvs("V6.3.8")
    def test_a_known_and_an_unknown_address_cost_the_same_time(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        from argon2 import PasswordHasher

        real = PasswordHasher(time_cost=2, memory_cost=8_192, parallelism=1)
        monkeypatch.setattr(passwords, "_hasher", lambda: real)
        stored, decoy = real.hash(PASSWORD), real.hash("decoy")
        monkeypatch.setattr(passwords, "_decoy", lambda: decoy)
        took: dict[bool, list[float]] = {True: [], False: []}
        for turn in range(60):
            known = turn % 2 == 0
            started = time.perf_counter()
            passwords.matches("wrong password", stored if known else None)
            took[known].append(time.perf_counter() - started)
        known_time, unknown_time = statistics.median(took[True]), statistics.median(took[False])
        assert abs(known_time - unknown_time) < 0.25 * known_time


class TestReset:
    @pytest.mark.asvs("V4.1.3")
    def test_the_link_names_our_own_host_whatever_the_request_says(self, people: People, client: TestClient) -> None:
        poisoned = {**OURS, "X-Forwarded-Host": "evil.example", "X-Original-Host": "evil.example", "Forwarded": "host=evil.example"}
        client.post("/auth/forgot", data={"email": ALICE}, headers=poisoned)
        client.post("/auth/forgot", data={"email": ALICE}, headers={"Origin": "http://evil.example", "Host": "evil.example"})
        assert "evil.example" not in mail_of(MailKind.RESET_PASSWORD, ALICE)
        assert f"{settings.get().origin}/reset-password?token=" in mail_of(MailKind.RESET_PASSWORD, ALICE)

    @pytest.mark.asvs("V6.4.1")
    def test_it_works_once(self, people: People, client: TestClient) -> None:
        client.post("/auth/forgot", data={"email": ALICE}, headers=OURS)
        form = {"token": token_in(mail_of(MailKind.RESET_PASSWORD, ALICE)), "password": NEW}
        weak = client.post("/auth/reset", data={**form, "password": "password1234"}, headers=OURS)
        assert weak.headers["location"] == "/reset-password?error=invalid_input.password"
        assert client.post("/auth/reset", data=form, headers=OURS).headers["location"] == "/login?done=reset"
        assert client.post("/auth/reset", data=form, headers=OURS).headers["location"] == "/reset-password?error=dead_link"
        assert do(accounts.actor_of, token=people.tokens["alice"]) is None

    def test_another_site_cannot_send_it(self, people: People, client: TestClient) -> None:
        for path in ("forgot", "reset", "verify", "confirm", "password", "email", "delete", "restore"):
            assert client.post(f"/auth/{path}", data={}, headers={"Origin": "https://evil.example"}).status_code == 403

    def test_opening_a_link_changes_nothing(self, people: People, client: TestClient) -> None:
        for path in ("forgot", "reset", "verify", "delete"):
            assert client.get(f"/auth/{path}").status_code == 405


class TestLogIn:
    def test_a_cookie_from_before_is_never_taken_over(self, people: People, client: TestClient) -> None:
        client.cookies.set(settings.get().cookie_name, people.tokens["mallory"])
        answer = client.post("/auth/login", data={"email": ALICE, "password": PASSWORD}, headers=OURS)
        assert people.tokens["mallory"] not in answer.headers["set-cookie"]
        assert do(accounts.actor_of, token=people.tokens["mallory"]) is None

    def test_an_api_client_hears_how_long_to_wait(self, people: People, client: TestClient) -> None:
        for _ in range(5):
            client.post("/api/v1/auth/token", json={"email": ALICE, "password": "wrong password"})
        answer = client.post("/api/v1/auth/token", json={"email": ALICE, "password": PASSWORD})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        time.sleep(1.1)
        assert client.post("/api/v1/auth/token", json={"email": ALICE, "password": PASSWORD}).status_code == 200

    def test_an_eleventh_account_is_refused_in_words(self, client: TestClient) -> None:
        for number in range(11):
            client.cookies.clear()
            form = {"name": "Eve", "email": f"eve{number}@own.example.org", "password": PASSWORD}
            answer = client.post("/auth/signup", data=form, headers=OURS)
        assert answer.headers["location"] == "/signup?error=rate_limit_exceeded"


class TestOnesOwnAccount:
    def test_nobody_is_sent_to_the_log_in(self, people: People, client: TestClient) -> None:
        for path in ("password", "email", "delete"):
            assert client.post(f"/auth/{path}", data={}, headers=OURS).headers["location"] == "/login"

    @pytest.mark.asvs("V6.2.3")
    def test_a_new_password_needs_the_present_one(self, people: People, as_person: As) -> None:
        alice = as_person("alice")
        wrong = alice.post("/auth/password", data={"present": "nope", "password": NEW})
        assert wrong.headers["location"] == "/settings/account?error=unauthenticated"
        right = alice.post("/auth/password", data={"present": PASSWORD, "password": NEW})
        assert right.headers["location"] == "/settings/account?done=password"
        assert do(accounts.log_in, email=ALICE, password=NEW)

    @pytest.mark.asvs("V7.5.1")
    def test_after_ten_minutes_the_password_is_asked_for_again(self, people: People, as_person: As, session: Session) -> None:
        with db.transaction() as writing:
            row = writing.get_one(LoginSession, people.alice.session_id)
            assert row.authenticated_at is not None
            row.authenticated_at -= timedelta(minutes=11)
        alice = as_person("alice")
        for path in ("email", "delete"):
            answer = alice.post(f"/auth/{path}", data={"email": "new@own.example.org", "typed": ALICE})
            assert answer.headers["location"] == "/confirm?next=/settings/account"
        assert (
            alice.post("/auth/confirm", data={"password": "nope", "next": "/settings/account"}).headers["location"].startswith("/confirm?")
        )
        away = alice.post("/auth/confirm", data={"password": PASSWORD, "next": "//evil.example"})
        assert away.headers["location"] == "/home"
        assert alice.post("/auth/email", data={"email": "new@own.example.org"}).headers["location"] == "/settings/account?done=email"

    def test_giving_the_password_again_does_not_use_up_the_tries_of_an_office(
        self, people: People, as_person: As, session: Session
    ) -> None:
        alice = as_person("alice")
        for _ in range(3):
            assert alice.post("/auth/confirm", data={"password": PASSWORD, "next": "/home"}).headers["location"] == "/home"
        assert session.exec(select(Throttle.count)).all() == [0]

    def test_the_trash_and_back(self, people: People, as_person: As) -> None:
        mallory, email = as_person("mallory"), "mallory@mossworks.example.org"
        assert mallory.post("/auth/delete", data={"typed": email}).headers["location"] == "/login?done=deleted"
        mallory.cookies.clear()
        assert mallory.post("/auth/login", data={"email": email, "password": PASSWORD}).headers["location"] == "/restore-account"
        assert mallory.post("/auth/restore").headers["location"] == "/home"


@pytest.mark.asvs("V16.2.5")
def test_no_secret_is_in_the_database_or_the_logs(
    people: People, client: TestClient, session: Session, dump: Callable[[], str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        client.post("/auth/forgot", data={"email": ALICE}, headers=OURS)
        token = token_in(mail_of(MailKind.RESET_PASSWORD, ALICE))
        client.post("/auth/reset", data={"token": token, "password": NEW}, headers=OURS)
        client.post("/auth/login", data={"email": ALICE, "password": "a wrong one that nobody logs"}, headers=OURS)
        cookie = client.post("/auth/login", data={"email": ALICE, "password": NEW}, headers=OURS).cookies[settings.get().cookie_name]
    # The outbox holds the mail itself until it has been sent.
    stored = "\n".join(line for line in dump().splitlines() if not line.startswith("mails: "))
    for secret in (token, NEW, "a wrong one that nobody logs", cookie):
        assert secret not in stored
        assert secret not in caplog.text
