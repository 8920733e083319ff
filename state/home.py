"""The dashboard's state: one view, read again when something of the organisation changes."""

from __future__ import annotations

from coexai_app.services import home
from coexai_app.views.home import HomeView
from state.base import AppState
from state.guard import action


class HomeState(AppState):
    _live = True

    home: HomeView | None = None

    @action(role="viewer")
    async def load(self) -> None:
        await self._refresh()

    async def _refresh(self) -> None:
        view = await self._call(home.overview)
        if view != self.home:
            self.home = view
