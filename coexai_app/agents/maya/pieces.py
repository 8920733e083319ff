"""The source cut into what a thread is made of: pieces (sentences that fit a post, with their place and their flags) and lists.

`thread` builds posts of them; `steps.analyze` ranks them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from coexai_app.agents.text import coherence, compress, limits, ranking, sentences, words
from coexai_app.extract.document import Block, BlockKind, Document

# Lines of a page that are about the page: they never belong in a thread.
_BOILERPLATE = re.compile(
    r"\b(?:subscribe|newsletter|sign up (?:here|now|for|to)|click (?:here|below)|share this|follow (?:us|me) on|"
    r"cookies?\b.{0,40}\b(?:policy|accept|use|settings|experience)|all rights reserved|"
    r"privacy policy|terms of (?:use|service)|read (?:more|also|next)\b|related (?:posts|articles)|originally (?:published|appeared)|"
    r"photo(?:graph)? (?:by|credit|courtesy)|image (?:by|credit|source)|"
    r"advertisement|affiliate links?|leave a comment|log in to|posted (?:on|in|by)|©|copyright \d|min(?:ute)?s? read|table of contents|"
    r"skip to|suscríbete|boletín|política de privacidad|"
    r"todos los derechos|lee también|newsletter|datenschutz|alle rechte|lesen sie auch|abonnieren|jetzt anmelden|abonnez-vous|tous "
    r"droits|lire aussi|iscriviti|leggi anche|inscreva-se|leia também|"
    r"schrijf je in|lees ook)\b|©",
    re.IGNORECASE,
)
# Words that point at the page itself: true there, empty in a post.
_DEICTIC = re.compile(
    r"\b(?:below|see above|above (?:table|chart|figure|image|photo)|as shown|shown (?:here|below|above)|(?:the|this|following|next) "
    r"(?:table|chart|figure|graph|image|photo|picture|video|diagram|screenshot|snippet|section|chapter)|"
    r"(?:in|of) this (?:post|article|guide|tutorial|piece|essay|section|series|chapter)|as (?:i|we) (?:mentioned|said|noted|wrote)|"
    r"mentioned (?:above|earlier|before)|in the comments|earlier in this|later in this|"
    r"en este (?:artículo|post)|a continuación|más abajo|en los comentarios|in diesem (?:artikel|beitrag|text)|im folgenden|weiter "
    r"unten|siehe (?:oben|unten)|in den kommentaren|dans cet article|ci-dessous|ci-dessus|"
    r"en commentaire|in questo articolo|qui sotto|nei commenti|neste (?:artigo|post)|abaixo|nos comentários|in dit artikel|hieronder|in "
    r"de reacties)\b",
    re.IGNORECASE,
)
# True and useless outside a newspaper.
_EMPTY = re.compile(
    (r"\b(?:declined to comment|could not be reached|did not (?:immediately )?(?:respond|reply)|no comment)\b"), re.IGNORECASE
)
_ENDS_WELL = re.compile(r"[.!?…。！？｡．؟।॥።][\"'”’»›)\]}」』）】*_]*$")
_TURN = re.compile(r"^(?P<who>[A-ZÀ-Ý][\w.'’-]*(?: [A-ZÀ-Ý][\w.'’-]*){0,2}):\s+(?=\S)")
_NOT_SPEAKERS = (
    "note update tip warning example ps p.s edit result question problem solution step tl;dr disclaimer source sources fact myth "
    "important hinweis nota"
)
_TURN_NOT = frozenset(_NOT_SPEAKERS.split())
_MIN_TURNS = 3
CONCLUSIONS = re.compile(
    r"^(?:conclusions?|summary|wrapping up|wrap[- ]up|final thoughts?|(?:the )?bottom line|in closing|closing thoughts|(?:the |key "
    r")?take-?aways?|to sum up|in short|what (?:i|we)(?:'d|’d| would)? (?:learned|tell|do next|know now)\b.*|"
    r"fazit|schluss|zusammenfassung|conclusión|conclusiones|en resumen|conclusion|en résumé|pour conclure|conclusion[ei]|in breve|"
    r"conclusão|em resumo|conclusie|samenvatting|tot slot|lessons?(?: learned)?)\W*$",
    re.IGNORECASE,
)
_PLAIN_HEADING = re.compile(
    r"^(?:introduction|intro|background|overview|about(?: us)?|summary|einleitung|hintergrund|überblick|introducción|antecedentes|"
    r"contexte|introduzione|contesto|introdução|contexto|inleiding|achtergrond)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A full sentence that fits a post. `text` is the source's words (`source[start:end]`, or that shortened).

    `opening` is how it reads at the head of a post, "" when it cannot stand there. `run` numbers the stretches of prose that nothing
    interrupts (a heading, a list, another speaker).
    """

    text: str
    start: int
    end: int
    block: int
    place: int
    run: int
    section: int
    opening: str
    length: int
    terms: tuple[str, ...]
    speaker: str = ""
    score: float = 0.0
    question: bool = False
    contrast: bool = False
    lead: bool = False
    shortened: bool = False
    deictic: bool = False
    last: bool = False
    bridged: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list of the source: its items whole, the sentence that leads in, and whether their order matters."""

    texts: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    lead: str
    lead_span: tuple[int, int] | None
    section: int
    ordered: bool
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """A main section of the source."""

    title: str
    start: int
    end: int
    words: int


@dataclass(slots=True)
class Material:
    """All that the writer may use."""

    language: str
    title: str
    parts: list[Part] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    lists: list[Items] = field(default_factory=list)
    turns: bool = False
    listicle: bool = False
    prose_words: int = 0
    relaxed: bool = False


def of_document(document: Document, budget: int = limits.POST_LIMIT - 9) -> Material:
    """Cuts and ranks a document. `budget` is the weighted length that a post's words may take."""
    material = Material(language=document.language, title=document.title.strip())
    material.parts = main_parts(document)
    material.turns = _is_dialogue(document)
    _walk(document, material, budget)
    if not material.pieces and not material.lists:
        # Notes without full stops: their lines are the best there is.
        material.relaxed, material.prose_words = True, 0
        _walk(document, material, budget)
    _rank(material, document)
    titled = [p for p in material.parts if p.title]
    numbered = sum(bool(_NUMBERED_HEADING.match(p.title)) for p in titled)
    material.listicle = len(titled) >= 3 and (numbered >= 0.6 * len(titled) or sum(p.words for p in titled) <= 70 * len(titled))
    return material


