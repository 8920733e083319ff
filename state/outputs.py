"""The library's state: one page of outputs. Page, search and filter live in the address."""

from __future__ import annotations

import reflex as rx
from reflex.event import EventSpec

from coexai_app.services import outputs_read
from coexai_app.views.outputs import OutputRow
from state import route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action

LONGEST_QUERY = 200


class OutputsState(AppState):
    _live = True

    rows: tuple[OutputRow, ...] = ()
    label: str = ""
    page: int = 1
    pages: int = 1
    query: str = ""
    status: str = ""
    loaded: bool = False

    @action(role="viewer")
    async def load(self) -> None:
        query = self.router.url.query_parameters
        self.page, self.query, self.status = route.page(query), query.get("q", "")[:LONGEST_QUERY], query.get("status", "")
        await self._refresh()
        self.loaded = True

    @action(role="viewer")
    async def search(self, form: Form) -> EventSpec:
        query = texts(form).get("q", "").strip()[:LONGEST_QUERY]
        return rx.redirect(route.address("/outputs", q=query, status=self.status))

    @action(role="viewer")
    async def choose_status(self, status: str) -> EventSpec:
        return rx.redirect(route.address("/outputs", q=self.query, status=status))

    @rx.var
    def before(self) -> str:
        return route.address("/outputs", q=self.query, status=self.status, page=self.page - 1) if self.page > 1 else ""

    @rx.var
    def after(self) -> str:
        return route.address("/outputs", q=self.query, status=self.status, page=self.page + 1) if self.page < self.pages else ""

    async def _refresh(self) -> None:
        found = await self._call(outputs_read.page, page=self.page, query=self.query, status=self.status)
        if found.rows != self.rows:
            self.rows = found.rows
        self.label, self.page, self.pages = found.label, found.page, found.pages
