"""The source's main sections and headings: where they start, and which headings may stand above a post. Read by `pieces`, `units`,
`thread` and `review`."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from coexai_app.agents.text import limits, strangers, words
from coexai_app.extract.document import Block, BlockKind, Document

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
ORDER_WORDS = re.compile(
    r"\b(?:steps?|how to|instructions?|method|directions?|procedure|in (?:this|that) order|recipe|checklist|schritte?|anleitung|"
    r"zubereitung|reihenfolge|so geht|pasos?|cómo|preparación|elaboración|instrucciones|étapes?|"
    r"préparation|recette|comment|passi|passaggi|come|preparazione|passos?|como|preparo|modo de|stappen|stap|bereiding|hoe)\b",
    re.IGNORECASE,
)
NUMBERED_HEADING = re.compile(r"^(?:#?\d{1,2}[.):\s]|(?:step|tip|schritt|paso|étape|passo|stap|tipp|consejo|conseil)\s+\d)", re.IGNORECASE)


_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_EDGES = ".,:;!?()[]\"'“”‘’"


@dataclass(frozen=True, slots=True)
class Part:
    """A main section of the source."""

    title: str
    start: int
    end: int
    words: int


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
        title = document.block_text(cut).strip()
        parts.append(Part("" if strangers.is_order(title) else title, cut.end, end, count))
    return parts or [Part("", 0, len(document.text), words.word_count(document.text))]


def asks(title: str) -> bool:
    return title.rstrip().endswith(("?", "？"))


def is_label(heading: str) -> bool:
    """A heading that says something when it stands above a post."""
    says = len(heading.split()) >= 3 or heading[-1:] in "?？" or bool(NUMBERED_HEADING.match(heading)) or len(heading) > 30
    return (
        bool(heading)
        and says
        and not strangers.is_order(heading)
        and not _PLAIN_HEADING.match(heading)
        and not CONCLUSIONS.match(heading)
        and limits.weighted_length(heading) <= 90
    )


def leads(heading: str) -> bool:
    """A heading that may stand above its list ("Ingredients")."""
    plain = _PLAIN_HEADING.match(heading) or CONCLUSIONS.match(heading) or strangers.is_order(heading)
    return bool(heading) and not plain and limits.weighted_length(heading) <= 90


def section_of(parts: Sequence[Part], position: int) -> int:
    return next((i for i, part in enumerate(parts) if position < part.end), len(parts) - 1)


@functools.lru_cache(maxsize=2)
def _forms(text: str) -> dict[str, str]:
    """How a text writes its words, by their lower-case form. A lower-case form anywhere wins over a capital that only opens a sentence, and
    any form over capitals; those count in running text only ("NASA")."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        if line.isupper():
            continue
        for form in _WORD.findall(line):
            found[form.lower()] = max(form, found.get(form.lower(), form))
    return found


def calm(heading: str, text: str) -> str:
    """A heading in capitals as a sentence writes it: each word as the text has it elsewhere, the first with a capital."""
    if not heading.isupper() or len(heading.split()) < 2:
        return heading
    found = []
    for token in heading.split():
        bare = token.strip(_EDGES)
        found.append(token.replace(bare, _forms(text).get(bare.lower(), bare.lower())) if bare else token)
    sentence = " ".join(found)
    first = next((i for i, c in enumerate(sentence) if c.isalpha()), 0)
    return sentence[:first] + sentence[first].upper() + sentence[first + 1 :]
