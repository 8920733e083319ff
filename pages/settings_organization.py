"""The organisation: its name and time zone, its data as a file, and how to leave, hand over, delete, restore or found one."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import fields, guards, theme
from components.buttons import button
from components.dialog import asks, closes, confirm, dialog, opens
from components.icons import icon
from components.notes import note
from components.page_header import page_header
from components.panel import panel
from components.pictures import picture_field
from components.skeleton import skeleton_rows
from pages.base import page
from state.base import AppState
from state.organization import PATH, OrganizationState

_LEAVE: Final = "leave-organization"
_TRANSFER: Final = "transfer-organization"
_DELETE: Final = "delete-organization"
_VIEW: Final[Any] = OrganizationState.view


@page(route=PATH, title="Organisation", role="viewer", on_load=OrganizationState.load, current="organization")
def settings_organization() -> rx.Component:
    return rx.fragment(
        guards.script(),
        page_header("Organisation", rx.el.p("Its name, its data, and who it belongs to.")),
        rx.cond(OrganizationState.loaded & OrganizationState.view, _sections(), panel(skeleton_rows(), label="Organisation", padded=False)),
    )


def _sections() -> rx.Component:
    return rx.el.div(
        _trash(),
        _settings(),
        _logo(),
        _export(),
        _another(),
        _transfer(),
        _leave(),
        _delete(),
        class_name=theme.FORM_PAGE,
    )


def _settings() -> rx.Component:
    errors = OrganizationState.errors
    locked = _VIEW.locked != ""
    return panel(
        rx.el.form(
            rx.cond(locked, note(_VIEW.locked, icon="lock", testid="settings-locked"), rx.fragment()),
            fields.field(
                "Name",
                fields.text_input(
                    name="name", testid="organization-name", value=_VIEW.name, max_length=120, error=errors["name"], disabled=locked
                ),
                control_id="name",
                error=errors["name"],
            ),
            fields.field(
                "Time zone",
                fields.select(
                    name="timezone",
                    testid="organization-timezone",
                    options=OrganizationState.zones,
                    value=_VIEW.timezone,
                    error=errors["timezone"],
                    disabled=locked,
                ),
                control_id="timezone",
                hint="Times in lists and mails are shown in it. Schedules keep the time zone that they were made with.",
                error=errors["timezone"],
            ),
            rx.el.div(
                button(
                    "Save",
                    testid="organization-save",
                    variant="pri",
                    kind="submit",
                    disabled=locked,
                    title=_VIEW.locked,
                    cls="max-md:w-full",
                )
            ),
            on_submit=OrganizationState.save,
            class_name="grid gap-4",
            key=_VIEW.name + _VIEW.timezone + _VIEW.locked,
        ),
        title="Settings",
    )


def _logo() -> rx.Component:
    me = AppState.me
    locked = _VIEW.locked != ""
    none = rx.el.span(
        icon("building-2", 20), class_name="grid size-16 flex-none place-items-center rounded-md bg-idle-bg text-idle-fg", aria_hidden=True
    )
    return panel(
        picture_field(
            rx.cond(me.logo, rx.el.img(src=me.logo, alt="", class_name="size-16 flex-none rounded-md"), none),
            endpoint="/api/v1/organization/logo",
            label="Choose a logo",
            hint=rx.cond(locked, _VIEW.locked, "PNG, JPEG or WebP, at most 2 MB. All of it is shown, in a square."),
            has_one=me.logo != "",
            on_done=OrganizationState.logo_changed,
            on_remove=OrganizationState.remove_logo,
            testid="logo",
            disabled=locked,
        ),
        title="Logo",
    )


def _export() -> rx.Component:
    return panel(
        _text(
            "Everything of this organisation as one ZIP file: all records as JSON, the results as Markdown, and the files. "
            "Passwords, keys and links are not in it. The download stands in the audit log."
        ),
        rx.el.div(
            rx.cond(
                _VIEW.owners_only == "",
                button(
                    "Download everything",
                    testid="organization-export",
                    icon="download",
                    on_click=OrganizationState.export,
                    cls="max-md:w-full",
                ),
                _closed("Download everything", "organization-export", _VIEW.owners_only),
            )
        ),
        title="Your data",
        cls="[&>div]:grid [&>div]:gap-3",
    )


def _leave() -> rx.Component:
    return panel(
        _text("You lose access at once. What you made stays here. To come back you need a new invitation."),
        rx.el.div(
            rx.cond(
                _VIEW.why_not_leave == "",
                button("Leave", testid="organization-leave", custom_attrs=opens(_LEAVE), cls="max-md:w-full"),
                _closed("Leave", "organization-leave", _VIEW.why_not_leave),
            )
        ),
        confirm(
            "Leave this organisation?",
            "You lose access at once, on every device. What you made stays here; your links for clients stop working, and your schedules "
            "stop until somebody resumes them.",
            dialog_id=_LEAVE,
            confirm_label="Leave",
            on_confirm=OrganizationState.leave,
            testid=_LEAVE,
            safe_label="Stay",
        ),
        title="Leave",
        cls="[&>div]:grid [&>div]:gap-3",
    )


def _transfer() -> rx.Component:
    form = rx.el.form(
        fields.field(
            "New owner",
            fields.select(
                name="user_id",
                testid="transfer-to",
                options=_VIEW.others,
                placeholder="Choose a person",
                required=True,
                error=OrganizationState.errors["user_id"],
            ),
            control_id="user_id",
            error=OrganizationState.errors["user_id"],
        ),
        rx.el.div(
            button(
                "Hand over",
                testid="transfer",
                on_click=OrganizationState.ask_transfer,
                custom_attrs=asks(_TRANSFER),
                cls="max-md:w-full",
            )
        ),
        id="transfer-form",
        on_submit=OrganizationState.transfer,
        class_name="grid gap-3",
        custom_attrs={"data-validate": "true"},
    )
    return panel(
        _text("The new owner can do everything here, also delete it. You become an admin and cannot take it back by yourself."),
        rx.cond(
            _VIEW.owners_only == "",
            rx.cond(
                _VIEW.others.length() > 0, form, _closed("Hand over", "transfer", "There is nobody else here yet. Invite somebody first.")
            ),
            _closed("Hand over", "transfer", _VIEW.owners_only),
        ),
        dialog(
            f"Hand {_VIEW.name} over?",
            rx.el.p("The person whom you chose becomes its owner at once, and you become an admin. Only they can give it back to you."),
            dialog_id=_TRANSFER,
            actions=[
                button("Keep it", testid="transfer-keep", custom_attrs=closes(), auto_focus=True),
                button("Hand over", testid="transfer-confirm", variant="dan", kind="submit", form="transfer-form", custom_attrs=closes()),
            ],
            testid=_TRANSFER,
            show=OrganizationState.handing,
        ),
        title="Hand over",
        cls="[&>div]:grid [&>div]:gap-3",
    )


def _delete() -> rx.Component:
    return panel(
        _text(
            "Nobody can open it any more, jobs and schedules stop, API keys end. Everything is kept for 30 days, in which an owner can "
            "restore it on this page; then it is removed for good, the audit log included."
        ),
        rx.el.div(
            rx.cond(
                _VIEW.owners_only == "",
                button(
                    "Delete organisation",
                    testid="organization-delete",
                    variant="dan",
                    on_click=OrganizationState.ask_delete,
                    custom_attrs=asks(_DELETE),
                    cls="max-md:w-full",
                ),
                _closed("Delete organisation", "organization-delete", _VIEW.owners_only),
            )
        ),
        dialog(
            f"Delete {_VIEW.name}?",
            rx.el.form(
                rx.el.p(
                    "Everybody is out at once, jobs and schedules stop, API keys end. You can restore all of it on this page for 30 days."
                ),
                fields.field(
                    f"Type {_VIEW.name} to confirm",
                    fields.text_input(name="typed", testid="delete-name", auto_complete="off", error=OrganizationState.errors["typed"]),
                    control_id="typed",
                    error=OrganizationState.errors["typed"],
                ),
                id="delete-form",
                on_submit=OrganizationState.delete,
                class_name="grid gap-3",
            ),
            dialog_id=_DELETE,
            actions=[
                button("Keep it", testid="delete-keep", custom_attrs=closes(), auto_focus=True),
                button("Delete organisation", testid="delete-confirm", variant="dan", kind="submit", form="delete-form"),
            ],
            testid=_DELETE,
            show=OrganizationState.deleting,
        ),
        title="Delete",
        cls="[&>div]:grid [&>div]:gap-3",
    )


def _another() -> rx.Component:
    return panel(
        rx.el.form(
            _text("For another company or client. It has its own team, plan and data; you switch between them at the top of the sidebar."),
            fields.field(
                "Name of the new organisation",
                fields.text_input(
                    name="new_name", testid="new-organization", required=True, max_length=120, error=OrganizationState.errors["new_name"]
                ),
                control_id="new_name",
                error=OrganizationState.errors["new_name"],
            ),
            rx.el.div(button("Make organisation", testid="make-organization", kind="submit", cls="max-md:w-full")),
            on_submit=OrganizationState.create,
            class_name="grid gap-3",
            custom_attrs={"data-validate": "true"},
        ),
        title="Another organisation",
    )


def _trash() -> rx.Component:
    def line(row: Any) -> rx.Component:
        return note(
            f"It was deleted and will be removed for good on {row.until}.",
            title=f"{row.name}.",
            tone="warn",
            action=button("Restore", testid="restore", on_click=OrganizationState.restore(row.id)),
            testid="trashed",
        )

    return rx.foreach(OrganizationState.trash, line)


def _text(words: str) -> rx.Component:
    return rx.el.p(words, class_name="max-w-[46em] text-ink-2")


def _closed(label: str, testid: str, reason: Any) -> rx.Component:
    """A button that the reader may not press, with the reason beside it."""
    return rx.el.div(
        button(label, testid=testid, icon="lock", disabled=True, title=reason),
        rx.el.span(reason, class_name="text-xs text-ink-3"),
        class_name="flex flex-wrap items-center gap-3",
    )
