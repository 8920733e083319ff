"""What "long form to newsletter" takes in, gives back, and hands from step to step."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from coexai_app.agents.maya.sources import SourceInput, none_if_empty
from coexai_app.agents.parts import Part, Parted, PartKind, Words
from coexai_app.agents.pipeline import StepResult
from coexai_app.agents.report import Review
from coexai_app.agents.text.networks import graphemes
from coexai_app.agents.text.reuse import Earlier

FEWEST_SECTIONS, MOST_SECTIONS = 3, 6
SUBJECTS = 3
# Neither markup nor what a mail tool takes for a field of its own.
_NOT_IN_ADDRESSES = "<>\"'{}|[]"
SUBJECT_LIMIT, PREHEADER_LIMIT = 60, 110


class NewsletterInput(SourceInput):
    """One source (a link, a text or a file) and how the newsletter should be."""

    audience: str | None = Field(
        default=None,
        title="Who reads it",
        description="In a few words. A language model uses it for the tone; the builtin engine keeps the source's words.",
        max_length=200,
        examples=["Regular customers"],
    )
    call_to_action: str | None = Field(
        default=None,
        title="Call to action",
        description="The words on the last link or button: an invitation, an offer.",
        max_length=120,
        examples=["Book your table"],
    )
    button_link: str | None = Field(
        default=None,
        title="Where it leads",
        description="The address behind the call to action. Empty: the source's own address.",
        max_length=2_048,
        examples=["https://example.com/book"],
        json_schema_extra={"format": "uri"},
    )
    sections: int | None = Field(
        default=None,
        title="Sections",
        description="3 to 6. Leave it empty for as many as the source needs.",
        json_schema_extra={"minimum": FEWEST_SECTIONS, "maximum": MOST_SECTIONS, "advanced": True},
    )

    @field_validator("audience", "call_to_action", "button_link", "sections", mode="before")
    @classmethod
    def _nothing_is_none(cls, value: Any) -> Any:
        return none_if_empty(value)

    @field_validator("button_link")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None and not is_web_address(value):
            raise ValueError("This is not a web address. It starts with https:// and has no spaces.")
        return value

    @field_validator("sections")
    @classmethod
    def _in_range(cls, value: int | None) -> int | None:
        if value is not None and not FEWEST_SECTIONS <= value <= MOST_SECTIONS:
            raise ValueError(f"A newsletter has {FEWEST_SECTIONS} to {MOST_SECTIONS} sections. Leave this empty for as many as it needs.")
        return value


def is_web_address(value: str) -> bool:
    """An http or https address with a host, without white space, user name or password."""
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(host)
        and not parts.username
        and not any(c.isspace() or c in _NOT_IN_ADDRESSES for c in value)
    )


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class SubjectKind(StrEnum):
    PLAIN = "plain"
    NUMBER = "number"
    QUESTION = "question"
    STATEMENT = "statement"


class Subject(_Frozen):
    text: str
    kind: SubjectKind = SubjectKind.PLAIN


class Link(_Frozen):
    """Words and the http or https address behind them; "" where a person took one out of the source that had none."""

    label: str
    url: str

    @field_validator("url")
    @classmethod
    def _safe(cls, value: str) -> str:
        if value and not is_web_address(value):
            raise ValueError("a link must be a web address")
        return value


class Section(_Frozen):
    """A heading and two or three sentences under it. Lines that start with "• " are a list."""

    heading: str = ""
    text: str = ""
    link: Link | None = None


class NewsletterOutput(Parted):
    """A newsletter. `sender` and `address` come from the business profile and stand at the foot; `action.url` is "" without an address."""

    most_parts: ClassVar[int] = 40
    most_characters: ClassVar[int] = 4_000

    subjects: tuple[Subject, ...] = ()
    preheader: str = ""
    title: str = ""
    opening: str = ""
    sections: tuple[Section, ...] = ()
    closing: str = ""
    action: Link | None = None
    language: str = "und"
    sender: str = ""
    address: str = ""

    def parts(self) -> tuple[Part, ...]:
        return tuple(part for _, part in self.slots())

    def slots(self) -> list[tuple[tuple[str, int], Part]]:
        """Each part with the place that it has: ("subject", 0), ("heading", 2), ("closing", 0) …"""
        found: list[tuple[tuple[str, int], Part]] = []

        def add(slot: str, i: int, kind: PartKind, text: str, label: str, limit: int = 0) -> None:
            if text:
                found.append(((slot, i), Part(kind=kind, text=text, label=label, length=len(graphemes(text)), limit=limit)))

        for i, subject in enumerate(self.subjects):
            add("subject", i, PartKind.SUBJECT, subject.text, f"Subject {i + 1}, {subject.kind.value}", SUBJECT_LIMIT)
        add("preheader", 0, PartKind.PREHEADER, self.preheader, "Preheader", PREHEADER_LIMIT)
        add("title", 0, PartKind.TITLE, self.title, "Headline")
        add("opening", 0, PartKind.PARAGRAPH, self.opening, "Opening")
        for i, section in enumerate(self.sections):
            add("heading", i, PartKind.HEADING, section.heading, f"Heading {i + 1}")
            add("text", i, PartKind.PARAGRAPH, section.text, f"Section {i + 1}")
        add("closing", 0, PartKind.PARAGRAPH, self.closing, "Closing")
        add("action", 0, PartKind.PARAGRAPH, self.action.label if self.action else "", "Call to action")
        return found

    def rewritten(self, words: Sequence[Words]) -> NewsletterOutput:
        """A new part becomes a paragraph of what stands before it; a section without its heading goes on under none."""
        slots = [slot for slot, _ in self.slots()]
        single: dict[str, str] = {}
        subjects: list[Subject] = []
        sections: list[Section] = []
        at = "opening"
        open_section = -1
        for said in words:
            slot, i = slots[said.of] if said.of is not None and 0 <= said.of < len(slots) else ("new", 0)
            if slot == "new":
                slot = "section" if at == "section" else "more"
            if slot == "subject":
                subjects.append(self.subjects[i].model_copy(update={"text": said.text}))
                continue
            if slot in ("heading", "text"):
                at = "section"
                if slot == "heading" or open_section != i:
                    sections.append(Section(link=self.sections[i].link))
                open_section = i
                last = sections[-1]
                named = {"heading": said.text} if slot == "heading" else {"text": _joined(last.text, said.text)}
                sections[-1] = last.model_copy(update=named)
            elif slot == "section":
                sections[-1] = sections[-1].model_copy(update={"text": _joined(sections[-1].text, said.text)})
            elif slot == "more":
                single[at] = _joined(single.get(at, ""), said.text)
            else:
                at = slot if slot in ("opening", "closing") else at
                single[slot] = _joined(single.get(slot, ""), said.text)
        action = self.action.model_copy(update={"label": single["action"]}) if self.action and "action" in single else None
        return self.model_copy(
            update={
                "subjects": tuple(subjects),
                "preheader": single.get("preheader", ""),
                "title": single.get("title", ""),
                "opening": single.get("opening", ""),
                "sections": tuple(sections),
                "closing": single.get("closing", ""),
                "action": action,
            }
        )


def _joined(first: str, second: str) -> str:
    return f"{first}\n\n{second}" if first else second


class Planned(StepResult):
    """Step "strategize": the newsletter in the source's own words, and the places that it takes them from, by section."""

    letter: NewsletterOutput
    spans: tuple[tuple[tuple[int, int], ...], ...] = ()

    def summary(self) -> str:
        count = len(self.letter.sections)
        return f"{count} {'section' if count == 1 else 'sections'} planned"


class Drafted(StepResult):
    """Step "generate": the newsletter's words, the plan's or a model's."""

    letter: NewsletterOutput
    by_model: bool = False

    def summary(self) -> str:
        return f"{len(self.letter.subjects)} subject lines, {len(self.letter.sections)} sections"


class Checked(StepResult):
    """Step "check": the verdict, the newsletter as it is after repairs, and the earlier outputs that it repeats."""

    letter: NewsletterOutput
    review: Review
    repaired: int = 0
    said: tuple[Earlier, ...] = ()

    def summary(self) -> str:
        open_ = sum(c.status.value == "unsupported" for c in self.review.claims)
        return f"{len(self.review.claims)} claims, " + (f"{open_} without a source" if open_ else "all with a source")
