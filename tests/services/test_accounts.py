"""Sign up, log in, log out, switch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from coexai_app import access, db
from coexai_app.access import Permission, Role
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited, Unauthenticated
from coexai_app.models import AuditLog, LoginSession, Mail, Membership, User
from coexai_app.services import accounts
from tests.people import PASSWORD, People, actor, do


class TestSignUp:
    def test_the_first_account_is_staff_and_the_second_is_not(self, people: People) -> None:
        assert people.sid.is_staff
        assert not people.alice.is_staff

    def test_a_new_account_owns_its_organisation(self, people: People, session: Session) -> None:
        row = session.exec(select(Membership).where(Membership.user_id == people.mallory.user_id)).one()
        assert row.role is Role.OWNER
        assert row.organization_id == people.mallory.organization_id

    @pytest.mark.asvs("V11.4.2")
    def test_the_password_is_stored_as_argon2id_only(self, people: People, session: Session) -> None:
        user = session.get_one(User, people.alice.user_id)
        assert user.password_hash.startswith("$argon2id$")
        assert PASSWORD not in user.password_hash

    def test_the_cookie_is_stored_only_as_its_hash(self, people: People, session: Session) -> None:
        stored = session.exec(select(LoginSession.token_hash)).all()
        assert people.tokens["alice"] not in stored

    @pytest.mark.asvs("V6.3.8")
    def test_an_address_can_be_used_once_whatever_its_case_and_its_owner_hears_of_it(self, people: People, session: Session) -> None:
        for _ in range(7):
            with pytest.raises(Conflict):
                do(accounts.sign_up, name="Eve", email="ALICE@larkfield.Example.org", password=PASSWORD)
        told = session.exec(select(Mail).where(Mail.to_address == "alice@larkfield.example.org")).all()
        assert [mail.kind for mail in told] == ["address_taken"] * 5
        assert "token=" not in told[0].text
        assert session.exec(select(User).where(User.name == "Eve")).all() == []

    @pytest.mark.asvs("V2.2.1", "V6.2.1")
    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"email": "not an address"}, "email"),
            ({"email": ""}, "email"),
            ({"password": "short"}, "password"),
            ({"password": "aaaaaaaaaaaa"}, "password"),
            ({"password": "x" * 201}, "password"),
            ({"name": "   "}, "name"),
            ({"name": "\x00\x01"}, "name"),
        ],
    )
    def test_a_wrong_field_is_named_and_nothing_is_stored(
        self, instance: None, session: Session, wrong: dict[str, str], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as caught:
            do(accounts.sign_up, **{"name": "Eve", "email": "eve@own.example.org", "password": PASSWORD, **wrong})
        assert caught.value.field == field
        assert session.exec(select(User)).all() == []

    def test_an_unknown_time_zone_becomes_utc(self, instance: None) -> None:
        signed = do(accounts.sign_up, name="Eve", email="eve@own.example.org", password=PASSWORD, timezone="Mars/Olympus")
        assert actor(signed.token).timezone == "UTC"


class TestLogIn:
    def test_the_right_password_opens_a_session(self, people: People) -> None:
        signed = do(accounts.log_in, email=" Alice@Larkfield.example.org ", password=PASSWORD)
        assert actor(signed.token).user_id == people.alice.user_id

    @pytest.mark.parametrize(
        ("kept", "typed"),
        [
            ("ana@bücher.example.org", "Ana@xn--bcher-kva.example.org"),  # as Chrome sends it
            ("ana@xn--bcher-kva.example.org", "ana@BÜCHER.example.org"),
            ("r\u00e9my@own.example.org", "re\u0301my@own.example.org"),
        ],
    )
    def test_an_address_of_other_letters_is_known_however_it_is_written(self, people: People, kept: str, typed: str) -> None:
        signed = do(accounts.sign_up, name="Ana", email=kept, password=PASSWORD)
        assert do(accounts.log_in, email=typed, password=PASSWORD).user_id == signed.user_id
        for _ in range(accounts.MAX_FAILURES):
            do(accounts.note_failure, email=kept)
        with pytest.raises(RateLimited):
            do(accounts.log_in, email=typed, password=PASSWORD)

    def test_letters_that_only_look_alike_are_somebody_else(self, people: People) -> None:
        for alike in ("\u0430lice@larkfield.example.org", "alice@l\u0430rkfield.example.org"):
            assert do(accounts.sign_up, name="Eve", email=alike, password=PASSWORD).user_id != people.alice.user_id

    @pytest.mark.asvs("V6.3.8")
    @pytest.mark.parametrize(
        ("email", "password"), [("alice@larkfield.example.org", "wrong password"), ("nobody@own.example.org", PASSWORD)]
    )
    def test_a_wrong_address_and_a_wrong_password_get_the_same_answer(self, people: People, email: str, password: str) -> None:
        with pytest.raises(Unauthenticated, match=r"^The e-mail address or the password is not right\.$"):
            do(accounts.log_in, email=email, password=password)

    @pytest.mark.asvs("V6.3.1")
    def test_five_failures_make_the_account_wait_and_no_other(self, people: People) -> None:
        for _ in range(accounts.MAX_FAILURES):
            do(accounts.note_failure, email="alice@larkfield.example.org")
        with pytest.raises(RateLimited):
            do(accounts.log_in, email="alice@larkfield.example.org", password=PASSWORD)
        do(accounts.log_in, email="mallory@mossworks.example.org", password=PASSWORD)

    @pytest.mark.asvs("V7.3.2")
    def test_a_session_ends_seven_days_after_its_log_in_however_it_is_used(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            row = writing.exec(select(LoginSession).where(LoginSession.user_id == people.alice.user_id)).one()
            row.last_seen_at = row.expires_at = row.created_at + timedelta(hours=1)
        do(accounts.touch, token=people.tokens["alice"])
        row = session.exec(select(LoginSession).where(LoginSession.user_id == people.alice.user_id)).one()
        assert row.expires_at - row.created_at == timedelta(hours=1)

    @pytest.mark.asvs("V7.2.2")
    def test_each_log_in_has_a_session_of_its_own(self, people: People) -> None:
        made = {do(accounts.log_in, email="alice@larkfield.example.org", password=PASSWORD).token for _ in range(2)}
        assert len(made | {people.tokens["alice"]}) == 3

    def test_a_failure_does_not_store_what_was_typed(self, people: People, session: Session) -> None:
        do(accounts.note_failure, email="my-secret-password")
        assert "my-secret-password" not in repr(session.exec(select(AuditLog.target, AuditLog.data)).all())

    @pytest.mark.asvs("V7.4.1")
    def test_log_out_ends_the_session_at_once(self, people: People) -> None:
        do(accounts.log_out, token=people.tokens["alice"])
        assert do(accounts.actor_of, token=people.tokens["alice"]) is None
        do(accounts.log_out, token=people.tokens["alice"])

    @pytest.mark.asvs("V7.2.1")
    def test_a_made_up_cookie_belongs_to_nobody(self, people: People) -> None:
        assert do(accounts.actor_of, token="x" * 43) is None


class TestSwitch:
    def test_bob_may_switch_between_his_organisations(self, people: People) -> None:
        own = next(o for o in do(accounts.me, people.bob).organizations if not o.current)
        from uuid import UUID

        do(accounts.switch, token=people.tokens["bob"], organization_id=UUID(own.id))
        now = actor(people.tokens["bob"])
        assert (str(now.organization_id), now.role) == (own.id, Role.OWNER)

    @pytest.mark.asvs("V8.4.1")
    def test_mallory_cannot_enter_larkfield(self, people: People) -> None:
        with pytest.raises(NotFound):
            do(accounts.switch, token=people.tokens["mallory"], organization_id=people.alice.organization_id)
        assert actor(people.tokens["mallory"]).organization_id == people.mallory.organization_id


class TestPermissions:
    @pytest.mark.parametrize(
        ("who", "permission", "allowed"),
        [
            ("vera", Permission.VIEW_WORK, True),
            ("vera", Permission.RUN_AGENT, False),
            ("bob", Permission.RUN_AGENT, True),
            ("bob", Permission.MANAGE_TEAM, False),
            ("adam", Permission.MANAGE_BILLING, True),
            ("adam", Permission.OWN, False),
            ("alice", Permission.OWN, True),
        ],
    )
    def test_roles(self, people: People, who: str, permission: Permission, allowed: bool) -> None:
        person = getattr(people, who)
        assert person.may(permission) is allowed
        if not allowed:
            with pytest.raises(Forbidden):
                access.require(person, permission)
