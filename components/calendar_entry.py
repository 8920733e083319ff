"""The dialogs of the calendar: one entry, its deletion, the day that it moves to, and the secret address. No state of their own."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.calendar import CHANNEL_OPTIONS, STATE_OPTIONS
from components import fields, theme
from components.buttons import button, copy_button, text_link
from components.calendar import ENTRY
from components.dialog import closes, confirm, dialog, opens
from components.notes import note
from components.vars import Child, concat, cx

MOVE: Final = "calendar-move"
DELETE: Final = "calendar-delete"
FEED: Final = "calendar-feed"
_CHANNELS: Final = tuple((option.value, option.label) for option in CHANNEL_OPTIONS)
_STATES: Final = tuple((option.value, option.label) for option in STATE_OPTIONS)


def entry_dialog(
    *, draft: Any, show: Any, form_key: Any, errors: Any, zones: Any, saving: Any, may_save: Any, on_submit: Any, on_duplicate: Any
) -> rx.Component:
    """One entry, new or not. `draft` is a `Draft` var, `errors` a dict var of messages by field; without `may_save` it is read only."""
    heading = rx.cond(draft.id == "", "Plan something", rx.cond(may_save, "Edit entry", "Entry"))
    return rx.el.dialog(
        rx.el.h2(heading, id=f"{ENTRY}-title", class_name="font-display text-lg font-semibold text-ink"),
        rx.el.form(
            rx.el.fieldset(
                _labelled("Title", "title", errors, _text("title", draft.title, required=True, max_length=200)),
                rx.el.div(
                    _labelled("Channel", "channel", errors, _select("channel", _CHANNELS, draft.channel)),
                    _labelled("State", "state", errors, _select("state", _STATES, draft.state)),
                    class_name="grid grid-cols-2 gap-3",
                ),
                rx.el.div(
                    _labelled("Day", "day", errors, _text("day", draft.day, kind="date", required=True)),
                    _labelled("Time", "clock", errors, _text("clock", draft.clock, kind="time", required=True)),
                    rx.el.div(
                        _labelled(
                            "Time zone",
                            "timezone",
                            errors,
                            fields.zone_input(
                                name="timezone", control_id="entry-timezone", testid="entry-timezone", zones=zones, value=draft.timezone
                            ),
                        ),
                        class_name="max-md:col-span-2",
                    ),
                    class_name="grid grid-cols-[1fr_1fr_1.4fr] gap-3 max-md:grid-cols-2 *:min-w-0",
                ),
                rx.cond(draft.told, note(draft.told, tone="warn", icon="clock", testid="entry-told"), rx.fragment()),
                _labelled("Text", "text", errors, _long("text", draft.text, 6, 20_000)),
                _labelled("Notes", "notes", errors, _long("notes", draft.notes, 2, 4_000), optional=True),
                disabled=~may_save,
                key=form_key,
                class_name="m-0 grid min-w-0 grid-cols-[minmax(0,1fr)] gap-3.5 border-0 p-0",
            ),
            rx.cond(errors[""], note(errors[""], tone="bad", alert=True, testid="entry-error"), rx.fragment()),
            _from(draft),
            rx.cond(may_save, _actions(draft, saving, on_duplicate), button("Close", testid="entry-close", custom_attrs=closes())),
            on_submit=on_submit,
            class_name="grid grid-cols-[minmax(0,1fr)] gap-4",
            data_testid="entry-form",
            custom_attrs={"data-hotsubmit": "true", "data-validate": "true"},
        ),
        id=ENTRY,
        aria_labelledby=f"{ENTRY}-title",
        class_name="dlg w-[600px] gap-3 rounded-lg bg-raised p-5 text-ink shadow-dialog open:grid",
        data_testid="entry-dialog",
        custom_attrs={"data-show": show},
    )


def delete_dialog(title: Any, *, on_delete: Any) -> rx.Component:
    """Whether an entry goes; the result that it came from stays."""
    return confirm(
        "Delete this entry?",
        concat("“", title, "” leaves the calendar. A result that it came from stays in the library."),
        dialog_id=DELETE,
        confirm_label="Delete entry",
        on_confirm=on_delete,
        testid=DELETE,
    )


def move_dialog(*, on_submit: Any) -> rx.Component:
    """The form of every move: calendar.js fills it in for an entry that was dropped, and opens it for M."""
    return rx.el.dialog(
        rx.el.h2("Move to another day", id=f"{MOVE}-title", class_name="font-display text-lg font-semibold text-ink"),
        rx.el.p(class_name=cx(theme.MUTE, "truncate"), custom_attrs={"data-move-title": "true"}),
        rx.el.form(
            rx.el.input(type="hidden", name="entry"),
            rx.el.input(type="hidden", name="version"),
            rx.el.div(
                _labelled("Day", "move-day", {}, fields.text_input(name="day", control_id="move-day", testid="move-day", kind="date")),
                _labelled(
                    "Time", "move-clock", {}, fields.text_input(name="clock", control_id="move-clock", testid="move-clock", kind="time")
                ),
                class_name="grid grid-cols-2 gap-3 *:min-w-0",
            ),
            rx.el.div(
                button("Cancel", testid="move-cancel", custom_attrs=closes()),
                button("Move entry", testid="move-save", variant="pri", kind="submit"),
                class_name="flex justify-end gap-2 max-md:grid max-md:justify-stretch max-md:*:w-full",
            ),
            on_submit=on_submit,
            class_name="grid grid-cols-[minmax(0,1fr)] gap-4",
            custom_attrs={"data-move": "true", "noValidate": True},
        ),
        id=MOVE,
        aria_labelledby=f"{MOVE}-title",
        class_name="dlg w-[400px] gap-3 rounded-lg bg-raised p-5 text-ink shadow-dialog open:grid",
        data_testid="move-dialog",
    )


def feed_dialog(feed: Any, *, url: Any, show: Any, on_make: Any, on_off: Any, on_kept: Any) -> rx.Component:
    """The secret address: whether there is one, a new one, none. `url` is shown once."""
    new = rx.fragment(
        rx.el.p("This is the only time that it is shown. Add it to your calendar program as a calendar from the web."),
        rx.el.code(
            url,
            class_name=cx(theme.MONO, "block rounded-md bg-sunken p-3 break-all text-ink select-all"),
            data_testid="feed-url",
        ),
    )
    there = rx.el.p(
        "Your address ends with ",
        rx.el.code(feed.ending, class_name=theme.MONO),
        concat(", made ", feed.made, rx.cond(feed.read == "", ", not read yet.", concat(", last read ", feed.read, "."))),
        data_testid="feed-there",
    )
    return dialog(
        "Your calendar in another program",
        rx.el.p(
            "A secret address shows this calendar in Google Calendar, Outlook or Apple Calendar. Whoever has the address can read it, "
            "nobody can change anything through it, and it closes when you leave the organisation."
        ),
        rx.cond(url, new, rx.cond(feed.on, there, rx.fragment())),
        dialog_id=FEED,
        actions=[
            rx.cond(
                url,
                rx.fragment(
                    copy_button(url, testid="feed-copy", label="Copy address", size="md"),
                    button("I have it", testid="feed-kept", variant="pri", on_click=on_kept),
                ),
                rx.fragment(
                    button("Close", testid="feed-close", custom_attrs=closes()),
                    rx.cond(feed.on, button("Switch off", testid="feed-off", variant="dan", on_click=on_off), rx.fragment()),
                    button(rx.cond(feed.on, "Make a new address", "Make an address"), testid="feed-make", variant="pri", on_click=on_make),
                ),
            ),
        ],
        testid=FEED,
        show=show,
        cls="w-[520px]!",
    )


def _actions(draft: Any, saving: Any, on_duplicate: Any) -> rx.Component:
    there = rx.el.div(
        button("Delete", testid="entry-delete", variant="dan", icon="trash-2", custom_attrs=opens(DELETE)),
        button("Duplicate", testid="entry-duplicate", variant="gho", icon="copy", on_click=on_duplicate),
        class_name="mr-auto flex gap-2 max-md:order-last max-md:grid max-md:grid-cols-2",
    )
    return rx.el.div(
        rx.cond(draft.id == "", rx.fragment(), there),
        button("Cancel", testid="entry-cancel", custom_attrs=closes(), cls="max-md:order-1"),
        button("Save entry", testid="entry-save", variant="pri", kind="submit", busy=saving, busy_label="Saving"),
        class_name="flex items-center justify-end gap-2 max-md:grid max-md:justify-stretch",
    )


def _from(draft: Any) -> Child:
    link = text_link(draft.output_title, concat("/outputs/", draft.output_id), testid="entry-output")
    by = rx.cond(draft.by == "", "", concat("by ", draft.by))
    return rx.cond(
        draft.id == "",
        rx.fragment(),
        rx.el.p(
            rx.cond(draft.output_title == "", "Planned ", rx.fragment("From ", link, ", planned ")),
            by,
            class_name="text-xs text-ink-3",
            data_testid="entry-from",
        ),
    )


def _text(name: str, value: Any, *, kind: str = "text", **props: Any) -> rx.Component:
    return fields.text_input(name=name, control_id=f"entry-{name}", testid=f"entry-{name}", kind=kind, value=value, **props)


def _long(name: str, value: Any, rows: int, most: int) -> rx.Component:
    return fields.textarea(name=name, control_id=f"entry-{name}", testid=f"entry-{name}", value=value, rows=rows, max_length=most)


def _select(name: str, options: Any, value: Any) -> rx.Component:
    return fields.select(name=name, control_id=f"entry-{name}", testid=f"entry-{name}", options=options, value=value)


def _labelled(label: str, name: str, errors: Any, control: Child, *, optional: bool = False) -> rx.Component:
    control_id = name if name.startswith("move-") else f"entry-{name}"
    if isinstance(errors, dict):
        return fields.field(label, control, control_id=control_id, optional=optional)
    return fields.field(label, control, control_id=control_id, error=errors[name], optional=optional)
