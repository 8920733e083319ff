"""Authenticator apps, recovery codes, and the log-in in two steps."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pyotp
import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import (
    Conflict,
    Forbidden,
    FreshLoginNeeded,
    InvalidToken,
    RateLimited,
    SecondFactorRequired,
    SignInExpired,
    Unauthenticated,
    WrongCode,
)
from coexai_app.models import (
    AuditLog,
    FactorTries,
    LoginSession,
    Mail,
    MailKind,
    Membership,
    Organization,
    RecoveryCode,
    Role,
    SignInTicket,
    TotpFactor,
    User,
)
from coexai_app.services import access_tokens, accounts, api_keys, factor_codes, factors, members, second_step, tokens
from tests.factors import STEP, code, email_of, enrol_app, forget_step, let_time_pass, log_in_long_ago, ticket_of
from tests.people import PASSWORD, People, actor, do

# RFC 6238 appendix B, SHA-1: the last six of the eight digits.
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def wrong(secret: str) -> str:
    """A code that is none of the three that count now."""
    right = {code(secret, away=n) for n in range(-3, 4)}
    return next(c for c in (f"{n:06d}" for n in range(20)) if c not in right)


class TestCodes:
    @pytest.mark.parametrize(("seconds", "expected"), VECTORS)
    def test_the_vectors_of_the_rfc(self, seconds: int, expected: str) -> None:
        at = datetime.fromtimestamp(seconds, UTC)
        assert factor_codes.matching_step(RFC_SECRET, expected, at) == seconds // 30

    @pytest.mark.parametrize(("away", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
    def test_one_step_of_drift_and_no_more(self, away: int, good: bool) -> None:
        at = datetime(2026, 3, 1, 12, 0, 7, tzinfo=UTC)
        given = pyotp.TOTP(RFC_SECRET).at(at + timedelta(seconds=away * STEP))
        assert (factor_codes.matching_step(RFC_SECRET, given, at) is not None) is good

    @pytest.mark.asvs("V6.5.1")
    def test_a_step_that_was_used_or_passed_over_never_counts_again(self) -> None:
        at = datetime(2026, 3, 1, 12, 0, 7, tzinfo=UTC)
        step = int(at.timestamp()) // STEP
        for away in (-1, 0):
            given = pyotp.TOTP(RFC_SECRET).at(at + timedelta(seconds=away * STEP))
            assert factor_codes.matching_step(RFC_SECRET, given, at, after=step) is None
        following = pyotp.TOTP(RFC_SECRET).at(at + timedelta(seconds=STEP))
        assert factor_codes.matching_step(RFC_SECRET, following, at, after=step) == step + 1

    @pytest.mark.parametrize(
        ("typed", "clean"),
        [
            ("123 456", "123456"),
            ("abcd-efgh-jklm", "ABCDEFGHJKLM"),
            ("abcd-efgh-jklm npqr-stuv-wxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ"),
            (" 123456\u00a0", "123456"),
            ("１２３４５６", ""),
            ("12345\u0664", ""),
            ("", ""),
            ("'; --", ""),
            ("\ud800", ""),
            ("1" * 5_000, ""),
        ],
    )
    def test_what_people_type(self, typed: str, clean: str) -> None:
        assert factor_codes.clean(typed) == clean


class TestEnrol:
    def test_the_secret_is_shown_as_image_and_key_and_counts_after_its_first_code(self, people: People, session: Session) -> None:
        shown = do(factors.begin_app, people.bob)
        assert shown.qr.startswith("data:image/svg+xml")
        assert [len(part) for part in shown.key.split()] == [4] * 8
        row = session.exec(select(TotpFactor)).one()
        assert (row.confirmed_at, row.sealed) == (None, None)
        assert do(accounts.log_in, email=email_of(people.bob), password=PASSWORD).user_id == people.bob.user_id
        added = do(factors.confirm_app, people.bob, code=code(shown.key.replace(" ", "")))
        assert len(set(added.codes)) == 10
        with pytest.raises(SecondFactorRequired):
            do(accounts.log_in, email=email_of(people.bob), password=PASSWORD)

    def test_the_code_that_enrolled_does_not_log_in(self, people: People) -> None:
        secret = do(factors.begin_app, people.bob).key.replace(" ", "")
        given = code(secret)
        do(factors.confirm_app, people.bob, code=given)
        with pytest.raises(WrongCode):
            do(second_step.with_code, ticket=ticket_of(people.bob), code=given)

    def test_a_new_app_replaces_the_old_one_only_when_it_answered(self, people: People, session: Session) -> None:
        old, codes = enrol_app(people.bob)
        new = do(factors.begin_app, people.bob).key.replace(" ", "")
        do(second_step.with_code, ticket=ticket_of(people.bob), code=code(old))
        assert do(factors.confirm_app, people.bob, code=code(new)).codes == ()  # the recovery codes stay
        forget_step(people.bob.user_id)
        with pytest.raises(WrongCode):
            do(second_step.with_code, ticket=ticket_of(people.bob), code=code(old))
        do(second_step.with_code, ticket=ticket_of(people.bob), code=code(new))
        do(second_step.with_code, ticket=ticket_of(people.bob), code=codes[0])

    def test_a_secret_that_waited_too_long_is_over(self, people: People) -> None:
        secret = do(factors.begin_app, people.bob).key.replace(" ", "")
        with db.transaction() as session:
            session.exec(select(TotpFactor)).one().pending_until = db.now(session) - timedelta(seconds=1)
        with pytest.raises(Conflict, match="Start again"):
            do(factors.confirm_app, people.bob, code=code(secret))

    @pytest.mark.asvs("V6.5.6")
    def test_removing_it_takes_the_recovery_codes_along(self, people: People, session: Session) -> None:
        enrol_app(people.bob)
        do(factors.remove_app, people.bob)
        assert session.exec(select(TotpFactor)).all() == session.exec(select(RecoveryCode)).all() == []
        do(accounts.log_in, email=email_of(people.bob), password=PASSWORD)

    @pytest.mark.asvs("V7.5.1")
    def test_after_ten_minutes_nothing_changes_before_the_person_has_confirmed(self, people: People, session: Session) -> None:
        enrol_app(people.alice)
        log_in_long_ago(people.alice)
        for act in (factors.begin_app, factors.remove_app, factors.new_codes, lambda s, who: factors.require(s, who, required=True)):
            with pytest.raises(FreshLoginNeeded):
                do(act, people.alice)
        (row,) = session.exec(select(TotpFactor)).all()
        assert (row.pending, row.confirmed_at is not None) == (None, True)
        assert not session.get_one(Organization, people.alice.organization_id).require_second_factor

    @pytest.mark.asvs("V7.5.1")
    def test_a_session_from_before_the_factor_cannot_take_it_away(self, people: People, session: Session) -> None:
        """Somebody who knows the password is logged in too; the owner adds an app, and the other one is asked for it."""
        thief = actor(do(accounts.log_in, email=email_of(people.bob), password=PASSWORD).token)
        enrol_app(people.bob)
        with pytest.raises(FreshLoginNeeded):
            do(factors.remove_app, thief)
        do(factors.new_codes, people.bob)
        assert session.exec(select(TotpFactor)).one().confirmed_at is not None

    def test_only_the_session_that_was_shown_the_secret_puts_it_in_force(self, people: People, session: Session) -> None:
        thief = actor(do(accounts.log_in, email=email_of(people.bob), password=PASSWORD).token)
        given = code(do(factors.begin_app, people.bob).key.replace(" ", ""))
        for _ in range(6):
            with pytest.raises(Conflict, match="another window"):
                do(factors.confirm_app, thief, code=given)
        assert session.exec(select(FactorTries)).all() == []  # and so cannot make the owner wait
        assert session.exec(select(TotpFactor)).one().confirmed_at is None
        do(factors.confirm_app, people.bob, code=given)

    @pytest.mark.asvs("V6.3.7")
    def test_it_is_told_by_mail_and_ends_api_tokens_but_no_session(self, people: People, session: Session) -> None:
        made = do(tokens.log_in, email=email_of(people.bob), password=PASSWORD, organization_id=people.bob.organization_id)
        enrol_app(people.bob)
        mails = session.exec(select(Mail).where(Mail.kind == MailKind.SECOND_FACTOR_CHANGED.value)).all()
        assert [(m.to_address, m.subject) for m in mails] == [(email_of(people.bob), "Two-step log-in: an authenticator app was added")]
        with pytest.raises(InvalidToken):
            do(access_tokens.verify, token=made.access)
        with pytest.raises(InvalidToken):
            do(tokens.refresh, token=made.refresh)
        assert actor(people.tokens["bob"]).user_id == people.bob.user_id

    def test_keys_tokens_and_staff_change_no_factor(self, people: People) -> None:
        held = do(tokens.log_in, email=email_of(people.bob), password=PASSWORD)
        by_token = do(access_tokens.verify, token=held.access)
        by_staff = replace(people.bob, staff_id=people.sid.user_id)
        for who in (by_token, by_staff, replace(people.bob, session_id=None, key_id=uuid4())):
            for act in (factors.begin_app, factors.remove_app, factors.new_codes):
                with pytest.raises(Forbidden):
                    do(act, who)
            with pytest.raises(Forbidden):
                do(factors.confirm_app, who, code="123456")


class TestLogIn:
    @pytest.mark.asvs("V6.5.1")
    def test_a_code_opens_a_session_once(self, people: People, session: Session) -> None:
        secret, _ = enrol_app(people.bob)
        ticket, given = ticket_of(people.bob), code(secret)
        signed = do(second_step.with_code, ticket=ticket, code=given)
        assert actor(signed.token).user_id == people.bob.user_id
        assert signed.token != ticket
        with pytest.raises(SignInExpired):
            do(second_step.with_code, ticket=ticket, code=code(secret, away=1))
        with pytest.raises(WrongCode):
            do(second_step.with_code, ticket=ticket_of(people.bob), code=given)

    def test_who_belongs_nowhere_any_more_starts_anew_after_both_steps(self, people: People) -> None:
        secret, _ = enrol_app(people.bob)
        do(members.remove, people.alice, user_id=people.bob.user_id)
        found = actor(do(second_step.with_code, ticket=ticket_of(people.bob), code=code(secret)).token)
        assert (found.user_id, found.role) == (people.bob.user_id, Role.OWNER)
        assert found.organization_id != people.bob.organization_id

    @pytest.mark.asvs("V6.5.1")
    def test_of_two_that_send_one_code_at_once_one_gets_in(self, people: People, session: Session) -> None:
        secret, _ = enrol_app(people.bob)
        tickets, given = [ticket_of(people.bob) for _ in range(6)], code(secret)
        before = len(session.exec(select(LoginSession)).all())

        def attempt(ticket: str) -> bool:
            try:
                do(second_step.with_code, ticket=ticket, code=given)
            except (WrongCode, RateLimited):
                return False
            return True

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(attempt, tickets)) == [False] * 5 + [True]
        session.rollback()
        assert len(session.exec(select(LoginSession)).all()) == before + 1

    def test_of_two_that_send_one_ticket_at_once_one_gets_in(self, people: People) -> None:
        _, codes = enrol_app(people.bob)
        ticket = ticket_of(people.bob)

        def attempt(recovery: str) -> bool:
            try:
                do(second_step.with_code, ticket=ticket, code=recovery)
            except SignInExpired:
                return False
            return True

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(attempt, codes[:6])) == [False] * 5 + [True]

    @pytest.mark.asvs("V6.5.1")
    def test_of_two_that_send_one_recovery_code_at_once_one_gets_in(self, people: People) -> None:
        _, codes = enrol_app(people.bob)

        def attempt(ticket: str) -> bool:
            try:
                do(second_step.with_code, ticket=ticket, code=codes[0])
            except (WrongCode, RateLimited):
                return False
            return True

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(attempt, [ticket_of(people.bob) for _ in range(6)])) == [False] * 5 + [True]

    @pytest.mark.asvs("V2.3.1")
    def test_no_session_and_no_row_of_one_before_the_second_step(self, people: People, session: Session) -> None:
        enrol_app(people.bob)
        before = len(session.exec(select(LoginSession)).all())
        ticket = ticket_of(people.bob)
        session.rollback()
        assert len(session.exec(select(LoginSession)).all()) == before
        assert do(accounts.actor_of, token=ticket) is None

    @pytest.mark.parametrize("story", ["old", "used", "changed", "disabled", "unknown", "api"])
    def test_a_ticket_that_does_not_count(self, people: People, story: str) -> None:
        secret, codes = enrol_app(people.bob)
        ticket = ticket_of(people.bob)
        with db.transaction() as session:
            row = session.exec(select(SignInTicket)).one()
            user = session.get_one(User, people.bob.user_id)
            if story == "old":
                row.expires_at = db.now(session) - timedelta(seconds=1)
            if story == "used":
                row.used_at = db.now(session)
            if story == "disabled":
                user.disabled_at = db.now(session)
            if story == "changed":
                tokens.bump(session, user.id)
        if story == "unknown":
            ticket = "x" * 43
        with pytest.raises(SignInExpired):
            if story == "api":
                do(second_step.tokens_with_code, ticket=ticket, code=code(secret))
            else:
                do(second_step.with_code, ticket=ticket, code=code(secret))
        assert do(factors.overview, people.bob).codes_left == len(codes)

    def test_a_ticket_of_one_person_takes_no_code_of_another(self, people: People) -> None:
        bobs, codes = enrol_app(people.bob)
        enrol_app(people.mallory)
        for given in (code(bobs), codes[0]):
            with pytest.raises(WrongCode):
                do(second_step.with_code, ticket=ticket_of(people.mallory), code=given)

    @pytest.mark.asvs("V6.3.1", "V2.4.1")
    def test_wrong_codes_make_one_wait_longer_and_longer(self, people: People, session: Session) -> None:
        secret, codes = enrol_app(people.bob)
        waits = []
        for count in range(1, 14):
            with pytest.raises(WrongCode):
                do(second_step.with_code, ticket=ticket_of(people.bob), code=wrong(secret))
            session.rollback()
            row = session.exec(select(FactorTries)).one()
            assert row.failures == count
            if count >= 5:
                assert row.blocked_until is not None
                waits.append(round((row.blocked_until - db.now(session)).total_seconds() / 10) * 10)
                for right in (code(secret), codes[0]):  # not even the right one is looked at
                    with pytest.raises(RateLimited):
                        do(second_step.with_code, ticket=ticket_of(people.bob), code=right)
                let_time_pass(people.bob.user_id)
        assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
        do(second_step.with_code, ticket=ticket_of(people.bob), code=code(secret))
        session.rollback()
        assert session.exec(select(FactorTries)).all() == []
        failed = session.exec(select(AuditLog).where(AuditLog.action == "factor.failed")).all()
        assert len(failed) == 13

    @pytest.mark.asvs("V6.5.1")
    def test_recovery_codes_work_once_each_and_new_ones_end_the_old(self, people: People, session: Session) -> None:
        _, codes = enrol_app(people.bob)
        do(second_step.with_code, ticket=ticket_of(people.bob), code=codes[0].lower().replace("-", " "))
        with pytest.raises(WrongCode):
            do(second_step.with_code, ticket=ticket_of(people.bob), code=codes[0])
        assert do(factors.overview, people.bob).codes_left == 9
        fresh = do(factors.new_codes, people.bob)
        assert not set(fresh) & set(codes)
        with pytest.raises(WrongCode):
            do(second_step.with_code, ticket=ticket_of(people.bob), code=codes[1])
        do(second_step.with_code, ticket=ticket_of(people.bob), code=fresh[9])
        used = session.exec(select(AuditLog).where(AuditLog.action == "factor.recovery_used")).all()
        assert [row.data["left"] for row in used] == [9, 9]

    @pytest.mark.asvs("V6.5.2", "V6.5.4")
    def test_a_recovery_code_has_enough_bits_for_a_fast_hash(self, people: People, session: Session) -> None:
        _, codes = enrol_app(people.bob)
        assert len(factor_codes._LETTERS) == 32
        assert {len(one.replace("-", "")) for one in codes} == {24}  # 5 bits each: 120, and 112 are asked for
        assert all(set(one) <= {*factor_codes._LETTERS, "-"} for one in codes)
        assert {len(row.code_hash) for row in session.exec(select(RecoveryCode)).all()} == {64}

    def test_a_code_from_before_is_shorter_and_goes_on_working(self, people: People) -> None:
        enrol_app(people.bob)
        with db.transaction() as session:
            session.exec(select(RecoveryCode)).first().code_hash = factor_codes._recovery_hashes(people.bob.user_id, "ABCDEFGHJKLM")[0]
        do(second_step.with_code, ticket=ticket_of(people.bob), code="abcd-efgh-jklm")

    def test_nobody_without_a_factor_gets_codes(self, people: People) -> None:
        with pytest.raises(Conflict):
            do(factors.new_codes, people.bob)

    @pytest.mark.asvs("V6.3.4")
    def test_tokens_take_two_steps_too(self, people: People) -> None:
        secret, _ = enrol_app(people.bob)
        of = people.bob.organization_id
        with pytest.raises(SecondFactorRequired) as asked:
            do(tokens.log_in, email=email_of(people.bob), password=PASSWORD, organization_id=of)
        ticket = asked.value.details["ticket"]
        with pytest.raises(SignInExpired):
            do(second_step.with_code, ticket=ticket, code=code(secret))  # not for the browser
        made = do(second_step.tokens_with_code, ticket=ticket, code=code(secret))
        assert do(access_tokens.verify, token=made.access).organization_id == of
        with pytest.raises(SignInExpired):
            do(second_step.tokens_with_code, ticket=ticket, code=code(secret, away=1))

    def test_a_wrong_password_says_nothing_of_factors(self, people: People) -> None:
        enrol_app(people.bob)
        with pytest.raises(Unauthenticated) as error:
            do(accounts.log_in, email=email_of(people.bob), password="wrong password")
        assert type(error.value) is Unauthenticated


@pytest.mark.asvs("V11.3.3", "V16.2.5")
class TestSecrets:
    def test_neither_the_database_nor_the_log_holds_one(
        self, people: People, dump: Callable[[], str], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        pending = do(factors.begin_app, people.alice).key.replace(" ", "")
        secret, codes = enrol_app(people.bob)
        ticket = ticket_of(people.bob)
        signed = do(second_step.with_code, ticket=ticket, code=codes[0])
        said = dump() + caplog.text
        for hidden in (secret, pending, secret.encode().hex(), ticket, signed.token, *codes, *(c.replace("-", "") for c in codes)):
            assert hidden not in said

    def test_a_sealed_secret_opens_for_nobody_else(self, people: People) -> None:
        from coexai_app.services.sealing import SealBroken

        enrol_app(people.bob)
        with db.reading() as session:
            sealed = session.exec(select(TotpFactor)).one().sealed
        assert sealed is not None
        with pytest.raises(SealBroken):
            factor_codes.unseal(sealed, people.alice.user_id)


class TestRequired:
    @pytest.fixture
    def required(self, people: People) -> str:
        secret, _ = enrol_app(people.alice)
        do(factors.require, people.alice, required=True)
        return secret

    def test_an_admin_without_a_factor_cannot_lock_themselves_out(self, people: People, session: Session) -> None:
        for who in (people.alice, people.adam):
            with pytest.raises(Conflict, match="your own account first"):
                do(factors.require, who, required=True)
        assert session.exec(select(Organization.require_second_factor)).all().count(True) == 0
        assert "your own account first" in do(factors.overview, people.adam).locked

    @pytest.mark.parametrize("who", ["bob", "vera"])
    def test_members_cannot(self, people: People, who: str) -> None:
        enrol_app(getattr(people, who))
        with pytest.raises(Forbidden):
            do(factors.require, getattr(people, who), required=True)
        assert "admins and owners" in do(factors.overview, getattr(people, who)).locked

    def test_it_holds_for_this_organisation_alone(self, people: People, required: str, session: Session) -> None:
        asked = session.exec(select(Organization.id).where(Organization.require_second_factor)).all()
        assert asked == [people.alice.organization_id]
        assert not actor(people.tokens["mallory"]).must_enrol
        assert not actor(people.tokens["alice"]).must_enrol
        for who in ("adam", "bob", "vera"):
            assert actor(people.tokens[who]).must_enrol

    def test_it_ends_with_the_first_factor(self, people: People, required: str) -> None:
        enrol_app(people.bob)
        assert not actor(people.tokens["bob"]).must_enrol

    def test_in_another_organisation_the_person_is_free(self, people: People, required: str) -> None:
        with db.reading() as session:
            own = session.exec(
                select(Membership.organization_id).where(Membership.user_id == people.bob.user_id, Membership.role == Role.OWNER)
            ).one()
        do(accounts.switch, token=people.tokens["bob"], organization_id=own)
        assert not actor(people.tokens["bob"]).must_enrol

    def test_the_last_factor_stays(self, people: People, required: str, session: Session) -> None:
        with pytest.raises(Conflict, match="Larkfield Studio requires"):
            do(factors.remove_app, people.alice)
        assert session.exec(select(TotpFactor)).one().user_id == people.alice.user_id
        assert do(factors.overview, people.alice).codes_left == 10
        do(factors.require, people.alice, required=False)
        do(factors.remove_app, people.alice)

    def test_access_tokens_say_it_too(self, people: People, required: str) -> None:
        made = do(tokens.log_in, email=email_of(people.bob), password=PASSWORD, organization_id=people.bob.organization_id)
        assert do(access_tokens.verify, token=made.access).must_enrol

    def test_the_change_stands_in_the_audit_log(self, people: People, required: str, session: Session) -> None:
        row = session.exec(select(AuditLog).where(AuditLog.action == "factor.required")).one()
        assert (row.before, row.after) == ({"second_step": "optional"}, {"second_step": "required"})
        assert row.organization_id == people.alice.organization_id


def test_a_key_is_not_a_person(people: People) -> None:
    """A key acts for programs: it has no second step, and the requirement of the organisation is about people."""
    made = do(api_keys.create, people.bob, name="Shop", scopes=("jobs:read",))
    assert made.secret
    enrol_app(people.alice)
    do(factors.require, people.alice, required=True)
    from coexai_app.services import api_key_access

    assert not do(api_key_access.authenticate, key=made.secret, ip="").actor.must_enrol


def whoever(person: Actor) -> Actor:
    return replace(person, session_id=None)


def test_an_outsider_sees_only_their_own(people: People) -> None:
    enrol_app(people.bob)
    assert not do(factors.overview, people.mallory).any
    assert not do(factors.overview, whoever(people.mallory)).codes_left
