"""How the endpoints check a password: the try is counted, Argon2id works without a transaction, and a wrong one is noted.

Waiting for a turn has threads of its own, so that a flood of log-ins holds up no other call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import anyio
from anyio import CapacityLimiter

from coexai_app.access import Actor
from coexai_app.api import deps
from coexai_app.errors import RateLimited, Unauthenticated
from coexai_app.services import accounts, passwords, proofs
from coexai_app.services.proofs import Proof, Stored

T = TypeVar("T")
WAITING = 64


async def of_address(email: str, password: str, ip: str, *, browser: str = "") -> Proof:
    """Raises Unauthenticated for a wrong address or password alike, RateLimited for a try that comes too early."""
    return await _prove(await deps.call(proofs.attempt, email=email, ip=ip, browser=browser), password, ip)


async def of_person(actor: Actor, password: str, ip: str) -> Proof:
    """The same for somebody who is signed in and gives the password again."""
    return await _prove(await deps.call(proofs.attempt_as, actor, ip=ip), password, ip)


async def new_hash(password: str, *, email: str, name: str) -> str:
    """The hash of a new password. Raises InvalidInput for one that is too easy to guess, or known to have leaked."""

    def made() -> str:
        passwords.check_strength(password, email=email, name=name)
        passwords.check_leaked(password)
        return passwords.hash_of(password)

    return await _in_turn(made)


async def _prove(known: Stored, password: str, ip: str) -> Proof:
    try:
        return await _in_turn(lambda: proofs.prove(known, password))
    except Unauthenticated:
        await deps.call(accounts.note_failure, email=known.email, ip=ip, counted=True)
        raise


async def _in_turn(work: Callable[[], T]) -> T:
    limiter = _limiter()
    if limiter.available_tokens < 1:
        raise RateLimited("Very many people log in at this moment. Try again in a few seconds.", retry_after=int(passwords.WAIT_SECONDS))
    return await anyio.to_thread.run_sync(work, limiter=limiter)


@lru_cache(maxsize=1)
def _limiter() -> CapacityLimiter:
    return CapacityLimiter(WAITING)
