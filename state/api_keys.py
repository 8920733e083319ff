"""The page of API keys: the list, the form of a new one, a key that is shown once, and the questions before one is replaced or ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

import reflex as rx

from coexai_app.errors import CoexaiError, Forbidden, FreshLoginNeeded
from coexai_app.models.base import new_id
from coexai_app.services import api_keys, api_keys_read, person
from coexai_app.views.api_keys import KeyRow, KeysView
from coexai_app.views.tokens import CreatedKey
from state import route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action

PATH: Final = "/settings/keys"
FIELDS: Final = ("name", "scopes", "expires_in_days", "expires_on", "")
SCOPE: Final = "scope-"


class KeysState(AppState):
    """`secret` and `example` hold a key that was just made: they leave the state as soon as the person says that they have it.

    `about` is the key that a question is about, `rotating` and `revoking` open its dialog; another `form_key` empties the form.
    """

    _live = True

    keys: KeysView = KeysView()
    loaded: bool = False
    closed: str = ""
    access: str = "read"
    life: str = "90"
    form_key: int = 0
    errors: dict[str, str] = dict.fromkeys(FIELDS, "")
    secret: str = ""
    secret_name: str = ""
    example: str = ""
    about: KeyRow | None = None
    rotating: str = ""
    revoking: str = ""
    wrong: str = ""
    page: int = 1

    @action(role="viewer")
    async def load(self) -> None:
        self.page = route.page(self.router.url.query_parameters)
        self._hide()
        self._start_anew()
        await self._refresh()
        self.loaded = True

    @action(role="member")
    async def choose_access(self, access: Literal["read", "all", "chosen"]) -> None:
        self.access = access

    @action(role="member")
    async def choose_life(self, life: Literal["30", "90", "365", "never", "date"]) -> None:
        self.life = life

    @action(role="member")
    async def create(self, form: Form) -> None:
        sent = texts(form)
        chosen = [name.removeprefix(SCOPE) for name in sent if name.startswith(SCOPE)]
        try:
            made, example = await self._call(
                api_keys_read.make,
                name=sent.get("name", ""),
                kind=sent.get("kind", ""),
                preset=sent.get("access", ""),
                scopes=chosen,
                life=sent.get("life", ""),
                day=sent.get("expires_on", ""),
            )
        except FreshLoginNeeded:
            raise
        except CoexaiError as error:
            field = str(error.details.get("field", ""))
            self.errors = dict.fromkeys(FIELDS, "") | {field if field in FIELDS else "": error.message}
            return
        self._start_anew()
        await self._show(made, example)

    @action(role="member")
    async def ask_rotate(self, key_id: str) -> None:
        await self._ask("rotating", key_id)

    @action(role="member")
    async def ask_revoke(self, key_id: str) -> None:
        await self._ask("revoking", key_id)

    @action(role="member")
    async def rotate(self, form: Form) -> None:
        await self._decide(
            lambda about: self._call(api_keys_read.turn, key_id=route.ident(about.id), overlap_hours=texts(form).get("overlap_hours", ""))
        )

    @action(role="member")
    async def revoke(self) -> None:
        await self._decide(lambda about: self._call(api_keys.revoke, key_id=route.ident(about.id)))

    @action(role="member")
    async def kept(self) -> None:
        """The person has the key: it is shown to nobody again."""
        self._hide()

    @rx.var
    def before(self) -> str:
        return route.address(PATH, page=self.keys.page - 1) if self.keys.page > 1 else ""

    @rx.var
    def after(self) -> str:
        return route.address(PATH, page=self.keys.page + 1) if self.keys.page < self.keys.pages else ""

    async def _refresh(self) -> None:
        try:
            self.keys, self.closed = await self._call(api_keys_read.overview, page=self.page), ""
        except Forbidden as error:
            self.keys, self.closed = KeysView(), error.message
            self._hide()

    async def _ask(self, question: str, key_id: str) -> None:
        self._close()
        await self._call(person.require_fresh)
        self.about = next((row for row in self.keys.rows if row.id == key_id), None)
        if self.about is not None:
            setattr(self, question, new_id().hex)

    async def _decide(self, do: Callable[[KeyRow], Any]) -> None:
        about = self.about
        if about is None:
            return
        try:
            made = await do(about)
        except FreshLoginNeeded:
            raise
        except CoexaiError as error:
            self.wrong = error.message
            return
        self._close()
        if made is None:
            await self._refresh()
            self._say(f"{about.name} opens nothing any more")
        else:
            await self._show(*made)

    async def _show(self, made: CreatedKey, example: str) -> None:
        self.secret, self.secret_name, self.example = made.secret, made.name, example
        self.page = 1
        await self._refresh()

    def _start_anew(self) -> None:
        self.errors, self.access, self.life, self.form_key = dict.fromkeys(FIELDS, ""), "read", "90", self.form_key + 1
        self._close()

    def _close(self) -> None:
        self.about, self.rotating, self.revoking, self.wrong = None, "", "", ""

    def _hide(self) -> None:
        self.secret = self.secret_name = self.example = ""
