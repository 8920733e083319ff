"""Passkeys (WebAuthn level 3): add and remove them, and check what an authenticator answers.

The ceremony's challenge lives five minutes, is stored hashed, bound to what it was made for, and counts once, right or wrong. Origin and
relying party come from the settings. Attestation is not asked for. `second_step` signs people in with `verify`, `confirm` asks them again.
"""

from __future__ import annotations

import json
import secrets
import struct
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from coexai_app import db, settings
from coexai_app.access import Actor
from coexai_app.errors import Conflict, InvalidInput, NotFound, PasskeyRefused
from coexai_app.models import Passkey, PasskeyChallenge, User
from coexai_app.services import audit, factor_codes, factors, person, proofs, security, sign_in_tickets, ways_in
from coexai_app.services.factors import Added
from coexai_app.services.security import SecurityEvent

CHALLENGE_SECONDS: Final = 300
MAX_PASSKEYS: Final = 20
MAX_ANSWER: Final = 20_000
MAX_NAME: Final = 60
_REFUSED: Final = "This passkey was not accepted. Nothing was changed; try again."
Options = dict[str, Any]


def register_options(session: Session, actor: Actor) -> Options:
    """What the browser needs to make a passkey, as JSON: discoverable, the person verified by their device. Raises FreshLoginNeeded."""
    import webauthn
    from webauthn.helpers import structs

    user = factors.fresh_row(session, actor)
    known = _of(session, user.id)
    if len(known) >= MAX_PASSKEYS:
        raise Conflict(f"An account has at most {MAX_PASSKEYS} passkeys. Remove one that you do not use.")
    rp_id, _ = relying_party()
    made = webauthn.generate_registration_options(
        rp_id=rp_id,
        rp_name="CoExAI",
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.name,
        challenge=_challenge(session, f"register:{actor.session_id}"),
        timeout=CHALLENGE_SECONDS * 1000,
        attestation=structs.AttestationConveyancePreference.NONE,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED, user_verification=structs.UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[_descriptor(row) for row in known],
    )
    return _json(made)


