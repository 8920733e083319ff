"""The way of a result to a yes: asked for by a member, given (`outputs.approve`) or refused by whoever may approve.

Every step is a row of `review_events` for the words that it judged: an edit makes a draft of what was in review or sent back. Clients
answer through `client_reviews.py`.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from coexai_app import access
from coexai_app.access import Actor, Permission
from coexai_app.errors import Conflict
from coexai_app.models import ClientLink, Output, OutputStatus, ReviewStep
from coexai_app.services import audit, output_changes, outputs_read, remarks, review_mails, webhook_events
from coexai_app.views.outputs import OutputView

LONGEST_REASON: Final = 1_000


def request(session: Session, actor: Actor, *, output_id: UUID, version: int, note: str = "") -> OutputView:
    """Asks those who may approve for their yes. Raises Conflict for what is in review or approved already."""
    access.require(actor, Permission.EDIT_OUTPUT)
    row = output_changes.locked(session, actor, output_id, version)
    if row.status not in (OutputStatus.DRAFT, OutputStatus.REJECTED):
        raise Conflict("This result is approved already." if row.status is OutputStatus.APPROVED else "This result is in review already.")
    words = remarks.text(note, field="note", most=LONGEST_REASON) if note.strip() else ""
    begin(session, actor, row, words)
    review_mails.requested(session, actor, row, words)
    return outputs_read.whole(session, actor, row)


def withdraw(session: Session, actor: Actor, *, output_id: UUID, version: int) -> OutputView:
    """Takes it back from review, to work on it. Raises Conflict for what is not in review."""
    access.require(actor, Permission.EDIT_OUTPUT)
    row = _in_review(session, actor, output_id, version)
    row.status = OutputStatus.DRAFT
    output_changes.step(session, row, ReviewStep.WITHDRAWN, user_id=actor.user_id)
    output_changes.moved(session, row, "output.review_withdrawn")
    webhook_events.note(session, row.organization_id, "output.review_withdrawn", row.id)
    audit.record(session, "output.review_withdrawn", actor=actor, target=str(row.id), target_name=row.title, version=row.version)
    return outputs_read.whole(session, actor, row)


def reject(session: Session, actor: Actor, *, output_id: UUID, version: int, reason: str) -> OutputView:
    """Asks for changes, with the reason. Raises Conflict for what is not in review, InvalidInput without a reason."""
    access.require(actor, Permission.APPROVE_OUTPUT)
    row = _in_review(session, actor, output_id, version)
    words = remarks.text(reason, field="reason", most=LONGEST_REASON)
    row.status = OutputStatus.REJECTED
    output_changes.step(session, row, ReviewStep.REJECTED, user_id=actor.user_id, reason=words)
    output_changes.moved(session, row, "output.rejected")
    webhook_events.note(session, row.organization_id, "output.rejected", row.id)
    of: dict[str, Any] = {"target": str(row.id), "target_name": row.title, "version": row.version}
    audit.record(session, "output.rejected", actor=actor, reason=words, **of)
    return outputs_read.whole(session, actor, row)


def begin(session: Session, actor: Actor, row: Output, note: str, *, link: ClientLink | None = None) -> None:
    """Puts a draft, or what was sent back, into review; `link`: a client is asked."""
    row.status = OutputStatus.IN_REVIEW
    output_changes.step(session, row, ReviewStep.REQUESTED, user_id=actor.user_id, link=link, reason=note)
    output_changes.moved(session, row, "output.review_requested")
    webhook_events.note(session, row.organization_id, "output.review_requested", row.id)
    of: dict[str, Any] = {"target": str(row.id), "target_name": row.title, "version": row.version}
    audit.record(session, "output.review_requested", actor=actor, note=note, **of)


def _in_review(session: Session, actor: Actor, output_id: UUID, version: int) -> Output:
    row = output_changes.locked(session, actor, output_id, version)
    if row.status is not OutputStatus.IN_REVIEW:
        raise Conflict("This result is not in review.")
    return row
