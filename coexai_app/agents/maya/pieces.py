"""The source cut into what a thread is made of: pieces (sentences that fit a post, with their place and their flags) and lists.

`thread` builds posts of them; `steps.analyze` ranks them.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import replace

from coexai_app.agents.maya import noise, passages
from coexai_app.agents.maya.material import Items, Material, Piece
from coexai_app.agents.maya.outline import NUMBERED_HEADING, ORDER_WORDS, asks, calm, is_label, leads, main_parts, section_of
from coexai_app.agents.text import coherence, compress, limits, ranking, sentences, strangers, words
from coexai_app.extract.document import Block, BlockKind, Document

_ENDS_WELL = re.compile(r"[.!?…。！？｡．؟।॥።][\"'”’»›)\]}」』）】*_]*$")
_TURN = re.compile(r"^(?P<who>[A-ZÀ-Ý][\w.'’-]*(?: [A-ZÀ-Ý][\w.'’-]*){0,2}):\s+(?=\S)")
_NOT_SPEAKERS = (
    "note update tip warning example ps p.s edit result question problem solution step tl;dr disclaimer source sources fact myth "
    "important hinweis nota"
)
_TURN_NOT = frozenset(_NOT_SPEAKERS.split())
_MIN_TURNS = 3


def of_document(document: Document, budget: int = limits.POST_LIMIT - 9) -> Material:
    """Cuts and ranks a document. `budget` is the weighted length that a post's words may take."""
    material = Material(language=document.language, title=calm(document.title.strip(), document.text))
    material.parts = [replace(part, title=calm(part.title, document.text)) for part in main_parts(document)]
    material.turns = _is_dialogue(document)
    _walk(document, material, budget)
    if not material.pieces and not material.lists:
        # Notes without full stops: their lines are the best there is.
        material.relaxed, material.prose_words = True, 0
        _walk(document, material, budget)
    _rank(material, document)
    points = _lead_ins(material)
    material.points = points if points > 2 else 0
    titled = [p for p in material.parts if p.title]
    numbered = sum(bool(NUMBERED_HEADING.match(p.title)) for p in titled)
    material.listicle = len(titled) >= 3 and (numbered >= 0.6 * len(titled) or sum(p.words for p in titled) <= 70 * len(titled))
    return material


def label(material: Material, section: int) -> str:
    """The heading that goes above a section's first post: one that asks or is numbered, or any of a post that is a list of sections."""
    title = material.parts[section].title
    if not is_label(title) or not (asks(title) or NUMBERED_HEADING.match(title) or material.listicle):
        return ""
    return title


def _is_dialogue(document: Document) -> bool:
    speakers: Counter[str] = Counter()
    paragraphs = 0
    for block in document.blocks:
        if block.kind in sentences.PROSE:
            paragraphs += 1
            if (match := _TURN.match(document.block_text(block))) and match["who"].lower() not in _TURN_NOT:
                speakers[match["who"]] += 1
    turns = sum(speakers.values())
    return turns >= _MIN_TURNS and max(speakers.values()) >= 2 and turns >= 0.3 * paragraphs


def _walk(document: Document, material: Material, budget: int) -> None:
    page = noise.Page(document)
    run, heading = 0, ""
    for kind, group in itertools.groupby(enumerate(document.blocks), key=lambda item: item[1].kind):
        blocks = list(group)
        run += 1
        if kind is BlockKind.LIST_ITEM:
            run = _close_list(document, material, page, blocks, heading, budget, run)
        elif kind is BlockKind.HEADING:
            heading = calm(document.block_text(blocks[-1][1]), document.text)
        elif kind in (BlockKind.PARAGRAPH, BlockKind.QUOTE):
            for passage in passages.of_blocks(document, blocks):
                match = _TURN.match(document.block_text(document.blocks[passage.first])) if material.turns else None
                run += bool(match)
                _add_pieces(document, material, page, passage, run, budget, match["who"] if match else "")


