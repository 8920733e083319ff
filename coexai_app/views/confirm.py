"""What the page that asks who it is offers."""

from __future__ import annotations

from coexai_app.views.base import View
from coexai_app.views.identities import ProviderChoice


class ConfirmView(View):
    """`providers` are the connected ones; `nothing`: there is neither a password nor a passkey to show."""

    has_password: bool = True
    has_passkey: bool = False
    nothing: bool = False
    providers: tuple[ProviderChoice, ...] = ()


def of(*, has_password: bool, has_passkey: bool, providers: tuple[ProviderChoice, ...]) -> ConfirmView:
    return ConfirmView(
        has_password=has_password, has_passkey=has_passkey, nothing=not has_password and not has_passkey, providers=providers
    )
