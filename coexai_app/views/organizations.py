"""An organisation as its settings page sees it, and what waits in the trash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from coexai_app.access import Actor, Permission
from coexai_app.models import Organization
from coexai_app.views.base import View, zone

_OWNERS: Final = "Only an owner can do this."


class Person(View):
    """An entry of a choice: `value` is the id."""

    value: str
    label: str


class OrganizationView(View):
    """`locked`: why the actor may not change the name; `owners_only`: why not what owners do; `why_not_leave`: why they stay."""

    id: str
    name: str
    timezone: str
    plan_label: str
    locked: str
    owners_only: str
    why_not_leave: str
    others: tuple[Person, ...] = ()


class Trashed(View):
    """A deleted organisation; `until` is the last day on which it can be restored."""

    id: str
    name: str
    until: str


def whole(row: Organization, actor: Actor, *, owners: int, others: Sequence[tuple[UUID, str, str]]) -> OrganizationView:
    may_change, owns = actor.may(Permission.MANAGE_TEAM), actor.may(Permission.OWN)
    return OrganizationView(
        id=str(row.id),
        name=row.name,
        timezone=row.timezone,
        plan_label=actor.plan.label,
        locked="" if may_change else "Only admins and owners can change this.",
        owners_only="" if owns else _OWNERS,
        why_not_leave="You are the last owner. Hand the organisation over, or delete it." if owns and owners == 1 else "",
        others=tuple(Person(value=str(ident), label=f"{name} ({email})") for ident, name, email in others) if owns else (),
    )


def trashed(row: Organization, timezone: str, *, keep: timedelta) -> Trashed:
    assert row.deleted_at is not None
    until = (row.deleted_at + keep).astimezone(zone(timezone))
    return Trashed(id=str(row.id), name=row.name, until=f"{until.day} {until:%B %Y}")
