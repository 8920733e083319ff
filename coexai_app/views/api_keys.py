"""What the page of API keys shows: the keys in words, what a new one may be allowed, and why something is locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from coexai_app.access import Actor
from coexai_app.models import ApiKey
from coexai_app.plans import PLANS, Plan
from coexai_app.scopes import SCOPES, Scope
from coexai_app.views.base import View, count, moment
from coexai_app.views.tokens import KeyStatus, key

SOON: Final = timedelta(days=7)
# Word, tone and icon of each state.
_STATES: Final[dict[KeyStatus, tuple[str, str, str]]] = {
    "active": ("Active", "ok", "circle-check"),
    "replaced": ("Replaced", "idle", "refresh-cw"),
    "expired": ("Expired", "idle", "clock"),
    "revoked": ("Revoked", "idle", "ban"),
}
_GROUPS: Final = {
    "Jobs": (Scope.JOBS_READ, Scope.JOBS_WRITE),
    "Files": (Scope.FILES_READ, Scope.FILES_WRITE),
    "Results": (Scope.OUTPUTS_READ, Scope.OUTPUTS_WRITE, Scope.OUTPUTS_APPROVE),
    "Schedules": (Scope.SCHEDULES_WRITE,),
    "Calendar": (Scope.CALENDAR_WRITE,),
    "Organisation": (Scope.USAGE_READ, Scope.MEMBERS_READ, Scope.AUDIT_READ, Scope.WEBHOOKS_MANAGE),
}
PRESETS: Final = ("read", "all", "chosen")


class KeyRow(View):
    """One key in the list. `access` says in two words what `sentences` say in full; `end` is what ends it, or has ended it."""

    id: str
    name: str
    shown: str
    kind: str
    access: str
    sentences: tuple[str, ...]
    made_by: str
    mine: bool
    created: str
    used: str
    end: str
    word: str
    tone: str
    icon: str
    may_revoke: bool
    why_not_rotate: str


class ScopeBox(View):
    """Something that a key may be allowed to do. `locked` says why the reader may not hand it out."""

    name: str
    sentence: str
    locked: str


class ScopeGroup(View):
    title: str
    boxes: tuple[ScopeBox, ...]


class KeysView(View):
    """The page. `locked` says why no key can be made, `need` what it would take; `fresh`: the person showed just now that it is them."""

    rows: tuple[KeyRow, ...] = ()
    page: int = 1
    pages: int = 1
    label: str = ""
    locked: str = ""
    need: str = ""
    fresh: bool = False
    groups: tuple[ScopeGroup, ...] = ()
    everybody: bool = False
    first_day: str = ""
    last_day: str = ""


def preset(actor: Actor, name: str) -> tuple[Scope, ...]:
    """The scopes of "read" (nothing is changed) and "all", within what the actor may hand out."""
    may = tuple(scope for scope in SCOPES if actor.ranks(SCOPES[scope].role))
    return tuple(scope for scope in may if scope.endswith(":read")) if name == "read" else may


def groups(actor: Actor) -> tuple[ScopeGroup, ...]:
    return tuple(ScopeGroup(title=title, boxes=tuple(_box(actor, scope) for scope in scopes)) for title, scopes in _GROUPS.items())


def need() -> str:
    """The plans that include the API, with their prices."""
    named = [f"{plan.label} (US${plan.price_cents / 100:,.0f} a month)" for plan in PLANS.values() if plan.api]
    return f"API access comes with {' and '.join(named)}."


def without_api(plan: Plan) -> str:
    return f"The {plan.label} plan has no API access."


def row(found: ApiKey, actor: Actor, made_by: str, at: datetime) -> KeyRow:
    shown = key(found, made_by=made_by, mine=found.user_id == actor.user_id, timezone=actor.timezone, at=at)
    word, tone, icon = _STATES[shown.status]
    if shown.status == "active" and found.expires_at is not None and found.expires_at - at < SOON:
        word, tone, icon = "Ends soon", "warn", "clock"
    if shown.status == "replaced" and found.overlap_until is not None and found.overlap_until > at:
        word, tone = "Being replaced", "warn"
    return KeyRow(
        id=shown.id,
        name=shown.name,
        shown=shown.shown,
        kind="Live" if shown.live else "Test",
        access=_access(shown.scopes),
        sentences=tuple(SCOPES[scope].sentence for scope in shown.scopes),
        made_by=made_by,
        mine=found.user_id == actor.user_id,
        created=shown.created_label,
        used=f"{shown.used_label}, from {shown.last_used_ip}" if shown.last_used_ip else shown.used_label,
        end=_end(found, shown.status, actor.timezone),
        word=word,
        tone=tone,
        icon=icon,
        may_revoke=shown.may_revoke,
        why_not_rotate=shown.why_not_rotate,
    )


def _box(actor: Actor, scope: Scope) -> ScopeBox:
    grant = SCOPES[scope]
    locked = "" if actor.ranks(grant.role) else f"Only an {grant.role} may hand this out."
    return ScopeBox(name=scope.value, sentence=grant.sentence, locked=locked)


def _access(scopes: Sequence[Scope]) -> str:
    if set(scopes) == set(SCOPES):
        return "Everything"
    if all(scope.endswith(":read") for scope in scopes):
        return "Read only"
    return count(len(scopes), "permission")


def _end(found: ApiKey, status: KeyStatus, timezone: str) -> str:
    if status == "revoked":
        return moment(found.revoked_at, timezone)
    if status == "replaced":
        return f"opens until {moment(found.overlap_until, timezone)}"
    return moment(found.expires_at, timezone) or "never"
