"""What "content calendar" gives back, and hands from step to step; `inputs` has what it takes in."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, field_validator

from coexai_app.agents.maya.calendar.inputs import MOST_ENTRIES
from coexai_app.agents.parts import Part, Parted, PartKind, Words
from coexai_app.agents.pipeline import StepResult
from coexai_app.agents.report import Review
from coexai_app.agents.text import networks, sentences
from coexai_app.agents.text.networks import NETWORKS, Channel
from coexai_app.agents.text.pointing import SUBORDINATE
from coexai_app.agents.text.reuse import Earlier

TITLE_LIMIT, _SHORTEST_TITLE = 70, 25
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Angle(StrEnum):
    """What a post leads with."""

    NUMBER = "number"
    QUESTION = "question"
    QUOTE = "quote"
    LIST = "list"
    ADVICE = "advice"
    POINT = "point"


class Entry(BaseModel):
    """One post: `date` (ISO 8601) and `time` (HH:MM) are local wall-clock time in the calendar's time zone. `source` holds the places of
    its words in the source, `id` stays the same when the words or the time change."""

    model_config = ConfigDict(frozen=True)

    date: str
    time: str
    channel: Channel
    title: str
    text: str
    angle: Angle = Angle.POINT
    week: int = 1
    source: tuple[tuple[int, int], ...] = ()
    id: str = ""

    @field_validator("date")
    @classmethod
    def _a_date(cls, value: str) -> str:
        return datetime.date.fromisoformat(value).isoformat()

    @field_validator("time")
    @classmethod
    def _a_time(cls, value: str) -> str:
        return datetime.time.fromisoformat(value).strftime("%H:%M")

    @property
    def at(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(f"{self.date}T{self.time}")

    @property
    def label(self) -> str:
        """ "Mon 30 Nov 09:00, LinkedIn"."""
        return f"{said(self.at.date())} {self.time}, {NETWORKS[self.channel].label}"


def said(day: datetime.date) -> str:
    """ "Mon 30 Nov", whatever the machine's locale."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def title_of(text: str, limit: int = TITLE_LIMIT) -> str:
    """A title out of a post's own words: its first sentence, or as many of its words as fit."""
    line = next((line.strip() for line in text.split("\n") if line.strip()), "")
    first = next(iter(sentences.split(line)), None)
    bare = (first.text if first else line).removeprefix("• ").rstrip(".。:：")
    if len(networks.graphemes(bare)) > limit:
        clause = bare.split(", ")[0].split(": ")[0]
        if _SHORTEST_TITLE <= len(networks.graphemes(clause)) <= limit and not SUBORDINATE.match(clause):
            return clause
    return networks.clipped(Channel.BLUESKY, bare, limit)


def id_of(*parts: object) -> str:
    """A name for an entry that is the same whenever the same is planned."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:24]


class CalendarOutput(Parted):
    """A plan in order of time. `planned` is how many posts were wished for; `timezone` an IANA name, "" where the business gives none."""

    most_parts: ClassVar[int] = MOST_ENTRIES + 10
    most_characters: ClassVar[int] = 10_000

    entries: tuple[Entry, ...] = ()
    timezone: str = ""
    planned: int = 0
    language: str = "und"

    def parts(self) -> tuple[Part, ...]:
        return tuple(
            Part(
                kind=PartKind.ENTRY,
                text=entry.text,
                label=entry.label,
                group=f"Week {entry.week}",
                channel=entry.channel.value,
                length=networks.length(entry.channel, entry.text),
                limit=NETWORKS[entry.channel].limit,
            )
            for entry in self.entries
        )

    def rewritten(self, words: Sequence[Words]) -> CalendarOutput:
        """A new part is a post of the same moment and channel as the one before it."""
        entries: list[Entry] = []
        for said_ in words:
            known = said_.of is not None and 0 <= said_.of < len(self.entries)
            old = self.entries[said_.of or 0] if known else entries[-1] if entries else next(iter(self.entries), None)
            if old is None:
                continue
            if known:
                title = title_of(said_.text) if old.title == title_of(old.text) else old.title
                entries.append(old.model_copy(update={"text": said_.text, "title": title}))
                continue
            new = {"text": said_.text, "title": title_of(said_.text), "source": (), "id": id_of(old.id, len(entries), said_.text)}
            entries.append(old.model_copy(update=new))
        return self.model_copy(update={"entries": tuple(entries)})


class Planned(StepResult):
    """Step "strategize": the calendar in the source's own words."""

    calendar: CalendarOutput

    def summary(self) -> str:
        count, wished = len(self.calendar.entries), self.calendar.planned
        return f"{count} posts planned" if count == wished else f"{count} of {wished} posts planned: the source has no more"


class Drafted(StepResult):
    """Step "generate": the posts' words, the plan's or a model's."""

    calendar: CalendarOutput
    by_model: bool = False

    def summary(self) -> str:
        return f"{len(self.calendar.entries)} posts written"


class Checked(StepResult):
    """Step "check": the verdict, the calendar as it is after repairs, and the earlier outputs that it repeats."""

    calendar: CalendarOutput
    review: Review
    repaired: int = 0
    said: tuple[Earlier, ...] = ()

    def summary(self) -> str:
        open_ = sum(c.status.value == "unsupported" for c in self.review.claims)
        return f"{len(self.review.claims)} claims, " + (f"{open_} without a source" if open_ else "all with a source")
