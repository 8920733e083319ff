"""What "content calendar" takes in: one to ten sources, and when and where posts from it should appear."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Final

from pydantic import Field, field_validator, model_validator

from coexai_app.agents.maya.calendar.cadence import parse_times
from coexai_app.agents.maya.several_input import SeveralInput
from coexai_app.agents.maya.sources import none_if_empty
from coexai_app.agents.text.networks import NETWORKS, Channel

MOST_WEEKS, MOST_PER_WEEK, MOST_HASHTAGS, MOST_ENTRIES = 12, 7, 3, 240
_LABELS: Final[Mapping[str, str]] = {channel.value: row.label for channel, row in NETWORKS.items()}


class CalendarInput(SeveralInput):
    """One source (a link, a text or a file) and up to nine beside it, and when and where posts from it should appear."""

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
        description="Put the address of the source that a post is from under it, where it can be clicked.",
        json_schema_extra={"advanced": True},
    )

    @field_validator("audience", "times", mode="before")
    @classmethod
    def _nothing_is_none(cls, value: Any) -> Any:
        return none_if_empty(value)

    @field_validator("start", mode="before")
    @classmethod
    def _a_day(cls, value: Any) -> Any:
        if none_if_empty(value) is None:
            return None
        if isinstance(value, str):
            try:
                return datetime.date.fromisoformat(value.strip())
            except ValueError:
                raise ValueError("This is not a day. Write the day like this: 2026-11-30.") from None
        return value

    @field_validator("channels", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """Forms send one text with commas, API clients a list; each channel counts once."""
        if isinstance(value, str):
            value = [name.strip().lower() for name in value.split(",") if name.strip()]
        if not isinstance(value, (list, tuple)) or not value:
            raise ValueError("Choose at least one channel.")
        if strange := [name for name in value if name not in list(Channel)]:
            raise ValueError(f"There is no channel “{str(strange[0])[:40]}”. There are: {', '.join(Channel)}.")
        return tuple(dict.fromkeys(value))

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
