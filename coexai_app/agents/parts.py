"""What an output is made of, whatever made it: texts in reading order, each of a kind. Claims, edits, pages and exports go by them.

Every capability's output is a `Parted`; nothing outside its agent knows how it is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict


class PartKind(StrEnum):
    POST = "post"
    SUBJECT = "subject"
    PREHEADER = "preheader"
    TITLE = "title"
    STANDFIRST = "standfirst"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    QUOTE = "quote"
    ITEM = "item"
    ENTRY = "entry"


class Part(BaseModel):
    """One text of an output. `claim.part` is its index among `Parted.parts()`.

    `label` is what people call it ("Post 3", "24 November, LinkedIn"), `group` which of several texts it belongs to ("Newsletter"), empty
    where there is one. `channel` is the network that it is for (a `Channel`'s value), empty for none; `length` of `limit` counts as that
    network counts, and a limit of 0 is none. `lead` is shown before the text (a time, who speaks), `byline` under it.
    """

    model_config = ConfigDict(frozen=True)

    kind: PartKind
    text: str
    label: str = ""
    group: str = ""
    channel: str = ""
    lead: str = ""
    byline: str = ""
    length: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """A part as a person left it: its text, and the index of the part that it was before the edit; None for a new one."""

    text: str
    of: int | None = None


class Parted(BaseModel):
    """Base of every capability's output."""

    model_config = ConfigDict(frozen=True)

    # How many parts an edit may leave, and how long each may be.
    most_parts: ClassVar[int] = 25
    most_characters: ClassVar[int] = 2_000

    def parts(self) -> tuple[Part, ...]:
        """Every text of the output, in reading order."""
        return ()

    def notes(self) -> tuple[str, ...]:
        """What people should know about the whole, in a sentence or two each: something that could not be made."""
        return ()

    def rewritten(self, words: Sequence[Words]) -> Self:
        """The output with these texts, in this order; what a part knows besides its text stays with it. A part that is not named goes."""
        raise NotImplementedError
