"""What every change of a result goes through: the row under its lock, the whole output judged anew, the version kept.

Called by `outputs.py`, `output_versions.py`, `reviews.py` and `client_reviews.py`. Each of them writes its own line of the audit log.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from coexai_app import access, db, live
from coexai_app.access import Actor
from coexai_app.agents.parts import Parted
from coexai_app.agents.report import Report
from coexai_app.errors import Conflict
from coexai_app.models import ClientLink, Job, Output, OutputStatus, OutputVersion, ReviewEvent, ReviewStep
from coexai_app.models.base import now
from coexai_app.services import jobs
from coexai_app.services.endings import preview_of

# So many versions of a result are kept, besides the first one, those that were approved and those that an open link shows.
KEPT: Final = 100
_CONTENT: Final = {"output", "claims", "checks", "score"}


def held(session: Session, actor: Actor, output_id: UUID) -> Output:
    """The row, held until the end of the transaction. Raises NotFound, and Forbidden for a test key and a live result."""
    found = select(Output).where(Output.id == output_id).with_for_update().execution_options(populate_existing=True)
    row = access.one(session, found, actor, "result")
    require_mode(session, actor, row)
    return row


def require_mode(session: Session, actor: Actor, row: Output) -> None:
    """Raises Forbidden for a test key, unless a test key's job made the result."""
    if actor.test:
        access.require_mode(actor, test=session.exec(select(Job.test).where(Job.id == row.job_id)).one())


def locked(session: Session, actor: Actor, output_id: UUID, version: int) -> Output:
    """The same. Raises Conflict when somebody was faster."""
    row = held(session, actor, output_id)
    if row.version != version:
        raise Conflict("Somebody changed this result meanwhile. Reload the page; your text is still in the fields.", version=row.version)
    return row


def opened(session: Session, actor: Actor, output_id: UUID, version: int) -> tuple[Output, Report]:
    """The same with its report, for a change of its words. Raises Conflict for an approved one."""
    row = locked(session, actor, output_id, version)
    if row.status is OutputStatus.APPROVED:
        raise Conflict("This result is approved. Reopen it to change it.")
    return row, Report.model_validate(row.report)


def judged(report: Report, output: Parted) -> Report:
    """The report with another output: claims, checks and score are made anew."""
    _, capability = jobs.find(report.agent, report.capability)
    stored = output.model_dump(mode="json")
    review = capability.review(report, stored)
    return report.model_copy(update={"output": stored, "claims": review.claims, "checks": review.checks, "score": review.score})


def write(session: Session, actor: Actor, row: Output, report: Report, change: str, note: str = "") -> None:
    """Stores other words, keeps both versions, and makes what was in review or sent back a draft again."""
    _keep_before(session, row)
    if row.status in (OutputStatus.IN_REVIEW, OutputStatus.REJECTED):
        row.status = OutputStatus.DRAFT
        step(session, row, ReviewStep.CHANGED, user_id=actor.user_id)
    row.report = report.model_dump(mode="json")
    row.points, row.max_points, row.unsupported = report.score.points, report.score.max_points, len(report.unsupported)
    row.preview = preview_of(report)
    moved(session, row, f"output.{change}")
    row.content_version += 1
    session.add(_version(row, report, change, actor.user_id, note))
    session.flush()
    _forget_oldest(session, row)


def moved(session: Session, row: Output, kind: str) -> None:
    """Counts the version up, so that nobody goes on from what is not there any more, and tells open pages."""
    row.version += 1
    row.updated_at = now()
    session.add(row)
    session.flush()
    live.publish(session, row.organization_id, kind, row.id)


def step(
    session: Session,
    row: Output,
    what: ReviewStep,
    *,
    user_id: UUID | None = None,
    link: ClientLink | None = None,
    name: str = "",
    reason: str = "",
) -> None:
    """Writes down a step of the review, for the words as they are now."""
    of: dict[str, Any] = {"organization_id": row.organization_id, "output_id": row.id, "version": row.content_version}
    who: dict[str, Any] = {"user_id": user_id, "client_link_id": link.id if link else None, "name": name}
    session.add(ReviewEvent(**of, **who, step=what, reason=reason))
    session.flush()


def _keep_before(session: Session, row: Output) -> None:
    """The words as they are, before they change for the first time."""
    there = select(OutputVersion.id).where(OutputVersion.output_id == row.id, OutputVersion.version == row.content_version)
    if session.exec(there).first() is None:
        change = "made" if row.content_version == 1 else "earlier"
        kept = _version(row, Report.model_validate(row.report), change, None, "")
        kept.created_at = row.created_at if change == "made" else row.updated_at
        session.add(kept)
        session.flush()


def _version(row: Output, report: Report, change: str, user_id: UUID | None, note: str) -> OutputVersion:
    return OutputVersion(
        organization_id=row.organization_id,
        output_id=row.id,
        version=row.content_version,
        change=change,
        note=note[:300],
        user_id=user_id,
        points=report.score.points,
        max_points=report.score.max_points,
        content=report.model_dump(mode="json", include=_CONTENT),
    )


def _forget_oldest(session: Session, row: Output) -> None:
    """Keeps the first version, the newest KEPT, and what a yes or an open link points at."""
    mine = select(OutputVersion.version).where(OutputVersion.output_id == row.id)
    last = session.exec(mine.order_by(col(OutputVersion.version).desc()).offset(KEPT).limit(1)).first()
    if last is None:
        return
    approved = select(ReviewEvent.version).where(ReviewEvent.output_id == row.id, ReviewEvent.step == ReviewStep.APPROVED)
    shown = select(ClientLink.version).where(
        ClientLink.output_id == row.id, col(ClientLink.revoked_at).is_(None), col(ClientLink.expires_at) > db.utcnow()
    )
    first = session.exec(select(func.min(OutputVersion.version)).where(OutputVersion.output_id == row.id)).one()
    old = delete(OutputVersion).where(col(OutputVersion.output_id) == row.id, col(OutputVersion.version) <= last)
    session.execute(
        old.where(
            col(OutputVersion.version) != first,
            col(OutputVersion.version).not_in(approved),
            col(OutputVersion.version).not_in(shown),
        ).execution_options(synchronize_session=False)
    )
