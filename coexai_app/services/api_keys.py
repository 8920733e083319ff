"""API keys: made, listed, rotated and revoked by people, shown once. What a call with a key may do is in `api_key_access.py`.

Members manage the keys that they made; admins see and revoke all of the organisation's. A key acts for the person who made it.
To make, rotate or revoke one asks the person to have shown within ten minutes that it is them: a stolen session makes no key that
outlives it. `api_keys_read.py` has what the page shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.errors import Conflict, Forbidden, InvalidInput, QuotaExceeded
from coexai_app.models import ApiKey, MailKind, Membership, Organization, Role, User
from coexai_app.scopes import SCOPES, Scope
from coexai_app.services import api_key_format, audit, mail, person, rest_hooks
from coexai_app.services.email_address import facts
from coexai_app.views import tokens as view
from coexai_app.views.base import Page, zone
from coexai_app.views.tokens import CreatedKey, KeyView, ScopeView

MAX_KEYS: Final = 20
MAX_NAME: Final = 80
MAX_DAYS: Final = 366
MAX_OVERLAP_HOURS: Final = 168
MAX_LIMIT: Final = 50
# Who sees and revokes the keys of other people too.
ALL_KEYS: Final = Role.ADMIN


def create(
    session: Session,
    actor: Actor,
    *,
    name: str,
    scopes: Sequence[str],
    expires_in_days: int | None = 90,
    expires_on: date | None = None,
    live: bool = True,
) -> CreatedKey:
    """Makes a key; the answer holds its secret, which is shown this once. `expires_in_days` None: it never expires; with `expires_on` it
    opens for the last time on that day, in the organisation's time zone.

    Raises InvalidInput, Forbidden for a plan without API or a scope above the actor's role, FreshLoginNeeded, QuotaExceeded above MAX_KEYS.
    """
    access.require(actor, Permission.MANAGE_KEYS)
    require_plan(actor)
    person.require_fresh(session, actor, clients=True)
    name = " ".join("".join(c for c in name if c.isprintable()).split())
    if not name:
        raise InvalidInput("Give the key a name, such as the program that will use it.", field="name")
    if len(name) > MAX_NAME:
        raise InvalidInput(f"A name has at most {MAX_NAME} characters.", field="name")
    if expires_in_days is not None and not 1 <= expires_in_days <= MAX_DAYS:
        raise InvalidInput(f"A key lives for 1 to {MAX_DAYS} days.", field="expires_in_days")
    wanted = _grantable(actor, scopes)
    db.serialize(session, f"api-keys:{actor.organization_id}")
    at = db.now(session)
    if _count(session, actor, at) >= MAX_KEYS:
        raise QuotaExceeded(f"An organisation has at most {MAX_KEYS} API keys. Revoke one that nothing uses any more.", limit=MAX_KEYS)
    life = timedelta(days=expires_in_days) if expires_in_days is not None else None
    if expires_on is not None:
        life = _until_the_end_of(expires_on, actor, at)
    secret, row = _make(session, actor, name=name, scopes=wanted, live=live, life=life, at=at)
    audit.record(session, "api_key.created", actor=actor, target=str(row.id), target_name=name, scopes=row.scopes, live=live)
    _tell(session, actor, row, at)
    return _created(session, actor, row, secret, at)


@db.reads
def page(session: Session, actor: Actor, *, page: int = 1, limit: int = 20) -> Page[KeyView]:
    """A page of the keys that the actor may see, newest first, ended ones included."""
    found, at = rows(session, actor, page=page, limit=limit), db.now(session)
    shown = tuple(_view(row, actor, name, at) for row, name in found.rows)
    return Page[KeyView](rows=shown, page=found.page, limit=found.limit, total=found.total)


@db.reads
def rows(session: Session, actor: Actor, *, page: int, limit: int) -> Page[tuple[ApiKey, str]]:
    """The same as rows, each with the name of its maker; for `api_keys_read.py`."""
    access.require(actor, Permission.MANAGE_KEYS)
    page, limit = max(1, page), min(max(1, limit), MAX_LIMIT)
    found = _visible(actor)
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    page = min(page, max(1, -(-total // limit)))
    found_rows = session.exec(found.order_by(col(ApiKey.id).desc()).offset((page - 1) * limit).limit(limit)).all()
    names = dict(session.exec(select(User.id, User.name).where(col(User.id).in_({row.user_id for row in found_rows}))).all())
    return Page[tuple[ApiKey, str]](rows=tuple((row, names[row.user_id]) for row in found_rows), page=page, limit=limit, total=total)


@db.reads
def scopes(session: Session, actor: Actor) -> tuple[ScopeView, ...]:
    """What a key may be allowed to do, and which of it the actor may hand out."""
    access.require(actor, Permission.MANAGE_KEYS)
    return tuple(
        ScopeView(name=scope, sentence=grant.sentence, may=actor.ranks(grant.role), least_role=grant.role)
        for scope, grant in SCOPES.items()
    )


def revoke(session: Session, actor: Actor, *, key_id: UUID) -> None:
    """The key opens nothing from now on, and nothing is sent to hooks that it made; revoking it again changes nothing.

    Raises NotFound, FreshLoginNeeded.
    """
    access.require(actor, Permission.MANAGE_KEYS)
    person.require_fresh(session, actor, clients=True)
    row = _one(session, actor, key_id)
    if row.revoked_at is not None:
        return
    row.revoked_at = db.now(session)
    rest_hooks.switch_off(session, actor, col(ApiKey.id) == row.id, f"The API key “{row.name}” was revoked, which made it.")
    audit.record(session, "api_key.revoked", actor=actor, target=str(row.id), target_name=row.name)


def rotate(session: Session, actor: Actor, *, key_id: UUID, overlap_hours: int = 24) -> CreatedKey:
    """A new key like this one, with the same lifetime from now; the old one still opens for `overlap_hours`, 0 for not at all.

    Only the person who made it: the new one acts for them, and nobody else may hold it. Raises as `create`, Conflict for an ended key.
    """
    access.require(actor, Permission.MANAGE_KEYS)
    require_plan(actor)
    person.require_fresh(session, actor, clients=True)
    if not 0 <= overlap_hours <= MAX_OVERLAP_HOURS:
        raise InvalidInput(f"The old key may stay for 0 to {MAX_OVERLAP_HOURS} hours.", field="overlap_hours")
    old = _one(session, actor, key_id)
    if old.user_id != actor.user_id:
        raise Forbidden("Only the person who made this key may rotate it. You can revoke it, and make a key of your own.")
    at = db.now(session)
    if (status := view.status_of(old, at)) != "active":
        raise Conflict(f"This key is {status} already. Make a new one.", status=status)
    life = old.expires_at - old.created_at if old.expires_at is not None else None
    secret, row = _make(session, actor, name=old.name, scopes=_grantable(actor, old.scopes), live=old.live, life=life, at=at)
    old.replaced_by, old.overlap_until = row.id, at + timedelta(hours=overlap_hours)
    rest_hooks.hand_over(session, old=old.id, new=row.id)
    audit.record(session, "api_key.rotated", actor=actor, target=str(old.id), target_name=old.name, new=str(row.id), hours=overlap_hours)
    _tell(session, actor, row, at)
    return _created(session, actor, row, secret, at)


def require_plan(actor: Actor) -> None:
    """Raises Forbidden unless the organisation's plan includes the API; live and test keys alike."""
    if not actor.plan.api:
        raise Forbidden(f"The {actor.plan.label} plan has no API access. An admin can choose a plan that has it.", plan=actor.plan.name)


