"""The builtin newsletter, in the source's own words: opening, sections, closing, links. Pure and deterministic; `steps` and `repair` call
`write`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Sequence, Set

from coexai_app.agents.maya import hook, noise, units, writing
from coexai_app.agents.maya.material import Material
from coexai_app.agents.maya.newsletter import headings, subjects
from coexai_app.agents.maya.newsletter.schemas import (
    FEWEST_SECTIONS,
    MOST_SECTIONS,
    Link,
    NewsletterInput,
    NewsletterOutput,
    Planned,
    Section,
    is_web_address,
)
from coexai_app.agents.maya.newsletter.words import READ_ALL, READ_MORE, REPLY, said
from coexai_app.agents.maya.outline import CONCLUSIONS, asks
from coexai_app.agents.maya.units import Unit
from coexai_app.agents.text import brand, coherence, words
from coexai_app.agents.text.pointing import POINTING
from coexai_app.agents.text.strangers import strange
from coexai_app.business import BusinessProfile, Voice
from coexai_app.extract.document import BlockKind, Document

BUDGET = 450
FEWEST_WORDS = 60
MOST_SENTENCES = 3
SECTION_WORDS = 20
WORDS_PER_SECTION = 110
_OPENING_BUDGET = 380
_SIMILAR = 0.62
_LIST_ITEMS, _LIST_LENGTH = 7, 600
_LABEL_WORDS = (1, 9)
_GENERIC = re.compile(r"\W*(?:(?:click |read |see )?(?:here|this|more|link|source)|hier|aquí|ici|qui|aqui|mehr|más)\W*", re.IGNORECASE)
_CHAPTER = re.compile(r"(?:chapter|chapitre|kapitel|capítulo|capitolo|hoofdstuk|part|teil|partie|parte)\s+[\dIVXLC]+\W*", re.IGNORECASE)
# "OSLO, 12 May 2026. " before a press release's first sentence.
_DATELINE = re.compile(r"^[A-ZÀ-Ý]{3}[A-ZÀ-Ý ,./-]*\d{1,2}\.? [^\W\d]+ \d{4}\.\s+")
_LONGEST_TITLE = 150
NO_VOICE = Voice()
NO_PROFILE = BusinessProfile()


def write(document: Document, options: NewsletterInput, banned: Iterable[str] = (), business: BusinessProfile = NO_PROFILE) -> Planned:
    """The newsletter without the `banned` sentences (a check refused them) and, unless too little would be left, without those that the
    brand voice does not want."""
    material = writing.material_of(document, BUDGET)
    refused = frozenset(banned) | _strange(document)
    unwanted = _unwanted(material, business.voice)
    plan = _write(document, material, options, refused | unwanted, business)
    if unwanted and len(plan.letter.sections) < FEWEST_SECTIONS:
        plain = _write(document, material, options, refused, business)
        return plain if len(plain.letter.sections) > len(plan.letter.sections) else plan
    return plan


@functools.lru_cache(maxsize=2)
def _strange(document: Document) -> frozenset[str]:
    """The sentences that speak to a machine, or in another language than the source."""
    material = writing.material_of(document, BUDGET)
    return frozenset(text for text in texts_of(material) if strange(text, material.language))


def _unwanted(material: Material, voice: Voice) -> frozenset[str]:
    if voice == NO_VOICE:
        return frozenset()
    return frozenset(text for text in texts_of(material) if brand.breaks(text, voice))


def texts_of(material: Material) -> list[str]:
    """Everything of a source that can be told: its sentences and list items."""
    return [*(piece.text for piece in material.pieces), *(text for items in material.lists for text in items.texts)]


def _write(document: Document, material: Material, options: NewsletterInput, refused: Set[str], business: BusinessProfile) -> Planned:
    able = units.without(_candidates(document), material, refused)
    pool = [u for i, u in enumerate(_candidates(document)) if i in able]
    title = _headline(document, refused)
    lines = subjects.choose(material, title, _refused_lines(refused))
    letter = NewsletterOutput(
        subjects=lines,
        title=title or (lines[0].text if lines else ""),
        action=_action(document, options),
        language=document.language,
        sender=business.name,
        address=business.places[0].line() if business.places else "",
    )
    if not pool:
        return Planned(letter=letter)
    opening = _opening(material, pool)
    closing = _closing(material, pool, opening)
    fixed = [u for u in (opening, closing) if u]
    chosen = _sections(material, pool, fixed, options.sections)
    if not chosen and closing:
        chosen, closing = [(closing, (closing.start, closing.end))], None
    used = [letter.title, *(u.posts[0] for u in [*fixed, *(unit for unit, _ in chosen)])]
    phrases = writing.key_phrases(document)
    sections: list[Section] = []
    links: set[str] = {document.url, options.url or "", options.button_link or ""}
    for unit, stretch in chosen:
        heading, text = headings.headed(document, material, unit, stretch, phrases, used)
        used.append(heading)
        link = _link(document, unit, links)
        links.add(link.url if link else "")
        sections.append(Section(heading=heading, text=text, link=link))
    body = [opening.posts[0], *(s.text for s in sections), closing.posts[0] if closing else ""]
    return Planned(
        letter=letter.model_copy(
            update={
                "preheader": subjects.preheader(material, lines, body, refused),
                "opening": opening.posts[0],
                "sections": tuple(sections),
                "closing": closing.posts[0] if closing else "",
            }
        ),
        spans=(opening.spans, *(unit.spans for unit, _ in chosen), closing.spans if closing else ()),
    )


def _headline(document: Document, refused: Collection[str]) -> str:
    """The source's title, or its first heading that is more than "Chapter 3"; "" without."""
    found = [document.title.strip(), *(document.block_text(b).strip() for b in document.blocks if b.kind is BlockKind.HEADING)]
    able = (t for t in found if t and not _CHAPTER.fullmatch(t) and t not in refused and not strange(t, document.language))
    return next((t for t in able if len(t) <= _LONGEST_TITLE), "")


