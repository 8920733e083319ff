"""Cases: results that the organisation kept, to hold every engine and model to them."""

from __future__ import annotations

import reflex as rx

from components.buttons import copy_button, link_button
from components.empty import empty
from components.eval_cases import case_table, delete_question
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton_rows
from components.tables import pager
from pages.base import page
from state.eval_cases import PATH, EvalCasesState


@page(route=PATH, title="Cases", role="viewer", on_load=EvalCasesState.load, current="cases")
def settings_cases() -> rx.Component:
    cases = EvalCasesState.cases
    return rx.fragment(
        page_header("Cases", rx.el.p("Results that you kept: what was good has to stay, what was bad must not come back.")),
        panel(
            rx.cond(
                EvalCasesState.loaded,
                rx.cond(cases.rows.length() > 0, case_table(cases.rows, on_ask=EvalCasesState.ask), _nothing()),
                skeleton_rows(),
            ),
            pager(
                label=cases.label,
                page=cases.page,
                pages=cases.pages,
                on_previous=rx.redirect(EvalCasesState.before),
                on_next=rx.redirect(EvalCasesState.after),
            ),
            label="Cases",
            padded=False,
        ),
        rx.cond(cases.rows.length() > 0, _command(), rx.fragment()),
        delete_question(
            name=rx.cond(EvalCasesState.about, EvalCasesState.about.name, "this case"),
            show=EvalCasesState.deleting,
            on_delete=EvalCasesState.delete,
        ),
    )


def _command() -> rx.Component:
    """How whoever runs this instance holds every engine and model to the cases."""
    command = EvalCasesState.cases.command
    return panel(
        rx.el.p(
            "This command runs them where CoExAI is installed, with the builtin engine and every model that has a key, and compares "
            "quality, cost and time.",
            class_name="text-ink-2",
        ),
        rx.el.div(
            rx.el.code(
                command,
                class_name="min-w-0 flex-1 basis-80 rounded-sm bg-sunken px-2.5 py-1.5 font-mono text-xs break-all text-ink",
                data_testid="case-command",
            ),
            copy_button(command, testid="copy-command", label="Copy command"),
            class_name="mt-3 flex flex-wrap items-center gap-2",
        ),
        title="Run them",
    )


def _nothing() -> rx.Component:
    return empty(
        "No cases yet",
        "Open a result, go to its checks and keep it as a case. Later results are then held to it.",
        icon="badge-check",
        action=link_button("Open the library", "/outputs", testid="to-library"),
        testid="no-cases",
    )
