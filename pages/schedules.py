"""The schedules of the organisation: what runs by itself, when next, and what stopped."""

from __future__ import annotations

import reflex as rx

from components.buttons import button, link_button
from components.dialog import closes, dialog
from components.empty import empty
from components.notes import note
from components.page_header import page_header
from components.panel import panel
from components.schedules import schedule_table
from components.skeleton import skeleton_rows
from components.tables import pager
from components.when_form import DIALOG, when_dialog
from pages.base import page
from state.schedules import SchedulesState, WhenState

_DELETE = "delete-schedule"
_READS_ONLY = "Your role lets you read schedules, not change them. Ask an admin to make you a member."


@page(route="/schedules", title="Schedules", role="viewer", on_load=SchedulesState.load, current="schedules")
def schedules() -> rx.Component:
    may_change = SchedulesState.me.role != "viewer"
    return rx.fragment(
        page_header(
            "Schedules",
            rx.el.p("What your coworkers do by themselves, again and again."),
            actions=[link_button("New schedule", "/agents", testid="new-schedule", icon="plus")],
        ),
        rx.cond(SchedulesState.loaded & ~may_change, note(_READS_ONLY, icon="lock", testid="reads-only"), rx.fragment()),
        panel(
            rx.cond(
                SchedulesState.loaded,
                rx.cond(
                    SchedulesState.rows.length() == 0,
                    _nothing(),
                    schedule_table(
                        SchedulesState.rows,
                        may_change=may_change,
                        run_key=SchedulesState.run_key,
                        on_pause=SchedulesState.pause,
                        on_resume=SchedulesState.resume,
                        on_run=SchedulesState.run_now,
                        on_edit=SchedulesState.edit,
                        on_delete=SchedulesState.ask_delete,
                        dialogs=(DIALOG, _DELETE),
                    ),
                ),
                skeleton_rows(),
            ),
            pager(
                label=SchedulesState.label,
                page=SchedulesState.page,
                pages=SchedulesState.pages,
                on_previous=rx.redirect(SchedulesState.before),
                on_next=rx.redirect(SchedulesState.after),
            ),
            label="Schedules",
            padded=False,
        ),
        ask_when("Edit schedule"),
        _delete(),
    )


def ask_when(heading: str) -> rx.Component:
    """The dialog that asks when, bound to its state."""
    return when_dialog(
        heading=heading,
        lead=WhenState.lead,
        show=WhenState.show,
        form_key=WhenState.form_key,
        title=WhenState.title,
        when=WhenState.when,
        zones=WhenState.zones,
        preview=WhenState.preview,
        errors=WhenState.errors,
        saving=WhenState.saving,
        on_submit=WhenState.submit,
    )


def _delete() -> rx.Component:
    return dialog(
        "Delete this schedule?",
        rx.el.p(rx.el.b(SchedulesState.doomed.title, class_name="text-ink"), " does not run any more. Its jobs and their results stay."),
        dialog_id=_DELETE,
        actions=[
            button("Keep it", testid="delete-schedule-keep", custom_attrs=closes(), auto_focus=True),
            button("Delete schedule", testid="delete-schedule-confirm", variant="dan", on_click=SchedulesState.delete),
        ],
        testid=_DELETE,
        show=SchedulesState.ask,
    )


def _nothing() -> rx.Component:
    return empty(
        "Nothing is scheduled",
        "Fill in Maya's form as for a run, then press Schedule: once at a time of your choice, or every Monday at nine.",
        agent="maya",
        action=link_button("Open Maya", "/agents/maya", testid="to-maya", variant="pri"),
        testid="no-schedules",
    )
