"""A longer text as it will be read: title, standfirst, headings, paragraphs, quotes, items, with the claims marked; and entries by date."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.evidence import Segment
from coexai_app.views.parts import PartView
from components import theme
from components.buttons import icon_button
from components.comments import say_button
from components.icons import icon
from components.vars import cx

_LOOKS: Final = {
    "title": "font-display text-2xl font-semibold tracking-[-0.02em] text-ink text-balance",
    "standfirst": "text-lg leading-7 text-ink-2",
    "heading": "font-display text-lg font-semibold text-ink",
    "quote": "border-l-2 border-line-strong pl-4 text-lg leading-7 text-ink-2 italic",
    "item": "ml-5 list-item list-disc text-lg leading-7 marker:text-ink-3",
}
_TEXT: Final = "text-lg leading-7"
_SPACE: Final = {"heading": "pt-4", "item": "-mt-2", "title": "pt-1"}
_ENVELOPE: Final = ("subject", "preheader")
_TOOLS: Final = (
    "flex flex-none gap-0.5 transition-opacity duration-[var(--d-fast)] min-[901px]:opacity-0 min-[901px]:group-hover:opacity-100 "
    "min-[901px]:group-focus-within:opacity-100 min-[901px]:has-[[data-count]]:opacity-100 "
    # In a narrow column the words have its whole width, and the tools stand above them.
    "min-[901px]:@max-[26rem]:absolute min-[901px]:@max-[26rem]:-top-1 min-[901px]:@max-[26rem]:right-0 "
    "min-[901px]:@max-[26rem]:rounded-sm min-[901px]:@max-[26rem]:bg-raised min-[901px]:@max-[26rem]:shadow-[0_0_0_1px_var(--line)]"
)


def prose(group: Any, marks: Any, *, can_comment: Any, can_edit: Any = False, on_edit: Any = None) -> rx.Component:
    """A text of parts. `group` is a var of `GroupView`, `marks` the number of open comments at each part; `on_edit(index)` opens a part."""
    return rx.el.div(
        rx.foreach(group.parts, lambda part: _part(part, marks, can_comment, can_edit, on_edit)),
        class_name="@container mx-auto grid w-full max-w-[44rem] grid-cols-[minmax(0,1fr)] gap-3 px-4 py-6",
        data_testid="prose",
    )


def entries(group: Any, marks: Any, *, can_comment: Any, can_edit: Any = False, on_edit: Any = None) -> rx.Component:
    """The entries of a calendar, each under its date."""
    return rx.el.ol(
        rx.foreach(group.parts, lambda part: _entry(part, marks, can_comment, can_edit, on_edit)),
        data_testid="entries",
        aria_label="Entries",
    )


def marked(segments: Any) -> Any:
    """A text with its claims underlined: solid with a source, wavy without one."""
    return rx.foreach(segments, _segment)


def _part(part: rx.Var[PartView], marks: Any, can_comment: Any, can_edit: Any, on_edit: Any) -> rx.Component:
    words: dict[str, Any] = {"dir": "auto", "custom_attrs": {"data-part-text": part.index.to_string()}, "data_testid": f"part-{part.index}"}
    look = cx("whitespace-pre-wrap break-words", rx.match(part.kind, *_LOOKS.items(), _TEXT))
    text = rx.match(
        part.kind,
        ("title", rx.el.h2(marked(part.segments), class_name=look, **words)),
        ("heading", rx.el.h3(marked(part.segments), class_name=look, **words)),
        ("quote", rx.el.blockquote(marked(part.segments), class_name=look, **words)),
        *((kind, _header(part, words)) for kind in _ENVELOPE),
        rx.el.p(marked(part.segments), class_name=look, **words),
    )
    return rx.el.div(
        rx.el.div(_lead(part), text, _byline(part), class_name="min-w-0 grow"),
        _tools(part, marks, can_comment, can_edit, on_edit),
        class_name=cx("group relative flex items-start gap-2", rx.match(part.kind, *_SPACE.items(), "")),
    )


def _lead(part: rx.Var[PartView]) -> rx.Component:
    """Who speaks, or the time at which a section begins."""
    time = rx.el.span(
        icon("clock", 12), part.lead, class_name="mb-1 inline-flex items-center gap-1 text-xs text-ink-3 tabular", data_testid="part-time"
    )
    speaker = rx.el.p(part.lead, class_name="text-sm font-semibold text-ink", data_testid="part-speaker")
    return rx.cond(part.lead == "", rx.fragment(), rx.cond(part.kind == "heading", time, speaker))


def _byline(part: rx.Var[PartView]) -> rx.Component:
    """Who said a quote, and when."""
    said = rx.el.p(part.byline, class_name="mt-1 border-l-2 border-line-strong pl-4 text-sm text-ink-3 tabular", data_testid="part-byline")
    return rx.cond(part.byline == "", rx.fragment(), said)


def _header(part: rx.Var[PartView], words: dict[str, Any]) -> rx.Component:
    """A line of a mail's head, as an inbox shows it."""
    return rx.el.div(
        rx.el.span(rx.cond(part.kind == "subject", "Subject", "Preview"), class_name="w-16 flex-none text-xs leading-6 text-ink-3"),
        rx.el.p(
            marked(part.segments),
            class_name=cx(
                "min-w-0 grow text-md leading-6 break-words @max-[26rem]:order-last @max-[26rem]:basis-full",
                rx.cond(part.kind == "subject", "font-semibold", "text-ink-2"),
            ),
            **words,
        ),
        rx.cond(
            part.label == "",
            rx.fragment(),
            rx.el.span(
                part.label, class_name=cx("ml-auto flex-none text-xs leading-6 tabular", rx.cond(part.over, "text-bad-fg", "text-ink-3"))
            ),
        ),
        class_name="flex gap-x-3 rounded-sm bg-sunken px-3 py-2 @max-[26rem]:flex-wrap",
    )


