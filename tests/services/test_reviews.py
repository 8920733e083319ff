"""The way to a yes: asked for, given, refused with a reason, a draft again after an edit."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound
from coexai_app.models import AuditLog, Mail, MailKind, Output, OutputStatus, ReviewEvent, ReviewStep
from coexai_app.services import home, outputs, outputs_read, reviews, reviews_read
from coexai_app.views.outputs import OutputView
from tests.people import People, do
from tests.reviewing import INVENTED, edited, texts, thread
from tests.work import nobody


@pytest.fixture
def output(people: People) -> OutputView:
    return thread(people)


@pytest.fixture
def asked(people: People, output: OutputView) -> OutputView:
    return do(reviews.request, people.bob, output_id=UUID(output.id), version=1, note="For Tuesday.")


def status(session: Session) -> OutputStatus:
    session.rollback()
    return session.exec(select(Output.status)).one()


def steps(session: Session) -> list[ReviewStep]:
    session.rollback()
    return list(session.exec(select(ReviewEvent.step).order_by(col(ReviewEvent.id))).all())


class TestRequest:
    def test_those_who_may_approve_get_a_mail(self, people: People, asked: OutputView, session: Session) -> None:
        assert (asked.status, asked.word, asked.can_edit, asked.can_approve) == ("in_review", "In review", True, True)
        mails = session.exec(select(Mail).where(Mail.kind == MailKind.REVIEW_REQUESTED.value).order_by(col(Mail.to_address))).all()
        assert [m.to_address.split("@")[0] for m in mails] == ["adam", "alice"]
        assert "For Tuesday." in mails[0].text

    def test_twice_is_refused(self, people: People, asked: OutputView) -> None:
        with pytest.raises(Conflict):
            do(reviews.request, people.adam, output_id=UUID(asked.id), version=asked.version)

    def test_it_can_be_taken_back(self, people: People, asked: OutputView, session: Session) -> None:
        view = do(reviews.withdraw, people.bob, output_id=UUID(asked.id), version=asked.version)
        assert view.status == "draft"
        assert steps(session) == [ReviewStep.REQUESTED, ReviewStep.WITHDRAWN]
        with pytest.raises(Conflict):
            do(reviews.withdraw, people.bob, output_id=UUID(asked.id), version=view.version)

    def test_what_is_in_review_still_needs_somebody(self, people: People, asked: OutputView) -> None:
        assert do(home.shell, people.bob).review == 1
        assert do(outputs_read.page, people.bob, status="in_review").total == 1


class TestReject:
    def test_with_a_reason_it_goes_back(self, people: People, asked: OutputView, session: Session) -> None:
        view = do(reviews.reject, people.adam, output_id=UUID(asked.id), version=asked.version, reason="The second post\nis too loud.")
        assert (view.word, view.can_edit, view.can_approve) == ("Changes wanted", True, False)
        found = do(reviews_read.around, people.vera, output_id=UUID(asked.id))
        assert [(s.by, s.what, s.reason) for s in found.steps] == [
            ("Adam Ash", "asked for changes", "The second post\nis too loud."),
            ("Bob Birch", "asked for a review", "For Tuesday."),
        ]
        assert (found.can_request, found.can_reject) == (False, False)
        row = session.exec(select(AuditLog).where(AuditLog.action == "output.rejected")).one()
        assert (row.user_id, row.data["reason"]) == (people.adam.user_id, r"The second post\nis too loud.")

    @pytest.mark.parametrize("reason", ["", " \n", "x" * 1_001])
    def test_without_a_reason_nothing_happens(self, people: People, asked: OutputView, session: Session, reason: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            do(reviews.reject, people.adam, output_id=UUID(asked.id), version=asked.version, reason=reason)
        assert refused.value.field == "reason"
        assert status(session) is OutputStatus.IN_REVIEW

    def test_a_draft_that_nobody_asked_about_is_not_refused(self, people: People, output: OutputView) -> None:
        with pytest.raises(Conflict):
            do(reviews.reject, people.adam, output_id=UUID(output.id), version=1, reason="No.")

    def test_what_was_sent_back_is_not_approved_as_it_is(self, people: People, asked: OutputView) -> None:
        view = do(reviews.reject, people.adam, output_id=UUID(asked.id), version=asked.version, reason="Too loud.")
        with pytest.raises(Conflict):
            do(outputs.approve, people.alice, output_id=UUID(asked.id), version=view.version)
        again = do(reviews.request, people.bob, output_id=UUID(asked.id), version=view.version)
        assert do(outputs.approve, people.alice, output_id=UUID(asked.id), version=again.version).status == "approved"


class TestEdit:
    def test_an_edit_makes_a_draft_of_what_is_in_review(self, people: People, asked: OutputView, session: Session) -> None:
        view = edited(people.bob, asked, "Waste fell from 14% to 5%.")
        assert view.status == "draft"
        assert steps(session) == [ReviewStep.REQUESTED, ReviewStep.CHANGED]

    def test_and_of_what_was_sent_back(self, people: People, asked: OutputView) -> None:
        view = do(reviews.reject, people.adam, output_id=UUID(asked.id), version=asked.version, reason="Too loud.")
        assert edited(people.bob, view, "Waste fell from 14% to 5%.").status == "draft"

    def test_a_save_without_a_change_leaves_it_in_review(self, people: People, asked: OutputView) -> None:
        assert edited(people.bob, asked, *texts(asked)).status == "in_review"


class TestApprove:
    def test_it_pins_the_words(self, people: People, asked: OutputView, session: Session) -> None:
        view = do(outputs.approve, people.adam, output_id=UUID(asked.id), version=asked.version)
        row = session.exec(select(ReviewEvent).where(ReviewEvent.step == ReviewStep.APPROVED)).one()
        assert (row.version, row.user_id) == (view.content_version, people.adam.user_id)
        assert do(reviews_read.around, people.bob, output_id=UUID(asked.id)).versions[0].approved

    def test_open_claims_block_a_yes_in_review_too(self, people: People, output: OutputView, session: Session) -> None:
        view = edited(people.bob, output, INVENTED)
        view = do(reviews.request, people.bob, output_id=UUID(view.id), version=view.version)
        assert not view.can_approve
        with pytest.raises(Conflict, match="47,000"):
            do(outputs.approve, people.adam, output_id=UUID(view.id), version=view.version)
        assert status(session) is OutputStatus.IN_REVIEW

    def test_somebody_who_was_slower_is_told(self, people: People, asked: OutputView, session: Session) -> None:
        do(reviews.reject, people.adam, output_id=UUID(asked.id), version=asked.version, reason="No.")
        with pytest.raises(Conflict):
            do(outputs.approve, people.alice, output_id=UUID(asked.id), version=asked.version)
        assert status(session) is OutputStatus.REJECTED


class TestOutsiders:
    def test_another_organisation_finds_nothing(self, people: People, asked: OutputView) -> None:
        for where in (UUID(asked.id), nobody()):
            for service, more in ((reviews.request, {}), (reviews.withdraw, {}), (reviews.reject, {"reason": "Mine"})):
                with pytest.raises(NotFound):
                    do(service, people.mallory, output_id=where, version=2, **more)

    def test_a_viewer_reads(self, people: People, asked: OutputView) -> None:
        for service, more in ((reviews.request, {}), (reviews.withdraw, {}), (reviews.reject, {"reason": "No."})):
            with pytest.raises(Forbidden):
                do(service, people.vera, output_id=UUID(asked.id), version=2, **more)
        found = do(reviews_read.around, people.vera, output_id=UUID(asked.id))
        assert (found.can_comment, found.can_request, found.can_withdraw, found.can_reject, found.can_share) == (
            True,
            False,
            False,
            False,
            False,
        )
        assert found.links == ()
