"""Pictures: of a person, and the logo of an organisation. Called by `api/pictures.py`.

The upload is decoded apart and before any transaction (`extract.picture.make`); what is stored is the picture made of it. A key is
never used twice, so that an address with the key's last part in it may be kept by the browser.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import access, db, live
from coexai_app.access import Actor, Permission
from coexai_app.errors import NotFound
from coexai_app.extract.picture import Picture
from coexai_app.integrations.storage import store
from coexai_app.models import Membership, Organization, User
from coexai_app.models.base import new_id
from coexai_app.services import audit, members, person

TYPE: Final = "image/webp"


def may_set_avatar(actor: Actor) -> None:
    """Before an upload is read: raises as `set_avatar` does for whoever may not."""
    person.require_person(actor)


def may_set_logo(actor: Actor) -> None:
    """The same for `set_logo`."""
    access.require(actor, Permission.MANAGE_PROFILE)


def set_avatar(session: Session, actor: Actor, *, picture: Picture) -> None:
    """The person's own picture, in place of the one before."""
    person.require_person(actor)
    user = _own(session, actor)
    before, user.avatar = user.avatar, _put(f"avatars/{user.id}", picture)
    forget(session, before)
    audit.record(session, "account.picture_changed", actor=actor, target=str(user.id))
    _tell(session, user.id)


def remove_avatar(session: Session, actor: Actor) -> None:
    """Initials again; none to remove is fine."""
    person.require_person(actor)
    user = _own(session, actor)
    if user.avatar:
        forget(session, user.avatar)
        user.avatar = ""
        audit.record(session, "account.picture_changed", actor=actor, target=str(user.id))
        _tell(session, user.id)


@db.reads
def avatar(session: Session, actor: Actor, *, user_id: UUID) -> str:
    """The key of the picture of somebody in the actor's organisation. Raises NotFound, also for people elsewhere."""
    access.require(actor, Permission.VIEW_TEAM)
    here = (
        select(User.avatar)
        .join(Membership, col(Membership.user_id) == User.id)
        .where(User.id == user_id, Membership.organization_id == actor.organization_id)
    )
    return _key(session.exec(here).first())


def set_logo(session: Session, actor: Actor, *, picture: Picture) -> None:
    """The organisation's logo, in place of the one before. Admins and owners."""
    access.require(actor, Permission.MANAGE_PROFILE)
    members.lock(session, actor)
    row = session.get_one(Organization, actor.organization_id)
    before, row.logo = row.logo, _put(f"logos/{row.id}", picture)
    forget(session, before)
    audit.record(session, "organization.logo_changed", actor=actor, target=str(row.id), target_name=row.name)
    live.publish(session, row.id, "organization.changed", row.id)


def remove_logo(session: Session, actor: Actor) -> None:
    """No logo any more; none to remove is fine."""
    access.require(actor, Permission.MANAGE_PROFILE)
    members.lock(session, actor)
    row = session.get_one(Organization, actor.organization_id)
    if row.logo:
        forget(session, row.logo)
        row.logo = ""
        audit.record(session, "organization.logo_changed", actor=actor, target=str(row.id), target_name=row.name)
        live.publish(session, row.id, "organization.changed", row.id)


@db.reads
def logo(session: Session, actor: Actor) -> str:
    """The key of the actor's organisation's logo. Raises NotFound."""
    access.require(actor, Permission.VIEW_TEAM)
    return _key(session.get_one(Organization, actor.organization_id).logo)


def forget(session: Session, key: str) -> None:
    """Takes a picture out of the store once the transaction is through."""
    if key:
        db.after_commit(session, lambda: store().delete(key))


def _own(session: Session, actor: Actor) -> User:
    """Held until the commit: of two pictures at once, the first is taken out of the store again."""
    return session.exec(select(User).where(User.id == actor.user_id).with_for_update().execution_options(populate_existing=True)).one()


def _put(folder: str, picture: Picture) -> str:
    key = f"{folder}/{new_id()}.webp"
    with tempfile.NamedTemporaryFile() as part:
        part.write(picture.webp)
        part.flush()
        store().put(key, Path(part.name), TYPE)
    return key


def _key(found: str | None) -> str:
    if not found:
        raise NotFound("There is no picture.")
    return found


def _tell(session: Session, user_id: UUID) -> None:
    """Every organisation of the person shows the picture."""
    for organization_id in session.exec(select(Membership.organization_id).where(Membership.user_id == user_id)).all():
        live.publish(session, organization_id, "member.picture_changed", user_id)
