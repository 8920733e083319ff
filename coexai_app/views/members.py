"""The members of an organisation and its invitations as pages see them, with what the reader may do and why not the rest."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from coexai_app.access import RANK, Actor, Permission
from coexai_app.models import ClientLink, Invitation, Membership, Organization, Role, User
from coexai_app.views.accounts import initials, picture_of
from coexai_app.views.base import View, count, exact, moment

# What each role is for, in the words of the menus.
ROLES: Final = {
    Role.OWNER: "everything, also plan and deletion",
    Role.ADMIN: "team, keys and billing, too",
    Role.MEMBER: "runs coworkers, edits results",
    Role.VIEWER: "reads only",
}


class RoleChoice(View):
    value: str
    label: str
    line: str
    current: bool = False


class MemberRow(View):
    """`roles` are those that the reader may give; `locked` says why there are none, `why_not_remove` why this person stays;
    `…_at` are the exact moments. `alone`: only a password opens the account, which only those who look after the team are told."""

    user_id: str
    name: str
    email: str
    initials: str
    picture: str
    role: str
    role_label: str
    since: str
    since_at: str
    seen: str
    seen_at: str
    you: bool
    alone: bool
    roles: tuple[RoleChoice, ...]
    locked: str
    may_remove: bool
    why_not_remove: str


class InvitationRow(View):
    """An invitation that waits, or whose link is too old."""

    id: str
    email: str
    role_label: str
    by: str
    ends: str
    ends_at: str
    expired: bool
    may_manage: bool


class InvitationLook(View):
    """What whoever holds the link sees. `account`: whether somebody has an account with this address already."""

    organization: str
    inviter: str
    email: str
    role: str
    account: bool


class MemberLink(View):
    """A link for a client that a member made and that is open: what it shows, and for whom."""

    id: str
    title: str
    client: str
    until: str


def why_not(own: Membership | Actor, target: Membership, new: Role) -> str:
    """Why somebody with `own` role may not give a member the role `new`; "" when they may."""
    if RANK[own.role] < RANK[Role.ADMIN]:
        return f"Your role ({own.role}) does not allow you to manage the team. Ask an admin of your organisation."
    if own.user_id == target.user_id and RANK[new] > RANK[own.role]:
        return "Nobody can raise their own role. Ask an owner."
    if own.role is not Role.OWNER and Role.OWNER in (target.role, new):
        return "Only an owner can make somebody an owner, or change an owner's role."
    return ""


def why_not_remove(own: Membership | Actor, target: Membership) -> str:
    """Why somebody with `own` role may not take a member out; "" when they may."""
    if RANK[own.role] < RANK[Role.ADMIN]:
        return f"Your role ({own.role}) does not allow you to manage the team. Ask an admin of your organisation."
    if target.role is Role.OWNER and own.role is not Role.OWNER:
        return "Only an owner can remove an owner."
    return ""


def choices(actor: Actor) -> tuple[RoleChoice, ...]:
    """The roles that somebody may invite people into: none above their own."""
    if not actor.may(Permission.MANAGE_TEAM):
        return ()
    return tuple(_choice(role) for role in reversed(Role) if RANK[role] <= RANK[actor.role])


def row(member: Membership, user: User, actor: Actor, *, seen: datetime | None, last: bool, second_step: bool, at: datetime) -> MemberRow:
    """`last`: they are the only owner who can log in; `second_step`: they have one."""
    you = user.id == actor.user_id
    locked = why_not(actor, member, Role.VIEWER) or (_LAST if last else "")
    roles = () if locked else tuple(_choice(r, member.role) for r in Role if r is member.role or not why_not(actor, member, r))
    stays = why_not_remove(actor, member) or ("Leave the organisation on its page instead." if you else "")
    return MemberRow(
        user_id=str(user.id),
        name=user.name,
        email=user.email,
        initials=initials(user.name),
        picture=picture_of(user),
        role=member.role,
        role_label=member.role.value.capitalize(),
        since=moment(member.created_at, actor.timezone),
        since_at=exact(member.created_at, actor.timezone),
        seen=_seen(seen, at, actor.timezone),
        seen_at=exact(seen, actor.timezone),
        you=you,
        alone=not second_step and actor.may(Permission.MANAGE_TEAM),
        roles=roles,
        locked=locked,
        may_remove=not stays,
        why_not_remove=stays,
    )


def invitation(waiting: Invitation, by: str, actor: Actor, at: datetime) -> InvitationRow:
    left = waiting.expires_at - at
    expired = left.total_seconds() <= 0
    days = -(-int(left.total_seconds()) // 86_400)
    return InvitationRow(
        id=str(waiting.id),
        email=waiting.email,
        role_label=waiting.role.value.capitalize(),
        by=by,
        ends=f"link ended {moment(waiting.expires_at, actor.timezone)}" if expired else f"link ends in {count(days, 'day')}",
        ends_at=exact(waiting.expires_at, actor.timezone),
        expired=expired,
        may_manage=RANK[waiting.role] <= RANK[actor.role],
    )


def link(made: ClientLink, title: str, timezone: str) -> MemberLink:
    return MemberLink(id=str(made.id), title=title or "Untitled", client=made.name, until=moment(made.expires_at, timezone))


def look(waiting: Invitation, organization: Organization, inviter: str, *, account: bool) -> InvitationLook:
    return InvitationLook(
        organization=organization.name, inviter=inviter, email=waiting.email, role=with_article(waiting.role), account=account
    )


def with_article(role: Role) -> str:
    """ "an admin", "a member"."""
    return f"{'an' if role.value[0] in 'aeiou' else 'a'} {role.value}"


_LAST: Final = "The last owner keeps the role. Make somebody else an owner first."


def _choice(role: Role, current: Role | None = None) -> RoleChoice:
    return RoleChoice(value=role, label=role.value.capitalize(), line=ROLES[role], current=role is current)


def _seen(seen: datetime | None, at: datetime, timezone: str) -> str:
    if seen is None:
        return ""
    return "now" if (at - seen).total_seconds() < 300 else moment(seen, timezone)