def is_title(document: Document, block: Block, index: int) -> bool:
    """The heading that is the document's own title (the first block, or the only heading of level 1)."""
    if block.kind is not BlockKind.HEADING:
        return False
    return index == 0 or (block.level == 1 and document.block_text(block).strip() == document.title.strip())


def main_parts(document: Document) -> list[Part]:
    """The sections at the level that divides the text: the highest one with at least two headings, the title's heading aside."""
    headings = [(i, b) for i, b in enumerate(document.blocks) if b.kind is BlockKind.HEADING and not is_title(document, b, i)]
    levels = Counter(b.level for _, b in headings)
    main = next((level for level in sorted(levels) if levels[level] >= 2), min(levels, default=0))
    cuts = [b for _, b in headings if b.level <= main]
    title_end = next((b.end for i, b in enumerate(document.blocks) if is_title(document, b, i)), 0)
    first = cuts[0].start if cuts else len(document.text)
    parts: list[Part] = []
    if document.text[title_end:first].strip():
        parts.append(Part("", title_end, first, words.word_count(document.text[title_end:first])))
    ends = [*(cut.start for cut in cuts[1:]), len(document.text)]
    for cut, end in zip(cuts, ends, strict=False):
        count = words.word_count(document.text[cut.end : end])
        parts.append(Part(document.block_text(cut).strip(), cut.end, end, count))
    return parts or [Part("", 0, len(document.text), words.word_count(document.text))]


