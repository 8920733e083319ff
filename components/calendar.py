"""The calendar: a grid of days, the list of days that phones show, the legend that filters. calendar.js moves entries and the focus.

An entry is a button that opens its dialog; it is dragged by the same button, and `data-entry`, `data-version` and `data-day` tell
calendar.js what it holds. Everything in a day is drawn by React: what calendar.js shows ahead is a copy that it takes away again.
"""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import theme
from components.buttons import app_link, icon_button
from components.chips import chip
from components.dialog import asks
from components.icons import glyph, icon
from components.vars import Child, concat, cx

ENTRY: Final = "calendar-entry"
_ITEM: Final = (
    "inring block w-full min-w-0 cursor-pointer touch-manipulation rounded-xs px-1.5 py-[3px] text-left text-xs leading-4 select-none "
    "bg-(--tone-bg) text-(--tone-fg) shadow-[var(--tone-edge)] outline-1 -outline-offset-1 outline-dashed outline-(--tone-dash) "
    "transition-opacity duration-[var(--d-fast)] hover:opacity-85 data-moving:hidden data-ghost:opacity-60 [-webkit-touch-callout:none]"
)
_CELL: Final = (
    "inring group/day relative flex min-h-20 min-w-0 flex-col gap-1 border-b border-line p-1.5 not-last:border-r outline-none "
    "data-weekend:bg-canvas data-over:bg-selected data-over:shadow-[inset_0_0_0_2px_var(--focus)]"
)
_NUMBER: Final = (
    "inline-flex h-5 w-fit min-w-5 items-center justify-center gap-1 rounded-xs px-1.5 text-xs font-semibold tabular "
    "after:content-[attr(data-month)] data-[month='']:after:hidden "
    "group-data-out/day:font-normal group-data-out/day:text-ink-3 group-data-today/day:bg-primary group-data-today/day:text-on-primary"
)
_LINE: Final = (
    "inring flex min-h-11 w-full min-w-0 cursor-pointer touch-manipulation items-center gap-3 px-4 py-1.5 text-left select-none "
    "hover:bg-hover data-moving:hidden data-ghost:opacity-60 [-webkit-touch-callout:none]"
)


def script() -> rx.Component:
    """`assets/calendar.js`; once on a page is enough."""
    return rx.el.script(src="/calendar.js", custom_attrs={"async": True})


def calendar_grid(span: Any, *, answered: Any, ways: Any, may_change: Any, on_open: Any, on_new: Any, tall: Any) -> rx.Component:
    """The weeks of a `Span` var. `tall` gives a single week the height of a page; `answered` tells calendar.js that a move was decided."""
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.foreach(
                    span.heads, lambda name: rx.el.div(name, role="columnheader", class_name="px-2.5 py-2 text-xs font-medium text-ink-3")
                ),
                role="row",
                class_name="grid grid-cols-7 border-b border-line",
            ),
            role="rowgroup",
        ),
        rx.el.div(
            rx.foreach(
                span.weeks,
                lambda week: rx.el.div(
                    rx.foreach(week.days, lambda day: _cell(day, span, ways, may_change, on_open, on_new, tall)),
                    role="row",
                    class_name="grid grid-cols-7 last:*:border-b-0",
                ),
            ),
            role="rowgroup",
        ),
        role="grid",
        aria_label=concat("What is planned, ", span.title),
        aria_describedby="calendar-keys",
        class_name="max-md:hidden",
        data_testid="calendar-grid",
        custom_attrs={"data-calendar": "grid", "data-answered": answered},
    )


