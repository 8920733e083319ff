"""The secret address of a person's calendar: made, shown once, switched off, and read by calendar programs, which cannot log in.

It shows one organisation's calendar, for as long as its person belongs there; nothing can be changed through it. Only its hash is stored.
To make one asks the person to have shown within ten minutes that it is them, since it outlives the session that made it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from coexai_app import access, db, settings
from coexai_app.access import Actor, Permission
from coexai_app.errors import NotFound
from coexai_app.models import CalendarEntry, CalendarFeed, Membership, Organization, User
from coexai_app.services import audit, calendar_ics, calendar_read, calendar_rules, person, sign_in_tickets
from coexai_app.services.calendar_ics import Frame
from coexai_app.views.base import moment
from coexai_app.views.calendar import FeedView

PREFIX: Final = "cxc_"
BACK: Final = timedelta(days=92)
AHEAD: Final = timedelta(days=400)
MOST: Final = 2_000
# What one address may be asked for; calendar programs ask a few times an hour.
PER_MINUTE: Final = 12
READ_EVERY_SECONDS: Final = 600
_SHAPE: Final = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)
_GONE: Final = "There is no calendar at this address: it was switched off, made anew, or its person has left the organisation."


@dataclass(frozen=True, slots=True)
class MadeFeed:
    """A new address; it exists nowhere else."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Feed:
    """What a calendar program gets. `note` says that its reading is not written down yet (`note_read`)."""

    data: bytes
    note: bool


@db.reads
def status(session: Session, actor: Actor) -> FeedView:
    """Whether the actor has an address here, since when, and when it was last read."""
    access.require(actor, Permission.VIEW_OUTPUT)
    person.require_person(actor)
    row = session.exec(select(CalendarFeed).where(CalendarFeed.membership_id == _membership(session, actor).id)).first()
    if row is None:
        return FeedView()
    read = moment(row.read_at, actor.timezone)
    return FeedView(on=True, ending=row.last4, made=moment(row.created_at, actor.timezone), read=read)


def make(session: Session, actor: Actor) -> MadeFeed:
    """A new address for the actor; the one before opens nothing any more. Raises FreshLoginNeeded."""
    access.require(actor, Permission.VIEW_OUTPUT)
    person.require_fresh(session, actor)
    membership = _membership(session, actor)
    db.serialize(session, f"calendar-feed:{membership.id}")
    token = PREFIX + secrets.token_urlsafe(32)
    row = session.exec(select(CalendarFeed).where(CalendarFeed.membership_id == membership.id)).first()
    if row is None:
        row = CalendarFeed(membership_id=membership.id, organization_id=actor.organization_id, token_hash="", last4="")
    row.token_hash, row.last4, row.created_at, row.read_at = digest(token), token[-4:], db.now(session), None
    session.add(row)
    session.flush()
    audit.record(session, "calendar_feed.made", actor=actor, target=str(row.id))
    return MadeFeed(f"{settings.get().origin}/calendar/{token}.ics")


def switch_off(session: Session, actor: Actor) -> None:
    """The actor's address opens nothing any more; without one nothing happens."""
    access.require(actor, Permission.VIEW_OUTPUT)
    person.require_person(actor)
    row = session.exec(select(CalendarFeed).where(CalendarFeed.membership_id == _membership(session, actor).id)).first()
    if row is None:
        return
    audit.record(session, "calendar_feed.switched_off", actor=actor, target=str(row.id))
    session.delete(row)
    session.flush()


@db.reads
def read(session: Session, *, token: str) -> Feed:
    """The calendar behind an address: three months back, thirteen ahead, at most MOST entries. Raises NotFound for one that opens nothing.

    Everything is asked anew: whoever has left, is disabled, or still has to add a second factor sees nothing.
    """
    if not _SHAPE.fullmatch(token):
        raise NotFound(_GONE)
    found = session.exec(
        select(CalendarFeed, Organization)
        .join(Membership, col(Membership.id) == CalendarFeed.membership_id)
        .join(User, col(User.id) == Membership.user_id)
        .join(Organization, col(Organization.id) == Membership.organization_id)
        .where(CalendarFeed.token_hash == digest(token), col(User.disabled_at).is_(None), col(Organization.deleted_at).is_(None))
        .where(or_(~col(Organization.require_second_factor), sign_in_tickets.with_factor(col(User.id))))
    ).first()
    if found is None:
        raise NotFound(_GONE)
    feed, organization = found
    now = db.now(session)
    mine = select(CalendarEntry).where(CalendarEntry.organization_id == organization.id, ~col(CalendarEntry.test))
    within = mine.where(col(CalendarEntry.day) >= (now - BACK).date(), col(CalendarEntry.day) <= (now + AHEAD).date())
    rows = session.exec(calendar_read.ordered(within).limit(MOST)).all()
    due = feed.read_at is None or (now - feed.read_at).total_seconds() >= READ_EVERY_SECONDS
    return Feed(calendar_ics.render(frame(organization.name), rows), due)


def note_read(session: Session, *, token: str) -> None:
    """Writes down that an address was read, at most once in ten minutes."""
    due = or_(col(CalendarFeed.read_at).is_(None), col(CalendarFeed.read_at) <= db.utcnow(-READ_EVERY_SECONDS))
    session.execute(update(CalendarFeed).where(col(CalendarFeed.token_hash) == digest(token), due).values(read_at=db.utcnow()))


def frame(name: str) -> Frame:
    """What stands around the events of an organisation."""
    origin = settings.get().origin
    return Frame(f"{calendar_rules.plain_line(name)}, content", origin, urlsplit(origin).hostname or "localhost")


def digest(token: str) -> str:
    """What is stored of an address. Fast on purpose: there are 256 bits to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def _membership(session: Session, actor: Actor) -> Membership:
    mine = select(Membership).where(Membership.user_id == actor.user_id, Membership.organization_id == actor.organization_id)
    return session.exec(mine).one()
