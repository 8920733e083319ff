"""Log-in for API clients: families of refresh tokens, log-out, and changes that end tokens."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from coexai_app import db, metrics
from coexai_app.errors import InvalidInput, InvalidToken, RateLimited, TokenReused, Unauthenticated
from coexai_app.models import AuditLog, Membership, Organization, RefreshToken, RevokedToken, User
from coexai_app.models.base import now
from coexai_app.services import access_tokens, accounts, sealing, security, tokens
from coexai_app.services.security import SecurityEvent
from coexai_app.services.tokens import Tokens
from tests import forge
from tests.people import PASSWORD, People, do

ALICE = "alice@larkfield.example.org"


def refresh(token: str) -> Tokens:
    return do(tokens.refresh, token=token)


def alive(made: Tokens) -> bool:
    try:
        do(access_tokens.verify, token=made.access)
    except InvalidToken:
        return False
    return True


def refused(token: str) -> InvalidToken:
    with pytest.raises(InvalidToken) as caught:
        refresh(token)
    return caught.value


def age(**seconds: float) -> None:
    """Makes every refresh token older: `used_at=11` says that the used ones were used eleven seconds earlier."""
    with db.transaction() as session:
        for name, by in seconds.items():
            for row in session.exec(select(RefreshToken)).all():
                if (value := getattr(row, name)) is not None:
                    setattr(row, name, value - timedelta(seconds=by))


def rows(session: Session) -> list[RefreshToken]:
    return list(session.exec(select(RefreshToken).order_by(col(RefreshToken.id)).execution_options(populate_existing=True)).all())


def audited(session: Session, action: str) -> int:
    return len(session.exec(select(AuditLog).where(AuditLog.action == action)).all())


@pytest.fixture
def alarms() -> Iterator[list[SecurityEvent]]:
    heard: list[SecurityEvent] = []
    security.subscribe(heard.append)
    yield heard
    security.unsubscribe(heard.append)


class TestLogIn:
    def test_the_right_password_gives_tokens_for_seven_days(self, people: People, session: Session) -> None:
        made = do(tokens.log_in, email=f" {ALICE.upper()} ", password=PASSWORD, device="Alice's phone\n\x00", ip="192.0.2.1")
        assert do(access_tokens.verify, token=made.access).user_id == people.alice.user_id
        row = session.exec(select(RefreshToken)).one()
        assert (row.device, row.parent_id, row.used_at) == ("Alice's phone", None, None)
        assert abs((row.expires_at - now()).total_seconds() - 7 * 86_400) < 60
        assert made.refresh_until == row.expires_at
        assert made.refresh not in (row.token_hash, row.nonce)
        assert audited(session, "token.login") == 1

    @pytest.mark.asvs("V6.3.8")
    @pytest.mark.parametrize(
        ("email", "password"), [(ALICE, "wrong password"), ("nobody@own.example.org", PASSWORD), ("", ""), ("\x00", "\x00")]
    )
    def test_wrong_ones_get_one_answer(self, people: People, session: Session, email: str, password: str) -> None:
        with pytest.raises(Unauthenticated, match=r"^The e-mail address or the password is not right\.$"):
            do(tokens.log_in, email=email, password=password)
        assert rows(session) == []

    @pytest.mark.asvs("V6.3.4", "V6.3.1")
    def test_the_throttle_of_the_log_in_form_counts_here_too(self, people: People) -> None:
        for _ in range(accounts.MAX_FAILURES):
            do(accounts.note_failure, email=ALICE)
        with pytest.raises(RateLimited):
            do(tokens.log_in, email=ALICE, password=PASSWORD)

    def test_bob_chooses_between_his_organisations_and_never_mallorys(self, people: People) -> None:
        bob = "bob@own.example.org"
        made = do(tokens.log_in, email=bob, password=PASSWORD, organization_id=people.alice.organization_id)
        assert do(access_tokens.verify, token=made.access).organization_id == people.alice.organization_id
        for other in (people.mallory.organization_id, uuid4()):
            with pytest.raises(InvalidInput) as caught:
                do(tokens.log_in, email=bob, password=PASSWORD, organization_id=other)
            assert caught.value.field == "organization_id"

    @pytest.mark.asvs("V8.2.2")
    def test_nobody_gets_tokens_for_an_organisation_of_others(self, people: People) -> None:
        with db.transaction() as session, pytest.raises(InvalidToken):
            tokens.issue(session, user=session.get_one(User, people.mallory.user_id), organization_id=people.alice.organization_id)

    def test_a_disabled_person_and_one_without_an_organisation(self, people: People) -> None:
        with db.transaction() as session:
            session.get_one(User, people.alice.user_id).disabled_at = now()
            session.delete(session.exec(select(Membership).where(Membership.user_id == people.mallory.user_id)).one())
        for email in (ALICE, "mallory@mossworks.example.org"):
            with pytest.raises(Unauthenticated):
                do(tokens.log_in, email=email, password=PASSWORD)

    def test_families_that_ended_days_ago_are_forgotten(self, people: People, session: Session) -> None:
        refresh(forge.log_in(people.bob).refresh)
        age(expires_at=9 * 86_400)
        forge.log_in(people.bob)
        assert len(rows(session)) == 1


class TestRefresh:
    def test_each_use_gives_the_next_one_of_the_family(self, people: People, session: Session) -> None:
        first = forge.log_in(people.bob)
        second = refresh(first.refresh)
        third = refresh(second.refresh)
        assert len({first.refresh, second.refresh, third.refresh}) == 3
        assert len({first.access, second.access, third.access}) == 3
        assert all(alive(made) for made in (first, second, third))
        found = rows(session)
        assert len({row.family_id for row in found}) == 1
        assert [row.parent_id for row in found] == [None, found[0].id, found[1].id]
        assert {row.expires_at for row in found} == {first.refresh_until} == {third.refresh_until}
        assert [row.used_at is None for row in found] == [False, False, True]

    def test_the_new_access_token_says_what_is_true_now(self, people: People) -> None:
        made = forge.log_in(people.bob)
        with db.transaction() as session:
            session.get_one(Organization, people.bob.organization_id).plan = "enterprise"  # type: ignore[assignment]
        assert forge.claims_of(refresh(made.refresh).access)["plan"] == "enterprise"

    @pytest.mark.parametrize(
        "token", ["", "x", "cxr_", f"cxr_{'A' * 43}", f"cxr_{'ü' * 43}", f"cxr_{'A' * 43}\n", "\ud800", "cxr_" + "A" * 10_000]
    )
    def test_unknown_ones(self, people: People, token: str) -> None:
        forge.log_in(people.bob)
        refused(token)

    @pytest.mark.asvs("V9.2.2")
    def test_an_access_token_refreshes_nothing_and_a_refresh_token_opens_nothing(self, people: People) -> None:
        made = forge.log_in(people.bob)
        refused(made.access)
        with pytest.raises(InvalidToken):
            do(access_tokens.verify, token=made.refresh)

    @pytest.mark.asvs("V10.4.8")
    def test_after_seven_days_it_is_over_however_often_it_was_used(self, people: People) -> None:
        made = refresh(forge.log_in(people.bob).refresh)
        age(expires_at=7 * 86_400 + 1)
        assert refused(made.refresh).details["reason"] == "expired"

    @pytest.mark.parametrize("change", ["disabled", "deleted", "left", "organisation"])
    def test_a_person_who_is_gone(self, people: People, change: str) -> None:
        made = forge.log_in(people.bob)
        with db.transaction() as session:
            user = session.get_one(User, people.bob.user_id)
            if change == "disabled":
                user.disabled_at = now()
            elif change == "deleted":
                session.delete(user)
            elif change == "left":
                session.delete(
                    session.exec(
                        select(Membership).where(Membership.user_id == user.id, Membership.organization_id == people.bob.organization_id)
                    ).one()
                )
            else:
                session.delete(session.get_one(Organization, people.bob.organization_id))
        refused(made.refresh)
        assert not alive(made)


@pytest.mark.asvs("V10.4.5")
class TestReuse:
    def test_a_token_from_before_ends_everything_that_followed(self, people: People, session: Session, alarms: list[SecurityEvent]) -> None:
        """A → B → C within one second, then A again: C and every access token of the family are dead."""
        a = forge.log_in(people.bob)
        b = refresh(a.refresh)
        c = refresh(b.refresh)
        other = forge.log_in(people.bob)
        before = metrics.SECURITY.labels("token.reused")._value.get()
        with pytest.raises(TokenReused) as caught:
            do(tokens.refresh, token=a.refresh, ip="203.0.113.9")
        assert (caught.value.status, caught.value.code) == (401, "INVALID_TOKEN")
        for made in (c, b, a):
            assert refused(made.refresh).details["reason"] in ("ended", "reused")
        assert [alive(made) for made in (a, b, c)] == [False, False, False]
        assert alive(other)
        assert alive(refresh(other.refresh))
        assert audited(session, "token.reused") == 1
        assert [(e.kind, e.user_id, e.ip) for e in alarms] == [("token.reused", people.bob.user_id, "203.0.113.9")]
        assert metrics.SECURITY.labels("token.reused")._value.get() == before + 1

    def test_the_parent_of_the_newest_is_forgiven_for_ten_seconds_and_gets_the_same_one(self, people: People, session: Session) -> None:
        a = forge.log_in(people.bob)
        b, again = refresh(a.refresh), refresh(a.refresh)
        assert again.refresh == b.refresh
        assert again.access != b.access
        assert len(rows(session)) == 2
        age(used_at=9)
        assert refresh(a.refresh).refresh == b.refresh

    def test_the_eleventh_second_forgives_nothing(self, people: People) -> None:
        a = forge.log_in(people.bob)
        b = refresh(a.refresh)
        age(used_at=11)
        with pytest.raises(TokenReused):
            refresh(a.refresh)
        refused(b.refresh)

    def test_ten_calls_at_once_leave_one_token_and_nobody_is_logged_out(self, people: People, session: Session) -> None:
        a = forge.log_in(people.bob)
        gate = threading.Barrier(10)

        def go() -> Tokens:
            gate.wait()
            return refresh(a.refresh)

        with ThreadPoolExecutor(10) as pool:
            made = [f.result() for f in [pool.submit(go) for _ in range(10)]]
        assert len({m.refresh for m in made}) == 1
        assert all(alive(m) for m in made)
        found = rows(session)
        assert [row.used_at is None for row in found] == [False, True]
        assert alive(refresh(made[0].refresh))

    def test_a_thief_and_the_owner_at_once_end_the_family_together(self, people: People, session: Session) -> None:
        """Old tokens replayed from many threads while the owner goes on: afterwards no token of the family works."""
        chain = [forge.log_in(people.bob)]
        for _ in range(3):
            chain.append(refresh(chain[-1].refresh))
        gate = threading.Barrier(6)

        def go(token: str) -> Tokens | None:
            gate.wait()
            try:
                return refresh(token)
            except InvalidToken:
                return None

        with ThreadPoolExecutor(6) as pool:
            tried = [chain[-1].refresh, chain[0].refresh, chain[1].refresh, chain[-1].refresh, chain[0].refresh, chain[1].refresh]
            made = [f.result() for f in [pool.submit(go, t) for t in tried]]
        for m in [*chain, *(m for m in made if m)]:
            refused(m.refresh)
            assert not alive(m)
        assert all(row.revoked_at is not None for row in rows(session))

    def test_the_next_token_follows_from_neither_the_database_nor_the_parent_alone(self, people: People, session: Session) -> None:
        a = forge.log_in(people.bob)
        b = refresh(a.refresh)
        nonce = rows(session)[1].nonce
        assert tokens._successor(a.refresh, nonce) == b.refresh
        assert tokens._successor(a.refresh, "0" * 32) != b.refresh
        assert tokens._successor(b.refresh, nonce) != b.refresh


class TestLogOut:
    @pytest.mark.asvs("V10.4.9", "V7.4.1")
    @pytest.mark.parametrize("which", ["access", "refresh", "both"])
    def test_everything_of_this_log_in_is_dead_and_nothing_else(self, people: People, session: Session, which: str) -> None:
        first = forge.log_in(people.bob)
        second, other = refresh(first.refresh), forge.log_in(people.bob)
        do(tokens.revoke, access=second.access if which != "refresh" else "", refresh=second.refresh if which != "access" else "")
        assert [alive(m) for m in (first, second, other)] == [False, False, True]
        for made in (first, second):
            assert refused(made.refresh).details["reason"] == "ended"
        assert (audited(session, "token.logout"), audited(session, "token.reused")) == (1, 0)
        assert len(session.exec(select(RevokedToken)).all()) == (0 if which == "refresh" else 1)

    def test_the_blacklist_alone_ends_a_token(self, people: People) -> None:
        made = forge.log_in(people.bob)
        with db.transaction() as session:
            session.add(RevokedToken(jti=forge.claims_of(made.access)["jti"], expires_at=now()))
        assert not alive(made)
        assert alive(refresh(made.refresh))

    def test_twice_is_fine_and_an_expired_access_token_still_logs_out(self, people: People, session: Session) -> None:
        made = forge.log_in(people.bob)
        expired = forge.sign(forge.header(), {**forge.claims_of(made.access), "exp": forge.now() - 3_600}, forge.signer())
        for _ in range(2):
            do(tokens.revoke, access=expired)
        assert not alive(made)
        refused(made.refresh)
        assert audited(session, "token.logout") == 1

    def test_a_token_that_is_not_ours_ends_nothing(self, people: People, session: Session) -> None:
        made = forge.log_in(people.bob)
        for wrong in ({}, {"access": "x"}, {"refresh": "x"}, {"access": made.access[:-8] + "AAAAAAAA"}):
            with pytest.raises(InvalidToken):
                do(tokens.revoke, **wrong)
        assert alive(made)

    def test_the_blacklist_forgets_tokens_that_are_over_by_themselves(self, people: People, session: Session) -> None:
        do(tokens.revoke, access=forge.log_in(people.bob).access)
        with db.transaction() as opened:
            opened.execute(update(RevokedToken).values(expires_at=db.utcnow(-120)))
        do(tokens.revoke, access=forge.log_in(people.bob).access)
        assert len(session.exec(select(RevokedToken)).all()) == 1


class TestBump:
    def test_every_token_of_the_person_is_dead_at_once(self, people: People) -> None:
        first, second, alice = forge.log_in(people.bob), forge.log_in(people.bob), forge.log_in(people.alice)
        do(tokens.bump, people.bob.user_id)
        assert [alive(m) for m in (first, second, alice)] == [False, False, True]
        for made in (first, second):
            refused(made.refresh)
        assert alive(refresh(alice.refresh))
        assert alive(forge.log_in(people.bob))

    def test_a_changed_role_only_makes_clients_refresh(self, people: People) -> None:
        made = forge.log_in(people.bob)
        do(tokens.bump, people.bob.user_id, keep_refresh=True)
        assert not alive(made)
        assert alive(refresh(made.refresh))

    def test_no_refresh_slips_through_while_it_happens(self, people: People) -> None:
        made = forge.log_in(people.bob)
        gate = threading.Barrier(4)
        got: list[Tokens] = []

        def go() -> None:
            gate.wait()
            with contextlib.suppress(InvalidToken):
                got.append(refresh(made.refresh))

        def change() -> None:
            gate.wait()
            do(tokens.bump, people.bob.user_id)

        with ThreadPoolExecutor(4) as pool:
            for f in [pool.submit(w) for w in (go, go, go, change)]:
                f.result()
        for m in (made, *got):
            assert not alive(m)
            refused(m.refresh)


class TestWhoAmI:
    def test_a_person(self, people: People) -> None:
        me = do(tokens.whoami, people.bob)
        assert (me.email, me.role, me.scopes, me.api_key_id, me.test) == ("bob@own.example.org", "member", None, None, False)
        assert (me.organization.id, me.organization.plan) == (str(people.alice.organization_id), "pro")


@pytest.mark.asvs("V11.3.2", "V11.3.3")
class TestSealing:
    def test_it_opens_only_as_what_it_was_sealed_for(self) -> None:
        sealed = sealing.seal(b"secret", purpose="a", bound_to="row 1")
        assert b"secret" not in sealed
        assert sealed != sealing.seal(b"secret", purpose="a", bound_to="row 1")
        assert sealing.unseal(sealed, purpose="a", bound_to="row 1") == b"secret"
        for data, purpose, row in (
            (sealed, "b", "row 1"),
            (sealed, "a", "row 2"),
            (sealed[:-1] + b"x", "a", "row 1"),
            (b"", "a", "row 1"),
            (b"x" * 12, "a", ""),
        ):
            with pytest.raises(sealing.SealBroken):
                sealing.unseal(data, purpose=purpose, bound_to=row)


@pytest.mark.asvs("V2.3.3", "V16.5.3")
class TestKeptRefusals:
    def test_only_an_error_that_says_so_keeps_what_was_written(self, people: People, session: Session) -> None:
        def name(error: Exception) -> None:
            with db.transaction() as opened:
                opened.get_one(User, people.bob.user_id).name = type(error).__name__
                raise error

        for error in (InvalidToken("x"), RuntimeError("x"), TokenReused("x")):
            with pytest.raises(type(error)):
                name(error)
        assert session.get_one(User, people.bob.user_id).name == "TokenReused"


@pytest.mark.asvs("V16.2.5")
def test_no_secret_is_in_any_table_nor_in_the_logs(
    people: People, session: Session, caplog: pytest.LogCaptureFixture, dump: Callable[[], str]
) -> None:
    caplog.set_level(logging.DEBUG)
    made: list[Any] = [do(tokens.log_in, email=ALICE, password=PASSWORD)]
    made.append(refresh(made[0].refresh))
    made.append(refresh(made[1].refresh))
    refused(made[0].refresh)
    key = forge.signer()
    private = key.as_dict(private=True)
    stored = dump()
    assert str(people.alice.user_id).replace("-", "") in stored.replace("-", "")
    secrets = [PASSWORD, *(m.refresh for m in made), *(m.access for m in made), *(private[n] for n in ("d", "p", "q"))]
    secrets += [m.refresh.removeprefix("cxr_") for m in made] + [m.access.split(".")[2] for m in made]
    secrets.append(key.as_pem(private=True).decode().splitlines()[3])
    for secret in secrets:
        assert secret not in stored
        assert secret not in caplog.text
