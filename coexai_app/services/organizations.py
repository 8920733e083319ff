"""Organisations: found another, change the name or the time zone, delete, restore, and forget what was deleted long ago.

A deleted organisation waits in the trash for KEEP_DAYS: log-in, tokens, keys, jobs and schedules all look at `deleted_at`. The sweep calls
`purge`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import delete as sql_delete
from sqlalchemy import update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from coexai_app import access, db, live, log
from coexai_app.access import Actor, Permission
from coexai_app.errors import Forbidden, InvalidInput, NotFound
from coexai_app.integrations.storage import store
from coexai_app.models import File, Job, JobStatus, LoginSession, MailKind, Membership, Organization, Role, User
from coexai_app.services import accounts, audit, audit_purge, dispatch, members, person, transitions
from coexai_app.views import organizations as view
from coexai_app.views.organizations import OrganizationView, Trashed

KEEP_DAYS: Final = 30
MAX_NAME: Final = 120
PURGE_BATCH: Final = 5
PAGE: Final = "/settings/organization"


@db.reads
def get(session: Session, actor: Actor) -> OrganizationView:
    """The actor's organisation, with what they may do to it."""
    access.require(actor, Permission.VIEW_TEAM)
    row = session.get_one(Organization, actor.organization_id)
    others = (
        select(User.id, User.name, User.email)
        .join(Membership, col(Membership.user_id) == User.id)
        .where(Membership.organization_id == row.id, User.id != actor.user_id, col(User.disabled_at).is_(None))
        .order_by(col(User.name))
    )
    return view.whole(row, actor, owners=len(members.owners(session, row.id)), others=session.exec(others).all())


def create(session: Session, actor: Actor, *, name: str, timezone: str = "") -> OrganizationView:
    """Another organisation, which the actor owns and where their session goes on. Raises InvalidInput, and Conflict above the limit."""
    person.refuse_key(actor)
    name = _name(name)
    user = session.get_one(User, actor.user_id)
    row = accounts.found(session, user, name=name, timezone=_zone(timezone) if timezone else actor.timezone)
    if actor.session_id and (login := session.get(LoginSession, actor.session_id)):
        login.organization_id = row.id
    audit.record(session, "organization.created", user_id=user.id, organization_id=row.id, target=str(row.id), target_name=row.name)
    session.flush()
    there = Actor(user.id, row.id, Role.OWNER, row.plan, timezone=row.timezone, name=user.name)
    return view.whole(row, there, owners=1, others=())


def change(session: Session, actor: Actor, *, name: str, timezone: str) -> OrganizationView:
    """A new name, another time zone, or both. Admins and owners."""
    access.require(actor, Permission.MANAGE_TEAM)
    name, timezone = _name(name), _zone(timezone)
    members.lock(session, actor)
    row = session.get_one(Organization, actor.organization_id)
    before = {"name": row.name, "timezone": row.timezone}
    after = {"name": name, "timezone": timezone}
    if before != after:
        row.name, row.timezone = name, timezone
        audit.record(session, "organization.changed", actor=actor, target=str(row.id), target_name=name, before=before, after=after)
        live.publish(session, row.id, "organization.changed", row.id)
        session.flush()
    return get(session, actor)


def delete(session: Session, actor: Actor, *, name: str) -> None:
    """Puts the organisation into the trash: nobody opens it, waiting jobs stay where they are, running ones are cancelled.

    `name` is its name, typed once more. Owners are told by mail how to restore it. Raises InvalidInput when the name is another one.
    """
    access.require(actor, Permission.OWN)
    dispatch.lock(session, actor.organization_id)
    if members.lock(session, actor).role is not Role.OWNER:
        raise Forbidden("Only an owner can delete the organisation.")
    row = session.get_one(Organization, actor.organization_id)
    if " ".join(name.split()) != row.name:
        raise InvalidInput(f"Type the name as it is: {row.name}", field="name")
    at = db.now(session)
    row.deleted_at = at
    session.flush()
    _stop_jobs(session, row.id)
    for user_id in session.exec(select(LoginSession.user_id).where(LoginSession.organization_id == row.id).distinct()).all():
        members.move_sessions(session, row.id, user_id)
    audit.record(session, "organization.deleted", actor=actor, target=str(row.id), target_name=row.name)
    live.publish(session, row.id, "organization.deleted", row.id)
    until = at + timedelta(days=KEEP_DAYS)
    day = f"{until.day} {until:%B %Y}"
    data = {"organization": row.name, "url": PAGE, "by": actor.name, "until": day}
    for owner in _owners(session, row.id):
        key = f"organization-deleted:{row.id}:{at.isoformat()}:{owner.id}"
        members.tell(session, owner, MailKind.ORGANIZATION_DELETED, data, organization_id=row.id, once_key=key)


