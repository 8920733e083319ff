"""Ways into somebody's account that are not their password and their second step."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from coexai_app import db, settings
from coexai_app.errors import InvalidToken, SecondFactorRequired, SignInExpired, TokenReused, WrongCode
from coexai_app.models import LoginSession, Mail, MailKind, RefreshToken, TotpFactor
from coexai_app.models.base import now
from coexai_app.services import accounts, password_change, passwords, second_step, tokens
from tests.factors import code, enrol_app, enrol_passkey, ticket_of
from tests.forge import log_in
from tests.people import PASSWORD, People, do

OURS = {"Origin": "http://localhost:3000"}
ALICE = "alice@larkfield.example.org"
NEW = "a wholly different sentence"


def reset_link() -> str:
    do(password_change.forgot, email=ALICE)
    with db.reading() as session:
        mails = select(Mail.text).where(Mail.kind == MailKind.RESET_PASSWORD.value).order_by(col(Mail.id).desc())
        found = re.search(r"token=([\w-]+)", session.exec(mails).first() or "")
    assert found is not None
    return found[1]


@pytest.mark.asvs("V6.4.3")
class TestReset:
    def test_a_new_password_still_needs_the_second_step(self, people: People) -> None:
        secret, _ = enrol_app(people.alice)
        do(password_change.reset, token=reset_link(), password_hash=passwords.hash_of(NEW))
        with pytest.raises(SecondFactorRequired) as asked:
            do(accounts.log_in, email=ALICE, password=NEW)
        with pytest.raises(SecondFactorRequired):
            do(tokens.log_in, email=ALICE, password=NEW)
        with pytest.raises(WrongCode):
            do(second_step.with_code, ticket=str(asked.value.details["ticket"]), code="000000")
        with db.reading() as session:
            factor = session.exec(select(TotpFactor).where(TotpFactor.user_id == people.alice.user_id)).one()
            assert factor.confirmed_at is not None
            assert not session.exec(select(LoginSession).where(LoginSession.user_id == people.alice.user_id)).all()
        assert do(second_step.with_code, ticket=str(asked.value.details["ticket"]), code=code(secret)).token

    def test_a_passkey_stays_asked_for_too(self, people: People) -> None:
        enrol_passkey(people.alice)
        do(password_change.reset, token=reset_link(), password_hash=passwords.hash_of(NEW))
        with pytest.raises(SecondFactorRequired):
            do(accounts.log_in, email=ALICE, password=NEW)

    def test_a_log_in_under_way_ends_with_it(self, people: People) -> None:
        secret, _ = enrol_app(people.alice)
        ticket = ticket_of(people.alice)
        do(password_change.reset, token=reset_link(), password_hash=passwords.hash_of(NEW))
        with pytest.raises(SignInExpired):
            do(second_step.with_code, ticket=ticket, code=code(secret))

    @pytest.mark.asvs("V7.4.3", "V7.4.1")
    def test_tokens_of_before_are_dead(self, people: People, client: TestClient) -> None:
        before = log_in(people.alice)
        do(password_change.reset, token=reset_link(), password_hash=passwords.hash_of(NEW))
        assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {before.access}"}).status_code == 401
        with pytest.raises(InvalidToken):
            do(tokens.refresh, token=before.refresh)


@pytest.mark.asvs("V6.5.1")
class TestReplay:
    def test_a_code_of_the_browser_opens_nothing_at_the_api(self, people: People, client: TestClient) -> None:
        secret, _ = enrol_app(people.alice)
        used = code(secret)
        do(second_step.with_code, ticket=ticket_of(people.alice), code=used)
        answer = client.post("/api/v1/auth/token", json={"email": ALICE, "password": PASSWORD})
        ticket = answer.json()["error"]["details"]["ticket"]
        again = client.post("/api/v1/auth/token/second-factor", json={"ticket": ticket, "code": used})
        assert (again.status_code, again.json()["error"]["code"]) == (401, "WRONG_CODE")

    @pytest.mark.asvs("V10.4.5")
    def test_a_stolen_grandparent_ends_the_whole_log_in(self, people: People, session: Session) -> None:
        a = log_in(people.alice)
        b = do(tokens.refresh, token=a.refresh)
        c = do(tokens.refresh, token=b.refresh)
        with pytest.raises(TokenReused):
            do(tokens.refresh, token=a.refresh)
        with pytest.raises(InvalidToken):
            do(tokens.refresh, token=c.refresh)
        rows = session.exec(select(RefreshToken).where(RefreshToken.user_id == people.alice.user_id)).all()
        assert [row.revoked_at is None for row in rows] == [False] * len(rows)


@pytest.mark.asvs("V7.2.3")
class TestFixation:
    @pytest.mark.parametrize("planted", ["chosen-by-the-attacker", "a" * 43, ""])
    def test_a_cookie_that_somebody_planted_never_becomes_a_session(self, people: People, client: TestClient, planted: str) -> None:
        client.cookies.set(settings.get().cookie_name, planted)
        client.post("/auth/login", data={"email": ALICE, "password": PASSWORD}, headers=OURS)
        assert do(accounts.actor_of, token=planted) is None

    def test_the_log_in_ends_the_session_that_the_browser_had(self, people: People, as_person: Callable[[str], TestClient]) -> None:
        answer = as_person("alice").post("/auth/login", data={"email": ALICE, "password": PASSWORD})
        made = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
        assert len(made) >= 43  # 256 bits
        assert made != people.tokens["alice"]
        assert do(accounts.actor_of, token=people.tokens["alice"]) is None
        assert do(accounts.actor_of, token=made) is not None

    def test_a_planted_ticket_of_a_second_step_leads_to_its_own_account_only(self, people: People, client: TestClient) -> None:
        """Mallory plants her own ticket in Alice's browser: with Alice's code nobody gets in."""
        enrol_app(people.mallory)
        secret, _ = enrol_app(people.alice)
        client.cookies.set(settings.get().step_cookie_name, ticket_of(people.mallory))
        answer = client.post("/auth/second-step", data={"code": code(secret)}, headers=OURS)
        assert answer.headers["location"] == "/login/second-step?error=wrong_code"
        assert settings.get().cookie_name not in answer.headers.get("set-cookie", "")


@pytest.mark.asvs("V7.3.2", "V7.4.1")
def test_a_session_that_is_over_opens_no_door(people: People, as_person: Callable[[str], TestClient]) -> None:
    door = as_person("bob")
    assert door.get("/api/v1/me").status_code == 200
    with db.transaction() as session:
        for row in session.exec(select(LoginSession).where(LoginSession.user_id == people.bob.user_id)).all():
            row.expires_at = now()
    assert door.get("/api/v1/me").status_code == 401


@pytest.mark.asvs("V7.4.2")
def test_a_disabled_person_is_out_of_every_door(people: People, as_person: Callable[[str], TestClient]) -> None:
    from coexai_app.models import User

    door, access = as_person("bob"), log_in(people.bob).access
    with db.transaction() as session:
        session.get_one(User, UUID(str(people.bob.user_id))).disabled_at = now()
    assert door.get("/api/v1/me").status_code == 401
    assert door.get("/api/v1/me", headers={"Authorization": f"Bearer {access}"}).status_code == 401
