"""After a change of SECRET_KEY: what the earlier secret sealed is sealed anew, so that it may go. For `coexai keys reseal`.

Recovery codes, passcodes of links for clients and links in mails are kept as keyed hashes, which nobody can make anew: they count as long
as the earlier secret stands in SECRET_KEY_FALLBACKS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, SQLModel, select

from coexai_app.models import SigningKey, TotpFactor, WebhookEndpoint
from coexai_app.services import audit, factor_codes, sealing, signing_keys, webhook_signing


@dataclass(frozen=True, slots=True)
class _Sealed:
    """Columns of a table that one purpose seals, each bound to its row by `bound`."""

    table: type[SQLModel]
    columns: tuple[str, ...]
    purpose: str
    bound: Callable[[Any], str]


_ALL: Final = (
    _Sealed(TotpFactor, ("sealed", "pending"), factor_codes.PURPOSE, lambda row: str(row.user_id)),
    _Sealed(SigningKey, ("sealed",), signing_keys.PURPOSE, lambda row: str(row.kid)),
    _Sealed(WebhookEndpoint, ("sealed", "sealed_before"), webhook_signing.PURPOSE, lambda row: str(row.id)),
)


@dataclass(frozen=True, slots=True)
class Resealed:
    """`lost` opens under no secret that is known: its owner makes it anew."""

    anew: int
    lost: int


def reseal(session: Session) -> Resealed:
    """Seals with the present secret what one of the earlier ones sealed."""
    anew = lost = 0
    for kind in _ALL:
        for row in session.exec(select(kind.table).with_for_update()).all():
            for column in kind.columns:
                sealed, bound = getattr(row, column), kind.bound(row)
                if sealed is None or sealing.is_current(sealed, purpose=kind.purpose, bound_to=bound):
                    continue
                try:
                    opened = sealing.unseal(sealed, purpose=kind.purpose, bound_to=bound)
                except sealing.SealBroken:
                    lost += 1
                    continue
                setattr(row, column, sealing.seal(opened, purpose=kind.purpose, bound_to=bound))
                anew += 1
    if anew:
        audit.record(session, "secret.resealed", user_name="The command line", secrets=anew)
    return Resealed(anew, lost)
