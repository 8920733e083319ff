"""Builtin drafts for the steps: the material of a document (cut and ranked once), the wish that an input makes, and threads from both."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from coexai_app.agents.maya import closing, layout, pieces, thread
from coexai_app.agents.maya import tags as hashtags
from coexai_app.agents.maya.material import Material
from coexai_app.agents.maya.review import source_link
from coexai_app.agents.maya.schemas import DraftPost, Numbering, ThreadInput
from coexai_app.agents.report import KeyPhrase
from coexai_app.agents.text import brand, limits, phrases
from coexai_app.agents.text.strangers import strange
from coexai_app.business import Voice
from coexai_app.extract.document import BlockKind, Document

FEWEST_WORDS = 15
NO_VOICE = Voice()


@functools.lru_cache(maxsize=2)
def material_of(document: Document, budget: int) -> Material:
    """The document cut and ranked; three steps need it, so the last two documents are kept. Read-only."""
    return pieces.of_document(document, budget)


def material(document: Document, options: ThreadInput) -> Material:
    return material_of(document, layout.budget(options.numbering))


def tags(document: Document, options: ThreadInput) -> tuple[str, ...]:
    """The hashtags: the source's key phrases that make good ones."""
    return hashtags.choose(
        key_phrases(document), _prose(document), document.title, _headings(document), options.hashtags, document.language
    )


@functools.lru_cache(maxsize=2)
def key_phrases(document: Document) -> tuple[KeyPhrase, ...]:
    prose = _prose(document)
    if not prose.startswith(document.title):
        prose = f"{document.title}.\n{prose}"
    return phrases.key_phrases(prose, document.language, emphasised=[document.title, document.title, *_headings(document)])


def _prose(document: Document) -> str:
    return "\n".join(document.block_text(b) for b in document.blocks if b.kind not in (BlockKind.CODE, BlockKind.TABLE))


def _headings(document: Document) -> list[str]:
    return [document.block_text(b) for b in document.blocks if b.kind is BlockKind.HEADING]


def wish(document: Document, options: ThreadInput) -> thread.Wish:
    """What the input asks of the writer; the close leaves room for the hashtags."""
    budget = layout.budget(options.numbering)
    chosen = tags(document, options)
    return thread.Wish(
        posts=options.posts,
        close=closing.lines(options.call_to_action or "", source_link(document, options), document.language),
        close_budget=budget,
        tags=limits.weighted_length(" ".join(chosen)) + 2 if chosen else 0,
        budget=budget,
    )


def drafts(document: Document, options: ThreadInput, banned: Iterable[str] = (), voice: Voice = NO_VOICE) -> list[DraftPost]:
    """The builtin thread's words, without what speaks to a machine or in another language than the source, and without the sentences that
    the brand voice does not want, unless too little would be left.

    Two steps need them, so the last few threads are kept.
    """
    refused = frozenset(banned) | _strange(document, layout.budget(options.numbering))
    found = _drafts(document, options, refused)
    if voice == NO_VOICE or not (unwanted := _unwanted(document, options, voice)):
        return list(found)
    chosen = _drafts(document, options, unwanted | refused)
    return list(chosen if len(chosen) >= min(thread.FEWEST, len(found)) else found)


def _unwanted(document: Document, options: ThreadInput, voice: Voice) -> frozenset[str]:
    """The sentences and list items that hold what the brand voice avoids."""
    return frozenset(text for text in _texts(material(document, options)) if brand.breaks(text, voice))


@functools.lru_cache(maxsize=2)
def _strange(document: Document, budget: int) -> frozenset[str]:
    """The sentences and list items that no reader is meant by."""
    return frozenset(text for text in _texts(material_of(document, budget)) if strange(text, document.language))


def _texts(made: Material) -> list[str]:
    return [*(piece.text for piece in made.pieces), *(text for items in made.lists for text in items.texts)]


@functools.lru_cache(maxsize=4)
def _drafts(document: Document, options: ThreadInput, banned: frozenset[str]) -> tuple[DraftPost, ...]:
    found = thread.write(material(document, options), wish(document, options), banned)
    return tuple(DraftPost(text=d.text, role=d.role, spans=d.spans) for d in found)


def style(document: Document, options: ThreadInput) -> layout.Style:
    return layout.Style(Numbering(options.numbering), tags(document, options), document.language)