def _asks(title: str) -> bool:
    return title.rstrip().endswith(("?", "？"))


def label(material: Material, section: int) -> str:
    """The heading that goes above a section's first post: one that asks or is numbered, or any of a post that is a list of sections."""
    title = material.parts[section].title
    if not is_label(title) or not (_asks(title) or _NUMBERED_HEADING.match(title) or material.listicle):
        return ""
    return title


def is_label(heading: str) -> bool:
    """A heading that says something when it stands above a post."""
    says = len(heading.split()) >= 3 or heading[-1:] in "?？" or bool(_NUMBERED_HEADING.match(heading)) or len(heading) > 30
    return (
        bool(heading)
        and says
        and not _PLAIN_HEADING.match(heading)
        and not CONCLUSIONS.match(heading)
        and limits.weighted_length(heading) <= 90
    )


def _leads(heading: str) -> bool:
    """A heading that may stand above its list ("Ingredients")."""
    return bool(heading) and not _PLAIN_HEADING.match(heading) and not CONCLUSIONS.match(heading) and limits.weighted_length(heading) <= 90


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


def _section_of(parts: Sequence[Part], position: int) -> int:
    return next((i for i, part in enumerate(parts) if position < part.end), len(parts) - 1)


def _walk(document: Document, material: Material, budget: int) -> None:
    run, previous = 0, None
    group: list[tuple[int, Block]] = []
    heading = ""
    for index, block in enumerate(document.blocks):
        text = document.block_text(block)
        if block.kind is BlockKind.LIST_ITEM:
            group.append((index, block))
            continue
        if group:
            run = _close_list(document, material, group, heading, budget, run + 1)
            group = []
        if block.kind in (BlockKind.HEADING, BlockKind.CODE, BlockKind.TABLE):
            run += 1
            if block.kind is BlockKind.HEADING:
                heading = text
            previous = block
            continue
        match = _TURN.match(text) if material.turns else None
        if match or (previous and previous.kind is not block.kind):
            run += 1
        speaker = match["who"] if match else ""
        _add_pieces(document, material, block, index, run, budget, speaker)
        previous = block
    if group:
        _close_list(document, material, group, heading, budget, run + 1)


def _add_pieces(document: Document, material: Material, block: Block, index: int, run: int, budget: int, speaker: str = "") -> None:
    language = document.language
    found = _whole_quotes(document, sentences.of_block(document, block, index))
    section = _section_of(material.parts, block.start)
    material.prose_words += words.word_count(document.block_text(block))
    for place, sentence in enumerate(found):
        if _BOILERPLATE.search(sentence.text) and words.word_count(sentence.text) < 40:
            continue
        text = sentence.text.replace("\n", " ")
        if place == 0 and speaker:
            prefix = _TURN.match(text)
            text = text[prefix.end() :] if prefix else text
        if place == 0 and not material.pieces:
            text = compress.without_dateline(text)
        if not text or limits.urls(text) or not (_usable(text) or (material.relaxed and coherence.balanced(text))):
            continue
        head = f"{speaker}: " if speaker else ""
        for part in _fitting(text, language, budget - limits.weighted_length(head)):
            opening = _opening(part, language)
            material.pieces.append(
                Piece(
                    text=part,
                    start=sentence.start,
                    end=sentence.end,
                    block=index,
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
                    deictic=bool(_DEICTIC.search(part)),
                    last=place == len(found) - 1,
                    bridged=coherence.leans(part, language)
                    or _bridged(part, (found[place - 1].text if place else _before(material, run)), language),
                )
            )


