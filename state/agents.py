"""The gallery of coworkers: who they are and how much of the month is left."""

from __future__ import annotations

from coexai_app.services import agents
from coexai_app.views.agents import AgentView
from state.base import AppState
from state.guard import action


class AgentsState(AppState):
    _live = True

    agents: tuple[AgentView, ...] = ()

    @action(role="viewer")
    async def load(self) -> None:
        await self._refresh()

    async def _refresh(self) -> None:
        views = await self._call(agents.gallery)
        if views != self.agents:
            self.agents = views
