"""The calendar, as pages see it: entries in the look of their state, days, weeks and lists of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from coexai_app.agents.parts import Part
from coexai_app.models import CalendarChannel, CalendarEntry, CalendarState
from coexai_app.views.agents import Option
from coexai_app.views.base import View, count

Chip = tuple[str, str, str]

# tone, icon and word of each state
CHIPS: Final[Mapping[CalendarState, Chip]] = MappingProxyType(
    {
        CalendarState.IDEA: ("dash", "circle-dashed", "Idea"),
        CalendarState.DRAFT: ("dash", "pencil", "Draft"),
        CalendarState.IN_REVIEW: ("mark", "eye", "In review"),
        CalendarState.APPROVED: ("out", "thumbs-up", "Approved"),
        CalendarState.SCHEDULED: ("idle", "clock", "Scheduled"),
        CalendarState.PUBLISHED: ("ok", "check", "Published"),
        CalendarState.CANCELLED: ("out", "ban", "Cancelled"),
    }
)
MISSED: Final[Chip] = ("warn", "calendar-x", "Missed")
# What is missed when its moment has passed: somebody meant it to go out. An idea was no promise.
PROMISED: Final = frozenset({CalendarState.DRAFT, CalendarState.IN_REVIEW, CalendarState.APPROVED, CalendarState.SCHEDULED})
CHANNELS: Final[Mapping[CalendarChannel, str]] = MappingProxyType(
    {
        CalendarChannel.X: "X",
        CalendarChannel.LINKEDIN: "LinkedIn",
        CalendarChannel.LINKEDIN_ARTICLE: "LinkedIn article",
        CalendarChannel.THREADS: "Threads",
        CalendarChannel.BLUESKY: "Bluesky",
        CalendarChannel.MASTODON: "Mastodon",
        CalendarChannel.FACEBOOK: "Facebook",
        CalendarChannel.INSTAGRAM: "Instagram",
        CalendarChannel.GOOGLE_BUSINESS: "Google Business",
        CalendarChannel.NEWSLETTER: "Newsletter",
        CalendarChannel.BLOG: "Blog",
        CalendarChannel.OTHER: "Other",
    }
)
CHANNEL_OPTIONS: Final = tuple(Option(value=channel.value, label=label) for channel, label in CHANNELS.items())
STATE_OPTIONS: Final = tuple(Option(value=state.value, label=chip[2]) for state, chip in CHIPS.items())
# The dot of a day shows the first of these that is there.
_WORST: Final = ("warn", "mark", "dash", "out", "idle", "ok")


def texts(parts: Sequence[Part]) -> tuple[Option, ...]:
    """The texts that a result has, where there are several."""
    names = tuple(dict.fromkeys(part.group for part in parts))
    return tuple(Option(value=name, label=name) for name in names) if len(names) > 1 else ()


class EntryRow(View):
    """An entry in a list or a day. `label` says all of it in one line; `elsewhere` names its time zone where it is not the calendar's."""

    id: str
    version: int
    day: str
    clock: str
    title: str
    channel: str
    channel_label: str
    state: str
    tone: str
    icon: str
    word: str
    missed: bool
    elsewhere: str
    label: str
    test: bool
    can_change: bool


class EntryView(EntryRow):
    """One entry, whole. `told` says what is special about its time, when the clocks change; `by` is who put it here."""

    timezone: str
    text: str
    notes: str
    told: str
    by: str
    output_id: str
    output_title: str
    part: int | None


class Draft(View):
    """What the form of an entry starts from; `id` is empty for a new one. `texts` are those of a result to choose from, if it has several;
    an empty `channel` is then the one where the text belongs."""

    id: str = ""
    version: int = 0
    day: str = ""
    clock: str = "09:00"
    timezone: str = "UTC"
    channel: str = CalendarChannel.LINKEDIN.value
    state: str = CalendarState.DRAFT.value
    texts: tuple[Option, ...] = ()
    title: str = ""
    text: str = ""
    notes: str = ""
    told: str = ""
    by: str = ""
    output_id: str = ""
    output_title: str = ""


class Day(View):
    """A day of the calendar. `label` is read aloud, `tone` is its most urgent state, `more` how many entries it does not show.

    `month` is the name of a month that begins with it.
    """

    date: str
    number: str
    month: str
    name: str
    heading: str
    label: str
    today: bool
    past: bool
    weekend: bool
    out: bool
    tone: str
    held: tuple[EntryRow, ...]
    more: int


class Week(View):
    days: tuple[Day, ...]


class StateCount(View):
    """How many entries of a state the shown days have; a button of the legend."""

    state: str
    tone: str
    icon: str
    word: str
    number: int


class Span(View):
    """A month or a week: its title, its weeks, the days that have entries, the week around the chosen day, and where to go from here.

    `agenda` is what phones show: of the month that is now, from this week on.
    """

    title: str = ""
    zone: str = ""
    date: str = ""
    today: str = ""
    previous: str = ""
    next: str = ""
    heads: tuple[str, ...] = ()
    weeks: tuple[Week, ...] = ()
    agenda: tuple[Day, ...] = ()
    strip: tuple[Day, ...] = ()
    states: tuple[StateCount, ...] = ()
    total: int = 0


