"""Tables with paging on the server. On phones each row becomes a card of two lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from components import theme
from components.buttons import button
from components.vars import Child, Flag, Text, cx


@dataclass(frozen=True)
class Column:
    """A head cell. `numeric` columns are right-aligned and tabular; `hide` ones vanish on phones; `sr` heads are unseen."""

    title: str
    numeric: bool = False
    hide: bool = False
    sr: bool = False


def table(columns: Sequence[Column], rows: Any, *, label: str, testid: str, busy: Flag = False) -> rx.Component:
    """A table of `row(...)`s: a list, or a `rx.foreach`. While `busy` (the next page is on its way) the old rows stay, paler."""
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*(_head(column) for column in columns)), class_name="max-md:sr-only"),
            rx.el.tbody(*(rows if isinstance(rows, list | tuple) else [rows]), class_name="max-md:block"),
            class_name=cx(theme.TABLE, "max-md:block"),
            aria_label=label,
            aria_busy=busy,
        ),
        class_name="overflow-x-auto aria-busy:opacity-60 has-aria-busy:opacity-60",
        data_testid=testid,
    )


def row(*cells: Child, testid: Text, **props: Any) -> rx.Component:
    """A row of `cell(...)`s. On phones the first two cells share a line, the others follow below."""
    return rx.el.tr(
        *cells,
        class_name=cx(
            theme.TR,
            "max-md:grid max-md:grid-cols-[minmax(0,1fr)_auto] max-md:items-center max-md:gap-x-3 max-md:gap-y-0.5 "
            "max-md:border-b max-md:border-line max-md:px-4 max-md:py-2.5 max-md:last:border-b-0",
        ),
        data_testid=testid,
        **props,
    )


def cell(*children: Child, numeric: bool = False, hide: bool = False, right: bool = False, cls: Text = "", **props: Any) -> rx.Component:
    """A cell. `hide` drops it on phones; `right` puts it at the right end of its line there."""
    return rx.el.td(
        *children,
        class_name=cx(
            theme.TD,
            theme.NUM if numeric else "",
            "max-md:min-w-0 max-md:border-0 max-md:p-0! max-md:text-left",
            "max-md:hidden" if hide else "max-md:block",
            "max-md:justify-self-end" if right else "",
            cls,
        ),
        **props,
    )


def pager(*, label: Text, page: Any, pages: Any, on_previous: Any, on_next: Any, testid: str = "pager", busy: Flag = False) -> rx.Component:
    """The foot of a table: "1 to 20 of 156", previous, next; nothing where all is on one page. `page` counts from 1."""
    foot = rx.el.nav(
        rx.el.span(label, class_name="tabular"),
        rx.el.span(
            button(
                "Previous", testid=f"{testid}-previous", size="sm", icon="chevron-left", on_click=on_previous, disabled=page <= 1, busy=busy
            ),
            button("Next", testid=f"{testid}-next", size="sm", on_click=on_next, disabled=page >= pages, busy=busy),
            class_name="ml-auto flex gap-2",
        ),
        aria_label="Pages",
        class_name=theme.PANEL_FOOT,
        data_testid=testid,
    )
    return rx.cond(pages > 1, foot, rx.fragment())


def _head(column: Column) -> rx.Component:
    title: Child = rx.el.span(column.title, class_name="sr-only") if column.sr else column.title
    return rx.el.th(
        title, scope="col", class_name=cx(theme.TH, theme.NUM if column.numeric else "", "max-md:hidden" if column.hide else "")
    )
