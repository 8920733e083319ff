"""The picture of the product on the landing page: a real thread with its evidence, made of the product's own pieces, not an image.

The thread is what Maya's builtin writer made of the bundled example (`agents/maya/example.md`); a test checks each source passage
against that file. The sentence without a source stands for what happens when a person adds a claim.
"""

from __future__ import annotations

from typing import Final

import reflex as rx

from components import theme
from components.avatars import agent_tile
from components.chips import chip, counter
from components.icons import icon
from components.vars import Child, cx

# Texts hold claims as «number|words»: the same notation left and right.
HERO_POST: Final = (
    "After «1|two weeks» the number was on paper, and it hurt. We were binning «2|14%» of everything we made. "
    "At our prices that came to «3|£9,000» a year. We save «4|40 hours» a month."
)
HERO_SOURCE: Final = (
    "After «1|two weeks» the number was on paper, and it hurt. We were binning «2|14%» of everything we made. "
    "At our prices that came to «3|£9,000» a year, which is more than we spend on flour from January to June."
)
POSTS: Final = (
    "Two years ago we threw away one loaf in «1|seven». Nothing was wrong with the bread. We baked for the day we hoped for, "
    "and then the day came.",
    "«2|Tom» was sure that the problem was rye. It sells slowly, and a rye loaf on the shelf at closing time looks like an accusation. "
    "The sheet disagreed. Rye was only «3|4%» of the waste.",
    "Bread that comes out of the oven at half past «4|ten» sells to people who would otherwise have walked past, because the whole "
    "street can smell it. Our lunch sales went up by «5|11%» in the first month.",
    "Waste stood at «6|6%» in the eleventh week and it has stayed there since. The clipboard still hangs next to the till. "
    "It takes the closing shift «7|four minutes», and the saving paid for a new mixer within the year. ",
)
ADDED: Final = "It saves us «8|40 hours» a month."
SOURCES: Final = (
    ("", POSTS[0]),
    ("The waste was not where we looked", POSTS[1]),
    ("Three changes did most of the work", POSTS[2]),
    ("Where we are now", POSTS[3].strip()),
)
CLAIMS: Final = (
    ("1", "seven", "number, exact match"),
    ("2", "Tom", "name, exact match"),
    ("3", "4%", "number, exact match"),
    ("4", "ten", "number, exact match"),
    ("5", "11%", "number, exact match"),
    ("6", "6%", "number, exact match"),
    ("7", "four minutes", "number, exact match"),
)
UNLINKED: Final = frozenset({"hero-4", "tour-8"})


def hero_demo() -> rx.Component:
    """A post, its source joined to it, and the claim that has none."""
    card = "rounded-lg border p-[18px] px-5"
    small = "mb-2 flex items-center gap-2 text-xs leading-5 font-medium"
    return rx.el.div(
        rx.el.div(
            rx.el.h2(agent_tile("maya", "sm"), "Maya wrote a post", class_name=cx(small, "text-ink-3")),
            rx.el.p(*_marked(HERO_POST, "hero", source=False)),
            class_name=cx(card, "border-line bg-surface shadow-pop"),
        ),
        rx.el.div(
            rx.el.span(
                class_name=(
                    "absolute top-1 bottom-[calc(50%-8px)] -left-[30px] w-[30px] rounded-bl-[10px] border-b-2 border-l-2 "
                    "border-mark-line max-md:-left-[15px] "
                    "max-md:w-3.5 before:absolute before:-top-[5px] before:-left-[5px] before:size-2 "
                    "before:rounded-full before:bg-mark-line "
                    "before:content-['']"
                ),
                custom_attrs={"aria-hidden": "true"},
            ),
            rx.el.h2(icon("file-text", 14), "Your blog post, “We started by counting”", class_name=cx(small, "text-ink-3")),
            rx.el.p(*_marked(HERO_SOURCE, "hero", source=True), class_name="text-ink-2"),
            class_name=cx(card, "relative mt-3 ml-14 border-line bg-sunken max-md:ml-6"),
        ),
        rx.el.div(
            rx.el.h2(icon("unlink", 14), "No source for claim 4", class_name=cx(small, "text-bad-fg")),
            rx.el.p(
                "“40 hours” is not in your post. Remove it or say why it is right before anyone can approve this thread.",
                class_name="text-ink-2",
            ),
            class_name=cx(card, "mt-3 ml-14 border-bad-line bg-surface max-md:ml-6"),
        ),
        rx.el.div(
            chip("3 of 4 claims linked", tone="ok", icon="link"),
            chip("Fits 280 characters", tone="ok", icon="check"),
            class_name="mt-3.5 ml-14 flex flex-wrap gap-2 max-md:ml-6",
        ),
        class_name="mt-1.5 text-[1rem] leading-[1.625rem] max-md:text-[0.9375rem]",
        role="group",
        aria_label="Example: a post and its source",
        data_testid="hero-demo",
        custom_attrs={"data-evidence": "hero", "data-start": "3"},
    )


