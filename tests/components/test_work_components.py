"""The pieces of a result and of a job carry what people, keys, screen readers and the script hold on to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import reflex as rx

from coexai_app.views.agents import FieldView, Option, Quote
from coexai_app.views.dead_letters import DeadLetterRow, Stayed
from coexai_app.views.home import Need
from coexai_app.views.jobs import JobRow, JobView
from coexai_app.views.outputs import OutputRow, OutputView
from coexai_app.views.reviews import ReviewView, VersionView
from coexai_app.views.steps import StepView
from components import approval, checks, composer, dead_letters, evidence, jobs, needs, outputs, run_form, thread, timeline
from state.output import Draft


class Work(rx.State):
    """Vars of the kinds that pages hand over."""

    output: OutputView | None = None
    rows: tuple[OutputRow, ...] = ()
    drafts: tuple[Draft, ...] = ()
    job: JobView | None = None
    jobs: tuple[JobRow, ...] = ()
    steps: tuple[StepView, ...] = ()
    needs: tuple[Need, ...] = ()
    dead: tuple[DeadLetterRow, ...] = ()
    stayed: tuple[Stayed, ...] = ()
    chosen: list[str] = []  # noqa: RUF012
    fields: tuple[FieldView, ...] = ()
    sources: list[Option] = []  # noqa: RUF012
    errors: dict[str, str] = {}  # noqa: RUF012
    quote: Quote | None = None
    review: ReviewView | None = None
    version: VersionView | None = None
    flag: bool = False
    word: str = ""
    number: int = 0


def done(*_arguments: Any) -> Any:
    """Stands for any handler; a state of its own would add events without a policy to the app's registry."""
    return rx.noop()


ACTIONS = outputs.Actions(
    edit=rx.noop(),
    leave=rx.noop(),
    save=rx.noop(),
    add_post=done,
    drop_post=done,
    move_post=done,
    remove_claim=done,
    keep_claim=rx.noop(),
    approve=rx.noop(),
    reopen=rx.noop(),
    show_raw=rx.noop(),
    edit_part=done,
    apply_fix=done,
    restore=done,
    look=done,
    review=approval.ReviewActions(
        request=rx.noop(), withdraw=rx.noop(), reject=rx.noop(), create_link=rx.noop(), kept_link=rx.noop(), revoke_link=done
    ),
    say=rx.noop(),
)


def html(component: Any) -> str:
    return str(component.render())


TALK = SimpleNamespace(
    review=Work.review,
    chosen=Work.version,
    refused=Work.word,
    refused_at=Work.word,
    editing=Work.word,
    link=Work.word,
    link_for=Work.word,
    form_key=Work.number,
    reply=rx.noop(),
    edit_comment=rx.noop(),
    begin_edit=done,
    delete_comment=done,
    resolve=done,
    reopen=done,
)


class TestEvidence:
    @pytest.fixture(scope="class")
    @classmethod
    def rendered(cls) -> str:
        made = evidence.evidence(Work.output, on_remove=done, on_keep=rx.noop(), problem=Work.word, problem_claim=Work.number)
        return html(made)

    def test_claim_source_and_row_carry_the_same_number(self, rendered: str) -> None:
        assert rendered.count('"data-claim":segment_rx_state_?.["refs"]') == 2
        assert '"data-claim":claim_rx_state_?.["number"]' in rendered
        assert '"data-evidence"' in rendered

    def test_a_claim_is_a_button_that_its_source_describes(self, rendered: str) -> None:
        assert 'role:"button"' in rendered
        assert '"aria-describedby":segment_rx_state_?.["anchor"]' in rendered
        assert 'id:segment_rx_state_?.["anchor"]' in rendered

    def test_looks_come_from_the_tone(self, rendered: str) -> None:
        for look in ("cl cl-no", "cl cl-kept", "sp", "claim-row"):
            assert look in rendered

    def test_the_source_may_scroll_by_itself_and_by_keyboard(self, rendered: str) -> None:
        assert '"data-source":"true"' in rendered
        assert '"aria-label":"Source"' in rendered

    def test_an_open_claim_can_be_removed_or_kept_with_a_reason(self, rendered: str) -> None:
        for piece in ("remove-claim-", "keep-claim-", "keep-form-", 'name:"reason"', 'name:"claim"'):
            assert piece in rendered


