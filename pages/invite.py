"""The page of an invitation's link: who invites whom to what, and the one way in that fits. Its forms are native posts."""

from __future__ import annotations

from typing import Final

import reflex as rx

from components import account, fields, identities
from components.account import MIN_PASSWORD
from components.buttons import button, link_button
from components.native_form import native_form
from components.notes import note
from components.public import code_messages, way_in
from components.skeleton import skeleton_rows
from pages.base import page
from state.identities import ProvidersState
from state.invite import InviteState

MESSAGES: Final = {
    "invalid_input.name": "Write your name, up to 100 characters.",
    "invalid_input.password": f"Choose another password: at least {MIN_PASSWORD} characters, hard to guess, and none that has leaked.",
    "conflict.email": "There is an account with this e-mail address already. Log in to join.",
    "conflict": "This invitation is over. Ask for a new one.",
    "not_found": "This link is not valid. Use the newest mail, or ask for a new invitation.",
    "forbidden": "You are logged in with another address than the invited one. Log out, then open the link again.",
    "": "That did not work. Nothing was changed; try again.",
}


@page(
    route="/invite",
    title="Invitation",
    role=None,
    on_load=[InviteState.load, ProvidersState.load],
    description="Join an organisation on CoExAI.",
)
def invite() -> rx.Component:
    return way_in(
        code_messages(MESSAGES),
        rx.cond(InviteState.loaded, rx.cond(InviteState.look, _open(), _over()), skeleton_rows()),
        title=rx.cond(InviteState.over == "", "You are invited", "This invitation is over"),
        line=rx.cond(InviteState.over == "", "Work with your team and its AI coworkers.", "The link opens nothing any more."),
    )


def _open() -> rx.Component:
    look = InviteState.look
    return rx.fragment(
        rx.el.p(
            rx.el.b(look.inviter, class_name="text-ink"),
            " invites ",
            rx.el.b(look.email, class_name="text-ink"),
            " to work in ",
            rx.el.b(look.organization, class_name="text-ink"),
            f" as {look.role}.",
            class_name="text-md text-ink-2 break-words",
            data_testid="invitation",
        ),
        rx.cond(
            InviteState.own == look.email,
            _join(),
            rx.cond(InviteState.own != "", _other(), _strangers()),
        ),
    )


def _join() -> rx.Component:
    return native_form(
        _token(),
        button(f"Join {InviteState.look.organization}", testid="join", variant="pri", size="lg", kind="submit", full=True),
        action="/auth/invite/accept",
        method="post",
    )


def _other() -> rx.Component:
    return rx.el.div(
        note(f"You are logged in as {InviteState.own}. The invitation is for another address.", tone="warn", testid="other-account"),
        native_form(
            button("Log out", testid="invite-log-out", size="lg", kind="submit", full=True),
            action="/auth/logout",
            method="post",
        ),
        rx.el.p("Then open the link in the mail again.", class_name="text-center text-ink-3"),
        class_name="grid gap-3",
    )


def _strangers() -> rx.Component:
    """For whoever is not logged in: also with a provider whose address is the invited one, and back here."""
    return rx.fragment(
        rx.cond(InviteState.look.account, _log_in(), _sign_up()),
        identities.ways(ProvidersState.choices, query=InviteState.back_here),
    )


def _log_in() -> rx.Component:
    return rx.el.div(
        rx.el.p("There is an account with this address. Log in, and you come back here.", class_name="text-ink-2"),
        link_button("Log in to join", InviteState.login_url, testid="invite-log-in", variant="pri", size="lg", full=True),
        class_name="grid gap-3",
    )


def _sign_up() -> rx.Component:
    return native_form(
        fields.field(
            "E-mail",
            fields.text_input(name="shown", testid="invite-address", value=InviteState.look.email, size="lg", disabled=True),
            control_id="shown",
            hint="The invitation is for this address.",
        ),
        fields.field(
            "Your name",
            fields.text_input(name="name", testid="name", required=True, size="lg", auto_complete="name", max_length=100),
            control_id="name",
        ),
        account.new_password("Password"),
        _token(),
        button("Make my account and join", testid="sign-up", variant="pri", size="lg", kind="submit", full=True, cls="mt-1"),
        action="/auth/invite/signup",
        method="post",
        class_name="grid gap-4",
        data_testid="invite-form",
        custom_attrs={"data-validate": "true"},
    )


def _token() -> rx.Component:
    return rx.el.input(type="hidden", name="token", value=InviteState.token, read_only=True)


def _over() -> rx.Component:
    return rx.el.div(
        note(InviteState.over, tone="warn", testid="invitation-over"),
        link_button("Log in", "/login", testid="invite-to-login", size="lg", full=True),
        class_name="grid gap-3",
    )
