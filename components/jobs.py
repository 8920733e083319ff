"""Jobs in lists and on their page: rows, why one waits or failed, its attempts, what went in and what it cost."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.jobs import AttemptView, JobRow
from components import tables, theme
from components.avatars import agent_tile
from components.buttons import app_link, button
from components.chips import chip, test_chip
from components.dialog import confirm, opens
from components.icons import icon
from components.panel import facts, panel
from components.tables import Column
from components.vars import Child, concat, cx

_COLUMNS: Final = (
    Column("Job"),
    Column("Coworker", hide=True),
    Column("Person", hide=True),
    Column("State"),
    Column("Took", numeric=True, hide=True),
    Column("Started", numeric=True),
)
_WHY_ICONS: Final = {"failed": "circle-alert", "dead_letter": "archive-x", "cancelled": "ban"}
_WHY_TILES: Final = {"failed": "bg-bad-bg text-bad-fg", "dead_letter": "bg-bad-bg text-bad-fg", "cancelled": "bg-idle-bg text-idle-fg"}


def job_chip(job: Any, testid: str = "") -> rx.Component:
    """The state of a job: icon, and a word or its reason."""
    return chip(job.word, tone=job.tone, icon=job.icon, testid=testid)


def job_table(rows: Any, *, people: bool = False, busy: Any = False) -> rx.Component:
    """Rows of jobs, newest first; the title is the link. `people` adds who asked. On phones each is a card of two lines."""
    columns = [column for column in _COLUMNS if people or column.title != "Person"]
    return tables.table(columns, rx.foreach(rows, lambda job: _row(job, people)), label="Jobs", testid="jobs-table", busy=busy)


def run_list(rows: Any, path: str, current: Any) -> rx.Component:
    """A coworker's latest runs, each a link that opens it in the workspace (`path`?job=…). `current` is the id of the one that is open."""
    return rx.el.ul(rx.foreach(rows, lambda job: _run(job, path, current)), data_testid="runs")


def why(job: Any, *actions: Child) -> rx.Component:
    """Why a job waits or failed, what is safe and what to do. `job` is a `JobView` var with a reason."""
    return rx.el.section(
        rx.el.span(
            icon(rx.match(job.status, *_WHY_ICONS.items(), "hourglass"), 20),
            class_name=cx(
                "grid size-11 place-items-center rounded-full", rx.match(job.status, *_WHY_TILES.items(), "bg-info-bg text-info-fg")
            ),
        ),
        rx.el.div(
            rx.el.h2(job.reason, class_name=cx(theme.H2, "break-words")),
            rx.el.p(job.advice, class_name=cx(theme.SUB, "mt-0.5 empty:hidden")),
            class_name="min-w-0",
        ),
        rx.el.div(*actions, class_name="flex gap-2 empty:hidden max-md:col-span-2 max-md:*:flex-1") if actions else rx.fragment(),
        class_name=cx(theme.PANEL, "grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-4 p-4 max-md:grid-cols-[auto_minmax(0,1fr)]"),
        custom_attrs={"aria-live": "polite"},
        data_testid="why",
    )


def cancel_button(job: Any, on_cancel: Any) -> rx.Component:
    """Asks first, then cancels."""
    return rx.fragment(
        button("Cancel job", testid="cancel-job", variant="dan", icon="ban", custom_attrs=opens("cancel-dialog")),
        confirm(
            "Cancel this job?",
            "It stops at the next safe point, and its run is given back. Finished steps are kept, so you can resume it later.",
            dialog_id="cancel-dialog",
            confirm_label="Cancel job",
            on_confirm=on_cancel,
            safe_label="Keep it running",
            testid="cancel",
        ),
    )


def attempts(job: Any) -> rx.Component:
    """The tries of a job, newest first; machine text stands in the details."""
    return panel(
        rx.foreach(job.attempts, _attempt),
        title="Attempts",
        tools=rx.el.span(f"up to {job.max_attempts}, then it waits for you", class_name=theme.META),
        padded=False,
        testid="attempts",
    )


