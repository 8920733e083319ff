"""Any text against any source: the claim ledger and the rules that need no wishes of a form. Called by `coexai check`.

Pure: no model, no network, no database.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from coexai_app.agents.report import CheckStatus, Claim, ClaimStatus, Finding, Frozen
from coexai_app.agents.text import entities, judging, limits, readability, rules, words
from coexai_app.agents.text.claims import ledger
from coexai_app.agents.text.readability import Readability
from coexai_app.extract.document import Document

# Rules that hold for any text: id, label, rule.
RULES: Final[tuple[tuple[str, str, rules.Rule], ...]] = (
    ("sentences", "Whole sentences", rules.full_sentences),
    ("duplicates", "No repeats", rules.duplicates),
    ("shouting", "Calm", rules.shouting),
    ("cliches", "Plain words", rules.cliches),
    ("readability", "Easy to read", rules.easy),
)
MOST_CHARACTERS: Final = 400_000
_BREAK: Final = re.compile(r"\n[ \t]*\n\s*")


class Rule(Frozen):
    id: str
    label: str
    status: CheckStatus
    message: str
    evidence: str = ""
    fix: str = ""
    findings: tuple[Finding, ...] = ()


class Entity(Frozen):
    """A link, mention, hashtag or cashtag: `text[start:end]`."""

    kind: str
    text: str
    start: int
    end: int


class Checked(Frozen):
    """The verdict on a text. Places are those of the whole text, `claim.part` and `finding.part` are always 0; `line` tells a person where.

    `length` is X's weighted length, `fits_x` whether the whole text is one post there.
    """

    ok: bool
    language: str
    words: int
    length: int
    fits_x: bool
    claims: tuple[Claim, ...]
    rules: tuple[Rule, ...]
    entities: tuple[Entity, ...]
    readability: Readability

    @property
    def unsupported(self) -> tuple[Claim, ...]:
        return tuple(claim for claim in self.claims if claim.status is ClaimStatus.UNSUPPORTED)


def check(text: str, source: Document, headings: Sequence[str] = ()) -> Checked:
    """Judges a text: not ok when a claim has no source or a rule fails. Warnings are no failure. `headings` need be no sentences."""
    language = source.language
    # Rules that compare parts see paragraphs; the ledger sees one text, so that its places are the file's.
    parts = tuple(part for part in _BREAK.split(text.strip()) if part.strip())
    titles = frozenset(heading.strip().rstrip(":").casefold() for heading in headings if heading.strip())
    judged = judging.Judged(posts=parts or ("",), words=parts or ("",), language=language, titles=titles)
    verdicts = [(id_, label, rule(judged)) for id_, label, rule in RULES] if parts else []
    checked = tuple(_rule(id_, label, verdict) for id_, label, verdict in verdicts)
    claims = ledger([text], source)
    counted = limits.counted(text)
    failed = any(rule.status is CheckStatus.FAIL for rule in checked) or any(c.status is ClaimStatus.UNSUPPORTED for c in claims)
    return Checked(
        ok=not failed,
        language=language,
        words=words.word_count(text),
        length=counted.length,
        fits_x=counted.valid,
        claims=claims,
        rules=checked,
        entities=_entities(text),
        readability=readability.of([s for part in parts for s in judging.prose(part, judged)], language),
    )


def line_of(text: str, position: int) -> int:
    """The line of a place, from 1."""
    return text.count("\n", 0, position) + 1


def _rule(id_: str, label: str, verdict: judging.Verdict) -> Rule:
    # "Post 2" is what agents call a part; here it is a paragraph.
    done = judging.check(id_, label, 1, verdict)
    status = CheckStatus.WARN if 0 < verdict.share < 1 else done.status
    message = re.sub(r"\b([Pp])ost(s?)\b", r"\1aragraph\2", done.message)
    return Rule(id=id_, label=label, status=status, message=message, evidence=done.evidence, fix=done.fix, findings=done.findings)


def _entities(text: str) -> tuple[Entity, ...]:
    found = [
        *(Entity(kind="link", text=u.url, start=u.start, end=u.end) for u in limits.urls(text)),
        *(Entity(kind="mention", text=text[m.start : m.end], start=m.start, end=m.end) for m in entities.mentions(text)),
        *(Entity(kind="hashtag", text=text[t.start : t.end], start=t.start, end=t.end) for t in entities.hashtags(text)),
        *(Entity(kind="cashtag", text=text[t.start : t.end], start=t.start, end=t.end) for t in entities.cashtags(text)),
    ]
    return tuple(sorted(found, key=lambda entity: entity.start))
