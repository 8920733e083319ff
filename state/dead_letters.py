"""The dead letters' state: a page of them, which are chosen, and what became of those that were acted on."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import reflex as rx

from coexai_app.services import dead_letters
from coexai_app.views.dead_letters import DeadLetterRow, Outcome, Stayed
from state import route
from state.base import AppState
from state.guard import action

PATH = "/jobs/dead-letters"
ROWS = 20


class DeadLettersState(AppState):
    """`chosen` are rows of this page only, so that nobody acts on what they do not see; `asked` are those that the dialogs speak of.

    The boxes of the rows are the browser's own; they start anew when `boxes_key` changes.
    """

    _live = True

    rows: tuple[DeadLetterRow, ...] = ()
    label: str = ""
    page: int = 1
    pages: int = 1
    total: int = 0
    locked: str = ""
    loaded: bool = False
    chosen: list[str] = []  # noqa: RUF012  (Reflex copies a default for each tab)
    asked: list[str] = []  # noqa: RUF012
    boxes_key: int = 0
    stayed: tuple[Stayed, ...] = ()

    @action(role="viewer")
    async def load(self) -> None:
        page = route.page(self.router.url.query_parameters)
        if page != self.page:
            self._clear()
        self.page, self.stayed = page, ()
        await self._refresh()
        self.loaded = True

    @action(role="member")
    async def choose(self, job_id: str, on: bool) -> None:
        here = {row.id for row in self.rows}
        self.chosen = [i for i in self.chosen if i != job_id] + ([job_id] if on and job_id in here else [])

    @action(role="member")
    async def choose_all(self) -> None:
        """All rows of the page; none when all are chosen."""
        everything = [] if len(self.chosen) == len(self.rows) else [row.id for row in self.rows]
        self._clear()
        self.chosen = everything

    @action(role="member")
    async def ask(self, job_id: str) -> None:
        """One row: the dialog speaks of it alone."""
        self.asked = [job_id]

    @action(role="member")
    async def ask_chosen(self) -> None:
        self.asked = list(self.chosen)

    @action(role="member")
    async def requeue(self) -> None:
        await self._act(dead_letters.requeue, "requeued")

    @action(role="member")
    async def discard(self) -> None:
        await self._act(dead_letters.discard, "discarded")

    @rx.var
    def every(self) -> str:
        """The state of the box that chooses all: true, mixed or false."""
        return "false" if not self.chosen else "true" if len(self.chosen) == len(self.rows) else "mixed"

    @rx.var
    def asked_what(self) -> str:
        """What the dialogs name: "“Autumn menu”", or "3 jobs"."""
        if len(self.asked) != 1:
            return f"{len(self.asked)} jobs"
        return next((f"“{row.title}”" for row in self.rows if row.id == self.asked[0]), "this job")

    @rx.var
    def before(self) -> str:
        return route.address(PATH, page=self.page - 1) if self.page > 1 else ""

    @rx.var
    def after(self) -> str:
        return route.address(PATH, page=self.page + 1) if self.page < self.pages else ""

    async def _act(self, service: Callable[..., Outcome], verb: str) -> None:
        ids: list[UUID] = [route.ident(job_id) for job_id in self.asked]
        self.asked = []
        if not ids:
            return
        outcome = await self._call(service, job_ids=ids)
        self._clear()
        self.stayed = outcome.stayed
        self._say(outcome.told(verb))
        await self._refresh()

    def _clear(self) -> None:
        self.chosen, self.boxes_key = [], self.boxes_key + 1

    async def _refresh(self) -> None:
        found = await self._call(dead_letters.page, page=self.page, limit=ROWS)
        if found.rows != self.rows:
            self.rows = found.rows
            here = {row.id for row in found.rows}
            self.chosen = [job_id for job_id in self.chosen if job_id in here]
        self.label, self.page, self.pages, self.total, self.locked = found.label, found.page, found.pages, found.total, found.locked
