"""The business profile: what all coworkers know about the organisation, section by section, each with a save of its own."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import business, fields, guards, theme
from components.business import TWO, entries, entry_text, text
from components.notes import note
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton_rows
from components.vars import Child, concat
from pages.base import page
from state.business import BusinessState

_STATE: Final[Any] = BusinessState
_LEVELS: Final = (
    ("", "Not said"),
    ("plain", "Plain: anybody, at a glance"),
    ("general", "General: an everyday newspaper"),
    ("expert", "Expert: people of your field"),
)
_SPEAKERS: Final = (("", "As it comes"), ("we", "We"), ("i", "I"), ("neutral", "Nobody: neither I nor we"))
_EMOJI: Final = (("", "As it comes"), ("none", "None"), ("few", "One a post"))
_HASHTAGS: Final = (("", "As the run asks"), ("none", "None"), ("one", "One"), ("few", "Two"))


@page(route="/settings/business", title="Business profile", role="viewer", on_load=BusinessState.load, current="business")
def settings_business() -> rx.Component:
    return rx.fragment(
        guards.script(),
        page_header(
            "Business profile", rx.el.p("The one place that your coworkers read from. A job keeps the profile that it began with.")
        ),
        rx.cond(_STATE.loaded, _sections(), panel(skeleton_rows(), label="Business profile", padded=False)),
    )


def _sections() -> rx.Component:
    return rx.el.div(
        rx.cond(_STATE.locked, note(_STATE.locked, icon="lock", testid="profile-locked"), rx.fragment()),
        rx.cond(_STATE.updated, rx.el.p(_STATE.updated, class_name="text-sm text-ink-3", data_testid="profile-updated"), rx.fragment()),
        business.missing(_STATE.missing),
        _basics(),
        _places(),
        _products(),
        _people(),
        _voice(),
        fields.zone_list(_STATE.zones),
        class_name=theme.FORM_PAGE,
    )


def _section(*children: Child, name: str, title: str, line: str, on_save: Any) -> rx.Component:
    return business.section(
        *children,
        name=name,
        title=title,
        line=line,
        on_save=on_save,
        locked=_STATE.locked != "",
        mark=_STATE.marks[name],
        refused=_STATE.refused[name],
        saved=_STATE.saved,
    )


def _basics() -> rx.Component:
    def of(label: str, name: str, **props: Any) -> rx.Component:
        return text(label, name=f"basics-{name}", value=_STATE.basics[name], error=_STATE.wrong[name], **props)

    return _section(
        rx.el.div(
            rx.el.div(of("Name", "name", max_length=120), of("Industry", "industry", max_length=120), class_name=TWO),
            of("Short description", "description", long=3, max_length=1_000, hint="What you do, for whom, where. Two or three sentences."),
            of("Audience", "audience", long=2, max_length=500, hint="Whom you write for, such as owners of small shops."),
            rx.el.div(
                of("Site", "site", max_length=2_048, input_mode="url"),
                of("Phone", "phone", kind="tel", max_length=40),
                of("E-mail", "email", max_length=320, input_mode="email"),
                class_name=TWO,
            ),
            class_name="grid grid-cols-[minmax(0,1fr)] gap-4",
            key=concat("basics-", _STATE.marks["basics"]),
        ),
        name="basics",
        title="Basics",
        line="Who you are and how you are reached.",
        on_save=BusinessState.save_basics,
    )


def _places() -> rx.Component:
    def place(entry: Any) -> rx.Component:
        def of(label: str, name: str, **props: Any) -> rx.Component:
            return entry_text(label, name, of="places", entry=entry, **props)

        zone_id = concat("places-", entry.key, "-timezone")
        return rx.el.div(
            rx.el.div(
                of("Called", "label", max_length=80, placeholder="Shop, office, workshop"),
                of("Street and number", "street", max_length=200),
                of("Postal code", "postal_code", max_length=20),
                of("City", "city", max_length=120),
                of("Region", "region", max_length=120),
                of("Country", "country", max_length=80),
                of("Phone there", "phone", kind="tel", max_length=40),
                fields.field(
                    "Time zone",
                    fields.zone_input(
                        name=zone_id, testid=zone_id, zones=None, value=entry.said["timezone"], error=entry.errors["timezone"]
                    ),
                    control_id=zone_id,
                    error=entry.errors["timezone"],
                ),
                class_name=TWO,
            ),
            business.hours(entry),
            class_name="grid grid-cols-[minmax(0,1fr)] gap-4",
        )

    return _section(
        _list(_STATE.places, place, of="places", noun="address", none="No address yet."),
        name="places",
        title="Addresses and hours",
        line="Each place with its own opening hours, in its own time zone.",
        on_save=BusinessState.save_places,
    )


def _products() -> rx.Component:
    def product(entry: Any) -> rx.Component:
        return rx.el.div(
            entry_text("Name", "name", of="products", entry=entry, max_length=120),
            entry_text("Price", "price", of="products", entry=entry, max_length=80, placeholder="from £4"),
            entry_text("Description", "description", of="products", entry=entry, long=2, max_length=600),
            entry_text("Link", "link", of="products", entry=entry, max_length=2_048, input_mode="url"),
            class_name=TWO,
        )

    return _section(
        _list(_STATE.products, product, of="products", noun="product or service", none="Nothing yet."),
        name="products",
        title="Products and services",
        line="What can be bought. Prices are text, as you say them.",
        on_save=BusinessState.save_products,
    )


def _people() -> rx.Component:
    def person(entry: Any) -> rx.Component:
        return rx.el.div(
            entry_text("Name", "name", of="people", entry=entry, max_length=120),
            entry_text("Role", "role", of="people", entry=entry, max_length=120),
            entry_text("About them", "bio", of="people", entry=entry, long=2, max_length=600),
            entry_text("Link", "link", of="people", entry=entry, max_length=2_048, input_mode="url"),
            class_name=TWO,
        )

    return _section(
        _list(_STATE.people, person, of="people", noun="person", none="Nobody yet."),
        name="people",
        title="People",
        line="Who may be named, and how.",
        on_save=BusinessState.save_people,
    )


def _voice() -> rx.Component:
    def of(label: str, name: str, hint: str, long: int = 3) -> rx.Component:
        return text(label, name=f"voice-{name}", value=_STATE.voice[name], error=_STATE.wrong[name], long=long, hint=hint)

    def choice(label: str, name: str, options: tuple[tuple[str, str], ...]) -> rx.Component:
        ident = f"voice-{name}"
        control = fields.select(name=ident, testid=ident, options=options, value=_STATE.voice[name], error=_STATE.wrong[name])
        return fields.field(label, control, control_id=ident, error=_STATE.wrong[name])

    def tone(left: str, right: str, name: str) -> rx.Component:
        return business.slider(left, right, name=f"voice-{name}", value=_STATE.voice[name], error=_STATE.wrong[name])

    def sample(entry: Any) -> rx.Component:
        return entry_text("Sample text", "text", of="samples", entry=entry, long=5, max_length=2_000)

    return _section(
        rx.el.div(
            of("Tone", "tone", "A few words with commas between them: warm, dry, to the point.", 1),
            rx.el.div(
                tone("Formal", "Casual", "casual"),
                tone("Serious", "Playful", "playful"),
                tone("Reserved", "Enthusiastic", "enthusiastic"),
                tone("Plain", "Technical", "technical"),
                class_name=TWO,
            ),
            rx.el.div(
                of("Do", "do", "One rule a line."),
                of("Do not", "dont", "One rule a line."),
                of("Words to use", "use", "One a line, or with commas."),
                of("Words to avoid", "avoid", "One a line, or with commas. The checks name each one."),
                class_name=TWO,
            ),
            of("Banned phrases", "banned", "One a line. A text that holds one loses all points of that check."),
            of("Your own words", "terms", "One a line, your word first, then those it replaces: guests: customers, clients"),
            rx.el.div(
                choice("Who speaks", "perspective", _SPEAKERS),
                choice("Reading level", "reading_level", _LEVELS),
                choice("Emoji", "emoji", _EMOJI),
                choice("Hashtags", "hashtags", _HASHTAGS),
                class_name=TWO,
            ),
            class_name="grid grid-cols-[minmax(0,1fr)] gap-4",
            key=concat("voice-", _STATE.marks["voice"]),
        ),
        _list(
            _STATE.samples,
            sample,
            of="samples",
            noun="sample text",
            none="No sample text yet. Up to five, each as you would publish it: the checks learn your habits from them.",
            room=_STATE.samples.length() < 5,
        ),
        name="voice",
        title="Brand voice",
        line="How you talk. Maya leaves out what you avoid, and her checks say where something is left.",
        on_save=BusinessState.save_voice,
    )


def _list(found: Any, make: Any, *, of: str, noun: str, none: str, room: Any = True) -> rx.Component:
    return entries(found, make, of=of, noun=noun, none=none, room=room, on_add=BusinessState.add, on_drop=BusinessState.drop)
