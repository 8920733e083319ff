"""A result: its tabs (Result, Evidence, Checks, Comments, Versions, Steps, Raw), what can be done with it, and its row in the library.

The output page and the workspace show the same tabs; each binds its state's vars and handlers through `Actions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from coexai_app.views.outputs import ExportView, OutputRow
from components import theme
from components.approval import ReviewActions, approval_bar, review_dialogs, steps_list
from components.avatars import agent_tile
from components.buttons import app_link, button, copy_button
from components.checks import checks
from components.chips import chip, test_chip
from components.comments import comments, new_comment
from components.composer import channels
from components.evidence import count_of_open, evidence, source_note
from components.icons import icon
from components.menus import menu
from components.notes import note
from components.seen import when_seen
from components.skeleton import skeleton
from components.tabs import Tab, tabs
from components.thread import thread_editor
from components.timeline import vertical
from components.vars import Child, concat, cx
from components.versions import versions


@dataclass(frozen=True)
class Actions:
    """What a person can do with a result: the handlers of the state that holds it."""

    edit: Any
    leave: Any
    save: Any
    add_post: Any
    drop_post: Any
    move_post: Any
    remove_claim: Any
    keep_claim: Any
    approve: Any
    reopen: Any
    show_raw: Any
    edit_part: Any
    apply_fix: Any
    restore: Any
    look: Any
    review: ReviewActions
    say: Any


def result_tabs(
    output: Any,
    steps: Any,
    actions: Actions,
    *,
    editing: Any,
    drafts: Any,
    saving: Any,
    problem: Any,
    problem_claim: Any,
    raw: Any,
    talk: Any,
    review_problem: Any,
    turn: Any,
    below_checks: Child | None = None,
) -> rx.Component:
    """The seven tabs, in their fixed order. `output` is an `OutputView` var, `steps` a var of `StepView`.

    `raw` is the report as JSON, empty until `actions.show_raw` was called. `problem` is what the server refused: an edit, or the reason
    for the claim with the index `problem_claim` (-1 for an edit). `talk` is the state of what is said around it (`ReviewState`), which may
    have read nothing yet; `review_problem` and `turn` are those of the review's dialogs, `below_checks` what
    stands under the checks.
    """
    editor = thread_editor(
        drafts,
        on_save=actions.save,
        on_leave=actions.leave,
        on_add=actions.add_post,
        on_drop=actions.drop_post,
        on_move=actions.move_post,
        saving=saving,
        problem=rx.cond(problem_claim < 0, problem, ""),
    )
    all_passed = output.checks_passed == output.checks.length()
    review = talk.review
    return rx.el.section(
        rx.cond(review, approval_bar(output, review, actions.review, editing=editing), rx.fragment()),
        tabs(
            [
                Tab("result", "Result", rx.cond(editing, editor, _result(output, actions, review))),
                Tab(
                    "evidence",
                    "Evidence",
                    evidence(
                        output, on_remove=actions.remove_claim, on_keep=actions.keep_claim, problem=problem, problem_claim=problem_claim
                    ),
                    count=count_of_open(output),
                    count_tone="bad",
                ),
                Tab(
                    "checks",
                    "Checks",
                    checks(output, on_fix=actions.apply_fix, foot=below_checks),
                    count=f"{output.checks_passed} of {output.checks.length()}",
                    count_tone=rx.cond(all_passed, "ok", "idle"),
                ),
                Tab(
                    "comments",
                    "Comments",
                    rx.cond(review, _talk(review, talk), rx.fragment()),
                    count=rx.cond(review, rx.cond(review.open_threads == 0, "", review.open_threads.to_string()), ""),
                    count_tone="mark",
                ),
                Tab(
                    "versions",
                    "Versions",
                    rx.cond(
                        review,
                        versions(
                            review, talk.chosen, can_edit=output.can_edit & ~editing, on_look=actions.look, on_restore=actions.restore
                        ),
                        rx.fragment(),
                    ),
                ),
                Tab("steps", "Steps", _steps(output, steps)),
                Tab("raw", "Raw", _raw(output, raw, actions.show_raw)),
            ],
            label="Result",
            testid="tab",
        ),
        rx.cond(
            review,
            rx.fragment(
                new_comment(
                    review, on_send=actions.say, problem=rx.cond(talk.refused_at == "new", talk.refused, ""), form_key=talk.form_key
                ),
                review_dialogs(
                    output,
                    review,
                    actions.review,
                    problem=review_problem,
                    turn=turn,
                    link=talk.link,
                    link_for=talk.link_for,
                    link_problem=rx.cond(talk.refused_at == "link", talk.refused, ""),
                    link_key=talk.form_key,
                ),
            ),
            rx.fragment(),
        ),
        class_name=theme.PANEL,
        aria_label="Result",
        data_testid="result",
    )


def result_actions(output: Any, actions: Actions, *, editing: Any) -> list[Child]:
    """Export, and Approve (with the reason when it is not possible yet) or Reopen."""
    approve = button(
        "Approve",
        testid="approve",
        variant="pri",
        icon="check",
        disabled=~output.can_approve | editing,
        title=rx.cond(editing, "Save or discard your changes first.", output.why_not),
        on_click=actions.approve,
    )
    reopen = button("Reopen", testid="reopen", icon="rotate-ccw", on_click=actions.reopen)
    return [export_menu(output), rx.cond(output.status == "approved", reopen, approve)]


def export_menu(output: Any) -> rx.Component:
    """The formats to download; a thread leaves as it is, with open claims marked in the file."""
    return menu(
        rx.foreach(output.exports, _export),
        trigger=[icon("download", 16, "-ml-0.5"), "Export", icon("chevron-down", 14)],
        menu_id="export-menu",
        label="Export",
        testid="export",
        trigger_cls=cx(theme.BUTTON, theme.BUTTON_VARIANTS["sec"], theme.BUTTON_SIZES["md"], "max-md:h-10! max-md:w-full"),
        cls="right-0 left-auto w-44",
    )


def result_meta(output: Any) -> list[Child]:
    """Chip and facts for the page's head: state, when, who approved or why it cannot be approved yet."""
    return [
        chip(output.word, tone=output.tone, icon=output.icon, testid="output-status"),
        rx.cond(output.approved == "", rx.fragment(), rx.el.span(output.approved, class_name=theme.MUTE, data_testid="approved-by")),
        rx.cond(output.why_not == "", rx.fragment(), rx.el.span(output.why_not, class_name="text-ink-2", data_testid="why-not")),
        rx.el.span(f"{output.capability_title}, {output.created}", class_name=theme.MUTE),
        rx.el.span(f"{output.score} of {output.max_score} points", class_name=cx(theme.MUTE, "tabular max-md:hidden")),
    ]


