"""Whether whoever a job runs for may still run it. A worker asks when it takes jobs (`runs.py`), for between the order and the start people
are taken out, get another role, or delete their account; whoever resumes such a job is who it runs for (`jobs.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, tuple_
from sqlmodel import Session, col, select

from coexai_app.access import PERMISSIONS, RANK, Permission
from coexai_app.models import Job, Membership, Role, User

_MAY: Final = tuple(role for role in Role if RANK[role] >= RANK[PERMISSIONS[Permission.RUN_AGENT]])


def barred(session: Session, jobs: Sequence[Job | Row[Any]]) -> dict[UUID, str]:
    """Of jobs those that must not run, by id, with the reason. One read for all."""
    pairs = {(job.user_id, job.organization_id) for job in jobs if job.user_id is not None}
    able = (
        select(Membership.user_id, Membership.organization_id)
        .join(User, col(User.id) == Membership.user_id)
        .where(tuple_(col(Membership.user_id), col(Membership.organization_id)).in_(pairs), col(Membership.role).in_(_MAY))
        .where(col(User.disabled_at).is_(None))
    )
    may = set(map(tuple, session.execute(able).all())) if pairs else set()
    return {job.id: _reason(session, job) for job in jobs if (job.user_id, job.organization_id) not in may}


def _reason(session: Session, job: Job | Row[Any]) -> str:
    user = session.get(User, job.user_id) if job.user_id else None
    name = user.name if user else "Whoever started this"
    here = select(Membership.id).where(Membership.user_id == job.user_id, Membership.organization_id == job.organization_id)
    if user is None or user.disabled_at is not None or session.exec(here).first() is None:
        return f"{name} does not work here any more. Resume it to run it as yourself."
    return f"{name}'s role does not allow to run a coworker any more. Resume it to run it as yourself."