def _add_pieces(
    document: Document, material: Material, page: noise.Page, passage: passages.Passage, run: int, budget: int, speaker: str = ""
) -> None:
    language = document.language
    found = passage.sentences
    section = section_of(material.parts, document.blocks[passage.first].start)
    if noise.is_page_line(document.block_text(document.blocks[passage.first])[:200]) and len(found) < 3:
        return
    material.prose_words += sum(words.word_count(document.block_text(b)) for b in document.blocks[passage.first : passage.last + 1])
    orders = strangers.orders([sentence.text for sentence in found])
    if strangers.is_foreign(" ".join(sentence.text for sentence in found), language):
        return
    for place, sentence in enumerate(found):
        text = noise.without_pointers(_WHITE.sub(" ", sentence.text))
        if place in orders or strangers.is_foreign(text, language) or page.drops(text, sentence.start, sentence.end):
            continue
        if place == 0 and speaker:
            prefix = _TURN.match(text)
            text = text[prefix.end() :] if prefix else text
        if place == 0 and not material.pieces:
            text = compress.without_dateline(text)
        if not text or limits.urls(text) or not (_usable(text) or (material.relaxed and coherence.balanced(text))):
            continue
        head = f"{speaker}: " if speaker else ""
        if material.heard(text):
            continue
        for part in _fitting(text, language, budget - limits.weighted_length(head)):
            opening = _opening(part, language, first=not material.pieces)
            before = found[place - 1].text if place else _before(material, run)
            material.pieces.append(
                Piece(
                    text=part,
                    start=sentence.start,
                    end=sentence.end,
                    opens=passage.first,
                    block=passage.last,
                    place=place,
                    run=run,
                    section=section,
                    opening=head + opening if opening and speaker else opening,
                    length=limits.weighted_length(part),
                    terms=tuple(words.terms(part, language)),
                    speaker=speaker,
                    question=part.rstrip("\"'”’»)").endswith(("?", "？")),
                    contrast=coherence.opens_with_contrast(part, language),
                    lead=part.endswith((":", "：")),
                    shortened=part != text,
                    deictic=noise.is_deictic(part),
                    last=place == len(found) - 1,
                    bridged=coherence.leans(part, language) or _bridged(part, before, language),
                )
            )


def _lead_ins(material: Material) -> int:
    """How many paragraphs open with a few words that name their point ("Paper straws. We went through …")."""
    pairs = itertools.pairwise(material.pieces)
    return sum(
        a.place == 0
        and a.block == b.block
        and len(a.text.split()) <= _LEAD_IN_WORDS
        and a.text.endswith((".", ":"))
        and len(b.text.split()) > 5
        for a, b in pairs
    )


def _usable(text: str) -> bool:
    """A whole sentence: it ends (or leads in with a colon), and its quotation marks and brackets close."""
    if text.startswith("*") or (text.endswith(("…", "...")) and words.word_count(text) < 4):
        return False
    return bool(_ENDS_WELL.search(text) or text.endswith((":", "："))) and coherence.balanced(text)


def _fitting(text: str, language: str, budget: int) -> list[str]:
    """The sentence, or what can be made of one that is longer than a post; nothing when it cannot be told whole."""
    if limits.weighted_length(text) <= budget:
        return [text]
    for shorter in compress.variants(text, language):
        if limits.weighted_length(shorter) <= budget:
            return [shorter]
    parts = compress.clauses(text, language)
    return parts if len(parts) > 1 and all(limits.weighted_length(p) <= budget for p in parts) else []


def _opening(text: str, language: str, *, first: bool) -> str:
    """How the sentence reads at the head of a post; the source's very first one may name things that nobody named before."""
    if not _starts_well(text) or coherence.needs_attribution(text):
        return ""
    if not coherence.dangling(text, language) and (first or not coherence.refers(text, language)):
        return text
    bare = compress.without_opener(text, language)
    return bare if bare != text and not coherence.refers(bare, language) else ""


_DEFINITE = re.compile(
    r"^(?:the|el|la|los|las|der|die|das|den|dem|le|les|l['’]|il|lo|gli|i|o|os|as|het|de)\s*(?P<noun>(?:[\w’'-]+ ){0,2}?[\w’'-]+)",
    re.IGNORECASE,
)


def _before(material: Material, run: int) -> str:
    last = material.pieces[-1] if material.pieces else None
    return last.text if last and last.run == run else ""