class Agenda(View):
    """A page of the list: the days from `date` on that have entries."""

    title: str = ""
    zone: str = ""
    date: str = ""
    today: str = ""
    days: tuple[Day, ...] = ()
    states: tuple[StateCount, ...] = ()
    label: str = ""
    page: int = 1
    pages: int = 1


class Planned(View):
    """What a plan did: how many entries it `made`, or how many are `there` already; `told` says it, `first` is their first day."""

    made: int
    there: int
    told: str
    first: str


class FeedView(View):
    """The secret address of a person's calendar, as far as it may be seen: it exists (`on`), since when, and who read it last."""

    on: bool = False
    ending: str = ""
    made: str = ""
    read: str = ""


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What an entry's row does not hold itself but its view needs; services read it. `at` is when it happens, `now` the time."""

    zone: str
    at: datetime
    now: datetime
    may_change: bool = False
    told: str = ""
    by: str = ""
    output_title: str = ""


def row(entry: CalendarEntry, facts: EntryFacts) -> EntryRow:
    """The view of an entry in a list."""
    missed = entry.state in PROMISED and facts.at < facts.now
    tone, icon, word = MISSED if missed else CHIPS[entry.state]
    channel = CHANNELS[entry.channel]
    clock = f"{entry.clock:%H:%M}"
    elsewhere = entry.timezone if entry.timezone != facts.zone else ""
    return EntryRow(
        id=str(entry.id),
        version=entry.version,
        day=entry.day.isoformat(),
        clock=clock,
        title=entry.title,
        channel=entry.channel.value,
        channel_label=channel,
        state=entry.state.value,
        tone=tone,
        icon=icon,
        word=word,
        missed=missed,
        elsewhere=elsewhere,
        label=", ".join(part for part in (f"{clock} {elsewhere}".strip(), entry.title, channel, word) if part),
        test=entry.test,
        can_change=facts.may_change,
    )


def whole(entry: CalendarEntry, facts: EntryFacts) -> EntryView:
    """The view of one entry."""
    return EntryView(
        **row(entry, facts).model_dump(),
        timezone=entry.timezone,
        text=entry.text,
        notes=entry.notes,
        told=facts.told,
        by=facts.by,
        output_id=str(entry.output_id or ""),
        output_title=facts.output_title,
        part=entry.part,
    )


def draft(entry: EntryView) -> Draft:
    """The form of an entry that is there."""
    return Draft(**entry.model_dump(include=set(Draft.model_fields)))


def day(when: date, rows: Sequence[EntryRow], *, today: date, total: int, month: int = 0) -> Day:
    """A day with the entries that it shows; `month` is the one that is looked at, others are pale. 0: none is."""
    heading = f"{when:%A} {when.day} {when:%B}" + (f" {when.year}" if when.year != today.year else "")
    held = count(total, "entry", "entries") if total else "no entries"
    return Day(
        date=when.isoformat(),
        number=f"{when.day}",
        month=f"{when:%b}" if when.day == 1 else "",
        name=f"{when:%a}",
        heading=heading,
        label=f"{heading}{', today' if when == today else ''}, {held}",
        today=when == today,
        past=when < today,
        weekend=when.weekday() >= 5,
        out=bool(month) and when.month != month,
        tone=next((tone for tone in _WORST if any(entry.tone == tone for entry in rows)), ""),
        held=tuple(rows),
        more=max(0, total - len(rows)),
    )


def state_counts(numbers: Mapping[CalendarState, int]) -> tuple[StateCount, ...]:
    return tuple(
        StateCount(state=state.value, tone=tone, icon=icon, word=word, number=numbers.get(state, 0))
        for state, (tone, icon, word) in CHIPS.items()
    )


def month_title(when: date) -> str:
    return f"{when:%B} {when.year}"


def week_title(first: date) -> str:
    """ "9 to 15 March 2026", "30 March to 5 April 2026"."""
    last = first + timedelta(days=6)
    month = "" if first.month == last.month else f" {first:%B}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day}{month}{year} to {last.day} {last:%B} {last.year}"


def planned(*, made: int, there: int, read: int, first: date, past: int = 0) -> Planned:
    """What a plan did, in words."""
    if there:
        told = f"{count(there, 'entry', 'entries')} of this result {'is' if there == 1 else 'are'} on the calendar already."
    else:
        told = f"{count(made, 'entry', 'entries')} {'is' if made == 1 else 'are'} on the calendar now."
        if read > made:
            told += f" {count(read - made, 'entry', 'entries')} had no day and stayed out."
        if past:
            told += f" {past} of them {'is' if past == 1 else 'are'} on days that have passed."
    return Planned(made=made, there=there, told=told, first=first.isoformat())


def day_text(day: str) -> str:
    """ "Tuesday 10 March"."""
    when = date.fromisoformat(day)
    return f"{when:%A} {when.day} {when:%B}"


def year_after(day: str) -> str:
    """The day a year later, as text."""
    return (date.fromisoformat(day) + timedelta(days=366)).isoformat()
