"""The proof that somebody knows the password of an account, in three steps, so that no transaction is open while Argon2id works.

A door calls `attempt` (counts the try, says what is stored), then `prove` (no database), then the service that wants the proof, which
calls `accept` in its own transaction. `api/proof.py` does this for the doors; a wrong password goes to `accounts.note_failure`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import Unauthenticated
from coexai_app.models import User
from coexai_app.services import account_fields, known_browsers, passwords, person, throttle

TOO_MANY: Final = "Too many tries. Wait {wait}, then try again: your account is not locked."
WRONG: Final = "The e-mail address or the password is not right."


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of an address before its password is checked; without a person for one that has no account. `tries`: whose tries
    this one counts among."""

    email: str
    user_id: UUID | None = None
    password_hash: str | None = field(default=None, repr=False)
    tries: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """This person's password was right; `better` is its hash with today's parameters, when the stored one is older."""

    user_id: UUID
    password_hash: str = field(repr=False)
    better: str = field(default="", repr=False)
    tries: str = ""


def attempt(session: Session, *, email: str, ip: str = "", browser: str = "") -> Stored:
    """Counts a try for an address: those from a browser in which its owner has logged in by themselves, all others together.

    `browser` is what it keeps of that (`known_browsers.py`). Raises RateLimited, with `retry_after` in seconds, when it comes too early.
    """
    known = stored(session, account_fields.typed(email))
    own = known_browsers.name_of(browser, known.user_id) if browser and known.user_id else ""
    return _counted(session, known, f"browser:{own}" if own else known.email, ip)


def attempt_as(session: Session, actor: Actor, *, ip: str = "") -> Stored:
    """The same for the signed-in person, who gives the password again; each session's tries count by themselves."""
    person.require_person(actor)
    known = stored(session, session.get_one(User, actor.user_id).email)
    return _counted(session, known, f"session:{actor.session_id}", ip)


@db.reads
def stored(session: Session, email: str) -> Stored:
    found = session.exec(select(User.id, User.password_hash).where(col(User.email) == email)).first()
    return Stored(email, *found) if found else Stored(email)


def prove(known: Stored, password: str) -> Proof:
    """Raises Unauthenticated for a wrong password and for an unknown address, in the same words and the same time."""
    right = passwords.matches(password, known.password_hash)
    if not right or known.user_id is None or not known.password_hash:
        raise Unauthenticated(WRONG)
    better = passwords.hash_of(password) if passwords.outdated(known.password_hash) else ""
    return Proof(known.user_id, known.password_hash, better, known.tries)


def accept(session: Session, proof: Proof, *, ip: str = "", trashed: bool = False) -> User:
    """The person whose password was proved, when it is still the same, their row locked. Raises Unauthenticated otherwise, and for a
    disabled account; one that its owner has deleted counts with `trashed`."""
    user = person.lock(session, proof.user_id)
    if (
        user is None
        or not user.password_hash
        or user.password_hash != proof.password_hash
        or (user.disabled_at and not (trashed and in_trash(user)))
    ):
        raise Unauthenticated(WRONG)
    if proof.better:
        user.password_hash = proof.better
    throttle.forget(session, throttle.ACCOUNT, proof.tries or user.email)
    throttle.give_back(session, throttle.ADDRESS, throttle.net(ip))
    return user


def _counted(session: Session, known: Stored, tries: str, ip: str) -> Stored:
    throttle.take(session, throttle.ADDRESS, throttle.net(ip), TOO_MANY)
    throttle.take(session, throttle.ACCOUNT, tries, TOO_MANY)
    return replace(known, tries=tries)


def trashed() -> ColumnElement[bool]:
    """`in_trash` as a condition."""
    return col(User.deleted_at) == col(User.disabled_at)


def in_trash(user: User) -> bool:
    """Whether the person deleted the account, and nobody else disabled it."""
    return user.deleted_at is not None and user.deleted_at == user.disabled_at
