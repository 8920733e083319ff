"""What tests of the second step share: people who have one, codes of their app, and moving the clock by moving the rows."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pyotp
from sqlmodel import select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import SecondFactorRequired
from coexai_app.models import FactorTries, LoginSession, TotpFactor, User
from coexai_app.services import accounts, factor_codes, factors, passkeys
from tests.passkey import Authenticator
from tests.people import PASSWORD, do

STEP = factor_codes.STEP_SECONDS


def enrol_app(person: Actor) -> tuple[str, tuple[str, ...]]:
    """(secret, recovery codes) of a new app; its codes of now may be used at once."""
    secret = do(factors.begin_app, person).key.replace(" ", "")
    added = do(factors.confirm_app, person, code=code(secret))
    forget_step(person.user_id)
    return secret, added.codes


def enrol_passkey(person: Actor, name: str = "Laptop") -> Authenticator:
    device = Authenticator()
    options = do(passkeys.register_options, person)
    do(passkeys.register, person, name=name, credential=device.make(options))
    return device


def code(secret: str, *, away: int = 0) -> str:
    """The code of now by the database's clock, or of some steps away from it."""
    with db.reading() as session:
        at = db.now(session)
    return pyotp.TOTP(secret).at(int(at.timestamp()) + away * STEP)


def ticket_of(person: Actor) -> str:
    """The right password, of somebody who has a second step."""
    try:
        do(accounts.log_in, email=email_of(person), password=PASSWORD)
    except SecondFactorRequired as error:
        return str(error.details["ticket"])
    raise AssertionError("nobody asked for a second step")


def email_of(person: Actor) -> str:
    with db.reading() as session:
        return session.get_one(User, person.user_id).email


def forget_step(user_id: UUID) -> None:
    """As if the last code had been used long ago."""
    with db.transaction() as session:
        session.exec(select(TotpFactor).where(TotpFactor.user_id == user_id)).one().last_step = 0


def let_time_pass(user_id: UUID) -> None:
    """As if the wait after wrong codes were over."""
    with db.transaction() as session:
        session.exec(select(FactorTries).where(FactorTries.user_id == user_id)).one().blocked_until = None


def log_in_long_ago(person: Actor) -> None:
    with db.transaction() as session:
        row = session.get_one(LoginSession, person.session_id)
        row.authenticated_at -= timedelta(minutes=11)
