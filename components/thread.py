"""Posts as they will stand on their network: joined by a line, numbered, counted and folded, each to copy; and any parts under edit."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.parts import PartView, Piece
from components import theme
from components.buttons import button, copy_button, icon_button
from components.comments import say_button
from components.counted import counted_text
from components.icons import icon
from components.notes import note
from components.prose import marked
from components.vars import cx

_POST: Final = "relative grid grid-cols-[24px_minmax(0,1fr)] gap-3 pb-4 last:pb-0 @max-[20rem]:grid-cols-[minmax(0,1fr)]"
_LINE: Final = (
    "@max-[20rem]:before:hidden not-last:before:absolute not-last:before:top-7 not-last:before:bottom-1 not-last:before:left-[11.5px] "
    "not-last:before:w-px not-last:before:bg-line-strong not-last:before:content-['']"
)
_NUMBER: Final = "grid size-6 place-items-center rounded-full bg-idle-bg text-2xs font-semibold text-idle-fg tabular @max-[20rem]:hidden"
_CARD: Final = "min-w-0 rounded-md border border-line bg-surface"
_BAR: Final = "flex min-h-12 flex-wrap items-center gap-3 border-b border-line px-4 py-2"
FORM: Final = "edit-thread"
# The field of a part of a longer text looks as the part will.
_FIELD_LOOKS: Final = {
    "title": "font-display text-xl font-semibold",
    "heading": "text-lg font-semibold",
    "standfirst": "text-lg text-ink-2",
    "quote": "text-md italic",
}


def posts(group: Any, marks: Any, can_comment: Any) -> rx.Component:
    """The posts of a channel as cards, as they will stand there. `group` is a var of `GroupView`, `marks` the number of open comments at
    each part of the whole."""
    return rx.el.ol(
        rx.foreach(group.parts, lambda post, place: _post(post, place, marks, can_comment)),
        class_name="mx-auto w-full max-w-[38rem] p-4 @max-[20rem]:p-3",
        aria_label="Posts",
        data_testid="thread",
    )


def thread_editor(
    drafts: Any, *, on_save: Any, on_leave: Any, on_add: Any, on_drop: Any, on_move: Any, saving: Any, problem: Any
) -> rx.Component:
    """Parts as text fields with a live counter. `drafts` is a var of `state.output.Draft`; a key stays with its field while parts move.

    `on_add(key)` puts an empty post behind, `on_drop(key)` takes one out, `on_move(key, by)` moves it; `on_save` gets "post-<key>" → text.
    """
    bar = rx.el.div(
        rx.el.p("Claims, checks and score are made anew when you save.", class_name=cx(theme.MUTE, "max-md:hidden")),
        rx.el.div(
            button("Discard", testid="discard", variant="gho", on_click=on_leave),
            button("Save changes", testid="save", variant="pri", kind="submit", icon="check", busy=saving, busy_label="Saving"),
            class_name="ml-auto flex gap-2",
        ),
        class_name=cx(_BAR, "sticky top-12 z-10 bg-surface"),
    )
    last = rx.Var.create(drafts).length() - 1
    return rx.el.form(
        bar,
        rx.cond(
            problem == "", rx.fragment(), rx.el.div(note(problem, tone="bad", alert=True, testid="edit-problem"), class_name="px-4 pt-4")
        ),
        rx.el.ol(
            rx.foreach(drafts, lambda draft, place: _draft(draft, place, last, on_add, on_drop, on_move)),
            class_name="mx-auto max-w-[42rem] p-4",
            aria_label="Parts",
        ),
        id=FORM,
        on_submit=on_save,
        data_testid="thread-editor",
        custom_attrs={"data-hotsubmit": "true"},
    )


def _post(post: rx.Var[PartView], place: Any, marks: Any, can_comment: Any) -> rx.Component:
    number = post.index + 1
    length = rx.el.span(
        rx.cond(post.over, icon("circle-alert", 14), rx.fragment()),
        post.label,
        class_name=cx("flex items-center gap-1.5 text-xs tabular", rx.cond(post.over, "font-medium text-bad-fg", "text-ink-3")),
        data_testid=f"post-{number}-length",
    )
    return rx.el.li(
        rx.el.span(place + 1, class_name=_NUMBER, custom_attrs={"aria-hidden": "true"}),
        rx.el.div(
            rx.el.div(
                rx.foreach(post.pieces, _piece),
                dir="auto",
                class_name="px-3.5 pt-3 text-md leading-6 break-words",
                data_testid=f"post-{number}-text",
                custom_attrs={"data-part-text": post.index.to_string()},
            ),
            rx.el.div(
                rx.cond(post.network == "", rx.fragment(), rx.el.span(post.network, class_name="text-xs font-medium text-ink-2")),
                length,
                rx.el.span(
                    say_button(post, marks, can_comment),
                    copy_button(post.text, testid=f"copy-post-{number}", variant="gho"),
                    class_name="ml-auto flex items-center gap-1",
                ),
                class_name="flex flex-wrap items-center gap-x-2.5 px-3.5 pt-1 pb-1.5 max-md:pb-2",
            ),
            class_name=_CARD,
        ),
        class_name=cx(_POST, _LINE),
        data_testid=f"post-{number}",
    )


def _piece(piece: rx.Var[Piece]) -> rx.Component:
    """A run of the text, and where the network folds it."""
    fold = rx.el.span(
        piece.fold,
        class_name=(
            "my-2 flex items-center gap-2 text-2xs leading-none whitespace-nowrap text-ink-3 select-none before:flex-1 before:border-t "
            "before:border-dashed before:border-line-strong after:flex-1 after:border-t after:border-dashed after:border-line-strong"
        ),
        data_testid="fold",
        custom_attrs={"data-aside": "true"},
    )
    return rx.fragment(
        rx.el.span(marked(piece.segments), class_name="whitespace-pre-wrap"),
        rx.cond(piece.fold == "", rx.fragment(), fold),
    )


def _draft(draft: Any, place: Any, last: Any, on_add: Any, on_drop: Any, on_move: Any) -> rx.Component:
    name = f"post-{draft.key}"
    tools = rx.el.div(
        icon_button(
            "Move up",
            icon="chevron-up",
            testid=f"up-{place + 1}",
            size="sm",
            variant="gho",
            disabled=place == 0,
            on_click=on_move(draft.key, -1),
        ),
        icon_button(
            "Move down",
            icon="chevron-down",
            testid=f"down-{place + 1}",
            size="sm",
            variant="gho",
            disabled=place == last,
            on_click=on_move(draft.key, 1),
        ),
        icon_button("Add a part below", icon="plus", testid=f"add-{place + 1}", size="sm", variant="gho", on_click=on_add(draft.key)),
        icon_button(
            "Remove this part",
            icon="trash-2",
            testid=f"drop-{place + 1}",
            size="sm",
            variant="gho",
            disabled=last == 0,
            on_click=on_drop(draft.key),
        ),
        class_name="ml-auto flex",
    )
    return rx.el.li(
        rx.cond(
            draft.head == "", rx.fragment(), rx.el.h2(draft.head, class_name="col-span-2 bg-surface pt-2 text-sm font-semibold text-ink")
        ),
        rx.el.span(place + 1, class_name=_NUMBER, custom_attrs={"aria-hidden": "true"}),
        rx.el.div(
            counted_text(
                tools,
                name=name,
                label=rx.cond(draft.name == "", f"Part {place + 1}", draft.name),
                start=draft.text,
                limit=draft.limit,
                fold=draft.fold,
                focus=draft.focus,
                testid=f"edit-post-{place + 1}",
                field_class=cx(
                    "block w-full field-sizing-content resize-none rounded-t-md bg-transparent outline-none "
                    "focus-visible:shadow-none! px-3.5 pt-3 leading-6 max-md:text-lg",
                    rx.match(draft.kind, *_FIELD_LOOKS.items(), "text-md"),
                ),
                count_class="flex min-h-9 items-center gap-2 pr-1.5 pl-3.5",
            ),
            class_name=cx(_CARD, "has-[textarea:focus]:border-focus has-[textarea:focus]:shadow-[0_0_0_1px_var(--focus)]"),
        ),
        key=draft.key,
        class_name=cx(_POST, _LINE),
        data_testid=f"draft-{place + 1}",
    )
