"""Members and invitations in lists: who, their role, when they were here, and what may be done."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.members import InvitationRow, MemberLink, MemberRow
from components import fields, tables, theme
from components.avatars import person
from components.buttons import button, icon_button
from components.dialog import asks
from components.icons import icon
from components.tables import Column
from components.times import moment
from components.vars import Text, concat, cx

_COLUMNS: Final = (Column("Name"), Column("Role"), Column("Since", hide=True), Column("Last seen", hide=True), Column("Actions", sr=True))


def member_table(rows: Any, *, on_role: Any, on_remove: Any, dialog_id: str) -> rx.Component:
    """`rows` is a var of `MemberRow`s; `on_role` takes a person's id and the role, `on_remove` the id: the server opens `dialog_id`."""
    return tables.table(_COLUMNS, rx.foreach(rows, lambda row: _row(row, on_role, on_remove, dialog_id)), label="Members", testid="members")


def _row(row: rx.Var[MemberRow], on_role: Any, on_remove: Any, dialog_id: str) -> rx.Component:
    who = rx.el.div(
        person(row.initials, "lg", picture=row.picture),
        rx.el.div(
            rx.el.p(
                rx.el.b(row.name, class_name="font-medium"),
                rx.cond(row.you, rx.el.span(" you", class_name="text-ink-3"), rx.fragment()),
                class_name="truncate",
                title=row.name,
            ),
            rx.el.p(row.email, class_name=cx(theme.META, "truncate"), title=row.email),
            rx.cond(row.alone, rx.el.p("No second step", class_name=theme.META, data_testid="member-alone"), rx.fragment()),
            class_name="min-w-0",
        ),
        class_name="flex items-center gap-2.5",
    )
    remove = rx.cond(
        row.may_remove,
        icon_button(
            concat("Remove ", row.name), icon="x", testid="member-remove", on_click=on_remove(row.user_id), custom_attrs=asks(dialog_id)
        ),
        rx.fragment(),
    )
    may_change = row.roles.length() > 0
    return tables.row(
        tables.cell(who, cls=cx("max-w-0 w-1/2 max-md:max-w-none max-md:w-auto", rx.cond(may_change, "max-md:col-span-2", ""))),
        tables.cell(
            rx.cond(may_change, _roles(row, on_role), _locked(row.role_label, row.locked)),
            cls=rx.cond(may_change, "", "max-md:justify-self-end"),
        ),
        tables.cell(moment(row.since, row.since_at), hide=True, cls="whitespace-nowrap text-ink-3"),
        tables.cell(rx.cond(row.seen, moment(row.seen, row.seen_at), "never"), hide=True, cls="whitespace-nowrap text-ink-3"),
        tables.cell(remove, cls="text-right max-md:col-start-2 max-md:justify-self-end"),
        testid="member-row",
    )


def _roles(row: rx.Var[MemberRow], on_role: Any) -> rx.Component:
    return rx.el.div(
        rx.el.select(
            rx.foreach(row.roles, lambda choice: rx.el.option(choice.label, value=choice.value, title=choice.line)),
            value=row.role,
            on_change=lambda role: on_role(row.user_id, role),
            aria_label=concat("Role of ", row.name),
            class_name=cx(theme.INPUT, theme.INPUT_SIZES["md"], "cursor-pointer appearance-none pr-8"),
            data_testid="member-role",
        ),
        icon("chevron-down", 16, "pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-ink-3"),
        class_name="relative w-30 max-md:mt-1.5 max-md:ml-11",
    )


def _locked(label: Text, reason: Text) -> rx.Component:
    """A role that the reader cannot change: the reason is in the tooltip, and read aloud."""
    return rx.el.span(
        label,
        icon("lock", 12, "text-ink-3"),
        rx.el.span(reason, class_name="sr-only"),
        title=reason,
        class_name="inline-flex items-center gap-1.5",
        data_testid="member-locked",
    )


def link_choice(links: Any) -> rx.Component:
    """Whether a member's links for clients end with them. `links` is a var of `MemberLink`s; goes into a form."""

    def line(link: rx.Var[MemberLink]) -> rx.Component:
        return rx.el.li(
            rx.el.span(link.title, class_name="block truncate font-medium text-ink", title=link.title),
            rx.el.span(f"For {link.client}, open until {link.until}", class_name=cx(theme.META, "block break-words")),
            class_name="border-b border-line px-3 py-2 last:border-b-0",
            data_testid="member-link",
        )

    return rx.el.div(
        rx.el.p(
            rx.cond(links.length() == 1, "One link for a client that they made is open:", f"{links.length()} links for clients are open:")
        ),
        rx.el.ul(
            rx.foreach(links, line),
            class_name="max-h-48 overflow-y-auto rounded-sm border border-line",
            aria_label="Links for clients that they made",
            tab_index=0,
        ),
        rx.el.input(type="hidden", name="links_shown", value="true"),
        fields.checkbox(
            "Revoke these links",
            name="revoke_links",
            testid="revoke-links",
            checked=True,
            hint="Otherwise they go on for the organisation, and anybody who shares results can revoke them.",
        ),
        class_name="grid gap-3",
        data_testid="member-links",
    )


def invitation_list(rows: Any, *, on_resend: Any, on_revoke: Any, on_link: Any) -> rx.Component:
    """`rows` is a var of `InvitationRow`s; the handlers take an invitation's id."""

    def line(row: rx.Var[InvitationRow]) -> rx.Component:
        actions = rx.el.div(
            button(rx.cond(row.expired, "New link", "Send again"), testid="invitation-resend", size="sm", on_click=on_resend(row.id)),
            rx.cond(
                row.expired,
                rx.fragment(),
                icon_button(concat("Show the link for ", row.email), icon="link", testid="invitation-link", on_click=on_link(row.id)),
            ),
            icon_button(
                concat("Take back the invitation of ", row.email),
                icon="x",
                testid="invitation-revoke",
                on_click=on_revoke(row.id),
            ),
            class_name="flex items-center gap-1",
        )
        return rx.el.li(
            rx.el.div(
                rx.el.p(row.email, class_name="truncate font-medium", title=row.email),
                rx.el.p(
                    row.role_label,
                    ", ",
                    moment(row.ends, row.ends_at),
                    class_name=rx.cond(row.expired, "text-xs text-bad-fg", "text-xs text-ink-3"),
                ),
                class_name="min-w-0",
            ),
            rx.cond(row.may_manage, actions, _locked("", "Only an owner handles the invitation of an owner.")),
            class_name="grid gap-2 border-b border-line px-4 py-3 last:border-b-0",
            data_testid="invitation-row",
        )

    return rx.el.ul(rx.foreach(rows, line), aria_label="Open invitations")
