"""Who is signed in, as pages see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from coexai_app.models import LoginSession, Organization, RefreshToken, Role, User
from coexai_app.plans import of
from coexai_app.views.base import View, exact, moment
from coexai_app.views.device import HANDHELD, device


class OrganizationChoice(View):
    id: str
    name: str
    plan_label: str
    current: bool


class Me(View):
    """The signed-in person in their current organisation. `picture` and `logo` are addresses, empty for none."""

    user_id: str
    name: str
    first_name: str
    initials: str
    email: str
    verified: bool = True
    is_staff: bool
    role: str
    role_label: str
    organization_id: str
    organization_name: str
    plan: str
    plan_label: str
    timezone: str
    picture: str = ""
    logo: str = ""
    organizations: tuple[OrganizationChoice, ...] = ()


def from_rows(user: User, current: UUID, role: Role, organizations: Sequence[Organization]) -> Me:
    """The view of a person in their current organisation."""
    here = next(o for o in organizations if o.id == current)
    return Me(
        user_id=str(user.id),
        name=user.name,
        first_name=user.name.split()[0],
        initials=initials(user.name),
        email=user.email,
        verified=user.verified_at is not None,
        is_staff=user.is_staff,
        role=role,
        role_label=role.value.capitalize(),
        organization_id=str(here.id),
        organization_name=here.name,
        plan=here.plan,
        plan_label=of(here.plan).label,
        timezone=user.timezone or here.timezone,
        picture=picture_of(user),
        logo=f"/api/v1/organization/logo?v={here.logo[-41:-5]}" if here.logo else "",
        organizations=tuple(
            OrganizationChoice(id=str(o.id), name=o.name, plan_label=of(o.plan).label, current=o.id == current) for o in organizations
        ),
    )


class SessionRow(View):
    """A signed-in browser, or a program. `device` is what it says of itself, `place` a browser's address of the net; `…_at` are the exact
    moments."""

    id: str
    device: str
    icon: str
    place: str
    seen: str
    seen_at: str
    began: str
    ends: str
    ends_at: str
    current: bool

    @classmethod
    def from_row(cls, row: LoginSession, tz: str, current: UUID | None) -> SessionRow:
        named = device(row.user_agent)
        return cls(
            id=str(row.id),
            device=named or "Unknown device",
            icon="smartphone" if named.endswith(HANDHELD) else "monitor",
            place=row.ip or "unknown address",
            seen=moment(row.last_seen_at, tz),
            seen_at=exact(row.last_seen_at, tz),
            began=moment(row.created_at, tz),
            ends=moment(row.expires_at, tz),
            ends_at=exact(row.expires_at, tz),
            current=row.id == current,
        )

    @classmethod
    def of_program(cls, row: RefreshToken, tz: str, *, began: datetime) -> SessionRow:
        """`row` is the newest token of its family."""
        return cls(
            id=str(row.family_id),
            device=row.device or "Unknown program",
            icon="terminal",
            place="a program, through the API",
            seen=moment(row.created_at, tz),
            seen_at=exact(row.created_at, tz),
            began=moment(began, tz),
            ends=moment(row.expires_at, tz),
            ends_at=exact(row.expires_at, tz),
            current=False,
        )


class AccountView(View):
    """What the account page shows. `fresh`: the person showed a moment ago that it is them. `blocked` says why it cannot be deleted now."""

    name: str
    email: str
    verified: bool
    fresh: bool
    blocked: str
    has_password: bool = True


def picture_of(user: User) -> str:
    """The address of a person's picture, another one for each picture; empty for none."""
    return f"/api/v1/people/{user.id}/picture?v={user.avatar[-41:-5]}" if user.avatar else ""


def initials(name: str) -> str:
    """ "Priya Raman" → "PR"."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper()


class SupportedAccount(View):
    """An account, for whoever runs the instance. `homes` are lines such as "Larkfield Studio (owner)"."""

    name: str
    email: str
    standing: str
    homes: tuple[str, ...]
    second_step: str
    sessions: int


def supported(user: User, *, homes: Sequence[tuple[str, Role]], apps: int, passkeys: int, codes: int, sessions: int) -> SupportedAccount:
    reached = "address confirmed" if user.verified_at else "address not confirmed"
    parts = ((apps, "app"), (passkeys, "passkey"), (codes, "recovery code"))
    return SupportedAccount(
        name=user.name,
        email=user.email,
        standing="in the trash" if user.deleted_at else "closed" if user.disabled_at else reached,
        homes=tuple(f"{name} ({role.value})" for name, role in homes),
        second_step=", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in parts if number) or "none",
        sessions=sessions,
    )
