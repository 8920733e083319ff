"""Candidates for posts: runs of whole sentences on one point, and lists, each with a value. `thread` picks among them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coexai_app.agents.maya.pieces import Items, Material, Piece, is_label
from coexai_app.agents.text import compress, limits

MAX_SENTENCES = 5
MAX_ITEMS = 24
BULLET = "• "
_FULL = (120, 265)


@dataclass(frozen=True, slots=True)
class Unit:
    """A candidate: its posts (a long list takes two or three), where it stands in the source, and what it is worth.

    `spans` are the source's places that its words come from; `members` the indices of its pieces (lists: negative).
    """

    posts: tuple[str, ...]
    start: int
    end: int
    section: int
    members: frozenset[int]
    spans: tuple[tuple[int, int], ...]
    terms: frozenset[str]
    value: float
    run: int = -1
    label: str = ""


def windows(material: Material, budget: int) -> list[Unit]:
    """Every run of up to five consecutive sentences that may stand alone as a post."""
    found: list[Unit] = []
    for first in range(len(material.pieces)):
        if material.pieces[first].opening:
            found.extend(_from(material, first, budget))
    return found


def _from(material: Material, first: int, budget: int) -> Iterator[Unit]:
    pieces = material.pieces
    opening = pieces[first]
    length = limits.weighted_length(opening.opening)
    text, last_block = opening.opening, opening.block
    for j in range(first, min(first + MAX_SENTENCES, len(pieces))):
        piece = pieces[j]
        if piece.run != opening.run or piece.section != opening.section or (j > first and not _follows(pieces[j - 1], piece)):
            return
        if j > first:
            gap = " " if piece.block == last_block else "\n\n"
            length += piece.length + len(gap)
            if length > budget:
                return
            text, last_block = text + gap + piece.text, piece.block
        if length > budget or piece.lead:
            continue
        after = pieces[j + 1] if j + 1 < len(pieces) and pieces[j + 1].run == piece.run else None
        yield _unit(pieces, first, j, text, length, after)


def _follows(before: Piece, after: Piece) -> bool:
    """Nothing was left out between the two."""
    if before.block == after.block:
        return after.place - before.place <= 1
    return after.block - before.block == 1 and before.last and after.place == 0


def _unit(pieces: Sequence[Piece], first: int, last: int, text: str, length: int, after: Piece | None) -> Unit:
    chosen = pieces[first : last + 1]
    return Unit(
        posts=(text,),
        start=chosen[0].start,
        end=chosen[-1].end,
        section=chosen[0].section,
        members=frozenset(range(first, last + 1)),
        spans=tuple((p.start, p.end) for p in chosen),
        terms=frozenset(t for p in chosen for t in p.terms),
        value=_value(chosen, text, length, after),
        run=chosen[0].run,
    )


def _value(chosen: Sequence[Piece], text: str, length: int, after: Piece | None) -> float:
    """What a window is worth: its sentences' rank, and how well it reads alone."""
    scores = [p.score for p in chosen]
    value = 0.55 * max(scores) + 0.45 * sum(scores) / len(scores)
    whole = chosen[0].place == 0 and chosen[-1].last
    value += 0.14 * (chosen[0].place == 0) + 0.12 * whole + 0.06 * chosen[-1].last
    low, high = _FULL
    value += 0.22 * min(1.0, length / low) if length < high else 0.18
    value += 0.05 * min(len(chosen), 3)
    if any(c.isdigit() for c in text):
        value += 0.06
    value -= 0.08 * (chosen[0].opening != chosen[0].text and not chosen[0].speaker)
    value -= 0.05 * len({p.block for p in chosen[1:]} - {chosen[0].block})
    value -= 0.35 * any(p.deictic for p in chosen) + 0.05 * sum(p.shortened for p in chosen)
    if chosen[-1].question and after is not None:
        value -= 0.4
    if after is not None and after.contrast and after.block == chosen[-1].block:
        value -= 0.3
    if len(chosen) == 1 and length < 60:
        value -= 0.35
    return value


def lists(material: Material, budget: int) -> list[Unit]:
    """The source's lists as posts; one that needs more than three posts is left to its most important items by `windows`."""
    found = []
    for number, items in enumerate(material.lists):
        posts = _list_posts(items, budget)
        if posts:
            terms = frozenset(w for text in items.texts for w in text.lower().split())
            lead = (items.lead_span,) if items.lead_span else ()
            lead_members = {i for i, p in enumerate(material.pieces) if items.lead_span and (p.start, p.end) == items.lead_span}
            found.append(
                Unit(
                    posts=posts,
                    start=lead[0][0] if lead else items.spans[0][0],
                    end=items.spans[-1][1],
                    section=items.section,
                    members=frozenset({-1 - number} | lead_members),
                    spans=(*lead, *items.spans),
                    terms=terms,
                    value=0.55 * items.score + (0.45 if items.lead else 0.1) + 0.1 * items.ordered,
                )
            )
    return found


