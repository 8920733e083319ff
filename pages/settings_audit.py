"""The audit log: who did what, when and from where, with filters in the address. Admins and owners read it, others are told why not."""

from __future__ import annotations

from typing import Final

import reflex as rx

from components import fields
from components.audit import audit_list
from components.buttons import button, link_button
from components.chips import chip
from components.empty import empty
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton_rows
from components.tables import pager
from pages.base import page
from state.audit import HERE, AuditState

_FORM: Final = (
    "grid grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)_minmax(0,1fr)_minmax(0,9rem)_minmax(0,9rem)_auto] items-end gap-3 border-b border-line "
    "px-4 py-3 max-[1200px]:grid-cols-3 max-md:grid-cols-2 max-md:[&>*:first-child]:col-span-2 max-md:[&>*:last-child]:col-span-2"
)


@page(route=HERE, title="Audit log", role="viewer", on_load=AuditState.load, current="audit")
def settings_audit() -> rx.Component:
    return rx.fragment(
        page_header(
            "Audit log",
            rx.el.p("Who did what, when, and from where. Rows cannot be changed."),
            actions=[
                rx.cond(
                    AuditState.loaded & (AuditState.closed == ""),
                    link_button("Export CSV", AuditState.export_url, testid="export-audit", icon="download", download=True),
                    rx.fragment(),
                )
            ],
        ),
        rx.cond(AuditState.closed == "", _log(), _closed()),
    )


def _log() -> rx.Component:
    return panel(
        _filters(),
        rx.cond(AuditState.loaded, rx.cond(AuditState.rows.length() == 0, _nothing(), audit_list(AuditState.rows)), skeleton_rows()),
        pager(
            label=AuditState.label,
            page=AuditState.page,
            pages=AuditState.pages,
            on_previous=rx.redirect(AuditState.before),
            on_next=rx.redirect(AuditState.after),
        ),
        footer=_verified(),
        label="Audit log",
        padded=False,
    )


def _filters() -> rx.Component:
    given = AuditState.filters
    return rx.el.form(
        fields.search_input(label="Search the audit log", testid="search-audit", placeholder="Search", value=given["q"]),
        fields.field(
            "Action",
            fields.select(name="group", testid="filter-group", options=AuditState.groups, value=given["group"]),
            control_id="group",
        ),
        fields.field(
            "Person",
            fields.select(name="person", testid="filter-person", options=AuditState.people, value=given["person"]),
            control_id="person",
        ),
        fields.field("From", fields.text_input(name="since", testid="filter-since", kind="date", value=given["since"]), control_id="since"),
        fields.field("To", fields.text_input(name="until", testid="filter-until", kind="date", value=given["until"]), control_id="until"),
        button("Show", testid="apply-filters", kind="submit"),
        on_submit=AuditState.choose,
        role="search",
        aria_label="Filters",
        class_name=_FORM,
        key=AuditState.filters.to_string() + AuditState.people.length().to_string(),
    )


def _verified() -> rx.Component:
    return rx.fragment(
        rx.cond(
            AuditState.verified,
            rx.el.span(
                chip(
                    rx.match(AuditState.verified.tone, ("ok", "Whole"), ("bad", "Broken"), "Not checked"),
                    tone=AuditState.verified.tone,
                    icon=AuditState.verified.icon,
                ),
                rx.el.span(AuditState.verified.text, class_name="min-w-0", data_testid="verified"),
                class_name="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1",
                role="status",
            ),
            rx.fragment(),
        ),
        rx.cond(
            AuditState.may_verify,
            rx.el.span(
                button(
                    "Verify",
                    testid="verify",
                    size="sm",
                    icon="shield-check",
                    busy=AuditState.checking,
                    busy_label="Verifying",
                    on_click=AuditState.verify,
                ),
                class_name="ml-auto",
            ),
            rx.fragment(),
        ),
    )


def _closed() -> rx.Component:
    return panel(
        empty("The audit log is for admins and owners", AuditState.closed, icon="lock", testid="closed"),
        label="Audit log",
    )


def _nothing() -> rx.Component:
    return rx.cond(
        AuditState.filtered,
        empty(
            "Nothing matches",
            "No row has all of this. Take a filter away.",
            icon="search",
            action=button("Clear filters", testid="clear-filters", on_click=rx.redirect(HERE)),
            testid="nothing-matches",
        ),
        empty("Nothing happened yet", "What people do here stands in this log from now on.", icon="history"),
    )