def register(session: Session, actor: Actor, *, name: str, credential: str) -> Added:
    """Keeps the passkey that the browser made. Raises PasskeyRefused, InvalidInput without a name."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url

    user = factors.own_row(session, actor)
    label = " ".join("".join(c for c in name if c.isprintable()).split())[:MAX_NAME]
    if not label:
        raise InvalidInput("Give the passkey a name, such as the device it is on.", field="name")
    answer, challenge = _answer(credential)
    _consume(session, challenge, f"register:{actor.session_id}")
    rp_id, address = relying_party()
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=address,
            require_user_verification=True,
        )
    except _broken() as error:
        raise PasskeyRefused(_REFUSED) from error
    ident = bytes_to_base64url(verified.credential_id)
    if len(_of(session, user.id)) >= MAX_PASSKEYS or session.exec(select(Passkey.id).where(Passkey.credential_id == ident)).first():
        raise PasskeyRefused("This passkey is known already, or there are too many. Remove one, then try again.")
    session.add(
        Passkey(
            user_id=user.id,
            name=label,
            credential_id=ident,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
        )
    )
    session.flush()
    audit.record(session, "factor.passkey_added", actor=actor, target=str(user.id), target_name=label)
    factors.told(session, actor, user, f"the passkey “{label}” was added")
    return Added(factors.first_codes(session, user))


def remove(session: Session, actor: Actor, *, passkey_id: UUID) -> None:
    """Raises FreshLoginNeeded, NotFound for one that is not the person's own, and Conflict for the last factor where one is required and
    for the last way in."""
    user = factors.fresh_row(session, actor)
    row = session.exec(select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id)).first()
    if row is None:
        raise NotFound("This passkey does not exist, or it was removed already.")
    session.delete(row)
    session.flush()
    factors.after_removal(session, user)
    ways_in.require(session, user)
    audit.record(session, "factor.passkey_removed", actor=actor, target=str(user.id), target_name=row.name)
    factors.told(session, actor, user, f"the passkey “{row.name}” was removed")


def log_in_options(session: Session, *, bound_to: str, user_id: UUID | None = None) -> Options:
    """What the browser needs to use a passkey: one of this person, or without `user_id` any that it has for this site."""
    import webauthn
    from webauthn.helpers import structs

    known = _of(session, user_id) if user_id else []
    if user_id and not known:
        raise NotFound("This account has no passkey. Use a code of your app, or a recovery code.")
    rp_id, _ = relying_party()
    made = webauthn.generate_authentication_options(
        rp_id=rp_id,
        challenge=_challenge(session, bound_to),
        timeout=CHALLENGE_SECONDS * 1000,
        allow_credentials=[_descriptor(row) for row in known],
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return _json(made)


def verify(session: Session, *, credential: str, bound_to: str, user_id: UUID | None = None, organization_id: UUID | None = None) -> User:
    """Whose passkey answered, their row locked. Raises PasskeyRefused; one whose count went back was copied, and is reported."""
    import webauthn

    answer, challenge = _answer(credential)
    _consume(session, challenge, bound_to)
    owner = session.exec(select(Passkey.user_id).where(Passkey.credential_id == str(answer.get("id")))).first()
    user = person.lock(session, owner) if owner and user_id in (None, owner) else None
    row = session.exec(select(Passkey).where(Passkey.credential_id == str(answer.get("id")))).first() if user else None
    if user is None or row is None or not _may_enter(user) or not _handle_fits(answer, user.id):
        raise PasskeyRefused(_REFUSED)
    rp_id, address = relying_party()
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=address,
            credential_public_key=row.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _broken() as error:
        raise PasskeyRefused(_REFUSED) from error
    if verified.new_sign_count <= row.sign_count and (verified.new_sign_count or row.sign_count):  # WebAuthn §6.1.1
        of = organization_id or person.first_home(session, user.id)
        audit.record(session, "factor.passkey_copied", user_id=user.id, organization_id=of, target=str(user.id), target_name=row.name)
        if of is not None:
            detail = f"The passkey “{row.name}” answered with an old counter: there may be a copy of it. It was refused."
            security.report(session, SecurityEvent("passkey.copied", user.id, of, detail=detail))
        raise PasskeyRefused("This passkey was not accepted: its counter went back, as that of a copy does. Use another way to log in.")
    row.sign_count, row.last_used_at = verified.new_sign_count, db.now(session)
    session.flush()
    factor_codes.forgive(session, user.id)
    return user


def relying_party() -> tuple[str, str]:
    """The id (a host name) and the origin that passkeys are bound to; from the settings, never from a request."""
    address = settings.get().origin
    return urlsplit(address).hostname or "localhost", address


def _challenge(session: Session, bound_to: str) -> bytes:
    session.execute(delete(PasskeyChallenge).where(col(PasskeyChallenge.expires_at) < db.utcnow()))
    challenge = secrets.token_bytes(32)
    until = db.now(session) + timedelta(seconds=CHALLENGE_SECONDS)
    session.add(PasskeyChallenge(challenge_hash=_hash(challenge), bound_to=sign_in_tickets.hash_of(bound_to), expires_at=until))
    session.flush()
    return challenge


def _consume(session: Session, challenge: bytes, bound_to: str) -> None:
    """Uses a challenge up. Raises PasskeyRefused for one that we did not make, for something else, too old, or used."""
    used = session.execute(
        delete(PasskeyChallenge)
        .where(
            col(PasskeyChallenge.challenge_hash) == _hash(challenge),
            col(PasskeyChallenge.bound_to) == sign_in_tickets.hash_of(bound_to),
            col(PasskeyChallenge.expires_at) > db.utcnow(),
        )
        .returning(col(PasskeyChallenge.id))
    ).first()
    if used is None:
        raise PasskeyRefused("This took too long, or was used already. Nothing was changed; try again.")


def _answer(credential: str) -> tuple[dict[str, Any], bytes]:
    """What the browser sent, and the challenge that it says it answers. Raises PasskeyRefused."""
    from webauthn.helpers import base64url_to_bytes

    try:
        if len(credential) > MAX_ANSWER:
            raise ValueError("too long")
        answer = json.loads(credential)
        said = json.loads(base64url_to_bytes(answer["response"]["clientDataJSON"]))
        challenge = base64url_to_bytes(said["challenge"])
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
            raise TypeError("not a credential")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise PasskeyRefused(_REFUSED) from error
    return answer, challenge


def _may_enter(user: User) -> bool:
    """An account that its owner has deleted may still be entered, to restore it."""
    return user.disabled_at is None or proofs.in_trash(user)


def _handle_fits(answer: dict[str, Any], user_id: UUID) -> bool:
    """The authenticator may leave the user handle out; when it names somebody, it must be the owner of the credential."""
    from webauthn.helpers import bytes_to_base64url

    said = answer["response"].get("userHandle")
    return said in (None, "") or said == bytes_to_base64url(user_id.bytes)


def _broken() -> tuple[type[Exception], ...]:
    """What the library and the parsers under it raise for an answer that does not hold, hostile ones included."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from webauthn.helpers.exceptions import WebAuthnException

    return (
        WebAuthnException,
        InvalidSignature,
        UnsupportedAlgorithm,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ArithmeticError,
        RecursionError,
        struct.error,
    )


def _of(session: Session, user_id: UUID) -> list[Passkey]:
    return list(session.exec(select(Passkey).where(Passkey.user_id == user_id).order_by(col(Passkey.id))).all())


def _descriptor(row: Passkey) -> Any:
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential_id))


def _json(options: Any) -> Options:
    from webauthn import options_to_json

    made: Options = json.loads(options_to_json(options))
    return made


def _hash(challenge: bytes) -> str:
    return sign_in_tickets.hash_of(challenge.hex())
