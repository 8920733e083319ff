"""Which stretch of a joined source came from where, and what could not be read.

`several` writes them; the calendar's steps, review and exports, the appendix of every file and the pages ask for them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from coexai_app.agents.maya import kept
from coexai_app.agents.report import Analysis, Frozen, Report
from coexai_app.extract.document import Document, SourceKind


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


def unread_line(read: int, unread: Sequence[Unread]) -> str:
    """ "1 of 3 sources could not be read. There is no text in menu.pdf. …" """
    reasons = " ".join(one.told for one in unread)
    return f"{len(unread)} of {read + len(unread)} sources could not be read. {reasons}"


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


def kept_in(base: Analysis, stretches: Sequence[Stretch], unread: Sequence[Unread]) -> Analysis:
    """The analysis with what came from which source, and what could not be read. A single source leaves it as it is."""
    more: dict[str, Any] = {}
    if len(stretches) > 1:
        more["sources"] = [stretch.model_dump() for stretch in stretches]
    if unread:
        more["unread"] = [one.model_dump() for one in unread]
    return Analysis.model_validate({**base.model_dump(), **more})


def of_report(report: Report) -> tuple[Stretch, ...]:
    """The sources of a report, none when it has a single one."""
    return tuple(Stretch.model_validate(one) for one in kept.more(report, "sources", ()))


def unread_of(report: Report) -> tuple[Unread, ...]:
    return tuple(Unread.model_validate(one) for one in kept.more(report, "unread", ()))


def address_label(url: str) -> str:
    """An address as people read it."""
    return url.removeprefix("https://").removeprefix("http://").rstrip("/")