class TestChecks:
    def test_every_point_is_on_screen_and_the_sum_too(self) -> None:
        rendered = html(checks.checks(Work.output, on_fix=done))
        for piece in ('"data-testid":"score"', '"data-testid":"score-sum"', "flexGrow", '["max_points"]', '["fix"]', '["evidence"]'):
            assert piece in rendered

    def test_a_finding_has_its_words_and_one_click(self) -> None:
        rendered = html(checks.checks(Work.output, on_fix=done))
        for piece in ('["replacement"]', '["can_fix"]', '("fix-"+'):
            assert piece in rendered


class TestThread:
    def test_each_post_can_be_copied_and_says_its_length(self) -> None:
        rendered = html(composer.channels(Work.output.groups, Work.review.open_at, can_comment=Work.flag))
        assert '"data-copy":post_rx_state_?.["text"]' in rendered
        assert "-length" in rendered

    def test_a_text_has_its_claims_and_each_part_its_comments(self) -> None:
        rendered = html(composer.channels(Work.output.groups, Work.review.open_at, can_comment=Work.flag))
        for piece in ('"data-testid":"prose"', '"data-testid":"entries"', '"data-part-text"', '"data-says"', '"data-claim"'):
            assert piece in rendered

    def test_a_page_without_comments_has_no_button_for_them(self) -> None:
        assert "data-says" not in html(composer.channels(Work.output.groups, (), can_comment=False))

    def test_a_field_keeps_its_key_and_its_name_while_posts_move(self) -> None:
        made = thread.thread_editor(
            Work.drafts,
            on_save=rx.noop(),
            on_leave=rx.noop(),
            on_add=done,
            on_drop=done,
            on_move=done,
            saving=Work.flag,
            problem=Work.word,
        )
        rendered = html(made)
        assert 'key:draft_rx_state_?.["key"]' in rendered
        assert 'name:("post-"+draft_rx_state_?.["key"])' in rendered
        for name in ("Move up", "Move down", "Add a part below", "Remove this part"):
            assert f'"aria-label":"{name}"' in rendered


class TestResult:
    @pytest.fixture(scope="class")
    @classmethod
    def rendered(cls) -> str:
        tabs = outputs.result_tabs(
            Work.output,
            Work.steps,
            ACTIONS,
            editing=Work.flag,
            drafts=Work.drafts,
            saving=Work.flag,
            problem=Work.word,
            problem_claim=Work.number,
            raw=Work.word,
            talk=TALK,
            review_problem=Work.word,
            turn=Work.number,
        )
        return html(rx.fragment(tabs, *outputs.result_actions(Work.output, ACTIONS, editing=Work.flag)))

    def test_seven_tabs_in_their_order(self, rendered: str) -> None:
        order = ("result", "evidence", "checks", "comments", "versions", "steps", "raw")
        places = [rendered.index(f'"data-testid":"tab-{slug}"') for slug in order]
        assert places == sorted(places)

    def test_what_is_asked_for_in_words_closes_once_it_was_taken(self, rendered: str) -> None:
        for dialog in ("new-comment", "ask-review", "ask-changes"):
            assert f'"data-testid":"{dialog}"' in rendered
        assert rendered.count('"data-turn"') == 3

    def test_a_link_is_shown_to_be_copied(self, rendered: str) -> None:
        assert '"data-testid":"client-link"' in rendered
        assert '"data-testid":"client-copy"' in rendered

    def test_approve_says_why_it_is_off(self, rendered: str) -> None:
        assert '["can_approve"]' in rendered
        assert '["why_not"]' in rendered

    def test_an_export_leaves_the_app_as_a_download(self, rendered: str) -> None:
        assert "reloadDocument:true" in rendered
        assert "download:true" in rendered

    def test_the_library_links_to_each_result(self) -> None:
        assert '"/outputs/"' in html(outputs.output_list(Work.rows)) or "/outputs/" in html(outputs.output_list(Work.rows))


