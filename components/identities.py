"""Other providers: their buttons on the pages of the log-in, and the panel of the accounts that a person has connected.

The buttons are plain links that leave the site. They come from the instance's settings, so they are there only once the page has asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import reflex as rx

from coexai_app.views.identities import IdentityView, ProviderChoice
from components import theme
from components.buttons import Anchor, button
from components.dialog import asks, closes, dialog
from components.icons import icon
from components.notes import note
from components.panel import panel
from components.public import code_messages
from components.vars import Child, Text, concat, cx

MESSAGES: Final[Mapping[str, str]] = {
    "provider_away": "The provider does not answer at the moment. Nothing was changed; try again in a minute, or log in another way.",
    "provider_refused": "The provider's answer did not hold. Nothing was changed; try again.",
    "provider_cancelled": "You came back without signing in there. Nothing was changed.",
    "flow_expired": "That took too long, or was begun in another window. Start again.",
    "account_exists": "There is an account with this address already. Log in to it with your password, then connect the provider under "
    "Settings, Security. We never connect accounts by their address alone.",
    "account_closed": "This account was closed. Ask whoever runs this instance.",
    "no_address": "The provider named no e-mail address. Allow it to, or sign up with an address and a password.",
    "identity_taken": "That account opens another account here. Nothing was changed.",
    "not_connected": "You signed in there as somebody who is not connected to this account. Nothing was changed.",
    "not_fresh": "The provider did not say that you signed in just now. Set a password with “Forgot it?” on the log-in page, and use that.",
}
DONE: Final[Mapping[str, str]] = {"connected": "Connected. From now on it opens your account too.", "": "Done."}
_ELSE: Final[Mapping[str, str]] = {
    "rate_limit_exceeded": "Too many tries. Wait a minute, then try again.",
    "": "That did not work. Nothing was changed; try again.",
}
_DISCONNECT: Final = "disconnect-account"
_BUTTON: Final = cx(theme.BUTTON, theme.BUTTON_VARIANTS["sec"], "w-full")
_ROW: Final = "flex flex-wrap items-start gap-x-4 gap-y-2 border-b border-line px-4 py-4 last:border-b-0"


def ways(choices: rx.Var[tuple[ProviderChoice, ...]], *, query: Text = "", line: str = "or") -> rx.Component:
    """ "or", and a button for each provider of the instance; nothing without one. `query` ("?next=…") goes with their addresses."""
    return rx.cond(
        choices.length() > 0,
        rx.el.div(
            rx.el.p(
                rx.el.span(class_name="h-px flex-1 bg-line"),
                line,
                rx.el.span(class_name="h-px flex-1 bg-line"),
                class_name="flex items-center gap-3 text-sm text-ink-3",
            ),
            rx.foreach(choices, lambda one: _way("Continue with ", one.label, one.key, concat(one.log_in, query), size="lg")),
            class_name="grid gap-3",
            data_testid="providers",
        ),
        rx.fragment(),
    )


def confirming(choices: rx.Var[tuple[ProviderChoice, ...]]) -> rx.Component:
    """The connected providers, to show once more that it is you."""
    return rx.el.div(
        rx.foreach(choices, lambda one: _way("Sign in again with ", one.label, one.key, one.confirm, size="lg")),
        class_name="grid gap-3",
        data_testid="confirming",
    )


def messages() -> rx.Component:
    """What became of connecting an account, for the top of the security page."""
    return rx.fragment(
        code_messages({**MESSAGES, **_ELSE}, testid="identity-error"), code_messages(DONE, testid="identity-done", done=True)
    )


def connected(state: Any) -> rx.Component:
    """The panel of the security page; absent where there is nothing to connect. `state` has the vars and events of `IdentitiesState`."""
    view = state.view
    return rx.cond(
        view.shown,
        panel(
            rx.el.div(
                rx.el.p(
                    "Log in here with an account that you have elsewhere. It opens your account without the password; "
                    "your second step stays.",
                    class_name="max-w-[60ch] text-ink-2",
                ),
                class_name="grid gap-3 border-b border-line px-4 py-4",
            ),
            rx.el.ul(rx.foreach(view.identities, lambda one: _identity(one, state)), aria_label="Connected accounts"),
            rx.el.div(
                rx.foreach(view.providers, lambda one: _way("Connect ", one.label, one.key, one.connect, size="md", full=False)),
                class_name="flex flex-wrap gap-2 px-4 py-4 max-md:grid",
            ),
            _question(state),
            title="Connected accounts",
            padded=False,
            testid="connected-accounts",
        ),
        rx.fragment(),
    )


def _identity(one: rx.Var[IdentityView], state: Any) -> rx.Component:
    return rx.el.li(
        icon("link", 16, "mt-0.5 text-ink-3"),
        rx.el.div(
            rx.el.p(one.label, class_name="font-medium"),
            rx.cond(one.email != "", rx.el.p(one.email, class_name="break-all text-ink-2"), rx.fragment()),
            rx.el.p(
                "Connected ",
                one.added,
                rx.cond(one.last_used == "", "", concat(", last used ", one.last_used)),
                class_name=theme.META,
            ),
            rx.cond(
                one.locked != "",
                rx.el.p(
                    icon("lock", 14, "mt-px"), one.locked, class_name="mt-1 flex gap-1.5 text-sm text-ink-3", data_testid="identity-locked"
                ),
                rx.fragment(),
            ),
            class_name="min-w-0 flex-1 basis-48",
        ),
        button(
            "Disconnect",
            testid="disconnect",
            size="sm",
            disabled=one.locked != "",
            title=one.locked,
            on_click=state.ask_disconnect(one.id),
            custom_attrs=asks(_DISCONNECT),
        ),
        class_name=_ROW,
        key=one.id,
        data_testid="identity",
    )


def _question(state: Any) -> rx.Component:
    about = state.about
    return dialog(
        rx.cond(about, concat("Disconnect ", about.label, "?"), "Disconnect this account?"),
        rx.el.p("It opens your account here no more. Your account there stays as it is, and you can connect it again."),
        rx.el.p("Programs that are logged in as you have to log in again; API keys go on.", class_name=theme.META),
        rx.cond(state.wrong == "", rx.fragment(), note(state.wrong, tone="bad", alert=True, testid="identity-wrong")),
        dialog_id=_DISCONNECT,
        actions=[
            button("Keep it", testid="disconnect-keep", custom_attrs=closes(), auto_focus=True),
            button("Disconnect", testid="disconnect-confirm", variant="dan", on_click=state.disconnect),
        ],
        testid=_DISCONNECT,
        show=state.asked,
    )


def _way(verb: str, label: Text, key: Text, href: Text, *, size: str, full: bool = True) -> Child:
    look = _BUTTON if full else cx(theme.BUTTON, theme.BUTTON_VARIANTS["sec"])
    return Anchor.create(
        rx.match(key, ("google", _mark("google")), ("microsoft", _mark("microsoft")), icon("key-round", 16, "-ml-0.5")),
        rx.el.span(verb, label, class_name="truncate"),
        href=href,
        class_name=cx(look, theme.BUTTON_SIZES[size]),
        data_testid=concat("provider-", key),
        custom_attrs={"data-provider": "true"},
    )


def _mark(key: str) -> rx.Component:
    """The provider's own colours, which are no tokens of ours: a picture."""
    return rx.el.img(src=f"/icons/{key}.svg", alt="", class_name="-ml-0.5 size-4 flex-none")