@db.reads
def trash(session: Session, actor: Actor) -> tuple[Trashed, ...]:
    """What the actor owns and can still restore, wherever they are signed in."""
    person.refuse_key(actor)
    rows = session.exec(_trashed(actor).order_by(col(Organization.deleted_at))).all()
    return tuple(view.trashed(row, actor.timezone, keep=timedelta(days=KEEP_DAYS)) for row in rows)


def restore(session: Session, actor: Actor, *, organization_id: UUID) -> None:
    """Takes an organisation out of the trash, and the actor's session there. Jobs go on; schedules run once for all that they missed.

    Raises NotFound for one that the actor does not own, that is not in the trash, or is there for too long.
    """
    person.refuse_key(actor)
    found = _trashed(actor).where(Organization.id == organization_id)
    row = session.exec(found.with_for_update(of=Organization).execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound("This organisation is not in your trash. It may have been restored already.")
    row.deleted_at = None
    session.flush()
    if actor.session_id and (login := session.get(LoginSession, actor.session_id)):
        login.organization_id = row.id
    of: dict[str, Any] = {"user_id": actor.user_id, "organization_id": row.id}
    audit.record(session, "organization.restored", target=str(row.id), target_name=row.name, **of)
    live.publish(session, row.id, "organization.restored", row.id)
    dispatch.offer(session, row.id)


def purge(session: Session) -> int:
    """Removes for good what has been in the trash for KEEP_DAYS, a few at a time: rows, files, the audit log. Returns how many."""
    old = select(Organization).where(col(Organization.deleted_at) < db.utcnow(-KEEP_DAYS * 86_400.0)).order_by(col(Organization.deleted_at))
    rows = session.exec(old.limit(PURGE_BATCH).with_for_update(skip_locked=True)).all()
    for row in rows:
        keys = [*session.exec(select(File.key).where(File.organization_id == row.id)).all(), *([row.logo] if row.logo else [])]
        session.expunge(row)
        session.execute(sql_delete(Organization).where(col(Organization.id) == row.id))
        audit_purge.forget(session, organization_id=row.id)
        log.get(__name__).info("organisation %s was removed for good", row.id)
        for key in keys:
            _forget_file(session, key)
    return len(rows)


def _forget_file(session: Session, key: str) -> None:
    db.after_commit(session, lambda: store().delete(key))


def _stop_jobs(session: Session, organization_id: UUID) -> None:
    """Queued jobs go back to the line, which is not served while the organisation is in the trash; running ones are asked to stop."""
    mine = col(Job.organization_id) == organization_id
    queued = session.exec(select(Job.id).where(mine, transitions.is_(JobStatus.QUEUED)).with_for_update()).all()
    if queued:
        transitions.move_all(session, queued, JobStatus.PENDING, came_from=JobStatus.QUEUED, note="the organisation was deleted")
    session.execute(update(Job).where(mine, transitions.is_(JobStatus.PROCESSING)).values(cancel_requested=True, updated_at=db.utcnow()))


def _trashed(actor: Actor) -> SelectOfScalar[Organization]:
    return (
        select(Organization)
        .join(Membership, col(Membership.organization_id) == Organization.id)
        .where(Membership.user_id == actor.user_id, Membership.role == Role.OWNER)
        .where(col(Organization.deleted_at) > db.utcnow(-KEEP_DAYS * 86_400.0))
    )


def _owners(session: Session, organization_id: UUID) -> list[User]:
    """In the order of their addresses, as `mail.send` wants it."""
    owners = select(User).join(Membership, col(Membership.user_id) == User.id).where(Membership.role == Role.OWNER)
    return list(session.exec(owners.where(Membership.organization_id == organization_id).order_by(User.email)).all())


def _name(value: str) -> str:
    name = " ".join("".join(c for c in value if c.isprintable()).split())
    if not name:
        raise InvalidInput("Give the organisation a name.", field="name")
    if len(name) > MAX_NAME:
        raise InvalidInput(f"A name has at most {MAX_NAME} characters.", field="name")
    return name


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise InvalidInput(f"There is no time zone “{value[:40]}”. Choose one of the list.", field="timezone")
    return value