def _whole_quotes(document: Document, found: list[sentences.Sentence]) -> list[sentences.Sentence]:
    """Joins the sentences of one quotation, so that its marks close within a piece."""
    joined: list[sentences.Sentence] = []
    for sentence in found:
        last = joined[-1] if joined else None
        if last and not coherence.balanced(last.text) and sentence.end - last.start <= _LONGEST_QUOTE:
            joined[-1] = replace(last, text=document.text[last.start : sentence.end], end=sentence.end)
        else:
            joined.append(sentence)
    return joined


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


def _opening(text: str, language: str) -> str:
    if not _starts_well(text) or coherence.needs_attribution(text):
        return ""
    if not coherence.dangling(text, language):
        return text
    bare = compress.without_opener(text, language)
    return bare if bare != text else ""


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


_ORDER_WORDS = re.compile(
    r"\b(?:steps?|how to|instructions?|method|directions?|procedure|in (?:this|that) order|recipe|checklist|schritte?|anleitung|"
    r"zubereitung|reihenfolge|so geht|pasos?|cómo|preparación|elaboración|instrucciones|étapes?|"
    r"préparation|recette|comment|passi|passaggi|come|preparazione|passos?|como|preparo|modo de|stappen|stap|bereiding|hoe)\b",
    re.IGNORECASE,
)
_NUMBERED_HEADING = re.compile(r"^(?:#?\d{1,2}[.):\s]|(?:step|tip|schritt|paso|étape|passo|stap|tipp|consejo|conseil)\s+\d)", re.IGNORECASE)
_NUMBERED = re.compile(r"^\d{1,2}[.)]\s+")
_LONG_ITEM = 150
_LONGEST_QUOTE = 320


def _close_list(document: Document, material: Material, group: list[tuple[int, Block]], heading: str, budget: int, run: int) -> int:
    """Short items become a list, long ones are prose of their own. Returns the last run number used."""
    texts = [document.block_text(b).replace("\n", " ") for _, b in group]
    if material.turns or sum(map(len, texts)) / len(texts) > _LONG_ITEM or len(texts) < 2:
        for index, block in group:
            run += 1
            _add_pieces(document, material, block, index, run, budget)
        return run
    first = group[0][0]
    before = material.pieces[-1] if material.pieces and material.pieces[-1].block == first - 1 else None
    lead, span = "", None
    if before and before.lead and before.opening:
        lead, span = before.opening, (before.start, before.end)
    elif before is None and heading and first and document.blocks[first - 1].kind is BlockKind.HEADING and _leads(heading):
        lead, span = heading.rstrip(":"), (document.blocks[first - 1].start, document.blocks[first - 1].end)
        if lead[-1:] not in ".!?…":
            lead += ":"
    ordered = bool(_ORDER_WORDS.search(f"{heading} {lead}")) or all(_NUMBERED.match(t) for t in texts)
    material.prose_words += sum(words.word_count(t) for t in texts)
    if any(limits.urls(t) for t in texts):
        # A list of links is a list of places to go, not of points.
        return run
    keep = [(t, (b.start, b.end)) for t, (_, b) in zip(texts, group, strict=True) if not _BOILERPLATE.search(t)]
    if len(keep) >= 2:
        material.lists.append(
            Items(
                texts=tuple(_NUMBERED.sub("", t) for t, _ in keep),
                spans=tuple(s for _, s in keep),
                lead=lead,
                lead_span=span,
                section=_section_of(material.parts, group[0][1].start),
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
        if first and not opening and piece.place == 0 and _starts_well(piece.text) and _asks(material.parts[section].title):
            # An answer right under the question that it answers: the heading goes along.
            opening = f"{piece.speaker}: {piece.text}" if piece.speaker else piece.text
        material.pieces[i] = replace(
            piece,
            score=scores[i] * (0.6 if piece.deictic else 1.0) * (0.4 if _EMPTY.search(piece.text) else 1.0),
            first=first,
            opening=opening,
        )
    count = len(material.pieces)
    material.lists = [replace(items, score=scores[count + i]) for i, items in enumerate(material.lists)]
