"""The job list's state: one page of rows. Page and filters live in the address."""

from __future__ import annotations

import reflex as rx
from reflex.event import EventSpec

from coexai_app.services import jobs_read
from coexai_app.views.jobs import JobRow
from state import route
from state.base import AppState
from state.guard import action

ROWS = 20


class JobsState(AppState):
    _live = True

    rows: tuple[JobRow, ...] = ()
    label: str = ""
    page: int = 1
    pages: int = 1
    status: str = ""
    agent: str = ""
    loaded: bool = False

    @action(role="viewer")
    async def load(self) -> None:
        query = self.router.url.query_parameters
        self.page, self.status, self.agent = route.page(query), query.get("status", ""), query.get("agent", "")
        await self._refresh()
        self.loaded = True

    @action(role="viewer")
    async def choose_status(self, status: str) -> EventSpec:
        return rx.redirect(route.address("/jobs", status=status, agent=self.agent))

    @action(role="viewer")
    async def choose_agent(self, agent: str) -> EventSpec:
        return rx.redirect(route.address("/jobs", status=self.status, agent=agent))

    @rx.var
    def before(self) -> str:
        return route.address("/jobs", status=self.status, agent=self.agent, page=self.page - 1) if self.page > 1 else ""

    @rx.var
    def after(self) -> str:
        return route.address("/jobs", status=self.status, agent=self.agent, page=self.page + 1) if self.page < self.pages else ""

    async def _refresh(self) -> None:
        found = await self._call(jobs_read.page, page=self.page, limit=ROWS, status=self.status, agent=self.agent)
        if found.rows != self.rows:
            self.rows = found.rows
        self.label, self.page, self.pages = found.label, found.page, found.pages
