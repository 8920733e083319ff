"""Results for the API's clients, behind the door: which version a change is of, what a test key may, and what a list holds."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, func, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.agents.parts import Words
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound, PreconditionFailed, PreconditionRequired
from coexai_app.models import Comment, Job, Output, OutputStatus, OutputVersion
from coexai_app.services import (
    comments,
    members,
    outputs,
    partner_comments,
    partner_outputs,
    partner_reviews,
    partner_versions,
    reviews,
)
from coexai_app.services.partner_outputs import ANY, Filters
from tests.people import People, do
from tests.reviewing import INVENTED, thread

NEW = [Words("She counted 412 calls in one week.", 0)]


@pytest.fixture
def output(people: People) -> UUID:
    return UUID(thread(people).id)


def now(session: Session) -> Output:
    session.rollback()
    return session.exec(select(Output)).one()


def edit(person: Actor, output: UUID, **given: Any) -> Any:
    return do(partner_outputs.edit, person, output_id=output, parts=NEW, **given)


class TestVersion:
    @pytest.mark.parametrize(
        "given", [{"version": 1}, {"matching": (1,)}, {"matching": (7, 1)}, {"matching": (ANY,)}, {"version": 1, "matching": (1,)}]
    )
    def test_the_one_that_was_read(self, people: People, output: UUID, given: dict[str, Any]) -> None:
        made = edit(people.bob, output, **given)
        assert (made.version, made.content_version, [part.text for part in made.parts]) == (2, 2, [NEW[0].text])

    @pytest.mark.parametrize(
        ("given", "error"),
        [
            ({}, PreconditionRequired),
            ({"version": 2}, Conflict),
            ({"matching": (2,)}, PreconditionFailed),
            ({"matching": ()}, PreconditionFailed),
            ({"version": 1, "matching": (2,)}, PreconditionFailed),
            ({"version": 2, "matching": (ANY,)}, Conflict),
        ],
    )
    def test_any_other_changes_nothing(
        self, people: People, output: UUID, session: Session, given: dict[str, Any], error: type[Exception]
    ) -> None:
        with pytest.raises(error) as told:
            edit(people.bob, output, **given)
        assert type(told.value) is error
        assert now(session).version == 1

    def test_of_ten_at_once_one_is_first(self, people: People, output: UUID, session: Session) -> None:
        gate = threading.Barrier(10)

        def change(number: int) -> str:
            gate.wait(20)
            try:
                edit(people.bob, output, **({"version": 1} if number % 2 else {"matching": (1,)}))
            except PreconditionFailed:
                return "412"
            except Conflict:
                return "409"
            return "200"

        with ThreadPoolExecutor(10) as pool:
            told = sorted(pool.map(change, range(10)))
        assert told.count("200") == 1
        assert {"409", "412"} >= set(told) - {"200"}
        assert now(session).version == 2

    def test_a_part_that_is_not_there(self, people: People, output: UUID) -> None:
        with pytest.raises(InvalidInput, match="place of a part"):
            do(partner_outputs.edit, people.bob, output_id=output, version=1, parts=[Words("A text.", 99)])


class TestWhole:
    def test_it_says_what_keeps_it_from_a_yes(self, people: People, output: UUID) -> None:
        assert do(partner_outputs.get, people.vera, output_id=output).why_not == ""
        parts = [Words(INVENTED, 0), *NEW]
        made = do(partner_outputs.edit, people.bob, output_id=output, version=1, parts=parts)
        assert made.why_not.startswith("Resolve the claims without a source first")
        found = [number for number, claim in enumerate(made.claims) if claim.status == "unsupported"]
        assert len(found) == made.unsupported > 0
        made = do(partner_outputs.override, people.bob, output_id=output, version=2, claim=found[0], reason="Our own books.")
        assert made.claims[found[0]].override == "Our own books."
        made = do(partner_outputs.remove_claim, people.bob, output_id=output, version=3, claim=found[-1])
        assert (made.why_not, made.unsupported, [part.text for part in made.parts]) == ("", 0, [NEW[0].text])

    def test_of_what_was_sent_back(self, people: People, output: UUID) -> None:
        do(partner_reviews.request, people.bob, output_id=output, version=1, note="For Tuesday.")
        made = do(partner_reviews.reject, people.adam, output_id=output, version=2, reason="Too loud.")
        assert (made.status, made.why_not[:16]) == (OutputStatus.REJECTED, "Changes were ask")
        with pytest.raises(Conflict):
            do(partner_outputs.approve, people.adam, output_id=output, version=3)

    def test_each_claim_is_where_it_says(self, people: People, output: UUID) -> None:
        made = do(partner_outputs.get, people.vera, output_id=output)
        assert made.claims
        for claim in made.claims:
            assert made.parts[claim.part].text[claim.start : claim.end] == claim.text


class TestTestKeys:
    """They read what is live, and change what a test job made."""

    def test_live_results_stay_as_they_are(self, people: People, output: UUID, session: Session) -> None:
        key = replace(people.bob, test=True)
        said = do(comments.add, people.bob, output_id=output, text="Is this so?")
        calls: list[tuple[Any, dict[str, Any]]] = [
            (partner_outputs.edit, {"version": 1, "parts": NEW}),
            (partner_outputs.approve, {"version": 1}),
            (partner_reviews.request, {"version": 1}),
            (partner_comments.add, {"text": "Hm."}),
            (partner_comments.resolve, {"comment_id": said}),
            (partner_comments.edit, {"comment_id": said, "text": "Hm."}),
            (partner_comments.delete, {"comment_id": said}),
        ]
        for service, given in calls:
            with pytest.raises(Forbidden, match="test key"):
                do(service, key, output_id=output, **given)
        assert (now(session).version, session.exec(select(func.count()).select_from(Comment)).one()) == (1, 1)
        assert do(partner_outputs.get, key, output_id=output).version == 1

    def test_those_of_test_jobs_change(self, people: People, output: UUID, session: Session) -> None:
        session.exec(select(Job)).one().test = True
        session.commit()
        key = replace(people.bob, test=True)
        assert edit(key, output, version=1).test is True
        assert do(partner_comments.add, key, output_id=output, text="Hm.").text == "Hm."


class TestList:
    def test_by_what_it_is(self, people: People, output: UUID, session: Session) -> None:
        other = UUID(thread_again(people))
        do(outputs.approve, people.bob, output_id=other, version=1)
        job = session.get_one(Output, other).job_id

        def ids(person: Actor = people.vera, **given: Any) -> list[UUID]:
            return [row.id for row in do(partner_outputs.page, person, filters=Filters(**given)).data]

        assert ids() == [other, output]
        assert ids(status=(OutputStatus.APPROVED,)) == ids(job=job) == [other]
        assert ids(status=(OutputStatus.APPROVED, OutputStatus.DRAFT)) == ids(agent="maya", capability="blog-to-thread") == [other, output]
        assert ids(agent="sam") == ids(capability="x") == ids(test=True) == ids(people.mallory) == []
        assert ids(test=False) == [other, output]

    def test_pages_and_orders(self, people: People, output: UUID) -> None:
        other = UUID(thread_again(people))
        edit(people.bob, output, version=1)
        first = do(partner_outputs.page, people.vera, limit=1, sort="-updated_at")
        second = do(partner_outputs.page, people.vera, limit=1, page=2, sort="-updated_at")
        beyond = do(partner_outputs.page, people.vera, limit=1, page=3)
        assert ([row.id for row in first.data], [row.id for row in second.data], beyond.data) == ([output], [other], ())
        assert (first.pagination.total, first.pagination.has_next, second.pagination.has_next) == (2, True, False)


class TestVersions:
    def test_each_with_its_words_and_the_way_back(self, people: People, output: UUID, session: Session) -> None:
        before = do(partner_outputs.get, people.vera, output_id=output)
        edit(people.bob, output, version=1)
        found = do(partner_versions.page, people.vera, output_id=output)
        told = [(row.version, row.change, row.by, row.current) for row in found.data]
        assert told == [(2, "edited", "Bob Birch", True), (1, "made", "Maya", False)]
        first = do(partner_versions.get, people.vera, output_id=output, number=1)
        assert (first.parts, first.claims, first.score) == (before.parts, before.claims, before.score)
        back = do(partner_versions.restore, people.bob, output_id=output, number=1, version=2)
        assert (back.parts, back.version, back.content_version) == (before.parts, 3, 3)
        assert now(session).content_version == 3
        assert session.exec(select(func.count()).select_from(OutputVersion)).one() == 3

    @pytest.mark.parametrize("number", [0, 2, 99, 2**31])
    def test_one_that_is_not_kept(self, people: People, output: UUID, number: int) -> None:
        with pytest.raises(NotFound):
            do(partner_versions.get, people.vera, output_id=output, number=number)

    def test_one_that_nobody_changed_has_its_first(self, people: People, output: UUID) -> None:
        (only,) = do(partner_versions.page, people.vera, output_id=output).data
        assert (only.version, only.change, only.current) == (1, "made", True)


class TestComments:
    def test_a_thread_where_its_words_are(self, people: People, output: UUID) -> None:
        words = do(partner_outputs.get, people.vera, output_id=output).parts[0].text[:20]
        root = do(partner_comments.add, people.vera, output_id=output, text="Is this so?", part=0, quote=words)
        do(partner_comments.add, people.bob, output_id=output, text="Yes.", thread_id=root.id)
        (told,) = do(partner_comments.page, people.vera, output_id=output).data
        assert (told.part, told.start, told.quote, told.lost, [one.by for one in told.comments]) == (
            0,
            0,
            words,
            False,
            ["Vera Vine", "Bob Birch"],
        )
        edit(people.bob, output, version=1)
        (told,) = do(partner_comments.page, people.vera, output_id=output).data
        assert (told.part, told.lost) == (None, True)

    def test_open_and_settled_ones(self, people: People, output: UUID) -> None:
        one, other = (do(partner_comments.add, people.bob, output_id=output, text=text).id for text in ("One", "Two"))
        settled = do(partner_comments.resolve, people.bob, output_id=output, comment_id=one)
        assert (settled.resolved, settled.resolved_by) == (True, "Bob Birch")

        def ids(**given: Any) -> list[UUID]:
            return [row.id for row in do(partner_comments.page, people.vera, output_id=output, **given).data]

        assert (ids(), ids(resolved=True), ids(resolved=False)) == ([one, other], [one], [other])
        assert not do(partner_comments.reopen, people.bob, output_id=output, comment_id=one).resolved
        with pytest.raises(Conflict):
            do(partner_comments.reopen, people.bob, output_id=output, comment_id=one)

    def test_under_another_result_it_is_not_there(self, people: People, output: UUID) -> None:
        other = UUID(thread_again(people))
        made = do(partner_comments.add, people.bob, output_id=output, text="One").id
        for service, given in (
            (partner_comments.resolve, {}),
            (partner_comments.reopen, {}),
            (partner_comments.delete, {}),
            (partner_comments.edit, {"text": "Two"}),
        ):
            with pytest.raises(NotFound):
                do(service, people.bob, output_id=other, comment_id=made, **given)  # type: ignore[arg-type]
        do(partner_comments.delete, people.bob, output_id=output, comment_id=made)
        assert do(partner_comments.page, people.vera, output_id=output).data == ()


class TestReview:
    def test_its_steps(self, people: People, output: UUID) -> None:
        do(partner_reviews.request, people.bob, output_id=output, version=1, note="For Tuesday.")
        do(reviews.withdraw, people.bob, output_id=output, version=2)
        do(partner_outputs.approve, people.adam, output_id=output, version=3)
        found = do(partner_reviews.steps, people.vera, output_id=output)
        told = [(row.step.value, row.by, row.reason) for row in found.data]
        assert told == [("approved", "Adam Ash", ""), ("withdrawn", "Bob Birch", ""), ("requested", "Bob Birch", "For Tuesday.")]
        assert do(partner_outputs.get, people.vera, output_id=output).approved_by == "Adam Ash"

    def test_links_tell_whose_they_are(self, people: People, output: UUID) -> None:
        made = do(partner_reviews.create_link, people.bob, output_id=output, version=1, name="Carla Chen", days=3)
        assert "/review/cxr_" in made.url
        do(members.remove, people.alice, user_id=people.bob.user_id, revoke_links=False)
        (row,) = do(partner_reviews.links, people.adam, output_id=output).data
        assert (row.id, row.state, row.made_by, row.maker_left) == (made.id, "open", "Bob Birch", True)
        for _ in range(2):
            do(partner_reviews.revoke_link, people.adam, output_id=output, link_id=row.id)
        (row,) = do(partner_reviews.links, people.adam, output_id=output).data
        assert row.state == "revoked"

    def test_a_link_of_another_result_is_not_there(self, people: People, output: UUID) -> None:
        made = do(partner_reviews.create_link, people.bob, output_id=output, version=1, name="Carla Chen", days=3)
        with pytest.raises(NotFound):
            do(partner_reviews.revoke_link, people.bob, output_id=UUID(thread_again(people)), link_id=made.id)


def thread_again(people: People) -> str:
    """A second result."""
    from tests.work import create, work_all

    job = UUID(create(people.bob).id)
    work_all()
    with db.reading() as session:
        return str(session.exec(select(Output.id).where(Output.job_id == job)).one())
