"""What a case may expect: one class for each kind of check, told apart by `check`. `checks.py` says how each is judged."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, Literal, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from coexai_app.agents.parts import PartKind
from coexai_app.agents.text.network_table import Channel

E = TypeVar("E", bound="Expected")
R = TypeVar("R", "Parts", "WordCount")
LONGEST: Final = 2_000
MOST: Final = 50


def _several(value: Any) -> Any:
    """One text may stand for a list of one."""
    return (value,) if isinstance(value, str) else value


Phrase = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Phrases = Annotated[tuple[Phrase, ...], BeforeValidator(_several), Field(max_length=MOST)]
Kinds = Annotated[tuple[PartKind, ...], BeforeValidator(_several), Field(max_length=MOST)]
Number = Annotated[str, Field(pattern=r"^-?\d{1,15}(?:\.\d{1,9})?$")]
Count = Annotated[int, Field(ge=0, le=100_000)]


class SentenceKind(StrEnum):
    """What a sentence can be that nobody wants to read."""

    QUESTION = "question"
    EXCLAMATION = "exclamation"
    FIRST_PERSON = "first_person"
    ADVERT = "advert"
    HOUSEKEEPING = "housekeeping"
    INSTRUCTION = "instruction"
    UNFINISHED = "unfinished"
    LINK = "link"
    HASHTAG = "hashtag"


class Expected(BaseModel):
    """Base of every kind; an unknown field is an error, so that a misspelt one is never silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Says(Expected):
    """Each of `text`, at least one of `any_of`, and each of `numbers` is there, the numbers however they are written."""

    check: Literal["says"]
    text: Phrases = ()
    any_of: Phrases = ()
    numbers: Annotated[tuple[Number, ...], BeforeValidator(_several), Field(max_length=MOST)] = ()
    within: Kinds = ()

    @model_validator(mode="after")
    def _something(self) -> Says:
        return _one_of(self, "text", "any_of", "numbers")


class Never(Expected):
    """None of `text`, and none of `numbers`, is there."""

    check: Literal["never"]
    text: Phrases = ()
    numbers: Annotated[tuple[Number, ...], BeforeValidator(_several), Field(max_length=MOST)] = ()
    within: Kinds = ()

    @model_validator(mode="after")
    def _something(self) -> Never:
        return _one_of(self, "text", "numbers")


class Sourced(Expected):
    """At most `most` claims have no source, and at least `fewest` have one."""

    check: Literal["sourced"]
    most: Count = 0
    fewest: Count = 0


class Fits(Expected):
    """Every part is within its own limit, and within `most` characters where that is given."""

    check: Literal["fits"]
    most: Count | None = None


class Parts(Expected):
    """There are `fewest` to `most` parts; of one kind or on one channel where those are given."""

    check: Literal["parts"]
    fewest: Count | None = None
    most: Count | None = None
    kind: Kinds = ()
    channel: Channel | None = None

    @model_validator(mode="after")
    def _a_range(self) -> Parts:
        return _range(self)


class WordCount(Expected):
    """The parts, or those of a kind, have `fewest` to `most` words together."""

    check: Literal["words"]
    fewest: Count | None = None
    most: Count | None = None
    kind: Kinds = ()

    @model_validator(mode="after")
    def _a_range(self) -> WordCount:
        return _range(self)


class InLanguage(Expected):
    """The result is in this language, an ISO 639-1 code."""

    check: Literal["language"]
    code: Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class Points(Expected):
    """The score is at least so many of 100."""

    check: Literal["points"]
    fewest: Annotated[int, Field(ge=1, le=100)]


class Passes(Expected):
    """The result's own checks with these ids pass; with `warnings` a warning is good enough."""

    check: Literal["passes"]
    rules: Phrases = Field(min_length=1)
    warnings: bool = False


class Verbatim(Expected):
    """At least `fewest` quotes, and each stands word for word in the source; those in `text` are among them."""

    check: Literal["verbatim"]
    fewest: Count = 1
    text: Phrases = ()


class Heading(Expected):
    """At least `fewest` headings; one of them says each of `text`."""

    check: Literal["heading"]
    fewest: Count = 1
    text: Phrases = ()


class Covers(Expected):
    """At least `fewest` of `sentences` (all, where it is not given) are told: one part has `share` of the words that matter in them."""

    check: Literal["covers"]
    sentences: Phrases = Field(min_length=1)
    fewest: Count | None = None
    share: Annotated[float, Field(gt=0, le=1)] = 0.6

    @model_validator(mode="after")
    def _can_be_met(self) -> Covers:
        if self.fewest is not None and self.fewest > len(self.sentences):
            raise ValueError(f"fewest is {self.fewest}, and there are {len(self.sentences)} sentences.")
        return self


class NoSentence(Expected):
    """No sentence is of one of these kinds; headings and quotes are not asked."""

    check: Literal["no_sentence"]
    kinds: Annotated[tuple[SentenceKind, ...], BeforeValidator(_several), Field(min_length=1, max_length=MOST)]


class Refused(Expected):
    """The source or the input is refused, with these words in the message."""

    check: Literal["refused"]
    text: Phrases = ()


Expectation = Annotated[
    Says | Never | Sourced | Fits | Parts | WordCount | InLanguage | Points | Passes | Verbatim | Heading | Covers | NoSentence | Refused,
    Field(discriminator="check"),
]
KINDS: Final[tuple[str, ...]] = tuple(get_args(kind.model_fields["check"].annotation)[0] for kind in get_args(get_args(Expectation)[0]))


def _one_of(row: E, *names: str) -> E:
    if not any(getattr(row, name) for name in names):
        raise ValueError(f"Say what: {' or '.join(names)}.")
    return row


def _range(row: R) -> R:
    if row.fewest is None and row.most is None:
        raise ValueError("Say how many: fewest, most, or both.")
    if row.fewest is not None and row.most is not None and row.fewest > row.most:
        raise ValueError(f"fewest ({row.fewest}) is more than most ({row.most}).")
    return row
