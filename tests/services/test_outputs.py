"""What people do with a result: read it with its evidence, edit, keep or remove a claim, approve, export."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from coexai_app.agents.parts import Words
from coexai_app.agents.report import Report
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound
from coexai_app.models import AuditLog, Output, OutputStatus
from coexai_app.services import home, outputs, outputs_read
from coexai_app.views.outputs import OutputView
from tests.people import People, do
from tests.work import POST, create, nobody, work_all

INVENTED = "We saved 47,000 euros, says Hubert Falk."


@pytest.fixture
def output(people: People, session: Session) -> OutputView:
    """The thread of the test's post."""
    create(people.bob)
    work_all()
    return do(outputs_read.get, people.bob, output_id=session.exec(select(Output.id)).one())


def texts(view: OutputView) -> list[str]:
    return [post.text for post in view.parts]


def edited(person: Any, view: OutputView, *posts: str) -> OutputView:
    return do(outputs.edit, person, output_id=UUID(view.id), version=view.version, parts=[Words(text, of) for of, text in enumerate(posts)])


class TestRead:
    def test_every_claim_is_marked_in_the_post_and_in_the_source_with_the_same_number(self, output: OutputView) -> None:
        in_posts = {s.claim for post in output.parts for s in post.segments if s.claim}
        in_source = {int(n) for block in output.source for s in block.segments for n in s.refs.split()}
        assert in_posts == {c.number for c in output.claims}
        assert in_source == in_posts

    def test_a_place_that_carries_several_claims_serves_each_of_them(self, people: People, output: OutputView) -> None:
        view = edited(people.bob, output, "Marta Ruiz took every order.", "The phone rang for Marta Ruiz.")
        places = [s for block in view.source for s in block.segments if s.claim]
        assert [s.refs for s in places] == ["1 2"]
        described = {s.claim: s.anchor for post in view.parts for s in post.segments if s.claim}
        assert described == {1: "source-1", 2: "source-1"}
        assert places[0].anchor == "source-1"

    def test_ids_on_the_page_are_unique(self, output: OutputView) -> None:
        ids = [s.anchor for block in output.source for s in block.segments if s.anchor]
        assert len(ids) == len(set(ids))

    def test_segments_make_up_the_whole_text(self, output: OutputView, session: Session) -> None:
        for post in output.parts:
            assert "".join(s.text for s in post.segments) == post.text
        report = Report.model_validate(session.exec(select(Output.report)).one())
        for block in output.source:
            assert "".join(s.text for s in block.segments) in report.source.text

    def test_claims_point_into_the_source(self, session: Session, output: OutputView) -> None:
        report = Report.model_validate(session.exec(select(Output.report)).one())
        for claim in report.claims:
            assert report.output["posts"][claim.part]["text"][claim.start : claim.end] == claim.text
            assert claim.source is not None
            if claim.source.origin == "source":
                assert report.source.text[claim.source.start : claim.source.end] == claim.source.quote

    def test_the_score_is_the_sum_of_its_checks(self, output: OutputView) -> None:
        assert output.score == sum(c.points for c in output.checks)
        assert output.max_score == sum(c.max_points for c in output.checks) == 100

    def test_raw_is_the_stable_shape(self, output: OutputView) -> None:
        raw = json.loads(output.raw)
        assert {"agent", "capability", "engine", "input", "analysis", "output", "claims", "checks", "score", "steps", "usage"} <= set(raw)
        assert raw["engine"] == {"provider": "builtin", "model": "extractive/1"}
        assert set(raw["output"]["posts"][0]) == {"text", "length"}

    def test_a_very_long_source_shows_the_paragraphs_around_its_claims(self, people: People, session: Session) -> None:
        filler = "\n\n".join(f"Paragraph about ordinary things that nobody counts, part {'abcdefghij'[n % 10] * 3}." for n in range(600))
        create(people.bob, text=f"{POST}\n\n{filler}")
        work_all()
        long = do(outputs_read.get, people.bob, output_id=session.exec(select(Output.id)).one())
        assert len(long.source) < 100
        assert any(block.kind == "gap" for block in long.source)