def _cell(day: Any, span: Any, ways: Any, may_change: Any, on_open: Any, on_new: Any, tall: Any) -> rx.Component:
    def marked(flag: Any) -> Any:
        return rx.cond(flag, "true", None)

    add = icon_button(
        "Plan something",
        icon="plus",
        testid=concat("add-", day.date),
        size="sm",
        on_click=on_new(day.date),
        tab_index=-1,
        cls="absolute! top-1 right-1 size-6! opacity-0 group-hover/day:opacity-100 group-focus-within/day:opacity-100",
        custom_attrs={**asks(ENTRY), "data-add": "true"},
    )
    return rx.el.div(
        rx.el.span(day.number, class_name=_NUMBER, custom_attrs={"data-month": day.month}),
        rx.el.span(day.label, class_name="sr-only"),
        rx.cond(may_change & ~day.past, add, rx.fragment()),
        rx.el.div(
            rx.foreach(day.held, lambda entry: _item(entry, on_open)),
            class_name="grid min-w-0 gap-1",
            custom_attrs={"data-entries": "true"},
        ),
        rx.cond(
            day.more > 0,
            app_link(
                f"+{day.more} more",
                href=concat(ways.of_day, day.date),
                testid=concat("more-", day.date),
                cls="inring w-fit rounded-xs px-1.5 text-xs font-medium text-ink-2 hover:text-ink hover:underline",
                tab_index=-1,
            ),
            rx.fragment(),
        ),
        role="gridcell",
        tab_index=rx.cond(day.date == span.date, 0, -1),
        class_name=cx(_CELL, rx.cond(tall, "min-h-[26rem]!", "")),
        data_testid=concat("day-", day.date),
        custom_attrs={
            "data-day": day.date,
            "data-label": day.heading,
            "data-today": marked(day.today),
            "data-out": marked(day.out),
            "data-weekend": marked(day.weekend),
        },
        key=day.date,
    )


def _item(entry: Any, on_open: Any) -> rx.Component:
    return rx.el.button(
        rx.el.span(
            glyph(entry.icon, 12),
            rx.el.span(entry.clock, class_name="tabular"),
            rx.el.span(entry.channel_label, class_name="truncate opacity-80"),
            rx.cond(entry.elsewhere, icon("globe", 12, "ml-auto opacity-80"), rx.fragment()),
            rx.cond(entry.test, icon("wrench", 12, "ml-auto opacity-80"), rx.fragment()),
            class_name="flex min-w-0 items-center gap-1.5",
        ),
        rx.el.span(entry.title, class_name=cx("block truncate font-medium", rx.cond(entry.missed, "line-through", ""))),
        rx.el.span(entry.word, " ", entry.elsewhere, class_name="sr-only"),
        type="button",
        on_click=on_open(entry.id),
        title=entry.label,
        tab_index=-1,
        class_name=cx(_ITEM, theme.tone(entry.tone)),
        data_testid=concat("entry-", entry.id),
        custom_attrs=_holds(entry),
        key=entry.id,
    )


def agenda(days: Any, *, answered: Any, on_open: Any, testid: str, cls: str = "", empty: Child | None = None) -> rx.Component:
    """Days one below the other, each with its entries: the list, and what phones show of a month."""
    listed = rx.el.ul(
        rx.foreach(days, lambda day: _listed(day, on_open)),
        aria_describedby="calendar-keys",
        class_name=cx("min-w-0", cls),
        data_testid=testid,
        custom_attrs={"data-calendar": "list", "data-answered": answered},
    )
    return rx.cond(days.length() == 0, rx.el.div(empty if empty is not None else rx.fragment(), class_name=cls), listed)


def _listed(day: Any, on_open: Any) -> rx.Component:
    return rx.el.li(
        rx.el.h3(
            day.heading,
            rx.cond(day.today, rx.el.span(" today", class_name="font-normal text-ink-3"), rx.fragment()),
            class_name="px-4 pt-3 pb-1 text-xs font-semibold text-ink-2",
        ),
        rx.el.div(
            rx.foreach(day.held, lambda entry: _line(entry, on_open)), class_name="grid min-w-0", custom_attrs={"data-entries": "true"}
        ),
        rx.cond(
            day.more > 0,
            app_link(
                f"+{day.more} more",
                href=concat("/calendar?view=list&date=", day.date),
                testid=concat("list-more-", day.date),
                cls="inring flex min-h-11 items-center px-4 text-xs font-medium text-link",
            ),
            rx.fragment(),
        ),
        class_name="min-w-0 border-b border-line pb-1 last:border-b-0 data-over:bg-selected",
        data_testid=concat("list-day-", day.date),
        custom_attrs={"data-day": day.date, "data-label": day.heading},
        key=day.date,
    )


