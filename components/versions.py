"""The versions of a result: who did what, how one differs from now, and the way back."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.differences import PartDifference, Run
from coexai_app.views.reviews import VersionRow
from components import theme
from components.buttons import button
from components.chips import chip
from components.empty import empty
from components.icons import glyph
from components.vars import concat, cx

_KINDS: Final = {"added": "New part", "removed": "Part taken out", "changed": "Changed"}


def versions(review: Any, chosen: Any, *, can_edit: Any, on_look: Any, on_restore: Any) -> rx.Component:
    """The list left, the comparison right. `review` is a `ReviewView` var, `chosen` a var of `VersionView`, nothing at first."""
    return rx.el.div(
        rx.el.ol(
            rx.foreach(review.versions, lambda row: _row(row, chosen, on_look)),
            aria_label="Versions, newest first",
            class_name="min-w-0 min-[901px]:border-r min-[901px]:border-line",
            data_testid="versions",
        ),
        rx.el.div(
            rx.cond(
                chosen,
                _comparison(chosen, can_edit, on_restore),
                empty("Choose a version", "You see what was changed since, word by word, and can bring it back.", icon="history"),
            ),
            class_name="min-w-0 max-[900px]:border-t max-[900px]:border-line",
        ),
        class_name="grid grid-cols-[20rem_minmax(0,1fr)] max-[900px]:grid-cols-[minmax(0,1fr)]",
    )


def _row(row: rx.Var[VersionRow], chosen: Any, on_look: Any) -> rx.Component:
    inside = rx.el.span(
        rx.el.span(
            rx.el.b(concat("Version ", row.version.to_string()), class_name="font-semibold text-ink tabular"),
            rx.cond(row.current, chip("Now", tone="out"), rx.fragment()),
            rx.cond(row.approved, chip("Approved", tone="ok", icon="check"), rx.fragment()),
            rx.el.span(f"{row.score} of {row.max_score}", class_name="ml-auto text-xs text-ink-3 tabular"),
            class_name="flex min-h-5 items-center gap-2",
        ),
        rx.el.span(glyph(row.icon, 14, "mt-[3px] text-ink-3"), rx.el.span(f"{row.by} {row.what}"), class_name="flex gap-1.5 text-ink-2"),
        rx.cond(row.note == "", rx.fragment(), rx.el.span(row.note, class_name="line-clamp-2 text-xs text-ink-3 break-words")),
        rx.el.span(row.at, class_name=theme.META),
        class_name="grid gap-0.5 text-left",
    )
    is_chosen = chosen & (chosen.version == row.version)
    look = rx.el.button(
        inside,
        type="button",
        class_name=cx("inring block w-full cursor-pointer px-4 py-3 aria-pressed:bg-selected", theme.ROW_LINK),
        aria_pressed=rx.cond(is_chosen, "true", "false"),
        on_click=on_look(row.version),
        data_testid=f"version-{row.version}",
    )
    return rx.el.li(
        rx.cond(row.current, rx.el.div(inside, class_name="px-4 py-3", data_testid=f"version-{row.version}"), look),
        class_name="border-b border-line last:border-b-0",
    )


def _comparison(chosen: Any, can_edit: Any, on_restore: Any) -> rx.Component:
    changed = rx.cond(
        chosen.changed == 0,
        "It says what is there now.",
        rx.cond(chosen.changed == 1, "One part was changed since.", f"{chosen.changed} parts were changed since."),
    )
    restore = button(
        "Restore this version",
        testid="restore",
        size="sm",
        icon="rotate-ccw",
        disabled=~can_edit,
        title=rx.cond(can_edit, "Makes it the newest version; what is there now stays in the list.", "Reopen the result to change it."),
        on_click=on_restore(chosen.version),
    )
    return rx.el.div(
        rx.el.div(
            rx.el.p(
                rx.el.b(f"Version {chosen.version}", class_name="font-semibold text-ink"),
                " and now. ",
                changed,
                class_name="min-w-0 text-ink-2",
            ),
            rx.el.span(rx.cond(chosen.can_restore, restore, rx.fragment()), class_name="ml-auto flex-none"),
            class_name="flex min-h-12 flex-wrap items-center gap-3 border-b border-line px-4 py-2",
        ),
        rx.el.div(
            rx.foreach(chosen.differences, _difference), class_name="grid grid-cols-[minmax(0,1fr)] gap-4 p-4", data_testid="differences"
        ),
    )


def _difference(part: rx.Var[PartDifference]) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.el.span(part.name, class_name="font-medium"),
            rx.cond(part.kind == "same", rx.fragment(), rx.el.span(rx.match(part.kind, *_KINDS.items(), ""), class_name="text-ink-2")),
            class_name=cx(theme.META, "flex gap-2 not-empty:mb-1"),
        ),
        rx.el.p(
            rx.foreach(part.runs, _run),
            dir="auto",
            class_name=cx("text-md leading-6 break-words whitespace-pre-wrap", rx.cond(part.kind == "same", "text-ink-3", "text-ink")),
        ),
    )


def _run(run: rx.Var[Run]) -> rx.Component:
    return rx.match(
        run.kind,
        ("added", rx.el.ins(run.text, class_name="rounded-[2px] bg-ok-bg text-ok-fg no-underline")),
        ("removed", rx.el.del_(run.text, class_name="rounded-[2px] bg-bad-bg text-bad-fg")),
        rx.el.span(run.text),
    )
