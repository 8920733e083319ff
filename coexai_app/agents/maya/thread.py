"""The builtin writer: a thread in the source's own words, without a model. Pure and deterministic; `steps.strategize` and
`steps.generate` call it.

Hook (the strongest sentence that stands alone) → body (one point a post, in the source's order, every main section that the number of posts
allows) → close (the source's own last word, and what the person asked to say).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from coexai_app.agents.maya.hook import choose
from coexai_app.agents.maya.material import Material
from coexai_app.agents.maya.outline import CONCLUSIONS
from coexai_app.agents.maya.units import Unit, lists, questions, windows, with_label
from coexai_app.agents.text import limits, words

WORDS_PER_POST = 60
SECTION_WORDS = 12
SHORTEST_POST = 60
FEWEST, MOST, AUTO_MOST = 5, 12, 10
_SIMILAR = 0.62
_READER = re.compile(r"\b(?:you|your|tú|tu|usted|du|dein|deine|sie|ihr|ihre|vous|votre|tu|voi|você|seu|je|jij|u|uw)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """A post before numbers and hashtags, with the places of its words in the source."""

    text: str
    spans: tuple[tuple[int, int], ...]
    section: int
    role: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person asked for: the number of posts (None: as many as it needs), the words that the close must hold, and the weighted
    length
    that its hashtags would take."""

    posts: int | None
    close: str = ""
    close_budget: int = limits.POST_LIMIT
    budget: int = limits.POST_LIMIT - 9
    tags: int = 0


def auto_posts(material: Material) -> int:
    """As many posts as the source needs: one for about 60 words, and one for every main section or every point of a list told in
    paragraphs."""
    by_words = round(material.prose_words / WORDS_PER_POST) + 1
    intro = bool(material.parts) and not material.parts[0].title and material.parts[0].words >= 15
    sections = sum(bool(p.title) and p.words >= SECTION_WORDS for p in material.parts)
    points = max(sections + 1 + intro if sections > 1 else 0, material.points + 2 if material.points else 0)
    wanted = max(min(by_words, AUTO_MOST), min(points, MOST))
    return max(FEWEST, min(MOST, wanted))


def write(material: Material, wish: Wish, banned: Iterable[str] = ()) -> list[Draft]:
    """The thread. `banned` sentences (a check refused them) are not used. At least one post when the source has a sentence that stands
    alone."""
    count = wish.posts or auto_posts(material)
    refused = frozenset(banned)
    candidates = [
        u
        for u in [*windows(material, wish.budget), *lists(material, wish.budget), *questions(material, wish.budget)]
        if not any(text in post for text in refused for post in u.posts)
    ]
    if not candidates:
        return _last_resort(material, wish)
    hook = choose(material, candidates, wish.budget)
    used = set(hook.members)
    close = _close(material, candidates, wish, used, [hook]) if count > 1 else None
    if close:
        used |= close.members
    fixed = [hook, *([close] if close else [])]
    room = count - 1 - (1 if close or wish.close else 0)
    body = _body(material, candidates, room, fixed)
    if close is None and count > 1:
        body, close = _from_body(body, wish)
    drafts = [Draft(hook.posts[0], hook.spans, hook.section, "hook")]
    if count == 1 or (not body and close is None):
        return [_with_close(drafts[0], wish)] if wish.close else drafts
    labels = {line.rstrip(":").casefold() for u in [hook, *body] for line in u.posts[0].split("\n")[:1]}
    for unit in body:
        labelled = with_label(unit, material, wish.budget, labels)
        labels.add(labelled.label.casefold())
        drafts.extend(Draft(post, labelled.spans, labelled.section, "body") for post in labelled.posts)
    if close:
        room = wish.close_budget - (limits.weighted_length(wish.close) + 2 if wish.close else 0)
        close = with_label(close, material, room, labels)
    if close or wish.close:
        text = "\n\n".join(t for t in (close.posts[0] if close else "", wish.close) if t)
        drafts.append(Draft(text, close.spans if close else (), close.section if close else len(material.parts) - 1, "close"))
    return drafts


def _with_close(draft: Draft, wish: Wish) -> Draft:
    text = f"{draft.text}\n\n{wish.close}"
    return replace(draft, text=text) if limits.fits(text, wish.close_budget) else draft


def _last_resort(material: Material, wish: Wish) -> list[Draft]:
    """No sentence stands alone by the rules: the first whole one, rather than nothing."""
    piece = next((p for p in material.pieces if not p.lead), None)
    if piece is not None:
        return [Draft(piece.text, ((piece.start, piece.end),), piece.section, "hook")]
    items = material.lists[0] if material.lists else None
    if items is None:
        return []
    text = next((t for t in items.texts if limits.fits(t, wish.budget)), "")
    return [Draft(text, items.spans[:1], items.section, "hook")] if text else []


# --- the body


def _body(material: Material, candidates: Sequence[Unit], room: int, fixed: Sequence[Unit]) -> list[Unit]:
    """The best candidates that do not repeat each other, spread over the source's main sections, in its order."""
    if room <= 0:
        return []
    chosen: list[Unit] = []
    taken = {m for u in fixed for m in u.members}
    end = fixed[1].start if len(fixed) > 1 else material.parts[-1].end + 1
    pool = [u for u in candidates if not (u.members & taken) and u.start < end]
    pool = [u for u in pool if not _weak(u)] or pool
    bins = _bins(material, room, fixed)
    ranked = [sorted((u for u in pool if start <= u.start < end), key=lambda u: (-u.value, u.start)) for start, end, _ in bins]
    for later, units in enumerate(ranked, 1):
        # One for every section first, so that a long list early in the source does not push out what follows.
        _pick(units, 1, room - (len(ranked) - later), chosen, [*fixed, *chosen])
    for units, (_, _, quota) in zip(ranked, bins, strict=True):
        _pick(units, quota - _size(u for u in chosen if u in units), room, chosen, [*fixed, *chosen])
    if _size(chosen) < room:
        rest = sorted(pool, key=lambda u: (-u.value, u.start))
        _pick(rest, room - _size(chosen), room, chosen, [*fixed, *chosen])
    return sorted(chosen, key=lambda u: u.start)