def _make(
    session: Session, actor: Actor, *, name: str, scopes: Sequence[Scope], live: bool, life: timedelta | None, at: datetime
) -> tuple[str, ApiKey]:
    secret = api_key_format.make(live=live)
    row = ApiKey(
        organization_id=actor.organization_id,
        user_id=actor.user_id,
        name=name,
        prefix=secret[: api_key_format.PREFIX],
        last4=secret[-4:],
        key_hash=api_key_format.digest(secret),
        scopes=[scope.value for scope in scopes],
        live=live,
        created_at=at,
        expires_at=at + life if life is not None else None,
    )
    session.add(row)
    session.flush()
    return secret, row


def _until_the_end_of(day: date, actor: Actor, at: datetime) -> timedelta:
    """How long a key lives that ends with a day. Raises InvalidInput."""
    here = zone(actor.timezone)
    today = at.astimezone(here).date()
    if not today <= day <= today + timedelta(days=MAX_DAYS - 1):
        raise InvalidInput(f"Choose a day from today on, at most {MAX_DAYS} days from now.", field="expires_on")
    return datetime.combine(day + timedelta(days=1), time(), here) - at


def _tell(session: Session, actor: Actor, row: ApiKey, at: datetime) -> None:
    """A mail to the person who made the key and to everybody who looks after the organisation."""
    organization, maker = session.get_one(Organization, actor.organization_id), session.get_one(User, actor.user_id)
    admins = (
        select(User.email)
        .join(Membership, col(Membership.user_id) == User.id)
        .where(Membership.organization_id == actor.organization_id, col(Membership.role).in_((Role.OWNER, Role.ADMIN)))
        .where(col(User.disabled_at).is_(None))
    )
    data = {
        "url": "/settings/keys",
        "organization": organization.name,
        "by": maker.name,
        "name": row.name,
        "prefix": row.prefix,
        "scopes": ", ".join(row.scopes),
        **facts(at),
    }
    for address in sorted({maker.email, *session.exec(admins)}):
        key = f"api-key:{row.id}:{address}"
        try:
            mail.send(session, kind=MailKind.API_KEY_CREATED, to=address, data=data, once_key=key, organization_id=actor.organization_id)
        except mail.Refused:  # hundreds within the hour: people have been told, and the key is in the audit log
            return


