"""Candidates for posts: runs of whole sentences on one point, and lists, each with a value. `thread` picks among them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from coexai_app.agents.maya.material import Items, Material, Piece
from coexai_app.agents.maya.outline import NUMBERED_HEADING
from coexai_app.agents.maya.pieces import label
from coexai_app.agents.text import limits, words
from coexai_app.agents.text.hooks import WORN_OUT

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


def without(units: Sequence[Unit], material: Material, refused: Set[str]) -> set[int]:
    """The indexes of the units whose first post holds none of the refused texts."""
    # Most refused texts are whole sentences of the source: those are looked up, the others are searched for.
    gone = {i for i, piece in enumerate(material.pieces) if piece.text in refused}
    return {
        n
        for n, unit in enumerate(units)
        if not any(i in gone and material.pieces[i].text in unit.posts[0] for i in unit.members)
        and not any(text in unit.posts[0] for text in refused)
    }


# A source that speaks of itself: "This is the diary of …".
_SELF = re.compile(
    r"(?:this|here) (?:is|post|article|guide|story)\b|est[ea] (?:es|artículo|guía)\b|(?:dies|das) ist\b|dieser (?:artikel|beitrag)\b|"
    r"(?:ceci est|voici|c['’]est|cet article)\b|(?:questo è|questa è)|(?:isto é|este é|esta é)|dit is\b",
    re.IGNORECASE,
)


def titled_windows(material: Material, budget: int) -> list[Unit]:
    """The source's first sentences under its title, when they point at it ("This focaccia …" under "Overnight focaccia …")."""
    if not material.pieces or material.pieces[0].opening or not material.title or limits.weighted_length(material.title) > 110:
        return []
    first = material.pieces[0]
    about = set(words.terms(material.title, material.language)) & set(words.terms(" ".join(first.text.split()[:4]), material.language))
    if (not about and not _SELF.match(first.text)) or first.place or not first.text[:1].isupper():
        return []
    standing = replace(material, pieces=[replace(first, opening=first.text), *material.pieces[1:]])
    head = f"{material.title}\n\n"
    found = _from(standing, 0, budget - limits.weighted_length(head))
    return [replace(u, posts=(head + u.posts[0],), label=material.title) for u in found]


def _from(material: Material, first: int, budget: int) -> Iterator[Unit]:
    pieces = material.pieces
    opening = pieces[first]
    if opening.first and (title := label(material, opening.section)):
        budget -= limits.weighted_length(title) + 2
    length = limits.weighted_length(opening.opening)
    text, last_block = opening.opening, opening.block
    for j in range(first, min(first + MAX_SENTENCES, len(pieces))):
        piece = pieces[j]
        if piece.run != opening.run or piece.section != opening.section or (j > first and not _follows(pieces[j - 1], piece)):
            return
        if j > first and piece.block != last_block and material.points:
            return
        if j > first:
            gap = _space(material.language) if piece.block == last_block else "\n\n"
            length += piece.length + len(gap)
            if length > budget:
                return
            text, last_block = text + gap + piece.text, piece.block
        if length > budget or piece.lead:
            continue
        after = pieces[j + 1] if j + 1 < len(pieces) and pieces[j + 1].run == piece.run else None
        unit = _unit(pieces, first, j, text, length, after)
        # An answer without its question: the one before it, or the one that is the section's heading.
        title = material.parts[opening.section].title
        lost = (opening.place == 0 and _answers(material, first)) or (not opening.first and title.endswith("?"))
        nameless = material.points and opening.place
        worn = WORN_OUT.search(text)
        yield replace(unit, value=unit.value - 0.7) if lost or nameless or worn else unit


def _answers(material: Material, index: int) -> bool:
    """In an interview: the piece starts somebody's answer to the question before it."""
    piece, before = material.pieces[index], material.pieces[index - 1] if index else None
    return bool(material.turns and before and before.question and before.speaker and piece.speaker and before.speaker != piece.speaker)


def _space(language: str) -> str:
    return "" if language in ("zh", "ja") else " "


def _follows(before: Piece, after: Piece) -> bool:
    """Nothing was left out between the two."""
    if before.block == after.block:
        return after.place - before.place <= 1
    return after.opens - before.block == 1 and before.last and after.place == 0


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
    value = 0.5 * max(scores) + 0.25 * sum(scores) / len(scores) + 0.15 * min(2.0, sum(scores))
    whole = chosen[0].place == 0 and chosen[-1].last
    value += 0.22 * (chosen[0].place == 0) + 0.12 * whole + 0.06 * chosen[-1].last - 0.25 * chosen[0].bridged
    low, high = _FULL
    value += 0.22 * min(1.0, length / low) if length < high else 0.18
    value += 0.05 * min(len(chosen), 3)
    if any(c.isdigit() for c in text):
        value += 0.1
    value += 0.2 * chosen[0].first
    value -= 0.08 * (chosen[0].opening != chosen[0].text and not chosen[0].speaker)
    if chosen[-1].block != chosen[0].block:
        value -= 0.05 if chosen[-1].last else 0.25
    value -= 0.35 * any(p.deictic for p in chosen) + 0.2 * sum(p.shortened for p in chosen)
    if chosen[-1].question:
        # A question that nothing in the post answers, or a row of them.
        value -= 0.8 if after is not None or all(p.question for p in chosen) else 0.3
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
        if before is None or piece.place or not _answers(material, i) or before.section != piece.section:
            continue
        asked = i - 1
        while asked and material.pieces[asked - 1].run == before.run:
            asked -= 1
        question = _space(material.language).join(p.opening if k == 0 else p.text for k, p in enumerate(material.pieces[asked:i]))
        if not material.pieces[asked].opening or limits.weighted_length(question) > budget // 2:
            asked, question = i - 1, before.opening
        if not question:
            continue
        text = f"{question}\n\n{piece.speaker}: {piece.text}"
        for j in range(i, min(i + MAX_SENTENCES, len(material.pieces))):
            answer = material.pieces[j]
            if answer.run != piece.run or (j > i and not _follows(material.pieces[j - 1], answer)):
                break
            if j > i:
                text += _space(material.language) + answer.text
            if limits.weighted_length(text) > budget:
                break
            after = material.pieces[j + 1] if j + 1 < len(material.pieces) and material.pieces[j + 1].run == piece.run else None
            unit = _unit(material.pieces, asked, j, text, limits.weighted_length(text), after)
            value = _value(material.pieces[i : j + 1], text, limits.weighted_length(text), after)
            found.append(replace(unit, value=value + 0.3, run=piece.run))
    return found


def with_label(unit: Unit, material: Material, budget: int, used: Set[str] = frozenset()) -> Unit:
    """The unit under its section's heading, where that helps: numbered or asking headings, and posts that are lists of sections. A numbered
    heading also goes above what is not the section's beginning, so that no step loses its name."""
    title = label(material, unit.section) if unit.section < len(material.parts) else ""
    first = min(unit.members)
    begins = first >= 0 and material.pieces[first].first
    if not title or title.rstrip(":").casefold() in used or not (begins or NUMBERED_HEADING.match(title)):
        return unit
    labelled = f"{title}\n\n{unit.posts[0]}"
    if title.rstrip(":") in unit.posts[0] or limits.weighted_length(labelled) > budget:
        return unit
    return replace(unit, posts=(labelled, *unit.posts[1:]), label=title)