class TestEdit:
    def test_an_edit_is_judged_anew(self, people: People, output: OutputView) -> None:
        changed = edited(people.bob, output, INVENTED, *texts(output)[1:])
        assert changed.version == output.version + 1
        assert changed.unsupported >= 1
        assert changed.score < output.score
        assert not changed.can_approve
        assert changed.word == f"{changed.unsupported} claims to resolve" or changed.word == "1 claim to resolve"

    def test_the_length_is_counted_anew(self, people: People, output: OutputView) -> None:
        changed = edited(people.bob, output, "Waste fell from 14% to 5%.")
        assert [p.length for p in changed.parts] == [26]

    def test_a_post_that_is_too_long_cannot_be_approved(self, people: People, output: OutputView) -> None:
        changed = edited(people.bob, output, "Bread is good. " * 30)
        assert changed.parts[0].over
        with pytest.raises(Conflict):
            do(outputs.approve, people.bob, output_id=UUID(changed.id), version=changed.version)

    @pytest.mark.parametrize("posts", [[], ["  ", "\n"], ["x" * 2_001], ["one post"] * 26])
    def test_what_is_not_a_thread_is_refused_and_nothing_changes(self, people: People, output: OutputView, posts: list[str]) -> None:
        with pytest.raises(InvalidInput):
            edited(people.bob, output, *posts)
        assert do(outputs_read.get, people.bob, output_id=UUID(output.id)) == output

    def test_two_people_never_overwrite_each_other(self, people: People, output: OutputView) -> None:
        edited(people.bob, output, "Waste fell from 14% to 5%.")
        with pytest.raises(Conflict):
            edited(people.adam, output, "Orders rose.")

    @pytest.mark.asvs("V1.2.1", "V3.2.2")
    def test_scripts_are_text(self, people: People, output: OutputView) -> None:
        changed = edited(people.bob, output, "<script>alert(1)</script> Waste fell.")
        assert changed.parts[0].text.startswith("<script>")


class TestClaims:
    def test_keeping_a_claim_needs_a_reason_and_is_logged(self, people: People, output: OutputView, session: Session) -> None:
        view = edited(people.bob, output, INVENTED, *texts(output)[1:])
        for _ in range(view.unsupported):
            claim = next(c for c in view.claims if c.status == "unsupported")
            with pytest.raises(InvalidInput):
                do(outputs.override, people.bob, output_id=UUID(view.id), version=view.version, claim=claim.index, reason=" ")
            view = do(
                outputs.override, people.bob, output_id=UUID(view.id), version=view.version, claim=claim.index, reason="From our books"
            )
        assert (view.unsupported, view.can_approve) == (0, True)
        session.rollback()
        logged = session.exec(select(AuditLog).where(AuditLog.action == "output.claim_overridden").order_by(col(AuditLog.id))).all()
        assert {row.data["reason"] for row in logged} == {"From our books"}
        assert {row.user_id for row in logged} == {people.bob.user_id}

    def test_a_kept_claim_stays_kept_when_another_post_is_edited(self, people: People, output: OutputView) -> None:
        view = edited(people.bob, output, "We saved 47,000 euros.", *texts(output)[1:])
        claim = next(c for c in view.claims if c.status == "unsupported")
        view = do(outputs.override, people.bob, output_id=UUID(view.id), version=view.version, claim=claim.index, reason="From our books")
        view = edited(people.bob, view, *texts(view)[:-1])
        assert view.unsupported == 0
        assert any(c.status == "overridden" for c in view.claims)

    def test_removing_a_claim_takes_its_sentence_out(self, people: People, output: OutputView) -> None:
        view = edited(people.bob, output, f"Waste fell from 14% to 5%. {INVENTED}")
        claim = next(c for c in view.claims if c.status == "unsupported")
        view = do(outputs.remove_claim, people.bob, output_id=UUID(view.id), version=view.version, claim=claim.index)
        assert texts(view) == ["Waste fell from 14% to 5%."]
        assert view.unsupported == 0

    def test_a_supported_claim_cannot_be_overridden(self, people: People, output: OutputView) -> None:
        with pytest.raises(NotFound):
            do(outputs.override, people.bob, output_id=UUID(output.id), version=output.version, claim=0, reason="because")


