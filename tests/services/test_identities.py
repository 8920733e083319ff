"""Accounts at other providers: whom they let in, whom not, and that nobody loses their last way in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import Conflict, Forbidden, FreshLoginNeeded, NotFound, RateLimited, SecondFactorRequired, Unauthenticated
from coexai_app.integrations.oidc import Person
from coexai_app.models import (
    AuditLog,
    Identity,
    LoginSession,
    Mail,
    MailKind,
    Membership,
    Organization,
    Role,
    TokenPurpose,
    User,
)
from coexai_app.models.base import new_id
from coexai_app.services import (
    account_deletion,
    accounts,
    confirm,
    factors,
    identities,
    one_time,
    passkeys,
    password_change,
    person,
    proofs,
)
from coexai_app.services.identities import AccountClosed, AccountExists, IdentityTaken, NoAddress, NotConnected, NotFresh
from tests.factors import code, email_of, enrol_app, enrol_passkey, log_in_long_ago
from tests.oidc import CLIENT, ana, configured, flow
from tests.people import PASSWORD, People, actor, do


@pytest.fixture(autouse=True)
def _google(instance: None) -> Iterator[None]:
    with configured(google_client_id="coexai", google_client_secret=CLIENT["oidc_client_secret"]):
        yield


def actions(session: Session) -> set[str]:
    session.rollback()
    return set(session.exec(select(AuditLog.action)).all())


def just_now() -> int:
    return int(time.time())


def connect(who: Actor, account: Person | None = None) -> UUID:
    do(identities.connect, who, who=account or ana(), flow=flow(who))
    with db.reading() as session:
        return session.exec(select(Identity.id).where(Identity.user_id == who.user_id).order_by(Identity.id.desc())).first()  # type: ignore[attr-defined]


def without_password(who: Actor) -> None:
    with db.transaction() as session:
        session.get_one(User, who.user_id).password_hash = ""


class TestSignUp:
    def test_a_verified_address_makes_an_account_with_an_organisation(self, session: Session) -> None:
        signed = do(identities.log_in, who=ana(), flow=flow(timezone="Europe/Lisbon"), ip="203.0.113.7")
        user = session.exec(select(User)).one()
        assert (user.email, user.name, user.password_hash) == ("ana@bakery.example.org", "Ana Bright", "")
        assert user.verified_at is not None
        org = session.exec(select(Organization)).one()
        assert (org.name, org.timezone) == ("Ana's organisation", "Europe/Lisbon")
        assert session.exec(select(Membership.role)).one() is Role.OWNER
        assert session.exec(select(Mail)).all() == []
        assert actor(signed.token).user_id == user.id

    def test_an_address_that_is_not_verified_gets_the_mail(self, session: Session) -> None:
        do(identities.log_in, who=ana(email_verified=False), flow=flow())
        assert session.exec(select(User.verified_at)).one() is None
        assert session.exec(select(Mail.kind)).all() == [MailKind.VERIFY_EMAIL.value]

    @pytest.mark.parametrize("email", ["", "ana", "ana@", "ana@localhost", "a" * 400 + "@bakery.example.org"])
    def test_without_an_address_there_is_no_account(self, session: Session, email: str) -> None:
        with pytest.raises(NoAddress):
            do(identities.log_in, who=ana(email=email), flow=flow())
        assert session.exec(select(User)).all() == []

    @pytest.mark.parametrize(
        ("name", "shown"), [("", "ana"), ("\u202e\u200b", "ana"), ("  Ana\n Bright ", "Ana Bright"), ("x" * 500, "x" * 120)]
    )
    def test_a_name_is_cleaned_or_made_of_the_address(self, session: Session, name: str, shown: str) -> None:
        do(identities.log_in, who=ana(name=name), flow=flow())
        assert session.exec(select(User.name)).one() == shown

    def test_a_time_zone_that_does_not_exist(self, session: Session) -> None:
        do(identities.log_in, who=ana(timezone="Mars/Olympus"), flow=flow())
        assert session.exec(select(Organization.timezone)).one() == "UTC"

    def test_many_accounts_from_one_network(self, session: Session) -> None:
        with configured(sign_ups_per_hour=2):
            for n in range(2):
                do(identities.log_in, who=ana(subject=f"s{n}", email=f"p{n}@bakery.example.org"), flow=flow(), ip="203.0.113.7")
            with pytest.raises(RateLimited):
                do(identities.log_in, who=ana(), flow=flow(), ip="203.0.113.7")
            do(identities.log_in, who=ana(subject="s0"), flow=flow(), ip="203.0.113.7")  # who has an account still gets in
        assert len(session.exec(select(User)).all()) == 2

    @pytest.mark.asvs("V6.8.1")
    @pytest.mark.parametrize("verified", [True, False])
    def test_an_address_that_has_an_account_is_refused(self, people: People, session: Session, verified: bool) -> None:
        for person_ in (people.bob, people.alice):
            with pytest.raises(AccountExists):
                do(identities.log_in, who=ana(email=email_of(person_), email_verified=verified), flow=flow())
        assert session.exec(select(Identity)).all() == []

    def test_of_many_at_once_one_makes_the_account_and_all_get_in(self, session: Session) -> None:
        with ThreadPoolExecutor(4) as pool:
            found = {signed.user_id for signed in pool.map(lambda _: do(identities.log_in, who=ana(), flow=flow()), range(4))}
        assert found == {session.exec(select(User.id)).one()}
        assert len(session.exec(select(Organization)).all()) == 1

    def test_nothing_matches_the_password_of_somebody_who_has_none(self, session: Session) -> None:
        do(identities.log_in, who=ana(), flow=flow())
        for password in ("", "a password that nobody has", PASSWORD):
            with pytest.raises(Unauthenticated):
                do(accounts.log_in, email="ana@bakery.example.org", password=password)
        forged = proofs.Proof(session.exec(select(User.id)).one(), "")
        with pytest.raises(Unauthenticated):
            do(proofs.accept, forged)


class TestLogIn:
    @pytest.mark.asvs("V10.5.2")
    def test_an_account_is_found_by_issuer_and_subject_whatever_the_address(self, session: Session) -> None:
        first = do(identities.log_in, who=ana(), flow=flow())
        again = do(identities.log_in, who=ana(email="new@bakery.example.org"), flow=flow())
        assert again.user_id == first.user_id
        assert session.exec(select(User.email)).one() == "ana@bakery.example.org"
        assert session.exec(select(Identity.email)).one() == "new@bakery.example.org"

    @pytest.mark.asvs("V6.8.1")
    def test_the_same_subject_of_another_issuer_is_somebody_else(self, session: Session) -> None:
        first = do(identities.log_in, who=ana(), flow=flow())
        other = do(identities.log_in, who=ana(issuer="https://other.example", email="eve@other.example.org"), flow=flow())
        assert other.user_id != first.user_id
        with pytest.raises(AccountExists):
            do(identities.log_in, who=ana(subject="ANA-1"), flow=flow())

    def test_a_second_factor_still_asks(self, people: People, session: Session) -> None:
        enrol_app(people.bob)
        connect(people.bob)
        before = len(session.exec(select(LoginSession)).all())
        with pytest.raises(SecondFactorRequired) as asked:
            do(identities.log_in, who=ana(), flow=flow())
        assert asked.value.details["ticket"]
        session.rollback()
        assert len(session.exec(select(LoginSession)).all()) == before

    def test_an_account_in_the_trash_goes_to_be_restored(self, people: People) -> None:
        connect(people.mallory)
        do(account_deletion.delete_account, people.mallory, typed=email_of(people.mallory))
        signed = do(identities.log_in, who=ana(), flow=flow())
        assert signed.trashed
        assert do(accounts.actor_of, token=signed.token) is None
        do(account_deletion.restore, token=signed.token)
        assert actor(signed.token).user_id == people.mallory.user_id

    def test_a_disabled_account_is_refused(self, people: People) -> None:
        connect(people.bob)
        with db.transaction() as session:
            session.get_one(User, people.bob.user_id).disabled_at = db.now(session)
        with pytest.raises(AccountClosed):
            do(identities.log_in, who=ana(), flow=flow())

    def test_an_emptied_account_is_not_found_again(self, people: People, session: Session) -> None:
        connect(people.mallory)
        do(account_deletion.delete_account, people.mallory, typed=email_of(people.mallory))
        with db.transaction() as writing:
            user = writing.get_one(User, people.mallory.user_id)
            user.deleted_at = user.disabled_at = user.deleted_at - timedelta(days=31)  # type: ignore[operator]
        do(account_deletion.purge)
        assert session.exec(select(Identity)).all() == []

    @pytest.mark.asvs("V6.8.4")
    @pytest.mark.parametrize(("ago", "fresh"), [(None, False), (0, True), (300, True), (3_600, False), (-3_600, False)])
    def test_a_session_is_fresh_only_when_the_provider_says_so(
        self, people: People, session: Session, ago: int | None, fresh: bool
    ) -> None:
        connect(people.bob)
        said = ana(auth_time=None if ago is None else just_now() - ago)
        signed = do(identities.log_in, who=said, flow=flow())
        assert person.is_fresh(session, actor(signed.token)) is fresh


class TestConnect:
    def test_the_person_is_told_and_the_audit_log_knows(self, people: People, session: Session) -> None:
        version = session.get_one(User, people.bob.user_id).auth_version
        session.rollback()
        connect(people.bob)
        mail = session.exec(select(Mail)).one()
        assert (mail.kind, mail.to_address) == (MailKind.IDENTITY_CHANGED.value, email_of(people.bob))
        assert "Google (ana@bakery.example.org) was connected" in mail.text.replace("\u2060", "")
        assert "identity.connected" in actions(session)
        session.expire_all()
        assert session.get_one(User, people.bob.user_id).auth_version > version

    def test_again_is_fine_and_does_nothing(self, people: People, session: Session) -> None:
        connect(people.bob)
        connect(people.bob)
        assert len(session.exec(select(Identity)).all()) == 1
        assert len(session.exec(select(Mail)).all()) == 1

    def test_one_that_opens_another_account_stays_there(self, people: People, session: Session) -> None:
        connect(people.bob)
        with pytest.raises(IdentityTaken):
            connect(people.mallory)
        assert session.exec(select(Identity.user_id)).one() == people.bob.user_id

    def test_not_for_another_session_a_key_or_staff_who_act_for_somebody(self, people: People) -> None:
        with pytest.raises(Unauthenticated):
            do(identities.connect, people.bob, who=ana(), flow=flow(people.alice))
        with pytest.raises(Unauthenticated):
            do(identities.connect, people.bob, who=ana(), flow=flow())
        from dataclasses import replace

        for acting in (replace(people.bob, session_id=None), replace(people.bob, staff_id=people.sid.user_id)):
            for service, more in (
                (identities.connect, {"who": ana(), "flow": flow(acting)}),
                (identities.confirm, {"who": ana(), "flow": flow(acting)}),
                (identities.disconnect, {"identity_id": new_id()}),
                (identities.overview, {}),
            ):
                with pytest.raises(Forbidden):
                    do(service, acting, **more)

    def test_at_most_ten(self, people: People) -> None:
        for n in range(identities.MAX_IDENTITIES):
            connect(people.bob, ana(subject=f"s{n}"))
        with pytest.raises(Conflict, match="at most 10"):
            connect(people.bob)

    def test_every_role_may(self, people: People) -> None:
        for n, who in enumerate((people.alice, people.adam, people.bob, people.vera)):
            assert connect(who, ana(subject=f"s{n}"))


class TestDisconnect:
    def test_with_a_password_left(self, people: People, session: Session) -> None:
        do(identities.disconnect, people.bob, identity_id=connect(people.bob))
        assert session.exec(select(Identity)).all() == []
        assert "was disconnected" in session.exec(select(Mail.text).order_by(Mail.id.desc())).first()  # type: ignore[attr-defined]
        assert "identity.disconnected" in actions(session)

    def test_an_outsider_finds_nothing(self, people: People, session: Session) -> None:
        mine = connect(people.bob)
        for other in (people.mallory, people.alice):
            with pytest.raises(NotFound):
                do(identities.disconnect, other, identity_id=mine)
        assert session.exec(select(Identity.id)).all() == [mine]

    def test_a_long_ago_log_in_is_not_enough(self, people: People, session: Session) -> None:
        mine = connect(people.bob)
        log_in_long_ago(people.bob)
        with pytest.raises(FreshLoginNeeded):
            do(identities.disconnect, people.bob, identity_id=mine)
        assert session.exec(select(Identity.id)).all() == [mine]

    def test_not_the_last_way_in(self, people: People, session: Session) -> None:
        mine = connect(people.bob)
        without_password(people.bob)
        with pytest.raises(Conflict, match="last way in"):
            do(identities.disconnect, people.bob, identity_id=mine)
        (shown,) = do(identities.overview, people.bob).identities
        assert shown.locked
        assert session.exec(select(Identity.id)).all() == [mine]

    def test_one_of_two_and_then_no_more(self, people: People) -> None:
        first, second = connect(people.bob), connect(people.bob, ana(subject="ana-2"))
        without_password(people.bob)
        do(identities.disconnect, people.bob, identity_id=first)
        with pytest.raises(Conflict):
            do(identities.disconnect, people.bob, identity_id=second)

    def test_a_provider_that_is_not_offered_any_more_is_no_way_in(self, people: People) -> None:
        first = connect(people.bob)
        connect(people.bob, Person("oidc", "https://gone.example", "x"))
        without_password(people.bob)
        with pytest.raises(Conflict):
            do(identities.disconnect, people.bob, identity_id=first)

    def test_a_passkey_is_a_way_in_until_it_is_the_last(self, people: People, session: Session) -> None:
        enrol_passkey(people.bob)
        mine = connect(people.bob)
        without_password(people.bob)
        do(identities.disconnect, people.bob, identity_id=mine)
        key = do(factors.overview, people.bob).passkeys[0]
        with pytest.raises(Conflict, match="last way in"):
            do(passkeys.remove, people.bob, passkey_id=UUID(key.id))
        assert len(do(factors.overview, people.bob).passkeys) == 1


class TestConfirm:
    def test_signing_in_again_there_opens_what_is_dangerous(self, people: People, session: Session) -> None:
        connect(people.bob)
        without_password(people.bob)
        log_in_long_ago(people.bob)
        with pytest.raises(FreshLoginNeeded):
            do(factors.begin_app, people.bob)
        do(identities.confirm, people.bob, who=ana(auth_time=just_now()), flow=flow(people.bob))
        assert do(factors.begin_app, people.bob).key
        assert "identity.confirmed" in actions(session)

    @pytest.mark.asvs("V6.3.4", "V7.5.1")
    def test_the_second_step_is_asked_here_too(self, people: People, session: Session) -> None:
        connect(people.bob)
        secret, _ = enrol_app(people.bob)
        log_in_long_ago(people.bob)
        with pytest.raises(SecondFactorRequired) as asked:
            do(identities.confirm, people.bob, who=ana(auth_time=just_now()), flow=flow(people.bob))
        assert not person.is_fresh(session, people.bob)
        do(confirm.with_code, people.bob, ticket=str(asked.value.details["ticket"]), code=code(secret))
        session.rollback()
        assert person.is_fresh(session, people.bob)

    @pytest.mark.asvs("V6.8.4")
    @pytest.mark.parametrize("ago", [None, 120, 86_400, -3_600])
    def test_a_sign_in_from_before_does_not_count(self, people: People, session: Session, ago: int | None) -> None:
        connect(people.bob)
        log_in_long_ago(people.bob)
        with pytest.raises(NotFresh):
            do(identities.confirm, people.bob, who=ana(auth_time=None if ago is None else just_now() - ago), flow=flow(people.bob))
        assert not person.is_fresh(session, people.bob)

    def test_nor_does_somebody_else_there(self, people: People) -> None:
        connect(people.bob)
        connect(people.mallory, ana(subject="mallory"))
        log_in_long_ago(people.bob)
        for subject in ("mallory", "nobody"):
            with pytest.raises(NotConnected):
                do(identities.confirm, people.bob, who=ana(subject=subject, auth_time=just_now()), flow=flow(people.bob))

    def test_nor_another_session(self, people: People) -> None:
        connect(people.bob)
        with pytest.raises(Unauthenticated):
            do(identities.confirm, people.bob, who=ana(auth_time=just_now()), flow=flow(people.alice))


class TestPasswords:
    def test_the_link_of_a_mail_sets_the_first_one(self, session: Session) -> None:
        do(identities.log_in, who=ana(), flow=flow())
        do(password_change.forgot, email="ana@bakery.example.org")
        assert "/reset-password?token=" in session.exec(select(Mail.text)).one()
        assert do(accounts.log_in, email="ana@bakery.example.org", password=self._reset("ana@bakery.example.org"))
        assert do(identities.log_in, who=ana(), flow=flow())  # the address was verified: the connection stays

    def test_who_took_an_address_before_its_owner_loses_the_way_in(self, session: Session) -> None:
        do(identities.log_in, who=ana(subject="thief", email_verified=False), flow=flow())
        self._reset("ana@bakery.example.org")
        assert session.exec(select(Identity)).all() == []
        with pytest.raises(AccountExists):
            do(identities.log_in, who=ana(subject="thief", email_verified=False), flow=flow())
        assert "identity.disconnected" in actions(session)

    def _reset(self, email: str) -> str:
        from coexai_app.services import passwords

        with db.transaction() as writing:
            user = writing.exec(select(User).where(User.email == email)).one()
            token = one_time.issue(writing, user, TokenPurpose.RESET, email=email)
        do(password_change.reset, token=token, password_hash=passwords.hash_of(PASSWORD))
        return PASSWORD


class TestOverview:
    def test_it_shows_ones_own_and_what_can_be_connected(self, people: People) -> None:
        connect(people.bob)
        shown = do(identities.overview, people.bob)
        assert [(one.label, one.email, one.locked) for one in shown.identities] == [("Google", "ana@bakery.example.org", "")]
        assert [one.key for one in do(confirm.overview, people.bob).providers] == ["google"]
        assert do(identities.overview, people.mallory).identities == ()

    def test_without_keys_there_is_nothing(self, people: People) -> None:
        with configured(google_client_id="", google_client_secret=None):
            assert do(identities.choices) == ()
            assert not do(identities.overview, people.bob).shown
