"""What Maya reads, for every capability of hers: one source, a link, a text or a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from coexai_app.agents.pipeline import AgentInput, StepContext, StepResult
from coexai_app.agents.report import Source
from coexai_app.agents.text import words
from coexai_app.agents.text.sentences import PROSE
from coexai_app.errors import InvalidInput, TooLarge
from coexai_app.extract.document import Document

MAX_TEXT: Final = 1_000_000
# Of the step that reads: on a machine with much else to do an hour of speech takes the embedded recogniser an hour.
READ_SECONDS: Final = 7_200
DRAFT: Final = "This is a draft by the embedded recogniser, which errs often; a transcription model would do better."
_EXTENSIONS: Final = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "text/plain": "txt",
    "text/markdown": "md",
}


class SourceInput(AgentInput):
    """One source. A capability adds how its result should be."""

    url: str | None = Field(
        default=None,
        title="Link",
        description="The address of a public blog post or article.",
        max_length=2_048,
        examples=["https://example.com/blog/bread-waste"],
        json_schema_extra={"format": "uri"},
    )
    text: str | None = Field(
        default=None,
        title="Text",
        description="Paste the post: plain text, Markdown or HTML.",
        max_length=MAX_TEXT,
        json_schema_extra={"format": "textarea"},
    )
    file: str | None = Field(
        default=None,
        title="File",
        description="A Word, PDF, Markdown, HTML or text file, an e-mail (EML), subtitles (SRT, VTT), audio or video (MP3, MP4, M4A, WAV).",
        max_length=300,
        json_schema_extra={"format": "file"},
    )

    @field_validator("url", "text", "file", mode="before")
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        return none_if_empty(value)

    @field_validator("url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        return None if value is None else web_address(value)

    @model_validator(mode="after")
    def _one_source(self) -> SourceInput:
        given = [name for name, value in (("a link", self.url), ("a text", self.text), ("a file", self.file)) if value]
        if not given and not self.beside():
            raise ValueError("Add a link, some text or a file.")
        if len(given) > 1:
            raise ValueError(f"You gave {' and '.join(given)}. Keep one of them.")
        return self

    def beside(self) -> tuple[Given, ...]:
        """The sources beside the one; a capability that takes several tells them."""
        return ()

    def given(self) -> tuple[Given, ...]:
        """Every source of the input, in order."""
        one = (("url", self.url), ("text", self.text), ("file", self.file))
        return (*(Given(name, name, value) for name, value in one if value), *self.beside())


@dataclass(frozen=True, slots=True)
class Given:
    """A source as a person gave it: the input's `field`, its `kind` (url, text or file), and the address, the text or the file's name."""

    field: str
    kind: str
    value: str


def web_address(value: str) -> str:
    """The address, when it is one that can be read. Raises ValueError with a sentence for people."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not host or any(c.isspace() for c in value):
        raise ValueError("This is not a web address. It starts with https:// and has no spaces.")
    if parts.username or parts.password:
        raise ValueError("Leave the user name and password out of the address.")
    return value


def none_if_empty(value: Any) -> Any:
    """A form sends "" for a field that was left empty."""
    return None if isinstance(value, str) and not value.strip() else value


class Extracted(StepResult):
    """Step "extract": the source as it was read."""

    document: Document

    def summary(self) -> str:
        known = f"{self.document.words:,} words, {self.document.language if self.document.language != 'und' else 'language unknown'}"
        return " ".join([f"{known}.", DRAFT, *self.document.notes]) if self.document.draft else ". ".join([known, *self.document.notes])


def read(data: SourceInput, context: StepContext, *, fewest: int, wanted: str) -> Extracted:
    """Reads the link, the text or the file. A fetched page is kept as an artifact, so that the evidence stays when the page changes.

    A job that makes several things reads its source once: what the context has read already is taken. Raises InvalidInput with the field's
    name when there is nothing to read, or fewer than `fewest` words of prose: `wanted` ("A thread") is what needs more.
    """
    given = data.given()[0]
    context.progress(0.1, "Reading the source")
    if Extracted in context.results:
        return Extracted(document=_enough(context.need(Extracted).document, given, fewest, wanted))
    return Extracted(document=read_one(given, context, fewest=fewest, wanted=wanted))


def read_one(
    given: Given,
    context: StepContext,
    *,
    fewest: int,
    wanted: str,
    kept_as: str = "source",
    progress: Callable[[float, str], None] | None = None,
) -> Document:
    """One source, as `read`. `kept_as` is what its artifact is called, `progress` hears how far a long one is; else the step's bar does."""
    from coexai_app import extract as readers
    from coexai_app.extract import paywall

    tell = progress or (lambda done, what: context.progress(0.1 + 0.8 * done, what))
    try:
        if given.kind == "url":
            page = context.fetch(given.value)
            document = readers.read(page.data, content_type=page.content_type, url=page.url, check=context.check)
            kind = page.content_type.partition(";")[0].strip().lower()
            context.store(f"{kept_as}.{_EXTENSIONS.get(kind, 'bin')}", page.content_type or "application/octet-stream", page.data)
        elif given.kind == "text":
            document = readers.read_text(given.value, check=context.check)
        else:
            file = context.open_file(given.value)
            with file.local() as path:
                document = readers.read_file(
                    path,
                    name=file.name,
                    content_type=file.content_type,
                    transcribe=context.transcribe if context.transcriber else None,
                    check=context.check,
                    progress=tell,
                )
        paywall.require_open(document)
    except TooLarge as error:
        raise TooLarge(error.message, field=error.field or given.field) from error
    except InvalidInput as error:
        raise InvalidInput(error.message, field=error.field or given.field) from error
    context.check()
    return _enough(document, given, fewest, wanted)


def _enough(document: Document, given: Given, fewest: int, wanted: str) -> Document:
    count = sum(words.word_count(document.block_text(b)) for b in document.blocks if b.kind in PROSE)
    if count < fewest:
        raise InvalidInput(
            f"This source has only {count} {'word' if count == 1 else 'words'} of running text. {wanted} needs at least "
            f"{fewest}: add more text.",
            field=given.field,
        )
    return document


def told(document: Document, data: SourceInput) -> Source:
    """The source as the report keeps it."""
    return Source(
        kind=document.kind.value,
        title=document.title,
        author=document.author,
        published=document.published,
        language=document.language,
        url=document.url or data.url or "",
        name=document.name,
        words=document.words,
        text=document.text,
        draft=document.draft,
    )
