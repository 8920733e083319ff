"""What an output is judged by: the document and what the person typed, indexed once and kept for the next call.

Called by `book`. The check step asks for a ledger again and again while it mends an output, and a person's edit asks once more: a
document's indexes are kept, and so are the claims of the parts that did not change.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from coexai_app.agents.report import Claim
from coexai_app.extract.document import Document

from .shelf import Shelf
from .source import SourceIndex, Text
from .usage import Usage
from .words import guess_language, stem

# Characters of sources, and of judged parts of one output, whose indexes are kept in a process.
_MOST_SOURCES = 800_000
_MOST_PARTS = 400_000


class Sources:
    """The indexes of all sources, the document's text first, their usage together, and the claims of parts judged by them."""

    def __init__(self, indexes: tuple[SourceIndex, ...]) -> None:
        self.indexes = indexes
        self.judged: Shelf[tuple[Claim, ...]] = Shelf(_MOST_PARTS)
        self._usage = Usage()
        for index in indexes:
            self._usage.add(index.usage)

    def usage(self) -> Usage:
        """How the sources write their words; a copy that an output's words are added to."""
        return self._usage.copy()


_INDEXES: Shelf[SourceIndex] = Shelf(_MOST_SOURCES)
_SOURCES: Shelf[Sources] = Shelf(_MOST_SOURCES)


def sources_of(document: Document, also: Mapping[str, str], language: str) -> Sources:
    """The sources of a document in its language and of what the person typed, by origin, each in its own."""
    links = tuple((link.url, link.start, link.end) for link in document.links)
    extras = {
        "source.title": document.title,
        "source.author": document.author,
        "source.published": document.published,
        "source.url": document.url,
    }
    more = tuple((origin, text) for origin, text in {**also, **extras}.items() if text)
    keys = [
        (document.text, "source", language, links),
        *((text, origin, guess_language([text], otherwise=language), ()) for origin, text in more),
    ]
    return _SOURCES.get(
        tuple(keys),
        sum(len(key[0]) for key in keys),
        lambda: Sources(tuple(_INDEXES.get(key, len(key[0]), lambda key=key: SourceIndex(*key)) for key in keys)),  # type: ignore[misc]
    )


def setting(text: Text, skipped: list[tuple[int, int]], usage: Usage) -> Hashable:
    """What the claims of a part depend on besides the sources: its words, its form, and what `names` asks of the usage of its words."""
    # `names` looks at no plain lower-case word's usage.
    asked = {(word.key, word.text) for word in text.words if not word.text.islower()}
    facts = tuple((key, word, usage.standing(key), stem(word) in usage.stems) for key, word in sorted(asked))
    return text.text, text.language, tuple(skipped), facts