def job_input(job: Any, again: Child) -> rx.Component:
    """What the person asked for."""
    return panel(
        rx.el.dl(
            rx.foreach(
                job.input,
                lambda pair: rx.el.div(
                    rx.el.dt(pair[0], class_name=theme.MUTE),
                    rx.el.dd(pair[1], class_name="min-w-0 break-words whitespace-pre-wrap"),
                    class_name="grid grid-cols-[9rem_minmax(0,1fr)] gap-3 max-md:grid-cols-1 max-md:gap-0.5",
                ),
            ),
            class_name="grid gap-2.5",
        ),
        title="Input",
        tools=again,
        testid="job-input",
    )


def receipt(job: Any) -> rx.Component:
    """What it cost and who wrote."""
    return panel(
        facts(
            ("Makes", job.capability_title),
            ("Engine", job.engine),
            ("Spent on models", job.spent),
            ("Time working", rx.cond(job.took == "", "not finished", job.took)),
            ("Attempt", rx.cond(job.attempt > 0, f"{job.attempt} of {job.max_attempts}", "not started")),
            ("Asked by", rx.cond(job.by == "", "the API", job.by)),
        ),
        title="Receipt",
        testid="receipt",
    )


def _row(job: rx.Var[JobRow], people: bool) -> rx.Component:
    link = app_link(
        rx.el.span(job.title, class_name="truncate"),
        href=concat("/jobs/", job.id),
        testid="job-link",
        cls="flex min-w-0 font-medium hover:underline underline-offset-2",
        title=job.title,
    )
    reason = rx.el.span(job.reason, class_name=cx("block truncate", theme.META), title=job.reason, data_testid="job-reason")
    return tables.row(
        tables.cell(link, rx.cond(job.reason == "", rx.fragment(), reason), cls="max-w-0 w-1/2 max-md:max-w-none max-md:w-auto"),
        tables.cell(rx.el.span(agent_tile(job.agent, "sm"), job.agent_name, class_name=theme.ROW), hide=True),
        *([tables.cell(job.by, hide=True, cls="whitespace-nowrap")] if people else []),
        tables.cell(rx.el.span(test_chip(job.test), job_chip(job), class_name=theme.ROW), right=True),
        tables.cell(job.took, numeric=True, hide=True),
        tables.cell(job.created, numeric=True, cls=theme.MUTE),
        testid="job-row",
        key=job.id,
    )


def _run(job: rx.Var[JobRow], path: str, current: Any) -> rx.Component:
    return rx.el.li(
        app_link(
            rx.el.span(
                rx.el.span(job.title, class_name="block truncate font-medium"),
                rx.el.span(job.created, class_name="block text-xs text-ink-3"),
                class_name="min-w-0 grow",
            ),
            test_chip(job.test),
            job_chip(job),
            href=concat(path, "?job=", job.id),
            testid="run-row",
            cls=cx("flex items-center gap-3 px-4 py-2 aria-[current=page]:bg-selected", theme.ROW_LINK),
            title=job.title,
            custom_attrs={"aria-current": rx.cond(job.id == current, "page", "false")},
        ),
        class_name="border-b border-line last:border-b-0",
    )


def _attempt(attempt: rx.Var[AttemptView]) -> rx.Component:
    head = rx.fragment(
        chip(attempt.word, tone=attempt.tone, icon=attempt.icon),
        rx.el.span(f"Attempt {attempt.number}", class_name="font-medium"),
        rx.el.span(attempt.when, class_name="ml-auto text-ink-3 tabular"),
    )
    look = "flex min-h-7 items-center gap-3"
    return rx.el.div(
        rx.cond(
            attempt.detail == "",
            rx.el.div(head, class_name=look),
            rx.el.details(
                rx.el.summary(
                    head,
                    icon("chevron-down", 16, "text-ink-3 transition-transform group-open:rotate-180"),
                    class_name=cx(look, "cursor-pointer list-none"),
                ),
                rx.el.pre(
                    attempt.detail,
                    class_name=(
                        "mt-2.5 rounded-sm border border-line bg-sunken px-3 py-2.5 font-mono text-xs leading-5 break-words "
                        "whitespace-pre-wrap text-ink-2"
                    ),
                ),
                class_name="group",
            ),
        ),
        class_name="border-b border-line px-4 py-2.5 last:border-b-0",
        data_testid=f"attempt-{attempt.number}",
    )
