"""The life of an account: its address confirmed and changed, its password lost and changed, its sessions, its end."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import (
    CoexaiError,
    Conflict,
    Forbidden,
    FreshLoginNeeded,
    InvalidInput,
    InvalidToken,
    NotFound,
    RateLimited,
    Unauthenticated,
)
from coexai_app.models import (
    AuditLog,
    Event,
    LoginSession,
    Mail,
    MailKind,
    Membership,
    OneTimeToken,
    RefreshToken,
    Role,
    User,
    WebhookEndpoint,
)
from coexai_app.services import (
    access_tokens,
    account_deletion,
    accounts,
    api_key_access,
    api_keys,
    confirm,
    email_address,
    login_sessions,
    one_time,
    password_change,
    passwords,
    proofs,
    rest_hooks,
    tokens,
)
from coexai_app.services.one_time import DeadLink
from tests import factors
from tests.people import PASSWORD, People, actor, do
from tests.trail import rows

ALICE = "alice@larkfield.example.org"
NEW = "violet harbour ninety"


def mails(session: Session, kind: MailKind, to: str = "") -> list[Mail]:
    session.rollback()
    found = session.exec(select(Mail).where(Mail.kind == kind.value).order_by(Mail.id)).all()  # type: ignore[arg-type]
    return [mail for mail in found if not to or mail.to_address == to]


def token_in(mail: Mail) -> str:
    found = re.search(r"token=([\w-]+)", mail.text)
    assert found
    return found[1]


def reset_link(session: Session, email: str = ALICE) -> str:
    do(password_change.forgot, email=email)
    return token_in(mails(session, MailKind.RESET_PASSWORD, email)[-1])


def age(person: Actor, seconds: float = 700) -> None:
    """As if the password had been given this long ago."""
    with db.transaction() as session:
        row = session.get_one(LoginSession, person.session_id)
        assert row.authenticated_at is not None
        row.authenticated_at -= timedelta(seconds=seconds)


def reset(token: str, password: str = NEW) -> None:
    do(password_change.reset, token=token, password_hash=passwords.hash_of(password))


def proof(email: str = ALICE, password: str = PASSWORD) -> proofs.Proof:
    return proofs.prove(do(proofs.attempt, email=email), password)


class TestConfirmingTheAddress:
    def test_a_new_account_gets_a_link_and_is_not_held_up(self, people: People, session: Session) -> None:
        signed = do(accounts.sign_up, name="Eve", email="eve@own.example.org", password=PASSWORD)
        assert not do(accounts.me, actor(signed.token)).verified
        token = token_in(mails(session, MailKind.VERIFY_EMAIL, "eve@own.example.org")[0])
        assert do(email_address.confirm, token=token) == "eve@own.example.org"
        assert do(accounts.me, actor(signed.token)).verified
        with pytest.raises(DeadLink):
            do(email_address.confirm, token=token)

    def test_the_link_is_for_this_address_only(self, people: People, session: Session) -> None:
        do(email_address.resend, people.alice)
        token = token_in(mails(session, MailKind.VERIFY_EMAIL, ALICE)[0])
        with db.transaction() as writing:
            writing.get_one(User, people.alice.user_id).email = "else@larkfield.example.org"
        with pytest.raises(DeadLink):
            do(email_address.confirm, token=token)

    def test_sending_again_has_a_limit_and_an_end(self, people: People, session: Session) -> None:
        for _ in range(5):
            do(email_address.resend, people.alice)
        with pytest.raises(RateLimited):
            do(email_address.resend, people.alice)
        do(email_address.confirm, token=token_in(mails(session, MailKind.VERIFY_EMAIL, ALICE)[2]))
        with pytest.raises(Conflict):
            do(email_address.resend, people.alice)

    @pytest.mark.parametrize("token", ["", "x" * 43, "\x00", "ü" * 400])
    def test_a_made_up_link_is_dead(self, people: People, token: str) -> None:
        with pytest.raises(DeadLink):
            do(email_address.confirm, token=token)


class TestChangingTheAddress:
    @pytest.mark.asvs("V6.3.7")
    def test_it_counts_when_the_new_address_has_answered_and_both_are_told(self, people: People, session: Session) -> None:
        do(email_address.change, people.alice, email="Alice@New.example.org")
        assert do(accounts.me, people.alice).email == ALICE
        do(email_address.confirm, token=token_in(mails(session, MailKind.VERIFY_EMAIL, "alice@new.example.org")[0]))
        assert do(accounts.me, people.alice).email == "alice@new.example.org"
        assert {mail.to_address for mail in mails(session, MailKind.EMAIL_CHANGED)} == {ALICE, "alice@new.example.org"}

    @pytest.mark.asvs("V7.5.1")
    def test_after_ten_minutes_it_asks_who_it_is(self, people: People) -> None:
        age(people.alice)
        with pytest.raises(FreshLoginNeeded):
            do(email_address.change, people.alice, email="alice@new.example.org")
        do(confirm.with_password, people.alice, proof=proof())
        do(email_address.change, people.alice, email="alice@new.example.org")

    @pytest.mark.asvs("V6.3.8")
    @pytest.mark.parametrize("address", ["mallory@mossworks.example.org", "free@own.example.org"])
    def test_a_taken_address_is_told_of_to_its_owner_alone(self, people: People, session: Session, address: str) -> None:
        """Neither the answer nor the limit differs: the sixth mail within the hour is refused for either."""
        for _ in range(5):
            do(email_address.change, people.alice, email=address)
        with pytest.raises(RateLimited):
            do(email_address.change, people.alice, email=address)
        kind = MailKind.ADDRESS_TAKEN if address.startswith("mallory") else MailKind.VERIFY_EMAIL
        assert {mail.kind for mail in mails(session, kind, address)} == {kind.value}
        assert len(session.exec(select(Mail).where(Mail.to_address == address)).all()) == 5

    def test_one_account_does_not_write_to_the_whole_world(self, people: People) -> None:
        with pytest.raises(RateLimited, match="many links"):
            for number in range(22):
                do(email_address.change, people.alice, email=f"somebody{number}@own.example.org")

    def test_somebody_who_took_it_meanwhile_keeps_it(self, people: People, session: Session) -> None:
        do(email_address.change, people.alice, email="new@own.example.org")
        do(accounts.sign_up, name="Eve", email="new@own.example.org", password=PASSWORD)
        with pytest.raises(Conflict):
            do(email_address.confirm, token=token_in(mails(session, MailKind.VERIFY_EMAIL, "new@own.example.org")[0]))
        assert do(accounts.me, people.alice).email == ALICE

    def test_a_new_password_kills_the_link(self, people: People, session: Session) -> None:
        do(email_address.change, people.alice, email="new@own.example.org")
        reset(reset_link(session))
        with pytest.raises(DeadLink):
            do(email_address.confirm, token=token_in(mails(session, MailKind.VERIFY_EMAIL, "new@own.example.org")[0]))


class TestALostPassword:
    @pytest.mark.asvs("V6.4.1")
    def test_the_link_sets_a_new_one_once_and_ends_everything(self, people: People, session: Session) -> None:
        made = do(tokens.log_in, email=ALICE, password=PASSWORD)
        token = reset_link(session)
        assert do(password_change.whose, token=token) == (ALICE, "Alice Archer")
        reset(token)
        assert do(accounts.actor_of, token=people.tokens["alice"]) is None
        with pytest.raises(InvalidToken):
            do(tokens.refresh, token=made.refresh)
        with pytest.raises(DeadLink):
            reset(token, "and one more of them")
        do(accounts.log_in, email=ALICE, password=NEW)
        with pytest.raises(Unauthenticated):
            do(accounts.log_in, email=ALICE, password=PASSWORD)
        assert len(mails(session, MailKind.PASSWORD_CHANGED, ALICE)) == 1

    def test_an_unknown_and_a_disabled_address_get_no_mail(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            writing.get_one(User, people.bob.user_id).disabled_at = writing.get_one(User, people.bob.user_id).created_at
        for email in ("nobody@nowhere.example.org", "bob@own.example.org", "", "\x00"):
            do(password_change.forgot, email=email)
        assert mails(session, MailKind.RESET_PASSWORD) == []

    def test_of_two_links_the_second_dies_with_the_first(self, people: People, session: Session) -> None:
        first, second = reset_link(session), reset_link(session)
        reset(first)
        with pytest.raises(DeadLink):
            reset(second, "and one more of them")

    @pytest.mark.asvs("V6.4.1")
    def test_it_ends_after_half_an_hour(self, people: People, session: Session) -> None:
        token = reset_link(session)
        with db.transaction() as writing:
            for row in writing.exec(select(OneTimeToken)).all():
                assert row.expires_at - row.created_at < timedelta(minutes=31) or row.purpose == "verify"
                row.expires_at -= timedelta(minutes=31)
        with pytest.raises(DeadLink):
            reset(token)
        with db.transaction() as writing:
            for row in writing.exec(select(OneTimeToken)).all():
                row.expires_at -= timedelta(days=20)
        do(one_time.purge)
        session.rollback()
        assert session.exec(select(OneTimeToken)).all() == []

    def test_a_link_to_confirm_an_address_sets_no_password(self, people: People, session: Session) -> None:
        do(email_address.resend, people.alice)
        with pytest.raises(DeadLink):
            reset(token_in(mails(session, MailKind.VERIFY_EMAIL, ALICE)[0]))

    @pytest.mark.asvs("V16.2.5")
    def test_neither_token_nor_password_is_in_any_table_but_the_outbox(self, people: People, session: Session) -> None:
        token = reset_link(session)
        for table in (User, OneTimeToken, LoginSession, AuditLog, Event, RefreshToken):
            stored = repr([row.model_dump() for row in session.exec(select(table)).all()])  # type: ignore[var-annotated]
            for secret in (token, PASSWORD, people.tokens["alice"]):
                assert secret not in stored


class TestChangingThePassword:
    @pytest.mark.asvs("V6.2.2", "V7.4.3")
    def test_this_session_stays_and_the_others_end(self, people: People, session: Session) -> None:
        other = do(accounts.log_in, email=ALICE, password=PASSWORD)
        do(password_change.change, people.alice, proof=proof(), password_hash=passwords.hash_of(NEW))
        assert actor(people.tokens["alice"]).user_id == people.alice.user_id
        assert do(accounts.actor_of, token=other.token) is None
        do(accounts.log_in, email=ALICE, password=NEW)

    def test_nobody_changes_it_with_their_own(self, people: People) -> None:
        with pytest.raises(Unauthenticated):
            do(password_change.change, people.alice, proof=proof("mallory@mossworks.example.org"), password_hash=passwords.hash_of(NEW))
        do(accounts.log_in, email=ALICE, password=PASSWORD)


class TestSessions:
    def test_the_list_is_ones_own_and_begins_with_this_one(self, people: People) -> None:
        do(
            accounts.log_in,
            email=ALICE,
            password=PASSWORD,
            ip="203.0.113.7",
            user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/144.0",
        )
        mine, other = do(login_sessions.rows, people.alice)
        assert (mine.current, other.current) == (True, False)
        assert (other.device, other.place) == ("Firefox on Linux", "203.0.113.7")

    @pytest.mark.asvs("V7.4.1")
    def test_ending_one_ends_it_at_once_and_tells_its_pages(self, people: People, session: Session) -> None:
        signed = do(accounts.log_in, email=ALICE, password=PASSWORD)
        do(login_sessions.revoke, people.alice, session_id=UUID(do(login_sessions.rows, people.alice)[1].id))
        assert do(accounts.actor_of, token=signed.token) is None
        assert session.exec(select(Event.organization_id).where(Event.kind == "session.ended")).all() == [people.alice.organization_id]

    def test_mallory_ends_nobody_elses(self, people: People) -> None:
        assert people.alice.session_id
        program = do(tokens.log_in, email=ALICE, password=PASSWORD)
        for session_id in (people.alice.session_id, UUID(do(login_sessions.rows, people.alice)[1].id), uuid4()):
            with pytest.raises(NotFound):
                do(login_sessions.revoke, people.mallory, session_id=session_id)
        assert actor(people.tokens["alice"])
        assert do(tokens.refresh, token=program.refresh)

    @pytest.mark.asvs("V7.4.1")
    def test_programs_with_tokens_stand_in_the_list_and_are_ended_there(self, people: People) -> None:
        first = do(tokens.log_in, email=ALICE, password=PASSWORD, device="Stock script")
        newer, other = do(tokens.refresh, token=first.refresh), do(tokens.log_in, email=ALICE, password=PASSWORD)
        _, latest, script = do(login_sessions.rows, people.alice)
        assert (script.device, script.place, latest.device) == ("Stock script", "a program, through the API", "Unknown program")
        do(login_sessions.revoke, people.alice, session_id=UUID(script.id))
        with pytest.raises(InvalidToken):
            do(access_tokens.verify, token=newer.access)
        with pytest.raises(InvalidToken):
            do(tokens.refresh, token=newer.refresh)
        assert do(access_tokens.verify, token=other.access)
        with pytest.raises(NotFound):
            do(login_sessions.revoke, people.alice, session_id=UUID(script.id))

    @pytest.mark.asvs("V7.4.3")
    def test_ending_all_others_ends_programs_too(self, people: People) -> None:
        program = do(tokens.log_in, email=ALICE, password=PASSWORD)
        for _ in range(3):
            do(accounts.log_in, email=ALICE, password=PASSWORD)
        assert do(login_sessions.revoke_others, people.alice) == 4
        assert [row.current for row in do(login_sessions.rows, people.alice)] == [True]
        with pytest.raises(InvalidToken):
            do(access_tokens.verify, token=program.access)
        with pytest.raises(InvalidToken):
            do(tokens.refresh, token=program.refresh)
        assert actor(people.tokens["mallory"])

    @pytest.mark.asvs("V7.5.2")
    def test_ten_minutes_after_the_log_in_it_asks_who_it_is(self, people: People) -> None:
        signed = do(accounts.log_in, email=ALICE, password=PASSWORD)
        other = UUID(do(login_sessions.rows, people.alice)[1].id)
        age(people.alice)
        for call in (
            lambda: do(login_sessions.revoke, people.alice, session_id=other),
            lambda: do(login_sessions.revoke_others, people.alice),
        ):
            with pytest.raises(FreshLoginNeeded):
                call()
        assert actor(signed.token)

    @pytest.mark.asvs("V7.4.1")
    def test_a_log_out_closes_the_other_pages_of_the_browser(self, people: People, session: Session) -> None:
        do(accounts.log_out, token=people.tokens["alice"])
        assert session.exec(select(Event.organization_id).where(Event.kind == "session.ended")).all() == [people.alice.organization_id]

    def test_a_token_and_staff_who_act_for_somebody_may_nothing_here(self, people: People) -> None:
        from dataclasses import replace

        for who in (replace(people.alice, session_id=None), replace(people.alice, staff_id=people.sid.user_id)):
            for call in (
                lambda w=who: do(login_sessions.rows, w),
                lambda w=who: do(login_sessions.revoke_others, w),
                lambda w=who: do(account_deletion.account, w),
                lambda w=who: do(account_deletion.rename, w, name="x"),
                lambda w=who: do(email_address.change, w, email="a@b.example.org"),
                lambda w=who: do(account_deletion.delete_account, w, typed=ALICE),
            ):
                with pytest.raises(Forbidden):
                    call()


class TestTheEnd:
    def test_the_only_owner_of_a_team_cannot_go(self, people: People) -> None:
        assert "Larkfield Studio" in do(account_deletion.account, people.alice).blocked
        with pytest.raises(Conflict, match="Larkfield Studio"):
            do(account_deletion.delete_account, people.alice, typed=ALICE)
        with db.transaction() as session:
            member = session.exec(select(Membership).where(Membership.user_id == people.adam.user_id, Membership.role == Role.ADMIN)).one()
            member.role = Role.OWNER
        do(account_deletion.delete_account, people.alice, typed=ALICE)

    def test_it_needs_the_password_and_the_address(self, people: People) -> None:
        with pytest.raises(InvalidInput):
            do(account_deletion.delete_account, people.mallory, typed="yes")
        age(people.mallory)
        with pytest.raises(FreshLoginNeeded):
            do(account_deletion.delete_account, people.mallory, typed="mallory@mossworks.example.org")

    @pytest.mark.asvs("V7.4.2")
    def test_in_the_trash_every_door_is_closed_and_a_log_in_opens_one(self, people: People) -> None:
        email = "mallory@mossworks.example.org"
        do(account_deletion.delete_account, people.mallory, typed=email)
        assert do(accounts.actor_of, token=people.tokens["mallory"]) is None
        with pytest.raises(Unauthenticated):
            do(tokens.log_in, email=email, password=PASSWORD)
        signed = do(accounts.log_in, email=email, password=PASSWORD)
        assert signed.trashed
        assert do(accounts.actor_of, token=signed.token) is None
        do(account_deletion.restore, token=signed.token)
        assert actor(signed.token).user_id == people.mallory.user_id
        with pytest.raises(Unauthenticated):
            do(account_deletion.restore, token=signed.token)

    def test_who_forgot_the_password_restores_it_all_the_same(self, people: People, session: Session) -> None:
        email = "mallory@mossworks.example.org"
        do(account_deletion.delete_account, people.mallory, typed=email)
        reset(reset_link(session, email))
        signed = do(accounts.log_in, email=email, password=NEW)
        assert signed.trashed
        do(account_deletion.restore, token=signed.token)
        assert actor(signed.token).user_id == people.mallory.user_id

    def test_what_its_keys_have_events_sent_to_gets_none(self, people: People, session: Session) -> None:
        secret = do(api_keys.create, people.adam, name="Zap", scopes=["webhooks:manage"]).secret
        program = do(api_key_access.authenticate, key=secret).actor
        do(rest_hooks.subscribe, program, url="https://hooks.example.org/adam", event="job.completed")
        do(account_deletion.delete_account, people.adam, typed=factors.email_of(people.adam))
        (row,) = session.exec(select(WebhookEndpoint)).all()
        assert (row.enabled, row.disabled_reason) == (False, "Adam Ash deleted the account whose API key made it.")

    def test_the_end_stands_in_the_log_of_every_house(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            writing.add(Membership(user_id=people.mallory.user_id, organization_id=people.alice.organization_id, role=Role.VIEWER))
        do(account_deletion.delete_account, people.mallory, typed="mallory@mossworks.example.org")
        with db.transaction() as writing:
            user = writing.get_one(User, people.mallory.user_id)
            user.deleted_at = user.disabled_at = user.created_at - timedelta(days=31)
        do(account_deletion.purge)
        for house in (people.alice.organization_id, people.mallory.organization_id):
            assert len(rows(session, house, "account.purged")) == 1

    def test_one_that_staff_disabled_does_not_come_back(self, people: People) -> None:
        email = "mallory@mossworks.example.org"
        do(account_deletion.delete_account, people.mallory, typed=email)
        signed = do(accounts.log_in, email=email, password=PASSWORD)
        with db.transaction() as session:
            user = session.get_one(User, people.mallory.user_id)
            user.disabled_at = user.created_at
        with pytest.raises(Unauthenticated):
            do(account_deletion.restore, token=signed.token)
        with pytest.raises(Unauthenticated):
            do(accounts.log_in, email=email, password=PASSWORD)

    def test_after_thirty_days_name_and_address_are_gone(self, people: People, session: Session) -> None:
        email = "mallory@mossworks.example.org"
        do(account_deletion.delete_account, people.mallory, typed=email)
        do(account_deletion.purge)
        assert session.get_one(User, people.mallory.user_id).email == email
        with db.transaction() as writing:
            user = writing.get_one(User, people.mallory.user_id)
            user.deleted_at = user.disabled_at = user.created_at - timedelta(days=31)
        do(account_deletion.purge)
        session.rollback()
        session.expire_all()
        emptied = session.get_one(User, people.mallory.user_id)
        assert (emptied.name, emptied.password_hash) == ("Deleted person", "")
        assert email not in repr(emptied.model_dump())
        assert session.exec(select(Membership).where(Membership.user_id == emptied.id)).all() == []
        assert len(mails(session, MailKind.ACCOUNT_DELETED, email)) == 1
        with pytest.raises(CoexaiError):
            do(accounts.log_in, email=email, password=PASSWORD)
        do(accounts.sign_up, name="Mallory", email=email, password=PASSWORD)
