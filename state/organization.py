"""The organisation's page: its name and time zone, its data, and how to leave, hand over, delete or restore it."""

from __future__ import annotations

from zoneinfo import available_timezones

import reflex as rx
from reflex.event import EventSpec

from coexai_app.errors import CoexaiError, FreshLoginNeeded, Unauthenticated
from coexai_app.models.base import new_id
from coexai_app.services import accounts, members, organizations, person, pictures
from coexai_app.views.organizations import OrganizationView, Person, Trashed
from state import guard, route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action

PATH = "/settings/organization"
EXPORT = "/api/v1/organization/export"
HOME = "/home"
_FIELDS = ("name", "timezone", "new_name", "typed", "user_id")


class OrganizationState(AppState):
    """`errors` by field: of the settings (name, timezone), of a new organisation (new_name), of the deletion (typed), of the transfer.
    `deleting` and `handing` open the question before the deletion and the transfer when they change.
    """

    _live = True

    view: OrganizationView | None = None
    trash: tuple[Trashed, ...] = ()
    zones: tuple[Person, ...] = ()
    errors: dict[str, str] = {}  # noqa: RUF012  (a state's var)
    deleting: str = ""
    handing: str = ""
    loaded: bool = False

    @action(role="viewer")
    async def load(self) -> None:
        self.errors, self.deleting, self.handing = {}, "", ""
        if not self.zones:
            self.zones = tuple(Person(value=name, label=name.replace("_", " ")) for name in sorted(available_timezones()))
        await self._refresh()
        self.loaded = True

    @action(role="admin")
    async def save(self, form: Form) -> None:
        sent = texts(form)
        try:
            self.view = await self._call(organizations.change, name=sent.get("name", ""), timezone=sent.get("timezone", ""))
        except CoexaiError as error:
            self._at(error)
            return
        self.errors = {}
        await AppState._refresh(self)
        self._say("Saved")

    @action(role="admin")
    async def logo_changed(self) -> None:
        """The browser has sent a logo to the API."""
        await AppState._refresh(self)
        self._say("The logo was saved")

    @action(role="admin")
    async def remove_logo(self) -> None:
        await self._call(pictures.remove_logo)
        await AppState._refresh(self)
        self._say("The logo was removed")

    @action(role="viewer")
    async def create(self, form: Form) -> EventSpec | None:
        try:
            await self._call(organizations.create, name=texts(form).get("new_name", ""))
        except CoexaiError as error:
            self._at(error, name="new_name")
            return None
        return self._elsewhere()

    @action(role="viewer")
    async def leave(self) -> EventSpec | None:
        await self._call(members.leave)
        return await self._gone("left")

    @action(role="owner")
    async def ask_transfer(self) -> None:
        await self._call(person.require_fresh)
        self.handing = new_id().hex

    @action(role="owner")
    async def transfer(self, form: Form) -> None:
        user_id = texts(form).get("user_id", "")
        if not user_id:
            self.errors = {"user_id": "Choose who takes over."}
            return
        await self._call(members.transfer, user_id=route.ident(user_id))
        self.errors = {}
        await AppState._refresh(self)
        await self._refresh()
        self._say("Handed over. You are an admin now")

    @action(role="owner")
    async def export(self) -> EventSpec:
        """The browser fetches the file from the API."""
        await self._call(person.require_fresh)
        return rx.redirect(EXPORT, is_external=True)

    @action(role="owner")
    async def ask_delete(self) -> None:
        await self._call(person.require_fresh)
        self.deleting = new_id().hex

    @action(role="owner")
    async def delete(self, form: Form) -> EventSpec | None:
        try:
            await self._call(organizations.delete, name=texts(form).get("typed", ""))
        except FreshLoginNeeded:
            raise
        except CoexaiError as error:
            self._at(error, name="typed")
            return None
        return await self._gone("organization", said="Deleted. You can restore it under Organisation for 30 days.")

    @action(role="viewer")
    async def restore(self, organization_id: str) -> EventSpec | None:
        await self._call(organizations.restore, organization_id=route.ident(organization_id))
        return self._elsewhere()

    def _elsewhere(self) -> EventSpec:
        """The session belongs to another organisation now, and the next page must not be loaded as of the old one."""
        guard.forget(token=self._token)
        return rx.redirect(HOME)

    async def _gone(self, done: str, said: str = "") -> EventSpec:
        """The same when the organisation may have been the only one: then the session is over, and the log-in says why."""
        there = self._elsewhere()
        try:
            await self._call(accounts.me)
        except Unauthenticated:
            return rx.redirect(f"/login?done={done}")
        self._say(said)
        return there

    def _at(self, error: CoexaiError, **renamed: str) -> None:
        field = str(error.details.get("field", ""))
        field = renamed.get(field, field)
        self.errors = {field: error.message} if field in _FIELDS else {}
        if not self.errors:
            self._fail(error)

    async def _refresh(self) -> None:
        self.view = await self._call(organizations.get)
        self.trash = await self._call(organizations.trash)
