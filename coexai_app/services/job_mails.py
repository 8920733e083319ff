"""Mails about jobs: one that took long is done, one could not be finished, a coworker's runs are nearly or all used.

Called in the transaction of the event. Over a limit of mails none is sent, and the event happens all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session, col, select

from coexai_app import agents, db, log
from coexai_app.agents.report import Report
from coexai_app.models import Job, MailKind, Membership, Organization, Role, User
from coexai_app.models.base import now
from coexai_app.services import mail

# Who waits less is still at the page.
LONG: Final = timedelta(minutes=10)


def done(session: Session, finished: Sequence[tuple[Row[Any], Report, UUID]]) -> None:
    """For jobs that just completed, with their reports and the ids of their outputs: tells who waited long."""
    for row, report, output_id in finished:
        if now() - row.created_at < LONG:
            continue
        data = {
            "url": f"/outputs/{output_id}",
            "title": report.title[:200] or "Untitled",
            "score": f"{report.score.points} of {report.score.max_points}",
            "unsupported": len(report.unsupported),
        }
        _tell(session, row.id, MailKind.JOB_COMPLETED, data)


def given_up(session: Session, job_id: UUID, cause: str) -> None:
    """For a job that went to the dead letters; `cause` is what its page says."""
    data = {"url": f"/jobs/{job_id}", "cause": cause[:300] or "No reason is known."}
    _tell(session, job_id, MailKind.JOB_DEAD_LETTERED, data)


def runs_held(session: Session, organization_id: UUID, *, agent: str, held: int, limit: int, month: str, resets: str) -> None:
    """For every run that is held: tells the admins once a month when four fifths are gone, and when all are."""
    nearly = -(-limit * 4 // 5)  # rounded up
    if held not in (nearly, limit):
        return
    kind = MailKind.QUOTA_100 if held == limit else MailKind.QUOTA_80
    name = session.exec(select(Organization.name).where(Organization.id == organization_id)).one()
    data = {"url": "/home", "organization": name, "coworker": _name(agent), "limit": limit, "resets": resets}
    if kind is MailKind.QUOTA_80:
        data |= {"used": held, "left": limit - held}
    admins = (
        select(User.id, User.email)
        .join(Membership, col(Membership.user_id) == User.id)
        .where(Membership.organization_id == organization_id, col(Membership.role).in_((Role.OWNER, Role.ADMIN)))
        .where(col(User.disabled_at).is_(None))
        .order_by(col(User.email))
    )
    for user_id, address in session.exec(admins).all():
        once = f"{kind.value}:{organization_id}:{agent}:{month}:{user_id}"
        _send(session, kind=kind, to=address, data=data, once_key=once, organization_id=organization_id, user_id=user_id)


def _tell(session: Session, job_id: UUID, kind: MailKind, data: dict[str, Any]) -> None:
    """To who started the job, while they belong to its organisation."""
    found = session.exec(
        select(Job, User, Organization.name)
        .join(User, col(User.id) == Job.user_id)
        .join(Organization, col(Organization.id) == Job.organization_id)
        .join(Membership, (col(Membership.user_id) == User.id) & (col(Membership.organization_id) == Job.organization_id))
        .where(Job.id == job_id, col(User.disabled_at).is_(None))
    ).first()
    if found is None:
        return
    job, user, organization = found
    told = {"coworker": _name(job.agent), "title": job.title or "Untitled", **data}
    if kind is MailKind.JOB_DEAD_LETTERED:
        told["organization"] = organization
    once = f"{kind.value}:{job.id}:{job.fence}"
    _send(session, kind=kind, to=user.email, data=told, once_key=once, organization_id=job.organization_id, user_id=user.id)


def _send(session: Session, **values: Any) -> None:
    """A mail that cannot be written takes nothing else along."""
    try:
        with db.savepoint(session):
            mail.send(session, **values)
    except mail.Refused:
        pass
    except Exception:
        log.get(__name__).exception("a mail about a job was not written")


def _name(agent: str) -> str:
    return agents.AGENTS[agent].name if agent in agents.AGENTS else agent.title()
