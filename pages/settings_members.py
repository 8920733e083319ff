"""The team: who works in the organisation and how far they can go; and who is invited. What somebody may not do says why."""

from __future__ import annotations

from typing import Final

import reflex as rx

from components import fields
from components.buttons import button, copy_button
from components.dialog import closes, dialog
from components.members import invitation_list, link_choice, member_table
from components.notes import note
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton_rows
from components.tables import pager
from pages.base import page
from state.members import PATH, MembersState

_REMOVE: Final = "remove-member"


@page(route=PATH, title="Team", role="viewer", on_load=MembersState.load, current="members")
def settings_members() -> rx.Component:
    return rx.fragment(
        page_header(
            "Team",
            rx.el.p(rx.cond(MembersState.me, f"Who can work in {MembersState.me.organization_name}, and how far they can go.", "\u00a0")),
        ),
        rx.el.div(
            _members(),
            rx.el.div(
                rx.cond(
                    MembersState.loaded,
                    rx.cond(MembersState.closed == "", rx.fragment(_invite(), _waiting()), _locked()),
                    rx.fragment(),
                ),
                class_name="grid min-w-0 content-start gap-4",
            ),
            class_name="grid grid-cols-[minmax(0,1fr)_340px] items-start gap-4 max-[1180px]:grid-cols-[minmax(0,1fr)]",
        ),
        _remove(),
    )


def _members() -> rx.Component:
    return panel(
        rx.cond(
            MembersState.loaded,
            member_table(MembersState.rows, on_role=MembersState.change_role, on_remove=MembersState.ask_remove, dialog_id=_REMOVE),
            skeleton_rows(),
        ),
        pager(
            label=MembersState.label,
            page=MembersState.page,
            pages=MembersState.pages,
            on_previous=rx.redirect(MembersState.before),
            on_next=rx.redirect(MembersState.after),
        ),
        title="Members",
        padded=False,
    )


def _invite() -> rx.Component:
    errors = MembersState.errors
    return panel(
        rx.el.form(
            fields.field(
                "E-mail",
                fields.text_input(
                    name="email",
                    testid="invite-email",
                    kind="email",
                    required=True,
                    max_length=320,
                    error=errors["email"],
                    auto_complete="off",
                ),
                control_id="email",
                error=errors["email"],
            ),
            fields.field(
                "Role",
                fields.select(
                    name="role",
                    testid="invite-role",
                    options=MembersState.roles,
                    words=lambda choice: f"{choice.label}: {choice.line}",
                    value="member",
                    error=errors["role"],
                ),
                control_id="role",
                error=errors["role"],
            ),
            rx.cond(errors[""], note(errors[""], tone="bad", alert=True, testid="invite-error"), rx.fragment()),
            button("Send invitation", testid="invite-send", variant="pri", kind="submit", full=True),
            on_submit=MembersState.invite,
            class_name="grid gap-3.5",
            custom_attrs={"data-validate": "true"},
            key=MembersState.form_key.to_string(),
        ),
        title="Invite",
    )


def _waiting() -> rx.Component:
    return rx.cond(
        MembersState.waiting.length() > 0,
        panel(
            invitation_list(
                MembersState.waiting,
                on_resend=MembersState.resend,
                on_revoke=MembersState.revoke,
                on_link=MembersState.ask_link,
            ),
            rx.cond(MembersState.link != "", _link(), rx.fragment()),
            title="Waiting to join",
            padded=False,
            testid="invitations",
        ),
        rx.fragment(),
    )


def _locked() -> rx.Component:
    return note(MembersState.closed, title="Invitations are for admins and owners.", icon="lock", testid="invite-locked")


def _remove() -> rx.Component:
    return dialog(
        f"Remove {MembersState.chosen.name}?",
        rx.el.p("They are out at once, on every device, and their API keys of this organisation end."),
        rx.el.p("What they made stays here. Their schedules stop until somebody resumes them."),
        rx.el.form(
            rx.cond(MembersState.links.length() > 0, link_choice(MembersState.links), rx.fragment()),
            id="remove-form",
            on_submit=MembersState.remove,
            key=MembersState.chosen.user_id,
        ),
        dialog_id=_REMOVE,
        actions=[
            button("Keep them", testid="remove-keep", custom_attrs=closes(), auto_focus=True),
            button("Remove", testid="remove-confirm", variant="dan", kind="submit", form="remove-form", custom_attrs=closes()),
        ],
        testid=_REMOVE,
        show=MembersState.removing,
    )


def _link() -> rx.Component:
    """The link that was asked for, below the list."""
    return rx.el.div(
        rx.el.p(
            "The link for ",
            rx.el.b(MembersState.link_for, class_name="font-medium break-all text-ink"),
            ". Only an account of this address can use it.",
            class_name="text-xs text-ink-3",
        ),
        rx.el.p(MembersState.link, class_name="rounded-sm bg-idle-bg p-2 text-xs break-all select-all", data_testid="link-text"),
        rx.el.div(copy_button(MembersState.link, testid="link-copy", label="Copy link")),
        class_name="grid gap-2 border-t border-line px-4 py-3",
        role="status",
    )
