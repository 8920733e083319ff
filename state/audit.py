"""The audit log's state: one page of rows for admins and owners, the reason for everybody else. Filters live in the address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from coexai_app.errors import Forbidden
from coexai_app.services import audit_read, audit_verify
from coexai_app.services.audit_read import LONGEST_TEXT, Filters
from coexai_app.views.audit import AuditRow, Option, Verified
from state import route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action

ROWS = 50
HERE = "/settings/audit"
EXPORT = "/api/v1/audit/export"
FILTERS = ("group", "person", "since", "until", "q")


class AuditState(AppState):
    rows: tuple[AuditRow, ...] = ()
    people: tuple[Option, ...] = ()
    groups: tuple[Option, ...] = ()
    verified: Verified | None = None
    label: str = ""
    page: int = 1
    pages: int = 1
    filters: dict[str, str] = {}  # noqa: RUF012  (a state's var)
    loaded: bool = False
    closed: str = ""
    may_verify: bool = False
    checking: bool = False

    @action(role="viewer")
    async def load(self) -> None:
        query = self.router.url.query_parameters
        self.page, self.filters = route.page(query), _clean({name: query.get(name, "") for name in FILTERS})
        await self._read()

    @action(role="viewer")
    async def choose(self, form: Form) -> EventSpec:
        return rx.redirect(route.address(HERE, **_clean(texts(form))))

    @action(role="owner")
    async def verify(self) -> AsyncIterator[None]:
        self.checking = True
        yield
        try:
            await self._call(audit_verify.latest)
            await self._read()
        finally:
            self.checking = False

    @rx.var
    def filtered(self) -> bool:
        return any(self.filters.values())

    @rx.var
    def before(self) -> str:
        return route.address(HERE, **self.filters, page=self.page - 1) if self.page > 1 else ""

    @rx.var
    def after(self) -> str:
        return route.address(HERE, **self.filters, page=self.page + 1) if self.page < self.pages else ""

    @rx.var
    def export_url(self) -> str:
        return route.address(EXPORT, **self.filters)

    async def _read(self) -> None:
        self.closed, self.may_verify = "", self.me is not None and self.me.role == "owner"
        try:
            shown = await self._call(audit_read.page, page=self.page, limit=ROWS, filters=_filters(self.filters))
        except Forbidden as error:
            self.closed, self.rows, self.people, self.verified = error.message, (), (), None
        else:
            self.rows, self.label, self.page, self.pages = shown.found.rows, shown.found.label, shown.found.page, shown.found.pages
            self.people, self.groups, self.verified = shown.people, shown.groups, shown.verified
        self.loaded = True


def _clean(given: dict[str, str]) -> dict[str, str]:
    """What of an address or a form says something: a day that is none and a person that is none fall out."""
    said = {name: given.get(name, "").strip()[:LONGEST_TEXT] for name in FILTERS}
    for name, kind in (("since", date.fromisoformat), ("until", date.fromisoformat), ("person", UUID)):
        try:
            said[name] = str(kind(said[name]))
        except ValueError:
            said[name] = ""
    return said


def _filters(said: dict[str, str]) -> Filters:
    return Filters(
        group=said["group"],
        person=UUID(said["person"]) if said["person"] else None,
        since=date.fromisoformat(said["since"]) if said["since"] else None,
        until=date.fromisoformat(said["until"]) if said["until"] else None,
        text=said["q"],
    )
