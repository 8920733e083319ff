"""Comments on a result: the button at a part, the dialog that takes a new one, the threads with their answers."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.reviews import CommentView, ThreadView
from components import fields, theme
from components.buttons import button, icon_button
from components.chips import chip, counter
from components.dialog import closes, dialog, opens
from components.empty import empty
from components.icons import icon
from components.notes import note
from components.vars import concat, cx

NEW: Final = "new-comment"


def say_button(part: Any, marks: Any, can_comment: Any) -> Any:
    """Opens the dialog for a comment on a part, or on the words that are marked in it (app.js); shows how many are open there."""
    if can_comment is False:
        return rx.fragment()
    number = part.index
    count = marks[number].to(int)
    return rx.cond(
        can_comment,
        rx.el.button(
            icon("message-square", 16),
            rx.cond(count > 0, rx.el.span(count, class_name="text-xs tabular", custom_attrs={"data-count": "true"}), rx.fragment()),
            type="button",
            class_name=cx(theme.BUTTON, theme.BUTTON_VARIANTS["gho"], theme.BUTTON_SIZES["sm"], "px-1.5!"),
            aria_label=concat("Comment on ", part.name),
            title="Comment. Mark words first to quote them.",
            data_testid=f"say-{number}",
            custom_attrs={**opens(NEW), "data-says": number.to_string(), "data-says-name": part.name},
        ),
        rx.fragment(),
    )


def comments(review: Any, *, state: Any) -> rx.Component:
    """The threads of a result and the way to a new one. `review` is a `ReviewView` var, `state` holds the handlers (`ReviewState`)."""
    say = button(
        "Comment on the whole",
        testid="say-whole",
        size="sm",
        icon="message-square",
        custom_attrs={**opens(NEW), "data-says": "", "data-says-name": ""},
    )
    return rx.el.div(
        rx.el.div(
            rx.el.p("Mark words in the result to quote them. Name somebody with an @, and they get a mail.", class_name=theme.MUTE),
            rx.el.span(rx.cond(review.can_comment, say, rx.fragment()), class_name="ml-auto flex-none"),
            class_name="flex min-h-12 flex-wrap items-center gap-3 border-b border-line px-4 py-2",
        ),
        rx.cond(
            review.threads.length() == 0,
            empty("Nothing said yet", "Comments of the team, and of clients with a link, stand here.", icon="message-square"),
            rx.el.ul(rx.foreach(review.threads, lambda thread: _thread(thread, state)), aria_label="Comments", data_testid="threads"),
        ),
    )


def new_comment(review: Any, *, on_send: Any, problem: Any, form_key: Any) -> rx.Component:
    """The dialog for a new comment. app.js fills in which part and which words it is about."""
    form = rx.el.form(
        rx.el.input(type="hidden", name="part", default_value=""),
        rx.el.input(type="hidden", name="start", default_value=""),
        rx.el.input(type="hidden", name="quote", default_value=""),
        rx.el.blockquote(
            class_name="hidden border-l-2 border-(--mark-line) bg-(--mark-soft) px-3 py-1.5 text-ink break-words not-empty:block",
            custom_attrs={"data-quoted": "true"},
            data_testid="quoted",
        ),
        fields.textarea(
            name="text",
            control_id="comment-text",
            testid="comment-text",
            rows=4,
            required=True,
            max_length=2000,
            placeholder="What should change, or why is it right?",
            aria_label="Comment",
        ),
        rx.cond(
            review.names.length() > 0,
            rx.el.p(
                "@ ",
                review.names.join(", @"),
                class_name="truncate text-xs text-ink-3",
                title="Members whom you can name",
            ),
            rx.fragment(),
        ),
        id="comment-form",
        on_submit=on_send,
        class_name="grid gap-3",
        custom_attrs={"data-hotsubmit": "true"},
        key=form_key.to_string(),
    )
    return dialog(
        "Comment",
        rx.el.p(custom_attrs={"data-said-about": "true"}, class_name="empty:hidden"),
        form,
        rx.cond(problem == "", rx.fragment(), note(problem, tone="bad", alert=True, testid="comment-problem")),
        dialog_id=NEW,
        actions=[
            button("Cancel", testid="comment-cancel", custom_attrs=closes()),
            button("Comment", testid="comment-send", variant="pri", kind="submit", form="comment-form"),
        ],
        testid=NEW,
        turn=form_key.to_string(),
    )


def _thread(thread: rx.Var[ThreadView], state: Any) -> rx.Component:
    quote = rx.el.blockquote(
        thread.quote, class_name="border-l-2 border-(--mark-line) pl-2.5 text-ink-2 break-words", data_testid="thread-quote"
    )
    settle = rx.cond(
        thread.can_resolve,
        rx.cond(
            thread.resolved,
            button("Reopen", testid=f"reopen-{thread.id}", size="sm", variant="gho", icon="rotate-ccw", on_click=state.reopen(thread.id)),
            button("Resolve", testid=f"resolve-{thread.id}", size="sm", icon="check", on_click=state.resolve(thread.id)),
        ),
        rx.fragment(),
    )
    answer = rx.el.form(
        rx.el.input(type="hidden", name="thread", value=thread.id),
        fields.textarea(
            name="text",
            control_id=f"reply-{thread.id}",
            testid=f"reply-{thread.id}",
            rows=1,
            required=True,
            max_length=2000,
            placeholder=rx.cond(thread.shared, "Answer the client", "Answer"),
            aria_label="Answer",
            cls="field-sizing-content min-h-9!",
        ),
        button("Answer", testid=f"send-{thread.id}", size="sm", kind="submit"),
        on_submit=state.reply,
        class_name="grid grid-cols-[minmax(0,1fr)_auto] items-end gap-2",
        custom_attrs={"data-hotsubmit": "true"},
        key=concat(thread.id, state.form_key.to_string()),
    )
    problem = rx.cond(state.refused_at == thread.id, note(state.refused, tone="bad", alert=True, testid="reply-problem"), rx.fragment())
    return rx.el.li(
        rx.el.div(
            rx.el.span(thread.place, class_name=cx(theme.META, "font-medium")),
            rx.cond(thread.shared, chip("Client sees this", tone="mark", icon="eye"), rx.fragment()),
            rx.cond(thread.lost, chip("Text changed", tone="dash", icon="history"), rx.fragment()),
            rx.cond(thread.resolved, chip("Resolved", tone="ok", icon="check", title=thread.resolved_by), rx.fragment()),
            rx.el.span(settle, class_name="ml-auto"),
            class_name="flex min-h-7 flex-wrap items-center gap-2",
        ),
        rx.cond(thread.quote == "", rx.fragment(), quote),
        rx.foreach(thread.comments, lambda one: _comment(one, state)),
        rx.cond(thread.can_reply & ~thread.resolved, answer, rx.fragment()),
        problem,
        class_name=cx("grid gap-2.5 border-b border-line px-4 py-3.5 last:border-b-0", rx.cond(thread.resolved, "bg-sunken", "")),
        data_testid="thread-row",
    )


def _comment(one: rx.Var[CommentView], state: Any) -> rx.Component:
    text = rx.cond(
        one.deleted,
        rx.el.p("This comment was deleted.", class_name="text-ink-3 italic"),
        rx.el.p(one.text, dir="auto", class_name="break-words whitespace-pre-wrap", data_testid="comment-said"),
    )
    edit = rx.el.form(
        rx.el.input(type="hidden", name="comment", value=one.id),
        fields.textarea(
            name="text", control_id=f"edit-{one.id}", testid="edit-comment", value=one.text, rows=2, required=True, max_length=2000
        ),
        rx.el.div(
            button("Cancel", testid="edit-comment-cancel", size="sm", variant="gho", on_click=state.begin_edit("")),
            button("Save", testid="edit-comment-save", size="sm", variant="pri", kind="submit"),
            class_name="flex justify-end gap-2",
        ),
        on_submit=state.edit_comment,
        class_name="grid gap-2",
    )
    tools = rx.el.span(
        rx.cond(
            one.can_edit,
            icon_button("Edit this comment", icon="pencil", testid="begin-edit-comment", size="sm", on_click=state.begin_edit(one.id)),
            rx.fragment(),
        ),
        rx.cond(
            one.can_delete,
            icon_button("Delete this comment", icon="trash-2", testid="delete-comment", size="sm", on_click=state.delete_comment(one.id)),
            rx.fragment(),
        ),
        class_name="ml-auto flex flex-none",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.b(one.by, class_name="min-w-0 truncate font-semibold text-ink"),
            rx.cond(one.client, counter("client", "mark"), rx.fragment()),
            rx.el.span(one.at, rx.cond(one.edited, ", edited", ""), class_name="flex-none text-xs text-ink-3"),
            tools,
            class_name="flex min-h-7 items-center gap-2",
        ),
        rx.cond(state.editing == one.id, edit, text),
        class_name="min-w-0",
        data_testid="comment",
    )
