"""The evidence pair: the text with its claims, the source with the same numbers, the ledger of claims below.

Elements with the same `data-claim` light up together on hover, focus, J and K (app.js); the looks are classes of app.css.
"""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.evidence import Segment, SourceBlock
from coexai_app.views.outputs import ClaimView
from coexai_app.views.parts import GroupView, PartView
from components import fields, theme
from components.buttons import button
from components.chips import chip
from components.dialog import closes, dialog, opens
from components.icons import icon
from components.notes import note
from components.vars import cx

_CLAIM_LOOKS: Final = {"none": theme.CLAIM_UNLINKED, "kept": theme.CLAIM_KEPT}
_BLOCKS: Final = {
    "heading": "font-semibold text-ink not-first:mt-4",
    "list_item": "relative ml-1 border-l-2 border-line pl-3",
    "quote": "border-l-2 border-line-strong pl-3 italic",
    "code": "font-mono text-xs whitespace-pre-wrap",
    "table": "font-mono text-xs whitespace-pre-wrap",
    "source": "flex min-w-0 items-center gap-1.5 border-b border-line pb-1 font-semibold text-ink not-first:mt-6",
    "gap": (
        "flex items-center gap-2 text-2xs leading-none text-ink-3 before:flex-1 before:border-t "
        "before:border-dashed before:border-line-strong "
        "after:flex-1 after:border-t after:border-dashed after:border-line-strong"
    ),
}
_NUMBER: Final = "grid size-5 flex-none place-items-center rounded-xs text-2xs font-semibold tabular"


def evidence(output: Any, *, on_remove: Any, on_keep: Any, problem: Any, problem_claim: Any) -> rx.Component:
    """Text and source side by side, the ledger below. `output` is an `OutputView` var.

    `on_remove(claim index)` takes the sentence out; `on_keep` gets a form with `claim` (index) and `reason`. `problem` is what was wrong
    with the reason for the claim with the index `problem_claim`.
    """
    return rx.el.div(
        source_note(output, testid="evidence-source-note"),
        _summary(output),
        rx.el.div(
            _text(output),
            _source(output),
            class_name="grid grid-cols-2 max-[900px]:grid-cols-[minmax(0,1fr)] *:min-w-0",
        ),
        rx.el.ul(
            rx.foreach(
                output.claims,
                lambda claim: _ledger_row(claim, output.can_edit, on_remove, on_keep, rx.cond(problem_claim == claim.index, problem, "")),
            ),
            class_name="border-t border-line",
            aria_label="Claims",
            data_testid="ledger",
        ),
        data_testid="evidence",
        custom_attrs={"data-evidence": output.id},
    )


def source_note(output: Any, *, testid: str) -> rx.Component:
    """What to know of the source before one trusts a word of it; nothing for most. `output` is an `OutputView` var."""
    told = note(output.source_note, tone="warn", testid=testid)
    return rx.cond(output.source_note == "", rx.fragment(), rx.el.div(told, class_name="px-4 pt-4"))


def _summary(output: Any) -> rx.Component:
    claims = rx.Var.create(output.claims).length()
    words = rx.cond(
        claims == 0,
        "The text states nothing that needs a source: no number, date, name, quote or link.",
        rx.cond(
            output.unsupported == 0,
            rx.cond(
                claims == 1,
                "The one claim has its place in the source, or a reason.",
                f"All {claims} claims have their place in the source, or a reason.",
            ),
            rx.cond(
                output.unsupported == 1, f"1 of {claims} claims has no source.", f"{output.unsupported} of {claims} claims have no source."
            ),
        ),
    )
    return rx.el.div(
        rx.el.p(words, class_name=theme.SUB, data_testid="evidence-summary"),
        rx.el.p(
            rx.el.kbd("J", class_name=theme.KBD),
            rx.el.kbd("K", class_name=theme.KBD),
            "move between claims",
            class_name="ml-auto flex flex-none items-center gap-1.5 text-xs text-ink-3 max-md:hidden",
        ),
        class_name="flex min-h-11 items-center gap-3 border-b border-line px-4 py-2",
    )


