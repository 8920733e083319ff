"""What people do with a result: edit it, keep or remove a claim, approve it, take it away. Reading is in `outputs_read.py`.

Every change judges the whole output anew, and counts the version up, so that two people never overwrite each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, select

from coexai_app import access, agents, live
from coexai_app.access import Actor, Permission
from coexai_app.agents.parts import Parted, Words
from coexai_app.agents.report import Claim, ClaimStatus, Report
from coexai_app.errors import Conflict, InvalidInput, NotFound
from coexai_app.models import Output, OutputStatus
from coexai_app.models.base import now
from coexai_app.services import audit, jobs, outputs_read, webhook_events
from coexai_app.services.endings import preview_of
from coexai_app.views.outputs import OutputView

MEDIA_TYPES: Final = {
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Exported:
    name: str
    media_type: str
    data: bytes


def edit(session: Session, actor: Actor, *, output_id: UUID, version: int, parts: Sequence[Words]) -> OutputView:
    """Replaces the parts by a person's words; claims, checks and score are judged again. Empty parts are dropped."""
    access.require(actor, Permission.EDIT_OUTPUT)
    row, report = _open(session, actor, output_id, version)
    output = agents.output_of(report)
    words = [Words(said.text.strip(), said.of) for said in parts if said.text.strip()]
    if not words:
        raise InvalidInput("Leave at least one part that says something.", field="parts")
    if len(words) > output.most_parts:
        raise InvalidInput(f"There can be at most {output.most_parts} parts here. Join some of them.", field="parts")
    if any(len(said.text) > output.most_characters for said in words):
        raise InvalidInput(f"A part has at most {output.most_characters:,} characters here. Shorten it.", field="parts")
    return _save(session, actor, row, _judged(report, output.rewritten(words)), "output.edited")


def override(session: Session, actor: Actor, *, output_id: UUID, version: int, claim: int, reason: str) -> OutputView:
    """Keeps a claim that has no source, with the person's reason. `claim` is its index in the ledger."""
    access.require(actor, Permission.EDIT_OUTPUT)
    row, report = _open(session, actor, output_id, version)
    found = _claim(report, claim)
    why = " ".join(reason.split())[:500]
    if len(why) < 3:
        raise InvalidInput("Say why this may stay, for example where you know it from.", field="reason")
    kept = found.model_copy(update={"status": ClaimStatus.OVERRIDDEN, "override": why})
    claims = tuple(kept if c is found else c for c in report.claims)
    judged = _judged(report.model_copy(update={"claims": claims}), agents.output_of(report))
    return _save(session, actor, row, judged, "output.claim_overridden", claim=found.text, reason=why)


def remove_claim(session: Session, actor: Actor, *, output_id: UUID, version: int, claim: int) -> OutputView:
    """Takes out the sentence that holds a claim; a part that has nothing else goes with it."""
    access.require(actor, Permission.EDIT_OUTPUT)
    row, report = _open(session, actor, output_id, version)
    found = _claim(report, claim)
    output = agents.output_of(report)
    words = [Words(part.text, of) for of, part in enumerate(output.parts())]
    words[found.part] = Words(_without(words[found.part].text, found.start, found.end), found.part)
    left = [said for said in words if re.search(r"\w{2,}", re.sub(r"\b\d+/\d+\b|#\w+", "", said.text))]
    if not left:
        raise Conflict("Nothing would be left. Edit the text instead.")
    judged = _judged(report, output.rewritten(left))
    return _save(session, actor, row, judged, "output.claim_removed", claim=found.text)


def approve(session: Session, actor: Actor, *, output_id: UUID, version: int) -> OutputView:
    """Approves an output. Raises Conflict while a claim has neither a source nor a person's reason."""
    access.require(actor, Permission.APPROVE_OUTPUT)
    row, report = _open(session, actor, output_id, version)
    if report.unsupported:
        names = ", ".join(f"“{c.text}”" for c in report.unsupported[:3])
        raise Conflict(f"Resolve the claims without a source first: {names}.", unsupported=len(report.unsupported))
    if failed := [c for c in report.checks if c.id == "length" and c.status == "fail"]:
        raise Conflict(failed[0].message)
    row.status, row.approved_by, row.approved_at = OutputStatus.APPROVED, actor.user_id, now()
    webhook_events.note(session, row.organization_id, "output.approved", row.id)
    return _save(session, actor, row, report, "output.approved")


def reopen(session: Session, actor: Actor, *, output_id: UUID, version: int) -> OutputView:
    """Makes an approved output a draft again."""
    access.require(actor, Permission.APPROVE_OUTPUT)
    row = _row(session, actor, output_id, version)
    if row.status is not OutputStatus.APPROVED:
        raise Conflict("This result is a draft already.")
    row.status, row.approved_by, row.approved_at = OutputStatus.DRAFT, None, None
    return _save(session, actor, row, Report.model_validate(row.report), "output.reopened")


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


def _row(session: Session, actor: Actor, output_id: UUID, version: int) -> Output:
    row = access.one(session, select(Output).where(Output.id == output_id).with_for_update(), actor, "result")
    if row.version != version:
        raise Conflict("Somebody changed this result meanwhile. Reload the page; your text is still in the fields.", version=row.version)
    return row


def _open(session: Session, actor: Actor, output_id: UUID, version: int) -> tuple[Output, Report]:
    row = _row(session, actor, output_id, version)
    if row.status is OutputStatus.APPROVED:
        raise Conflict("This result is approved. Reopen it to change it.")
    return row, Report.model_validate(row.report)


def _judged(report: Report, output: Parted) -> Report:
    _, capability = jobs.find(report.agent, report.capability)
    stored = output.model_dump(mode="json")
    review = capability.review(report, stored)
    return report.model_copy(update={"output": stored, "claims": review.claims, "checks": review.checks, "score": review.score})


def _save(session: Session, actor: Actor, row: Output, report: Report, action: str, **data: Any) -> OutputView:
    row.report = report.model_dump(mode="json")
    row.points, row.max_points, row.unsupported = report.score.points, report.score.max_points, len(report.unsupported)
    row.preview = preview_of(report)
    row.version += 1
    row.updated_at = now()
    session.add(row)
    session.flush()
    audit.record(session, action, actor=actor, target=str(row.id), target_name=row.title, version=row.version, **data)
    live.publish(session, row.organization_id, action, row.id)
    return outputs_read.whole(session, actor, row)


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
