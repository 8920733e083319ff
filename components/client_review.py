"""The page of a client's link: the result as it will look, what it stands on, the conversation, and the answer. All forms are native."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.reviews import ClientComment, ClientThread
from components import fields, theme
from components.avatars import wordmark
from components.buttons import button
from components.chips import counter
from components.composer import channels
from components.icons import icon
from components.native_form import native_form
from components.notes import note
from components.vars import Child, cx

POST: Final = "/auth/review"


def frame(*children: Child) -> rx.Component:
    """What is around it: the mark, and nothing that leads anywhere."""
    return rx.el.div(
        rx.el.header(
            wordmark(26),
            rx.el.span("Work to approve", class_name="ml-auto text-ink-3"),
            class_name="mx-auto flex w-full max-w-[1240px] items-center px-6 py-4 max-md:px-4",
        ),
        rx.el.main(*children, class_name="mx-auto w-full max-w-[1240px] px-6 pb-16 max-md:px-4"),
        class_name="min-h-dvh bg-canvas",
    )


def over(why: Any) -> rx.Component:
    """A link that opens nothing."""
    return rx.el.div(
        rx.el.h1("This link does not open anything", class_name=theme.HELLO, tab_index=-1),
        note(why, tone="warn", testid="link-over"),
        class_name="mx-auto mt-16 grid max-w-[460px] gap-4",
    )


def locked(look: Any, token: Any) -> rx.Component:
    """Asks for the passcode."""
    return rx.el.div(
        rx.el.h1("Give the passcode", class_name=theme.HELLO, tab_index=-1),
        rx.el.p(
            rx.el.b(look.organization, class_name="text-ink"),
            " sent you this link with a passcode. Ask them if you do not have it.",
            class_name=theme.SUB,
        ),
        native_form(
            _token(token),
            fields.field(
                "Passcode",
                fields.text_input(name="passcode", testid="passcode", required=True, size="lg", auto_complete="off", max_length=64),
                control_id="passcode",
            ),
            button("Open", testid="unlock", variant="pri", size="lg", kind="submit", full=True),
            action=f"{POST}/open",
            method="post",
            class_name="grid gap-4",
            custom_attrs={"data-validate": "true"},
        ),
        class_name="mx-auto mt-16 grid max-w-[380px] gap-4",
    )


def review(look: Any, token: Any, messages: Child) -> rx.Component:
    """The whole page. `look` is a `ClientReview` var, `messages` the sentences for what a form has ended with."""
    head = rx.el.div(
        rx.el.p(rx.el.b(look.organization, class_name="text-ink"), " asks you for your yes", class_name="text-md text-ink-2"),
        rx.el.h1(look.title, class_name=cx(theme.HELLO, "mt-0.5 break-words outline-none"), tab_index=-1, data_testid="page-title"),
        rx.el.p(look.kind, ". The link works until ", look.until, ".", class_name="mt-1 text-ink-3"),
        class_name="pt-6 pb-5 max-md:pt-3",
    )
    answered = rx.cond(
        look.answer == "",
        rx.fragment(),
        note(look.answer, ".", tone=rx.cond(look.status == "approved", "ok", "info"), testid="answered"),
    )
    return rx.fragment(
        head,
        rx.el.div(messages, answered, class_name="grid gap-3 not-empty:pb-4 has-[>div:not([hidden])]:pb-4"),
        rx.el.div(
            rx.el.section(
                channels(look.groups, (), can_comment=False),
                class_name=theme.PANEL,
                aria_label="The result",
                data_testid="client-result",
            ),
            rx.el.aside(_answer(look, token), _stands_on(look), class_name="grid content-start gap-5 min-[901px]:sticky min-[901px]:top-4"),
            class_name="grid grid-cols-[minmax(0,1fr)_20rem] items-start gap-5 max-[900px]:grid-cols-[minmax(0,1fr)]",
        ),
        rx.el.section(_talk(look, token), class_name=cx(theme.PANEL, "mt-5"), aria_label="Comments", data_testid="client-comments"),
    )


def _answer(look: Any, token: Any) -> rx.Component:
    approve = native_form(
        _token(token),
        rx.el.input(type="hidden", name="answer", value="approve", read_only=True),
        _name("approve"),
        button("Approve", testid="client-approve", variant="pri", size="lg", icon="check", kind="submit", full=True),
        action=f"{POST}/answer",
        method="post",
        class_name="grid gap-3",
        custom_attrs={"data-validate": "true"},
    )
    changes = rx.el.details(
        rx.el.summary(
            icon("chevron-right", 14, "transition-transform group-open:rotate-90"),
            "Ask for changes instead",
            class_name=(
                "flex min-h-8 w-fit cursor-pointer list-none items-center gap-1.5 rounded-sm pr-2 font-medium text-ink-2 hover:text-ink "
                "max-md:min-h-11"
            ),
            data_testid="client-changes-open",
        ),
        native_form(
            _token(token),
            rx.el.input(type="hidden", name="answer", value="changes", read_only=True),
            _name("changes"),
            fields.field(
                "What should change",
                fields.textarea(name="reason", control_id="changes-reason", testid="client-reason", rows=4, required=True, max_length=1000),
                control_id="changes-reason",
            ),
            button("Ask for changes", testid="client-changes", icon="message-square", kind="submit", full=True),
            action=f"{POST}/answer",
            method="post",
            class_name="mt-3 grid gap-3",
            custom_attrs={"data-validate": "true"},
        ),
        class_name="group",
    )
    return rx.el.section(
        rx.el.h2("Your answer", class_name=theme.H2),
        rx.cond(
            look.can_answer,
            rx.fragment(rx.el.p("With your yes the team goes on with exactly this text.", class_name=theme.SUB), approve, changes),
            rx.el.p(look.why_not, class_name=theme.SUB, data_testid="client-why-not"),
        ),
        class_name=cx(theme.PANEL, "grid gap-3 p-4"),
        aria_label="Your answer",
        data_testid="client-answer",
    )


def _stands_on(look: Any) -> rx.Component:
    """What the text stands on, in numbers."""

    def line(name: str, words: Child, *, tone: str) -> rx.Component:
        return rx.el.li(icon(name, 16, f"mt-0.5 flex-none {tone}"), rx.el.span(words, class_name="min-w-0"), class_name="flex gap-2.5")

    linked = rx.cond(
        look.linked == 1, "1 statement has its place in the source.", f"{look.linked} statements have their place in the source."
    )
    kept = rx.cond(look.kept == 1, "1 statement is vouched for by the team.", f"{look.kept} statements are vouched for by the team.")
    return rx.el.section(
        rx.el.h2("What it stands on", class_name=theme.H2),
        rx.el.ul(
            line("link", linked, tone="text-ok-fg"),
            rx.cond(look.kept > 0, line("hand", kept, tone="text-ink-3"), rx.fragment()),
            rx.cond(
                look.unsupported > 0,
                line("unlink", f"{look.unsupported} without a source; the team has to resolve them first.", tone="text-bad-fg"),
                rx.fragment(),
            ),
            line("list-checks", f"{look.checks_passed} of {look.checks} checks passed.", tone="text-ink-3"),
            line("file-text", look.source_name, tone="text-ink-3"),
            class_name="grid gap-2 text-ink-2 break-words",
        ),
        class_name=cx(theme.PANEL, "grid gap-3 p-4"),
        aria_label="What it stands on",
        data_testid="client-evidence",
    )


def _talk(look: Any, token: Any) -> rx.Component:
    form = native_form(
        _token(token),
        rx.el.div(
            _name("comment"),
            fields.field(
                "About",
                rx.el.select(
                    rx.el.option("The whole", value=""),
                    rx.foreach(
                        look.parts,
                        lambda part: rx.cond(part.name == "", rx.fragment(), rx.el.option(part.name, value=part.index.to_string())),
                    ),
                    id="comment-part",
                    name="part",
                    class_name=cx(theme.INPUT, theme.INPUT_SIZES["md"]),
                    data_testid="client-part",
                ),
                control_id="comment-part",
            ),
            class_name="grid grid-cols-2 gap-3 max-md:grid-cols-[minmax(0,1fr)]",
        ),
        fields.field(
            "Comment",
            fields.textarea(name="text", control_id="comment-text", testid="client-text", rows=3, required=True, max_length=2000),
            control_id="comment-text",
        ),
        rx.el.div(button("Send comment", testid="client-comment", kind="submit"), class_name="flex justify-end"),
        action=f"{POST}/comment",
        method="post",
        class_name="grid gap-3 p-4",
        custom_attrs={"data-validate": "true"},
    )
    return rx.fragment(
        rx.el.header(rx.el.h2("Comments", class_name=theme.H2), class_name=theme.PANEL_HEAD),
        rx.el.ul(rx.foreach(look.threads, _thread), class_name="empty:hidden", data_testid="client-threads"),
        form,
    )


def _thread(thread: rx.Var[ClientThread]) -> rx.Component:
    return rx.el.li(
        rx.el.p(thread.place, rx.cond(thread.resolved, ", resolved", ""), class_name=cx(theme.META, "font-medium")),
        rx.foreach(thread.comments, _comment),
        class_name="grid gap-2 border-b border-line px-4 py-3.5",
    )


def _comment(one: rx.Var[ClientComment]) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.el.b(one.by, class_name="font-semibold text-ink"),
            " ",
            rx.cond(one.team, counter("team"), rx.fragment()),
            " ",
            rx.el.span(one.at, class_name=theme.META),
        ),
        rx.el.p(one.text, dir="auto", class_name="break-words whitespace-pre-wrap text-ink-2"),
    )


def _name(form: str) -> rx.Component:
    """The name that the client goes by; whoever has the link may give any."""
    return fields.field(
        "Your name",
        fields.text_input(
            name="name", control_id=f"{form}-name", testid=f"{form}-name", required=True, max_length=100, auto_complete="name"
        ),
        control_id=f"{form}-name",
    )


def _token(token: Any) -> rx.Component:
    return rx.el.input(type="hidden", name="token", value=token, read_only=True)
