"""One's own account: name, e-mail address, password, and its end."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import account, confirm, fields, guards, theme
from components.account import post_form
from components.avatars import person
from components.buttons import button, link_button
from components.chips import chip
from components.notes import note
from components.page_header import page_header
from components.panel import panel
from components.pictures import picture_field
from components.public import code_messages
from components.skeleton import skeleton_rows
from components.vars import concat
from pages.base import page
from state.account import AccountState
from state.base import AppState

ERRORS: Final = {
    "unauthenticated": "Your present password is not right. Nothing was changed.",
    "rate_limit_exceeded": "Too many tries. Wait a minute, then try again: your account is not locked.",
    "too_many_mails": "Several mails were sent to this address within the last hour. Look for them, or try again in an hour.",
    "invalid_input.password": "Choose another password: at least 10 characters, hard to guess, and none that has leaked.",
    "invalid_input.email": "Write another address than the present one, like name@company.com.",
    "invalid_input.typed": "Type the e-mail address of your account to delete it.",
    "conflict.owner": "You are the only owner of an organisation with other people. Make somebody else there an owner first.",
    "": "That did not work. Nothing was changed; try again.",
}
DONE: Final = {
    "password": "Your password was changed, and every other device was logged out.",
    "email": "If nobody else uses this address, a mail with a link is on its way to it. Until you use the link, nothing changes.",
    "": "Saved.",
}
PATH: Final = "/settings/account"


@page(route=PATH, title="Account", role="viewer", on_load=AccountState.load, current="account")
def settings_account() -> rx.Component:
    view = AccountState.account
    return rx.fragment(
        guards.script(),
        page_header("Account", rx.el.p("Your name, your address, your password.")),
        code_messages(ERRORS),
        code_messages(DONE, testid="form-done", done=True),
        rx.cond(
            view & AccountState.preferences,
            rx.el.div(
                panel(_picture(), title="Picture"),
                panel(_name(view), title="Name"),
                panel(_email(view), title="E-mail"),
                panel(_preferences(), title="Time and language"),
                panel(_password(view), title="Password"),
                panel(_delete(view), title="Delete account"),
                class_name=theme.FORM_PAGE,
            ),
            panel(skeleton_rows(), label="Account", padded=False),
        ),
    )


def _name(view: Any) -> rx.Component:
    return rx.el.form(
        fields.field(
            "Your name",
            fields.text_input(name="name", testid="name", value=view.name, required=True, auto_complete="name", max_length=120),
            control_id="name",
        ),
        button("Save name", testid="save-name", kind="submit", cls="justify-self-start max-md:w-full"),
        on_submit=AccountState.rename,
        class_name="grid max-w-md gap-4",
        custom_attrs={"data-validate": "true"},
    )


def _picture() -> rx.Component:
    me = AppState.me
    return picture_field(
        person(me.initials, "xl", own=True, picture=me.picture),
        endpoint="/api/v1/account/picture",
        label="Choose a picture",
        hint="PNG, JPEG or WebP, at most 2 MB. The middle of it is shown, to people of your organisations only.",
        has_one=me.picture != "",
        on_done=AccountState.picture_changed,
        on_remove=AccountState.remove_picture,
        testid="picture",
    )


def _preferences() -> rx.Component:
    view: Any = AccountState.preferences
    errors = AccountState.errors
    return rx.el.form(
        fields.field(
            "Time zone",
            fields.zone_input(
                name="timezone",
                testid="own-timezone",
                zones=AccountState.zones,
                value=view.timezone,
                placeholder=view.organization_timezone,
                error=errors["timezone"],
            ),
            control_id="timezone",
            hint=concat("Your dates are shown in it. Leave it empty for that of the organisation, ", view.organization_timezone, "."),
            error=errors["timezone"],
            optional=True,
        ),
        fields.field(
            "Write results in",
            fields.select(name="language", testid="own-language", options=AccountState.languages, value=view.language),
            control_id="language",
            hint="For coworkers that can write in another language than their source. Maya's threads stay in the source's own words.",
            error=errors["language"],
        ),
        button("Save time and language", testid="save-preferences", kind="submit", cls="justify-self-start max-md:w-full"),
        on_submit=AccountState.save_preferences,
        class_name="grid max-w-md gap-4",
    )


def _email(view: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.el.span(view.email, class_name="font-medium break-all", data_testid="own-email"),
            rx.cond(view.verified, chip("Confirmed", tone="ok", icon="check"), chip("Not confirmed", tone="warn", icon="mail")),
            class_name="flex flex-wrap items-center gap-2",
        ),
        _when_fresh(
            view,
            post_form(
                account.address(label="New address", size="md"),
                action="/auth/email",
                label="Change address",
                testid="email-form",
                variant="sec",
                size="md",
                full=False,
            ),
            "again-email",
        ),
        class_name="grid max-w-md gap-4",
    )


def _password(view: Any) -> rx.Component:
    return rx.cond(view.has_password, _change_password(), _no_password())


def _no_password() -> rx.Component:
    return rx.el.div(
        rx.el.p("Your account has no password: you log in with a connected account. The link of a mail sets one.", class_name="text-ink-2"),
        link_button("Set a password", "/forgot-password", testid="set-password", icon="mail", cls="justify-self-start"),
        class_name="grid max-w-md gap-3",
    )


def _change_password() -> rx.Component:
    return rx.el.div(
        post_form(
            account.present_password("present", "Present password", size="md"),
            account.new_password(size="md"),
            action="/auth/password",
            label="Change password",
            testid="password-form",
            variant="sec",
            size="md",
            full=False,
        ),
        class_name="max-w-md",
    )


def _delete(view: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "Your account is closed at once, on every device. For 30 days a log-in brings it back; after that your name, your address and "
            "your keys are removed for good. Results that you made in an organisation stay there without your name.",
            class_name="text-ink-2",
        ),
        rx.cond(
            view.blocked != "",
            note(view.blocked, tone="warn", testid="blocked"),
            _when_fresh(
                view,
                post_form(
                    account.address("typed", "Type your e-mail address to confirm", size="md"),
                    action="/auth/delete",
                    label="Delete my account",
                    testid="delete-form",
                    variant="dan",
                    size="md",
                    full=False,
                ),
                "again-delete",
            ),
        ),
        class_name="grid max-w-md gap-4",
    )


def _when_fresh(view: rx.Var, form: rx.Component, testid: str) -> rx.Component:  # type: ignore[type-arg]
    """The form when the person showed a moment ago that it is them; else the way to do it."""
    return rx.cond(view.fresh, form, confirm.needed(PATH, testid=testid))