def _refused_lines(refused: Collection[str]) -> frozenset[str]:
    return frozenset(refused) | frozenset(text.rstrip(".。") for text in refused)


@functools.lru_cache(maxsize=2)
def _candidates(document: Document) -> tuple[Unit, ...]:
    """What the newsletter may tell; the check step writes it several times, so that of the last two documents is kept."""
    material = writing.material_of(document, BUDGET)
    return (*_windows(material), *_lists(material))


def _windows(material: Material) -> list[Unit]:
    """Runs of one to three sentences; two and three are what a section wants."""
    found = [u for u in units.windows(material, BUDGET) if len(u.members) <= MOST_SENTENCES]
    return [u for u in found if len(u.posts[0]) >= 50 or len(u.members) > 1] or found


def _lists(material: Material) -> list[Unit]:
    """The source's short lists, whole, as the text of a section."""
    found = []
    for unit in units.lists(material, BUDGET):
        text = "\n".join(unit.posts)
        if text.count("\n") <= _LIST_ITEMS and len(text) <= _LIST_LENGTH:
            found.append(Unit((text,), unit.start, unit.end, unit.section, unit.members, unit.spans, unit.terms, unit.value, unit.run))
    return found


def _worth(material: Material, unit: Unit) -> float:
    """Two or three sentences of one paragraph are what a section wants, the first one short enough for a heading."""
    if min(unit.members) < 0:
        return unit.value
    lifted = bool(headings.liftable(material, unit))
    start = coherence.bare_opening(unit.posts[0])[:40]
    return (
        unit.value
        + (0.0, -0.1, 0.12, 0.16)[min(MOST_SENTENCES, len(unit.members))]
        + 0.2 * (not lifted and bool(headings.clause_of(unit.posts[0])))
        + lifted * (0.45 if len(unit.members) == MOST_SENTENCES else 0.1)
        - 0.3 * ("\n\n" in unit.posts[0])
        - 0.25 * bool(POINTING.search(start))
    )


def _opening(material: Material, pool: Sequence[Unit]) -> Unit:
    singles = [u for u in pool if min(u.members) >= 0 and len(u.posts[0]) <= _OPENING_BUDGET] or list(pool)
    found = hook.choose(material, singles, BUDGET)
    text = found.posts[0].removeprefix(f"{found.label}\n\n") if found.label else found.posts[0]
    text = _DATELINE.sub("", text)
    return Unit((text,), found.start, found.end, found.section, found.members, found.spans, found.terms, found.value, found.run)


def _closing(material: Material, pool: Sequence[Unit], opening: Unit) -> Unit | None:
    """The source's own last word: the best window of its conclusion, or of its last sentences."""
    count = len(material.pieces)
    free = [u for u in pool if min(u.members) >= 0 and not _clash(u, opening) and len(u.posts[0]) <= _OPENING_BUDGET]
    free = [u for u in free if not _answers(material, u)]
    last = len(material.parts) - 1
    tail = [u for u in free if last and u.section == last and CONCLUSIONS.match(material.parts[last].title)]
    tail = tail or [u for u in free if max(u.members) >= 0.85 * (count - 1)]
    if count < 6 or not tail:
        return None
    return max(
        tail, key=lambda u: (round(0.6 * u.value + 0.9 * (max(u.members) / (count - 1)) ** 4 - 0.4 * ("\n\n" in u.posts[0]), 6), u.end)
    )


