"""What the page of API keys shows, and what its form means. Called by `state/api_keys.py`; the rules are in `api_keys.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session

from coexai_app import access, db, settings
from coexai_app.access import Actor, Permission
from coexai_app.errors import InvalidInput
from coexai_app.services import api_keys, person
from coexai_app.views import api_keys as view
from coexai_app.views.api_keys import PRESETS, KeysView
from coexai_app.views.base import zone
from coexai_app.views.tokens import CreatedKey

LIMIT = 20
# The choices of the form, in days; None: never.
LIVES: dict[str, int | None] = {"30": 30, "90": 90, "365": 365, "never": None}


@db.reads
def overview(session: Session, actor: Actor, *, page: int = 1) -> KeysView:
    """The page: the keys that the actor may see, and what a new one may be. Raises Forbidden for a role that has no keys."""
    access.require(actor, Permission.MANAGE_KEYS)
    at = db.now(session)
    found = api_keys.rows(session, actor, page=page, limit=LIMIT)
    today = at.astimezone(zone(actor.timezone)).date()
    return KeysView(
        rows=tuple(view.row(row, actor, name, at) for row, name in found.rows),
        page=found.page,
        pages=found.pages,
        label=found.label,
        locked="" if actor.plan.api else view.without_api(actor.plan),
        need="" if actor.plan.api else view.need(),
        fresh=person.is_fresh(session, actor),
        groups=view.groups(actor),
        everybody=actor.ranks(api_keys.ALL_KEYS),
        first_day=today.isoformat(),
        last_day=(today + timedelta(days=api_keys.MAX_DAYS - 1)).isoformat(),
    )


def make(
    session: Session, actor: Actor, *, name: str, kind: str, preset: str, scopes: Sequence[str], life: str, day: str
) -> tuple[CreatedKey, str]:
    """What the form asks for. Returns the key and a call that shows that it works. Raises as `api_keys.create`."""
    if preset not in PRESETS or kind not in ("live", "test"):
        raise InvalidInput("Choose one of the things that the form offers.", field="scopes")
    until = _day(day) if life == "date" else None
    if life != "date" and life not in LIVES:
        raise InvalidInput("Choose how long the key shall open.", field="expires_in_days")
    made = api_keys.create(
        session,
        actor,
        name=name,
        scopes=scopes if preset == "chosen" else view.preset(actor, preset),
        expires_in_days=LIVES.get(life),
        expires_on=until,
        live=kind == "live",
    )
    return made, example(made.secret)


def turn(session: Session, actor: Actor, *, key_id: UUID, overlap_hours: str) -> tuple[CreatedKey, str]:
    """A new key for an old one. Raises as `api_keys.rotate`."""
    if not overlap_hours.isascii() or not overlap_hours.isdigit() or len(overlap_hours) > 3:
        raise InvalidInput("Choose how long the old key shall still open.", field="overlap_hours")
    made = api_keys.rotate(session, actor, key_id=key_id, overlap_hours=int(overlap_hours))
    return made, example(made.secret)


def example(secret: str) -> str:
    """A call that every key may make: who am I."""
    return f'curl {settings.get().origin}/api/v1/me -H "Authorization: Bearer {secret}"'


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("Choose the last day of the key.", field="expires_on") from None
