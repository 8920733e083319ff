"""One result on a page of its own. The workspace shows the same result through `result` and `actions`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.approval import ReviewActions
from components.buttons import link_button
from components.empty import empty
from components.outputs import Actions, result_actions, result_meta, result_tabs
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton
from components.vars import Child
from pages.base import page
from pages.calendar_add import calendar_button, calendar_dialog
from pages.case_keep import case_dialog, case_line
from state.output import OutputState
from state.review import ReviewState

_ACTIONS = Actions(
    edit=OutputState.edit,
    leave=OutputState.leave,
    save=OutputState.save,
    add_post=OutputState.add_post,
    drop_post=OutputState.drop_post,
    move_post=OutputState.move_post,
    remove_claim=OutputState.remove_claim,
    keep_claim=OutputState.keep_claim,
    approve=OutputState.approve,
    reopen=OutputState.reopen,
    show_raw=OutputState.show_raw,
    edit_part=OutputState.edit_part,
    apply_fix=OutputState.apply_fix,
    restore=OutputState.restore,
    look=ReviewState.look,
    review=ReviewActions(
        request=OutputState.request_review,
        withdraw=OutputState.withdraw,
        reject=OutputState.reject,
        create_link=ReviewState.create_link,
        kept_link=ReviewState.kept_link,
        revoke_link=ReviewState.revoke_link,
    ),
    say=ReviewState.comment,
)


def result() -> rx.Component:
    """The tabs of the result that `OutputState` holds."""
    tabs = result_tabs(
        OutputState.output,
        OutputState.steps,
        _ACTIONS,
        editing=OutputState.editing,
        drafts=OutputState.drafts,
        saving=OutputState.saving,
        problem=OutputState.refused,
        problem_claim=OutputState.refused_claim,
        raw=OutputState.raw,
        talk=ReviewState,
        review_problem=OutputState.refused_review,
        turn=OutputState.review_key,
        below_checks=case_line(OutputState.output),
    )
    return rx.fragment(tabs, calendar_dialog(), case_dialog())


def actions() -> list[Child]:
    """Calendar, Export and Approve, for the head of a page."""
    return [calendar_button(OutputState.output), *result_actions(OutputState.output, _ACTIONS, editing=OutputState.editing)]


def _crumbs() -> list[tuple[Any, str]]:
    return [("Library", "/outputs"), (rx.cond(OutputState.output, OutputState.output.title, "Result"), "")]


@page(route="/outputs/[output_id]", title="Result", role="viewer", on_load=OutputState.load, crumbs=_crumbs, current="outputs")
def output() -> rx.Component:
    view = OutputState.output
    return rx.fragment(
        rx.cond(
            view,
            rx.fragment(page_header(view.title, *result_meta(view), agent=view.agent, actions=actions()), result()),
            rx.cond(OutputState.missing, _missing(), skeleton(8, label="Loading the result")),
        ),
    )


def _missing() -> rx.Component:
    return panel(
        empty(
            "This result is not here",
            "It may have been deleted, or it belongs to another organisation.",
            icon="folder",
            action=link_button("Open the library", "/outputs", testid="to-outputs"),
        ),
        padded=False,
    )
