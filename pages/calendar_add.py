"""What the pages of results show of the calendar: the button that adds a result, and its dialog, bound to their state."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.calendar_add import add_dialog, add_to_calendar
from state.calendar_add import CalendarAddState


def calendar_button(output: Any, **props: Any) -> rx.Component:
    """The button for the actions of a result; `output` is an `OutputView` var. Its page needs `calendar_dialog()`, too."""
    return add_to_calendar(output, on_plan=CalendarAddState.plan, on_ask=CalendarAddState.ask, **props)


def calendar_dialog() -> rx.Component:
    """The dialog that asks when and where; once on a page."""
    return add_dialog(
        draft=CalendarAddState.draft,
        show=CalendarAddState.show,
        form_key=CalendarAddState.form_key,
        errors=CalendarAddState.errors,
        saving=CalendarAddState.saving,
        on_submit=CalendarAddState.add,
    )
