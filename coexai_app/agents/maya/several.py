"""Several sources as one: read one by one, joined to one document, and which stretch of it came from where.

The content calendar's steps call `read`; its review, exports and pages ask `of_report` which source a place belongs to. A source that
cannot be read stops none of the others: it is kept with its reason.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from coexai_app.agents.maya import kept, sources
from coexai_app.agents.maya.sources import Extracted, Given, SourceInput, web_address
from coexai_app.agents.pipeline import StepContext
from coexai_app.agents.report import Analysis, Frozen, Report, Source
from coexai_app.errors import CoexaiError, InvalidInput, NotFound, Unavailable
from coexai_app.extract.document import Block, BlockKind, Document, SourceKind
from coexai_app.extract.limits import LIMITS

MOST: Final = 10
_GAP: Final = "\n\n"
_DEEPEST: Final = 6
_LONGEST_NAME: Final = 300
# Between two addresses: white space, which none holds, or a comma with the next one's scheme behind it.
_BETWEEN: Final = re.compile(r"\s*,?\s+|,(?=https?://)", re.IGNORECASE)
_KIND_NAMES: Final = {"url": "link", "text": "text", "file": "file"}


class SeveralInput(SourceInput):
    """One source, and up to nine beside it."""

    more_urls: tuple[str, ...] = Field(
        default=(),
        title="More links",
        description="One address on each line.",
        max_length=MOST,
        json_schema_extra={"format": "lines", "placeholder": "https://example.com/blog/second-post"},
    )
    more_files: tuple[str, ...] = Field(
        default=(),
        title="More files",
        description="Files of the same kinds.",
        max_length=MOST,
        json_schema_extra={"format": "files"},
    )

    @field_validator("more_urls", mode="before")
    @classmethod
    def _addresses(cls, value: Any) -> Any:
        """Forms send lines, the command line commas, API clients a list; each address counts once."""
        listed = _BETWEEN.split(value.strip()) if isinstance(value, str) else value
        return _each(listed, "a list of web addresses", lambda text: text.rstrip(",") if isinstance(value, str) else text)

    @field_validator("more_urls")
    @classmethod
    def _web_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for number, address in enumerate(value, 1):
            try:
                if len(address) > 2_048:
                    raise ValueError("This address is longer than 2,048 characters.")
                web_address(address)
            except ValueError as error:
                raise ValueError(f"Link {number}, “{address[:60]}”: {error}") from None
        return value

    @field_validator("more_files", mode="before")
    @classmethod
    def _references(cls, value: Any) -> Any:
        """Forms send the files' ids with commas between them, API clients a list; each file counts once."""
        listed = re.split(r"[,\n]", value) if isinstance(value, str) else value
        return _each(listed, "a list of file ids", str)

    @model_validator(mode="after")
    def _not_too_many(self) -> SeveralInput:
        if (count := len(self.given())) > MOST:
            raise ValueError(f"You gave {count} sources; {MOST} is the most. Take some out.")
        return self

    def beside(self) -> tuple[Given, ...]:
        return (
            *(Given("more_urls", "url", address) for address in self.more_urls if address != self.url),
            *(Given("more_files", "file", ref) for ref in self.more_files if ref != self.file),
        )


def _each(value: Any, what: str, clean: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"This is not {what}.")
    if any(len(one) > _LONGEST_NAME * 10 for one in value):
        raise ValueError(f"This is not {what}: one of them is too long.")
    return tuple(dict.fromkeys(text for one in value if (text := clean(one.strip()))))


class Stretch(Frozen):
    """What one source gave: `text[start:end]` of the joined document, its heading included. `url` is its address, "" where it has none."""

    title: str
    kind: str
    start: int
    end: int
    url: str = ""
    name: str = ""
    author: str = ""
    published: str = ""
    language: str = "und"
    words: int = 0

    @property
    def label(self) -> str:
        """What people call it: its title, else its file, its address, or what it is."""
        return self.title or self.name or address_label(self.url) or "Your text"


class Unread(Frozen):
    """A source that could not be read: what people call it, its address where it has one, and why."""

    label: str
    reason: str
    url: str = ""

    @property
    def told(self) -> str:
        """Which, and why, in one line."""
        return self.reason if self.label in self.reason else f"{self.label}: {self.reason}"


class Gathered(Extracted):
    """Step "extract" of several sources: the joined document, its stretches (none for a single source), and what could not be read."""

    stretches: tuple[Stretch, ...] = ()
    unread: tuple[Unread, ...] = ()

    def summary(self) -> str:
        told = super().summary()
        if len(self.stretches) > 1:
            told = f"{len(self.stretches)} sources, {told}"
        return f"{told}. {unread_line(len(self.stretches), self.unread)}" if self.unread else told


def unread_line(read: int, unread: Sequence[Unread]) -> str:
    """ "1 of 3 sources could not be read. There is no text in menu.pdf. …" """
    reasons = " ".join(one.told for one in unread)
    return f"{len(unread)} of {read + len(unread)} sources could not be read. {reasons}"


