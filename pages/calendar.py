"""The calendar of the organisation: what is planned to be published, where and when, as a month, a week or a list."""

from __future__ import annotations

from typing import Any

import reflex as rx

from coexai_app.views.calendar import CHANNEL_OPTIONS
from components import fields, menus, theme
from components.buttons import app_link, button, link_button
from components.calendar import ENTRY, agenda, calendar_grid, legend, script, strip
from components.calendar_entry import FEED, delete_dialog, entry_dialog, feed_dialog, move_dialog
from components.dialog import asks
from components.empty import empty
from components.icons import icon
from components.notes import note
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton_rows
from components.tables import pager
from components.vars import cx
from pages.base import page
from state.calendar import CalendarState
from state.calendar_feed import CalendarFeedState

_READS_ONLY = "Your role lets you look at the calendar, not change it. Ask an admin to make you a member."
_CHANNELS = (("", "All channels"), *((option.value, option.label) for option in CHANNEL_OPTIONS))
_VIEWS = (("month", "Month"), ("week", "Week"), ("list", "List"))
_VIEW = (
    "inring inline-flex h-[26px] items-center rounded-xs px-2.5 font-medium text-ink-2 max-md:h-10 aria-[current]:bg-surface "
    "aria-[current]:text-ink aria-[current]:shadow-[0_0_0_1px_var(--line),0_1px_1px_rgb(36_31_27/0.06)]"
)


@page(route="/calendar", title="Calendar", role="viewer", on_load=CalendarState.load, current="calendar")
def calendar() -> rx.Component:
    listed = CalendarState.shown == "list"
    return rx.fragment(
        page_header(
            rx.cond(listed, CalendarState.agenda.title, rx.cond(CalendarState.loaded, CalendarState.span.title, "Calendar")),
            _facts(),
            actions=[_turn("calendar", "max-md:hidden"), _new()],
        ),
        _turn("phone", "justify-between md:hidden"),
        rx.cond(CalendarState.loaded & ~_may_change(), note(_READS_ONLY, icon="lock", testid="reads-only"), rx.fragment()),
        _filters(),
        rx.cond(
            CalendarState.loaded,
            rx.cond(listed, _list(), _span()),
            panel(skeleton_rows(), label="Calendar", padded=False),
        ),
        rx.el.p(
            "Arrow keys move over the days. Enter opens, M moves an entry, N plans something new, T goes to today.",
            id="calendar-keys",
            class_name="sr-only",
        ),
        rx.el.div(class_name="sr-only", role="status", custom_attrs={"data-calendar-said": "true"}),
        entry_dialog(
            draft=CalendarState.draft,
            show=CalendarState.show,
            form_key=CalendarState.form_key,
            errors=CalendarState.errors,
            zones=CalendarState.zones,
            saving=CalendarState.saving,
            may_save=CalendarState.may_save,
            on_submit=CalendarState.save,
            on_duplicate=CalendarState.duplicate,
        ),
        delete_dialog(CalendarState.draft.title, on_delete=CalendarState.delete),
        move_dialog(on_submit=CalendarState.move),
        feed_dialog(
            CalendarFeedState.feed,
            url=CalendarFeedState.url,
            show=CalendarFeedState.show,
            on_make=CalendarFeedState.make,
            on_off=CalendarFeedState.switch_off,
            on_kept=CalendarFeedState.kept,
        ),
        script(),
    )


def _may_change() -> Any:
    return CalendarState.me.role != "viewer"


def _facts() -> rx.Component:
    zone = rx.cond(CalendarState.shown == "list", CalendarState.agenda.zone, CalendarState.span.zone)
    return rx.el.p(rx.cond(CalendarState.loaded, f"Times in {zone}", "\u00a0"), data_testid="calendar-zone")


def _new() -> rx.Component:
    return button(
        "Plan something",
        testid="calendar-new",
        variant="pri",
        icon="plus",
        on_click=CalendarState.new(""),
        disabled=~_may_change(),
        title=rx.cond(_may_change(), "", _READS_ONLY),
        custom_attrs=asks(ENTRY) | {"data-calendar-new": "true"},
    )


def _turn(name: str, cls: str) -> rx.Component:
    """Earlier, today, later, and the three views; `name` begins the test ids."""
    ways = CalendarState.ways
    today = link_button("Today", ways.today, testid=f"{name}-today", custom_attrs={"data-calendar-go": "today"})
    steps = rx.el.div(
        _step("Earlier", ways.previous, "chevron-left", name, "previous"),
        today,
        _step("Later", ways.next, "chevron-right", name, "next"),
        class_name="flex items-center gap-0.5",
    )
    return rx.el.div(
        rx.cond(CalendarState.shown == "list", today, steps),
        rx.el.nav(
            *(
                app_link(
                    label,
                    href=getattr(ways, value),
                    testid=f"{name}-to-{value}",
                    cls=_VIEW,
                    aria_current=rx.cond(CalendarState.shown == value, "page", None),
                )
                for value, label in _VIEWS
            ),
            aria_label="View",
            class_name="inline-flex w-fit gap-0.5 rounded-sm border border-line-strong bg-sunken p-0.5",
        ),
        class_name=cx("flex items-center gap-3", cls),
    )


