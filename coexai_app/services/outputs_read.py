"""Reading results: one whole, and the library's pages."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from coexai_app import access, agents, db
from coexai_app.access import Actor, Permission
from coexai_app.agents.report import Report
from coexai_app.models import Job, Output, OutputStatus, ReviewEvent, ReviewStep, User
from coexai_app.views import outputs as view
from coexai_app.views.base import Page, moment
from coexai_app.views.outputs import OutputRow, OutputView

MAX_LIMIT = 50


@db.reads
def get(session: Session, actor: Actor, *, output_id: UUID) -> OutputView:
    """One result of the actor's organisation, whole. Raises NotFound."""
    access.require(actor, Permission.VIEW_OUTPUT)
    return whole(session, actor, access.one(session, select(Output).where(Output.id == output_id), actor, "result"))


@db.reads
def page(session: Session, actor: Actor, *, page: int = 1, limit: int = 20, query: str = "", status: str = "") -> Page[OutputRow]:
    """A page of the library, newest first; `query` is looked for in titles and first words, `status` is a word of OutputStatus."""
    access.require(actor, Permission.VIEW_OUTPUT)
    page, limit = max(1, page), min(max(1, limit), MAX_LIMIT)
    found = access.scoped(select(Output), actor)
    if words := query.strip()[:100]:
        found = found.where(or_(col(Output.title).icontains(words, autoescape=True), col(Output.preview).icontains(words, autoescape=True)))
    if status:
        found = found.where(col(Output.status).in_([s for s in OutputStatus if s.value == status]))
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    page = min(page, max(1, -(-total // limit)))
    rows = session.exec(found.order_by(col(Output.id).desc()).offset((page - 1) * limit).limit(limit)).all()
    tests = set(session.exec(select(Job.id).where(col(Job.id).in_([r.job_id for r in rows]), col(Job.test))).all())
    shown = tuple(view.row(r, *agents.names(r.agent, r.capability), actor.timezone, test=r.job_id in tests) for r in rows)
    return Page[OutputRow](rows=shown, page=page, limit=limit, total=total)


def drafts(session: Session, actor: Actor, limit: int) -> list[Output]:
    """What waits for a person, those with open claims first: drafts, what is in review, what was sent back."""
    found = access.scoped(select(Output), actor).where(Output.status != OutputStatus.APPROVED)
    return list(session.exec(found.order_by(col(Output.unsupported).desc(), col(Output.id).desc()).limit(limit)).all())


def draft_count(session: Session, actor: Actor) -> int:
    """How many of them there are."""
    found = access.scoped(select(Output), actor).where(Output.status != OutputStatus.APPROVED)
    return session.exec(select(func.count()).select_from(found.subquery())).one()


def whole(session: Session, actor: Actor, row: Output) -> OutputView:
    approved = f"Approved by {approver(session, row)}, {moment(row.approved_at, actor.timezone)}" if row.approved_at else ""
    report = Report.model_validate(row.report)
    output = agents.output_of(report)
    return view.whole(
        row,
        report,
        output.parts(),
        output.notes(),
        agents.exports(row.agent, row.capability),
        *agents.names(row.agent, row.capability),
        actor.timezone,
        most_parts=output.most_parts,
        approved=approved,
        may_edit=actor.may(Permission.EDIT_OUTPUT),
        may_approve=actor.may(Permission.APPROVE_OUTPUT),
    )


def approver(session: Session, row: Output) -> str:
    """Who said yes, for those who have asked for it: somebody of the organisation, or a client by the name that they gave."""
    if row.approved_by and (user := session.get(User, row.approved_by)):
        return user.name
    yes = select(ReviewEvent.name).where(ReviewEvent.output_id == row.id, ReviewEvent.step == ReviewStep.APPROVED)
    name = session.exec(yes.order_by(col(ReviewEvent.id).desc())).first()
    return f"{name} (client)" if name else "somebody"