def _bridged(text: str, before: str, language: str) -> bool:
    """ "The curve …" after "… let it curve down": the definite noun is the one of the sentence before."""
    match = _DEFINITE.match(coherence.bare_opening(text))
    return bool(match) and bool(set(words.terms(" ".join(text.split()[:3]), language)) & set(words.terms(before, language)))


def _starts_well(text: str) -> bool:
    first = coherence.bare_opening(text)[:1]
    return bool(first) and not first.islower()


_NUMBERED = re.compile(r"^\d{1,2}[.)]\s+")
_LONG_ITEM = 150
_LEAD_IN_WORDS = 6
_WHITE = re.compile(r"\s*\n\s*")


def _close_list(
    document: Document, material: Material, page: noise.Page, group: list[tuple[int, Block]], heading: str, budget: int, run: int
) -> int:
    """Short items become a list, long ones are prose of their own. Returns the last run number used."""
    texts = [noise.without_pointers(_WHITE.sub(" ", document.block_text(b))) for _, b in group]
    if material.turns or sum(map(len, texts)) / len(texts) > _LONG_ITEM or len(texts) < 2:
        for passage in passages.of_blocks(document, group):
            run += 1
            _add_pieces(document, material, page, passage, run, budget)
        return run
    first = group[0][0]
    before = material.pieces[-1] if material.pieces and material.pieces[-1].block == first - 1 else None
    lead, span = "", None
    if before and before.lead and before.opening:
        lead, span = before.opening, (before.start, before.end)
    elif before is None and heading and first and document.blocks[first - 1].kind is BlockKind.HEADING and leads(heading):
        lead, span = heading.rstrip(":"), (document.blocks[first - 1].start, document.blocks[first - 1].end)
        if lead[-1:] not in ".!?…":
            lead += ":"
    ordered = bool(ORDER_WORDS.search(f"{heading} {lead}")) or all(_NUMBERED.match(t) for t in texts)
    material.prose_words += sum(words.word_count(t) for t in texts)
    if any(limits.urls(t) for t in texts):
        # A list of links is a list of places to go, not of points.
        return run
    told = [(t, (b.start, b.end)) for t, (_, b) in zip(texts, group, strict=True)]
    keep = [(t, span) for t, span in told if not noise.is_page_line(t) and not strangers.strange(t, document.language)]
    if len(keep) >= 2:
        material.lists.append(
            Items(
                texts=tuple(_NUMBERED.sub("", t) for t, _ in keep),
                spans=tuple(s for _, s in keep),
                lead=lead,
                lead_span=span,
                section=section_of(material.parts, group[0][1].start),
                ordered=ordered,
            )
        )
    return run


def _rank(material: Material, document: Document) -> None:
    """Scores pieces and lists together: graph rank with a prior for the first sentences, the title's words, and facts."""
    title = set(words.terms(material.title, material.language))
    first_block: dict[int, int] = {}
    for piece in material.pieces:
        first_block.setdefault(piece.run, piece.block)
    lists = [tuple(t for text in items.texts for t in words.terms(text, material.language)) for items in material.lists]
    prior = ranking.position_prior([(p.place, p.block - first_block[p.run]) for p in material.pieces])
    prior = [
        w * (1 + 0.5 * words.overlap(p.terms, title)) * (1.15 if any(c.isdigit() for c in p.text) else 1.0)
        for w, p in zip(prior, material.pieces, strict=True)
    ]
    scores = ranking.rank([*[p.terms for p in material.pieces], *lists], [*prior, *([1.6] * len(lists))])
    section = -1
    for i, piece in enumerate(material.pieces):
        first = piece.section != section
        section = piece.section
        opening = piece.opening
        if first and not opening and piece.place == 0 and _starts_well(piece.text) and asks(material.parts[section].title):
            # An answer right under the question that it answers: the heading goes along.
            opening = f"{piece.speaker}: {piece.text}" if piece.speaker else piece.text
        material.pieces[i] = replace(
            piece,
            score=scores[i] * (0.6 if piece.deictic else 1.0) * (0.4 if noise.says_nothing(piece.text) else 1.0),
            first=first,
            opening=opening,
        )
    count = len(material.pieces)
    material.lists = [replace(items, score=scores[count + i]) for i, items in enumerate(material.lists)]
