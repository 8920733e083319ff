"""Invitations: who sends them, what the link opens, and that one link makes one membership."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.access import Actor, Role
from coexai_app.errors import CoexaiError, Conflict, Forbidden, InvalidInput, NotFound, QuotaExceeded
from coexai_app.models import Invitation, Mail, Membership, User
from coexai_app.models.base import new_id
from coexai_app.scopes import Scope
from coexai_app.services import accounts, invitations, mail, members
from tests.people import PASSWORD, People, actor, do, user_named
from tests.services.test_members import together
from tests.trail import rows

NEW = "nora@new.example.org"
MALLORY = "mallory@mossworks.example.org"


def invite(person: Actor, email: str = NEW, role: str = "member") -> UUID:
    return UUID(do(invitations.invite, person, email=email, role=role).id)


def token_of(session: Session, email: str = NEW) -> str:
    """The token of the newest mail to an address."""
    found = select(Mail.text).where(Mail.to_address == email, Mail.kind == "invitation").order_by(Mail.id.desc())  # type: ignore[attr-defined]
    text = session.exec(found).first() or ""
    session.rollback()
    return re.findall(r"cxi_[\w-]{43}", text)[0]


def sign_up(token: str, name: str = "Nora New") -> Actor:
    return actor(do(invitations.sign_up, token=token, name=name, password=PASSWORD).token)


def change(**values: Any) -> None:
    with db.transaction() as session:
        row = session.exec(select(Invitation)).one()
        for name, value in values.items():
            setattr(row, name, value)


class TestInvite:
    @pytest.mark.parametrize("role", list(Role))
    @pytest.mark.parametrize("who", ["vera", "bob", "adam", "alice"])
    def test_the_matrix(self, people: People, session: Session, who: str, role: Role) -> None:
        person = getattr(people, who)
        if who == "alice" or (who == "adam" and role is not Role.OWNER):
            invite(person, role=role)
            assert session.exec(select(Invitation.role)).one() is role
            return
        with pytest.raises(Forbidden):
            invite(person, role=role)
        assert session.exec(select(Invitation)).all() == []

    def test_a_key_may_not_invite(self, people: People) -> None:
        with pytest.raises(Forbidden):
            invite(replace(people.alice, scopes=frozenset(Scope), key_id=new_id()))

    @pytest.mark.parametrize("email", ["", "nora", "nora@", "a@b@c.org", "nora@new.example.org\nBcc: x@y.org"])
    def test_a_wrong_address_is_named(self, people: People, email: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            invite(people.alice, email)
        assert caught.value.field == "email"

    def test_a_member_and_an_invited_one_are_not_invited_again(self, people: People) -> None:
        with pytest.raises(Conflict, match="member already"):
            invite(people.alice, "BOB@own.example.org")
        invite(people.alice)
        with pytest.raises(Conflict, match="invited already"):
            invite(people.alice, NEW.upper())

    def test_fifty_may_be_open(self, people: People) -> None:
        with db.transaction() as session:
            for n in range(invitations.MAX_OPEN):
                session.add(
                    Invitation(
                        organization_id=people.alice.organization_id,
                        email=f"{n}@new.example.org",
                        role=Role.VIEWER,
                        token_hash=str(n),
                        nonce="",
                        expires_at=db.now(session) + timedelta(days=1),
                    )
                )
        with pytest.raises(QuotaExceeded):
            invite(people.alice)

    def test_the_mail_names_who_what_and_how_long(self, people: People, session: Session) -> None:
        invite(people.adam, role="viewer")
        row = session.exec(select(Mail).where(Mail.kind == "invitation")).one()
        assert row.to_address == NEW
        assert "Adam Ash invites you to Larkfield Studio" in row.subject
        assert all(words in row.text for words in ("a viewer", "7 days", "/invite?token=cxi_"))

    def test_too_many_mails_to_one_address_are_refused_and_nothing_is_stored(self, people: People, session: Session) -> None:
        for _ in range(mail.HOURLY["invitation"]):  # type: ignore[index]
            do(invitations.revoke, people.alice, invitation_id=invite(people.alice))
        with pytest.raises(mail.Refused):
            invite(people.alice)
        session.rollback()
        assert len(session.exec(select(Invitation)).all()) == mail.HOURLY["invitation"]  # type: ignore[index]


class TestToken:
    def test_only_its_hash_is_stored_and_nothing_is_logged(
        self, people: People, session: Session, dump: Callable[[], str], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        ident = invite(people.alice)
        token = token_of(session)
        path = do(invitations.link, people.alice, invitation_id=ident)
        assert path.endswith(token)
        with pytest.raises(Forbidden):
            do(invitations.accept, people.mallory, token=token)
        sign_up(token)
        stored = "\n".join(line for line in dump().splitlines() if not line.startswith("mails:"))
        assert hashlib.sha256(token.encode()).hexdigest() in stored
        assert token not in stored
        assert token not in caplog.text

    @pytest.mark.parametrize("token", ["", "cxi_", "cxi_" + "A" * 43, "../../etc/passwd", "cxi_" + "é" * 43, "'" * 47])
    def test_an_unknown_one_opens_nothing(self, people: People, token: str) -> None:
        for call in (
            lambda: do(invitations.look, token=token),
            lambda: do(invitations.accept, people.bob, token=token),
            lambda: sign_up(token),
        ):
            with pytest.raises(NotFound, match="not valid"):
                call()


class TestManage:
    @pytest.mark.parametrize("verb", ["resend", "revoke", "link"])
    @pytest.mark.parametrize("who", ["vera", "bob", "adam", "alice", "mallory"])
    def test_the_matrix(self, people: People, verb: str, who: str) -> None:
        ident = invite(people.alice)
        call = getattr(invitations, verb)
        if who in ("adam", "alice"):
            do(call, getattr(people, who), invitation_id=ident)
            return
        with pytest.raises(NotFound if who == "mallory" else Forbidden):
            do(call, getattr(people, who), invitation_id=ident)

    @pytest.mark.parametrize("verb", ["resend", "revoke", "link"])
    def test_an_admin_does_not_touch_the_invitation_of_an_owner(self, people: People, verb: str) -> None:
        ident = invite(people.alice, role="owner")
        with pytest.raises(Forbidden):
            do(getattr(invitations, verb), people.adam, invitation_id=ident)

    def test_sent_again_the_old_link_is_dead(self, people: People, session: Session) -> None:
        ident = invite(people.alice)
        old = token_of(session)
        change(expires_at=db.now(session) - timedelta(days=1))
        do(invitations.resend, people.alice, invitation_id=ident)
        with pytest.raises(NotFound):
            do(invitations.look, token=old)
        assert do(invitations.look, token=token_of(session)).email == NEW

    def test_the_list_shows_what_waits(self, people: People, session: Session) -> None:
        invite(people.adam)
        (row,) = do(invitations.page, people.alice)
        assert (row.email, row.role_label, row.by, row.ends, row.expired) == (NEW, "Member", "Adam Ash", "link ends in 7 days", False)
        change(expires_at=db.now(session) - timedelta(hours=1))
        assert do(invitations.page, people.alice)[0].expired
        assert do(invitations.page, people.mallory) == ()
        for who in (people.bob, people.vera):
            with pytest.raises(Forbidden):
                do(invitations.page, who)

    def test_the_roles_to_choose_from(self, people: People) -> None:
        assert [c.value for c in do(invitations.roles, people.alice)] == ["viewer", "member", "admin", "owner"]
        assert [c.value for c in do(invitations.roles, people.adam)] == ["viewer", "member", "admin"]
        assert do(invitations.roles, people.bob) == ()

    def test_whoever_is_removed_takes_their_open_invitations_along(self, people: People, session: Session) -> None:
        invite(people.adam)
        token = token_of(session)
        do(members.remove, people.alice, user_id=people.adam.user_id)
        with pytest.raises(Conflict, match="taken back"):
            sign_up(token)


class TestLook:
    def test_it_tells_what_the_mail_told(self, people: People, session: Session) -> None:
        invite(people.alice, role="admin")
        look = do(invitations.look, token=token_of(session))
        assert look.model_dump() == {
            "organization": "Larkfield Studio",
            "inviter": "Alice Archer",
            "email": NEW,
            "role": "an admin",
            "account": False,
        }
        invite(people.alice, MALLORY)
        assert do(invitations.look, token=token_of(session, MALLORY)).account

    def test_each_end_is_told_in_words(self, people: People, session: Session) -> None:
        invite(people.alice)
        token, at = token_of(session), db.now(session)
        session.rollback()
        for values, words in (
            ({"expires_at": at - timedelta(seconds=1)}, "too old"),
            ({"revoked_at": at}, "taken back"),
            ({"accepted_at": at}, "used already"),
        ):
            change(**values)
            for call in (lambda: do(invitations.look, token=token), lambda: sign_up(token)):
                with pytest.raises(Conflict, match=words):
                    call()


class TestJoin:
    def test_a_new_person_signs_up_with_the_invited_address_and_lands_inside(self, people: People, session: Session) -> None:
        invite(people.alice)
        nora = sign_up(token_of(session))
        assert (nora.organization_id, nora.role, nora.is_staff) == (people.alice.organization_id, Role.MEMBER, False)
        assert session.get_one(User, nora.user_id).email == NEW
        assert len(session.exec(select(Membership).where(Membership.user_id == nora.user_id)).all()) == 1
        assert len(rows(session, people.alice.organization_id, "invitation.accepted")) == 1

    def test_somebody_with_an_account_joins_and_goes_on_there(self, people: People, session: Session) -> None:
        invite(people.alice, MALLORY, "viewer")
        do(invitations.accept, people.mallory, token=token_of(session, MALLORY))
        now = actor(people.tokens["mallory"])
        assert (now.organization_id, now.role) == (people.alice.organization_id, Role.VIEWER)

    @pytest.mark.parametrize("who", ["mallory", "bob", "alice"])
    def test_the_link_is_for_one_address(self, people: People, session: Session, who: str) -> None:
        invite(people.alice)
        with pytest.raises(Forbidden, match=NEW):
            do(invitations.accept, getattr(people, who), token=token_of(session))
        session.rollback()
        assert session.exec(select(Invitation.accepted_at)).one() is None

    def test_an_address_with_an_account_cannot_be_signed_up_again(self, people: People, session: Session) -> None:
        invite(people.alice, MALLORY)
        with pytest.raises(Conflict, match="account"):
            sign_up(token_of(session, MALLORY))

    def test_a_key_does_not_accept(self, people: People, session: Session) -> None:
        invite(people.alice, MALLORY)
        with pytest.raises(Forbidden):
            do(invitations.accept, replace(people.mallory, scopes=frozenset(Scope), key_id=new_id()), token=token_of(session, MALLORY))

    def test_twenty_at_once_make_one_membership(self, people: People, session: Session) -> None:
        invite(people.alice, MALLORY)
        token = token_of(session, MALLORY)
        results = together(*[lambda: do(invitations.accept, people.mallory, token=token)] * 20)
        assert results == [people.alice.organization_id] * 20
        here = select(Membership).where(Membership.organization_id == people.alice.organization_id)
        assert len(session.exec(here.where(Membership.user_id == people.mallory.user_id)).all()) == 1
        assert len(rows(session, people.alice.organization_id, "invitation.accepted")) == 1

    def test_eight_sign_ups_at_once_make_one_person(self, people: People, session: Session) -> None:
        invite(people.alice)
        token = token_of(session)
        results = together(*[lambda: sign_up(token)] * 8)
        assert sum(isinstance(r, Actor) for r in results) == 1
        assert all(isinstance(r, Actor | CoexaiError) for r in results)
        assert user_named("Nora New")

    def test_a_used_link_does_not_let_somebody_in_who_was_removed(self, people: People, session: Session) -> None:
        invite(people.alice, MALLORY)
        token = token_of(session, MALLORY)
        do(invitations.accept, people.mallory, token=token)
        do(members.remove, people.alice, user_id=people.mallory.user_id)
        back = actor(do(accounts.log_in, email=MALLORY, password=PASSWORD).token)
        with pytest.raises(Conflict, match="used already"):
            do(invitations.accept, back, token=token)

    def test_nobody_is_raised_or_lowered_by_a_link(self, people: People, session: Session) -> None:
        invite(people.alice, MALLORY, "admin")
        with db.transaction() as writing:
            writing.add(Membership(user_id=people.mallory.user_id, organization_id=people.alice.organization_id, role=Role.VIEWER))
        do(invitations.accept, people.mallory, token=token_of(session, MALLORY))
        assert actor(people.tokens["mallory"]).role is Role.VIEWER
