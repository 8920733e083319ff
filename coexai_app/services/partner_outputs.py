"""Results for the API's clients: found by filters, shown with timestamps, changed at the version that was read. The rules are in
`outputs.py`; versions are in `partner_versions.py`, what people say of a result in `partner_comments.py` and `partner_reviews.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from coexai_app import access, agents, db
from coexai_app.access import Actor, Permission
from coexai_app.agents.parts import Words
from coexai_app.agents.report import Report
from coexai_app.errors import Conflict, InvalidInput, PreconditionFailed, PreconditionRequired
from coexai_app.models import Job, Output, OutputStatus
from coexai_app.services import output_changes, outputs, outputs_read, tallies
from coexai_app.views import partner_outputs as view
from coexai_app.views.listing import Listing
from coexai_app.views.partner_outputs import PartnerOutput, PartnerOutputDetail

ORDERS: Final[Mapping[str, Any]] = {
    "created_at": col(Output.id),
    "-created_at": col(Output.id).desc(),
    "updated_at": col(Output.updated_at),
    "-updated_at": col(Output.updated_at).desc(),
}
# Among the versions of a precondition: whatever is there.
ANY: Final = 0


@dataclass(frozen=True, slots=True)
class Filters:
    """Which results: `status` any of these, `job` the one that a job made."""

    status: tuple[OutputStatus, ...] = ()
    agent: str = ""
    capability: str = ""
    job: UUID | None = None
    test: bool | None = None


EVERYTHING: Final = Filters()


@db.reads
def page(
    session: Session, actor: Actor, *, page: int = 1, limit: int = 20, sort: str = "-created_at", filters: Filters = EVERYTHING
) -> Listing[PartnerOutput]:
    """A page of the organisation's results; empty beyond the last one. `sort` is a key of ORDERS."""
    access.require(actor, Permission.VIEW_OUTPUT)
    found = _matching(actor, filters)
    columns = [getattr(Output, name) for name in view.LISTED]
    listed = found.with_only_columns(*columns, col(Job.test), maintain_column_froms=True)
    rows = session.execute(listed.order_by(ORDERS[sort], col(Output.id)).offset((page - 1) * limit).limit(limit)).all()
    shown = [view.row(row, test=row.test) for row in rows]
    return Listing[PartnerOutput].of(shown, page=page, limit=limit, total=_total(session, actor, found, filters))


@db.reads
def get(session: Session, actor: Actor, *, output_id: UUID) -> PartnerOutputDetail:
    """One result, whole. Raises NotFound."""
    access.require(actor, Permission.VIEW_OUTPUT)
    return shown(session, actor, output_id)


def edit(
    session: Session,
    actor: Actor,
    *,
    output_id: UUID,
    parts: Sequence[Words],
    version: int | None = None,
    matching: tuple[int, ...] | None = None,
) -> PartnerOutputDetail:
    """Replaces the parts. Raises as `at_version` and `outputs.edit`, and InvalidInput for a part that says it was one that is not there."""
    access.require(actor, Permission.EDIT_OUTPUT)
    row, at = at_version(session, actor, output_id, version, matching)
    there = len(agents.output_of(Report.model_validate(row.report)).parts())
    if any(words.of is not None and not 0 <= words.of < there for words in parts):
        raise InvalidInput(
            f"`of` is the place of a part that is there now, from 0 to {there - 1}; leave it out for a new one.", field="parts"
        )
    outputs.edit(session, actor, output_id=output_id, version=at, parts=parts)
    return shown(session, actor, output_id)


def override(
    session: Session,
    actor: Actor,
    *,
    output_id: UUID,
    claim: int,
    reason: str,
    version: int | None = None,
    matching: tuple[int, ...] | None = None,
) -> PartnerOutputDetail:
    """Keeps a claim without a source. Raises as `at_version` and `outputs.override`."""
    access.require(actor, Permission.EDIT_OUTPUT)
    _, at = at_version(session, actor, output_id, version, matching)
    outputs.override(session, actor, output_id=output_id, version=at, claim=claim, reason=reason)
    return shown(session, actor, output_id)


def remove_claim(
    session: Session, actor: Actor, *, output_id: UUID, claim: int, version: int | None = None, matching: tuple[int, ...] | None = None
) -> PartnerOutputDetail:
    """Takes out the sentence that holds a claim. Raises as `at_version` and `outputs.remove_claim`."""
    access.require(actor, Permission.EDIT_OUTPUT)
    _, at = at_version(session, actor, output_id, version, matching)
    outputs.remove_claim(session, actor, output_id=output_id, version=at, claim=claim)
    return shown(session, actor, output_id)


