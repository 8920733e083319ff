"""What the pages show of other providers: the buttons of the log-in, and the accounts that a person has connected."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from coexai_app.models import Identity
from coexai_app.views.base import View, moment


class ProviderChoice(View):
    """A provider that this instance offers. The addresses are plain links that leave the site."""

    key: str
    label: str
    log_in: str
    connect: str
    confirm: str


class IdentityView(View):
    """`locked` says why it cannot be disconnected."""

    id: str
    label: str
    email: str
    added: str
    last_used: str
    locked: str


class IdentitiesView(View):
    """`shown`: there is something to connect or to disconnect."""

    identities: tuple[IdentityView, ...] = ()
    providers: tuple[ProviderChoice, ...] = ()
    shown: bool = False


def choice(key: str, label: str) -> ProviderChoice:
    address = f"/auth/oidc/{key}"
    return ProviderChoice(key=key, label=label, log_in=address, connect=f"{address}?for=connect", confirm=f"{address}?for=confirm")


def from_rows(
    rows: Sequence[Identity],
    providers: tuple[ProviderChoice, ...],
    *,
    last: Callable[[Identity], bool],
    timezone: str,
) -> IdentitiesView:
    labels = {provider.key: provider.label for provider in providers}
    return IdentitiesView(
        identities=tuple(
            IdentityView(
                id=str(row.id),
                label=_capital(labels.get(row.provider, row.provider)),
                email=row.email,
                added=moment(row.created_at, timezone),
                last_used=moment(row.last_used_at, timezone),
                locked="Your only way in. Set a password or add a passkey first." if last(row) else "",
            )
            for row in rows
        ),
        providers=providers,
        shown=bool(rows or providers),
    )


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
