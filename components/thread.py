"""A thread as it will stand on X: posts joined by a line, numbered and counted, each to copy; and the same posts under edit."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.outputs import PartView
from components import theme
from components.buttons import button, copy_button, icon_button
from components.counted import counted_text
from components.icons import icon
from components.notes import note
from components.vars import Child, cx

_POST: Final = "relative grid grid-cols-[24px_minmax(0,1fr)] gap-3 pb-4 last:pb-0"
_LINE: Final = (
    "not-last:before:absolute not-last:before:top-7 not-last:before:bottom-1 not-last:before:left-[11.5px] not-last:before:w-px "
    "not-last:before:bg-line-strong not-last:before:content-['']"
)
_NUMBER: Final = "grid size-6 place-items-center rounded-full bg-idle-bg text-2xs font-semibold text-idle-fg tabular"
_CARD: Final = "min-w-0 rounded-md border border-line bg-surface"
_BAR: Final = "flex min-h-12 flex-wrap items-center gap-3 border-b border-line px-4 py-2"
FORM: Final = "edit-thread"
POST_LIMIT: Final = 280


def thread(posts: Any, *tools: Child) -> rx.Component:
    """The posts as cards. `posts` is a var of `PartView`; `tools` stand at the top right ("Copy all", "Edit")."""
    return rx.el.div(
        rx.el.div(
            rx.el.p(_size(posts), class_name=theme.MUTE), rx.el.div(*tools, class_name="ml-auto flex flex-wrap gap-2"), class_name=_BAR
        ),
        rx.el.ol(rx.foreach(posts, _post), class_name="mx-auto max-w-[38rem] p-4", aria_label="Posts", data_testid="thread"),
    )


def thread_editor(
    drafts: Any, *, on_save: Any, on_leave: Any, on_add: Any, on_drop: Any, on_move: Any, saving: Any, problem: Any
) -> rx.Component:
    """The same posts as text fields with a live counter. `drafts` is a var of (key, text); a key stays with its field while posts move.

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
            class_name="mx-auto max-w-[38rem] p-4",
            aria_label="Posts",
        ),
        id=FORM,
        on_submit=on_save,
        data_testid="thread-editor",
        custom_attrs={"data-hotsubmit": "true"},
    )


def _size(posts: Any) -> Any:
    count = rx.Var.create(posts).length()
    return rx.cond(count == 1, "1 post", f"{count} posts")


def _post(post: rx.Var[PartView]) -> rx.Component:
    count = rx.el.span(
        rx.cond(post.over, icon("circle-alert", 14), rx.fragment()),
        post.label,
        class_name=cx("flex items-center gap-1.5 text-xs tabular", rx.cond(post.over, "font-medium text-bad-fg", "text-ink-3")),
        data_testid=f"post-{post.index + 1}-length",
    )
    return rx.el.li(
        rx.el.span(post.index + 1, class_name=_NUMBER, custom_attrs={"aria-hidden": "true"}),
        rx.el.div(
            rx.el.p(
                post.text,
                dir="auto",
                class_name="px-3.5 pt-3 text-md leading-6 break-words whitespace-pre-wrap",
                data_testid=f"post-{post.index + 1}-text",
            ),
            rx.el.div(
                count,
                rx.el.span(copy_button(post.text, testid=f"copy-post-{post.index + 1}", variant="gho"), class_name="ml-auto"),
                class_name="flex items-center gap-2 px-3.5 pt-1 pb-1.5 max-md:pb-2",
            ),
            class_name=_CARD,
        ),
        class_name=cx(_POST, _LINE),
        data_testid=f"post-{post.index + 1}",
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
        icon_button("Add a post below", icon="plus", testid=f"add-{place + 1}", size="sm", variant="gho", on_click=on_add(draft.key)),
        icon_button(
            "Remove this post",
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
        rx.el.span(place + 1, class_name=_NUMBER, custom_attrs={"aria-hidden": "true"}),
        rx.el.div(
            counted_text(
                tools,
                name=name,
                label=f"Post {place + 1}",
                start=draft.text,
                limit=POST_LIMIT,
                focus=(place == 0) | (draft.text == ""),
                testid=f"edit-post-{place + 1}",
                field_class=(
                    "block w-full field-sizing-content resize-none rounded-t-md bg-transparent outline-none "
                    "focus-visible:shadow-none! px-3.5 pt-3 text-md leading-6 max-md:text-lg"
                ),
                count_class="flex min-h-9 items-center gap-2 pr-1.5 pl-3.5",
            ),
            class_name=cx(_CARD, "has-[textarea:focus]:border-focus has-[textarea:focus]:shadow-[0_0_0_1px_var(--focus)]"),
        ),
        key=draft.key,
        class_name=cx(_POST, _LINE),
        data_testid=f"draft-{place + 1}",
    )
