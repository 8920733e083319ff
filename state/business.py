"""The business profile under edit: sections of fields, each saved by itself, so that a wrong phone number never keeps a price from being
saved.

Fields are uncontrolled: what is typed lives in the browser until it is sent. A section shows the server's text again when its number in
`marks` grows; an entry of a list keeps its `key` while others come and go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from zoneinfo import available_timezones

from coexai_app.business import SECTIONS
from coexai_app.business.hours import DAYS
from coexai_app.business.voice import MOST_SAMPLES
from coexai_app.errors import Conflict, InvalidInput
from coexai_app.services import business
from coexai_app.views.base import View
from coexai_app.views.business import GapView, ProfileView
from state.base import AppState
from state.forms import Form, texts
from state.guard import action

BASICS: Final = ("name", "description", "industry", "site", "phone", "email", "audience")
VOICE: Final = (
    *("tone", "do", "dont", "use", "avoid", "banned", "reading_level", "emoji", "hashtags"),
    *("terms", "perspective", "casual", "playful", "enthusiastic", "technical"),
)
ADDRESS: Final = ("label", "street", "postal_code", "city", "region", "country", "phone", "timezone")
# The fields of an entry, by section.
ENTRIES: Final[Mapping[str, tuple[str, ...]]] = {
    "places": (*ADDRESS, *DAYS),
    "products": ("name", "description", "price", "link"),
    "people": ("name", "role", "bio", "link"),
    "samples": ("text",),
}
# More than any section takes: the services have the limits.
MOST_ENTRIES: Final = 120
_COMMAS: Final = ("tone",)


class Entry(View):
    """One entry of a list: its fields as text, and what is wrong with them ("" for nothing)."""

    key: int
    said: dict[str, str]
    errors: dict[str, str]


class BusinessState(AppState):
    """`refused` is what is wrong with a section as a whole, by section; `saved` the section that was saved last."""

    version: int = 0
    updated: str = ""
    locked: str = ""
    missing: tuple[GapView, ...] = ()
    loaded: bool = False
    basics: dict[str, str] = dict.fromkeys(BASICS, "")
    voice: dict[str, str] = dict.fromkeys(VOICE, "")
    places: tuple[Entry, ...] = ()
    products: tuple[Entry, ...] = ()
    people: tuple[Entry, ...] = ()
    samples: tuple[Entry, ...] = ()
    wrong: dict[str, str] = dict.fromkeys((*BASICS, *VOICE), "")
    refused: dict[str, str] = dict.fromkeys(SECTIONS, "")
    marks: dict[str, int] = dict.fromkeys(SECTIONS, 0)
    saved: str = ""
    zones: tuple[str, ...] = ()
    _next: int = 1
    _known: dict[str, Any] = {}  # noqa: RUF012

    @action(role="viewer")
    async def load(self) -> None:
        if not self.zones:
            self.zones = tuple(sorted(available_timezones()))
        self._show(await self._call(business.get), but="")
        self.saved, self.loaded = "", True
        self.wrong, self.refused = dict.fromkeys(self.wrong, ""), dict.fromkeys(self.refused, "")

    @action(role="admin")
    async def add(self, section: str) -> None:
        """An empty entry at the end of a list."""
        if section in ENTRIES:
            entries = getattr(self, section)
            if len(entries) < (MOST_SAMPLES if section == "samples" else MOST_ENTRIES):
                setattr(self, section, (*entries, self._entry(section, {})))

    @action(role="admin")
    async def drop(self, section: str, key: int) -> None:
        if section in ENTRIES:
            setattr(self, section, tuple(entry for entry in getattr(self, section) if entry.key != key))

    @action(role="admin")
    async def save_basics(self, form: Form) -> None:
        sent = texts(form)
        await self._save("basics", {name: sent.get(f"basics-{name}", self.basics[name]) for name in BASICS}, {})

    @action(role="admin")
    async def save_places(self, form: Form) -> None:
        kept = self._sent("places", texts(form))
        data = [{**{n: said[n] for n in ADDRESS}, "hours": {day: said[day] for day in DAYS}} for _, said in kept]
        await self._save("places", {"places": data}, {"places": [key for key, _ in kept]})

    @action(role="admin")
    async def save_products(self, form: Form) -> None:
        kept = self._sent("products", texts(form))
        await self._save("products", {"products": [said for _, said in kept]}, {"products": [key for key, _ in kept]})

    @action(role="admin")
    async def save_people(self, form: Form) -> None:
        kept = self._sent("people", texts(form))
        await self._save("people", {"people": [said for _, said in kept]}, {"people": [key for key, _ in kept]})

    @action(role="admin")
    async def save_voice(self, form: Form) -> None:
        sent = texts(form)
        said = {name: sent.get(f"voice-{name}", self.voice[name]) for name in VOICE}
        kept = self._sent("samples", sent)
        data = {"voice": {**said, "samples": [entry["text"] for _, entry in kept]}}
        await self._save("voice", data, {"samples": [key for key, _ in kept]})

    async def _save(self, section: str, data: Mapping[str, Any], keys: Mapping[str, list[int]]) -> None:
        """`keys`: of each list, the keys of the entries that were sent, in their order."""
        self.saved = ""
        self._clear(section)
        try:
            view = await self._call(business.save_section, version=self.version, section=section, data=data)
        except InvalidInput as error:
            self._mark(section, error, keys)
            return
        except Conflict as error:
            # The others' sections are shown as they are now; this one keeps what was typed, and the next save replaces theirs.
            self._show(await self._call(business.get), but=section)
            self.refused = {**self.refused, section: f"{error.message} Your text is still here."}
            return
        self._show(view, but="", fresh=section)
        self.saved = section
        self._say("Saved")

    def _sent(self, section: str, sent: Mapping[str, str]) -> list[tuple[int, dict[str, str]]]:
        """The entries of a list as they were sent, those left out that say nothing."""
        found = [
            (entry.key, {name: sent.get(f"{section}-{entry.key}-{name}", entry.said[name]) for name in ENTRIES[section]})
            for entry in getattr(self, section)
        ]
        return [(key, said) for key, said in found if any(text.strip() for text in said.values())]

    def _clear(self, section: str) -> None:
        self.wrong = dict.fromkeys(self.wrong, "")
        self.refused = {**self.refused, section: ""}
        for name in ("samples",) if section == "voice" else (section,) if section in ENTRIES else ():
            fine = dict.fromkeys(ENTRIES[name], "")
            setattr(self, name, tuple(entry.model_copy(update={"errors": fine}) for entry in getattr(self, name)))

    def _mark(self, section: str, error: InvalidInput, keys: Mapping[str, list[int]]) -> None:
        """Puts each message beside its field; what has no field stands above the section."""
        found: Mapping[str, str] = error.details.get("fields") or {}
        rest: list[str] = []
        for place, message in found.items():
            parts = place.replace("voice.samples", "samples").removeprefix("voice.").split(".")
            if len(parts) > 1 and parts[0] in keys and parts[1].isdigit():
                name = parts[-1] if parts[0] != "samples" else "text"
                self._mark_entry(parts[0], keys[parts[0]][int(parts[1])], name, message)
            elif parts[0] in self.wrong:
                self.wrong = {**self.wrong, parts[0]: message}
            else:
                rest.append(message)
        above = " ".join(rest) if rest or not found else f"{len(found)} {'field needs' if len(found) == 1 else 'fields need'} another look."
        self.refused = {**self.refused, section: above or error.message}

    def _mark_entry(self, section: str, key: int, name: str, message: str) -> None:
        marked = (
            entry.model_copy(update={"errors": {**entry.errors, name: message}}) if entry.key == key and name in entry.errors else entry
            for entry in getattr(self, section)
        )
        setattr(self, section, tuple(marked))

    def _show(self, view: ProfileView, *, but: str, fresh: str = "") -> None:
        """Takes over what the server has. A section that is as it was stays in the browser as it is, `but` in any case."""
        self.version, self.locked, self.missing = view.version, view.locked, view.missing
        self.updated = f"Last changed by {view.updated_by}, {view.updated}." if view.version else ""
        now = view.profile.model_dump(mode="json")
        for section, names in SECTIONS.items():
            part = {name: now[name] for name in names}
            if section == but or (self._known.get(section) == part and section != fresh and self.loaded):
                continue
            self._known = {**self._known, section: part}
            self._fill(section, now)
            self.marks = {**self.marks, section: self.marks[section] + 1}

    def _fill(self, section: str, now: Mapping[str, Any]) -> None:
        if section == "basics":
            self.basics = {name: now[name] for name in BASICS}
        elif section == "voice":
            voice = now["voice"]
            self.voice = {name: _text(voice[name], ", " if name in _COMMAS else "\n") for name in VOICE}
            self.samples = self._entries("samples", ({"text": text} for text in voice["samples"]))
        else:
            self._fill_list(section, now[section])

    def _fill_list(self, section: str, found: Iterable[Mapping[str, Any]]) -> None:
        flat = ({**one, **one.get("hours", {})} for one in found)
        setattr(self, section, self._entries(section, flat))

    def _entries(self, section: str, found: Iterable[Mapping[str, Any]]) -> tuple[Entry, ...]:
        return tuple(self._entry(section, one) for one in found)

    def _entry(self, section: str, said: Mapping[str, Any]) -> Entry:
        self._next += 1
        names = ENTRIES[section]
        return Entry(key=self._next, said={name: str(said.get(name, "")) for name in names}, errors=dict.fromkeys(names, ""))


def _text(value: Any, between: str) -> str:
    """A list as text; a preferred term is the line that its field takes."""
    if not isinstance(value, list | tuple):
        return str(value)
    return between.join(one if isinstance(one, str) else f"{one['use']}: {', '.join(one['instead_of'])}" for one in value)
