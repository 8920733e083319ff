"""The state of the second step: what the person has, which change is under way, and codes that are shown once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, TypeVar

from coexai_app.errors import CoexaiError, FreshLoginNeeded, Unauthenticated
from coexai_app.models.base import new_id
from coexai_app.services import factors, passkeys, person
from coexai_app.views.factors import Enrolment, FactorsView, PasskeyView
from state import guard, route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action

T = TypeVar("T")
HERE: Final = "/settings/security"
Change = Literal["", "app", "remove-app", "codes", "passkey", "rule"]


class FactorsState(AppState):
    """`change` is the one that is open, `asked` opens its question, `about` is the passkey that it speaks of; `wrong` is why it did not
    work.

    `enrolment` and `codes` are secrets: they leave the state as soon as they have been used or seen.
    """

    _enrolling = True

    factors: FactorsView = FactorsView()
    enrolment: Enrolment | None = None
    codes: tuple[str, ...] = ()
    codes_text: str = ""
    change: str = ""
    asked: str = ""
    about: PasskeyView | None = None
    wrong: str = ""
    loaded: bool = False

    @action(role="viewer", enrolling=True)
    async def load(self) -> None:
        self._close()
        self.codes, self.codes_text = (), ""
        await self._read()
        self.loaded = True

    @action(role="viewer", enrolling=True)
    async def open(self, change: Change) -> None:
        """A change, for somebody who showed a moment ago that it is them; the new secret of an app is shown at once."""
        await self._begin(change)
        if change == "app":
            self.enrolment = await self._attempt(factors.begin_app)

    @action(role="viewer", enrolling=True)
    async def open_removal(self, passkey_id: str) -> None:
        await self._begin("remove-passkey")
        self.about = next((key for key in self.factors.passkeys if key.id == passkey_id), None)
        if self.about is None:
            self._close()

    @action(role="viewer", enrolling=True)
    async def confirm_app(self, form: Form) -> None:
        added = await self._attempt(factors.confirm_app, code=texts(form).get("code", ""))
        if added is not None:
            await self._done("The authenticator app is on", added.codes)

    @action(role="viewer", enrolling=True)
    async def remove_app(self) -> None:
        await self._attempt(factors.remove_app)
        if not self.wrong:
            await self._done("The authenticator app is removed")

    @action(role="viewer", enrolling=True)
    async def new_codes(self) -> None:
        made = await self._attempt(factors.new_codes)
        if made is not None:
            await self._done("The old codes do not work any more", made)

    @action(role="viewer", enrolling=True)
    async def keep_passkey(self, form: Form) -> None:
        given = texts(form)
        added = await self._attempt(passkeys.register, name=given.get("name", ""), credential=given.get("credential", ""))
        if added is not None:
            await self._done("The passkey is kept", added.codes)

    @action(role="viewer", enrolling=True)
    async def remove_passkey(self) -> None:
        await self._attempt(passkeys.remove, passkey_id=route.ident(self.about.id if self.about else ""))
        if not self.wrong:
            await self._done("The passkey is removed")

    @action(role="viewer", enrolling=True)
    async def kept_codes(self) -> None:
        """The person has them: they are shown to nobody again."""
        self.codes, self.codes_text = (), ""

    @action(role="admin")
    async def require(self, required: bool) -> None:
        await self._attempt(factors.require, required=required)
        if not self.wrong:
            await self._done("Members now need a second step" if required else "A second step is optional now")

    async def _begin(self, change: str) -> None:
        self._close()
        if change:
            await self._call(person.require_fresh)
        await self._read()
        self.change, self.asked = change, new_id().hex

    async def _attempt(self, service: Callable[..., T], **kwargs: Any) -> T | None:
        """The service's answer; or None, and why, next to what the person typed."""
        self.wrong = ""
        try:
            return await self._call(service, **kwargs)
        except FreshLoginNeeded:
            raise
        except Unauthenticated as error:
            if type(error) is Unauthenticated:
                raise
            self.wrong = error.message
        except CoexaiError as error:
            self.wrong = error.message
        return None

    async def _done(self, message: str, codes: tuple[str, ...] = ()) -> None:
        self._close()
        guard.forget(token=self._token)
        if codes:
            self.codes, self.codes_text = codes, "\n".join(codes)
        await self._read()
        self._say(message)

    def _close(self) -> None:
        self.change = self.asked = self.wrong = ""
        self.enrolment = self.about = None

    async def _read(self) -> None:
        self.factors = await self._call(factors.overview)
