"""What people do with a result: edit it, keep or remove a claim, apply a fix, approve it, take it away. Reading is in `outputs_read.py`,
asking for a review in `reviews.py`, older versions in `output_versions.py`.

Every change judges the whole output anew, and counts the version up, so that two people never overwrite each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, select

from coexai_app import access, agents
from coexai_app.access import Actor, Permission
from coexai_app.agents.parts import Parted, Words
from coexai_app.agents.report import Claim, ClaimStatus, Finding, Report
from coexai_app.errors import Conflict, InvalidInput, NotFound
from coexai_app.models import Output, OutputStatus, ReviewStep
from coexai_app.models.base import now
from coexai_app.services import audit, jobs, output_changes, outputs_read, webhook_events
from coexai_app.views.outputs import OutputView

MEDIA_TYPES: Final = {
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "zip": "application/zip",
}
# What no database takes: control characters but line end and tab, and halves of a character.
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Exported:
    name: str
    media_type: str
    data: bytes


def edit(session: Session, actor: Actor, *, output_id: UUID, version: int, parts: Sequence[Words]) -> OutputView:
    """Replaces the parts by a person's words; claims, checks and score are judged again. Empty parts are dropped.

    Words that say what is there already change nothing: there is no new version then.
    """
    access.require(actor, Permission.EDIT_OUTPUT)
    row, report = output_changes.opened(session, actor, output_id, version)
    output = agents.output_of(report)
    words = [Words(said, words.of) for words in parts if (said := _UNSTORABLE.sub("", words.text).strip())]
    changed = _rewritten(output, words)
    if changed == output:
        return outputs_read.whole(session, actor, row)
    return _save(session, actor, row, output_changes.judged(report, changed), "output.edited", "edited")


def override(session: Session, actor: Actor, *, output_id: UUID, version: int, claim: int, reason: str) -> OutputView:
    """Keeps a claim that has no source, with the person's reason. `claim` is its index in the ledger."""
    access.require(actor, Permission.EDIT_OUTPUT)
    row, report = output_changes.opened(session, actor, output_id, version)
    found = _claim(report, claim)
    why = " ".join(_UNSTORABLE.sub("", reason).split())[:500]
    if len(why) < 3:
        raise InvalidInput("Say why this may stay, for example where you know it from.", field="reason")
    kept = found.model_copy(update={"status": ClaimStatus.OVERRIDDEN, "override": why})
    claims = tuple(kept if c is found else c for c in report.claims)
    judged = output_changes.judged(report.model_copy(update={"claims": claims}), agents.output_of(report))
    told = f"“{found.text}”: {why}"
    return _save(session, actor, row, judged, "output.claim_overridden", "claim_kept", told, claim=found.text, reason=why)


def remove_claim(session: Session, actor: Actor, *, output_id: UUID, version: int, claim: int) -> OutputView:
    """Takes out the sentence that holds a claim; a part that has nothing else goes with it."""
    access.require(actor, Permission.EDIT_OUTPUT)
    row, report = output_changes.opened(session, actor, output_id, version)
    found = _claim(report, claim)
    output = agents.output_of(report)
    words = [Words(part.text, of) for of, part in enumerate(output.parts())]
    words[found.part] = Words(_without(words[found.part].text, found.start, found.end), found.part)
    left = [said for said in words if re.search(r"\w{2,}", re.sub(r"\b\d+/\d+\b|#\w+", "", said.text))]
    if not left:
        raise Conflict("Nothing would be left. Edit the text instead.")
    judged = output_changes.judged(report, output.rewritten(left))
    return _save(session, actor, row, judged, "output.claim_removed", "claim_removed", f"“{found.text}”", claim=found.text)


def apply_fix(session: Session, actor: Actor, *, output_id: UUID, version: int, check: str, finding: int) -> OutputView:
    """Puts the replacement of a finding in its place. `check` is the id of a check, `finding` the index among its findings.

    Raises NotFound for one that is not there any more or has no replacement.
    """
    access.require(actor, Permission.EDIT_OUTPUT)
    row, report = output_changes.opened(session, actor, output_id, version)
    output = agents.output_of(report)
    words = [Words(part.text, of) for of, part in enumerate(output.parts())]
    found = _finding(report, check, finding)
    if found.replacement is None or not (0 <= found.part < len(words) and 0 <= found.start <= found.end <= len(words[found.part].text)):
        raise NotFound("This has no fix that can be applied. Edit the text instead.")
    before = words[found.part].text
    after = f"{before[: found.start]}{found.replacement}{before[found.end :]}".strip()
    words[found.part] = Words(after, found.part)
    judged = output_changes.judged(report, _rewritten(output, [said for said in words if said.text]))
    return _save(session, actor, row, judged, "output.fixed", "fixed", found.message, check=check)


