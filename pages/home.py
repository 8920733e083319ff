"""The dashboard: the coworkers, what needs you, recent jobs, what runs now."""

from __future__ import annotations

import reflex as rx

from coexai_app.views.agents import AgentView
from coexai_app.views.jobs import JobView
from components import theme
from components.avatars import agent_tile
from components.buttons import app_link, link_button, text_link
from components.chips import chip
from components.empty import empty
from components.jobs import job_table
from components.meter import usage_bar
from components.needs import needs
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton
from components.timeline import step_line, vertical
from components.vars import concat, cx
from pages.base import page
from state.home import HomeState

_CARD = (
    "grid content-start gap-2.5 p-4 md:not-first:border-l border-line max-md:not-first:border-t "
    "max-[1080px]:nth-3:border-l-0 max-[1080px]:md:nth-[n+3]:border-t"
)


def _new_job() -> rx.Component:
    """In the top bar, once the first job has run; before that, the page itself holds the one action."""
    button = link_button("New job", "/agents/maya", testid="new-job", variant="pri", size="sm", icon="plus", cls="max-md:hidden")
    return rx.cond(HomeState.home.recent.length() > 0, button, rx.fragment())


@page(route="/home", title="Home", role="viewer", on_load=HomeState.load, current="home", tools=_new_job)
def home() -> rx.Component:
    return rx.cond(HomeState.home, _overview(), skeleton(8, label="Loading your dashboard"))


def _overview() -> rx.Component:
    view = HomeState.home
    return rx.fragment(
        page_header(view.greeting, rx.el.p(view.line), hello=True),
        _coworkers(),
        rx.cond(
            view.recent.length() == 0,
            _first_time(),
            rx.el.div(
                rx.el.div(
                    needs(view.needs, view.needs_count, cls="max-md:order-1"),
                    panel(
                        job_table(view.recent),
                        title="Recent jobs",
                        tools=text_link("All jobs", "/jobs", testid="all-jobs"),
                        padded=False,
                        testid="recent-jobs",
                        cls="max-md:order-4",
                    ),
                    class_name=cx(theme.COLUMN, "max-md:contents"),
                ),
                _running(),
                class_name=cx(theme.COLUMNS, "max-md:contents"),
            ),
        ),
    )


def _coworkers() -> rx.Component:
    return rx.el.section(
        rx.foreach(HomeState.home.agents, _coworker),
        class_name=cx(theme.PANEL, "grid grid-cols-4 overflow-hidden max-md:order-2 max-[1080px]:grid-cols-2 max-md:grid-cols-1 *:min-w-0"),
        aria_label="Coworkers",
        data_testid="coworkers",
    )


def _coworker(agent: rx.Var[AgentView]) -> rx.Component:
    who = rx.el.span(
        rx.cond(agent.available, agent_tile(agent.slug, "lg"), agent_tile(agent.slug, "lg", muted=True)),
        rx.el.span(
            rx.el.b(agent.name, class_name="block text-md font-semibold"),
            rx.el.span(agent.role, class_name=cx("block truncate", theme.META)),
            class_name="min-w-0",
        ),
        class_name="flex items-center gap-2.5",
    )
    line = rx.el.span(agent.line, class_name="text-ink-2 md:min-h-10")
    working = rx.fragment(
        who,
        line,
        usage_bar(
            percent=agent.usage.percent,
            level=agent.usage.level,
            label=agent.usage.label,
            note=agent.usage.note,
            testid=f"usage-{agent.slug}",
        ),
    )
    absent = rx.fragment(
        who,
        rx.el.span(
            rx.foreach(agent.duties, lambda duty: rx.el.span(duty, class_name="not-last:after:content-[',_']")),
            class_name="text-ink-2 max-md:hidden md:min-h-10",
        ),
        rx.el.span(chip("Not here yet", tone="out"), class_name="self-end max-md:self-center"),
    )
    return rx.cond(
        agent.available,
        app_link(working, href=concat("/agents/", agent.slug), testid=f"coworker-{agent.slug}", cls=cx(_CARD, theme.ROW_LINK)),
        rx.el.div(
            absent, class_name=cx(_CARD, "max-md:flex max-md:items-center max-md:justify-between"), data_testid=f"coworker-{agent.slug}"
        ),
    )


def _running() -> rx.Component:
    view = HomeState.home
    slots = rx.cond(
        view.waiting == 0,
        f"{view.slots_used} of {view.slots} at once",
        f"{view.slots_used} of {view.slots} at once, {view.waiting} waiting",
    )
    return panel(
        rx.cond(
            view.running.length() == 0,
            rx.el.p("Nothing runs now.", class_name=theme.MUTE),
            rx.el.ul(rx.foreach(view.running, _running_job), class_name="grid grid-cols-[minmax(0,1fr)] gap-5"),
        ),
        title="Running now",
        tools=rx.el.span(slots, class_name=cx(theme.META, "tabular")),
        testid="running-now",
        cls="max-md:order-3",
    )


def _running_job(job: rx.Var[JobView]) -> rx.Component:
    return rx.el.li(
        app_link(
            job.title,
            href=concat("/jobs/", job.id),
            testid="running-job",
            cls="block truncate font-medium hover:underline underline-offset-2",
            title=job.title,
        ),
        step_line(job.step_line, theme.META),
        rx.cond(
            job.status == "processing",
            rx.el.div(vertical(job.steps, summaries=False, label=concat("Steps of ", job.title)), class_name="mt-3"),
            rx.fragment(),
        ),
    )


def _first_time() -> rx.Component:
    return panel(
        empty(
            "Put Maya to work",
            "She reads one article and writes a thread for X. Every claim in it points back to its place in the source. "
            "The example takes a few seconds.",
            agent="maya",
            action=link_button("Run the example", "/agents/maya?example=1", testid="run-example", variant="pri", icon="play"),
            testid="first-time",
            cls="py-12",
        ),
        padded=False,
        label="Start here",
    )
