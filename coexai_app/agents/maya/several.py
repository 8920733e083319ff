"""Several sources as one: read one by one and joined to one document, whose `origins` say which stretch of it came from where.

The content calendar's first step calls `read`. A source that cannot be read stops none of the others: it is kept with its reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from coexai_app.agents.maya import sources
from coexai_app.agents.maya.origins import Stretch, Unread, address_label, unread_line
from coexai_app.agents.maya.several_input import SeveralInput
from coexai_app.agents.maya.sources import Extracted, Given
from coexai_app.agents.pipeline import StepContext
from coexai_app.agents.report import Source
from coexai_app.errors import CoexaiError, InvalidInput, NotFound, Unavailable
from coexai_app.extract.document import Block, BlockKind, Document, SourceKind
from coexai_app.extract.limits import LIMITS

_GAP: Final = "\n\n"
_DEEPEST: Final = 6


class Gathered(Extracted):
    """Step "extract" of several sources: the joined document, its stretches (none for a single source), and what could not be read."""

    stretches: tuple[Stretch, ...] = ()
    unread: tuple[Unread, ...] = ()

    def summary(self) -> str:
        told = super().summary()
        if len(self.stretches) > 1:
            told = f"{len(self.stretches)} sources, {told}"
        return f"{told}. {unread_line(len(self.stretches), self.unread)}" if self.unread else told


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


def told(gathered: Gathered, data: SeveralInput) -> Source:
    """The source as the report keeps it."""
    document = gathered.document
    if len(gathered.stretches) != 1:
        return sources.told(document, data)
    return sources.told(document, data).model_copy(update={"url": gathered.stretches[0].url})


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
