"""Cursors of the API's endless lists: where a walk stands, sealed, so that a client can neither read nor make one.

A cursor opens only for the organisation, the filters and the order that it was made under: a walk cannot change its question half-way.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final
from uuid import UUID

from coexai_app.access import Actor
from coexai_app.errors import InvalidInput
from coexai_app.services import sealing

_PURPOSE: Final = "cursor"
_LONGEST: Final = 200
_BROKEN: Final = (
    "This cursor does not belong to this list: it was changed, or the filters, the order or the organisation are not those that it came "
    "with. Send it exactly as it came, with the same filters, or begin again without a cursor."
)


def made(actor: Actor, *, question: str, last: UUID) -> str:
    """The cursor behind the row with the id `last`. `question` is the list, its filters and its order, as text."""
    sealed = sealing.seal(last.bytes, purpose=_PURPOSE, bound_to=_bound(actor, question))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def opened(actor: Actor, *, question: str, cursor: str) -> UUID:
    """The id of the last row that was seen. Raises InvalidInput for a cursor that was changed or belongs to another list."""
    if len(cursor) <= _LONGEST and cursor.isascii():
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            if base64.urlsafe_b64encode(sealed).decode().rstrip("=") == cursor:  # each cursor has one spelling
                return UUID(bytes=sealing.unseal(sealed, purpose=_PURPOSE, bound_to=_bound(actor, question)))
        except (binascii.Error, ValueError, sealing.SealBroken):
            pass
    raise InvalidInput(_BROKEN, field="cursor")


def _bound(actor: Actor, question: str) -> str:
    return f"{actor.organization_id} {question}"
