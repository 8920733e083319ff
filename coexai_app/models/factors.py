"""Second factors: authenticator apps, recovery codes, passkeys, and the short-lived rows of a log-in under way.

No secret is stored readable: the app's is sealed, codes and tickets are hashed, a passkey has only a public half here.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Table, enum_column
from coexai_app.models.enums import SignInDoor


class TotpFactor(Table, table=True):
    """The authenticator app of a person. `pending` is a secret that waits for its first code; the one in force stays good until then.

    `last_step` is the time step (RFC 6238 §4.2) of the last code that was used: none of it or before counts again.
    """

    __tablename__ = "totp_factors"

    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE, unique=True)
    sealed: bytes | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_step: int = 0
    pending: bytes | None = None
    pending_until: datetime | None = Field(default=None, sa_type=UTCDateTime)


class RecoveryCode(Table, table=True):
    """A code for the day the phone is gone; `code_hash` is an HMAC under the instance's secret."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE)
    code_hash: str = Field(max_length=64)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class FactorTries(Table, table=True):
    """How many wrong codes in a row a person gave, and until when no further one is looked at."""

    __tablename__ = "factor_tries"

    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE, unique=True)
    failures: int = 0
    blocked_until: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Passkey(Table, table=True):
    """A WebAuthn credential. `credential_id` is base64url; `sign_count` only grows, or stays 0 with authenticators that do not count."""

    __tablename__ = "passkeys"

    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE, index=True)
    name: str = Field(max_length=60)
    credential_id: str = Field(max_length=1400, unique=True)
    public_key: bytes
    sign_count: int = Field(default=0, sa_type=BigInteger)
    last_used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class PasskeyChallenge(Table, table=True):
    """A challenge that was given out. `bound_to` says for what and to whom: only there it counts, once."""

    __tablename__ = "passkey_challenges"

    challenge_hash: str = Field(max_length=64, unique=True)
    bound_to: str = Field(max_length=120)
    expires_at: datetime = Field(sa_type=UTCDateTime, index=True)


class SignInTicket(Table, table=True):
    """The password was right, the second step is to come. `auth_version` ties it to the person as they were at that moment."""

    __tablename__ = "sign_in_tickets"

    token_hash: str = Field(max_length=64, unique=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE, index=True)
    organization_id: UUID | None = Field(default=None, foreign_key="organizations.id", ondelete=CASCADE)
    door: SignInDoor = Field(sa_column=enum_column(SignInDoor))
    device: str = Field(default="", max_length=80)
    auth_version: int
    expires_at: datetime = Field(sa_type=UTCDateTime, index=True)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
