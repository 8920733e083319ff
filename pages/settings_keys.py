"""API keys: what programs open the organisation with. Members see their own, admins everybody's."""

from __future__ import annotations

import reflex as rx

from components import api_keys
from components.buttons import reference_button
from components.empty import empty
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton_rows
from components.tables import pager
from pages.base import page
from state.api_keys import PATH, KeysState


@page(route=PATH, title="API keys", role="viewer", on_load=KeysState.load, current="keys")
def settings_keys() -> rx.Component:
    return rx.fragment(
        page_header(
            "API keys",
            rx.el.p(
                rx.cond(
                    KeysState.keys.everybody,
                    "Keys of all members. Each acts for the person who made it, within what it was allowed.",
                    "Your keys. Each acts for you, within what you allowed it.",
                )
            ),
            actions=[reference_button()],
        ),
        api_keys.once(KeysState),
        rx.cond(
            KeysState.closed == "",
            rx.el.div(
                _list(),
                rx.cond(KeysState.loaded, api_keys.new_key(KeysState), rx.fragment()),
                class_name="grid grid-cols-[minmax(0,1fr)_340px] items-start gap-4 max-[1180px]:grid-cols-[minmax(0,1fr)]",
            ),
            panel(empty("API keys are for members", KeysState.closed, icon="lock", testid="keys-closed"), label="API keys"),
        ),
        api_keys.questions(KeysState),
    )


def _list() -> rx.Component:
    keys = KeysState.keys
    return panel(
        rx.cond(
            KeysState.loaded,
            rx.cond(
                keys.rows.length() > 0,
                api_keys.key_table(keys.rows, on_rotate=KeysState.ask_rotate, on_revoke=KeysState.ask_revoke),
                empty(
                    "No keys yet",
                    "A key lets a program of yours start jobs and read results over the API.",
                    icon="key-round",
                    testid="no-keys",
                ),
            ),
            skeleton_rows(),
        ),
        pager(
            label=keys.label,
            page=keys.page,
            pages=keys.pages,
            on_previous=rx.redirect(KeysState.before),
            on_next=rx.redirect(KeysState.after),
        ),
        title="Keys",
        padded=False,
    )
