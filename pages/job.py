"""One job: its state, why it waits or failed, its steps and attempts, what went in and what it cost. Live."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components import theme
from components.buttons import button, link_button
from components.chips import chip
from components.empty import empty
from components.icons import icon
from components.jobs import attempts, cancel_button, job_chip, job_input, receipt, why
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton
from components.timeline import step_line, vertical
from components.vars import cx
from pages.base import page
from state.job import JobState

_AGAIN = "Opens the form with the same input. You can change it before it runs."


def _crumbs() -> list[tuple[Any, str]]:
    return [("Jobs", "/jobs"), (rx.cond(JobState.job, JobState.job.title, "Job"), "")]


@page(route="/jobs/[job_id]", title="Job", role="viewer", on_load=JobState.load, crumbs=_crumbs, current="jobs")
def job() -> rx.Component:
    return rx.fragment(
        rx.cond(JobState.job, _job(), rx.cond(JobState.missing, _missing(), skeleton(8, label="Loading the job"))),
    )


def _job() -> rx.Component:
    view = JobState.job
    resume = button(view.resume_label, testid="resume-job", variant="pri", icon="step-forward", on_click=JobState.resume)
    return rx.fragment(
        page_header(
            view.title,
            job_chip(view, "job-status"),
            rx.cond(view.attempt > 0, rx.el.span(f"Attempt {view.attempt} of {view.max_attempts}", class_name=theme.MUTE), rx.fragment()),
            rx.cond(
                view.started == "",
                rx.fragment(),
                rx.el.span(f"Started {view.started}", rx.cond(view.by == "", "", f" by {view.by}"), class_name=theme.MUTE),
            ),
            rx.el.button(
                view.short_id,
                rx.el.span(", copy the whole id", class_name="sr-only"),
                icon("copy", 14),
                type="button",
                class_name=cx("flex min-h-6 cursor-pointer items-center gap-1 text-ink-3 hover:text-ink max-md:hidden", theme.MONO),
                title="Copy the whole id",
                custom_attrs={"data-copy": view.id},
                data_testid="copy-job-id",
            ),
            agent=view.agent,
            actions=[
                rx.cond(view.can_cancel, cancel_button(view, JobState.cancel), rx.fragment()),
                rx.cond(
                    view.active,
                    rx.fragment(),
                    link_button("Run again", JobState.again_url, testid="run-again", icon="rotate-ccw", title=_AGAIN),
                ),
                rx.cond(
                    JobState.output_url == "",
                    rx.fragment(),
                    link_button("Open result", JobState.output_url, testid="open-result", variant="pri", icon="arrow-right"),
                ),
            ],
        ),
        rx.cond(view.reason == "", rx.fragment(), why(view, rx.cond(view.can_retry, resume, rx.fragment()))),
        rx.el.div(
            rx.el.div(
                panel(
                    vertical(view.steps, clock=JobState.clock),
                    title="Steps",
                    tools=step_line(view.step_line, theme.META),
                    testid="steps-panel",
                ),
                rx.cond(view.attempts.length() == 0, rx.fragment(), attempts(view)),
                job_input(
                    view, link_button("Use for a new run", JobState.again_url, testid="new-run", size="sm", variant="gho", title=_AGAIN)
                ),
                class_name=theme.COLUMN,
            ),
            rx.el.div(receipt(view), rx.cond(view.error_code == "", rx.fragment(), _code(view)), class_name=theme.COLUMN),
            class_name=theme.COLUMNS,
        ),
    )


def _code(view: Any) -> rx.Component:
    return panel(
        rx.el.p("For support, this is the machine's word for it:", class_name=cx(theme.MUTE, "mb-2")),
        chip(view.error_code, tone="bad", icon="circle-alert", testid="error-code"),
        title="Error code",
    )


def _missing() -> rx.Component:
    return panel(
        empty(
            "This job is not here",
            "It may have been deleted, or it belongs to another organisation.",
            icon="list-checks",
            action=link_button("Open all jobs", "/jobs", testid="to-jobs"),
        ),
        padded=False,
    )
