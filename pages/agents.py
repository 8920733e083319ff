"""The coworkers: what each does, what is left of the month, and honestly who is not here yet."""

from __future__ import annotations

import reflex as rx

from coexai_app.views.agents import AgentView, CapabilityView
from components import theme
from components.avatars import agent_tile
from components.buttons import app_link, link_button
from components.chips import chip
from components.icons import icon
from components.meter import usage_bar
from components.page_header import page_header
from components.skeleton import skeleton
from components.vars import concat, cx
from pages.base import page
from state.agents import AgentsState

_ACTION = "grid grid-cols-[minmax(0,1fr)_16px] items-center gap-3 px-5 py-2.5 max-md:px-4"


@page(route="/agents", title="Coworkers", role="viewer", on_load=AgentsState.load, current="agents")
def agents() -> rx.Component:
    return rx.fragment(
        page_header(
            "Coworkers", rx.el.p("Pick what you have and what you want. Every run says what it uses first, and shows its sources after.")
        ),
        rx.cond(AgentsState.agents.length() > 0, gallery(AgentsState.agents), skeleton(8, label="Loading the coworkers")),
    )


def gallery(views: rx.Var[tuple[AgentView, ...]]) -> rx.Component:
    """A card a coworker, two a row."""
    return rx.el.div(
        rx.foreach(views, card),
        class_name="grid grid-cols-2 gap-5 max-[900px]:grid-cols-[minmax(0,1fr)] max-md:gap-4",
        data_testid="gallery",
    )


def card(agent: rx.Var[AgentView]) -> rx.Component:
    """One coworker. One that is not built yet says so and has nothing to click."""
    return rx.el.section(
        rx.cond(agent.available, _here(agent), _not_here(agent)),
        class_name=cx(theme.PANEL, "overflow-hidden"),
        aria_label=agent.name,
        data_testid=concat("agent-", agent.slug),
    )


def _here(agent: rx.Var[AgentView]) -> rx.Component:
    return rx.el.div(
        _head(agent, rx.cond(agent.running > 0, chip(concat(agent.running, " running"), tone="info", icon="spin"), rx.fragment())),
        rx.el.ul(rx.foreach(agent.capabilities, lambda capability: _capability(agent, capability)), class_name="border-t border-line"),
        rx.el.div(
            link_button("New run", concat("/agents/", agent.slug), testid=concat("open-", agent.slug), variant="pri", cls="max-md:w-full"),
            rx.cond(
                agent.usage,
                rx.el.div(
                    usage_bar(percent=agent.usage.percent, level=agent.usage.level, label=agent.usage.label, note=agent.usage.note),
                    class_name="ml-auto w-56 max-md:w-full",
                ),
                rx.fragment(),
            ),
            class_name="mt-auto flex flex-wrap items-center gap-4 border-t border-line px-5 py-3 max-md:px-4",
        ),
        class_name="flex h-full flex-col",
    )


def _not_here(agent: rx.Var[AgentView]) -> rx.Component:
    return rx.el.div(
        _head(agent, chip("Not here yet", tone="out", icon="circle-dashed"), muted=True),
        rx.el.ul(
            rx.foreach(
                agent.duties,
                lambda duty: rx.el.li(icon("minus", 14, "mt-[3px] text-ink-3"), duty, class_name="flex gap-2 py-1"),
            ),
            class_name="grid grid-cols-2 gap-x-4 border-t border-line px-5 py-3 text-ink-2 max-md:grid-cols-1 max-md:px-4",
            aria_label=concat("What ", agent.name, " will do"),
        ),
        class_name="flex h-full flex-col",
    )


def _head(agent: rx.Var[AgentView], state: rx.Component | rx.Var[rx.Component], muted: bool = False) -> rx.Component:
    return rx.el.div(
        agent_tile(agent.slug, "xl", muted=muted),
        rx.el.div(
            rx.el.div(
                rx.el.h2(agent.name, class_name="font-display text-xl leading-6 font-semibold tracking-[-0.012em]"),
                rx.el.span(agent.role, class_name=theme.META),
                rx.el.span(state, class_name="ml-auto"),
                class_name="flex flex-wrap items-baseline gap-x-2",
            ),
            rx.el.p(agent.description, class_name="mt-0.5 text-ink-2"),
            class_name="min-w-0 grow",
        ),
        class_name="flex items-start gap-4 px-5 pt-5 pb-4 max-md:p-4",
    )


def _capability(agent: rx.Var[AgentView], capability: rx.Var[CapabilityView]) -> rx.Component:
    return rx.el.li(
        app_link(
            rx.el.span(
                rx.el.span(capability.title, class_name="block font-medium text-ink"),
                rx.el.span(capability.description, class_name="block text-xs text-ink-3"),
                class_name="min-w-0",
            ),
            icon("chevron-right", 16, "text-ink-3"),
            href=concat("/agents/", agent.slug),
            testid=concat("capability-", capability.slug),
            cls=cx(_ACTION, theme.ROW_LINK),
        ),
        class_name="border-b border-line last:border-b-0",
    )
