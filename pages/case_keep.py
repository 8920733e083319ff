"""What the pages of results show of cases: the line under the checks, and its dialog, bound to their state."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.eval_case import keep_dialog, keep_line
from state.eval_case import CaseKeepState


def case_line(output: Any) -> rx.Component:
    """The line for the foot of the checks; `output` is an `OutputView` var. Its page needs `case_dialog()`, too."""
    return keep_line(output, on_ask=CaseKeepState.ask)


def case_dialog() -> rx.Component:
    """The dialog that asks what was good and bad; once on a page."""
    return keep_dialog(
        draft=CaseKeepState.draft,
        show=CaseKeepState.show,
        form_key=CaseKeepState.form_key,
        errors=CaseKeepState.errors,
        saving=CaseKeepState.saving,
        on_submit=CaseKeepState.keep,
    )
