"""What the security page shows of a person's second step, and what enrolling an authenticator app needs."""

from __future__ import annotations

from collections.abc import Sequence

from coexai_app.models import Passkey, TotpFactor
from coexai_app.views.base import View, moment


class PasskeyView(View):
    id: str
    name: str
    added: str
    last_used: str


class FactorsView(View):
    """`locked` says why the switch of the organisation cannot be used, `must_enrol` that nothing else works before there is a factor."""

    app_since: str = ""
    passkeys: tuple[PasskeyView, ...] = ()
    codes_left: int = 0
    any: bool = False
    required: bool = False
    must_enrol: bool = False
    organization: str = ""
    locked: str = ""


class Enrolment(View):
    """A new secret: `qr` is an image as a data URI, `key` the same in groups of four letters, for typing it."""

    qr: str
    key: str


def from_rows(
    app: TotpFactor | None,
    passkeys: Sequence[Passkey],
    *,
    codes_left: int,
    required: bool,
    organization: str,
    locked: str,
    timezone: str,
) -> FactorsView:
    since = moment(app.confirmed_at, timezone) if app else ""
    there = bool(since or passkeys)
    return FactorsView(
        app_since=since,
        passkeys=tuple(
            PasskeyView(id=str(row.id), name=row.name, added=moment(row.created_at, timezone), last_used=moment(row.last_used_at, timezone))
            for row in passkeys
        ),
        codes_left=codes_left if there else 0,
        any=there,
        required=required,
        must_enrol=required and not there,
        organization=organization,
        locked=locked,
    )