def _answers(material: Material, unit: Unit) -> bool:
    """The unit answers a question that stands before it, or as the heading above it."""
    first = min(unit.members)
    piece = material.pieces[first]
    if piece.first and asks(material.parts[piece.section].title):
        return True
    return first > 0 and material.pieces[first - 1].question and material.pieces[first - 1].speaker != piece.speaker


def _clash(first: Unit, second: Unit) -> bool:
    if first.members & second.members or (first.start < second.end and second.start < first.end):
        return True
    return words.overlap(first.terms, second.terms) > _SIMILAR and min(len(first.terms), len(second.terms)) >= 4


def _sections(material: Material, pool: Sequence[Unit], fixed: Sequence[Unit], wanted: int | None) -> list[tuple[Unit, tuple[int, int]]]:
    """The best candidate of each stretch of the source, in its order, none that repeats another."""
    free = [u for u in pool if not any(_clash(u, other) for other in fixed)]
    ends = [u for u in free if not u.posts[0].rstrip("\"'”’»)").endswith(("?", "？", ":", "："))]
    chosen: list[tuple[Unit, tuple[int, int]]] = []
    stretches = _stretches(material, ends, wanted)
    for start, end in stretches:
        ranked = sorted((u for u in ends if start <= u.start < end), key=lambda u: (-_worth(material, u), u.start))
        best = next((u for u in ranked if not any(_clash(u, other) for other, _ in chosen)), None)
        if best:
            chosen.append((best, (start, end)))
    most = wanted or MOST_SECTIONS
    if len(chosen) > most:
        kept = sorted(chosen, key=lambda c: (-_worth(material, c[0]), c[0].start))[:most]
        chosen = [c for c in chosen if c in kept]
    least = wanted or FEWEST_SECTIONS
    for unit in sorted(ends, key=lambda u: (-_worth(material, u), u.start)):
        if len(chosen) >= least:
            break
        if not any(_clash(unit, other) for other, _ in chosen):
            stretch = next(((a, b) for a, b in stretches if a <= unit.start < b), (unit.start, unit.end))
            chosen.append((unit, stretch))
    return sorted(chosen, key=lambda c: c[0].start)


def _stretches(material: Material, pool: Sequence[Unit], wanted: int | None) -> list[tuple[int, int]]:
    """Where each section comes from: the source's own sections when it has at least three with something to show, else even parts of it."""
    own = [(p.start, p.end) for p in material.parts if p.title and p.words >= SECTION_WORDS and not CONCLUSIONS.match(p.title)]
    own = [(a, b) for a, b in own if any(a <= u.start < b for u in pool)]
    if len(own) >= (wanted or FEWEST_SECTIONS):
        return own
    if not pool:
        return []
    count = wanted or max(FEWEST_SECTIONS, min(5, round(material.prose_words / WORDS_PER_SECTION)))
    pieces = material.pieces
    if len(pieces) < count:
        return [(0, material.parts[-1].end + 1)]
    edges = [pieces[i * len(pieces) // count].start for i in range(count)]
    return list(zip(edges, [*edges[1:], material.parts[-1].end + 1], strict=True))


def _link(document: Document, unit: Unit, used: Collection[str]) -> Link | None:
    """A link of the source that stands in the words, or in the paragraph that they come from."""
    blocks = [b for b in document.blocks if any(b.start < end and start < b.end for start, end in unit.spans)]
    near = [link for link in document.links if any(b.start <= link.start < b.end for b in blocks)]
    near.sort(key=lambda link: (not any(a <= link.start < b for a, b in unit.spans), link.start))
    for link in near:
        if link.url in used or not is_web_address(link.url):
            continue
        label = " ".join(document.text[link.start : link.end].split()).strip(" .,:;")
        low, high = _LABEL_WORDS
        good = low <= words.word_count(label) <= high and not _GENERIC.fullmatch(label) and not noise.is_page_line(label)
        return Link(label=label if good else said(READ_MORE, document.language), url=link.url)
    return None


def _action(document: Document, options: NewsletterInput) -> Link:
    url = options.button_link or options.url or document.url
    own = options.call_to_action or (said(READ_ALL, document.language) if url else said(REPLY, document.language))
    return Link(label=own, url=url if is_web_address(url) else "")
