"""Showing once more that it is you: what it takes, for whom it counts, and what a thief with a stolen session gets."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import (
    Forbidden,
    FreshLoginNeeded,
    PasskeyRefused,
    RateLimited,
    SecondFactorRequired,
    SignInExpired,
    Unauthenticated,
    WrongCode,
)
from coexai_app.models import AuditLog, Passkey, User
from coexai_app.services import (
    access_tokens,
    accounts,
    confirm,
    email_address,
    factors,
    organization_export,
    organizations,
    passkeys,
    person,
    proofs,
    second_step,
    tokens,
)
from coexai_app.services.proofs import Proof
from tests.factors import code, email_of, enrol_app, enrol_passkey, log_in_long_ago, ticket_of
from tests.passkey import UP, Authenticator
from tests.people import PASSWORD, People, actor, do


def proof(of: Actor) -> Proof:
    return proofs.prove(do(proofs.stored, email_of(of)), PASSWORD)


def fresh(who: Actor) -> bool:
    with db.reading() as session:
        return person.is_fresh(session, who)


def first_step(who: Actor) -> str:
    """The password of somebody with a second step; returns the ticket."""
    with pytest.raises(SecondFactorRequired) as asked:
        do(confirm.with_password, who, proof=proof(who))
    return str(asked.value.details["ticket"])


def with_passkey(who: Actor, device: Authenticator) -> None:
    do(confirm.with_passkey, who, credential=device.use(do(confirm.passkey_options, who)))


class TestOneStep:
    @pytest.mark.asvs("V7.5.1", "V7.5.3")
    def test_the_password_opens_this_session_for_ten_minutes_and_no_other(self, people: People, session: Session) -> None:
        other = actor(do(accounts.log_in, email=email_of(people.bob), password=PASSWORD).token)
        log_in_long_ago(people.bob)
        log_in_long_ago(other)
        do(confirm.with_password, people.bob, proof=proof(people.bob))
        assert (fresh(people.bob), fresh(other)) == (True, False)
        log_in_long_ago(people.bob)
        assert not fresh(people.bob)
        assert len(session.exec(select(AuditLog).where(AuditLog.action == "session.confirmed")).all()) == 1

    def test_another_persons_password_opens_nothing(self, people: People) -> None:
        log_in_long_ago(people.bob)
        with pytest.raises(Unauthenticated):
            do(confirm.with_password, people.bob, proof=proof(people.mallory))
        assert not fresh(people.bob)

    @pytest.mark.parametrize(
        "act",
        [
            lambda s, who: email_address.change(s, who, email="new@larkfield.example.org"),
            lambda s, who: organizations.delete(s, who, name="Larkfield Studio"),
            lambda s, who: organization_export.begin(s, who),
            lambda s, who: factors.begin_app(s, who),
            lambda s, who: passkeys.register_options(s, who),
        ],
    )
    @pytest.mark.asvs("V7.5.1", "V7.5.3")
    def test_what_asks_for_it(self, people: People, act: Callable[[Session, Actor], object]) -> None:
        log_in_long_ago(people.alice)
        with pytest.raises(FreshLoginNeeded):
            do(act, people.alice)
        do(confirm.with_password, people.alice, proof=proof(people.alice))
        do(act, people.alice)

    def test_an_api_client_exports_within_ten_minutes_of_its_log_in_and_deletes_nothing(self, people: People) -> None:
        made = do(tokens.log_in, email=email_of(people.alice), password=PASSWORD, organization_id=people.alice.organization_id)
        client = do(access_tokens.verify, token=made.access)
        assert do(organization_export.begin, client).name.endswith(".zip")
        for act in (
            lambda: do(organizations.delete, client, name="Larkfield Studio"),
            lambda: do(confirm.with_password, client, proof=proof(people.alice)),
        ):
            with pytest.raises(Forbidden):
                act()


class TestTwoSteps:
    @pytest.mark.asvs("V7.5.1", "V6.3.4")
    def test_the_password_alone_is_not_enough(self, people: People) -> None:
        """A stolen session and a known password take no second step away."""
        secret, _ = enrol_app(people.bob)
        log_in_long_ago(people.bob)
        ticket = first_step(people.bob)
        assert not fresh(people.bob)
        with pytest.raises(FreshLoginNeeded):
            do(factors.remove_app, people.bob)
        do(confirm.with_code, people.bob, ticket=ticket, code=code(secret))
        assert fresh(people.bob)
        do(factors.remove_app, people.bob)

    def test_a_recovery_code_does_too_and_ticket_and_code_count_once(self, people: People) -> None:
        secret, codes = enrol_app(people.bob)
        log_in_long_ago(people.bob)
        ticket = first_step(people.bob)
        do(confirm.with_code, people.bob, ticket=ticket, code=codes[0])
        with pytest.raises(SignInExpired):
            do(confirm.with_code, people.bob, ticket=ticket, code=code(secret))
        with pytest.raises(WrongCode):
            do(confirm.with_code, people.bob, ticket=first_step(people.bob), code=codes[0])

    @pytest.mark.asvs("V6.5.1")
    def test_a_code_that_was_used_here_opens_no_other_door(self, people: People) -> None:
        secret, _ = enrol_app(people.bob)
        given = code(secret)
        do(confirm.with_code, people.bob, ticket=first_step(people.bob), code=given)
        with pytest.raises(WrongCode):
            do(second_step.with_code, ticket=ticket_of(people.bob), code=given)
        with pytest.raises(SecondFactorRequired) as asked:
            do(tokens.log_in, email=email_of(people.bob), password=PASSWORD, organization_id=people.bob.organization_id)
        with pytest.raises(WrongCode):
            do(second_step.tokens_with_code, ticket=str(asked.value.details["ticket"]), code=given)

    @pytest.mark.asvs("V6.5.1")
    def test_of_all_doors_at_once_a_code_opens_one(self, people: People) -> None:
        secret, _ = enrol_app(people.bob)
        with pytest.raises(SecondFactorRequired) as asked:
            do(tokens.log_in, email=email_of(people.bob), password=PASSWORD, organization_id=people.bob.organization_id)
        api, given = str(asked.value.details["ticket"]), code(secret)
        here, confirming = ticket_of(people.bob), first_step(people.bob)
        doors: list[Callable[[], object]] = [
            lambda: do(second_step.tokens_with_code, ticket=api, code=given),
            lambda: do(second_step.with_code, ticket=here, code=given),
            lambda: do(confirm.with_code, people.bob, ticket=confirming, code=given),
        ]

        def attempt(door: Callable[[], object]) -> bool:
            try:
                door()
            except WrongCode:
                return False
            return True

        with ThreadPoolExecutor(3) as pool:
            assert sorted(pool.map(attempt, doors)) == [False, False, True]

    def test_guessing_is_slowed_down_as_at_the_log_in(self, people: People) -> None:
        secret, _ = enrol_app(people.bob)
        ticket = first_step(people.bob)
        for _ in range(5):
            with pytest.raises(WrongCode):
                do(confirm.with_code, people.bob, ticket=ticket, code="nonsense")
        with pytest.raises(RateLimited):
            do(confirm.with_code, people.bob, ticket=ticket, code=code(secret))

    def test_a_ticket_of_somebody_else_opens_nothing(self, people: People) -> None:
        """Mallory has her own ticket and code in Bob's browser."""
        enrol_app(people.bob)
        hers, _ = enrol_app(people.mallory)
        log_in_long_ago(people.bob)
        with pytest.raises(SignInExpired):
            do(confirm.with_code, people.bob, ticket=ticket_of(people.mallory), code=code(hers))
        assert not fresh(people.bob)

    def test_a_wrong_password_says_nothing_of_a_second_step(self, people: People) -> None:
        enrol_app(people.bob)
        with pytest.raises(Unauthenticated) as error:
            proofs.prove(do(proofs.stored, email_of(people.bob)), "not the password")
        assert type(error.value) is Unauthenticated


