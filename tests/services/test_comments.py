"""Comments of the team: at words, at a part, at the whole; answered, settled, changed by whoever wrote them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from coexai_app.models import Comment, Event, Mail, MailKind
from coexai_app.services import comments, remarks, reviews_read
from coexai_app.services.review_mails import named
from coexai_app.views.outputs import OutputView
from coexai_app.views.reviews import ThreadView
from tests.people import People, do
from tests.reviewing import edited, texts, thread
from tests.work import nobody


@pytest.fixture
def output(people: People) -> OutputView:
    return thread(people)


def said(people: People, output: OutputView, text: str = "Is this so?", **more: Any) -> UUID:
    return do(comments.add, people.vera, output_id=UUID(output.id), text=text, **more)


def threads(people: People, output: OutputView) -> tuple[ThreadView, ...]:
    return do(reviews_read.threads, people.bob, output_id=UUID(output.id))


class TestAdd:
    def test_a_viewer_may_comment_and_open_pages_hear_of_it(self, people: People, output: OutputView, session: Session) -> None:
        said(people, output, part=1)
        (found,) = threads(people, output)
        assert (found.part, found.place, found.comments[0].by, found.comments[0].text) == (1, "Post 2", "Vera Vine", "Is this so?")
        assert session.exec(select(Event.ref_id).where(Event.kind == "comment.added")).one() == UUID(output.id)

    def test_it_stays_with_its_words_when_they_move(self, people: People, output: OutputView) -> None:
        quote = texts(output)[1].split(".")[0]
        said(people, output, part=1, start=0, quote=quote)
        view = edited(people.bob, output, "A new beginning.", "And another one.", *texts(output)[1:])
        (found,) = threads(people, view)
        assert (found.part, found.quote, found.lost) == (2, quote, False)
        edited(people.bob, view, "All is new.")
        (found,) = threads(people, view)
        assert (found.part, found.lost, found.place) == (-1, True, "Words that were changed since")

    def test_of_the_same_words_twice_the_nearer_ones_are_meant(self, people: People, output: OutputView) -> None:
        view = edited(people.bob, output, "bread and more bread and bread")
        said(people, view, part=0, start=15, quote="bread")
        assert threads(people, view)[0].start == 15

    @pytest.mark.parametrize(
        "more",
        [
            {"text": " \n\x00 "},
            {"text": "x" * 2_001},
            {"text": "Hm", "part": 99},
            {"text": "Hm", "part": -1},
            {"text": "Hm", "part": 0, "quote": "words that are nowhere"},
            {"text": "Hm", "part": 0, "quote": "x" * 501},
        ],
    )
    def test_what_says_nothing_or_points_nowhere_is_refused(
        self, people: People, output: OutputView, session: Session, more: dict[str, Any]
    ) -> None:
        with pytest.raises(InvalidInput):
            do(comments.add, people.vera, output_id=UUID(output.id), **more)
        assert session.exec(select(Comment.id)).all() == []

    def test_signs_that_nobody_sees_are_left_out_and_lines_stay(self, people: People, output: OutputView) -> None:
        said(people, output, "One\r\ntwo\x00\u202e three\n\n\n\nfour 👨\u200d🍳")
        assert threads(people, output)[0].comments[0].text == "One\ntwo three\n\nfour 👨\u200d🍳"

    def test_answers_stand_in_their_thread(self, people: People, output: OutputView) -> None:
        root = said(people, output)
        answer = do(comments.add, people.bob, output_id=UUID(output.id), text="It is.", thread_id=root)
        (found,) = threads(people, output)
        assert [(c.by, c.text) for c in found.comments] == [("Vera Vine", "Is this so?"), ("Bob Birch", "It is.")]
        with pytest.raises(Conflict):
            do(comments.add, people.bob, output_id=UUID(output.id), text="No answer to an answer.", thread_id=answer)

    def test_a_thread_of_another_result_takes_no_answer(self, people: People, output: OutputView) -> None:
        root, other = said(people, output), thread(people)
        with pytest.raises(NotFound):
            said(people, other, thread_id=root)

    def test_there_is_an_end(self, people: People, output: OutputView, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(remarks, "MOST_PER_OUTPUT", 2)
        for _ in range(2):
            said(people, output)
        with pytest.raises(Conflict):
            said(people, output)

    def test_a_loop_is_slowed_down(self, people: People, output: OutputView) -> None:
        with pytest.raises(RateLimited):
            for _ in range(70):
                said(people, output)


class TestMentions:
    def test_who_is_named_gets_one_mail(self, people: People, output: OutputView, session: Session) -> None:
        root = do(comments.add, people.vera, output_id=UUID(output.id), text="@Bob Birch and @alice: is this so? cc @nobody")
        do(comments.edit, people.vera, comment_id=root, text="@bob and @Alice Archer, and @Adam: is this so?")
        mails = session.exec(select(Mail).where(Mail.kind == MailKind.COMMENT_MENTION.value).order_by(col(Mail.to_address))).all()
        assert [m.to_address.split("@")[0] for m in mails] == ["adam", "alice", "bob"]
        assert "Vera Vine named you in a comment" in mails[0].subject
        assert f"/outputs/{output.id}?tab=comments" in mails[0].text

    def test_oneself_and_other_houses_get_none(self, people: People, output: OutputView, session: Session) -> None:
        said(people, output, "@Vera Vine @Mallory Moss and vera@bob.example")
        assert session.exec(select(Mail.id).where(Mail.kind == MailKind.COMMENT_MENTION.value)).all() == []

    def test_names_as_people_write_them(self) -> None:
        ann, anna, bo1, bo2 = nobody(), nobody(), nobody(), nobody()
        names = {ann: "Ann Lee", anna: "Ann Leeson", bo1: "Bo Ek", bo2: "Bo Yi"}
        assert named("@Ann Lee, please", names) == {ann}
        assert named("(@ann leeson)", names) == {anna}
        assert named("@Bo?", names) == set()
        assert named("@bo yi!", names) == {bo2}
        assert named("mail@ann lee", names) == set()


class TestChange:
    def test_ones_own_words_can_be_changed_and_taken_away(self, people: People, output: OutputView) -> None:
        root = said(people, output, part=0)
        do(comments.add, people.bob, output_id=UUID(output.id), text="It is.", thread_id=root)
        do(comments.edit, people.vera, comment_id=root, text="Is that so?")
        assert (threads(people, output)[0].comments[0].text, threads(people, output)[0].comments[0].edited) == ("Is that so?", True)
        do(comments.delete, people.vera, comment_id=root)
        first, second = threads(people, output)[0].comments
        assert (first.text, first.deleted, second.text) == ("", True, "It is.")
        with pytest.raises(NotFound):
            do(comments.edit, people.vera, comment_id=root, text="Again")

    def test_a_thread_without_words_is_gone(self, people: People, output: OutputView, session: Session) -> None:
        root = said(people, output, "A secret", part=0, quote=texts(output)[0][:10])
        do(comments.delete, people.vera, comment_id=root)
        assert threads(people, output) == ()
        assert session.exec(select(Comment.text, Comment.quote)).one() == ("", "")

    @pytest.mark.parametrize("change", [comments.edit, comments.delete])
    def test_nobody_changes_somebody_elses(self, people: People, output: OutputView, change: Callable[..., Any]) -> None:
        root = said(people, output)
        more = {"text": "No."} if change is comments.edit else {}
        for person in (people.alice, people.bob):
            with pytest.raises(Forbidden):
                do(change, person, comment_id=root, **more)


class TestResolve:
    def test_whoever_began_it_or_may_edit_settles_it(self, people: People, output: OutputView) -> None:
        mine, bobs = said(people, output), do(comments.add, people.bob, output_id=UUID(output.id), text="Check this.")
        do(comments.resolve, people.vera, comment_id=mine)
        assert threads(people, output)[0].resolved_by == "Resolved by Vera Vine"
        do(comments.reopen, people.bob, comment_id=mine)
        assert not threads(people, output)[0].resolved
        with pytest.raises(Forbidden):
            do(comments.resolve, people.vera, comment_id=bobs)
        assert do(reviews_read.around, people.bob, output_id=UUID(output.id)).open_threads == 2

    def test_only_once_and_only_threads(self, people: People, output: OutputView) -> None:
        root = said(people, output)
        answer = said(people, output, thread_id=root)
        with pytest.raises(Conflict):
            do(comments.reopen, people.bob, comment_id=root)
        do(comments.resolve, people.bob, comment_id=root)
        for where in (root, answer):
            with pytest.raises(Conflict):
                do(comments.resolve, people.bob, comment_id=where)


class TestOutsiders:
    def test_another_organisation_finds_nothing(self, people: People, output: OutputView) -> None:
        root = said(people, output)
        for service in (comments.delete, comments.resolve, comments.reopen):
            for where in (root, nobody()):
                with pytest.raises(NotFound):
                    do(service, people.mallory, comment_id=where)
        with pytest.raises(NotFound):
            do(comments.edit, people.mallory, comment_id=root, text="Mine")
        with pytest.raises(NotFound):
            do(comments.add, people.mallory, output_id=UUID(output.id), text="Mine")
        for read in (reviews_read.threads, reviews_read.around):
            with pytest.raises(NotFound):
                do(read, people.mallory, output_id=UUID(output.id))
