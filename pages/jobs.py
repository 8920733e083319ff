"""The list of jobs, newest first, with filters, search and paging in the address."""

from __future__ import annotations

from typing import Any

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
        page_header("Jobs", _counts(), actions=[_dead_letters()]),
        panel(
            _filters(),
            rx.cond(
                JobsState.loaded, rx.cond(JobsState.rows.length() == 0, _nothing(), job_table(JobsState.rows, people=True)), skeleton_rows()
            ),
            pager(
                label=JobsState.label,
                page=JobsState.page,
                pages=JobsState.pages,
                on_previous=rx.redirect(JobsState.before),
                on_next=rx.redirect(JobsState.after),
            ),
            label="Jobs",
            padded=False,
        ),
    )


def _counts() -> rx.Component:
    shell = JobsState.shell
    return rx.el.p(
        f"{shell.running} running of {shell.slots}, {shell.waiting} waiting",
        class_name="tabular",
        title="How many jobs run at once is a limit of your plan. The others wait in line.",
        data_testid="jobs-counts",
    )


def _dead_letters() -> rx.Component:
    link = link_button(
        f"Dead letters ({JobsState.dead})",
        "/jobs/dead-letters",
        testid="to-dead-letters",
        icon="archive-x",
        title="Jobs that need a decision",
    )
    return rx.cond(JobsState.dead > 0, link, rx.fragment())


def _filters() -> rx.Component:
    return rx.el.div(
        rx.el.form(
            fields.search_input(label="Search jobs", testid="search-jobs", placeholder="Search titles", value=JobsState.query),
            on_submit=JobsState.search,
            class_name="w-60 max-md:w-full",
            role="search",
        ),
        fields.segmented(
            name="status", testid="filter-status", options=_STATES, value=JobsState.status, label="State", on_change=JobsState.choose_status
        ),
        rx.el.div(
            _choice("agent", "Coworker", _AGENTS, JobsState.agent, JobsState.choose_agent),
            # The options come from the server after the control: it starts anew with them, so that it shows the chosen one.
            _choice("person", "Person", JobsState.people, JobsState.person, JobsState.choose_person, key=JobsState.people.length()),
            class_name="flex min-w-0 gap-3 max-md:w-full *:w-40 max-md:*:w-auto max-md:*:min-w-0 max-md:*:flex-1 lg:ml-auto",
        ),
        class_name="flex flex-wrap items-center gap-3 border-b border-line px-4 py-2.5",
        key=JobsState.filters_key,
    )


def _choice(name: str, label: str, options: Any, value: Any, on_change: Any, **props: Any) -> rx.Component:
    return rx.el.div(
        fields.select(name=name, testid=f"filter-{name}", options=options, value=value, aria_label=label, on_change=on_change), **props
    )


def _nothing() -> rx.Component:
    return rx.cond(
        JobsState.filtered,
        empty(
            "Nothing matches",
            "No job has all of this: the words, the state, the coworker and the person.",
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
