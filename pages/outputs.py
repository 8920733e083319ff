"""The library: everything that the coworkers made, to search and to filter."""

from __future__ import annotations

import reflex as rx

from components import fields
from components.buttons import button, link_button
from components.empty import empty
from components.outputs import output_list
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton_rows
from components.tables import pager
from pages.base import page
from state.outputs import OutputsState

_STATES = (("", "All"), ("draft", "Drafts"), ("approved", "Approved"))


@page(route="/outputs", title="Library", role="viewer", on_load=OutputsState.load, current="outputs")
def outputs() -> rx.Component:
    return rx.fragment(
        page_header("Library", rx.el.p("Everything that your coworkers made.")),
        panel(
            _filters(),
            rx.cond(
                OutputsState.loaded, rx.cond(OutputsState.rows.length() == 0, _nothing(), output_list(OutputsState.rows)), skeleton_rows()
            ),
            pager(
                label=OutputsState.label,
                page=OutputsState.page,
                pages=OutputsState.pages,
                on_previous=rx.redirect(OutputsState.before),
                on_next=rx.redirect(OutputsState.after),
            ),
            label="Results",
            padded=False,
        ),
    )


def _filters() -> rx.Component:
    return rx.el.div(
        rx.el.form(
            fields.search_input(
                label="Search results",
                testid="search-outputs",
                placeholder="Search title or text",
                value=OutputsState.query,
                key=OutputsState.query,
            ),
            on_submit=OutputsState.search,
            class_name="w-72 max-md:w-full",
            role="search",
        ),
        fields.segmented(
            name="status",
            testid="filter-status",
            options=_STATES,
            value=OutputsState.status,
            label="State",
            on_change=OutputsState.choose_status,
        ),
        class_name="flex flex-wrap items-center gap-3 border-b border-line px-4 py-2.5",
    )


def _nothing() -> rx.Component:
    filtered = (OutputsState.query != "") | (OutputsState.status != "")
    return rx.cond(
        filtered,
        empty(
            "Nothing matches",
            "No result has these words and this state.",
            icon="search",
            action=button("Clear filters", testid="clear-filters", on_click=rx.redirect("/outputs")),
            testid="nothing-matches",
        ),
        empty(
            "No results yet",
            "What your coworkers make stands here, with its sources and its score. Maya's example takes a few seconds.",
            agent="maya",
            action=link_button("Run the example", "/agents/maya?example=1", testid="run-example", variant="pri", icon="play"),
        ),
    )
