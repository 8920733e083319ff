"""Two things at once with one account: one after the other they would be right, and so they are when they meet half-way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.errors import CoexaiError
from coexai_app.models import LoginSession, MailKind, Membership, RefreshToken, Role, User
from coexai_app.models.base import now
from coexai_app.services import (
    account_deletion,
    accounts,
    email_address,
    identities,
    members,
    password_change,
    passwords,
    person,
    pictures,
    proofs,
    sign_ins,
    tokens,
)
from tests.people import PASSWORD, People, do
from tests.services.test_account_life import mails, reset_link, token_in

ALICE = "alice@larkfield.example.org"
NEW, NEWER = "violet harbour ninety", "a lantern under seven elms"
Meet = Callable[[Any, str, Callable[[], Any], Callable[[], Any]], list[str]]


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Meet]:
    """Runs `first` until it calls `module.name`, then `second` beside it: to its end, or until it waits for the first."""

    def run(module: Any, name: str, first: Callable[[], Any], second: Callable[[], Any]) -> list[str]:
        came: dict[str, str] = {}
        real = getattr(module, name)

        def note(which: str, work: Callable[[], Any]) -> None:
            try:
                work()
                came[which] = "done"
            except CoexaiError as error:
                came[which] = type(error).__name__

        beside = threading.Thread(target=note, args=("second", second))

        def half_way(*args: Any, **kwargs: Any) -> Any:
            if not beside.ident and threading.current_thread() is threading.main_thread():
                beside.start()
                beside.join(0.5)
            return real(*args, **kwargs)

        monkeypatch.setattr(module, name, half_way)
        note("first", first)
        assert beside.ident, f"{name} was not called"
        beside.join(10)
        return [came["first"], came["second"]]

    return run


def reset(token: str, password: str = NEW) -> Callable[[], None]:
    made = passwords.hash_of(password)
    return lambda: do(password_change.reset, token=token, password_hash=made)


def opens(password: str) -> bool:
    try:
        do(accounts.log_in, email=ALICE, password=password)
    except CoexaiError:
        return False
    return True


@pytest.mark.asvs("V7.4.3")
class TestALogInWhileThePasswordIsReset:
    def test_no_session_of_the_old_password_is_left(self, people: People, session: Session, meet: Meet) -> None:
        link = reset_link(session)
        meet(sign_ins, "note", lambda: do(accounts.log_in, email=ALICE, password=PASSWORD), reset(link))
        session.rollback()
        assert session.exec(select(LoginSession).where(LoginSession.user_id == people.alice.user_id)).all() == []
        assert not opens(PASSWORD)

    def test_nor_a_token(self, people: People, session: Session, meet: Meet) -> None:
        link = reset_link(session)
        meet(sign_ins, "note", lambda: do(tokens.log_in, email=ALICE, password=PASSWORD), reset(link))
        session.rollback()
        assert all(row.revoked_at for row in session.exec(select(RefreshToken)).all())


@pytest.mark.asvs("V2.3.4")
class TestTwoChangesOfOneAccount:
    def test_of_two_links_to_a_new_password_one_counts(self, people: People, session: Session, meet: Meet) -> None:
        first, second = reset_link(session), reset_link(session)
        came = meet(identities, "drop_unproved", reset(first), reset(second, NEWER))
        assert came == ["done", "DeadLink"]
        assert (opens(NEW), opens(NEWER)) == (True, False)

    def test_a_new_address_or_a_new_password_and_never_both(self, people: People, session: Session, meet: Meet) -> None:
        """Somebody at Alice's desk has asked for another address; while they confirm it, Alice sets a new password."""
        do(email_address.change, people.alice, email="thief@own.example.org")
        theirs = token_in(mails(session, MailKind.VERIFY_EMAIL, "thief@own.example.org")[0])
        link = reset_link(session)
        came = meet(person, "first_home", lambda: do(email_address.confirm, token=theirs), reset(link))
        assert came == ["done", "DeadLink"]
        session.rollback()
        user = session.get_one(User, people.alice.user_id)
        assert user.email == "thief@own.example.org"
        assert passwords.matches(PASSWORD, user.password_hash)

    def test_with_the_old_password_nobody_undoes_a_reset(self, people: People, session: Session, meet: Meet) -> None:
        proof, made = proofs.prove(do(proofs.attempt, email=ALICE), PASSWORD), passwords.hash_of(NEWER)
        link = reset_link(session)
        came = meet(tokens, "bump", reset(link), lambda: do(password_change.change, people.alice, proof=proof, password_hash=made))
        assert came == ["done", "Unauthenticated"]
        assert (opens(NEW), opens(NEWER)) == (True, False)


class TestTheTrash:
    def test_a_log_in_while_the_account_is_deleted_opens_nothing(self, people: People, session: Session, meet: Meet) -> None:
        mallory = "mallory@mossworks.example.org"
        meet(
            sign_ins,
            "note",
            lambda: do(accounts.log_in, email=mallory, password=PASSWORD),
            lambda: do(account_deletion.delete_account, people.mallory, typed=mallory),
        )
        session.rollback()
        assert session.exec(select(LoginSession).where(LoginSession.user_id == people.mallory.user_id)).all() == []

    def test_an_account_that_is_being_emptied_does_not_come_back(self, people: People, session: Session, meet: Meet) -> None:
        mallory = "mallory@mossworks.example.org"
        do(account_deletion.delete_account, people.mallory, typed=mallory)
        signed = do(accounts.log_in, email=mallory, password=PASSWORD)
        with db.transaction() as writing:
            user = writing.get_one(User, people.mallory.user_id)
            user.deleted_at = user.disabled_at = user.created_at - timedelta(days=31)
        came = meet(pictures, "forget", lambda: do(account_deletion.purge), lambda: do(account_deletion.restore, token=signed.token))
        assert came == ["done", "Unauthenticated"]
        session.rollback()
        assert session.get_one(User, people.mallory.user_id).disabled_at is not None


@pytest.mark.asvs("V2.3.4")
class TestTheLastOwner:
    def test_of_two_owners_who_go_at_once_one_stays(self, people: People, session: Session, meet: Meet) -> None:
        with db.transaction() as writing:
            own = select(Membership).where(Membership.organization_id == people.alice.organization_id)
            writing.exec(own.where(Membership.user_id == people.adam.user_id)).one().role = Role.OWNER
        came = meet(
            tokens,
            "bump",
            lambda: do(account_deletion.delete_account, people.alice, typed=ALICE),
            lambda: do(members.leave, people.adam),
        )
        assert came == ["done", "Conflict"]
        session.rollback()
        owners = select(User).join(Membership).where(Membership.organization_id == people.alice.organization_id)
        assert [user.id for user in session.exec(owners.where(Membership.role == Role.OWNER)) if user.disabled_at is None] == [
            people.adam.user_id
        ]

    def test_an_owner_in_the_trash_counts_for_nobody(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            writing.get_one(User, people.adam.user_id).disabled_at = now()
            own = select(Membership).where(Membership.organization_id == people.alice.organization_id)
            writing.exec(own.where(Membership.user_id == people.adam.user_id)).one().role = Role.OWNER
        for go in (
            lambda: do(members.leave, people.alice),
            lambda: do(members.change_role, people.alice, user_id=people.alice.user_id, role="admin"),
            lambda: do(members.transfer, people.alice, user_id=people.adam.user_id),
        ):
            with pytest.raises(CoexaiError) as refused:
                go()
            assert refused.value.code == "CONFLICT"
        do(members.change_role, people.alice, user_id=people.adam.user_id, role="admin")