def _text(output: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h2(icon("pen-line", 14), f"{output.agent_name} wrote", class_name=cx(theme.EYEBROW, "mb-2.5")),
        rx.el.div(
            rx.foreach(output.groups, lambda group: _group(group, output.groups.length() > 1)),
            class_name="grid gap-3 text-md leading-6 break-words",
        ),
        class_name="p-4",
        data_testid="evidence-text",
    )


def _group(group: rx.Var[GroupView], several: Any) -> rx.Component:
    """The parts of one text, under its name where there are several."""
    return rx.fragment(
        rx.cond(several, rx.el.h3(group.name, class_name="text-sm font-semibold text-ink not-first:mt-4"), rx.fragment()),
        rx.foreach(group.parts, _post),
    )


def _post(post: rx.Var[PartView]) -> rx.Component:
    return rx.el.p(
        rx.foreach(post.segments, _segment),
        dir="auto",
        class_name="whitespace-pre-wrap not-last:border-b not-last:border-dashed not-last:border-line not-last:pb-3",
    )


def _segment(segment: rx.Var[Segment]) -> rx.Component:
    claim = rx.el.span(
        segment.text,
        role="button",
        tab_index=0,
        class_name=rx.match(segment.tone, *_CLAIM_LOOKS.items(), theme.CLAIM),
        aria_describedby=segment.anchor,
        data_testid=f"claim-{segment.claim}",
        custom_attrs={"data-claim": segment.refs},
    )
    return rx.cond(segment.claim == 0, rx.el.span(segment.text), claim)


def _source(output: Any) -> rx.Component:
    name = rx.cond(
        output.source_url == "",
        rx.el.span(output.source_name, class_name="truncate"),
        rx.el.a(
            rx.el.span(output.source_name, class_name="truncate"),
            icon("external-link", 14),
            href=output.source_url,
            target="_blank",
            rel="noopener noreferrer nofollow",
            class_name=cx(theme.LINK, "flex min-w-0 items-center gap-1"),
            data_testid="source-link",
        ),
    )
    return rx.el.div(
        rx.el.div(
            rx.el.h2(
                icon("file-text", 14),
                rx.el.span("Source says", class_name="flex-none"),
                rx.el.span(name, class_name="ml-auto flex min-w-0 pl-3 font-normal"),
                class_name=cx(theme.EYEBROW, "mb-2.5"),
            ),
            rx.el.div(rx.foreach(output.source, _block), class_name="grid gap-2 text-sm leading-[1.375rem] text-ink-2 break-words"),
            class_name=(
                "p-4 min-[901px]:sticky min-[901px]:top-12 min-[901px]:max-h-[min(44rem,calc(100dvh-3rem))] min-[901px]:overflow-y-auto"
            ),
            tab_index=0,
            role="region",
            aria_label="Source",
            custom_attrs={"data-source": "true"},
        ),
        class_name="border-line bg-sunken min-[901px]:border-l max-[900px]:border-t",
        data_testid="evidence-source",
    )


def _block(block: rx.Var[SourceBlock]) -> rx.Component:
    address = rx.el.a(
        icon("external-link", 14),
        href=block.url,
        target="_blank",
        rel="noopener noreferrer nofollow",
        aria_label="Open this source",
        title=block.url,
        class_name=cx(theme.LINK, "flex-none"),
        data_testid="source-address",
    )
    return rx.el.p(
        rx.foreach(block.segments, _span),
        rx.cond(block.url == "", rx.fragment(), address),
        dir="auto",
        class_name=rx.match(block.kind, *_BLOCKS.items(), ""),
        custom_attrs={"data-block": "true"},
    )


def _span(segment: rx.Var[Segment]) -> rx.Component:
    linked = rx.el.span(
        segment.text,
        id=segment.anchor,
        class_name=theme.SPAN,
        data_testid=f"source-{segment.claim}",
        custom_attrs={"data-claim": segment.refs},
    )
    return rx.cond(segment.claim == 0, rx.el.span(segment.text), linked)


