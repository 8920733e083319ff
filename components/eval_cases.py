"""The list of kept cases, and the question before one is deleted."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.eval_cases import CaseRow
from components import tables, theme
from components.avatars import agent_tile
from components.buttons import app_link, button, icon_button, link_button
from components.dialog import asks, closes, dialog
from components.tables import Column
from components.vars import concat, cx

DELETE: Final = "delete-case"
_COLUMNS: Final = (Column("Case"), Column("Asks"), Column("Kept", hide=True), Column("Actions", sr=True))


def case_table(rows: Any, *, on_ask: Any) -> rx.Component:
    """The cases: name, what made them, how much they ask, who kept them; as a file, and away."""
    return tables.table(_COLUMNS, rx.foreach(rows, lambda row: _row(row, on_ask)), label="Cases", testid="cases")


def delete_question(*, name: Any, show: Any, on_delete: Any) -> rx.Component:
    return dialog(
        concat("Delete ", name, "?"),
        rx.el.p("Nothing is held to it any more. The result that it came from stays."),
        dialog_id=DELETE,
        actions=[
            button("Keep it", testid="case-delete-keep", custom_attrs=closes(), auto_focus=True),
            button("Delete case", testid="case-delete-confirm", variant="dan", on_click=on_delete, custom_attrs=closes()),
        ],
        testid=DELETE,
        show=show,
    )


def _row(row: rx.Var[CaseRow], on_ask: Any) -> rx.Component:
    name = rx.cond(
        row.link == "",
        rx.el.span(row.name, class_name="font-medium break-words text-ink"),
        app_link(row.name, href=row.link, testid="case-result", cls=cx(theme.LINK, "break-words")),
    )
    what = rx.el.div(
        agent_tile(row.agent, "md", "mt-0.5"),
        rx.el.div(
            name,
            rx.el.span(concat(row.capability_title, ", source of ", row.words), class_name=theme.META),
            class_name="grid min-w-0 gap-0.5 whitespace-normal",
        ),
        class_name="flex min-w-0 items-start gap-2.5",
    )
    actions = rx.el.div(
        link_button("Download", row.file, testid="case-download", size="sm", icon="download", download=True),
        rx.cond(
            row.can_delete,
            icon_button(
                concat("Delete ", row.name), icon="trash-2", testid="case-delete", on_click=on_ask(row.id), custom_attrs=asks(DELETE)
            ),
            rx.fragment(),
        ),
        class_name="flex items-center justify-end gap-0.5",
    )
    return tables.row(
        tables.cell(what, cls="align-top"),
        tables.cell(row.checks, right=True, cls="align-top text-ink-2 tabular"),
        tables.cell(concat(row.made_by, ", ", row.created), hide=True, cls="align-top text-ink-2"),
        tables.cell(actions, cls="align-top max-md:col-span-2 max-md:justify-self-end"),
        testid="case-row",
    )
