"""The list of jobs, newest first, with filters and paging in the address."""

from __future__ import annotations

import reflex as rx

from components import fields
from components.buttons import button, link_button
from components.empty import empty
from components.jobs import job_table
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton_rows
from components.tables import pager
from pages.base import page
from state.jobs import JobsState

_STATES = (("", "All"), ("active", "Running"), ("completed", "Done"), ("failed", "Failed"), ("cancelled", "Cancelled"))
_AGENTS = (("", "All coworkers"), ("maya", "Maya"), ("jordan", "Jordan"), ("sam", "Sam"), ("taylor", "Taylor"))


@page(route="/jobs", title="Jobs", role="viewer", on_load=JobsState.load, current="jobs")
def jobs() -> rx.Component:
    return rx.fragment(
        page_header("Jobs", rx.el.p("What your coworkers did, do and will do.")),
        panel(
            _filters(),
            rx.cond(JobsState.loaded, rx.cond(JobsState.rows.length() == 0, _nothing(), job_table(JobsState.rows)), skeleton_rows()),
            rx.cond(
                JobsState.pages > 1,
                pager(
                    label=JobsState.label,
                    page=JobsState.page,
                    pages=JobsState.pages,
                    on_previous=rx.redirect(JobsState.before),
                    on_next=rx.redirect(JobsState.after),
                ),
                rx.fragment(),
            ),
            label="Jobs",
            padded=False,
        ),
    )


def _filters() -> rx.Component:
    return rx.el.div(
        fields.segmented(
            name="status", testid="filter-status", options=_STATES, value=JobsState.status, label="State", on_change=JobsState.choose_status
        ),
        rx.el.div(
            fields.select(
                name="agent",
                testid="filter-agent",
                options=_AGENTS,
                value=JobsState.agent,
                aria_label="Coworker",
                on_change=JobsState.choose_agent,
            ),
            class_name="w-44 max-md:w-full",
        ),
        class_name="flex flex-wrap items-center gap-3 border-b border-line px-4 py-2.5",
        key=JobsState.status + "," + JobsState.agent,
    )


def _nothing() -> rx.Component:
    return rx.cond(
        (JobsState.status != "") | (JobsState.agent != ""),
        empty(
            "Nothing matches",
            "No job has this state and this coworker.",
            icon="search",
            action=button("Clear filters", testid="clear-filters", on_click=rx.redirect("/jobs")),
            testid="nothing-matches",
        ),
        empty(
            "No jobs yet",
            "Give Maya an article, and follow her steps here.",
            agent="maya",
            action=link_button("Run the example", "/agents/maya?example=1", testid="run-example", variant="pri", icon="play"),
        ),
    )
