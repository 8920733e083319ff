"""The business profile of an organisation: read it, change it, and the version that a job is given. Called by its page and its endpoint.

A version is written once and never changed. Who saves names the version that they read; when there is a newer one, nobody is overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import access, db, live
from coexai_app.access import Actor, Permission
from coexai_app.business import SECTIONS
from coexai_app.business import BusinessProfile as Profile
from coexai_app.errors import Conflict, InvalidInput
from coexai_app.models import BusinessProfile, BusinessProfileVersion, User
from coexai_app.services import audit
from coexai_app.views import business as view
from coexai_app.views.base import moment
from coexai_app.views.business import ProfileView


@db.reads
def get(session: Session, actor: Actor) -> ProfileView:
    """The profile as it is now; an empty one of version 0 when nobody has written any."""
    access.require(actor, Permission.VIEW_WORK)
    return _view(session, actor)


def save(session: Session, actor: Actor, *, version: int, data: Mapping[str, Any]) -> ProfileView:
    """Replaces the whole profile. Raises InvalidInput with `fields`, and Conflict when it was changed since `version`."""
    access.require(actor, Permission.MANAGE_PROFILE)
    profile = Profile.parse(data)
    _lock(session, actor)
    return _store(session, actor, version, profile)


def save_section(session: Session, actor: Actor, *, version: int, section: str, data: Mapping[str, Any]) -> ProfileView:
    """Replaces the fields of one section ("basics", "places", "products", "people", "voice"). Raises as `save` does."""
    access.require(actor, Permission.MANAGE_PROFILE)
    if section not in SECTIONS:
        raise InvalidInput(f"A profile has no section “{section[:40]}”. It has: {', '.join(SECTIONS)}.", field="section")
    part = {name: data[name] for name in SECTIONS[section] if name in data}
    Profile.parse(part)
    _lock(session, actor)
    row = _row(session, actor)
    return _store(session, actor, version, Profile.parse({**(row.data if row else {}), **part}))


def at(session: Session, organization_id: UUID, version: int) -> Profile:
    """The profile as it was in this version; an empty one for 0. For the worker, which acts for the organisation."""
    mine = select(BusinessProfileVersion.data).where(BusinessProfileVersion.organization_id == organization_id)
    data = session.exec(mine.where(BusinessProfileVersion.version == version)).first() if version else None
    return Profile.model_validate(data) if data else Profile()


def _store(session: Session, actor: Actor, version: int, profile: Profile) -> ProfileView:
    row = _row(session, actor)
    _check(session, actor, row, version)
    data, before = profile.model_dump(mode="json", exclude_defaults=True), Profile.model_validate(row.data) if row else Profile()
    if profile == before:
        return _view(session, actor)
    if row is None:
        row = BusinessProfile(organization_id=actor.organization_id, version=0, data={})
    row.version, row.data, row.user_id, row.updated_at = version + 1, data, actor.user_id, db.now(session)
    session.add(row)
    session.add(BusinessProfileVersion(organization_id=actor.organization_id, version=row.version, data=data, user_id=actor.user_id))
    session.flush()
    of = str(actor.organization_id)
    was, is_now = view.told(before), view.told(profile)
    audit.record(session, "profile.changed", actor=actor, target=of, before=was, after=is_now, version=row.version)
    live.publish(session, actor.organization_id, "profile.changed", row.id)
    return _view(session, actor)


def _check(session: Session, actor: Actor, row: BusinessProfile | None, version: int) -> None:
    if version == (row.version if row else 0):
        return
    if row is None:
        raise Conflict("This is a version that does not exist. Reload the page.", version=0)
    by, when = _name(session, row.user_id), moment(row.updated_at, actor.timezone)
    raise Conflict(
        f"{by} changed the business profile meanwhile ({when}). Nothing of yours was saved; look at it, then save again.",
        version=row.version,
        by=by,
        at=row.updated_at.isoformat(),
    )


def _lock(session: Session, actor: Actor) -> None:
    """Of two people who save at once, the second sees what the first did, also when there was no row to lock yet."""
    db.serialize(session, f"business:{actor.organization_id}")


def _row(session: Session, actor: Actor) -> BusinessProfile | None:
    return session.exec(access.scoped(select(BusinessProfile), actor).execution_options(populate_existing=True)).first()


def _view(session: Session, actor: Actor) -> ProfileView:
    row = _row(session, actor)
    if row is None:
        return view.whole(actor, Profile(), version=0)
    return view.whole(
        actor, Profile.model_validate(row.data), version=row.version, by=_name(session, row.user_id), updated_at=row.updated_at
    )


def _name(session: Session, user_id: UUID | None) -> str:
    return session.exec(select(User.name).where(col(User.id) == user_id)).first() or "Somebody who left"