def _entry(part: rx.Var[PartView], marks: Any, can_comment: Any, can_edit: Any, on_edit: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(icon("calendar-days", 14, "mt-[3px] text-ink-3"), part.name, class_name="flex gap-1.5 font-medium"),
        rx.el.p(
            marked(part.segments),
            dir="auto",
            class_name="text-md leading-6 break-words whitespace-pre-wrap",
            data_testid=f"part-{part.index}",
            custom_attrs={"data-part-text": part.index.to_string()},
        ),
        _tools(part, marks, can_comment, can_edit, on_edit),
        class_name=(
            "group grid grid-cols-[12rem_minmax(0,1fr)_auto] gap-x-4 gap-y-1 border-b border-line px-4 py-3 last:border-b-0 "
            "max-md:grid-cols-[minmax(0,1fr)_auto] max-md:*:nth-1:col-span-2"
        ),
    )


def _tools(part: rx.Var[PartView], marks: Any, can_comment: Any, can_edit: Any, on_edit: Any) -> rx.Component:
    edit: Any = rx.fragment()
    if on_edit is not None:
        edit = rx.cond(
            can_edit,
            icon_button(
                "Edit this part",
                icon="pencil",
                testid=f"edit-part-{part.index}",
                size="sm",
                cls="max-[900px]:hidden!",
                on_click=on_edit(part.index),
            ),
            rx.fragment(),
        )
    return rx.el.div(say_button(part, marks, can_comment), edit, class_name=_TOOLS)


def _segment(segment: rx.Var[Segment]) -> rx.Component:
    look = rx.match(segment.tone, ("none", theme.CLAIM_UNLINKED), ("kept", theme.CLAIM_KEPT), theme.CLAIM)
    claim = rx.el.span(segment.text, class_name=cx(look, "cursor-auto!"), custom_attrs={"data-claim": segment.refs})
    return rx.cond(segment.claim == 0, rx.el.span(segment.text), claim)
