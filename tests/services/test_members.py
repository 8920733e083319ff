"""Members: who sees them, who changes whose role, who may be removed, and that an owner always stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor, Role
from coexai_app.errors import CoexaiError, Conflict, Forbidden, FreshLoginNeeded, InvalidInput, InvalidToken, NotFound
from coexai_app.models import ApiKey, Event, Invitation, LoginSession, Mail, Membership, RefreshToken, User, WebhookEndpoint
from coexai_app.models.base import new_id
from coexai_app.scopes import Scope
from coexai_app.services import (
    access_tokens,
    account_deletion,
    accounts,
    api_key_access,
    api_keys,
    invitations,
    members,
    organizations,
    rest_hooks,
    tokens,
    webhook_endpoints,
)
from tests import factors
from tests.people import PASSWORD, People, actor, do
from tests.trail import rows

RANKS = ("vera", "bob", "adam", "alice")


def role_of(session: Session, person: Actor, organization_id: Any = None) -> Role | None:
    session.rollback()
    found = select(Membership.role).where(Membership.user_id == person.user_id)
    return session.exec(found.where(Membership.organization_id == (organization_id or person.organization_id))).first()


def make(person: Actor, role: Role) -> None:
    with db.transaction() as session:
        found = select(Membership).where(Membership.user_id == person.user_id, Membership.organization_id == person.organization_id)
        session.exec(found).one().role = role


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Runs the calls at once; what each returned, or the error that it raised."""
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(n: int, call: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[n] = call()
        except CoexaiError as error:
            results[n] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class TestPage:
    @pytest.mark.parametrize("who", RANKS)
    def test_every_member_sees_who_works_here(self, people: People, who: str) -> None:
        found = do(members.page, getattr(people, who))
        assert [row.name.split()[0] for row in found.rows] == ["Alice", "Adam", "Bob", "Vera"]
        assert [row.role for row in found.rows] == ["owner", "admin", "member", "viewer"]
        assert [row.you for row in found.rows].index(True) == ["alice", "adam", "bob", "vera"].index(who)
        assert {row.seen for row in found.rows} == {"now"}

    def test_mallory_sees_only_herself(self, people: People) -> None:
        assert [row.name for row in do(members.page, people.mallory).rows] == ["Mallory Moss"]

    def test_what_may_not_be_done_says_why(self, people: People) -> None:
        by_adam = {row.name.split()[0]: row for row in do(members.page, people.adam).rows}
        assert "Only an owner" in by_adam["Alice"].locked
        assert [c.value for c in by_adam["Bob"].roles] == ["admin", "member", "viewer"]
        assert by_adam["Bob"].may_remove
        assert not by_adam["Alice"].may_remove
        assert "last owner" in do(members.page, people.alice).rows[0].locked
        assert all("does not allow" in row.locked for row in do(members.page, people.bob).rows)

    def test_who_has_no_second_step_is_told_to_those_who_look_after_the_team(self, people: People) -> None:
        factors.enrol_app(people.bob)
        assert {row.name: row.alone for row in do(members.page, people.adam).rows} == {
            "Alice Archer": True,
            "Adam Ash": True,
            "Bob Birch": False,
            "Vera Vine": True,
        }
        assert {row.alone for row in do(members.page, people.vera).rows} == {False}

    def test_a_page_has_a_bounded_size(self, people: People) -> None:
        first, second = do(members.page, people.bob, limit=3), do(members.page, people.bob, page=2, limit=3)
        assert (len(first.rows), len(second.rows), first.total) == (3, 1, 4)

    def test_a_key_needs_its_scope(self, people: People) -> None:
        from dataclasses import replace

        with pytest.raises(Forbidden):
            do(members.page, replace(people.adam, scopes=frozenset({Scope.JOBS_READ}), key_id=new_id()))
        assert do(members.page, replace(people.adam, scopes=frozenset({Scope.MEMBERS_READ}), key_id=new_id())).total == 4


# Who may give whom which role: everything that is not here is refused.
ALLOWED = {
    **{("alice", target, role): True for target in ("adam", "bob", "vera") for role in Role},
    **{("adam", target, role): True for target in ("bob", "vera") for role in (Role.ADMIN, Role.MEMBER, Role.VIEWER)},
    **{("adam", "adam", role): True for role in (Role.ADMIN, Role.MEMBER, Role.VIEWER)},
    ("alice", "alice", Role.OWNER): True,
}


class TestChangeRole:
    @pytest.mark.parametrize("role", list(Role))
    @pytest.mark.parametrize("target", RANKS)
    @pytest.mark.parametrize("who", [*RANKS, "mallory"])
    def test_the_matrix(self, people: People, session: Session, who: str, target: str, role: Role) -> None:
        person, other = getattr(people, who), getattr(people, target)
        before = role_of(session, other)
        if ALLOWED.get((who, target, role)):
            do(members.change_role, person, user_id=other.user_id, role=role.value)
            assert role_of(session, other) is role
            return
        kind = NotFound if who == "mallory" else Conflict if (who, target) == ("alice", "alice") else Forbidden
        with pytest.raises(kind):
            do(members.change_role, person, user_id=other.user_id, role=role.value)
        assert role_of(session, other) is before

    def test_an_admin_manages_another_admin(self, people: People, session: Session) -> None:
        make(people.bob, Role.ADMIN)
        do(members.change_role, people.adam, user_id=people.bob.user_id, role="viewer")
        assert role_of(session, people.bob) is Role.VIEWER

    @pytest.mark.parametrize("role", ["root", "", "OWNER", "owner ", "staff"])
    def test_a_role_that_does_not_exist_is_refused(self, people: People, role: str) -> None:
        with pytest.raises(InvalidInput):
            do(members.change_role, people.alice, user_id=people.bob.user_id, role=role)

    def test_a_stale_actor_is_judged_by_the_role_of_now(self, people: People, session: Session) -> None:
        make(people.adam, Role.VIEWER)
        with pytest.raises(Forbidden):
            do(members.change_role, people.adam, user_id=people.bob.user_id, role="viewer")
        assert role_of(session, people.bob) is Role.MEMBER

    def test_it_leaves_its_trail_a_mail_and_an_event(self, people: People, session: Session) -> None:
        do(members.change_role, people.alice, user_id=people.bob.user_id, role="viewer")
        (row,) = rows(session, people.alice.organization_id, "member.role_changed")
        assert (row.before, row.after, row.target_name, row.user_name) == (
            {"role": "member"},
            {"role": "viewer"},
            "Bob Birch",
            "Alice Archer",
        )
        assert session.exec(select(Event.ref_id).where(Event.kind == "member.changed")).all() == [people.bob.user_id]
        assert "viewer" in session.exec(select(Mail.subject).where(Mail.kind == "role_changed")).one()

    def test_the_same_role_changes_nothing(self, people: People, session: Session) -> None:
        do(members.change_role, people.alice, user_id=people.bob.user_id, role="member")
        assert rows(session, people.alice.organization_id, "member.role_changed") == []

    def test_clients_keep_their_log_in_and_get_the_new_role(self, people: People) -> None:
        made = do(tokens.log_in, email="bob@own.example.org", password=PASSWORD, organization_id=people.bob.organization_id)
        do(members.change_role, people.alice, user_id=people.bob.user_id, role="viewer")
        with pytest.raises(InvalidToken):
            do(access_tokens.verify, token=made.access)
        assert do(access_tokens.verify, token=do(tokens.refresh, token=made.refresh).access).role is Role.VIEWER

    def test_open_invitations_above_a_lower_role_end(self, people: People, session: Session) -> None:
        do(invitations.invite, people.adam, email="new@own.example.org", role="admin")
        do(members.change_role, people.alice, user_id=people.adam.user_id, role="member")
        assert session.exec(select(Invitation.revoked_at)).one() is not None


@pytest.mark.asvs("V2.3.4")
class TestLastOwner:
    def test_two_owners_who_demote_each_other_leave_one(self, people: People, session: Session) -> None:
        make(people.adam, Role.OWNER)
        adam = actor(people.tokens["adam"])
        for _ in range(5):
            results = together(
                lambda: do(members.change_role, people.alice, user_id=adam.user_id, role="viewer"),
                lambda: do(members.change_role, adam, user_id=people.alice.user_id, role="viewer"),
            )
            roles = {role_of(session, people.alice), role_of(session, adam)}
            assert roles == {Role.OWNER, Role.VIEWER}
            assert sorted(type(r).__name__ for r in results) == ["Forbidden", "NoneType"]
            make(people.alice, Role.OWNER)
            make(people.adam, Role.OWNER)

    def test_two_owners_who_step_down_at_once_leave_one(self, people: People, session: Session) -> None:
        make(people.adam, Role.OWNER)
        adam = actor(people.tokens["adam"])
        results = together(
            lambda: do(members.change_role, people.alice, user_id=people.alice.user_id, role="member"),
            lambda: do(members.leave, adam),
        )
        assert sorted(type(r).__name__ for r in results) == ["Conflict", "NoneType"]
        owners = select(Membership).where(Membership.organization_id == people.alice.organization_id, Membership.role == Role.OWNER)
        assert len(session.exec(owners).all()) == 1

    def test_the_last_owner_neither_leaves_nor_steps_down(self, people: People) -> None:
        with pytest.raises(Conflict, match="last owner"):
            do(members.leave, people.alice)
        with pytest.raises(Conflict, match="last owner"):
            do(members.change_role, people.alice, user_id=people.alice.user_id, role="admin")


def trash_account(person: Actor) -> Any:
    with db.reading() as session:
        email = session.get_one(User, person.user_id).email
    return do(account_deletion.delete_account, person, typed=email)


@pytest.mark.asvs("V2.3.4")
class TestAnOwnerInTheTrash:
    """Adam owns the organisation too, and deletes his account: he cannot log in, so he keeps it for nobody."""

    @pytest.fixture
    def adam(self, people: People) -> Actor:
        make(people.adam, Role.OWNER)
        return actor(people.tokens["adam"])

    def test_the_other_one_is_the_last(self, people: People, adam: Actor) -> None:
        trash_account(adam)
        assert do(organizations.get, people.alice).why_not_leave
        rows_ = {row.name: row for row in do(members.page, people.alice).rows}
        assert "last owner" in rows_["Alice Archer"].locked
        assert rows_["Adam Ash"].may_remove
        for call in (
            lambda: do(members.leave, people.alice),
            lambda: do(members.change_role, people.alice, user_id=people.alice.user_id, role="admin"),
        ):
            with pytest.raises(Conflict, match="last owner"):
                call()

    def test_and_hands_it_to_nobody_who_cannot_log_in(self, people: People, session: Session) -> None:
        trash_account(people.bob)
        with pytest.raises(Conflict, match="in the trash"):
            do(members.transfer, people.alice, user_id=people.bob.user_id)
        assert str(people.bob.user_id) not in repr(do(organizations.get, people.alice))
        assert role_of(session, people.alice) is Role.OWNER

    def test_but_takes_him_out_or_down(self, people: People, adam: Actor, session: Session) -> None:
        trash_account(adam)
        do(members.change_role, people.alice, user_id=adam.user_id, role="viewer")
        assert role_of(session, adam) is Role.VIEWER
        do(members.remove, people.alice, user_id=adam.user_id)
        assert role_of(session, adam) is None

    def test_one_deletes_the_account_while_the_other_leaves(self, people: People, adam: Actor, session: Session) -> None:
        results = together(lambda: trash_account(adam), lambda: do(members.leave, people.alice))
        assert sorted(type(r).__name__ for r in results) == ["Conflict", "NoneType"]
        session.rollback()
        able = select(Membership.role).join(User).where(col(User.disabled_at).is_(None))
        able = able.where(Membership.organization_id == people.alice.organization_id, Membership.role == Role.OWNER)
        assert len(session.exec(able).all()) == 1

    def test_their_open_invitations_end_and_say_so(self, people: People, adam: Actor, session: Session) -> None:
        do(invitations.invite, adam, email="new@own.example.org", role="owner")
        trash_account(adam)
        assert session.exec(select(Invitation.revoked_at)).one() is not None
        assert [row.user_id for row in rows(session, adam.organization_id, "invitation.revoked")] == [adam.user_id]


class TestRemove:
    @pytest.mark.parametrize("target", RANKS)
    @pytest.mark.parametrize("who", [*RANKS, "mallory"])
    def test_the_matrix(self, people: People, session: Session, who: str, target: str) -> None:
        person, other = getattr(people, who), getattr(people, target)
        if who in ("adam", "alice") and target != who and target != "alice":
            do(members.remove, person, user_id=other.user_id)
            assert role_of(session, other) is None
            return
        with pytest.raises((Forbidden, NotFound, Conflict)) as caught:
            do(members.remove, person, user_id=other.user_id)
        assert (caught.type is NotFound) == (who == "mallory")
        assert role_of(session, other) is not None

    @pytest.mark.asvs("V7.4.2")
    def test_everything_that_opens_the_organisation_ends_at_once(self, people: People, session: Session) -> None:
        made = do(tokens.log_in, email="bob@own.example.org", password=PASSWORD, organization_id=people.bob.organization_id)
        key = do(api_keys.create, people.bob, name="Site", scopes=["jobs:read"])
        do(members.remove, people.alice, user_id=people.bob.user_id)
        assert do(accounts.actor_of, token=people.tokens["bob"]) is None
        here = (LoginSession.user_id == people.bob.user_id, LoginSession.organization_id == people.bob.organization_id)
        assert session.exec(select(LoginSession).where(*here)).all() == []
        with pytest.raises(InvalidToken):
            do(access_tokens.verify, token=made.access)
        with pytest.raises(InvalidToken):
            do(tokens.refresh, token=made.refresh)
        with pytest.raises(InvalidToken):
            do(api_key_access.authenticate, key=key.secret)
        assert session.exec(select(ApiKey.revoked_at)).one() is not None
        (row,) = rows(session, people.alice.organization_id, "member.removed")
        assert (row.before, row.after) == ({"role": "member"}, {"role": None})

    @pytest.mark.parametrize("how", ["removed", "left"])
    def test_what_a_program_of_theirs_subscribed_gets_nothing_any_more(self, people: People, session: Session, how: str) -> None:
        made = do(api_keys.create, people.adam, name="Zap", scopes=["webhooks:manage"])
        with db.reading() as reading:
            program = api_key_access.authenticate(reading, key=made.secret).actor
        do(rest_hooks.subscribe, program, url="https://hooks.example.org/adam", event="job.completed")
        ours = do(webhook_endpoints.create, people.adam, url="https://hooks.example.org/ours", events=["job.completed"])
        if how == "removed":
            do(members.remove, people.alice, user_id=people.adam.user_id)
        else:
            do(members.leave, people.adam)
        found = {row.url: row for row in session.exec(select(WebhookEndpoint)).all()}
        assert not found["https://hooks.example.org/adam"].enabled
        assert "Adam Ash does not work here any more" in found["https://hooks.example.org/adam"].disabled_reason
        assert found["https://hooks.example.org/ours"].enabled, ours
        assert len(rows(session, people.alice.organization_id, "webhook.switched_off")) == 1

    def test_clients_in_other_organisations_go_on(self, people: People, session: Session) -> None:
        elsewhere = next(o for o in do(accounts.me, people.bob).organizations if not o.current)
        from uuid import UUID

        made = do(tokens.log_in, email="bob@own.example.org", password=PASSWORD, organization_id=UUID(elsewhere.id))
        do(members.remove, people.alice, user_id=people.bob.user_id)
        assert str(do(access_tokens.verify, token=do(tokens.refresh, token=made.refresh).access).organization_id) == elsewhere.id
        living = select(RefreshToken).where(RefreshToken.organization_id == people.bob.organization_id)
        assert all(row.revoked_at for row in session.exec(living))

    def test_somebody_who_belongs_nowhere_any_more_starts_anew(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            for row in writing.exec(select(Membership).where(Membership.user_id == people.bob.user_id)).all():
                if row.organization_id != people.bob.organization_id:
                    writing.delete(row)
        do(members.remove, people.alice, user_id=people.bob.user_id)
        again = do(accounts.log_in, email="bob@own.example.org", password=PASSWORD)
        assert actor(again.token).role is Role.OWNER
        assert again.organization_id != people.alice.organization_id


class TestLeave:
    @pytest.mark.parametrize("who", ["vera", "bob", "adam"])
    def test_everybody_but_the_last_owner_may_go(self, people: People, session: Session, who: str) -> None:
        person = getattr(people, who)
        do(members.leave, person)
        assert role_of(session, person) is None
        elsewhere = do(accounts.actor_of, token=people.tokens[who])
        assert elsewhere is not None
        assert elsewhere.organization_id != person.organization_id
        assert len(rows(session, person.organization_id, "member.left")) == 1

    def test_a_key_cannot_leave_for_its_maker(self, people: People, session: Session) -> None:
        from dataclasses import replace

        with pytest.raises(Forbidden):
            do(members.leave, replace(people.bob, scopes=frozenset(Scope), key_id=new_id()))
        assert role_of(session, people.bob) is Role.MEMBER


class TestTransfer:
    def test_both_roles_change_together(self, people: People, session: Session) -> None:
        do(members.transfer, people.alice, user_id=people.bob.user_id)
        assert (role_of(session, people.alice), role_of(session, people.bob)) == (Role.ADMIN, Role.OWNER)
        assert len(rows(session, people.alice.organization_id, "organization.transferred")) == 1
        assert len(session.exec(select(Mail).where(Mail.kind == "ownership_transferred")).all()) == 2

    @pytest.mark.asvs("V7.5.3")
    def test_an_old_log_in_makes_nobody_an_owner(self, people: People, session: Session) -> None:
        factors.log_in_long_ago(people.alice)
        with pytest.raises(FreshLoginNeeded):
            do(members.transfer, people.alice, user_id=people.bob.user_id)
        with pytest.raises(FreshLoginNeeded):
            do(members.change_role, people.alice, user_id=people.bob.user_id, role="owner")
        with pytest.raises(FreshLoginNeeded):
            do(invitations.invite, people.alice, email="new@own.example.org", role="owner")
        do(invitations.invite, people.alice, email="new@own.example.org", role="admin")
        do(members.change_role, people.alice, user_id=people.bob.user_id, role="admin")
        assert (role_of(session, people.alice), role_of(session, people.bob)) == (Role.OWNER, Role.ADMIN)

    @pytest.mark.parametrize("who", ["vera", "bob", "adam", "mallory"])
    def test_nobody_else_hands_it_over(self, people: People, session: Session, who: str) -> None:
        with pytest.raises((Forbidden, NotFound)):
            do(members.transfer, getattr(people, who), user_id=people.vera.user_id)
        assert role_of(session, people.alice) is Role.OWNER

    def test_not_to_oneself_and_not_to_a_stranger(self, people: People) -> None:
        with pytest.raises(Conflict):
            do(members.transfer, people.alice, user_id=people.alice.user_id)
        with pytest.raises(NotFound):
            do(members.transfer, people.alice, user_id=people.mallory.user_id)

    def test_two_transfers_at_once_leave_an_owner(self, people: People, session: Session) -> None:
        together(
            lambda: do(members.transfer, people.alice, user_id=people.bob.user_id),
            lambda: do(members.transfer, people.alice, user_id=people.vera.user_id),
        )
        owners = (
            select(User.name)
            .join(Membership)
            .where(  # type: ignore[arg-type]
                Membership.organization_id == people.alice.organization_id, Membership.role == Role.OWNER
            )
        )
        assert len(session.exec(owners).all()) == 1