def _weak(unit: Unit) -> bool:
    """Too little for a post in the middle of a thread: one short sentence, or questions that nothing answers."""
    post = unit.posts[0]
    return len(unit.posts) == 1 and (limits.weighted_length(post) < SHORTEST_POST or post.rstrip("\"'”’»)").endswith(("?", "？")))


def _size(units: Iterable[Unit]) -> int:
    return sum(len(u.posts) for u in units)


def _pick(ranked: Sequence[Unit], quota: int, room: int, chosen: list[Unit], against: list[Unit]) -> None:
    """Adds up to `quota` posts' worth of units to `chosen`."""
    got = 0
    for unit in ranked:
        if got >= quota or _size(chosen) >= room:
            return
        if len(unit.posts) > room - _size(chosen) or any(_clash(unit, other) for other in against):
            continue
        chosen.append(unit)
        against.append(unit)
        got += len(unit.posts)


def _clash(first: Unit, second: Unit) -> bool:
    if first.members & second.members:
        return True
    if first.start < second.end and second.start < first.end and (min(first.members) >= 0) == (min(second.members) >= 0):
        return True
    return words.overlap(first.terms, second.terms) > _SIMILAR and min(len(first.terms), len(second.terms)) >= 4


def _bins(material: Material, room: int, fixed: Sequence[Unit]) -> list[tuple[int, int, int]]:
    """(start, end, posts) per stretch of the source: its main sections by their words, or, when they are too many, groups of neighbours."""
    parts = [p for p in material.parts if p.words >= 12 and not (p.title and CONCLUSIONS.match(p.title) and fixed[1:])]
    hook = fixed[0]
    if len(parts) > 1 and parts[0].start <= hook.start < parts[0].end and parts[0].words < 90:
        parts = parts[1:]
    if not parts:
        return []
    if len(parts) == 1:
        return _even_bins(material, parts[0].start, parts[0].end, room)
    if len(parts) > room:
        total, running = sum(p.words for p in parts), 0
        groups: list[tuple[int, int, int, int]] = []
        for part in parts:
            slot = min(room - 1, running * room // max(1, total))
            if groups and groups[-1][3] == slot:
                groups[-1] = (groups[-1][0], part.end, 1, slot)
            else:
                groups.append((part.start, part.end, 1, slot))
            running += part.words
        return [(a, b, n) for a, b, n, _ in groups]
    quotas = [1] * len(parts)
    for _ in range(room - len(parts)):
        i = max(range(len(parts)), key=lambda k: (parts[k].words / (quotas[k] + 0.5), -k))
        quotas[i] += 1
    return [(p.start, p.end, q) for p, q in zip(parts, quotas, strict=True)]


def _even_bins(material: Material, start: int, end: int, room: int) -> list[tuple[int, int, int]]:
    """A text without sections: half of the posts from its even stretches, the rest from wherever the best sentences are."""
    groups = max(1, (room + 1) // 2)
    step = (end - start) / groups
    return [(round(start + i * step), round(start + (i + 1) * step), 1) for i in range(groups)]


# --- the close


def _close(material: Material, candidates: Sequence[Unit], wish: Wish, used: set[int], others: Sequence[Unit]) -> Unit | None:
    """The source's own closing words: the best window near its end that leaves room for what the person asked to say."""
    room = wish.close_budget - (limits.weighted_length(wish.close) + 2 if wish.close else 0)
    count = len(material.pieces)
    if count < 4:
        return None
    free = [u for u in candidates if len(u.posts) == 1 and min(u.members) >= 0 and not u.members & used and limits.fits(u.posts[0], room)]
    free = [u for u in free if not any(_clash(u, other) for other in others)]
    final = len(material.parts) - 1
    tail = [u for u in free if final and u.section == final] or [u for u in free if max(u.members) >= 0.75 * (count - 1)]
    if not tail:
        return None

    def worth(unit: Unit) -> float:
        place = max(unit.members) / (count - 1)
        concluding = bool(CONCLUSIONS.match(material.parts[unit.section].title))
        reader = bool(_READER.search(unit.posts[0]))
        # Two long paragraphs in one post: the first belongs to the body.
        joined = material.pieces[min(unit.members)].block != material.pieces[max(unit.members)].block and len(unit.members) > 3
        crowded = not limits.fits(unit.posts[0], room - wish.tags)
        return 0.6 * unit.value - 0.05 * crowded - 0.4 * joined + 0.9 * place**4 + 0.3 * concluding + 0.1 * reader + 0.2 * (place == 1.0)

    return max(tail, key=lambda u: (round(worth(u), 6), u.end))


def _from_body(body: list[Unit], wish: Wish) -> tuple[list[Unit], Unit | None]:
    """Without a close of its own the thread ends with its last body post, if what must be said fits there."""
    if not body:
        return body, None
    last = body[-1]
    if len(last.posts) == 1 and limits.fits("\n\n".join(t for t in (last.posts[0], wish.close) if t), wish.close_budget):
        return body[:-1], last
    return body, None
