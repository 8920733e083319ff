"""What the capabilities on spoken words take in, and hand from step to step."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from coexai_app.agents.maya.longform.schemas import Length
from coexai_app.agents.maya.sources import MAX_TEXT, SourceInput, none_if_empty
from coexai_app.agents.pipeline import StepResult
from coexai_app.agents.report import KeyPhrase, KeySentence
from coexai_app.agents.text.audience import Audience
from coexai_app.agents.text.readability import Readability


class TalkInput(SourceInput):
    """One transcript or recording (a link, a text or a file) and how the text should be."""

    url: str | None = Field(
        default=None,
        title="Link",
        description="The address of a public page with the transcript.",
        max_length=2_048,
        examples=["https://example.com/talks/bread-waste"],
        json_schema_extra={"format": "uri"},
    )
    text: str | None = Field(
        default=None,
        title="Transcript",
        description="Paste what was said. “Anna: …” at the start of a line tells who speaks.",
        max_length=MAX_TEXT,
        json_schema_extra={"format": "textarea"},
    )
    file: str | None = Field(
        default=None,
        title="File",
        description="A transcript: subtitles, text, Word or PDF.",
        max_length=300,
        json_schema_extra={"format": "file"},
    )
    length: Length = Field(default=Length.MEDIUM, title="Length")
    audience: str | None = Field(
        default=None,
        title="Who reads it",
        description="In a few words. A language model uses it for the tone; the builtin engine keeps the speaker's words.",
        max_length=200,
        examples=["Owners of small shops"],
    )
    call_to_action: str | None = Field(
        default=None,
        title="Say this too",
        description="One sentence for the end: an invitation, an offer, a question.",
        max_length=300,
        examples=["Come and taste it on Saturday from eight."],
    )

    @field_validator("audience", "call_to_action", mode="before")
    @classmethod
    def _nothing_is_none(cls, value: Any) -> Any:
        return none_if_empty(value)


class Section(BaseModel):
    """A planned section: its heading, the place of its words in the source, and the second where it begins."""

    model_config = ConfigDict(frozen=True)

    heading: str
    start: int
    end: int
    at: float | None = None


class Heard(StepResult):
    """Step "analyze": who speaks of what."""

    key_sentences: tuple[KeySentence, ...]
    key_phrases: tuple[KeyPhrase, ...]
    speakers: tuple[str, ...]
    notes: dict[str, str]
    left_out: int
    readability: Readability
    audience: Audience

    def summary(self) -> str:
        speakers = len(self.speakers)
        who = f"{speakers} {'speaker' if speakers == 1 else 'speakers'}, " if speakers else ""
        return f"{who}{len(self.key_sentences)} key sentences, {self.left_out} sentences left out as greetings, adverts or housekeeping"


class Outlined(StepResult):
    """Step "strategize": the sections in order."""

    sections: tuple[Section, ...]

    def summary(self) -> str:
        return f"{len(self.sections)} {'section' if len(self.sections) == 1 else 'sections'} planned"