def output_list(rows: Any) -> rx.Component:
    """The library: title, the first words, score and state."""
    return rx.el.ul(rx.foreach(rows, _row), data_testid="outputs")


def _result(output: Any, actions: Actions, review: Any) -> rx.Component:
    edit = rx.cond(output.can_edit, button("Edit", testid="edit", size="sm", icon="pencil", on_click=actions.edit), rx.fragment())
    everything = output.parts.map(lambda part: part.line).join("\n\n")
    warning = note(
        "Its claim is marked in the Evidence tab. Remove the sentence, or keep it with a reason.",
        title=rx.cond(output.unsupported == 1, "One claim has no source.", f"{output.unsupported} claims have no source."),
        tone="mark",
        testid="open-claims",
    )
    told = note(
        rx.foreach(output.reading, lambda line: rx.el.span(line, class_name="block break-words not-first:mt-1")),
        tone="warn",
        testid="reading-notes",
    )
    return rx.el.div(
        rx.cond(output.reading.length() == 0, rx.fragment(), rx.el.div(told, class_name="px-4 pt-4")),
        source_note(output, testid="source-note"),
        rx.cond(output.unsupported == 0, rx.fragment(), rx.el.div(warning, class_name="px-4 pt-4")),
        rx.foreach(output.notes, lambda said: rx.el.div(note(said, tone="idle", testid="output-note"), class_name="px-4 pt-4")),
        channels(
            output.groups,
            review.open_at,
            copy_button(everything, testid="copy-all", label="Copy all"),
            edit,
            can_comment=review.can_comment,
            can_edit=output.can_edit,
            on_edit=actions.edit_part,
        ),
    )