class TestJobs:
    def test_steps_say_their_state_in_a_word_and_to_the_script(self) -> None:
        for made in (timeline.flat(Work.steps, Work.word), timeline.vertical(Work.steps)):
            rendered = html(made)
            for piece in ('"data-status":step_rx_state_?.["status"]', '"aria-current"', "kept from an earlier attempt", "to come"):
                assert piece in rendered

    def test_the_line_about_progress_is_told_politely(self) -> None:
        assert '"aria-live":"polite"' in html(timeline.flat(Work.steps, Work.word))

    def test_rows_link_to_their_job(self) -> None:
        rendered = html(jobs.job_table(Work.jobs))
        assert "/jobs/" in rendered
        assert '"data-testid":"job-row"' in rendered

    def test_cancelling_asks_first(self) -> None:
        rendered = html(jobs.cancel_button(Work.job, rx.noop()))
        assert "Cancel this job?" in rendered
        assert '"data-open":"cancel-dialog"' in rendered

    def test_why_it_failed_is_read_out_and_says_what_to_do(self) -> None:
        rendered = html(jobs.why(Work.job))
        for piece in ('["reason"]', '["advice"]', '"aria-live":"polite"'):
            assert piece in rendered

    def test_what_waits_for_you_leads_somewhere(self) -> None:
        assert 'need_rx_state_?.["href"]' in html(needs.needs(Work.needs, Work.number))


class TestRunForm:
    @pytest.fixture(scope="class")
    @classmethod
    def rendered(cls) -> str:
        made = run_form.run_form(
            Work.fields,
            makes=Work.sources,
            make=Work.word,
            sources=Work.sources,
            source=Work.word,
            has_advanced=Work.flag,
            several=Work.flag,
            more_open=Work.flag,
            errors=Work.errors,
            quote=Work.quote,
            run_key=Work.word,
            form_key=Work.number,
            starting=Work.flag,
            again=Work.flag,
            on_submit=rx.noop(),
            on_make=rx.noop(),
            on_example=rx.noop(),
        )
        return html(made)

    def test_the_three_sources_and_the_button_are_there(self, rendered: str) -> None:
        for name in ("source-url", "source-text", "source-file", "source-kind", "use-example", "run-button", "quote"):
            assert f'"data-testid":"{name}"' in rendered

    def test_a_double_click_carries_the_same_key(self, rendered: str) -> None:
        assert 'name:"run_key"' in rendered

    def test_an_error_is_an_alert_at_its_field(self, rendered: str) -> None:
        assert rendered.count('"data-testid":"field-error"') >= 4
        assert 'role:"alert"' in rendered

    def test_the_price_stands_before_the_button(self, rendered: str) -> None:
        assert rendered.index('["cost"]') < rendered.index('"data-testid":"run-button"')


class TestSteps:
    def test_a_running_step_has_a_timer_that_react_leaves_empty(self) -> None:
        rendered = html(timeline.vertical(Work.steps, clock=Work.number))
        assert '"data-since":step_rx_state_?.["started"]' in rendered
        assert 'role:"timer"' in rendered
        assert '"data-clock":' in rendered

    def test_each_says_its_cost_and_its_attempt(self) -> None:
        rendered = html(timeline.vertical(Work.steps))
        for piece in ('["cost"]', '["origin"]', '["summary"]', '"step-origin"'):
            assert piece in rendered
        short = html(timeline.vertical(Work.steps, summaries=False))
        assert '["cost"]' not in short


class TestDeadLetters:
    @pytest.fixture(scope="class")
    @classmethod
    def rendered(cls) -> str:
        made = dead_letters.dead_letter_list(
            Work.dead, locked=Work.word, chosen=Work.chosen, boxes_key=Work.number, on_choose=done, on_ask=done
        )
        return html(made)

    def test_a_row_keeps_its_place_and_its_box_while_others_come_and_go(self, rendered: str) -> None:
        assert 'key:job_rx_state_?.["id"]' in rendered
        assert 'type:"checkbox"' in rendered
        assert '"aria-label":("Choose "+job_rx_state_?.["title"])' in rendered

    def test_it_says_reason_code_step_attempts_when_and_who(self, rendered: str) -> None:
        for name in ("title", "reason", "error_code", "step", "attempts", "when", "by"):
            assert f'job_rx_state_?.["{name}"]' in rendered

    def test_both_acts_ask_first_and_say_what_follows(self, rendered: str) -> None:
        assert rendered.count('"data-open"') == 2
        questions = html(dead_letters.dialogs(what=Work.word, on_requeue=rx.noop(), on_discard=rx.noop()))
        for words in ("nothing is paid twice", "month", "runs again", "can still be resumed"):
            assert words in questions

    def test_the_box_for_all_has_three_states(self) -> None:
        bar = html(dead_letters.choice_bar(every=Work.word, chosen=Work.number, rows=Work.number, on_all=rx.noop(), on_ask=rx.noop()))
        assert 'role:"checkbox"' in bar
        assert '"aria-checked":' in bar

    def test_what_stayed_is_an_alert(self) -> None:
        assert 'role:"alert"' in html(dead_letters.stayed(Work.stayed))
