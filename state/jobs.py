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
    """The filters' controls start anew when `filters_key` changes: when the address says something else than `_shown`, which they say."""

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
    _shown: dict[str, str] = {}  # noqa: RUF012  (Reflex copies a default for each tab)

    @action(role="viewer")
    async def load(self) -> None:
        query = self.router.url.query_parameters
        self.page = route.page(query)
        self.status, self.agent, self.person = (query.get(name, "") for name in ("status", "agent", "person"))
        self.query = query.get("q", "")[:LONGEST_QUERY]
        if self._shown != self._wanted():
            self._shown, self.filters_key = self._wanted(), self.filters_key + 1
        await self._read_people()
        await self._refresh()
        self.loaded = True

    @action(role="viewer")
    async def choose_status(self, status: str) -> EventSpec:
        return self._go(status=status)

    @action(role="viewer")
    async def choose_agent(self, agent: str) -> EventSpec:
        return self._go(agent=agent)

    @action(role="viewer")
    async def choose_person(self, person: str) -> EventSpec:
        return self._go(person=person)

    @action(role="viewer")
    async def search(self, form: Form) -> EventSpec:
        return self._go(query=texts(form).get("q", "").strip()[:LONGEST_QUERY])

    @rx.var
    def filtered(self) -> bool:
        return any(self._wanted().values())

    @rx.var
    def before(self) -> str:
        return _address(self._wanted(), self.page - 1) if self.page > 1 else ""

    @rx.var
    def after(self) -> str:
        return _address(self._wanted(), self.page + 1) if self.page < self.pages else ""

    def _wanted(self) -> dict[str, str]:
        return {"status": self.status, "agent": self.agent, "person": self.person, "query": self.query}

    def _go(self, **chosen: str) -> EventSpec:
        """To the list with one filter changed, which its control shows already; after two changes at once all controls start anew."""
        wanted = self._wanted() | chosen
        self._shown = wanted if self._shown == self._wanted() else {}
        return rx.redirect(_address(wanted))

    async def _refresh(self) -> None:
        found = await self._call(jobs_read.page, page=self.page, limit=ROWS, **self._wanted())
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


def _address(filters: dict[str, str], page: int = 1) -> str:
    return route.address("/jobs", status=filters["status"], agent=filters["agent"], person=filters["person"], q=filters["query"], page=page)
