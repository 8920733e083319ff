"""The dead letters: jobs that failed at their last try and wait for a decision. Live; what is chosen stays chosen."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.buttons import link_button
from components.dead_letters import choice_bar, dead_letter_list, dialogs, stayed
from components.empty import empty
from components.notes import note
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton_rows
from components.tables import pager
from pages.base import page
from state.dead_letters import PATH, DeadLettersState

_CRUMBS: tuple[tuple[Any, str], ...] = (("Jobs", "/jobs"), ("Dead letters", ""))


@page(route=PATH, title="Dead letters", role="viewer", on_load=DeadLettersState.load, crumbs=_CRUMBS, current="jobs")
def dead_letters() -> rx.Component:
    state = DeadLettersState
    return rx.fragment(
        page_header("Dead letters", rx.el.p("Jobs that failed at every try. Nothing was charged for them. Requeue each, or discard it.")),
        stayed(state.stayed),
        rx.cond(state.locked == "", rx.fragment(), note(state.locked, tone="info", testid="locked")),
        panel(
            rx.cond(state.loaded, rx.cond(state.rows.length() == 0, _nothing(), _list()), skeleton_rows()),
            label="Dead letters",
            padded=False,
        ),
        dialogs(what=state.asked_what, on_requeue=state.requeue, on_discard=state.discard),
    )


def _list() -> rx.Component:
    state = DeadLettersState
    return rx.fragment(
        rx.cond(
            state.locked == "",
            choice_bar(
                every=state.every, chosen=state.chosen.length(), rows=state.rows.length(), on_all=state.choose_all, on_ask=state.ask_chosen
            ),
            rx.fragment(),
        ),
        dead_letter_list(
            state.rows, locked=state.locked, chosen=state.chosen, boxes_key=state.boxes_key, on_choose=state.choose, on_ask=state.ask
        ),
        pager(
            label=state.label,
            page=state.page,
            pages=state.pages,
            on_previous=rx.redirect(state.before),
            on_next=rx.redirect(state.after),
        ),
    )


def _nothing() -> rx.Component:
    return empty(
        "No dead letters",
        "A job comes here when its last try has failed. You then decide whether it runs again.",
        icon="archive-x",
        action=link_button("Open all jobs", "/jobs", testid="to-jobs"),
    )
