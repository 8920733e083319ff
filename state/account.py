"""One's own account and sessions. Passwords never pass here: their forms go straight to /auth/…."""

from __future__ import annotations

from uuid import UUID

from coexai_app.services import account_deletion, login_sessions
from coexai_app.views.accounts import AccountView, SessionRow
from coexai_app.views.base import count
from state.base import AppState
from state.forms import Form, texts
from state.guard import action


class AccountState(AppState):
    account: AccountView | None = None

    @action(role="viewer")
    async def load(self) -> None:
        self.account = await self._call(account_deletion.account)

    @action(role="viewer")
    async def rename(self, form: Form) -> None:
        await self._call(account_deletion.rename, name=texts(form).get("name", ""))
        self.account = await self._call(account_deletion.account)
        await (await self.get_state(AppState))._refresh()
        self._say("Your name was saved.")


class SessionsState(AppState):
    _enrolling = True

    rows: tuple[SessionRow, ...] = ()
    loaded: bool = False

    @action(role="viewer", enrolling=True)
    async def load(self) -> None:
        self.rows, self.loaded = await self._call(login_sessions.rows), True

    @action(role="viewer", enrolling=True)
    async def revoke(self, session_id: UUID) -> None:
        await self._call(login_sessions.revoke, session_id=session_id)
        self.rows = await self._call(login_sessions.rows)
        self._say("That session was ended.")

    @action(role="viewer", enrolling=True)
    async def revoke_others(self) -> None:
        ended = await self._call(login_sessions.revoke_others)
        self.rows = await self._call(login_sessions.rows)
        self._say(f"{count(ended, 'session')} ended.")
