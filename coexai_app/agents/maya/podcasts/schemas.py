"""What "podcast to summary" takes in and gives back."""

from __future__ import annotations

from pydantic import Field

from coexai_app.agents.maya.longform.schemas import LENGTHS, Length, LongformOutput
from coexai_app.agents.maya.speech.schemas import TalkInput


class PodcastInput(TalkInput):
    """An episode, and how long its summary should be."""

    length: Length = Field(
        default=Length.MEDIUM,
        title="Length",
        description="Short has 3 takeaways and up to 5 chapters, medium 5 and 8, long 7 and 12, as far as the episode has them.",
        json_schema_extra={"labels": LENGTHS},
    )


class PodcastOutput(LongformOutput):
    """A summary: takeaways, chapters with their times, quotes with speaker and time, names and links."""