def approve(session: Session, actor: Actor, *, output_id: UUID, version: int) -> OutputView:
    """Approves an output. Raises Conflict while a claim has neither a source nor a person's reason, or a length is over its limit."""
    access.require(actor, Permission.APPROVE_OUTPUT)
    row, report = output_changes.opened(session, actor, output_id, version)
    require_open(row)
    require_ready(report)
    row.status, row.approved_by, row.approved_at = OutputStatus.APPROVED, actor.user_id, now()
    output_changes.step(session, row, ReviewStep.APPROVED, user_id=actor.user_id)
    webhook_events.note(session, row.organization_id, "output.approved", row.id)
    return _move(session, actor, row, "output.approved")


def reopen(session: Session, actor: Actor, *, output_id: UUID, version: int) -> OutputView:
    """Makes an approved output a draft again."""
    access.require(actor, Permission.APPROVE_OUTPUT)
    row = output_changes.locked(session, actor, output_id, version)
    if row.status is not OutputStatus.APPROVED:
        raise Conflict("This result is not approved.")
    row.status, row.approved_by, row.approved_at = OutputStatus.DRAFT, None, None
    output_changes.step(session, row, ReviewStep.REOPENED, user_id=actor.user_id)
    webhook_events.note(session, row.organization_id, "output.reopened", row.id)
    return _move(session, actor, row, "output.reopened")


def require_open(row: Output) -> None:
    """Raises Conflict for what was sent back: a yes needs other words, or another question."""
    if row.status is OutputStatus.REJECTED:
        raise Conflict("Changes were asked for. Make them, or ask for a review again.")


def require_ready(report: Report) -> None:
    """What a yes needs, whoever gives it. Raises Conflict with what is missing."""
    if report.unsupported:
        names = ", ".join(f"“{c.text}”" for c in report.unsupported[:3])
        raise Conflict(f"Resolve the claims without a source first: {names}.", unsupported=len(report.unsupported))
    if failed := [c for c in report.checks if c.id.rpartition(".")[2] == "length" and c.status == "fail"]:
        raise Conflict(failed[0].message)


def export(session: Session, actor: Actor, *, output_id: UUID, format: str) -> Exported:  # noqa: A002  (the word of the field)
    """The output as a file, in one of its capability's formats."""
    access.require(actor, Permission.VIEW_OUTPUT)
    row = access.one(session, select(Output).where(Output.id == output_id), actor, "result")
    _, capability = jobs.find(row.agent, row.capability)
    render = capability.exports.get(format)
    if render is None:
        raise InvalidInput(f"There is no format “{format}”. There are: {', '.join(capability.exports)}.", field="format")
    audit.record(session, "output.exported", actor=actor, target=str(output_id), target_name=row.title, format=format)
    slug = re.sub(r"[^a-z0-9]+", "-", row.title.lower()).strip("-")[:60] or "result"
    return Exported(f"{slug}.{format}", MEDIA_TYPES[format], render(Report.model_validate(row.report)))


def _rewritten(output: Parted, words: Sequence[Words]) -> Parted:
    """The output in these words. Raises InvalidInput where they are too few, too many or too long."""
    if not words:
        raise InvalidInput("Leave at least one part that says something.", field="parts")
    if len(words) > output.most_parts:
        raise InvalidInput(f"There can be at most {output.most_parts} parts here. Join some of them.", field="parts")
    if any(len(said.text) > output.most_characters for said in words):
        raise InvalidInput(f"A part has at most {output.most_characters:,} characters here. Shorten it.", field="parts")
    return output.rewritten(words)


def _save(session: Session, actor: Actor, row: Output, report: Report, action: str, change: str, note: str = "", **data: Any) -> OutputView:
    output_changes.write(session, actor, row, report, change, note)
    audit.record(session, action, actor=actor, target=str(row.id), target_name=row.title, version=row.version, **data)
    return outputs_read.whole(session, actor, row)


def _move(session: Session, actor: Actor, row: Output, action: str) -> OutputView:
    output_changes.moved(session, row, action)
    audit.record(session, action, actor=actor, target=str(row.id), target_name=row.title, version=row.version)
    return outputs_read.whole(session, actor, row)


def _finding(report: Report, check: str, index: int) -> Finding:
    found = next((c.findings for c in report.checks if c.id == check), ())
    if not 0 <= index < len(found):
        raise NotFound("This finding is not there any more. Reload the page.")
    return found[index]


def _claim(report: Report, index: int) -> Claim:
    if not 0 <= index < len(report.claims) or report.claims[index].status is not ClaimStatus.UNSUPPORTED:
        raise NotFound("This claim is not open any more. Reload the page.")
    return report.claims[index]


def _without(text: str, start: int, end: int) -> str:
    """The text without the sentence around `text[start:end]`."""
    before = max((m.end() for m in re.finditer(r"[.!?…。！？][\"”»’)]*\s+|\n+", text[:start])), default=0)
    after = re.search(r"[.!?…。！？][\"”»’)]*(?=\s|$)|\n", text[end:])
    stop = end + after.end() if after else len(text)
    return (text[:before].rstrip(" ") + " " + text[stop:].lstrip(" ")).strip()
