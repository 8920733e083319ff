"""The versions of a result: what it said before, how that differs from now, and the way back. `output_changes.py` keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from coexai_app import access, agents, db
from coexai_app.access import Actor, Permission
from coexai_app.agents.report import Report
from coexai_app.errors import Conflict, NotFound
from coexai_app.models import Output, OutputStatus, OutputVersion, ReviewEvent, ReviewStep, User
from coexai_app.services import audit, output_changes, outputs_read
from coexai_app.views import differences
from coexai_app.views import parts as part_view
from coexai_app.views import reviews as view
from coexai_app.views.outputs import OutputView
from coexai_app.views.reviews import VersionRow, VersionView

# What a column of the database holds.
_MOST: Final = 2**31


@dataclass(frozen=True, slots=True)
class Kept:
    """A version, who made it by name, and whether somebody said yes to it."""

    row: OutputVersion
    by: str
    approved: bool


@db.reads
def rows(session: Session, actor: Actor, *, output_id: UUID) -> tuple[VersionRow, ...]:
    """The versions of a result, newest first; one that nobody changed has its first alone. Raises NotFound."""
    access.require(actor, Permission.VIEW_OUTPUT)
    return listed(session, actor, _output(session, actor, output_id))


@db.reads
def get(session: Session, actor: Actor, *, output_id: UUID, version: int) -> VersionView:
    """One version with its parts, and the way from it to the words of now. Raises NotFound."""
    access.require(actor, Permission.VIEW_OUTPUT)
    row = _output(session, actor, output_id)
    report = at(session, row, version)
    told = next((known for known in listed(session, actor, row) if known.version == version), None)
    if told is None:
        raise _gone(version)
    before = agents.output_of(report).parts()
    after = agents.output_of(Report.model_validate(row.report)).parts()
    changes = differences.parts(before, after)
    return VersionView(
        **told.model_dump(),
        parts=part_view.parts(report, before, ()),
        differences=changes,
        changed=sum(part.kind != "same" for part in changes),
    )


def restore(session: Session, actor: Actor, *, output_id: UUID, version: int, of_version: int) -> OutputView:
    """Makes the words of an older version the newest one, judged anew. What is there now stays in the list.

    `version` is the one on screen, `of_version` the one to go back to. Raises NotFound, Conflict when it says the same as now.
    """
    access.require(actor, Permission.EDIT_OUTPUT)
    row, report = output_changes.opened(session, actor, output_id, version)
    older = at(session, row, of_version)
    if older.output == report.output and older.claims == report.claims:
        raise Conflict("This version says what is there now. There is nothing to restore.")
    judged = output_changes.judged(older, agents.output_of(older))
    output_changes.write(session, actor, row, judged, "restored", f"Version {of_version}")
    of: dict[str, Any] = {"target": str(row.id), "target_name": row.title, "version": row.version}
    audit.record(session, "output.restored", actor=actor, of_version=of_version, **of)
    return outputs_read.whole(session, actor, row)


def listed(session: Session, actor: Actor, row: Output) -> tuple[VersionRow, ...]:
    """The rows of the list; also those of a result that was never changed."""
    may = actor.may(Permission.EDIT_OUTPUT) and row.status is not OutputStatus.APPROVED
    return tuple(
        view.version_row(
            one.row, one.by, actor.timezone, current=one.row.version == row.content_version, approved=one.approved, may_restore=may
        )
        for one in kept(session, row)
    )


def kept(session: Session, row: Output) -> tuple[Kept, ...]:
    """The versions of a result without their words, newest first; for those who have asked for it."""
    listed = load_only(*(getattr(OutputVersion, name) for name in OutputVersion.model_fields if name != "content"))
    found: list[tuple[OutputVersion, str | None]] = [
        (version, name)
        for version, name in session.exec(
            select(OutputVersion, User.name)
            .outerjoin(User, col(User.id) == OutputVersion.user_id)
            .where(OutputVersion.output_id == row.id)
            .order_by(col(OutputVersion.version).desc())
            .options(listed)
        ).all()
    ]
    yes = select(ReviewEvent.version).where(ReviewEvent.output_id == row.id, ReviewEvent.step == ReviewStep.APPROVED)
    approved = set(session.exec(yes).all())
    coworker = agents.names(row.agent, row.capability)[0]
    if not found:
        only = OutputVersion(
            organization_id=row.organization_id,
            output_id=row.id,
            version=row.content_version,
            change="made" if row.content_version == 1 else "earlier",
            created_at=row.created_at if row.content_version == 1 else row.updated_at,
            points=row.points,
            max_points=row.max_points,
            content={},
        )
        found = [(only, None)]
    return tuple(
        Kept(version, name or (coworker if version.change == "made" else "Somebody"), version.version in approved)
        for version, name in found
    )


def at(session: Session, row: Output, version: int) -> Report:
    """The report as it was at a version. Raises NotFound for one that is not kept."""
    report = Report.model_validate(row.report)
    if version == row.content_version:
        return report
    if not 0 < version < _MOST:
        raise _gone(version)
    kept = session.exec(select(OutputVersion).where(OutputVersion.output_id == row.id, OutputVersion.version == version)).first()
    if kept is None:
        raise _gone(version)
    return Report.model_validate({**row.report, **kept.content})


def _output(session: Session, actor: Actor, output_id: UUID) -> Output:
    return access.one(session, select(Output).where(Output.id == output_id), actor, "result")


def _gone(version: int) -> NotFound:
    return NotFound(f"Version {version} is not kept. The first one, the last {output_changes.KEPT} and every approved one are.")