def _ledger_row(claim: rx.Var[ClaimView], can_edit: Any, on_remove: Any, on_keep: Any, problem: Any) -> rx.Component:
    open_claim = claim.status == "unsupported"
    actions = rx.el.span(
        button(
            "Remove",
            testid=f"remove-claim-{claim.number}",
            size="sm",
            title="Takes out the sentence that holds it",
            on_click=on_remove(claim.index),
        ),
        button("Keep with a reason", testid=f"keep-claim-{claim.number}", size="sm", custom_attrs=opens(f"keep-{claim.number}")),
        _keep_dialog(claim, on_keep, problem),
        class_name="flex flex-wrap gap-2",
    )
    return rx.el.li(
        rx.el.span(
            claim.number,
            class_name=cx(_NUMBER, rx.cond(open_claim, "bg-bad-bg! text-bad-fg!", "")),
            custom_attrs={"data-number": claim.number},
        ),
        rx.el.span(
            rx.el.span(claim.text, class_name="font-medium"),
            " ",
            rx.el.span(claim.reason, class_name=theme.MUTE),
            rx.cond(claim.where == "", rx.fragment(), _where(claim)),
            class_name="min-w-0 break-words",
        ),
        rx.el.span(
            rx.cond(open_claim & can_edit, actions, rx.fragment()),
            chip(claim.word, tone=claim.tone, icon=claim.icon),
            class_name="flex flex-wrap items-center justify-end gap-2 max-md:col-start-2 max-md:justify-start",
        ),
        class_name=cx(
            theme.CLAIM_ROW,
            "grid min-h-10 grid-cols-[22px_minmax(0,1fr)_auto] items-center gap-2 border-b border-line px-4 "
            "py-[7px] last:border-b-0 max-md:grid-cols-[22px_minmax(0,1fr)]",
        ),
        tab_index=0,
        data_testid=f"ledger-row-{claim.number}",
        custom_attrs={"data-claim": claim.number},
    )


def _where(claim: Any) -> rx.Component:
    """The one among several sources that a claim is from."""
    link = rx.el.a(claim.where, href=claim.where_url, target="_blank", rel="noopener noreferrer nofollow", class_name=theme.LINK)
    return rx.el.span(
        rx.cond(claim.where_url == "", claim.where, link),
        class_name=cx(theme.HELP, "block"),
        data_testid=f"where-{claim.number}",
    )


def _keep_dialog(claim: Any, on_keep: Any, problem: Any) -> rx.Component:
    """Asks why a claim stays without a source. It goes by itself: once the reason is accepted, the row has no dialog any more."""
    reason = fields.textarea(
        name="reason", control_id=f"reason-{claim.number}", testid=f"reason-{claim.number}", rows=3, required=True, max_length=500
    )
    form = rx.el.form(
        rx.el.input(type="hidden", name="claim", value=claim.index.to_string()),
        fields.field(
            "Why it is right",
            reason,
            control_id=f"reason-{claim.number}",
            hint="It stands beside the claim and in the log, with your name.",
        ),
        id=f"keep-form-{claim.number}",
        on_submit=on_keep,
        custom_attrs={"data-hotsubmit": "true"},
    )
    return dialog(
        "Keep this claim without a source?",
        rx.el.p("“", claim.text, "” was not found in the source."),
        form,
        rx.cond(problem == "", rx.fragment(), note(problem, tone="bad", alert=True, testid="reason-problem")),
        dialog_id=f"keep-{claim.number}",
        actions=[
            button("Do not keep it", testid=f"keep-{claim.number}-cancel", custom_attrs=closes()),
            button("Keep the claim", testid=f"keep-{claim.number}-save", variant="pri", kind="submit", form=f"keep-form-{claim.number}"),
        ],
        testid=f"keep-{claim.number}",
    )


def count_of_open(output: Any) -> Any:
    """What the tab's counter shows: the number of claims without a source, nothing when there is none. `output` is an `OutputView` var."""
    return rx.cond(output.unsupported == 0, "", output.unsupported.to_string())