def _talk(review: Any, talk: Any) -> rx.Component:
    """The threads, and beside them the steps of the review."""
    return rx.el.div(
        comments(review, state=talk),
        rx.cond(
            review.steps.length() > 0,
            rx.el.div(
                rx.el.h2("Review", class_name=cx(theme.EYEBROW, "px-4 pt-4")),
                steps_list(review),
                class_name="border-line min-[901px]:border-l max-[900px]:border-t",
            ),
            rx.fragment(),
        ),
        class_name=rx.cond(
            review.steps.length() > 0,
            "grid grid-cols-[minmax(0,1fr)_20rem] max-[900px]:grid-cols-[minmax(0,1fr)]",
            "grid grid-cols-[minmax(0,1fr)]",
        ),
    )


def _steps(output: Any, steps: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(vertical(steps), class_name="p-4"),
        rx.el.div(
            rx.el.h2("How it was made", class_name=cx(theme.EYEBROW, "mb-2.5")),
            rx.el.dl(rx.foreach(output.facts, lambda pair: rx.fragment(rx.el.dt(pair[0]), rx.el.dd(pair[1]))), class_name=theme.KV),
            app_link("Open the job", href=concat("/jobs/", output.job_id), testid="open-job", cls=cx(theme.LINK, "mt-3 inline-block")),
            class_name="border-line p-4 min-[901px]:border-l max-[900px]:border-t",
        ),
        class_name="grid grid-cols-[minmax(0,1fr)_20rem] max-[900px]:grid-cols-[minmax(0,1fr)]",
    )


def _raw(output: Any, raw: Any, on_seen: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.p("The whole report, as the API returns it.", class_name=theme.MUTE),
            rx.el.span(rx.cond(raw == "", rx.fragment(), copy_button(raw, testid="copy-raw")), class_name="ml-auto"),
            class_name="flex min-h-12 items-center gap-3 border-b border-line px-4 py-2",
        ),
        when_seen(
            rx.cond(raw == "", rx.el.div(skeleton(8, label="Loading the report"), class_name="p-4"), _json(raw)),
            on_seen=on_seen,
            key=output.id,
        ),
    )


def _json(raw: Any) -> rx.Component:
    return rx.el.pre(
        raw,
        class_name="max-h-[36rem] overflow-auto rounded-b-lg bg-sunken p-4 font-mono text-xs leading-5 text-ink-2",
        tab_index=0,
        role="region",
        aria_label="Report as JSON",
        data_testid="raw",
    )


def _export(export: rx.Var[ExportView]) -> rx.Component:
    return app_link(
        icon("file-text", 16, "text-ink-3"),
        export.label,
        href=export.url,
        testid=f"export-{export.format}",
        cls=(
            "flex min-h-8 w-full items-center gap-2.5 rounded-sm px-2 text-sm font-medium text-ink-2 hover:bg-hover hover:text-ink "
            "focus:bg-hover focus:text-ink max-md:min-h-11"
        ),
        role="menuitem",
        tab_index=-1,
        download=True,
        reload_document=True,
    )


def _row(output: rx.Var[OutputRow]) -> rx.Component:
    return rx.el.li(
        app_link(
            agent_tile(output.agent, "lg", "mt-0.5"),
            rx.el.span(
                rx.el.span(output.title, class_name="block truncate text-md font-medium", title=output.title),
                rx.el.span(output.preview, class_name="line-clamp-2 text-ink-2 break-words"),
                rx.el.span(f"{output.capability_title}, {output.created}", class_name=cx("mt-0.5 block", theme.META)),
                class_name="min-w-0 flex-1",
            ),
            rx.el.span(
                rx.el.span(test_chip(output.test), chip(output.word, tone=output.tone, icon=output.icon), class_name=theme.ROW),
                rx.el.span(
                    rx.el.b(output.score, class_name="font-semibold text-ink"),
                    f" of {output.max_score}",
                    class_name="text-xs text-ink-3 tabular",
                    title="Score",
                ),
                class_name="grid flex-none justify-items-end gap-1.5",
            ),
            href=concat("/outputs/", output.id),
            testid="output-row",
            cls=cx("flex items-start gap-3 px-4 py-3", theme.ROW_LINK),
        ),
        class_name="border-b border-line last:border-b-0",
    )
