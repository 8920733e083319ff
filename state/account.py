"""One's own account and sessions. Passwords never pass here: their forms go straight to /auth/…."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import available_timezones

from coexai_app.errors import InvalidInput
from coexai_app.services import account_deletion, login_sessions, pictures, preferences
from coexai_app.views.accounts import AccountView, SessionRow
from coexai_app.views.agents import Option
from coexai_app.views.base import count
from coexai_app.views.preferences import PreferencesView
from state import guard
from state.base import AppState
from state.forms import Form, texts
from state.guard import action


class AccountState(AppState):
    """`errors` by field of the preferences: timezone, language."""

    account: AccountView | None = None
    preferences: PreferencesView | None = None
    zones: tuple[str, ...] = ()
    languages: tuple[Option, ...] = ()
    errors: dict[str, str] = {"timezone": "", "language": ""}  # noqa: RUF012  (a state's var)

    @action(role="viewer")
    async def load(self) -> None:
        self.account = await self._call(account_deletion.account)
        self.preferences = await self._call(preferences.get)
        if not self.zones:
            self.zones = tuple(sorted(available_timezones()))
            own = Option(value="", label="The language of what they are given")
            self.languages = (own, *(Option(value=tag, label=name) for tag, name in preferences.LANGUAGES.items()))

    @action(role="viewer")
    async def save_preferences(self, form: Form) -> None:
        sent = texts(form)
        wanted = {"timezone": sent.get("timezone", ""), "language": sent.get("language", "")}
        self.errors = dict.fromkeys(self.errors, "")
        try:
            self.preferences = await self._call(preferences.change, **wanted)
        except InvalidInput as error:
            self.errors = {**self.errors, error.field or "timezone": error.message}
            return
        guard.forget(token=self._token)
        await (await self.get_state(AppState))._refresh()
        self._say("Saved")

    @action(role="viewer")
    async def picture_changed(self) -> None:
        """The browser has sent a picture to the API."""
        await (await self.get_state(AppState))._refresh()
        self._say("Your picture was saved")

    @action(role="viewer")
    async def remove_picture(self) -> None:
        await self._call(pictures.remove_avatar)
        await (await self.get_state(AppState))._refresh()
        self._say("Your picture was removed")

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
