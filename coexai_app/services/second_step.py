"""The second step of a log-in, and the log-in with a passkey alone. Called by `api/second_step.py` and `api/tokens.py`.

Only here a ticket becomes a session or tokens: both are new, so nothing that a browser held before is worth anything after.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlmodel import Session

from coexai_app.errors import SignInExpired
from coexai_app.models import SignInDoor, SignInTicket
from coexai_app.services import accounts, factor_codes, passkeys, person, sign_in_tickets, throttle, tokens
from coexai_app.services.accounts import SignedIn
from coexai_app.services.passkeys import Options
from coexai_app.services.throttle import Policy
from coexai_app.services.tokens import Tokens

# Challenges that a part of the net may ask for in a quarter of an hour: each is a row, and anybody may ask.
STARTS: Final = Policy("passkey", 60, (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0), 900)
_OFTEN: Final = "Many log-ins were started from your network. Wait {wait}, then try again."


def with_code(session: Session, *, ticket: str, code: str, ip: str = "", user_agent: str = "") -> SignedIn:
    """A session for a ticket and a code. Raises SignInExpired, WrongCode (the ticket stays good), RateLimited."""
    row, user = sign_in_tickets.find(session, token=ticket, door=SignInDoor.BROWSER)
    factor_codes.check(session, user.id, code=code, organization_id=_home(session, row))
    sign_in_tickets.use_up(session, row)
    return accounts.enter(session, user, ip=ip, user_agent=user_agent)


def tokens_with_code(session: Session, *, ticket: str, code: str, ip: str = "") -> Tokens:
    """Tokens for a ticket and a code, for the organisation that the log-in named. Raises as `with_code` does."""
    row, user = sign_in_tickets.find(session, token=ticket, door=SignInDoor.API)
    if row.organization_id is None:
        raise SignInExpired("This log-in took too long, or was used already. Start again with your password.")
    factor_codes.check(session, user.id, code=code, organization_id=row.organization_id)
    sign_in_tickets.use_up(session, row)
    return tokens.issue(session, user=user, organization_id=row.organization_id, device=row.device, ip=ip)


def passkey_options(session: Session, *, ticket: str) -> Options:
    """For a passkey as second step; its challenge is bound to the ticket. Raises NotFound for an account without one."""
    row, user = sign_in_tickets.find(session, token=ticket, door=SignInDoor.BROWSER)
    return passkeys.log_in_options(session, bound_to=f"ticket:{row.id}", user_id=user.id)


def with_passkey(session: Session, *, ticket: str, credential: str, ip: str = "", user_agent: str = "") -> SignedIn:
    """A session for a ticket and a passkey of the same person. Raises SignInExpired, PasskeyRefused."""
    row, user = sign_in_tickets.find(session, token=ticket, door=SignInDoor.BROWSER)
    owner = passkeys.verify(
        session, credential=credential, bound_to=f"ticket:{row.id}", user_id=user.id, organization_id=_home(session, row)
    )
    sign_in_tickets.use_up(session, row)
    return accounts.enter(session, owner, ip=ip, user_agent=user_agent)


def alone_options(session: Session, *, browser: str, ip: str = "") -> Options:
    """For a log-in with nothing but a passkey; `browser` is a random value that only this browser has, in a cookie. Raises RateLimited."""
    throttle.take(session, STARTS, throttle.net(ip), _OFTEN)
    return passkeys.log_in_options(session, bound_to=f"browser:{browser}")


def alone(session: Session, *, browser: str, credential: str, ip: str = "", user_agent: str = "") -> SignedIn:
    """A session for a passkey that verified its person: that is possession and a PIN or a finger, so no second step follows."""
    user = passkeys.verify(session, credential=credential, bound_to=f"browser:{browser}")
    throttle.give_back(session, STARTS, throttle.net(ip))
    return accounts.enter(session, user, ip=ip, user_agent=user_agent)


def _home(session: Session, ticket: SignInTicket) -> UUID | None:
    """The organisation whose audit log tells of it: the one that the log-in named, or the one that the person joined first."""
    return ticket.organization_id or person.first_home(session, ticket.user_id)