def _line(entry: Any, on_open: Any) -> rx.Component:
    return rx.el.button(
        rx.el.span(entry.clock, class_name=cx(theme.MONO, "flex-none text-ink-3")),
        rx.el.span(
            rx.el.span(entry.title, class_name=cx("block truncate font-medium text-ink", rx.cond(entry.missed, "line-through", ""))),
            rx.el.span(
                entry.channel_label,
                rx.cond(entry.elsewhere, rx.el.span(", ", entry.elsewhere), rx.fragment()),
                class_name="block truncate text-xs text-ink-3",
            ),
            class_name="min-w-0 grow",
        ),
        rx.cond(entry.test, chip("Test", tone="dash", icon="wrench", cls="flex-none max-md:hidden"), rx.fragment()),
        chip(entry.word, tone=entry.tone, icon=entry.icon, cls="flex-none"),
        type="button",
        on_click=on_open(entry.id),
        class_name=_LINE,
        data_testid=concat("line-", entry.id),
        custom_attrs=_holds(entry),
        key=entry.id,
    )


def strip(days: Any, ways: Any) -> rx.Component:
    """The week around the chosen day, for phones: a dot is the most urgent state of its day."""
    return rx.el.nav(
        rx.foreach(
            days,
            lambda day: app_link(
                rx.el.span(day.name, class_name="text-xs text-ink-3 group-data-today/strip:text-on-primary"),
                rx.el.b(day.number, class_name="text-md leading-5 font-semibold tabular"),
                rx.el.span(class_name=cx(theme.DOT, theme.tone(day.tone), rx.cond(day.tone == "", "invisible", "")), aria_hidden=True),
                rx.el.span(day.label, class_name="sr-only"),
                href=concat(ways.of_day, day.date),
                testid=concat("strip-", day.date),
                cls=(
                    "inring group/strip grid min-h-14 min-w-0 place-content-center justify-items-center gap-0.5 rounded-md py-1.5 "
                    "data-today:bg-primary data-today:text-on-primary"
                ),
                custom_attrs={"data-day": day.date, "data-label": day.heading, "data-today": rx.cond(day.today, "true", None)},
            ),
        ),
        aria_label="Days of the week",
        class_name="grid grid-cols-7 gap-0.5 border-b border-line p-2 md:hidden",
        data_testid="calendar-strip",
    )


def legend(states: Any, chosen: Any, *, on_choose: Any) -> rx.Component:
    """The states that are there, with their numbers; pressing one shows only its entries."""
    return rx.el.div(
        rx.foreach(states, lambda one: rx.cond((one.number > 0) | (chosen == one.state), _state(one, chosen, on_choose), rx.fragment())),
        role="group",
        aria_label="Filter by state",
        class_name="noscrollbar -m-1 flex min-w-0 gap-1.5 overflow-x-auto p-1",
        data_testid="calendar-legend",
    )


def _state(one: Any, chosen: Any, on_choose: Any) -> rx.Component:
    return rx.el.button(
        glyph(one.icon, 12),
        rx.el.span(one.word, class_name="leading-4"),
        rx.el.b(one.number, class_name="font-semibold tabular"),
        type="button",
        on_click=on_choose(one.state),
        aria_pressed=chosen == one.state,
        class_name=cx(
            theme.CHIP,
            "h-6! flex-none cursor-pointer max-md:h-9! max-md:px-2.5! aria-pressed:ring-2 aria-pressed:ring-ink",
            theme.tone(one.tone),
        ),
        data_testid=concat("state-", one.state),
    )


def _holds(entry: Any) -> dict[str, Any]:
    """What calendar.js and app.js read of an entry."""
    return {
        **asks(ENTRY),
        "data-entry": entry.id,
        "data-version": entry.version,
        "data-at": entry.day,
        "data-clock-at": entry.clock,
        "data-title": entry.title,
        "data-movable": rx.cond(entry.can_change, "true", None),
    }