def apply_fix(
    session: Session,
    actor: Actor,
    *,
    output_id: UUID,
    check: str,
    finding: int,
    version: int | None = None,
    matching: tuple[int, ...] | None = None,
) -> PartnerOutputDetail:
    """Puts a finding's replacement in its place. Raises as `at_version` and `outputs.apply_fix`."""
    access.require(actor, Permission.EDIT_OUTPUT)
    _, at = at_version(session, actor, output_id, version, matching)
    outputs.apply_fix(session, actor, output_id=output_id, version=at, check=check, finding=finding)
    return shown(session, actor, output_id)


def approve(
    session: Session, actor: Actor, *, output_id: UUID, version: int | None = None, matching: tuple[int, ...] | None = None
) -> PartnerOutputDetail:
    """Says yes to the words of this version. Raises as `at_version` and `outputs.approve`."""
    access.require(actor, Permission.APPROVE_OUTPUT)
    _, at = at_version(session, actor, output_id, version, matching)
    outputs.approve(session, actor, output_id=output_id, version=at)
    return shown(session, actor, output_id)


def reopen(
    session: Session, actor: Actor, *, output_id: UUID, version: int | None = None, matching: tuple[int, ...] | None = None
) -> PartnerOutputDetail:
    """Makes it a draft again. Raises as `at_version` and `outputs.reopen`."""
    access.require(actor, Permission.APPROVE_OUTPUT)
    _, at = at_version(session, actor, output_id, version, matching)
    outputs.reopen(session, actor, output_id=output_id, version=at)
    return shown(session, actor, output_id)


def at_version(
    session: Session, actor: Actor, output_id: UUID, version: int | None, matching: tuple[int, ...] | None
) -> tuple[Output, int]:
    """The result, held, and its version, if it is the one that the caller has read: the `version` of a body, or one of those that an
    If-Match is `matching`, ANY among them for whatever is there.

    Raises NotFound, PreconditionFailed for the header, Conflict for the body, and PreconditionRequired where neither was sent.
    """
    row = output_changes.held(session, actor, output_id)
    if matching is None and version is None:
        raise PreconditionRequired("Send the version that you have read, as `version` or in If-Match, so that nobody's change is lost.")
    if matching is not None and ANY not in matching and row.version not in matching:
        raise PreconditionFailed("Somebody changed this result since you read it. Nothing was changed; read it again.", version=row.version)
    if version is not None and version != row.version:
        raise Conflict("Somebody changed this result since you read it. Nothing was changed; read it again.", version=row.version)
    return row, row.version


def shown(session: Session, actor: Actor, output_id: UUID) -> PartnerOutputDetail:
    """The view of a result whose reader was authorised already."""
    row = access.one(session, select(Output).where(Output.id == output_id), actor, "result")
    report = Report.model_validate(row.report)
    output = agents.output_of(report)
    return view.whole(
        row,
        report,
        output.parts(),
        tuple(agents.exports(row.agent, row.capability)),
        most=(output.most_parts, output.most_characters),
        approved_by=outputs_read.approver(session, row) if row.approved_at else "",
        why_not=_why_not(row, report),
        test=session.exec(select(Job.test).where(Job.id == row.job_id)).one(),
    )


def _why_not(row: Output, report: Report) -> str:
    """What keeps it from a yes, whoever would give it."""
    if row.status is OutputStatus.APPROVED:
        return ""
    try:
        outputs.require_open(row)
        outputs.require_ready(report)
    except Conflict as error:
        return error.message
    return ""


def _matching(actor: Actor, filters: Filters) -> SelectOfScalar[Output]:
    found = access.scoped(select(Output), actor).join(Job, col(Job.id) == Output.job_id)
    if filters.status:
        found = found.where(col(Output.status).in_(filters.status))
    if filters.agent:
        found = found.where(Output.agent == filters.agent)
    if filters.capability:
        found = found.where(Output.capability == filters.capability)
    if filters.job is not None:
        found = found.where(Output.job_id == filters.job)
    if filters.test is not None:
        found = found.where(col(Job.test).is_(filters.test))
    return found


def _total(session: Session, actor: Actor, found: SelectOfScalar[Output], filters: Filters) -> int:
    """How many there are; what is filtered by a status, which changes, has to be counted whole."""
    if filters.status or filters.job:
        return int(session.execute(found.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one())
    return tallies.count(session, tallies.statement(found, col(Output.id)), f"outputs {actor.organization_id} {filters!r}")