def _step(label: str, href: Any, mark: str, name: str, to: str) -> rx.Component:
    return app_link(
        icon(mark),
        href=href,
        testid=f"{name}-{to}",
        cls=cx(theme.BUTTON, theme.BUTTON_VARIANTS["gho"], theme.BUTTON_ICON_SIZES["md"]),
        aria_label=label,
        title=label,
        custom_attrs={"data-calendar-go": to},
    )


def _filters() -> rx.Component:
    states = rx.cond(CalendarState.shown == "list", CalendarState.agenda.states, CalendarState.span.states)
    return rx.el.div(
        legend(states, CalendarState.state, on_choose=CalendarState.choose_state),
        rx.el.div(
            rx.el.div(
                fields.select(
                    name="channel",
                    control_id="filter-channel",
                    testid="filter-channel",
                    options=_CHANNELS,
                    value=CalendarState.channel,
                    aria_label="Channel",
                    on_change=CalendarState.choose_channel,
                ),
                key=CalendarState.filters_key,
                class_name="w-40 min-w-0 max-md:w-auto max-md:flex-1",
            ),
            _more(),
            class_name="ml-auto flex flex-none items-center gap-2 max-md:w-full",
        ),
        class_name="flex min-w-0 items-center gap-3 max-lg:flex-wrap",
    )


def _more() -> rx.Component:
    return menus.menu(
        menus.entry(
            "Show in a calendar program",
            testid="calendar-feed-open",
            icon="link",
            on_click=CalendarFeedState.open,
            custom_attrs=asks(FEED),
        ),
        menus.separator(),
        _file("Download as CSV", CalendarState.ways.csv, "csv"),
        _file("Download as iCalendar", CalendarState.ways.ics, "ics"),
        trigger=[icon("ellipsis")],
        menu_id="calendar-more",
        label="More",
        testid="calendar-more",
        trigger_cls=cx(theme.BUTTON, theme.BUTTON_VARIANTS["sec"], theme.BUTTON_ICON_SIZES["md"]),
        cls="right-0 left-auto!",
    )


def _file(label: str, href: Any, name: str) -> rx.Component:
    return app_link(
        icon("download", 16, "text-ink-3"),
        label,
        href=href,
        testid=f"calendar-{name}",
        cls=menus.ITEM,
        role="menuitem",
        tab_index=-1,
        download=True,
        reload_document=True,
    )


def _span() -> rx.Component:
    span = CalendarState.span
    week = CalendarState.shown == "week"
    return rx.fragment(
        rx.cond((span.total == 0) & ~CalendarState.filtered, _hint(), rx.fragment()),
        panel(
            calendar_grid(
                span,
                answered=CalendarState.answered,
                ways=CalendarState.ways,
                may_change=_may_change(),
                on_open=CalendarState.open,
                on_new=CalendarState.new,
                tall=week,
            ),
            strip(span.strip, CalendarState.ways),
            agenda(
                span.agenda,
                answered=CalendarState.answered,
                on_open=CalendarState.open,
                testid="calendar-agenda",
                cls="md:hidden",
                empty=_none(),
            ),
            rx.el.footer(
                rx.el.span("Drag an entry to another day and it keeps its time."),
                rx.el.span(
                    *(part for key, word in (("N", "new"), ("M", "move"), ("T", "today")) for part in (_key(key), word)),
                    class_name="ml-auto flex items-center gap-1.5",
                ),
                class_name=cx(theme.PANEL_FOOT, "text-xs max-md:hidden"),
            ),
            label=span.title,
            padded=False,
        ),
    )


def _list() -> rx.Component:
    found = CalendarState.agenda
    return panel(
        agenda(found.days, answered=CalendarState.answered, on_open=CalendarState.open, testid="calendar-list", empty=_none()),
        pager(
            label=found.label,
            page=found.page,
            pages=found.pages,
            on_previous=rx.redirect(CalendarState.ways.previous),
            on_next=rx.redirect(CalendarState.ways.next),
        ),
        label="List",
        padded=False,
    )


def _none() -> rx.Component:
    return rx.cond(
        CalendarState.filtered,
        empty(
            "Nothing matches",
            "No entry of these days has this state and this channel.",
            icon="search",
            action=link_button("Clear filters", CalendarState.ways.clear, testid="clear-filters"),
            testid="nothing-matches",
        ),
        _nothing(),
    )


def _hint() -> rx.Component:
    """What to do with an empty grid, which phones do not have."""
    return rx.el.div(
        note(
            "Press a day to plan something for it, or open a result in the library and add it to the calendar.",
            title="Nothing is planned here.",
            icon="calendar-days",
            testid="nothing-yet",
        ),
        class_name="max-md:hidden",
    )


def _nothing() -> rx.Component:
    return empty(
        "Nothing is planned here",
        "Press “Plan something”, or open a result in the library and add it to the calendar.",
        icon="calendar-days",
        action=link_button("Open the library", "/outputs", testid="to-library"),
        testid="nothing-planned",
    )


def _key(key: str) -> rx.Component:
    return rx.el.kbd(key, class_name=theme.KBD)
