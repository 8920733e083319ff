"""Other providers on the pages: which ones this instance offers, and which ones a person has connected."""

from __future__ import annotations

from coexai_app.errors import Conflict, NotFound
from coexai_app.models.base import new_id
from coexai_app.services import identities, person
from coexai_app.views.identities import IdentitiesView, IdentityView, ProviderChoice
from state import guard, route
from state.base import AppState
from state.guard import action


class ProvidersState(AppState):
    """For the pages of the log-in, whoever looks at them."""

    choices: tuple[ProviderChoice, ...] = ()

    @action(role="public")
    async def load(self) -> None:
        self.choices = await self._ask(identities.choices)


class IdentitiesState(AppState):
    """For the security page. `about` is the one that the question before it goes is about, `asked` opens it; `wrong` is why it stays."""

    _enrolling = True

    view: IdentitiesView = IdentitiesView()
    about: IdentityView | None = None
    asked: str = ""
    wrong: str = ""

    @action(role="viewer", enrolling=True)
    async def load(self) -> None:
        await self._read()

    @action(role="viewer", enrolling=True)
    async def ask_disconnect(self, identity_id: str) -> None:
        await self._call(person.require_fresh)
        await self._read()
        self.about = next((one for one in self.view.identities if one.id == identity_id), None)
        self.asked = new_id().hex if self.about else ""

    @action(role="viewer", enrolling=True)
    async def disconnect(self) -> None:
        try:
            await self._call(identities.disconnect, identity_id=route.ident(self.about.id if self.about else ""))
        except (Conflict, NotFound) as error:
            self.wrong = error.message
            return
        guard.forget(token=self._token)
        await self._read()
        self._say("The account is disconnected")

    async def _read(self) -> None:
        self.about, self.asked, self.wrong = None, "", ""
        self.view = await self._call(identities.overview)
