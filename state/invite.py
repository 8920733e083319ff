"""The page of an invitation's link: what it leads to, and which way in fits whoever opened it."""

from __future__ import annotations

from urllib.parse import quote

import reflex as rx

from coexai_app.errors import Conflict, NotFound, Unauthenticated
from coexai_app.services import accounts, invitations
from coexai_app.views.members import InvitationLook
from state.base import AppState
from state.guard import action


class InviteState(AppState):
    """`over` says why the link opens nothing; `own` is the address of whoever is signed in."""

    look: InvitationLook | None = None
    over: str = ""
    own: str = ""
    token: str = ""
    loaded: bool = False

    @action(role="public")
    async def load(self) -> None:
        self.token = self.router.url.query_parameters.get("token", "")[:200]
        self.look, self.over, self.own = None, "", ""
        try:
            self.look = await self._ask(invitations.look, token=self.token)
        except (NotFound, Conflict) as error:
            self.over = error.message
        try:
            self.own = (await self._call(accounts.me)).email
        except Unauthenticated:
            self.own = ""
        self.loaded = True

    @rx.var
    def back_here(self) -> str:
        return f"?next={quote(f'{invitations.PAGE}?token={self.token}', safe='/')}"

    @rx.var
    def login_url(self) -> str:
        return f"/login?next={quote(f'{invitations.PAGE}?token={self.token}', safe='/')}"
