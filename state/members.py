"""The members' page: who works here, who is invited, and what may be done about it."""

from __future__ import annotations

import reflex as rx

from coexai_app import settings
from coexai_app.errors import CoexaiError, Forbidden, FreshLoginNeeded
from coexai_app.models.base import new_id
from coexai_app.services import invitations, member_links, members
from coexai_app.views.members import InvitationRow, MemberLink, MemberRow, RoleChoice
from state import route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action

ROWS = 50
PATH = "/settings/members"
ERRORS = ("email", "role", "")


class MembersState(AppState):
    """`chosen` is the member whom the dialog asks about, `links` their open links for clients, `removing` opens it; `link` is the open
    one of an invitation, `link_for` whose; another `form_key` empties the form."""

    _live = True

    rows: tuple[MemberRow, ...] = ()
    waiting: tuple[InvitationRow, ...] = ()
    roles: tuple[RoleChoice, ...] = ()
    label: str = ""
    page: int = 1
    pages: int = 1
    loaded: bool = False
    closed: str = ""
    chosen: MemberRow | None = None
    links: tuple[MemberLink, ...] = ()
    removing: str = ""
    form_key: int = 0
    link: str = ""
    link_for: str = ""
    errors: dict[str, str] = {}  # noqa: RUF012  (a state's var)

    @action(role="viewer")
    async def load(self) -> None:
        self.page = route.page(self.router.url.query_parameters)
        self.link = ""
        await self._refresh()
        self.loaded = True

    @action(role="admin")
    async def change_role(self, user_id: str, role: str) -> None:
        await self._call(members.change_role, user_id=route.ident(user_id), role=role)
        self._say("Role changed")
        await AppState._refresh(self)
        await self._refresh()

    @action(role="admin")
    async def ask_remove(self, user_id: str) -> None:
        self.chosen, self.links = next((row for row in self.rows if row.user_id == user_id), None), ()
        if self.chosen:
            self.links = await self._call(member_links.open_links, user_id=route.ident(self.chosen.user_id))
        self.removing = new_id().hex if self.chosen else ""

    @action(role="admin")
    async def remove(self, form: Form) -> None:
        """Links are revoked unless somebody saw them and took the tick away."""
        sent = texts(form)
        keeps = "links_shown" in sent and sent.get("revoke_links") != "on"
        if self.chosen:
            await self._call(members.remove, user_id=route.ident(self.chosen.user_id), revoke_links=not keeps)
            self._say(f"{self.chosen.name} was removed")
            await self._refresh()

    @action(role="admin")
    async def invite(self, form: Form) -> None:
        sent = texts(form)
        try:
            row = await self._call(invitations.invite, email=sent.get("email", ""), role=sent.get("role", ""))
        except FreshLoginNeeded:
            raise
        except CoexaiError as error:
            field = str(error.details.get("field", ""))
            self.errors = {field if field in ERRORS else "": error.message}
            return
        self.errors, self.form_key = {}, self.form_key + 1
        self._say(f"Invitation sent to {row.email}")
        await self._refresh()

    @action(role="admin")
    async def resend(self, invitation_id: str) -> None:
        await self._call(invitations.resend, invitation_id=route.ident(invitation_id))
        self.link = ""
        self._say("Sent again with a new link")
        await self._refresh()

    @action(role="admin")
    async def revoke(self, invitation_id: str) -> None:
        await self._call(invitations.revoke, invitation_id=route.ident(invitation_id))
        self.link = ""
        self._say("Invitation taken back")
        await self._refresh()

    @action(role="admin")
    async def ask_link(self, invitation_id: str) -> None:
        path = await self._call(invitations.link, invitation_id=route.ident(invitation_id))
        self.link = settings.get().origin + path
        self.link_for = next((row.email for row in self.waiting if row.id == invitation_id), "")

    @rx.var
    def before(self) -> str:
        return route.address(PATH, page=self.page - 1) if self.page > 1 else ""

    @rx.var
    def after(self) -> str:
        return route.address(PATH, page=self.page + 1) if self.page < self.pages else ""

    async def _refresh(self) -> None:
        found = await self._call(members.page, page=self.page, limit=ROWS)
        self.rows, self.label, self.page, self.pages = found.rows, found.label, found.page, found.pages
        self.roles = await self._call(invitations.roles)
        try:
            self.waiting, self.closed = await self._call(invitations.page), ""
        except Forbidden as error:
            self.waiting, self.closed, self.link = (), error.message, ""
