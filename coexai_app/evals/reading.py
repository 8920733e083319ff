"""How the words of a result are read by its judges: phrases, numbers and sentences, whatever marks and spaces they are written with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from coexai_app.agents.maya import kept
from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.report import ClaimKind, Report
from coexai_app.agents.text import sentences, words
from coexai_app.agents.text.judging import LIST_LINE
from coexai_app.extract.document import BlockKind

_SAME: Final = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "‑": "-", "…": "..."}
)
# What formatting adds to words: the number of a post, tags.
ADDED: Final = re.compile(r"(?m)^\s*\d{1,2}/\d{1,2}\s*$|(?<!\w)#\w+")


@dataclass(frozen=True, slots=True)
class Made:
    """A result under judgement, its words read once."""

    report: Report
    parts: tuple[Part, ...]

    def of(self, kinds: Sequence[PartKind]) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if not kinds or part.kind in kinds)


def flat(text: str) -> str:
    """A text as phrases are looked up in it: one case, one kind of quotation mark, apostrophe, dash and space."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).translate(_SAME)).casefold().strip()


def holds(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text as whole words: “38” is not in “380” or “38.5”."""
    found = flat(phrase)
    if not found:
        return False
    before = r"(?<!\w)(?<!\d[.,])" if found[0].isalnum() else ""
    after = r"(?!\w)(?![.,]\d)" if found[-1].isalnum() else ""
    return re.search(before + re.escape(found) + after, flat(text)) is not None


def numbers(texts: Iterable[str], language: str) -> set[Fraction]:
    """Every number that the texts give, in each reading of it, counted in dates too."""
    from coexai_app.agents.text.claims import Quantity, find

    found: set[Fraction] = set()
    for text in texts:
        for mention in find(ADDED.sub(" ", text), language=language):
            if isinstance(mention.value, Quantity):
                found.update(mention.value.values)
            elif mention.kind is ClaimKind.DATE:
                found.update(Fraction(digits) for digits in re.findall(r"\d+", mention.text))
    return found


def share(sentence: str, made: Made) -> float:
    """How much of the words that matter in a sentence the best part has, 0 to 1."""
    language = made.report.source.language
    wanted = set(words.terms(sentence, language))
    if not wanted:
        return 1.0
    return max((len(wanted & set(words.terms(part.text, language))) / len(wanted) for part in made.parts), default=0.0)


def titles(report: Report) -> frozenset[str]:
    """The headings of the source, as posts repeat them on lines of their own."""
    document = kept.document(report)
    headings = (document.block_text(block) for block in document.blocks if block.kind is BlockKind.HEADING)
    return frozenset(flat(text).rstrip(":") for text in (document.title, *headings))


def sentences_of(text: str, language: str, titles: frozenset[str]) -> Iterable[str]:
    """The sentences of a part; headings and list lines need be none."""
    for line in ADDED.sub("", text).split("\n"):
        bare = line.strip()
        if bare and not LIST_LINE.match(bare) and flat(bare).rstrip(":") not in titles:
            yield from (found.text for found in sentences.split(bare, language))


def somewhere(texts: Iterable[str], phrase: str) -> bool:
    return any(holds(text, phrase) for text in texts)


def bare(quote: str) -> str:
    return flat(quote).strip('" ')


def listed(phrases: Sequence[str]) -> str:
    named = ", ".join(f"“{short(phrase)}”" for phrase in phrases[:3])
    return f"{named} and {len(phrases) - 3} more" if len(phrases) > 3 else named


def short(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= 80 else f"{one[:79].rstrip()}…"
