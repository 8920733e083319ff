"""Schedules in a list: what runs when, its last run, its state and its actions."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.schedules import ScheduleRow
from components import tables, theme
from components.avatars import agent_tile
from components.buttons import app_link, icon_button
from components.chips import chip
from components.dialog import asks
from components.tables import Column
from components.vars import concat, cx

_COLUMNS: Final = (Column("Schedule"), Column("State"), Column("Next run"), Column("Last run"), Column("Actions", sr=True))


def schedule_table(
    rows: Any,
    *,
    may_change: Any,
    run_key: Any,
    on_pause: Any,
    on_resume: Any,
    on_run: Any,
    on_edit: Any,
    on_delete: Any,
    dialogs: tuple[str, str],
) -> rx.Component:
    """`rows` is a var of `ScheduleRow`s; a handler takes the row's id (`on_run` the key, too). `dialogs`: the ids of edit and delete."""

    def actions(row: Any) -> rx.Component:
        toggle = rx.cond(
            row.can_pause,
            icon_button("Pause", icon="pause", testid="schedule-pause", on_click=on_pause(row.id)),
            rx.cond(
                row.can_resume,
                icon_button("Resume", icon="step-forward", testid="schedule-resume", on_click=on_resume(row.id)),
                rx.fragment(),
            ),
        )
        return rx.el.div(
            toggle,
            icon_button("Run now", icon="play", testid="schedule-run", on_click=on_run(row.id, run_key)),
            icon_button("Edit", icon="pencil", testid="schedule-edit", on_click=on_edit(row.id), custom_attrs=asks(dialogs[0])),
            icon_button("Delete", icon="trash-2", testid="schedule-delete", on_click=on_delete(row.id), custom_attrs=asks(dialogs[1])),
            class_name="flex justify-end gap-0.5 max-md:-ml-3 max-md:justify-start",
        )

    return tables.table(
        _COLUMNS,
        rx.foreach(rows, lambda row: _row(row, rx.cond(may_change, actions(row), rx.fragment()))),
        label="Schedules",
        testid="schedules",
    )


def _row(row: rx.Var[ScheduleRow], actions: Any) -> rx.Component:
    what = rx.el.div(
        agent_tile(row.agent, "md", "mt-0.5"),
        rx.el.div(
            rx.el.p(row.title, class_name="truncate font-medium", title=row.title),
            rx.el.p(f"{row.agent_name}, {row.capability_title}, as {row.by}", class_name=cx(theme.META, "truncate")),
            rx.el.p(row.words, class_name="text-xs text-ink-2"),
            rx.cond(
                row.reason,
                rx.el.p(row.reason, class_name="mt-1 max-w-[46em] text-xs text-ink-2", data_testid="schedule-reason"),
                rx.fragment(),
            ),
            class_name="min-w-0",
        ),
        class_name="flex items-start gap-2.5",
    )
    last = rx.cond(
        row.last_job_id,
        app_link(row.last, href=concat("/jobs/", row.last_job_id), testid="schedule-last", cls=theme.LINK),
        rx.el.span(rx.cond(row.last, row.last, "not yet"), class_name=theme.MUTE),
    )
    return tables.row(
        tables.cell(what, cls="max-w-0 w-1/2 max-md:max-w-none max-md:w-auto"),
        tables.cell(chip(row.word, tone=row.tone, icon=row.icon, testid="schedule-state"), right=True, cls="max-md:self-start"),
        tables.cell(
            _phone("Next"), rx.cond(row.next, row.next, "none"), cls="whitespace-nowrap max-md:col-span-2 max-md:mt-1 max-md:text-xs"
        ),
        tables.cell(_phone("Last"), last, cls="whitespace-nowrap max-md:col-span-2 max-md:text-xs"),
        tables.cell(actions, cls="max-md:col-span-2"),
        testid="schedule-row",
    )


def _phone(word: str) -> rx.Component:
    """The column's name, where phones have no head."""
    return rx.el.span(f"{word}: ", class_name="text-ink-3 md:hidden")
