"""What a result's review says about a case of it: the reason why it was sent back, comments, and the words that people took out.

`eval_cases.py` calls it for the dialog, and again when the case is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import agents
from coexai_app.agents.parts import Part
from coexai_app.agents.report import Report
from coexai_app.errors import NotFound
from coexai_app.evals import reading
from coexai_app.evals.cases import Verdict
from coexai_app.evals.expectations import Fits, InLanguage, Points, Sourced
from coexai_app.extract.language import UNDETERMINED
from coexai_app.models import Output, OutputStatus, ReviewEvent, ReviewStep
from coexai_app.services import output_versions, remarks
from coexai_app.views import differences
from coexai_app.views.base import count
from coexai_app.views.differences import PartDifference

MOST_PHRASES: Final = 20
LONGEST_PHRASE: Final = 300
_LONGEST_NOTE: Final = 1_000
# A taken-out word of fewer letters is no phrase to look for: “the”, “and”.
_FEWEST_LETTERS: Final = 5
_SENTENCE: Final = re.compile(r"(?<=[.!?…。！？])\s+|\n+")


@dataclass(slots=True)
class Said:
    """What the review says of one part of the first version."""

    verdict: Verdict | None = None
    words: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a case of a result would hold: the first version's parts, what was said of each, and the reason why it was sent back."""

    report: Report
    parts: tuple[Part, ...]
    said: Mapping[int, Said]
    reason: str = ""
    told: str = ""


def of(session: Session, row: Output) -> Draft:
    """The draft of a result, from everything that people did with it."""
    now = Report.model_validate(row.report)
    try:
        first = output_versions.at(session, row, 1)
    except NotFound:  # older than the versions that are kept
        first = now
    before, after = agents.output_of(first).parts(), agents.output_of(now).parts()
    said = {index: Said() for index in range(len(before))}
    changed = _edits(before, after, said)
    commented = _comments(session, row, before, said)
    if row.status is OutputStatus.APPROVED:
        for one in said.values():
            one.verdict = one.verdict or Verdict.GOOD
    reason = _reason(session, row.id)
    return Draft(
        first, before, said, reason, _told(changed, commented, sent_back=bool(reason), approved=row.status is OutputStatus.APPROVED)
    )


def rules(report: Report) -> Iterator[tuple[Sourced | Fits | InLanguage | Points, bool]]:
    """What may be expected of every later result, and whether this one met it so far that the dialog begins with it."""
    yield Sourced(check="sourced"), not report.unsupported
    yield Fits(check="fits"), all(not 0 < part.limit < part.length for part in agents.output_of(report).parts())
    if report.source.language != UNDETERMINED:
        yield InLanguage(check="language", code=report.source.language), True
    if report.score.max_points and report.score.points:
        yield Points(check="points", fewest=max(1, 100 * report.score.points // report.score.max_points)), False


def _edits(before: Sequence[Part], after: Sequence[Part], said: dict[int, Said]) -> int:
    """Words that people took out of a part, and parts that they took away. Returns how many parts they changed."""
    kept = "\n".join(part.text for part in after)
    changed, index = 0, 0
    for difference in differences.parts(before, after):
        if difference.kind == "added":
            continue
        one, part = said[index], before[index]
        index += 1
        if difference.kind == "same":
            continue
        changed += 1
        found = [part.text] if difference.kind == "removed" else list(_removed(difference))
        one.words += [phrase for phrase in dict.fromkeys(found) if len(phrase) <= LONGEST_PHRASE and not reading.holds(kept, phrase)]
        one.words = one.words[:MOST_PHRASES]
        if one.words or difference.kind == "removed":
            one.verdict = Verdict.BAD
    return changed


def _removed(difference: PartDifference) -> Iterator[str]:
    """What was taken out, as phrases that can be looked for: a sentence each, single small words left out."""
    for stretch in _stretches(difference):
        for piece in _SENTENCE.split(stretch):
            phrase = piece.strip().strip(".,;:!?…“”\"'()«»„ ").strip()
            words = phrase.split()
            if len(words) > 1 or (words and (len(phrase) >= _FEWEST_LETTERS or any(c.isdigit() for c in phrase))):
                yield phrase


def _stretches(difference: PartDifference) -> Iterator[str]:
    """Runs that were taken out, joined where only white space stayed between them: three words replaced by three are one phrase."""
    found = ""
    for run in difference.runs:
        if run.kind == "removed" or (found and run.kind == "same" and run.text.isspace()):
            found += run.text
        elif run.kind == "same":
            yield found
            found = ""
    yield found


def _comments(session: Session, row: Output, parts: Sequence[Part], said: dict[int, Said]) -> int:
    """What people wrote at a part, with the words that they marked. Returns how many remarks were taken over."""
    taken = 0
    for root, _ in remarks.threads(session, row):
        place = remarks.place(parts, root)
        if root.deleted_at is not None or place.part not in said:
            continue
        one = said[place.part]
        one.verdict = Verdict.BAD
        one.notes.append(" ".join(root.text.split()))
        # A word alone marks a place; a phrase is what somebody does not want to read.
        if len(root.quote.split()) > 1 and len(root.quote) <= LONGEST_PHRASE and "\n" not in root.quote and root.quote not in one.words:
            one.words.append(root.quote)
        taken += 1
    return taken


def _reason(session: Session, output_id: UUID) -> str:
    """Why it was sent back the last time."""
    found = select(ReviewEvent.reason).where(ReviewEvent.output_id == output_id, ReviewEvent.step == ReviewStep.REJECTED)
    return session.exec(found.order_by(col(ReviewEvent.id).desc())).first() or ""


def _told(changed: int, commented: int, *, sent_back: bool, approved: bool) -> str:
    """Where the dialog's words come from, for the person who reads them."""
    parts = [
        f"{count(changed, 'part')} that somebody changed" if changed else "",
        count(commented, "comment") if commented else "",
        "the reason why it was sent back" if sent_back else "",
        "the approval" if approved else "",
    ]
    named = [part for part in parts if part]
    if not named:
        return ""
    return f"Filled in from {', '.join(named[:-1])} and {named[-1]}." if len(named) > 1 else f"Filled in from {named[0]}."


def notes(one: Said) -> str:
    """What was written at a part, as one note."""
    return " / ".join(one.notes)[:_LONGEST_NOTE]
