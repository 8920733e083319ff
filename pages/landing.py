"""The public start page: what works today, shown with the product's own pieces; who is not here yet; the plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import reflex as rx

from coexai_app.plans import MEGABYTE, PLANS, Plan
from components import theme
from components.avatars import agent_tile
from components.buttons import jump, link_button
from components.chips import chip
from components.icons import icon
from components.panel import facts
from components.public import WIDTH, site_footer, site_header
from components.showcase import hero_demo, tour
from components.vars import Child, cx
from pages.base import page


@dataclass(frozen=True)
class Person:
    """A coworker as the landing page introduces them; `proof` is the promise they keep."""

    slug: str
    name: str
    text: str
    proof: str
    mark: str
    here: bool = False


TEAM: Final = (
    Person(
        "maya", "Maya", "Turns a blog post into a thread for X.", "Facts come from your source, or they are flagged.", "link", here=True
    ),
    Person("jordan", "Jordan", "Will plan and check LinkedIn posts.", "“Published” will mean read back from LinkedIn.", "check-check"),
    Person("sam", "Sam", "Will audit how people nearby find you.", "Will name the one fix worth doing first.", "wrench"),
    Person(
        "taylor", "Taylor", "Will turn invoices and scans into clean rows.", "Each field will show its place on the page.", "scan-search"
    ),
)
_H2: Final = (
    "max-w-[22ch] font-display text-3xl font-semibold tracking-[-0.028em] text-balance max-md:text-[1.875rem] max-md:leading-[2.125rem]"
)
_SECTION: Final = "pt-24 max-md:pt-16"
_TEXT: Final = "text-[0.9375rem] leading-6 text-ink-2"
_LEAD: Final = "mt-[22px] mb-[26px] max-w-[33em] text-[1.1875rem] leading-7 text-ink-2 max-md:mt-4 max-md:mb-5 max-md:text-[1.0625rem]"
_EM: Final = (
    "bg-[linear-gradient(var(--mark-strong),var(--mark-strong))] bg-[length:100%_30%] bg-[position:0_88%] "
    "bg-no-repeat not-italic box-decoration-clone"
)


@page(
    route="/",
    title="Coworkers who show their work",
    role=None,
    description="Maya turns your blog post into a thread. Every claim points to its source, and what has none is flagged. Start free.",
)
def landing() -> rx.Component:
    return rx.fragment(
        site_header(),
        rx.el.main(_hero(), _team(), _evidence(), _promises(), _plans(), class_name=WIDTH),
        _last_word(),
        site_footer(),
    )


def _hero() -> rx.Component:
    maya_runs = PLANS_BY_PRICE[0].runs_of("maya")
    return rx.el.section(
        rx.el.div(
            rx.el.h1(
                "Coworkers who ",
                rx.el.em("show their work", class_name=_EM),
                class_name="font-display text-4xl leading-none font-[650] tracking-[-0.038em] text-balance",
            ),
            rx.el.p(
                "Maya turns your blog post into a thread for X. Every number, date, name and quote points to its place in your text. "
                "What has no source is flagged. You approve what leaves the building.",
                class_name=_LEAD,
            ),
            rx.el.div(
                link_button("Start free", "/signup", testid="hero-signup", variant="pri", size="lg"),
                jump(
                    icon("play", 16, "-ml-0.5"),
                    "See a real run",
                    to="how",
                    testid="hero-tour",
                    cls=cx(theme.BUTTON, theme.BUTTON_VARIANTS["sec"], theme.BUTTON_SIZES["lg"]),
                ),
                class_name="flex flex-wrap gap-2.5 max-md:*:flex-1",
            ),
            rx.el.p(f"{maya_runs} runs a month free. No card. Works before you connect anything.", class_name="mt-3 text-sm text-ink-3"),
        ),
        hero_demo(),
        class_name=(
            "grid grid-cols-[minmax(0,1.02fr)_minmax(0,1fr)] items-start gap-14 pt-16 "
            "max-[980px]:grid-cols-[minmax(0,1fr)] max-[980px]:gap-10 max-md:pt-7"
        ),
    )


def _team() -> rx.Component:
    return rx.el.section(
        rx.el.h2("The coworkers", class_name="sr-only"),
        rx.el.ul(
            *(_person(person) for person in TEAM),
            class_name=(
                "grid grid-cols-4 border-t border-line-strong max-[980px]:grid-cols-2 max-md:grid-cols-1 *:py-[26px] *:border-line "
                "min-[981px]:*:px-6 min-[981px]:*:first:pl-0 min-[981px]:*:not-first:border-l "
                "max-[980px]:*:pr-6 max-md:*:not-first:border-t max-md:*:py-[22px]"
            ),
        ),
        id="team",
        class_name="mt-[84px] max-md:mt-14",
    )


def _person(person: Person) -> rx.Component:
    state = chip("Works today", tone="ok", icon="check") if person.here else chip("Not here yet", tone="out", icon="circle-dashed")
    return rx.el.li(
        rx.el.div(agent_tile(person.slug, "xl"), state, class_name="flex items-start justify-between gap-2"),
        rx.el.h3(person.name, class_name="mt-3.5 font-display text-[1.375rem] leading-7 font-semibold tracking-[-0.015em]"),
        rx.el.p(person.text, class_name=cx("mt-1", _TEXT)),
        rx.el.p(
            rx.el.span(icon(person.mark, 14), class_name=f"mt-0.5 bg-transparent! hue-{person.slug}"),
            person.proof,
            class_name="mt-3.5 flex gap-2 text-sm text-ink",
        ),
        data_testid=f"team-{person.slug}",
    )


def _evidence() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("From a sentence to its source in one glance", class_name=_H2),
            rx.el.p(
                "This is the app, with a thread that Maya made of the example you can try yourself, and one sentence that somebody added. "
                "Point at a marked word, or press ",
                rx.el.kbd("J", class_name=theme.KBD),
                " and ",
                rx.el.kbd("K", class_name=theme.KBD),
                ".",
                class_name="max-w-[40em] text-[1.0625rem] leading-[1.625rem] text-ink-2",
            ),
            class_name="mb-8 grid gap-3",
        ),
        tour(),
        id="how",
        class_name=cx(_SECTION, "scroll-mt-2"),
    )


def _promises() -> rx.Component:
    return rx.el.section(
        rx.el.h2("No black boxes, no surprises", class_name=_H2),
        rx.el.div(
            _promise(
                "You know before, you see after",
                "The form says what a run uses before you press the button. A run that fails or is cancelled is given back.",
                facts(("This run", "1 of your runs"), ("If it fails", "given back"), ("Left this month", "9 of 10 runs")),
            ),
            _promise(
                "Nothing starts over",
                "Every finished step is kept. When something outside is down, the job waits, says why, and goes on from there.",
                rx.el.ul(
                    _step("check", "Read the source", chip("kept", tone="out")),
                    _step("check", "Find the points", chip("kept", tone="out")),
                    _step("step-forward", "Resume at step 3"),
                    class_name="grid gap-2",
                ),
            ),
            _promise(
                "Your yes comes first",
                "A claim without a source blocks approval until you remove it or say why it is right. Nothing is posted on its own.",
                rx.el.ul(
                    rx.el.li(
                        chip("In review", tone="mark", icon="eye"),
                        rx.el.span("one claim open", class_name=theme.MUTE),
                        class_name=theme.ROW,
                    ),
                    rx.el.li(
                        chip("Linked", tone="ok", icon="link"),
                        rx.el.span("or kept with a reason", class_name=theme.MUTE),
                        class_name=theme.ROW,
                    ),
                    rx.el.li(
                        chip("Approved", tone="out", icon="thumbs-up"),
                        rx.el.span("by a person", class_name=theme.MUTE),
                        class_name=theme.ROW,
                    ),
                    class_name="grid gap-2",
                ),
            ),
            class_name="mt-9 grid grid-cols-3 gap-10 max-[980px]:grid-cols-1 max-[980px]:gap-8",
        ),
        class_name=_SECTION,
    )


def _promise(title: str, text: str, picture: Child) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            picture,
            class_name="mb-4 grid h-[132px] content-center rounded-lg border border-line bg-surface p-4 text-sm",
        ),
        rx.el.h3(title, class_name="text-[1.0625rem] leading-6 font-semibold"),
        rx.el.p(text, class_name=cx("mt-1", _TEXT)),
    )


def _step(mark: str, name: str, extra: Child | None = None) -> rx.Component:
    done = mark == "check"
    return rx.el.li(
        icon(mark, 16, "text-ok-fg" if done else "text-info-fg"),
        rx.el.span(name, class_name="" if done else "font-medium"),
        rx.el.span(extra, class_name="ml-auto") if extra is not None else rx.fragment(),
        class_name=theme.ROW,
    )


PLANS_BY_PRICE: Final = tuple(sorted(PLANS.values(), key=lambda plan: plan.price_cents))


def _plans() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Plans that fit the month you have", class_name=_H2),
        rx.el.div(
            *(_plan(plan) for plan in PLANS_BY_PRICE),
            class_name=(
                "mt-9 grid grid-cols-3 rounded-lg border border-line-strong bg-surface max-[980px]:grid-cols-1 *:border-line "
                "min-[981px]:*:not-first:border-l max-[980px]:*:not-first:border-t"
            ),
        ),
        rx.el.p(
            "Runs are counted by coworker and month. Failed and cancelled runs are given back. Online payment is not here yet: "
            "every account starts on Free, and whoever runs this CoExAI switches on the others.",
            class_name="mt-3 max-w-[60em] text-sm text-ink-3",
        ),
        id="plans",
        class_name=_SECTION,
    )


def _plan(plan: Plan) -> rx.Component:
    runs = [
        _plan_line(
            rx.el.span(agent_tile(person.slug, "sm", muted=not person.here), person.name, class_name="flex items-center gap-2.5"),
            f"{plan.runs_of(person.slug):,}" if plan.runs_of(person.slug) is not None else "no limit",
            muted=not person.here,
        )
        for person in TEAM
    ]
    return rx.el.div(
        rx.el.div(
            rx.el.h3(plan.label, class_name=theme.H2),
            rx.el.p(
                f"${plan.price_cents / 100:,.0f}",
                rx.el.span(" a month", class_name="font-sans text-md font-normal tracking-normal text-ink-3")
                if plan.price_cents
                else rx.fragment(),
                class_name="mt-2.5 font-display text-[2.25rem] leading-none font-semibold tracking-[-0.03em]",
            ),
        ),
        rx.el.ul(
            *runs,
            _plan_line("Jobs at once", f"{plan.concurrent_jobs}", muted=True),
            _plan_line("File size", f"{plan.max_file_bytes // MEGABYTE} MB", muted=True),
            aria_label=f"What {plan.label} holds",
        ),
        link_button("Start free", "/signup", testid="plan-free", size="lg", full=True) if not plan.price_cents else rx.fragment(),
        class_name="grid content-start gap-[18px] p-7 max-md:p-[22px]",
        data_testid=f"plan-card-{plan.name.value}",
    )


def _plan_line(label: Child, value: str, muted: bool = False) -> rx.Component:
    return rx.el.li(
        label,
        rx.el.span(value, class_name="ml-auto font-medium tabular"),
        class_name=cx("flex items-center gap-2.5 py-[5px] text-[0.9375rem]", "text-ink-3" if muted else "text-ink"),
    )


def _last_word() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(
                "Give your next blog post to Maya.", class_name="font-display text-[2rem] leading-9 font-semibold tracking-[-0.025em]"
            ),
            link_button("Start free", "/signup", testid="last-signup", variant="mark", size="lg", cls="ml-auto max-md:ml-0 max-md:w-full"),
            class_name=cx(WIDTH, "flex items-center gap-8 py-14 max-md:flex-col max-md:items-start"),
        ),
        aria_label="Start free",
        class_name="mt-[104px] bg-(--petrol-900) text-(--paper-0) max-md:mt-16",
    )