@dataclass(frozen=True, slots=True)
class _Read:
    given: Given
    document: Document


def read(data: SeveralInput, context: StepContext, *, fewest: int, wanted: str) -> Gathered:
    """Reads every source, each as `sources.read` does. What could not be reached for the moment is tried once more when the others are
    read. Raises what a single source raises; of several, only when none can be read, with the reasons."""
    given = data.given()
    if len(given) == 1:
        return Gathered.model_validate(dict(sources.read(data, context, fewest=fewest, wanted=wanted)))
    found: dict[int, Document] = {}
    failed: dict[int, CoexaiError] = {}
    again = list(range(len(given)))
    for last in (False, True):
        for number in again:
            try:
                found[number] = _one(given, number, context, fewest=fewest, wanted=wanted)
                failed.pop(number, None)
            except (InvalidInput, NotFound, Unavailable) as error:
                failed[number] = error
        again = [number for number, error in failed.items() if isinstance(error, Unavailable)]
        if last or not again:
            break
    read_, left_out = _together([_Read(given[i], found[i]) for i in sorted(found)])
    unread = [Unread(label=_called(given[i], context), url=_address(given[i]), reason=failed[i].message) for i in sorted(failed)]
    if not read_:
        raise _none_read(given, failed, unread)
    document, stretches = joined(read_)
    return Gathered(document=document, stretches=stretches, unread=(*unread, *left_out))


def _one(given: Sequence[Given], number: int, context: StepContext, *, fewest: int, wanted: str) -> Document:
    share, first = 0.9 / len(given), 0.05 + 0.9 * number / len(given)
    where = f"Reading source {number + 1} of {len(given)}"
    context.check()
    context.progress(first, where)
    return sources.read_one(
        given[number],
        context,
        fewest=fewest,
        wanted=wanted,
        kept_as=f"source-{number + 1}",
        progress=lambda done, what: context.progress(first + share * done, f"{where}. {what}"),
    )


def _none_read(given: Sequence[Given], failed: dict[int, CoexaiError], unread: Sequence[Unread]) -> CoexaiError:
    """The one error of them all; a passing one when another try may help."""
    message = f"None of the {len(given)} sources could be read. " + " ".join(one.told for one in unread)
    if any(isinstance(error, Unavailable) for error in failed.values()):
        return Unavailable(message)
    return InvalidInput(message, field=given[0].field)


def _together(found: Sequence[_Read]) -> tuple[list[_Read], list[Unread]]:
    """The sources that fit into one document, and those that do not or that say the same as one before."""
    fit: list[_Read] = []
    out: list[Unread] = []
    texts: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    for one in found:
        document = one.document
        size = {
            "characters": len(document.text),
            "blocks": len(document.blocks) + 1,
            "links": len(document.links),
            "cues": len(document.cues),
        }
        limits = {"characters": LIMITS.characters, "blocks": LIMITS.blocks, "links": LIMITS.links, "cues": LIMITS.cues}
        label = stretch_of(one, 0, 0).label
        reason = ""
        if document.text in texts:
            reason = f"It says the same as “{texts[document.text]}”, so it was taken once."
        elif any(sizes[name] + size[name] > limit for name, limit in limits.items()):
            reason = "Together the sources are longer than can be read at once. Make another plan from this one."
        if reason:
            out.append(Unread(label=label, url=_address(one.given), reason=reason))
            continue
        texts[document.text] = label
        sizes.update(size)
        fit.append(one)
    return fit, out


def stretch_of(one: _Read, start: int, end: int) -> Stretch:
    document = one.document
    return Stretch(
        title=document.title,
        kind=document.kind.value,
        start=start,
        end=end,
        url=one.given.value if one.given.kind == "url" else document.url,
        name=document.name,
        author=document.author,
        published=document.published,
        language=document.language,
        words=document.words,
    )


