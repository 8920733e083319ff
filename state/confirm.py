"""What the page that asks who it is offers. What people show there passes no state: its forms go straight to /auth/confirm."""

from __future__ import annotations

from coexai_app.services import confirm
from coexai_app.views.confirm import ConfirmView
from state.base import AppState
from state.guard import action


class ConfirmState(AppState):
    _enrolling = True

    view: ConfirmView = ConfirmView()

    @action(role="viewer", enrolling=True)
    async def load(self) -> None:
        self.view = await self._call(confirm.overview)
