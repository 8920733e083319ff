"""The pages around the log-in: a lost password, a new one, the address, an account out of the trash."""

from __future__ import annotations

from typing import Final

import reflex as rx

from components import account
from components.account import post_form
from components.buttons import app_link, link_button
from components.native_form import native_form
from components.public import code_messages, way_in
from components.theme import LINK
from pages.base import page

_OTHER_SITE: Final = "That request did not come from this page. Load the page again, then try once more."
_OFTEN: Final = "Too many tries. Wait a minute, then try again: your account is not locked."
_AGAIN: Final = "This link was used already, or it is too old. Open CoExAI: if a line at the top still asks for it, choose “Send it again”."
_DEAD: Final = "This link was used already, or it is too old. Ask for a new one."
FORGOT: Final = {"forbidden": _OTHER_SITE, "": "That did not work. Try again."}
SENT: Final = {
    "": "If there is an account with this address, a mail with a link is on its way. The link works once, for 30 minutes. "
    "Nothing there after a few minutes? Look among the unwanted mails."
}
RESET: Final = {
    "dead_link": _DEAD,
    "invalid_input.password": "Choose another password: at least 10 characters, hard to guess, and none that has leaked.",
    "rate_limit_exceeded": _OFTEN,
    "forbidden": _OTHER_SITE,
    "": "That did not work. Your password is as it was; try again.",
}
VERIFY: Final = {
    "dead_link": _AGAIN,
    "conflict.email": "Somebody else uses this address meanwhile. Nothing was changed.",
    "forbidden": _OTHER_SITE,
    "": "That did not work. Nothing was changed; try again.",
}
VERIFIED: Final = {"": "Your e-mail address is confirmed."}
UNSUBSCRIBE: Final = {
    "dead_link": "This link is not whole. Open it from the mail again, or choose your mails in the settings.",
    "": "That did not work. Nothing was changed; try again.",
}
UNSUBSCRIBED: Final = {"": "Done. You get no more mails of this kind."}


@page(route="/forgot-password", title="Forgot password", role=None, description="Get a link to choose a new password.")
def forgot_password() -> rx.Component:
    return way_in(
        code_messages(FORGOT),
        code_messages(SENT, testid="form-done", done=True),
        post_form(account.address(), action="/auth/forgot", label="Send me a link", testid="forgot"),
        _to_login(),
        title="Forgot your password?",
        line="Write your address, and we send you a link to choose a new one.",
    )


@page(route="/reset-password", title="New password", role=None, description="Choose a new password.")
def reset_password() -> rx.Component:
    return way_in(
        code_messages(RESET),
        post_form(account.new_password(), account.link_token(), action="/auth/reset", label="Set the password", testid="reset"),
        rx.el.p(app_link("Ask for a new link", href="/forgot-password", testid="to-forgot", cls=LINK), class_name="text-center text-ink-3"),
        title="Choose a new password",
        line="Every device is logged out, so whoever knew the old one is out too.",
    )


@page(route="/verify", title="Confirm address", role=None, description="Confirm your e-mail address.")
def verify() -> rx.Component:
    return way_in(
        code_messages(VERIFY),
        code_messages(VERIFIED, testid="form-done", done=True),
        post_form(account.link_token(), action="/auth/verify", label="Confirm address", testid="verify", once=True),
        link_button("Open CoExAI", "/home", testid="to-home", size="lg", full=True),
        title="Confirm your address",
        line="One click, and we know that our mails reach you.",
    )


@page(route="/restore-account", title="Restore account", role=None, description="Take your account out of the trash.")
def restore_account() -> rx.Component:
    return way_in(
        post_form(action="/auth/restore", label="Restore my account", testid="restore"),
        native_form(
            link_button("No, leave it in the trash", "/login", testid="leave-it", size="lg", full=True),
            action="/auth/logout",
            method="post",
        ),
        title="Your account is in the trash",
        line="You deleted it. Restore it, and everything is as it was; or leave it, and it is removed for good after 30 days.",
    )


@page(route="/unsubscribe", title="Fewer mails", role=None, description="Stop mails of one kind.")
def unsubscribe() -> rx.Component:
    return way_in(
        code_messages(UNSUBSCRIBE),
        code_messages(UNSUBSCRIBED, testid="form-done", done=True),
        post_form(
            account.link_token(),
            rx.el.input(type="hidden", name="page", default_value="1"),
            action="/api/v1/mail/unsubscribe",
            label="Stop these mails",
            testid="unsubscribe",
            once=True,
        ),
        rx.el.p(
            app_link("Choose all your mails", href="/settings/notifications", testid="to-notifications", cls=LINK),
            class_name="text-center text-ink-3",
        ),
        title="Stop mails of this kind?",
        line="You do not have to log in. Mails about the safety of your account still come.",
    )


def _to_login() -> rx.Component:
    return rx.el.p(app_link("Back to log in", href="/login", testid="to-login", cls=LINK), class_name="text-center text-ink-3")