def joined(found: Sequence[_Read]) -> tuple[Document, tuple[Stretch, ...]]:
    """One document of them all, in order: each opened by a heading with its title, blocks, links and cues at their new places."""
    if len(found) == 1:
        document = found[0].document
        return document, (stretch_of(found[0], 0, len(document.text)),)
    texts: list[str] = []
    blocks: list[Block] = []
    links, cues, stretches, notes = [], [], [], []
    length = 0
    for one in found:
        document, label = one.document, stretch_of(one, 0, 0).label
        start = length + (len(_GAP) if texts else 0)
        headed = _opens_with_title(document)
        heading = "" if headed else label
        at = start + (len(heading) + len(_GAP) if heading else 0)
        texts.append(f"{heading}{_GAP}{document.text}" if heading else document.text)
        if heading:
            blocks.append(Block(kind=BlockKind.HEADING, start=start, end=start + len(heading), level=1))
        for number, block in enumerate(document.blocks):
            deeper = block.kind is BlockKind.HEADING and not (headed and number == 0)
            level = min(_DEEPEST, block.level + 1) if deeper else 1 if block.kind is BlockKind.HEADING else block.level
            blocks.append(block.model_copy(update={"start": block.start + at, "end": block.end + at, "level": level}))
        links += [link.model_copy(update={"start": link.start + at, "end": link.end + at}) for link in document.links]
        cues += [cue.model_copy(update={"start": cue.start + at, "end": cue.end + at}) for cue in document.cues]
        notes += [f"{label}: {note}" for note in document.notes]
        length = at + len(document.text)
        stretches.append(stretch_of(one, start, length))
    documents = [one.document for one in found]
    kinds = {document.kind for document in documents}
    return (
        Document(
            kind=kinds.pop() if len(kinds) == 1 else SourceKind.TEXT,
            text=_GAP.join(texts),
            blocks=tuple(blocks),
            links=tuple(links),
            cues=tuple(cues),
            draft=any(document.draft for document in documents),
            title=_title(stretches),
            language=_language(stretches),
            name=f"{len(stretches)} sources",
            notes=tuple(notes),
        ),
        tuple(stretches),
    )


def _opens_with_title(document: Document) -> bool:
    first = document.blocks[0]
    return first.kind is BlockKind.HEADING and document.block_text(first).strip() == document.title.strip()


def _title(stretches: Sequence[Stretch]) -> str:
    others = len(stretches) - 1
    return f"{stretches[0].label} and {others} more {'source' if others == 1 else 'sources'}"


def _language(stretches: Sequence[Stretch]) -> str:
    """The language of most of the words."""
    count: Counter[str] = Counter()
    for stretch in stretches:
        count[stretch.language] += stretch.words
    return max(count, key=lambda language: (language != "und", count[language]))


def documents(document: Document, stretches: Sequence[Stretch]) -> tuple[tuple[Document, int], ...]:
    """The joined document's sources, each a document of its own, with the offset of its text in the joined one."""
    if len(stretches) < 2:
        # What was read may not be what the person named first.
        return ((document.model_copy(update={"url": stretches[0].url}) if stretches else document, 0),)
    return tuple((_part(document, stretch), stretch.start) for stretch in stretches)


def _part(document: Document, stretch: Stretch) -> Document:
    def moved(items: Sequence[Any]) -> tuple[Any, ...]:
        inside = [item for item in items if stretch.start <= item.start and item.end <= stretch.end]
        return tuple(item.model_copy(update={"start": item.start - stretch.start, "end": item.end - stretch.start}) for item in inside)

    return Document(
        kind=SourceKind(stretch.kind),
        text=document.text[stretch.start : stretch.end],
        blocks=moved(document.blocks),
        links=moved(document.links),
        cues=moved(document.cues),
        draft=document.draft,
        title=stretch.label,
        author=stretch.author,
        published=stretch.published,
        language=stretch.language,
        url=stretch.url,
        name=stretch.name,
    )


def at(stretches: Sequence[Stretch], place: int) -> Stretch | None:
    """The source that a place of the joined text belongs to."""
    index = bisect_right([stretch.start for stretch in stretches], place) - 1
    return stretches[index] if index >= 0 and place < stretches[index].end else None


def told(gathered: Gathered, data: SeveralInput) -> Source:
    """The source as the report keeps it."""
    document = gathered.document
    if len(gathered.stretches) != 1:
        return sources.told(document, data)
    return sources.told(document, data).model_copy(update={"url": gathered.stretches[0].url})


def kept_in(base: Analysis, gathered: Gathered) -> Analysis:
    """The analysis with what came from which source, and what could not be read. A single source leaves it as it is."""
    more: dict[str, Any] = {}
    if len(gathered.stretches) > 1:
        more["sources"] = [stretch.model_dump() for stretch in gathered.stretches]
    if gathered.unread:
        more["unread"] = [one.model_dump() for one in gathered.unread]
    return Analysis.model_validate({**base.model_dump(), **more})


def of_report(report: Report) -> tuple[Stretch, ...]:
    """The sources of a report, none when it has a single one."""
    return tuple(Stretch.model_validate(one) for one in kept.more(report, "sources", ()))


def unread_of(report: Report) -> tuple[Unread, ...]:
    return tuple(Unread.model_validate(one) for one in kept.more(report, "unread", ()))


def address_label(url: str) -> str:
    """An address as people read it."""
    return url.removeprefix("https://").removeprefix("http://").rstrip("/")


def _address(given: Given) -> str:
    return given.value if given.kind == "url" else ""


def _called(given: Given, context: StepContext) -> str:
    """What people call a source that was not read."""
    if given.kind == "url":
        parts = urlsplit(given.value)
        return address_label(f"{parts.netloc}{parts.path}")[:120]
    if given.kind == "text":
        return "Your text"
    try:
        return context.open_file(given.value).name
    except CoexaiError:
        return "A file"