class TestApprove:
    def test_a_clean_thread_is_approved_with_name_and_time(self, people: People, output: OutputView) -> None:
        view = do(outputs.approve, people.bob, output_id=UUID(output.id), version=output.version)
        assert (view.status, view.can_edit) == ("approved", False)
        assert view.approved.startswith("Approved by Bob Birch, today ")

    @pytest.mark.asvs("V2.3.1")
    def test_an_approved_one_is_changed_only_after_reopening(self, people: People, output: OutputView) -> None:
        view = do(outputs.approve, people.bob, output_id=UUID(output.id), version=output.version)
        with pytest.raises(Conflict):
            edited(people.bob, view, "Waste fell.")
        view = do(outputs.reopen, people.bob, output_id=UUID(view.id), version=view.version)
        assert (view.status, view.approved) == ("draft", "")
        edited(people.bob, view, "Waste fell.")

    @pytest.mark.asvs("V2.3.1")
    def test_unsupported_claims_block_it(self, people: People, output: OutputView, session: Session) -> None:
        view = edited(people.bob, output, INVENTED)
        with pytest.raises(Conflict, match="47,000"):
            do(outputs.approve, people.bob, output_id=UUID(view.id), version=view.version)
        session.rollback()
        assert session.exec(select(Output.status)).one() is OutputStatus.DRAFT


class TestOutsiders:
    @pytest.mark.parametrize(
        ("service", "more"),
        [
            (outputs_read.get, {}),
            (outputs.edit, {"version": 1, "parts": [Words("x")]}),
            (outputs.override, {"version": 1, "claim": 0, "reason": "because"}),
            (outputs.remove_claim, {"version": 1, "claim": 0}),
            (outputs.approve, {"version": 1}),
            (outputs.reopen, {"version": 1}),
            (outputs.export, {"format": "md"}),
        ],
    )
    def test_another_organisations_result_does_not_exist(
        self, people: People, output: OutputView, service: Callable[..., Any], more: dict[str, Any]
    ) -> None:
        for where in (UUID(output.id), nobody()):
            with pytest.raises(NotFound):
                do(service, people.mallory, output_id=where, **more)

    @pytest.mark.parametrize(
        ("service", "more"),
        [(outputs.edit, {"parts": [Words("x")]}), (outputs.approve, {}), (outputs.override, {"claim": 0, "reason": "because"})],
    )
    def test_a_viewer_may_only_read(self, people: People, output: OutputView, service: Callable[..., Any], more: dict[str, Any]) -> None:
        with pytest.raises(Forbidden):
            do(service, people.vera, output_id=UUID(output.id), version=output.version, **more)
        view = do(outputs_read.get, people.vera, output_id=UUID(output.id))
        assert (view.can_edit, view.can_approve) == (False, False)


class TestLibrary:
    def test_search_finds_words_of_titles_and_takes_wildcards_literally(self, people: People, output: OutputView) -> None:
        assert do(outputs_read.page, people.vera, query="COUNTING taught").total == 1
        assert do(outputs_read.page, people.vera, query="%").total == (1 if "%" in output.title + output.preview else 0)
        assert do(outputs_read.page, people.vera, query="zebra").total == 0
        assert do(outputs_read.page, people.vera, status="approved").total == 0
        assert do(outputs_read.page, people.mallory).total == 0


class TestHome:
    def test_a_draft_with_an_open_claim_needs_somebody(self, people: People, output: OutputView) -> None:
        edited(people.bob, output, INVENTED)
        view = do(home.overview, people.bob)
        assert view.needs[0].href == f"/outputs/{output.id}?tab=evidence"
        assert view.line.startswith("1 thing needs you.")
        assert do(home.overview, people.mallory).needs == ()

    def test_the_sidebar_counts_drafts_and_busy_coworkers(self, people: People, output: OutputView) -> None:
        create(people.bob)
        view = do(home.shell, people.vera)
        assert (view.review, view.running, view.busy) == (1, 1, ("maya",))

    def test_home_and_sidebar_say_the_same(self, people: People, output: OutputView) -> None:
        create(people.bob, text="Too short to be a post.")
        work_all()
        view = do(home.overview, people.bob)
        assert view.needs_count == do(home.shell, people.bob).review == 2
        assert [need.action for need in view.needs] == ["See why", "Open draft"]