class TestPasskey:
    def test_it_is_enough_also_for_somebody_without_a_password(self, people: People) -> None:
        device = enrol_passkey(people.bob)
        with db.transaction() as session:
            session.get_one(User, people.bob.user_id).password_hash = ""
        log_in_long_ago(people.bob)
        seen = do(confirm.overview, people.bob)
        assert (seen.has_password, seen.has_passkey, seen.nothing) == (False, True, False)
        with_passkey(people.bob, device)
        assert fresh(people.bob)

    @pytest.mark.parametrize("story", ["unverified", "another", "removed", "again", "copied", "elsewhere"])
    def test_one_that_does_not_count(self, people: People, story: str) -> None:
        device = enrol_passkey(people.bob)
        hers = enrol_passkey(people.mallory)
        log_in_long_ago(people.bob)
        options = do(confirm.passkey_options, people.bob)
        if story == "unverified":
            device.flags = UP
        if story == "removed":
            with db.transaction() as session:
                session.delete(session.exec(select(Passkey).where(Passkey.user_id == people.bob.user_id)).one())
        if story == "copied":
            with db.transaction() as session:
                session.exec(select(Passkey).where(Passkey.user_id == people.bob.user_id)).one().sign_count = 50
        credential = (hers if story == "another" else device).use(options)
        who = people.bob
        if story == "again":
            do(confirm.with_passkey, who, credential=credential)
            log_in_long_ago(people.bob)
        if story == "elsewhere":  # a challenge that was made for another session of the same person
            who = actor(do(second_step.alone, browser="b", credential=device.use(do(second_step.alone_options, browser="b"))).token)
            log_in_long_ago(who)
        with pytest.raises(PasskeyRefused):
            do(confirm.with_passkey, who, credential=credential)
        assert not fresh(who)

    def test_the_challenge_of_a_log_in_is_none_of_this(self, people: People) -> None:
        device = enrol_passkey(people.bob)
        log_in_long_ago(people.bob)
        with pytest.raises(PasskeyRefused):
            do(confirm.with_passkey, people.bob, credential=device.use(do(second_step.alone_options, browser="here")))
        assert not fresh(people.bob)
