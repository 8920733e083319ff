"""Passkeys: registered, used as second step and alone; forged, replayed and copied ones are refused."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.errors import (
    Conflict,
    Forbidden,
    FreshLoginNeeded,
    InvalidInput,
    NotFound,
    PasskeyRefused,
    RateLimited,
    SecondFactorRequired,
    SignInExpired,
)
from coexai_app.models import AuditLog, LoginSession, Passkey, PasskeyChallenge, RecoveryCode
from coexai_app.models.base import new_id
from coexai_app.services import account_deletion, accounts, factors, passkeys, second_step, security
from coexai_app.services.security import SecurityEvent
from tests.factors import email_of, enrol_app, enrol_passkey, log_in_long_ago, ticket_of
from tests.passkey import UP, Authenticator, b64
from tests.people import PASSWORD, People, actor, do

HERE = "a browser's own value"


def alone(device: Authenticator, browser: str = HERE, **client: object) -> accounts.SignedIn:
    options = do(second_step.alone_options, browser=browser)
    return do(second_step.alone, browser=browser, credential=device.use(options, **client))


class TestRegister:
    def test_the_options_ask_for_a_discoverable_verified_key_without_attestation(self, people: People) -> None:
        options = do(passkeys.register_options, people.bob)
        assert options["rp"] == {"name": "CoExAI", "id": "localhost"}
        assert options["attestation"] == "none"
        assert options["authenticatorSelection"]["residentKey"] == "required"
        assert options["authenticatorSelection"]["userVerification"] == "required"
        assert email_of(people.bob) not in base64.urlsafe_b64decode(options["user"]["id"] + "==").decode("latin-1")

    def test_several_with_names_and_recovery_codes_with_the_first(self, people: People, session: Session) -> None:
        device = Authenticator()
        options = do(passkeys.register_options, people.bob)
        added = do(passkeys.register, people.bob, name="  Bob's\n phone ", credential=device.make(options))
        assert len(added.codes) == 10
        again = do(passkeys.register_options, people.bob)
        assert [c["id"] for c in again["excludeCredentials"]] == [b64(device.ident)]
        assert do(passkeys.register, people.bob, name="Key", credential=Authenticator().make(again)).codes == ()
        assert [p.name for p in do(factors.overview, people.bob).passkeys] == ["Bob's phone", "Key"]
        with pytest.raises(SecondFactorRequired):
            do(accounts.log_in, email=email_of(people.bob), password=PASSWORD)

    @pytest.mark.parametrize(
        ("device", "client"),
        [
            (Authenticator(origin="https://evil.example"), {}),
            (Authenticator(origin="http://localhost:3000.evil.example"), {}),
            (Authenticator(rp_id="evil.example"), {}),
            (Authenticator(flags=UP), {}),
            (Authenticator(flags=0), {}),
            (Authenticator(), {"type": "webauthn.get"}),
            (Authenticator(), {"challenge": b64(b"x" * 32)}),
        ],
    )
    def test_a_wrong_answer_is_refused_and_uses_the_challenge_up(
        self, people: People, session: Session, device: Authenticator, client: dict[str, str]
    ) -> None:
        options = do(passkeys.register_options, people.bob)
        with pytest.raises(PasskeyRefused):
            do(passkeys.register, people.bob, name="x", credential=device.make(options, **client))
        assert session.exec(select(Passkey)).all() == []
        if "challenge" not in client:
            with pytest.raises(PasskeyRefused):
                do(passkeys.register, people.bob, name="x", credential=Authenticator().make(options))

    def test_a_challenge_counts_once_for_its_session_and_for_five_minutes(self, people: People) -> None:
        device, options = Authenticator(), do(passkeys.register_options, people.bob)
        with pytest.raises(PasskeyRefused):
            do(passkeys.register, people.alice, name="x", credential=device.make(options))
        do(passkeys.register, people.bob, name="x", credential=device.make(options))
        with pytest.raises(PasskeyRefused):
            do(passkeys.register, people.bob, name="x", credential=Authenticator().make(options))
        options = do(passkeys.register_options, people.bob)
        with db.transaction() as session:
            session.exec(select(PasskeyChallenge)).one().expires_at = db.now(session) - timedelta(seconds=1)
        with pytest.raises(PasskeyRefused):
            do(passkeys.register, people.bob, name="x", credential=Authenticator().make(options))

    def test_a_challenge_of_a_log_in_registers_nothing(self, people: People) -> None:
        options = {**do(second_step.alone_options, browser=HERE), "user": {"id": b64(people.bob.user_id.bytes)}}
        with pytest.raises(PasskeyRefused):
            do(passkeys.register, people.bob, name="x", credential=Authenticator().make(options))

    def test_a_credential_belongs_to_one_account(self, people: People) -> None:
        device = enrol_passkey(people.bob)
        with pytest.raises(PasskeyRefused):
            do(passkeys.register, people.mallory, name="x", credential=device.make(do(passkeys.register_options, people.mallory)))

    def test_it_needs_a_name_and_a_fresh_log_in(self, people: People) -> None:
        with pytest.raises(InvalidInput, match="name"):
            do(passkeys.register, people.bob, name=" \u200b ", credential="{}")
        log_in_long_ago(people.bob)
        with pytest.raises(FreshLoginNeeded):
            do(passkeys.register_options, people.bob)


class TestRemove:
    def test_one_of_two_and_the_last(self, people: People, session: Session) -> None:
        enrol_passkey(people.bob)
        enrol_passkey(people.bob, "Key")
        first, second = do(factors.overview, people.bob).passkeys
        do(passkeys.remove, people.bob, passkey_id=_id(first))
        assert len(session.exec(select(RecoveryCode)).all()) == 10
        do(passkeys.remove, people.bob, passkey_id=_id(second))
        session.rollback()
        assert session.exec(select(RecoveryCode)).all() == session.exec(select(Passkey)).all() == []
        do(accounts.log_in, email=email_of(people.bob), password=PASSWORD)

    def test_nobody_elses(self, people: People) -> None:
        enrol_passkey(people.bob)
        (mine,) = do(factors.overview, people.bob).passkeys
        for who in (people.mallory, people.alice):
            with pytest.raises(NotFound):
                do(passkeys.remove, who, passkey_id=_id(mine))
        with pytest.raises(NotFound):
            do(passkeys.remove, people.bob, passkey_id=new_id())

    def test_the_last_one_where_it_is_required(self, people: People) -> None:
        enrol_passkey(people.alice)
        do(factors.require, people.alice, required=True)
        (mine,) = do(factors.overview, people.alice).passkeys
        with pytest.raises(Conflict):
            do(passkeys.remove, people.alice, passkey_id=_id(mine))


class TestAlone:
    def test_it_opens_a_session_without_a_password(self, people: People, session: Session) -> None:
        device = enrol_passkey(people.bob)
        signed = alone(device)
        assert actor(signed.token).user_id == people.bob.user_id
        row = session.exec(select(Passkey)).one()
        assert (row.sign_count, row.last_used_at is not None) == (1, True)

    def test_an_authenticator_that_does_not_count_works_again_and_again(self, people: People) -> None:
        device = enrol_passkey(people.bob)
        device.step = 0
        assert alone(device).user_id == alone(device).user_id == people.bob.user_id

    @pytest.mark.parametrize(
        "change",
        [
            {"origin": "https://evil.example"},
            {"origin": "http://localhost"},
            {"type": "webauthn.create"},
            {"challenge": b64(b"y" * 32)},
            {"handle": b64(b"somebody else's id")},
        ],
    )
    def test_a_wrong_answer_opens_nothing(self, people: People, session: Session, change: dict[str, str]) -> None:
        device = enrol_passkey(people.bob)
        before = len(session.exec(select(LoginSession)).all())
        with pytest.raises(PasskeyRefused):
            alone(device, **change)
        session.rollback()
        assert len(session.exec(select(LoginSession)).all()) == before

    def test_without_the_persons_verification_it_opens_nothing(self, people: People) -> None:
        device = enrol_passkey(people.bob)
        device.flags = UP
        with pytest.raises(PasskeyRefused):
            alone(device)

    def test_another_key_under_the_same_id(self, people: People) -> None:
        device = enrol_passkey(people.bob)
        forger = Authenticator(ident=device.ident, handle=device.handle, count=50)
        with pytest.raises(PasskeyRefused):
            alone(forger)
        with pytest.raises(PasskeyRefused):
            alone(Authenticator(handle=device.handle))

    def test_a_replay_and_another_browser(self, people: People) -> None:
        device = enrol_passkey(people.bob)
        options = do(second_step.alone_options, browser=HERE)
        sent = device.use(options)
        with pytest.raises(PasskeyRefused):
            do(second_step.alone, browser="another browser", credential=sent)
        do(second_step.alone, browser=HERE, credential=sent)
        with pytest.raises(PasskeyRefused):
            do(second_step.alone, browser=HERE, credential=sent)

    def test_a_counter_that_goes_back_is_a_copy_and_is_reported(self, people: People, session: Session) -> None:
        heard: list[SecurityEvent] = []
        security.subscribe(heard.append)
        try:
            device = enrol_passkey(people.bob)
            device.count = 9
            alone(device)
            for back in (0, 8, 9):
                device.count = back
                with pytest.raises(PasskeyRefused, match="counter"):
                    alone(device)
        finally:
            security.unsubscribe(heard.append)
        assert [event.kind for event in heard] == ["passkey.copied"] * 3
        assert len(session.exec(select(AuditLog).where(AuditLog.action == "factor.passkey_copied")).all()) == 3
        session.rollback()
        assert session.exec(select(Passkey)).one().sign_count == 10

    def test_a_removed_key_and_a_disabled_person(self, people: People) -> None:
        from coexai_app.models import User

        device, other = enrol_passkey(people.bob), enrol_passkey(people.vera)
        (mine,) = do(factors.overview, people.bob).passkeys
        do(passkeys.remove, people.bob, passkey_id=_id(mine))
        with db.transaction() as session:
            session.get_one(User, people.vera.user_id).disabled_at = db.now(session)
        for gone in (device, other):
            with pytest.raises(PasskeyRefused):
                alone(gone)

    def test_somebody_who_deleted_their_account_gets_it_back_with_it(self, people: People) -> None:
        device = enrol_passkey(people.mallory)
        do(account_deletion.delete_account, people.mallory, typed=email_of(people.mallory))
        signed = alone(device)
        assert signed.trashed
        do(account_deletion.restore, token=signed.token)
        assert actor(signed.token).user_id == people.mallory.user_id

    @pytest.mark.asvs("V2.4.1")
    def test_very_many_challenges_for_one_network_wait_unless_they_are_used(self, people: People) -> None:
        device = enrol_passkey(people.bob)
        for _ in range(second_step.STARTS.free):
            do(second_step.alone_options, browser=HERE, ip="192.0.2.7")
        with pytest.raises(RateLimited):
            do(second_step.alone_options, browser=HERE, ip="192.0.2.7")
        do(second_step.alone_options, browser=HERE, ip="192.0.2.8")
        for _ in range(second_step.STARTS.free + 5):
            options = do(second_step.alone_options, browser=HERE, ip="192.0.2.9")
            do(second_step.alone, browser=HERE, credential=device.use(options), ip="192.0.2.9")

    def test_hostile_answers_are_refused_and_nothing_else(self, people: People) -> None:
        device = enrol_passkey(people.bob)
        dice = random.Random(7)
        for round_ in range(120):
            options = do(second_step.alone_options, browser=HERE)
            sent = json.loads(device.use(options))
            part = dice.choice(["signature", "authenticatorData", "clientDataJSON", "userHandle"])
            raw = bytearray(base64.urlsafe_b64decode(sent["response"][part] + "=="))
            kind = round_ % 4
            if kind == 0:
                raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
            elif kind == 1:
                raw = raw[: dice.randrange(len(raw))]
            elif kind == 2:
                raw = bytearray(dice.randbytes(dice.randrange(200)))
            sent["response"][part] = b64(bytes(raw)) if kind < 3 else dice.choice([None, 5, [], {}, "\ud800", "=", True])
            if kind == 3 and part == "userHandle" and sent["response"][part] is None:
                continue
            with pytest.raises(PasskeyRefused):
                do(second_step.alone, browser=HERE, credential=json.dumps(sent))

    @pytest.mark.parametrize(
        "sent", ["", "null", "[]", "5", "{}", '{"response": 1}', "[" * 50_000, '{"id": "x", "response": {"clientDataJSON": "e30"}}']
    )
    def test_what_is_no_answer_at_all(self, people: People, sent: str) -> None:
        with pytest.raises(PasskeyRefused):
            do(second_step.alone, browser=HERE, credential=sent)
        with pytest.raises(PasskeyRefused):
            do(passkeys.register, people.bob, name="x", credential=sent)


class TestSecondStep:
    def test_after_the_password(self, people: People) -> None:
        device = enrol_passkey(people.bob)
        ticket = ticket_of(people.bob)
        options = do(second_step.passkey_options, ticket=ticket)
        assert [c["id"] for c in options["allowCredentials"]] == [b64(device.ident)]
        sent = device.use(options)
        assert do(second_step.with_passkey, ticket=ticket, credential=sent).user_id == people.bob.user_id
        with pytest.raises(SignInExpired):
            do(second_step.with_passkey, ticket=ticket, credential=sent)

    def test_of_somebody_else(self, people: People) -> None:
        enrol_passkey(people.bob)
        mallorys = enrol_passkey(people.mallory)
        ticket = ticket_of(people.bob)
        options = do(second_step.passkey_options, ticket=ticket)
        with pytest.raises(PasskeyRefused):
            do(second_step.with_passkey, ticket=ticket, credential=mallorys.use(options))

    def test_a_challenge_of_another_ticket_or_of_a_log_in_alone(self, people: People) -> None:
        device = enrol_passkey(people.bob)
        first, second = ticket_of(people.bob), ticket_of(people.bob)
        with pytest.raises(PasskeyRefused):
            do(second_step.with_passkey, ticket=second, credential=device.use(do(second_step.passkey_options, ticket=first)))
        with pytest.raises(PasskeyRefused):
            do(second_step.with_passkey, ticket=second, credential=device.use(do(second_step.alone_options, browser=HERE)))

    def test_an_account_with_an_app_only_is_told_so(self, people: People) -> None:
        enrol_app(people.bob)
        with pytest.raises(NotFound, match="no passkey"):
            do(second_step.passkey_options, ticket=ticket_of(people.bob))


def test_keys_and_tokens_register_none(people: People) -> None:
    from dataclasses import replace

    by_key = replace(people.bob, session_id=None, key_id=new_id())
    calls: list[Callable[[], object]] = [
        lambda: do(passkeys.register_options, by_key),
        lambda: do(passkeys.register, by_key, name="x", credential="{}"),
        lambda: do(passkeys.remove, by_key, passkey_id=new_id()),
    ]
    for call in calls:
        with pytest.raises(Forbidden):
            call()


def _id(view: object) -> object:
    from uuid import UUID

    return UUID(view.id)  # type: ignore[attr-defined]
