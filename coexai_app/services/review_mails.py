"""Mails around a result: somebody named you, somebody asks for your yes, a client answered.

Called in the transaction of the event. Over a limit of mails none is sent, and the event happens all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import db, log
from coexai_app.access import PERMISSIONS, RANK, Actor, Permission
from coexai_app.models import ClientLink, Comment, MailKind, Membership, Organization, Output, User
from coexai_app.models.base import new_id
from coexai_app.services import mail

MOST_REVIEWERS: Final = 20
_EXCERPT: Final = 300


def mentioned(session: Session, actor: Actor, output: Output, comment: Comment) -> None:
    """Tells members whom a comment names; each once per comment, however often it is changed."""
    people = {user.id: user for user, _ in _members(session, output) if user.id != actor.user_id}
    called = named(comment.text, {user_id: user.name for user_id, user in people.items()})
    data = {"by": actor.name or "Somebody", "title": output.title or "Untitled", "comment": comment.text[:_EXCERPT]}
    for user in sorted((people[user_id] for user_id in called), key=lambda user: user.email):
        _send(session, output, user, MailKind.COMMENT_MENTION, data, f"mention:{comment.id}:{user.id}", tab="comments")


def requested(session: Session, actor: Actor, output: Output, note: str) -> None:
    """Tells who may approve, but for whoever asks."""
    least = RANK[PERMISSIONS[Permission.APPROVE_OUTPUT]]
    reviewers = [user for user, role in _members(session, output) if RANK[role] >= least and user.id != actor.user_id]
    data = {"by": actor.name or "Somebody", "title": output.title or "Untitled", "note": note[:_EXCERPT]}
    for user in sorted(reviewers[:MOST_REVIEWERS], key=lambda user: user.email):
        _send(session, output, user, MailKind.REVIEW_REQUESTED, data, f"review:{output.id}:{output.version}:{user.id}")


def answered(session: Session, output: Output, link: ClientLink, name: str, did: str, words: str) -> None:
    """Tells who made the link; when they have left, those who manage the team: the link is the organisation's."""
    members = _members(session, output)
    told = [user for user, _ in members if user.id == link.user_id]
    if not told:
        least = RANK[PERMISSIONS[Permission.MANAGE_TEAM]]
        told = [user for user, role in members if RANK[role] >= least][:MOST_REVIEWERS]
    data = {"client": name, "did": did, "title": output.title or "Untitled", "words": words[:_EXCERPT]}
    for user in sorted(told, key=lambda user: user.email):
        _send(session, output, user, MailKind.CLIENT_ANSWERED, data, f"client:{new_id()}", tab="comments")


def named(text: str, names: Mapping[UUID, str]) -> set[UUID]:
    """Who is named with an @: by the whole name, or by a first name that only one has."""
    firsts: dict[str, list[UUID]] = {}
    for user_id, name in names.items():
        firsts.setdefault(name.split(" ")[0].casefold(), []).append(user_id)
    found = set()
    for at in re.finditer("@", text):
        if at.start() and text[at.start() - 1].isalnum():  # an e-mail address
            continue
        rest = text[at.end() :].casefold()
        whole = [(len(name), user_id) for user_id, name in names.items() if _begins(rest, name.casefold())]
        if whole:
            longest = max(length for length, _ in whole)
            found |= {user_id for length, user_id in whole if length == longest}
            continue
        found |= {ids[0] for first, ids in firsts.items() if len(ids) == 1 and _begins(rest, first)}
    return found


def _begins(text: str, name: str) -> bool:
    return bool(name) and text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()


def _members(session: Session, output: Output) -> list[tuple[User, str]]:
    found = session.exec(
        select(User, Membership.role)
        .join(Membership, col(Membership.user_id) == User.id)
        .where(Membership.organization_id == output.organization_id, col(User.disabled_at).is_(None))
        .order_by(col(Membership.id))
    ).all()
    return [(user, str(role)) for user, role in found]


def _send(session: Session, output: Output, user: User, kind: MailKind, data: Mapping[str, Any], once: str, *, tab: str = "") -> None:
    """A mail that cannot be written takes nothing else along."""
    organization = session.get_one(Organization, output.organization_id)
    told = {**data, "organization": organization.name, "url": f"/outputs/{output.id}{f'?tab={tab}' if tab else ''}"}
    try:
        with db.savepoint(session):
            mail.send(session, kind=kind, to=user.email, data=told, once_key=once, organization_id=output.organization_id, user_id=user.id)
    except mail.Refused:
        pass
    except Exception:
        log.get(__name__).exception("a mail about a result was not written")