def _list_posts(items: Items, budget: int) -> tuple[str, ...]:
    """One to three posts that hold the whole list; () when it is longer."""
    lines = [f"{i}. {text}" if items.ordered else BULLET + text for i, text in enumerate(items.texts, 1)]
    if len(lines) > MAX_ITEMS or any(limits.weighted_length(line) > budget for line in lines):
        return ()
    head = items.lead
    for count in (1, 2, 3):
        if (posts := _even(head, lines, budget, count)) is not None:
            return posts
    return ()


def _even(head: str, lines: list[str], budget: int, count: int) -> tuple[str, ...] | None:
    """The lines over `count` posts, in order, the longest post as short as can be; None when they do not fit."""
    best: tuple[int, tuple[str, ...]] | None = None
    for cuts in itertools.combinations(range(1, len(lines)), count - 1):
        edges = (0, *cuts, len(lines))
        posts = ["\n".join(lines[a:b]) for a, b in itertools.pairwise(edges)]
        if head:
            posts[0] = f"{head}\n\n{posts[0]}"
        longest = max(map(limits.weighted_length, posts))
        if longest <= budget and (best is None or longest < best[0]):
            best = (longest, tuple(posts))
    return best[1] if best else None


def questions(material: Material, budget: int) -> list[Unit]:
    """In an interview: the question with the start of its answer, each with who says it."""
    if not material.turns:
        return []
    found = []
    for i, piece in enumerate(material.pieces):
        before = material.pieces[i - 1] if i else None
        if (
            before is None
            or piece.place
            or piece.run != before.run + 1
            or not (before.question and before.opening and before.speaker and piece.speaker)
        ):
            continue
        if before.speaker == piece.speaker or before.section != piece.section:
            continue
        text = f"{before.opening}\n\n{piece.speaker}: {piece.text}"
        for j in range(i, min(i + MAX_SENTENCES, len(material.pieces))):
            answer = material.pieces[j]
            if answer.run != piece.run or (j > i and not _follows(material.pieces[j - 1], answer)):
                break
            if j > i:
                text += " " + answer.text
            if limits.weighted_length(text) > budget:
                break
            chosen = material.pieces[i - 1 : j + 1]
            scores = [p.score for p in chosen[1:]]
            found.append(
                Unit(
                    posts=(text,),
                    start=before.start,
                    end=answer.end,
                    section=piece.section,
                    members=frozenset(range(i - 1, j + 1)),
                    spans=tuple((p.start, p.end) for p in chosen),
                    terms=frozenset(t for p in chosen for t in p.terms),
                    value=0.55 * max(scores) + 0.45 * sum(scores) / len(scores) + 0.45 + 0.1 * answer.last + 0.05 * min(3, j - i),
                    run=piece.run,
                )
            )
    return found


def with_label(unit: Unit, material: Material, budget: int) -> Unit:
    """The unit under its section's heading, where that helps: numbered or asking headings, and posts that are lists of sections."""
    title = material.parts[unit.section].title if unit.section < len(material.parts) else ""
    text = unit.posts[0]
    if not is_label(title) or text.startswith(title[:20]) or unit.posts[0].startswith((BULLET, "1. ")):
        return unit
    asks = title.rstrip().endswith(("?", "？"))
    numbered = title[:1].isdigit() or title.lower().startswith(("step ", "schritt ", "paso ", "étape ", "tip ", "passo ", "stap "))
    if not (asks or numbered or material.listicle):
        return unit
    if text.split("\n", 1)[0].rstrip(":").casefold() == title.casefold():
        return unit
    labelled = f"{title}\n\n{text}"
    if limits.weighted_length(labelled) > budget:
        return unit
    return Unit(
        posts=(labelled, *unit.posts[1:]),
        start=unit.start,
        end=unit.end,
        section=unit.section,
        members=unit.members,
        spans=unit.spans,
        terms=unit.terms,
        value=unit.value,
        run=unit.run,
        label=title,
    )


def shortened(piece: Piece, language: str, budget: int) -> str:
    """The piece's opening, or the longest safe shortening of it that fits; "" when none does."""
    for text in (piece.opening, *compress.variants(piece.opening, language)):
        if text and limits.weighted_length(text) <= budget:
            return text
    return ""
