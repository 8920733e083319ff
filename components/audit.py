"""Rows of the audit log: a sentence, when and from where, and behind it what changed, the details and the hash."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.audit import AuditRow, Change
from components import theme
from components.buttons import copy_button
from components.chips import chip
from components.icons import icon
from components.vars import concat, cx

_LINE: Final = (
    "inring grid min-h-10 cursor-pointer list-none grid-cols-[auto_minmax(0,1fr)_17rem_8.5rem_auto] items-center gap-x-3 px-4 py-2 "
    "hover:bg-hover max-[1080px]:grid-cols-[auto_minmax(0,1fr)_auto] max-[1080px]:gap-y-0.5 max-md:py-2.5"
)
# Below 1080 px when and from where stand under the sentence.
_UNDER: Final = "max-[1080px]:col-start-2 max-[1080px]:text-left max-[1080px]:text-xs"


def audit_list(rows: Any) -> rx.Component:
    """The rows, newest first. Each opens to its details."""
    return rx.el.ul(rx.foreach(rows, _row), aria_label="Audit log", data_testid="audit-list")


def _row(row: rx.Var[AuditRow]) -> rx.Component:
    return rx.el.li(
        rx.el.details(
            rx.el.summary(
                icon(row.icon, 16, "text-ink-3 max-[1080px]:mt-0.5 max-[1080px]:self-start"),
                rx.el.span(
                    rx.el.span(row.sentence, class_name="min-w-0 break-words"),
                    rx.cond(row.outcome == "", rx.fragment(), chip(row.outcome, tone=row.tone, icon=row.outcome_icon)),
                    class_name="flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-1 font-medium",
                ),
                rx.el.span(row.place, title=row.place, class_name=cx(theme.MUTE, "truncate empty:hidden max-[1080px]:row-start-3", _UNDER)),
                rx.el.time(
                    row.when,
                    title=row.at,
                    class_name=cx(theme.MUTE, "text-right tabular max-[1080px]:row-start-2 min-[1081px]:col-start-4", _UNDER),
                ),
                icon(
                    "chevron-down",
                    16,
                    "text-ink-3 transition-transform group-open:rotate-180 max-[1080px]:col-start-3 max-[1080px]:row-start-1 "
                    "max-[1080px]:mt-0.5 max-[1080px]:self-start",
                ),
                class_name=_LINE,
                data_testid="audit-line",
            ),
            rx.el.div(
                rx.cond(row.changes.length() > 0, _changes(row.changes), rx.fragment()),
                rx.el.dl(
                    rx.foreach(
                        row.facts,
                        lambda fact: rx.el.div(
                            rx.el.dt(fact.label, class_name=theme.MUTE),
                            rx.el.dd(fact.value, class_name="min-w-0 break-words"),
                            class_name="grid grid-cols-[7rem_minmax(0,1fr)] gap-3",
                        ),
                    ),
                    class_name="grid grid-cols-2 gap-x-6 gap-y-1.5 max-[1080px]:grid-cols-1",
                ),
                rx.el.div(
                    rx.el.span("Hash", class_name=theme.MUTE),
                    rx.el.code(row.short, "…", class_name=theme.MONO, title=row.hash),
                    copy_button(row.hash, testid="copy-hash", label="Copy hash", variant="gho"),
                    class_name="flex items-center gap-3",
                ),
                class_name="grid gap-3 border-t border-line bg-sunken px-4 py-3 md:pl-11",
                data_testid="audit-details",
            ),
            class_name="group",
        ),
        class_name="border-b border-line last:border-b-0",
        data_testid="audit-row",
        key=row.id,
        custom_attrs={"data-seq": concat("", row.seq)},
    )


def _changes(changes: Any) -> rx.Component:
    return rx.el.dl(rx.foreach(changes, _change), class_name="grid gap-1.5", data_testid="audit-changes")


def _change(change: rx.Var[Change]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(change.label, class_name=theme.MUTE),
        rx.el.dd(
            rx.el.del_(change.before, class_name="break-words text-ink-3"),
            icon("arrow-right", 14, "flex-none text-ink-3"),
            rx.el.span("became", class_name="sr-only"),
            rx.el.ins(change.after, class_name="font-medium break-words no-underline"),
            class_name="flex min-w-0 flex-wrap items-center gap-2",
        ),
        class_name="grid grid-cols-[7rem_minmax(0,1fr)] gap-3",
    )
