"""What "content calendar" takes in, gives back, and hands from step to step."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from coexai_app.agents.maya.calendar.cadence import parse_times
from coexai_app.agents.maya.sources import SourceInput, none_if_empty
from coexai_app.agents.parts import Part, Parted, PartKind, Words
from coexai_app.agents.pipeline import StepResult
from coexai_app.agents.report import Review
from coexai_app.agents.text import networks, sentences
from coexai_app.agents.text.networks import NETWORKS, Channel
from coexai_app.agents.text.pointing import SUBORDINATE

MOST_WEEKS, MOST_PER_WEEK, MOST_HASHTAGS, MOST_ENTRIES = 12, 7, 3, 240
TITLE_LIMIT, _SHORTEST_TITLE = 70, 25
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LABELS: Mapping[str, str] = {channel.value: row.label for channel, row in NETWORKS.items()}


class CalendarInput(SourceInput):
    """One source (a link, a text or a file), and when and where posts from it should appear."""

    channels: tuple[Channel, ...] = Field(
        default=(Channel.LINKEDIN, Channel.FACEBOOK),
        title="Channels",
        description="Where the posts appear. Each gets texts of its own, within its limits.",
        min_length=1,
        json_schema_extra={"labels": dict(_LABELS)},
    )
    start: datetime.date | None = Field(
        default=None, title="First day", description="Leave it empty for next Monday.", examples=["2026-11-30"]
    )
    weeks: int = Field(default=4, title="Weeks", description="1 to 12.", json_schema_extra={"minimum": 1, "maximum": MOST_WEEKS})
    per_week: int = Field(
        default=2,
        title="Posts a week",
        description="On each channel: 1 to 7.",
        json_schema_extra={"minimum": 1, "maximum": MOST_PER_WEEK},
    )
    audience: str | None = Field(
        default=None,
        title="Who reads it",
        description="In a few words. A language model uses it for the tone; the builtin engine keeps the source's words.",
        max_length=200,
        examples=["Owners of small shops"],
    )
    times: str | None = Field(
        default=None,
        title="Times of day",
        description="Your own times, such as: linkedin 08:30, facebook 17:00. Channels without one keep the usual time.",
        max_length=400,
        json_schema_extra={"advanced": True},
    )
    hashtags: int = Field(
        default=2,
        title="Hashtags",
        description="How many, at most, under a post: 0 to 3. Networks where they do nothing get none.",
        json_schema_extra={"minimum": 0, "maximum": MOST_HASHTAGS, "advanced": True},
    )
    link: bool = Field(
        default=True,
        title="Link to the source",
        description="Put the source's address under posts where it can be clicked.",
        json_schema_extra={"advanced": True},
    )

    @field_validator("start", "audience", "times", mode="before")
    @classmethod
    def _nothing_is_none(cls, value: Any) -> Any:
        return none_if_empty(value)

    @field_validator("channels", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """Forms send one text with commas, API clients a list; each channel counts once."""
        if isinstance(value, str):
            value = [name.strip().lower() for name in value.split(",") if name.strip()]
        if isinstance(value, (list, tuple)):
            if not value:
                raise ValueError("Choose at least one channel.")
            if strange := [name for name in value if name not in list(Channel)]:
                raise ValueError(f"There is no channel “{str(strange[0])[:40]}”. There are: {', '.join(Channel)}.")
            return tuple(dict.fromkeys(value))
        return value

    @field_validator("weeks")
    @classmethod
    def _weeks_in_range(cls, value: int) -> int:
        if not 1 <= value <= MOST_WEEKS:
            raise ValueError(f"Choose 1 to {MOST_WEEKS} weeks.")
        return value

    @field_validator("per_week")
    @classmethod
    def _posts_in_range(cls, value: int) -> int:
        if not 1 <= value <= MOST_PER_WEEK:
            raise ValueError(f"Choose 1 to {MOST_PER_WEEK} posts a week.")
        return value

    @field_validator("hashtags")
    @classmethod
    def _hashtags_in_range(cls, value: int) -> int:
        if not 0 <= value <= MOST_HASHTAGS:
            raise ValueError(f"Choose 0 to {MOST_HASHTAGS} hashtags.")
        return value

    @field_validator("times")
    @classmethod
    def _readable_times(cls, value: str | None) -> str | None:
        parse_times(value or "")
        return value

    @model_validator(mode="after")
    def _bounded(self) -> CalendarInput:
        if (count := self.weeks * self.per_week * len(self.channels)) > MOST_ENTRIES:
            raise ValueError(f"That would be {count} posts; a calendar holds {MOST_ENTRIES}. Choose fewer weeks, posts or channels.")
        return self


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
    """Step "check": the verdict, and the calendar as it is after repairs."""

    calendar: CalendarOutput
    review: Review
    repaired: int = 0

    def summary(self) -> str:
        open_ = sum(c.status.value == "unsupported" for c in self.review.claims)
        return f"{len(self.review.claims)} claims, " + (f"{open_} without a source" if open_ else "all with a source")
