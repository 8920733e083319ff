"""The page of kept cases. Its page number lives in the address."""

from __future__ import annotations

from typing import Final

import reflex as rx

from coexai_app.models.base import new_id
from coexai_app.services import eval_cases
from coexai_app.views.eval_cases import CaseRow, CasesView
from state import route
from state.base import AppState
from state.guard import action

PATH: Final = "/settings/cases"


class EvalCasesState(AppState):
    """`about` is the case that the question is about, `deleting` opens its dialog."""

    _live = True

    cases: CasesView = CasesView()
    loaded: bool = False
    about: CaseRow | None = None
    deleting: str = ""
    page: int = 1

    @action(role="viewer")
    async def load(self) -> None:
        self.page = route.page(self.router.url.query_parameters)
        self.about, self.deleting = None, ""
        await self._refresh()
        self.loaded = True

    @action(role="member")
    async def ask(self, case_id: str) -> None:
        self.about = next((row for row in self.cases.rows if row.id == case_id), None)
        self.deleting = new_id().hex if self.about else ""

    @action(role="member")
    async def delete(self) -> None:
        if self.about is None:
            return
        await self._call(eval_cases.delete, case_id=route.ident(self.about.id))
        self._say(f"{self.about.name} is deleted")
        self.about, self.deleting = None, ""
        await self._refresh()

    @rx.var
    def before(self) -> str:
        return route.address(PATH, page=self.cases.page - 1) if self.cases.page > 1 else ""

    @rx.var
    def after(self) -> str:
        return route.address(PATH, page=self.cases.page + 1) if self.cases.page < self.cases.pages else ""

    async def _refresh(self) -> None:
        found = await self._call(eval_cases.page, page=self.page)
        if found != self.cases:
            self.cases = found