def _created(session: Session, actor: Actor, row: ApiKey, secret: str, at: datetime) -> CreatedKey:
    shown = _view(row, actor, session.get_one(User, actor.user_id).name, at)
    return CreatedKey(**shown.model_dump(), secret=secret)


def _view(row: ApiKey, actor: Actor, made_by: str, at: datetime) -> KeyView:
    return view.key(row, made_by=made_by, mine=row.user_id == actor.user_id, timezone=actor.timezone, at=at)


def _grantable(actor: Actor, names: Sequence[str]) -> tuple[Scope, ...]:
    """The scopes of these names in the table's order. Raises InvalidInput for none or an unknown one, Forbidden above the role."""
    unknown = sorted({name for name in names if name not in SCOPES})
    if unknown:
        raise InvalidInput(f"There is no scope “{unknown[0][:40]}”. There are: {', '.join(SCOPES)}.", field="scopes")
    if not names:
        raise InvalidInput("Choose at least one thing that the key may do.", field="scopes")
    wanted = tuple(scope for scope in SCOPES if scope in names)
    for scope in wanted:
        if not actor.ranks(SCOPES[scope].role):
            raise Forbidden(f"Your role ({actor.role}) may not hand out {scope}. Ask an admin of your organisation.", scope=scope.value)
    return wanted


def _visible(actor: Actor) -> SelectOfScalar[ApiKey]:
    found = access.scoped(select(ApiKey), actor)
    return found if actor.ranks(ALL_KEYS) else found.where(ApiKey.user_id == actor.user_id)


def _one(session: Session, actor: Actor, key_id: UUID) -> ApiKey:
    return access.one(session, _visible(actor).where(ApiKey.id == key_id).with_for_update(), actor, "API key")


def _count(session: Session, actor: Actor, at: datetime) -> int:
    """Keys that open something; one that was rotated does not count beside its successor."""
    living = (
        col(ApiKey.revoked_at).is_(None),
        col(ApiKey.overlap_until).is_(None),
        or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > at),
    )
    return session.exec(select(func.count()).select_from(access.scoped(select(ApiKey), actor).where(*living).subquery())).one()
