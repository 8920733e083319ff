"""Maya's workspace: the form left; right the run, live, and its result. A reload shows the same, since the run is in the address."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components import theme
from components.buttons import button, link_button, text_link
from components.empty import empty
from components.jobs import cancel_button, job_chip, run_list, why
from components.outputs import result_meta
from components.page_header import page_header
from components.panel import panel
from components.run_form import run_form
from components.skeleton import skeleton
from components.timeline import flat
from components.vars import concat, cx
from components.when_form import DIALOG
from pages.base import page
from pages.output import actions, result
from pages.schedules import ask_when
from state.output import OutputState
from state.workspace import WorkspaceState

PATH = "/agents/maya"
_GRID = (
    "grid grid-cols-[336px_minmax(0,1fr)] items-start gap-5 max-[1180px]:grid-cols-[300px_minmax(0,1fr)] "
    "max-[900px]:grid-cols-[minmax(0,1fr)] *:min-w-0"
)


def _crumbs() -> list[tuple[Any, str]]:
    return [("Coworkers", "/agents"), ("Maya", PATH), (rx.cond(WorkspaceState.job, WorkspaceState.job.title, "New run"), "")]


@page(route=PATH, title="Maya", role="viewer", on_load=WorkspaceState.load, crumbs=_crumbs, live_states=[OutputState], current="maya")
def workspace() -> rx.Component:
    return rx.fragment(
        _header(),
        rx.el.div(
            rx.el.div(
                rx.cond(WorkspaceState.loaded, _form(), panel(skeleton(10, label="Loading the form"))),
                _runs(),
                class_name=cx(theme.COLUMN, rx.cond(WorkspaceState.job, "max-[900px]:order-2", "")),
            ),
            rx.el.div(rx.cond(WorkspaceState.loaded, _run(), panel(skeleton(6, label="Loading the run"))), class_name=theme.COLUMN),
            class_name=_GRID,
        ),
        ask_when("When shall it run?"),
    )


def _header() -> rx.Component:
    skill, job, output = WorkspaceState.skill, WorkspaceState.job, OutputState.output
    new = page_header(rx.cond(skill, skill.title, "Maya"), rx.el.p(skill.description), agent="maya")
    running = page_header(
        job.title,
        job_chip(job, "job-status"),
        rx.el.span(f"{job.capability_title}, {job.created}", class_name=theme.MUTE),
        text_link("Open the job", concat("/jobs/", job.id), testid="to-job"),
        agent="maya",
        actions=[rx.cond(job.can_cancel, cancel_button(job, WorkspaceState.cancel), rx.fragment())],
    )
    done = page_header(output.title, *result_meta(output), agent="maya", actions=actions())
    return rx.cond(output, done, rx.cond(job, running, new))


def _form() -> rx.Component:
    return run_form(
        WorkspaceState.fields,
        makes=WorkspaceState.makes,
        make=WorkspaceState.make,
        sources=WorkspaceState.sources,
        source=WorkspaceState.source,
        has_advanced=WorkspaceState.has_advanced,
        several=WorkspaceState.several,
        more_open=WorkspaceState.more_open,
        errors=WorkspaceState.errors,
        quote=WorkspaceState.quote,
        run_key=WorkspaceState.run_key,
        form_key=WorkspaceState.form_key,
        starting=WorkspaceState.starting,
        again=WorkspaceState.job,
        on_submit=WorkspaceState.run,
        on_make=WorkspaceState.choose,
        on_example=WorkspaceState.use_example,
        dialog_id=DIALOG,
    )


def _runs() -> rx.Component:
    return rx.cond(
        WorkspaceState.runs.length() == 0,
        rx.fragment(),
        panel(
            run_list(WorkspaceState.runs, PATH, WorkspaceState.job.id),
            title="Runs",
            tools=text_link("All", "/jobs?agent=maya", testid="all-runs"),
            padded=False,
        ),
    )


def _run() -> rx.Component:
    job = WorkspaceState.job
    resume = button("Resume", testid="resume-job", icon="step-forward", on_click=WorkspaceState.resume)
    current = rx.fragment(
        panel(flat(job.steps, job.step_line), label="Progress"),
        rx.cond((job.reason != "") & (job.status != "queued"), why(job, rx.cond(job.can_retry, resume, rx.fragment())), rx.fragment()),
        rx.cond(OutputState.output, result(), rx.cond(job.active, _on_the_way(), rx.fragment())),
    )
    return rx.cond(job, current, rx.cond(WorkspaceState.missing, _missing(), _what_comes()))


def _on_the_way() -> rx.Component:
    return panel(
        rx.el.p("The result appears here. You can leave this page; the run goes on.", class_name=cx(theme.MUTE, "mb-4")),
        skeleton(6, label="The result is on its way"),
        label="Result",
        testid="result-pending",
    )


def _what_comes() -> rx.Component:
    """Nothing yet: what will come, and what makes it worth the click."""
    parts = (
        ("Result", "What you chose on this page, within the limits of where it goes, to copy, edit and approve."),
        ("Evidence", "Every number, name, date, quote and link of it, with its place in your source. What has none is marked."),
        ("Checks", "A score whose points are all explained, with a fix for each that is missing."),
    )
    return panel(
        empty(
            "Nothing made yet",
            "Give Maya a link, a text or a file on this page, and press Run. Or see how it works with an example.",
            agent="maya",
            action=button("Use an example", testid="use-example-empty", on_click=WorkspaceState.use_example),
            testid="workspace-empty",
            cls="pt-10",
        ),
        rx.el.dl(
            *(
                rx.el.div(
                    rx.el.dt(title, class_name="font-medium"),
                    rx.el.dd(text, class_name=theme.MUTE),
                    class_name="grid content-start gap-1 p-4",
                )
                for title, text in parts
            ),
            class_name=(
                "grid grid-cols-3 border-t border-line max-md:grid-cols-1 *:border-line *:not-first:border-l "
                "max-md:*:not-first:border-t max-md:*:not-first:border-l-0"
            ),
        ),
        padded=False,
        label="Result",
    )


def _missing() -> rx.Component:
    return panel(
        empty(
            "This run is not here",
            "It may have been deleted, or it belongs to another organisation.",
            agent="maya",
            action=link_button("Start a new run", PATH, testid="new-run"),
        ),
        padded=False,
    )