def tour() -> rx.Component:
    """The evidence view of a finished job, as it looks in the app."""
    return rx.el.div(
        rx.el.div(
            agent_tile("maya", "lg"),
            rx.el.div(
                rx.el.p("How a clipboard cut our bread waste", class_name="font-display text-lg font-semibold tracking-[-0.012em]"),
                rx.el.div(
                    chip("One claim to resolve", tone="mark", icon="eye"),
                    rx.el.span("Blog post to X thread, 10 posts", class_name=theme.MUTE),
                    class_name="mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-1",
                ),
                class_name="min-w-0 grow",
            ),
            class_name="flex items-start gap-4 border-b border-line p-4",
        ),
        rx.el.div(
            _tab("Result"),
            _tab("Evidence", counter("1", "bad"), current=True),
            _tab("Checks", counter("15", "idle")),
            _tab("Steps"),
            class_name="noscrollbar flex gap-4 overflow-x-auto border-b border-line px-4",
            custom_attrs={"aria-hidden": "true"},
        ),
        rx.el.div(
            rx.el.div(
                rx.el.p(icon("pen-line", 14), "Maya wrote", class_name=cx(theme.EYEBROW, "mb-2.5")),
                *(_post(n, text) for n, text in enumerate((*POSTS[:-1], POSTS[-1] + ADDED))),
                class_name="grid content-start p-4",
            ),
            rx.el.div(
                rx.el.p(icon("file-text", 14), "Source says", class_name=cx(theme.EYEBROW, "mb-2.5")),
                rx.el.div(*(_block(title, text) for title, text in SOURCES), class_name="grid gap-2 text-sm leading-[1.375rem] text-ink-2"),
                class_name="border-line bg-sunken p-4 max-[900px]:border-t min-[901px]:border-l",
            ),
            class_name="grid grid-cols-2 max-[900px]:grid-cols-[minmax(0,1fr)] *:min-w-0",
        ),
        rx.el.ul(
            *(_row(number, words, why) for number, words, why in CLAIMS),
            _row("8", "40 hours", "no such number in the source", linked=False),
            class_name="border-t border-line",
            aria_label="Claims",
        ),
        class_name="overflow-hidden rounded-lg border border-line-strong bg-surface text-sm shadow-pop",
        role="group",
        aria_label="Example: the evidence view of a thread",
        data_testid="tour",
        custom_attrs={"data-evidence": "tour", "data-start": "5"},
    )


def _marked(text: str, box: str, *, source: bool) -> list[Child]:
    """The text with its claims: buttons on Maya's side, spans with the same number on the source's."""
    parts: list[Child] = []
    for piece in text.replace("»", "«").split("«"):
        number, bar, words = piece.partition("|")
        if not bar:
            parts.append(piece)
        elif source:
            parts.append(rx.el.span(words, id=f"{box}-source-{number}", class_name=theme.SPAN, custom_attrs={"data-claim": number}))
        else:
            linked = f"{box}-{number}" not in UNLINKED
            parts.append(
                rx.el.span(
                    words,
                    role="button",
                    tab_index=0,
                    class_name=theme.CLAIM if linked else theme.CLAIM_UNLINKED,
                    data_testid=f"{box}-claim-{number}",
                    custom_attrs={"data-claim": number},
                    **({"aria_describedby": f"{box}-source-{number}"} if linked else {}),
                )
            )
    return parts


def _post(position: int, text: str) -> rx.Component:
    return rx.el.p(
        *_marked(text, "tour", source=False),
        class_name=cx("text-md leading-6", "" if position == 0 else "mt-3 border-t border-dashed border-line pt-3"),
    )


def _block(title: str, text: str) -> rx.Component:
    heading = rx.el.span(title, class_name="mt-2 mb-1 block font-semibold text-ink") if title else rx.fragment()
    return rx.el.p(heading, *_marked(text, "tour", source=True))


def _row(number: str, words: str, why: str, linked: bool = True) -> rx.Component:
    state = chip("Linked", tone="ok", icon="link") if linked else chip("No source", tone="bad", icon="unlink")
    return rx.el.li(
        rx.el.span(
            number,
            class_name=cx(
                "grid size-5 place-items-center rounded-xs text-2xs font-semibold tabular", "" if linked else "bg-bad-bg! text-bad-fg!"
            ),
            custom_attrs={"data-number": number},
        ),
        rx.el.span(rx.el.span(words, class_name="font-medium"), " ", rx.el.span(why, class_name=theme.MUTE), class_name="min-w-0"),
        state,
        class_name=cx(
            theme.CLAIM_ROW,
            "grid min-h-10 grid-cols-[22px_minmax(0,1fr)_auto] items-center gap-2 border-b border-line px-4 py-[7px] last:border-b-0",
        ),
        custom_attrs={"data-claim": number},
    )


def _tab(title: str, *extra: Child, current: bool = False) -> rx.Component:
    look = "text-ink shadow-[inset_0_-2px_0_var(--ink)]" if current else "text-ink-3"
    return rx.el.span(title, *extra, class_name=cx("flex h-[42px] flex-none items-center gap-1.5 font-medium", look))
