"""Which mails the person gets. A switch counts once the form is saved."""

from __future__ import annotations

from coexai_app.services import notifications
from coexai_app.views.preferences import NotificationsView
from state.base import AppState
from state.forms import Form, texts
from state.guard import action


class NotificationsState(AppState):
    view: NotificationsView | None = None
    saved: int = 0

    @action(role="viewer")
    async def load(self) -> None:
        self.view = await self._call(notifications.get)

    @action(role="viewer")
    async def save(self, form: Form) -> None:
        wanted = {name.removeprefix("mail-") for name in texts(form) if name.startswith("mail-")}
        self.view = await self._call(notifications.change, wanted=wanted)
        self.saved += 1
        self._say("Saved")
