"""Webhooks: addresses that events are sent to with what was sent, and what other services may start here. Admins only; others see why."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import fields, theme
from components.buttons import app_link, button, reference_button
from components.chips import chip
from components.dialog import confirm, opens
from components.empty import empty
from components.notes import note
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton_rows
from components.tables import pager
from components.tabs import Tab, tabs
from components.webhooks import delivery_log, endpoint_form, endpoint_list, secret_note
from pages import webhooks_incoming
from pages.base import page
from state.webhooks import PATH, IncomingState, WebhooksState

_DELETE: Final = "delete-webhook-dialog"
_ROTATE: Final = "rotate-webhook-dialog"
_OFF: Final = "switch-off-dialog"
_ONE: Final[Any] = WebhooksState.chosen


@page(
    route=PATH,
    title="Webhooks",
    role="viewer",
    on_load=[WebhooksState.load, IncomingState.load],
    current="webhooks",
)
def settings_webhooks() -> rx.Component:
    return rx.fragment(
        rx.cond(
            WebhooksState.loaded,
            rx.cond(WebhooksState.closed != "", _closed(), rx.cond(_ONE, _endpoint(), _overview())),
            rx.fragment(page_header("Webhooks"), panel(skeleton_rows(), label="Webhooks", padded=False)),
        )
    )


def _closed() -> rx.Component:
    return rx.fragment(
        page_header("Webhooks"),
        panel(empty("Webhooks are for admins and owners", WebhooksState.closed, icon="lock", testid="closed"), label="Webhooks"),
    )


def _overview() -> rx.Component:
    state = WebhooksState
    return rx.fragment(
        page_header(
            "Webhooks",
            rx.el.p("Tell other programs what happens here, and let them start work."),
            actions=[
                reference_button("webhooks"),
                button(
                    "New webhook",
                    testid="new-webhook",
                    variant="pri",
                    icon="plus",
                    on_click=state.form("new"),
                    disabled=state.locked != "",
                    title=state.locked,
                ),
            ],
        ),
        rx.cond(state.locked != "", note(state.locked, icon="lock", testid="plan-locked"), rx.fragment()),
        rx.cond(state.forming == "new", panel(_form("", "", ["*"]), title="New webhook"), rx.fragment()),
        panel(
            tabs(
                [
                    Tab("outgoing", "Outgoing", _endpoints()),
                    Tab("incoming", "Incoming", webhooks_incoming.incoming()),
                ],
                label="Webhooks",
                testid="webhooks",
            ),
            label="Webhooks",
            padded=False,
        ),
    )


def _form(url: Any, description: Any, events: Any) -> rx.Component:
    state = WebhooksState
    return endpoint_form(
        state.groups,
        url=url,
        description=description,
        events=rx.Var.create(events) if isinstance(events, list) else events,
        errors=state.errors,
        on_submit=state.save,
        on_cancel=state.form(""),
        key=state.form_key.to_string(),
    )


def _endpoints() -> rx.Component:
    state = WebhooksState
    return rx.fragment(
        rx.cond(
            state.rows.length() > 0,
            endpoint_list(state.rows),
            empty(
                "No webhooks",
                "A webhook sends events, such as a finished job, to an address of yours as soon as they happen.",
                icon="webhook",
                testid="no-webhooks",
            ),
        ),
        _pager(state.pages, state.label),
    )


def _pager(pages: Any, label: Any) -> rx.Component:
    state = WebhooksState
    return pager(label=label, page=state.page, pages=pages, on_previous=rx.redirect(state.before), on_next=rx.redirect(state.after))


def _endpoint() -> rx.Component:
    state = WebhooksState
    return rx.fragment(
        app_link("All webhooks", href=PATH, testid="all-webhooks", cls=f"{theme.LINK} w-fit text-sm"),
        page_header(
            rx.cond(_ONE.description, _ONE.description, "Webhook"),
            chip(_ONE.word, tone=_ONE.tone, icon=_ONE.icon, testid="endpoint-state"),
            rx.el.span(_ONE.url, class_name="min-w-0 break-all"),
            actions=[
                button("Edit", testid="edit-webhook", icon="pencil", on_click=state.form("edit")),
                button(
                    "Send test",
                    testid="test-webhook",
                    icon="zap",
                    on_click=state.test,
                    disabled=~_ONE.enabled | (state.locked != ""),
                    title=rx.cond(_ONE.enabled, state.locked, "This webhook is switched off."),
                ),
            ],
        ),
        rx.cond(state.secret != "", secret_note(state.secret, on_done=state.hide_secret), rx.fragment()),
        rx.cond(_ONE.reason != "", note(_ONE.reason, title="Switched off.", tone="warn", testid="off-reason"), rx.fragment()),
        rx.cond(state.locked != "", note(state.locked, icon="lock", testid="plan-locked"), rx.fragment()),
        rx.cond(state.forming == "edit", panel(_form(_ONE.url, _ONE.description, _ONE.events), title="Change webhook"), rx.fragment()),
        rx.el.div(
            _log(),
            _facts(),
            class_name="grid grid-cols-[minmax(0,1fr)_300px] items-start gap-4 max-[1180px]:grid-cols-[minmax(0,1fr)]",
        ),
        _questions(),
    )


def _log() -> rx.Component:
    state = WebhooksState
    return panel(
        rx.cond(
            state.log.length() > 0,
            delivery_log(state.log, opened=state.opened, on_open=state.open_delivery, on_redeliver=state.redeliver, locked=state.locked),
            rx.cond(
                state.status != "",
                empty("Nothing matches", "Nothing with this state was sent here.", icon="search", testid="nothing-matches"),
                empty("Nothing sent yet", "What is sent here appears at once. Send a test to see it.", icon="send", testid="no-deliveries"),
            ),
        ),
        _pager(state.log_pages, state.log_label),
        title="Sent",
        tools=rx.el.select(
            *(
                rx.el.option(label, value=value)
                for value, label in (("", "All"), ("pending", "Waiting"), ("delivered", "Delivered"), ("failed", "Failed"))
            ),
            value=state.status,
            on_change=state.choose_status,
            aria_label="State",
            class_name=f"{theme.INPUT} {theme.INPUT_SIZES['md']} h-8! w-32 cursor-pointer",
            data_testid="log-status",
        ),
        padded=False,
    )


def _facts() -> rx.Component:
    state = WebhooksState
    return rx.el.div(
        panel(
            rx.el.dl(
                rx.el.dt("Events"),
                rx.el.dd(rx.foreach(_ONE.events.to(list[str]), lambda name: rx.el.code(name, class_name="block text-xs break-all"))),
                rx.el.dt("Last success"),
                rx.el.dd(_ONE.last_ok),
                rx.el.dt("Waiting"),
                rx.el.dd(_ONE.waiting),
                class_name=theme.KV,
            ),
            rx.cond(
                _ONE.second_secret != "",
                rx.el.p(
                    "The secret before signs, too, until ", _ONE.second_secret, ".", class_name=theme.HELP, data_testid="second-secret"
                ),
                rx.fragment(),
            ),
            rx.el.div(
                button("New secret", testid="rotate-webhook", size="sm", icon="refresh-cw", custom_attrs=opens(_ROTATE)),
                rx.cond(
                    _ONE.enabled,
                    button("Switch off", testid="switch-off", size="sm", icon="pause", custom_attrs=opens(_OFF)),
                    button(
                        "Switch on",
                        testid="switch-on",
                        size="sm",
                        icon="play",
                        on_click=state.switch(True),
                        disabled=state.locked != "",
                        title=state.locked,
                    ),
                ),
                button("Delete", testid="delete-webhook", size="sm", icon="trash-2", variant="dan", custom_attrs=opens(_DELETE)),
                class_name="flex flex-wrap gap-2",
            ),
            title="This webhook",
            cls="[&>div]:grid [&>div]:gap-3",
        ),
        panel(
            rx.el.form(
                fields.field(
                    "Failed within",
                    fields.select(
                        name="hours",
                        testid="replay-hours",
                        options=[("1", "the last hour"), ("24", "the last day"), ("168", "the last week"), ("2160", "the last 90 days")],
                        value="24",
                    ),
                    control_id="hours",
                    hint="They leave in the order in which they happened, with the ids that they had.",
                ),
                rx.el.div(
                    button(
                        "Send again",
                        testid="replay",
                        kind="submit",
                        size="sm",
                        icon="rotate-ccw",
                        disabled=~_ONE.enabled | (state.locked != ""),
                        title=rx.cond(_ONE.enabled, state.locked, "Switch it on first."),
                    )
                ),
                on_submit=state.replay,
                class_name="grid gap-3",
            ),
            title="Send again what failed",
        ),
        class_name="grid min-w-0 content-start gap-4",
    )


def _questions() -> rx.Component:
    state = WebhooksState
    return rx.fragment(
        confirm(
            "Make a new secret?",
            "Events are signed with both secrets for 24 hours, so that you can put the new one in place. Then only the new one counts.",
            dialog_id=_ROTATE,
            confirm_label="Make new secret",
            on_confirm=state.rotate,
            testid=_ROTATE,
            danger=False,
        ),
        confirm(
            "Switch this webhook off?",
            "Nothing is sent there any more. What waits counts as failed; you can send it again once it is on. What happens meanwhile is "
            "not recorded for it.",
            dialog_id=_OFF,
            confirm_label="Switch off",
            on_confirm=state.switch(False),
            testid=_OFF,
            safe_label="Leave it on",
        ),
        confirm(
            "Delete this webhook?",
            "Nothing is sent there any more, what waits is dropped, and the log of what was sent goes with it. This cannot be undone.",
            dialog_id=_DELETE,
            confirm_label="Delete",
            on_confirm=state.delete,
            testid=_DELETE,
        ),
    )
