"""The builtin calendar, in the source's own words: for each moment the best run of sentences that its network takes, none used twice.

When the source has no more that stands on its own, the plan ends: there is no filler. Pure and deterministic; `steps` calls `write`.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Collection, Sequence

from coexai_app.agents.maya import origins, units, writing
from coexai_app.agents.maya.calendar import tails
from coexai_app.agents.maya.calendar.cadence import Slot
from coexai_app.agents.maya.calendar.desk import Desk, Shelf, angle_of
from coexai_app.agents.maya.calendar.inputs import CalendarInput
from coexai_app.agents.maya.calendar.schemas import CalendarOutput, Entry, id_of, title_of
from coexai_app.agents.maya.hook import WORN_OUT
from coexai_app.agents.maya.material import Material
from coexai_app.agents.maya.origins import Stretch
from coexai_app.agents.maya.several_input import MOST
from coexai_app.agents.maya.units import Unit
from coexai_app.agents.text import brand, coherence, hooks, networks
from coexai_app.agents.text.networks import NETWORKS, Channel
from coexai_app.agents.text.pointing import POINTING
from coexai_app.agents.text.strangers import strange
from coexai_app.business import Voice
from coexai_app.extract.document import Document

FEWEST_WORDS = 30
BUDGET, WINDOW = 450, 900
# How long a post of each network is at best, in characters; well within its limit.
IDEAL: dict[Channel, tuple[int, int]] = {
    Channel.X: (90, 240),
    Channel.BLUESKY: (90, 260),
    Channel.THREADS: (120, 360),
    Channel.MASTODON: (120, 400),
    Channel.LINKEDIN: (220, 700),
    Channel.FACEBOOK: (120, 420),
    Channel.INSTAGRAM: (120, 420),
    Channel.GOOGLE: (100, 320),
    Channel.LINKEDIN_ARTICLE: (600, 3_000),
}
_ARTICLE_SHARE = 0.4
_SHORTEST, _SHORTEST_ALONE = 60, 75
# Posts on LinkedIn are longer than elsewhere: they take two shares of the source.
_SHARES = {Channel.LINKEDIN: 2, Channel.LINKEDIN_ARTICLE: 5}
_CONSIDERED = 40
NO_VOICE = Voice()


def write(
    document: Document,
    options: CalendarInput,
    slots: Sequence[Slot],
    timezone: str,
    banned: Collection[str] = (),
    voice: Voice = NO_VOICE,
    stretches: Sequence[Stretch] = (),
) -> CalendarOutput:
    """The calendar for these moments, without the `banned` sentences (a check refused them) and without those that the brand voice does not
    want. Several sources, the `stretches` of the document, take fair turns. Fewer entries than moments when all is used up."""
    made = _materials(document, tuple(stretches))
    most = _most_sentences(sum(len(material.pieces) for _, _, material in made), slots)
    desk = Desk([])
    for source, offset, material in made:
        refused = frozenset(banned) | _strange(source) | _unwanted(material, voice)
        able = units.without(_pool(source), material, refused)
        own = source.url if stretches else None
        under = {channel: tails.of_channel(source, options, channel, voice, address=own) for channel in options.channels}
        ranked = {channel: _ranked(source, able, channel, most[channel]) for channel in options.channels}
        desk.shelves.append(Shelf(source, offset, material, refused, ranked, under))
    entries: list[Entry] = []
    for slot in slots:
        for shelf in desk.turns(slot.channel):
            unit = _article(shelf) if slot.channel is Channel.LINKEDIN_ARTICLE else _next(desk, shelf, slot.channel)
            if unit is not None:
                desk.take(shelf, unit, slot.channel)
                entries.append(_entry(document, shelf, unit, slot, len(desk.chosen)))
                break
    return CalendarOutput(entries=tuple(entries), timezone=timezone, planned=len(slots), language=document.language)


@functools.lru_cache(maxsize=1)
def _materials(document: Document, stretches: tuple[Stretch, ...]) -> tuple[tuple[Document, int, Material], ...]:
    """Each source with the offset of its text, cut and ranked; two steps need it."""
    return tuple((one, offset, writing.material_of(one, BUDGET)) for one, offset in origins.documents(document, stretches))


@functools.lru_cache(maxsize=MOST + 1)
def _strange(document: Document) -> frozenset[str]:
    """What speaks to a machine or in another language."""
    material = writing.material_of(document, BUDGET)
    return frozenset(text for text in _texts(material) if strange(text, material.language))


def _unwanted(material: Material, voice: Voice) -> frozenset[str]:
    """What the brand voice does not want."""
    return frozenset() if voice == NO_VOICE else frozenset(text for text in _texts(material) if brand.breaks(text, voice))


def _texts(material: Material) -> list[str]:
    return [*(piece.text for piece in material.pieces), *(text for items in material.lists for text in items.texts)]


def _most_sentences(pieces: int, slots: Sequence[Slot]) -> dict[Channel, int]:
    """How many sentences a post may take: the more posts are wished for, the fewer, so that the source lasts; two at least, three where
    posts are long."""
    shares = sum(_SHARES.get(slot.channel, 1) for slot in slots)
    share = 1.2 * pieces / max(1, shares)
    return {
        channel: max(1 + _SHARES.get(channel, 1), min(units.MAX_SENTENCES, round(share * _SHARES.get(channel, 1)))) for channel in IDEAL
    }


@functools.lru_cache(maxsize=MOST + 1)
def _pool(document: Document) -> tuple[Unit, ...]:
    """The candidates: runs of sentences, lists, and an interview's questions with their answers. The check step writes a calendar several
    times, so those of the last documents are kept."""
    material = writing.material_of(document, BUDGET)
    found = [units.with_label(u, material, WINDOW) for u in units.windows(material, WINDOW) if not _weak(u)]
    whole = (("\n".join(u.posts), u) for u in units.lists(material, WINDOW))
    lists = [Unit((text,), u.start, u.end, u.section, u.members, u.spans, u.terms, u.value, u.run) for text, u in whole]
    return (*found, *lists, *units.questions(material, WINDOW))


def _weak(unit: Unit) -> bool:
    text = unit.posts[0]
    if len(unit.members) == 1 and min(unit.members) >= 0 and (len(text) < _SHORTEST_ALONE or POINTING.search(text)):
        return True
    return len(text) < _SHORTEST or text.rstrip("\"'”’»)").endswith(("?", "？", ":", "：")) or bool(WORN_OUT.search(text))


def _ranked(document: Document, able: Collection[int], channel: Channel, most: int) -> list[Unit]:
    """The `able` candidates, by their index, that a network takes and that have at most so many sentences; the best first."""
    pool = _pool(document)
    chosen = (pool[i] for i in _ordered(document, channel) if i in able)
    return [u for u in chosen if len(u.members) <= most or min(u.members) < 0]


@functools.lru_cache(maxsize=(MOST + 1) * len(Channel))
def _ordered(document: Document, channel: Channel) -> tuple[int, ...]:
    """The indexes of the candidates that a network takes, the best first."""
    pool = _pool(document)
    low, high = IDEAL[channel]
    fitting = [i for i, u in enumerate(pool) if len(u.posts[0]) <= high and networks.fits(channel, u.posts[0], high)]
    return tuple(sorted(fitting, key=lambda i: (-round(_worth(pool[i], low, high), 6), pool[i].start)))


def _worth(unit: Unit, low: int, high: int) -> float:
    text = unit.posts[0]
    size = len(text)
    head = " ".join(text.split()[:12])
    return (
        unit.value
        + 0.3 * min(1.0, size / low)
        + 0.15 * min(1.0, size / (0.7 * high))
        + 0.12 * bool(hooks.hook_signs(head))
        - 0.2 * text.count("\n\n")
        - 0.3 * bool(POINTING.search(coherence.bare_opening(text)[:40]))
    )


def _next(desk: Desk, shelf: Shelf, channel: Channel) -> Unit | None:
    """The best candidate that repeats nothing; sections and angles that were just used stand back."""
    ranked, taken = shelf.ranked[channel], shelf.taken.total()
    best: tuple[float, Unit] | None = None
    seen = 0
    alive: list[Unit] = []
    for place, unit in enumerate(ranked):
        # What clashes once clashes for good: it is not looked at again, so a source that repeats itself costs no more than another.
        if desk.clashes(shelf, unit):
            continue
        alive.append(unit)
        low, high = IDEAL[channel]
        value = _worth(unit, low, high) - 0.25 * shelf.sections[unit.section] / max(1, taken / max(1, len(shelf.material.parts)))
        value -= 0.2 * (desk.angles.get(channel) == angle_of(unit))
        if best is None or value > best[0] + 1e-9:
            best = (value, unit)
        seen += 1
        if seen >= _CONSIDERED:
            alive.extend(ranked[place + 1 :])
            break
    shelf.ranked[channel] = alive
    return best[1] if best else None


def _article(shelf: Shelf) -> Unit | None:
    """The longest stretch of sentences that nobody used, with its paragraphs and headings, and no more than leaves enough for other posts;
    None when there is none long enough."""
    low, high = IDEAL[Channel.LINKEDIN_ARTICLE]
    pieces, parts = shelf.material.pieces, shelf.material.parts
    high = min(high, max(round(1.5 * low), round(_ARTICLE_SHARE * sum(len(piece.text) for piece in pieces))))
    best, longest = range(0), 0
    first, size = 0, 0
    for i, piece in enumerate(pieces):
        free = i not in shelf.used and piece.text not in shelf.refused
        if free and size == 0:
            first, size = i, len(piece.text) if piece.opening else 0
        elif free and size + len(piece.text) <= high:
            size += len(piece.text)
        else:
            first, size = i, len(piece.text) if free and piece.opening else 0
        if size > longest:
            best, longest = range(first, i + 1), size
    if longest < low:
        return None
    chosen = [pieces[i] for i in best]
    title = parts[chosen[0].section].title or shelf.material.title
    text = chosen[0].opening
    for before, piece in itertools.pairwise(chosen):
        if piece.section != before.section and parts[piece.section].title:
            text += f"\n\n{parts[piece.section].title}"
        text += (" " if piece.block == before.block else "\n\n") + piece.text
    spans = tuple((p.start, p.end) for p in chosen)
    terms = frozenset(term for p in chosen for term in p.terms)
    return Unit((text,), chosen[0].start, chosen[-1].end, chosen[0].section, frozenset(best), spans, terms, 0.0, label=title)


def _entry(document: Document, shelf: Shelf, unit: Unit, slot: Slot, number: int) -> Entry:
    row, tail = NETWORKS[slot.channel], shelf.under[slot.channel]
    spans = tuple((start + shelf.offset, end + shelf.offset) for start, end in unit.spans)
    limit = row.title or 70
    text = unit.posts[0]
    for count in range(len(tail), 0, -1):
        longer = "\n\n".join([text, *tail[:count]])
        if networks.fits(slot.channel, longer):
            text = longer
            break
    title = networks.clipped(Channel.BLUESKY, unit.label.rstrip(":"), limit) if unit.label else title_of(unit.posts[0], limit)
    return Entry(
        date=slot.date.isoformat(),
        time=slot.time,
        channel=slot.channel,
        title=title,
        text=text,
        angle=angle_of(unit),
        week=slot.week,
        source=spans,
        id=id_of(document.text, slot.channel.value, slot.date, slot.time, number, spans),
    )
