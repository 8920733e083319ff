"""Where a person is signed in, with browsers and with programs: the list, and ending one or all others.

For the security page. The log-in of a program is a family of tokens (`tokens.py`).
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from coexai_app import db, live
from coexai_app.access import Actor
from coexai_app.errors import NotFound
from coexai_app.models import LoginSession, RefreshToken
from coexai_app.services import audit, person, tokens
from coexai_app.views.accounts import SessionRow

# A program that logs in each time it runs makes a new log-in each time; all of them end together with "all others".
MOST_PROGRAMS: Final = 50


@db.reads
def rows(session: Session, actor: Actor) -> tuple[SessionRow, ...]:
    """The person's open sessions in every organisation: this one first, then the last used, then programs, the last used first."""
    person.require_person(actor)
    found = session.exec(_open_of(actor).order_by(col(LoginSession.last_seen_at).desc(), col(LoginSession.id).desc())).all()
    programs = session.exec(_programs_of(actor).order_by(col(RefreshToken.id).desc()).limit(MOST_PROGRAMS)).all()
    return (
        *(SessionRow.from_row(row, actor.timezone, actor.session_id) for row in sorted(found, key=lambda r: r.id != actor.session_id)),
        *(SessionRow.of_program(row, actor.timezone, began=row.expires_at - tokens.FAMILY_LIFE) for row in programs),
    )


def revoke(session: Session, actor: Actor, *, session_id: UUID) -> None:
    """Ends one session of the person; its pages close at once. Raises FreshLoginNeeded, and NotFound for a session that is over or
    somebody else's."""
    person.require_fresh(session, actor)
    row = session.exec(_open_of(actor).where(LoginSession.id == session_id)).first()
    program = session.exec(_programs_of(actor).where(RefreshToken.family_id == session_id)).first()
    if row is not None:
        device = SessionRow.from_row(row, "UTC", None).device
        _end(session, row)
    elif program is not None and tokens.end(session, actor.user_id, family=session_id):
        device = program.device
    else:
        raise NotFound("This session is over already.")
    audit.record(session, "session.revoked", actor=actor, target=str(session_id), device=device)


def revoke_others(session: Session, actor: Actor) -> int:
    """Ends every session of the person but this one, and every log-in of a program. Returns how many. Raises FreshLoginNeeded."""
    person.require_fresh(session, actor)
    person.lock(session, actor.user_id)
    programs = session.exec(_programs_of(actor)).all()
    tokens.bump(session, actor.user_id)
    ended = end_all(session, actor.user_id, keep=actor.session_id) + len(programs)
    audit.record(session, "session.revoked_others", actor=actor, target=str(actor.user_id), sessions=ended)
    return ended


def end_all(session: Session, user_id: UUID, *, keep: UUID | None = None) -> int:
    """For a changed password and a deleted account. Returns how many were open."""
    ended = [row for row in session.exec(select(LoginSession).where(LoginSession.user_id == user_id)).all() if row.id != keep]
    for row in ended:
        _end(session, row)
    return len(ended)


def _open_of(actor: Actor) -> SelectOfScalar[LoginSession]:
    return select(LoginSession).where(LoginSession.user_id == actor.user_id, col(LoginSession.expires_at) > db.utcnow())


def _programs_of(actor: Actor) -> SelectOfScalar[RefreshToken]:
    """The newest token of each family that lives."""
    newest = (col(RefreshToken.used_at).is_(None), col(RefreshToken.revoked_at).is_(None), col(RefreshToken.expires_at) > db.utcnow())
    return select(RefreshToken).where(RefreshToken.user_id == actor.user_id, *newest)


def _end(session: Session, row: LoginSession) -> None:
    """Open pages hear of it: they re-read, and find that they may not."""
    live.publish(session, row.organization_id, "session.ended", row.id)
    session.delete(row)
