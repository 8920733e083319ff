"""Links for clients: made, shown once, followed, answered once, revoked; and what somebody tries who holds one or wants to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from coexai_app.models import AuditLog, ClientLink, Comment, Mail, MailKind, Organization, Output, OutputStatus, ReviewEvent, User
from coexai_app.services import (
    account_deletion,
    client_links,
    client_reviews,
    comments,
    member_links,
    members,
    organizations,
    outputs,
    outputs_read,
    reviews,
    reviews_read,
)
from coexai_app.services.client_reviews import PasscodeNeeded, WrongPasscode
from coexai_app.views.outputs import OutputView
from coexai_app.views.reviews import NewLink
from tests.people import People, actor, do
from tests.reviewing import INVENTED, edited, texts, thread
from tests.work import nobody


@pytest.fixture
def output(people: People) -> OutputView:
    return thread(people)


def link(people: People, view: OutputView, **more: Any) -> NewLink:
    now = do(outputs_read.get, people.bob, output_id=UUID(view.id))
    return do(client_links.create, people.bob, output_id=UUID(view.id), version=now.version, name="Carla Chen", **more)


def token(made: NewLink) -> str:
    return made.url.rpartition("/")[2]


def status(session: Session) -> OutputStatus:
    session.rollback()
    return session.exec(select(Output.status)).one()


class TestCreate:
    def test_it_is_shown_once_and_stored_as_a_hash(self, people: People, output: OutputView, dump: Callable[[], str]) -> None:
        made = link(people, output, passcode="bread2026")
        assert token(made).startswith("cxr_")
        assert len(token(made)) == 47
        stored = dump()
        assert token(made) not in stored
        assert token(made)[4:] not in stored
        assert "bread2026" not in stored

    def test_it_works_for_fourteen_days_and_puts_a_draft_into_review(self, people: People, output: OutputView, session: Session) -> None:
        link(people, output)
        row = session.exec(select(ClientLink)).one()
        assert timedelta(days=13, hours=23) < row.expires_at - db.now(session) <= timedelta(days=14)
        assert status(session) is OutputStatus.IN_REVIEW
        actions = session.exec(select(AuditLog.action).where(col(AuditLog.action).like("client_link%"))).all()
        assert actions == ["client_link.created"]

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"name": " \u202e"}, "name"),
            ({"days": 0}, "days"),
            ({"days": 91}, "days"),
            ({"passcode": "short"}, "passcode"),
            ({"passcode": "x" * 65}, "passcode"),
        ],
    )
    def test_what_is_wrong_is_named(self, people: People, output: OutputView, more: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            do(client_links.create, people.bob, output_id=UUID(output.id), version=1, **{"name": "Carla", **more})
        assert refused.value.field == field

    def test_what_cannot_be_approved_is_not_shown_to_clients(self, people: People, output: OutputView, session: Session) -> None:
        view = edited(people.bob, output, INVENTED)
        with pytest.raises(Conflict):
            link(people, view)
        assert status(session) is OutputStatus.DRAFT

    def test_there_is_an_end(self, people: People, output: OutputView, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(client_links, "MOST_OPEN", 1)
        link(people, output)
        with pytest.raises(Conflict):
            link(people, output)

    def test_viewers_and_keys_make_none(self, people: People, output: OutputView) -> None:
        from dataclasses import replace

        from coexai_app.scopes import Scope

        for person in (people.vera, replace(people.alice, scopes=frozenset(Scope), key_id=nobody())):
            with pytest.raises(Forbidden):
                do(client_links.create, person, output_id=UUID(output.id), version=1, name="Carla")

    def test_another_organisation_finds_nothing(self, people: People, output: OutputView) -> None:
        made = link(people, output)
        with pytest.raises(NotFound):
            do(client_links.create, people.mallory, output_id=UUID(output.id), version=2, name="Carla")
        for where in (UUID(made.row.id), nobody()):
            with pytest.raises(NotFound):
                do(client_links.revoke, people.mallory, link_id=where)
        assert do(client_reviews.look, token=token(made)).can_answer


class TestLook:
    def test_it_shows_the_words_and_what_they_stand_on(self, people: People, output: OutputView) -> None:
        found = do(client_reviews.look, token=token(link(people, output)))
        assert [part.text for part in found.parts] == texts(output)
        assert (found.organization, found.name, found.can_answer, found.unsupported) == ("Larkfield Studio", "Carla Chen", True, 0)
        assert found.linked == len(output.claims)
        assert all(not segment.claim for part in found.parts for segment in part.segments)

    def test_nothing_else_of_the_organisation_is_in_it(self, people: People, output: OutputView) -> None:
        do(comments.add, people.bob, output_id=UUID(output.id), text="Internal: the price is too low.")
        view = edited(people.bob, output, "We saved 47,000 euros.")
        claim = next(c for c in view.claims if c.status == "unsupported")
        do(outputs.override, people.bob, output_id=UUID(view.id), version=view.version, claim=claim.index, reason="Secret books")
        told = do(client_reviews.look, token=token(link(people, output))).model_dump_json()
        for secret in ("Internal", "Secret books", "Alice", "Bob", str(people.bob.user_id), str(people.bob.organization_id), output.id):
            assert secret not in told

    def test_the_first_look_is_noted(self, people: People, output: OutputView, session: Session) -> None:
        made = link(people, output)
        for _ in range(3):
            do(client_reviews.opened, token=token(made))
        assert do(reviews_read.around, people.bob, output_id=UUID(output.id)).links[0].seen.startswith("today ")
        assert len(session.exec(select(AuditLog).where(AuditLog.action == "client_link.opened")).all()) == 1

    def test_a_pinned_link_shows_what_it_was_made_for(self, people: People, output: OutputView) -> None:
        pinned, following = link(people, output), link(people, output, follows=True)
        edited(people.bob, do(outputs_read.get, people.bob, output_id=UUID(output.id)), "Waste fell from 14% to 5%.")
        assert [part.text for part in do(client_reviews.look, token=token(pinned)).parts] == texts(output)
        assert [part.text for part in do(client_reviews.look, token=token(following)).parts] == ["Waste fell from 14% to 5%."]

    @pytest.mark.parametrize("wrong", ["", "cxr_", "cxr_" + "a" * 43, "cxr_" + "a" * 44, "x" * 5_000, "cxr_" + "é" * 43, "' OR 1=1 --"])
    def test_guesses_lead_nowhere(self, people: People, output: OutputView, wrong: str) -> None:
        link(people, output)
        with pytest.raises(NotFound):
            do(client_reviews.look, token=wrong)


class TestOver:
    @pytest.fixture(params=["revoked", "expired"])
    def over(self, request: pytest.FixtureRequest, people: People, output: OutputView, session: Session) -> str:
        made = link(people, output)
        if request.param == "revoked":
            do(client_links.revoke, people.adam, link_id=UUID(made.row.id))
            with pytest.raises(Conflict):
                do(client_links.revoke, people.adam, link_id=UUID(made.row.id))
        else:
            session.execute(sa.update(ClientLink).values(expires_at=db.utcnow(-1)))
            session.commit()
        return token(made)

    def test_it_says_so_and_does_nothing(self, people: People, over: str, session: Session) -> None:
        for service, more in EVERYTHING:
            with pytest.raises(Conflict, match="link"):
                do(service, token=over, **more)
        assert status(session) is OutputStatus.IN_REVIEW
        assert session.exec(select(Comment.id)).all() == []

    def test_a_deleted_organisation_says_nothing_more(self, people: People, output: OutputView, session: Session) -> None:
        made = link(people, output)
        session.execute(sa.update(Organization).where(col(Organization.id) == people.bob.organization_id).values(deleted_at=db.utcnow()))
        session.commit()
        for service, more in EVERYTHING:
            with pytest.raises(NotFound):
                do(service, token=token(made), **more)


EVERYTHING: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (client_reviews.look, {}),
    (client_reviews.opened, {}),
    (client_reviews.unlock, {"passcode": "bread2026"}),
    (client_reviews.comment, {"name": "Carla", "text": "Hm."}),
    (client_reviews.approve, {"name": "Carla"}),
    (client_reviews.ask_for_changes, {"name": "Carla", "reason": "No."}),
]


class TestPasscode:
    def test_without_it_the_house_alone_is_told(self, people: People, output: OutputView, session: Session) -> None:
        made = link(people, output, passcode="bread2026")
        locked = do(client_reviews.look, token=token(made))
        assert (locked.locked, locked.title, locked.parts) == (True, "", ())
        for service, more in EVERYTHING[3:]:
            with pytest.raises(PasscodeNeeded):
                do(service, token=token(made), **more)
        do(client_reviews.opened, token=token(made))
        assert session.exec(select(ClientLink.seen_at)).one() is None

    def test_with_it_everything_opens(self, people: People, output: OutputView) -> None:
        made = link(people, output, passcode=" bread2026 ")
        proof = do(client_reviews.unlock, token=token(made), passcode="bread2026")
        assert do(client_reviews.look, token=token(made), proof=proof).can_answer
        do(client_reviews.approve, token=token(made), proof=proof, name="Carla")

    def test_a_proof_holds_for_its_link_alone(self, people: People, output: OutputView) -> None:
        one, other = link(people, output, passcode="bread2026"), link(people, output, passcode="bread2026")
        proof = do(client_reviews.unlock, token=token(one), passcode="bread2026")
        assert do(client_reviews.look, token=token(other), proof=proof).locked
        for made_up in ("", "é", proof[:-1], "0" * 64):
            assert do(client_reviews.look, token=token(one), proof=made_up).locked

    def test_trying_them_out_gets_slow_and_stands_in_the_log(self, people: People, output: OutputView, session: Session) -> None:
        made = link(people, output, passcode="bread2026")
        for n in range(5):
            with pytest.raises(WrongPasscode):
                do(client_reviews.unlock, token=token(made), passcode=f"bread{n}")
        with pytest.raises(RateLimited):
            do(client_reviews.unlock, token=token(made), passcode="bread2026")
        assert len(session.exec(select(AuditLog).where(AuditLog.action == "client_link.refused")).all()) == 5

    def test_a_link_without_one_has_nothing_to_open(self, people: People, output: OutputView) -> None:
        with pytest.raises(WrongPasscode):
            do(client_reviews.unlock, token=token(link(people, output)), passcode="")


class TestAnswer:
    def test_a_yes_approves_and_says_whose_it_was(self, people: People, output: OutputView, session: Session) -> None:
        made = link(people, output)
        do(client_reviews.approve, token=token(made), name="  Carla <b>Chen</b> \u202e ")
        view = do(outputs_read.get, people.bob, output_id=UUID(output.id))
        assert view.approved.startswith("Approved by Carla <b>Chen</b> (client), today")
        mail = session.exec(select(Mail).where(Mail.kind == MailKind.CLIENT_ANSWERED.value)).one()
        assert mail.to_address.startswith("bob@")
        assert "Carla &lt;b&gt;Chen" in mail.html
        row = session.exec(select(AuditLog).where(AuditLog.action == "output.approved")).one()
        assert (row.user_id, row.user_name) == (None, "Carla <b>Chen</b> (client)")
        assert do(client_reviews.look, token=token(made)).answer.startswith("Carla <b>Chen</b> approved this, today")

    def test_a_no_sends_it_back_with_the_reason(self, people: People, output: OutputView, session: Session) -> None:
        do(client_reviews.ask_for_changes, token=token(link(people, output)), name="Carla", reason="Too loud.")
        assert status(session) is OutputStatus.REJECTED
        (last, *_) = do(reviews_read.around, people.bob, output_id=UUID(output.id)).steps
        assert (last.by, last.client, last.what, last.reason) == ("Carla", True, "asked for changes", "Too loud.")

    @pytest.mark.parametrize("first", [client_reviews.approve, client_reviews.ask_for_changes])
    def test_only_the_first_answer_counts(self, people: People, output: OutputView, session: Session, first: Callable[..., None]) -> None:
        made, other = link(people, output), link(people, output)
        more = {} if first is client_reviews.approve else {"reason": "No."}
        do(first, token=token(made), name="Carla", **more)
        then = status(session)
        for one in (made, other):
            with pytest.raises(Conflict):
                do(client_reviews.approve, token=token(one), name="Mallory")
            with pytest.raises(Conflict):
                do(client_reviews.ask_for_changes, token=token(one), name="Mallory", reason="No.")
        assert status(session) is then
        assert "Mallory" not in str(session.exec(select(ReviewEvent.name)).all())

    def test_an_old_version_is_not_approved(self, people: People, output: OutputView, session: Session) -> None:
        made = link(people, output)
        view = edited(people.bob, do(outputs_read.get, people.bob, output_id=UUID(output.id)), "Waste fell from 14% to 5%.")
        do(reviews.request, people.bob, output_id=UUID(view.id), version=view.version)
        with pytest.raises(Conflict, match="changed after this link"):
            do(client_reviews.approve, token=token(made), name="Carla")
        assert do(client_reviews.look, token=token(made)).why_not.startswith("The text was changed")
        assert status(session) is OutputStatus.IN_REVIEW

    def test_what_the_team_took_back_waits(self, people: People, output: OutputView, session: Session) -> None:
        made = link(people, output)
        view = do(outputs_read.get, people.bob, output_id=UUID(output.id))
        do(reviews.withdraw, people.bob, output_id=UUID(output.id), version=view.version)
        with pytest.raises(Conflict, match="still at work"):
            do(client_reviews.approve, token=token(made), name="Carla")
        assert status(session) is OutputStatus.DRAFT

    def test_open_claims_that_came_later_block_it(self, people: People, output: OutputView, session: Session) -> None:
        made = link(people, output, follows=True)
        view = edited(people.bob, do(outputs_read.get, people.bob, output_id=UUID(output.id)), INVENTED)
        do(reviews.request, people.bob, output_id=UUID(view.id), version=view.version)
        with pytest.raises(Conflict, match="47,000"):
            do(client_reviews.approve, token=token(made), name="Carla")
        assert status(session) is OutputStatus.IN_REVIEW

    @pytest.mark.parametrize(
        ("service", "more", "field"),
        [
            (client_reviews.approve, {"name": " \u200b"}, "name"),
            (client_reviews.ask_for_changes, {"name": "Carla", "reason": " "}, "reason"),
            (client_reviews.ask_for_changes, {"name": "Carla", "reason": "x" * 1_001}, "reason"),
            (client_reviews.comment, {"name": "", "text": "Hm."}, "name"),
            (client_reviews.comment, {"name": "Carla", "text": "\x00"}, "text"),
        ],
    )
    def test_what_is_missing_is_named(
        self, people: People, output: OutputView, session: Session, service: Callable[..., None], more: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            do(service, token=token(link(people, output)), **more)
        assert refused.value.field == field
        assert status(session) is OutputStatus.IN_REVIEW


class TestComment:
    def test_the_team_and_the_client_talk(self, people: People, output: OutputView) -> None:
        made = link(people, output)
        do(client_reviews.comment, token=token(made), name="Carla", text="<script>alert(1)</script> Is 61% right?", part=1)
        (found,) = do(reviews_read.threads, people.bob, output_id=UUID(output.id))
        assert (found.shared, found.place, found.comments[0].by, found.comments[0].client) == (True, "Post 2", "Carla", True)
        do(comments.add, people.bob, output_id=UUID(output.id), text="It is.", thread_id=UUID(found.id))
        (seen,) = do(client_reviews.look, token=token(made)).threads
        assert [(c.by, c.team, c.text) for c in seen.comments] == [
            ("Carla", False, "<script>alert(1)</script> Is 61% right?"),
            ("Bob Birch", True, "It is."),
        ]
        do(client_reviews.comment, token=token(made), name="Carla", text="Thank you.", thread_id=UUID(seen.id))
        assert len(do(client_reviews.look, token=token(made)).threads[0].comments) == 3

    def test_other_conversations_are_out_of_reach(self, people: People, output: OutputView) -> None:
        made, other = link(people, output), link(people, output)
        ours = do(comments.add, people.bob, output_id=UUID(output.id), text="Among us.")
        do(client_reviews.comment, token=token(other), name="Dora", text="From another client.")
        theirs = do(reviews_read.threads, people.bob, output_id=UUID(output.id))[1].id
        for thread_id in (ours, UUID(theirs), nobody()):
            with pytest.raises(NotFound):
                do(client_reviews.comment, token=token(made), name="Carla", text="Hm.", thread_id=thread_id)
        assert do(client_reviews.look, token=token(made)).threads == ()

    def test_whoever_may_share_takes_a_clients_words_away(self, people: People, output: OutputView) -> None:
        made = link(people, output)
        do(client_reviews.comment, token=token(made), name="Carla", text="Rude.")
        (found,) = do(reviews_read.threads, people.bob, output_id=UUID(output.id))
        with pytest.raises(Forbidden):
            do(comments.delete, people.vera, comment_id=UUID(found.id))
        with pytest.raises(Forbidden):
            do(comments.edit, people.bob, comment_id=UUID(found.id), text="Kind.")
        do(comments.delete, people.bob, comment_id=UUID(found.id))
        assert do(client_reviews.look, token=token(made)).threads == ()

    def test_a_flood_is_slowed_down(self, people: People, output: OutputView, session: Session) -> None:
        made = token(link(people, output))
        with pytest.raises(RateLimited):
            for _ in range(40):
                do(client_reviews.comment, token=made, name="Carla", text="Hm.")
        assert len(session.exec(select(Comment.id)).all()) <= 31


def open_to(made: NewLink) -> bool:
    try:
        return not do(client_reviews.look, token=token(made)).locked
    except (Conflict, NotFound):
        return False


def addresses() -> list[str]:
    with db.reading() as session:
        found = session.exec(select(Mail.to_address).where(Mail.kind == MailKind.CLIENT_ANSWERED.value)).all()
    return sorted(address.partition("@")[0] for address in found)


class TestWhose:
    """No way in is left behind by whoever goes, unless somebody who takes them out decides so."""

    def test_it_goes_with_whoever_is_taken_out(self, people: People, output: OutputView, session: Session) -> None:
        made = link(people, output)
        do(members.remove, people.adam, user_id=people.bob.user_id)
        assert not open_to(made)
        row = session.exec(select(AuditLog).where(AuditLog.action == "client_link.revoked")).one()
        assert (row.user_id, row.data["client"]) == (people.adam.user_id, "Carla Chen")
        removed = session.exec(select(AuditLog).where(AuditLog.action == "member.removed")).one()
        assert removed.data["links_revoked"] == 1

    def test_or_goes_on_and_admins_hear_of_the_answer(self, people: People, output: OutputView, session: Session) -> None:
        made = link(people, output)
        do(members.remove, people.adam, user_id=people.bob.user_id, revoke_links=False)
        do(client_reviews.approve, token=token(made), name="Carla")
        assert status(session) is OutputStatus.APPROVED
        assert addresses() == ["adam", "alice"]
        (row,) = do(reviews_read.around, people.adam, output_id=UUID(output.id)).links
        assert (row.by, row.can_revoke) == ("Bob Birch, who has left", True)
        do(client_links.revoke, people.adam, link_id=UUID(row.id))
        assert not open_to(made)

    def test_it_ends_when_its_maker_leaves(self, people: People, output: OutputView, session: Session) -> None:
        made = link(people, output)
        do(members.leave, people.bob)
        assert not open_to(made)
        left = session.exec(select(AuditLog).where(AuditLog.action == "member.left")).one()
        assert left.data["links_revoked"] == 1

    @pytest.mark.parametrize(("role", "stays"), [("viewer", False), ("admin", True)])
    def test_it_ends_when_its_maker_may_not_say_yes_any_more(self, people: People, output: OutputView, role: str, stays: bool) -> None:
        made = link(people, output)
        do(members.change_role, people.alice, user_id=people.bob.user_id, role=role)
        assert open_to(made) is stays

    def test_whoever_may_not_share_any_more_makes_none_with_an_old_page(self, people: People, output: OutputView) -> None:
        do(members.change_role, people.alice, user_id=people.bob.user_id, role="viewer")
        with pytest.raises(Forbidden, match="share results"):
            link(people, output)

    def test_it_ends_in_every_organisation_with_the_account_of_its_maker(
        self, people: People, output: OutputView, session: Session
    ) -> None:
        made = link(people, output)
        do(organizations.create, people.bob, name="Birch")
        elsewhere = actor(people.tokens["bob"])
        assert elsewhere.organization_id != people.bob.organization_id
        do(account_deletion.delete_account, elsewhere, typed="bob@own.example.org")
        assert not open_to(made)
        row = session.exec(select(AuditLog).where(AuditLog.action == "client_link.revoked")).one()
        assert row.organization_id == people.bob.organization_id
        told = session.exec(select(AuditLog.organization_id).where(AuditLog.action == "account.deleted")).all()
        assert {people.bob.organization_id, elsewhere.organization_id} <= set(told)

    def test_what_was_kept_goes_on_when_the_account_is_gone(self, people: People, output: OutputView, session: Session) -> None:
        made = link(people, output)
        session.execute(sa.update(ClientLink).values(user_id=None))
        session.commit()
        assert open_to(made)
        (row,) = do(reviews_read.around, people.adam, output_id=UUID(output.id)).links
        assert row.by == "Somebody who has left"

    def test_the_maker_hears_as_long_as_they_are_there(self, people: People, output: OutputView) -> None:
        made = link(people, output)
        do(client_reviews.comment, token=token(made), name="Carla", text="Hm.")
        assert addresses() == ["bob"]

    def test_others_links_stay(self, people: People, output: OutputView) -> None:
        made = link(people, output)
        do(members.remove, people.alice, user_id=people.adam.user_id)
        assert open_to(made)

    def test_whoever_is_out_makes_none(self, people: People, output: OutputView, session: Session) -> None:
        do(members.remove, people.alice, user_id=people.bob.user_id)
        with pytest.raises(Forbidden):
            link(people, output)
        assert session.exec(select(ClientLink.id)).all() == []

    def test_one_that_is_made_while_its_maker_is_taken_out_is_revoked_or_refused(self, people: People, output: OutputView) -> None:
        """Neither waits for the other's outcome in vain: whichever comes first, no open link is left."""
        gate = threading.Barrier(2)

        def make() -> NewLink | None:
            gate.wait(20)
            try:
                return link(people, output)
            except (Forbidden, NotFound):
                return None

        def remove() -> None:
            gate.wait(20)
            do(members.remove, people.alice, user_id=people.bob.user_id)

        with ThreadPoolExecutor(2) as pool:
            making, removing = pool.submit(make), pool.submit(remove)
            removing.result()
            made = making.result()
        assert made is None or not open_to(made)

    def test_it_dies_with_its_result(self, people: People, output: OutputView, session: Session) -> None:
        made = link(people, output)
        session.execute(sa.delete(Output))
        session.commit()
        assert not open_to(made)

    def test_it_dies_with_its_organisation_and_comes_back_with_it(self, people: People, output: OutputView) -> None:
        made = link(people, output)
        do(organizations.delete, people.alice, name="Larkfield Studio")
        assert not open_to(made)
        do(organizations.restore, people.alice, organization_id=people.alice.organization_id)
        assert open_to(made)

    def test_it_is_dead_where_nobody_is_left(self, people: People, output: OutputView, session: Session) -> None:
        """Everybody's account is in the trash, and the organisation goes when the last one is emptied."""
        made = link(people, output)
        session.execute(sa.update(User).values(disabled_at=db.now(session)))
        session.commit()
        assert not open_to(made)
        with pytest.raises(NotFound):
            do(client_reviews.approve, token=token(made), name="Carla")


class TestOfAMember:
    def test_what_the_dialog_shows(self, people: People, output: OutputView) -> None:
        made = link(people, output)
        over = link(people, output)
        do(client_links.revoke, people.bob, link_id=UUID(over.row.id))
        (row,) = do(member_links.open_links, people.adam, user_id=people.bob.user_id)
        assert (row.id, row.title, row.client) == (made.row.id, output.title, "Carla Chen")
        assert do(member_links.open_links, people.adam, user_id=people.vera.user_id) == ()

    def test_a_link_that_is_too_old_is_none(self, people: People, output: OutputView, session: Session) -> None:
        link(people, output)
        session.execute(sa.update(ClientLink).values(expires_at=db.now(session) - timedelta(seconds=1)))
        session.commit()
        assert do(member_links.open_links, people.adam, user_id=people.bob.user_id) == ()

    def test_members_and_strangers_are_refused(self, people: People, output: OutputView) -> None:
        link(people, output)
        with pytest.raises(Forbidden):
            do(member_links.open_links, people.bob, user_id=people.bob.user_id)
        with pytest.raises(NotFound):
            do(member_links.open_links, people.mallory, user_id=people.bob.user_id)
