"""Codes of the second step: time-based codes of an app (RFC 6238) and recovery codes; each works once, and guessing is slowed down.

`factors` enrols, `second_step` asks. Callers hold the lock on the person's row (`person.lock`), so tries are counted one by one.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from coexai_app import db, log
from coexai_app.errors import RateLimited, WrongCode
from coexai_app.models import AuditOutcome, FactorTries, RecoveryCode, TotpFactor
from coexai_app.services import audit, sealing

PURPOSE: Final = "authenticator apps"
STEP_SECONDS: Final = 30
DIGITS: Final = 6
# RFC 6238 §5.2: one step of delay and of drift, both ways.
WINDOW: Final = (0, -1, 1)
FREE_TRIES: Final = 5
FIRST_DELAY_SECONDS: Final = 30
LONGEST_DELAY_SECONDS: Final = 3600
RECOVERY_CODES: Final = 10
# Of 32 letters: 120 bits. From 112 on a code is stored with a fast hash (OWASP ASVS 5.0, V6.5.2); older codes have 12 letters.
_RECOVERY_LENGTH: Final = 24
_GROUP: Final = 4
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1, which people mix up
_LOOK_ALIKES: Final = str.maketrans({" ": "", "-": "", "\u00a0": "", "\u2011": "", "\u2013": ""})


def matching_step(secret: str, code: str, at: datetime, *, after: int = 0) -> int | None:
    """The time step that the code belongs to, if it is near `at` and later than the step `after`; else None."""
    import pyotp

    now = int(at.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    fits = [now + away for away in WINDOW if hmac.compare_digest(app.generate_otp(now + away), code)]
    return next((step for step in fits if step > after), None)


def check(session: Session, user_id: UUID, *, code: str, organization_id: UUID | None = None) -> None:
    """Uses up a code of the app, or a recovery code. Raises WrongCode, and RateLimited while further tries have to wait."""
    allow(session, user_id)
    given = clean(code)
    if len(given) == DIGITS and given.isdigit():
        right = _use_app(session, user_id, given)
    else:
        right = _use_recovery(session, user_id, given)
        if right:
            left = remaining(session, user_id)
            audit.record(session, "factor.recovery_used", user_id=user_id, organization_id=organization_id, target=str(user_id), left=left)
    if not right:
        refuse(session, user_id, organization_id=organization_id)
    forgive(session, user_id)


def allow(session: Session, user_id: UUID) -> None:
    """Raises RateLimited while a person's codes are not looked at."""
    row = session.exec(select(FactorTries).where(FactorTries.user_id == user_id)).first()
    at = db.now(session)
    if row is not None and row.blocked_until is not None and row.blocked_until > at:
        seconds = int((row.blocked_until - at).total_seconds()) + 1
        wait = f"{seconds} seconds" if seconds <= 90 else f"{-(-seconds // 60)} minutes"
        raise RateLimited(f"Too many wrong codes. Wait {wait}, then try again.", retry_after=seconds)


def refuse(session: Session, user_id: UUID, *, organization_id: UUID | None = None) -> None:
    """Counts a wrong try and raises WrongCode. From the fifth in a row on there is a wait, each twice as long, at most an hour."""
    row = session.exec(select(FactorTries).where(FactorTries.user_id == user_id)).first()
    if row is None:
        row = FactorTries(user_id=user_id)
        session.add(row)
    row.failures += 1
    if row.failures >= FREE_TRIES:
        delay = min(FIRST_DELAY_SECONDS * 2 ** min(row.failures - FREE_TRIES, 12), LONGEST_DELAY_SECONDS)
        row.blocked_until = db.now(session) + timedelta(seconds=delay)
    session.flush()
    audit.record(
        session,
        "factor.failed",
        user_id=user_id,
        organization_id=organization_id,
        target=str(user_id),
        outcome=AuditOutcome.FAILED,
        tries=row.failures,
    )
    raise WrongCode("This code is not right, or it was used already. Wait for the next one, and check the time of your phone.")


def forgive(session: Session, user_id: UUID) -> None:
    """After a right answer the wrong ones before it do not count any more."""
    session.execute(delete(FactorTries).where(col(FactorTries.user_id) == user_id))


def make_recovery(session: Session, user_id: UUID) -> tuple[str, ...]:
    """Ten new codes in place of all older ones, as people write them: "ABCD-EFGH-JKLM-NPQR-STUV-WXYZ". They exist nowhere else."""
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    made = ["".join(secrets.choice(_LETTERS) for _ in range(_RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    session.add_all([RecoveryCode(user_id=user_id, code_hash=_recovery_hashes(user_id, code)[0]) for code in made])
    session.flush()
    return tuple("-".join(code[at : at + _GROUP] for at in range(0, _RECOVERY_LENGTH, _GROUP)) for code in made)


def drop_recovery(session: Session, user_id: UUID) -> None:
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))


def remaining(session: Session, user_id: UUID) -> int:
    """How many recovery codes are unused."""
    return session.exec(
        select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id, col(RecoveryCode.used_at).is_(None))
    ).one()


def seal(secret: str, user_id: UUID) -> bytes:
    return sealing.seal(secret.encode(), purpose=PURPOSE, bound_to=str(user_id))


def unseal(sealed: bytes, user_id: UUID) -> str:
    return sealing.unseal(sealed, purpose=PURPOSE, bound_to=str(user_id)).decode()


def seal_pending(secret: str, user_id: UUID, session_id: UUID | None) -> bytes:
    """Of a secret that was shown to one session, and has not answered yet."""
    return sealing.seal(secret.encode(), purpose="new authenticator apps", bound_to=f"{user_id}:{session_id}")


def unseal_pending(sealed: bytes, user_id: UUID, session_id: UUID | None) -> str | None:
    """None for a secret that another session was shown."""
    try:
        return sealing.unseal(sealed, purpose="new authenticator apps", bound_to=f"{user_id}:{session_id}").decode()
    except sealing.SealBroken:
        return None


def clean(code: str) -> str:
    """Without the spaces and dashes that people and apps put in, in capitals; empty for what no code can be."""
    bare = code.translate(_LOOK_ALIKES).upper()
    return bare if bare.isascii() and bare.isalnum() and len(bare) <= _RECOVERY_LENGTH else ""


def _use_app(session: Session, user_id: UUID, code: str) -> bool:
    row = session.exec(select(TotpFactor).where(TotpFactor.user_id == user_id, col(TotpFactor.confirmed_at).is_not(None))).first()
    if row is None or row.sealed is None:
        return False
    try:
        secret = unseal(row.sealed, user_id)
    except sealing.SealBroken:
        log.get(__name__).warning("an authenticator app cannot be checked: SECRET_KEY has changed. Is the old one in SECRET_KEY_FALLBACKS?")
        return False
    step = matching_step(secret, code, db.now(session), after=row.last_step)
    if step is None:
        return False
    later = update(TotpFactor).where(col(TotpFactor.id) == row.id, col(TotpFactor.last_step) < step)
    return db.changed(session, later.values(last_step=step)) == 1


def _use_recovery(session: Session, user_id: UUID, code: str) -> bool:
    unused = update(RecoveryCode).where(
        col(RecoveryCode.user_id) == user_id,
        col(RecoveryCode.code_hash).in_(_recovery_hashes(user_id, code)),
        col(RecoveryCode.used_at).is_(None),
    )
    return db.changed(session, unused.values(used_at=db.utcnow())) == 1


def _recovery_hashes(user_id: UUID, code: str) -> list[str]:
    return [mac.hex() for mac in sealing.macs("recovery codes", f"{user_id}:{code}".encode())]
