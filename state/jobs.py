"""The job list's state: one page of rows. Page and filters live in the address."""

from __future__ import annotations

import reflex as rx
from reflex.event import EventSpec

from coexai_app.services import dead_letters, jobs_read
from coexai_app.views.agents import Option
from coexai_app.views.jobs import JobRow
from state import route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action

ROWS = 20
LONGEST_QUERY = 200
_SHORTCUTS = (Option(value="", label="Everybody"), Option(value=jobs_read.ME, label="Me"))


class JobsState(AppState):
    """The filters' controls start anew when `filters_key` changes: when the address says something else than they do."""

    _live = True

    rows: tuple[JobRow, ...] = ()
    label: str = ""
    page: int = 1
    pages: int = 1
    status: str = ""
    agent: str = ""
    person: str = ""
    query: str = ""
    people: tuple[Option, ...] = _SHORTCUTS
    dead: int = 0
    filters_key: int = 0
    loaded: bool = False

    @action(role="viewer")
    async def load(self) -> None:
        query = self.router.url.query_parameters
        self.page = route.page(query)
        said = (query.get("status", ""), query.get("agent", ""), query.get("person", ""), query.get("q", "")[:LONGEST_QUERY])
        if said != (self.status, self.agent, self.person, self.query) or not self.loaded:
            self.status, self.agent, self.person, self.query = said
            self.filters_key += 1
        await self._read_people()
        await self._refresh()
        self.loaded = True

    @action(role="viewer")
    async def choose_status(self, status: str) -> EventSpec:
        self.status = status
        return rx.redirect(self._address())

    @action(role="viewer")
    async def choose_agent(self, agent: str) -> EventSpec:
        self.agent = agent
        return rx.redirect(self._address())

    @action(role="viewer")
    async def choose_person(self, person: str) -> EventSpec:
        self.person = person
        return rx.redirect(self._address())

    @action(role="viewer")
    async def search(self, form: Form) -> EventSpec:
        self.query = texts(form).get("q", "").strip()[:LONGEST_QUERY]
        return rx.redirect(self._address())

    @rx.var
    def filtered(self) -> bool:
        return bool(self.status or self.agent or self.person or self.query)

    @rx.var
    def before(self) -> str:
        return self._address(self.page - 1) if self.page > 1 else ""

    @rx.var
    def after(self) -> str:
        return self._address(self.page + 1) if self.page < self.pages else ""

    def _address(self, page: int = 1) -> str:
        return route.address("/jobs", status=self.status, agent=self.agent, person=self.person, q=self.query, page=page)

    async def _refresh(self) -> None:
        wanted = {"status": self.status, "agent": self.agent, "person": self.person, "query": self.query}
        found = await self._call(jobs_read.page, page=self.page, limit=ROWS, **wanted)
        if found.rows != self.rows:
            self.rows = found.rows
        self.label, self.page, self.pages = found.label, found.page, found.pages
        self.dead = await self._call(dead_letters.count)
        if {row.by for row in found.rows} - {"", self.me.name if self.me else "", *(person.label for person in self.people)}:
            await self._read_people()

    async def _read_people(self) -> None:
        """Everybody's jobs are looked through for it, so not at each refresh: only when somebody new shows up."""
        people = (*_SHORTCUTS, *await self._call(jobs_read.people))
        if people != self.people:
            self.people = people
