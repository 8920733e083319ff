"""Other providers on the pages: which ones this instance offers, and which ones a person has connected."""

from __future__ import annotations

from coexai_app.errors import Conflict, NotFound
from coexai_app.services import identities
from coexai_app.views.identities import IdentitiesView, ProviderChoice
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
    """For the security page and the one that asks who it is. `wrong` is why something did not work."""

    _enrolling = True

    view: IdentitiesView = IdentitiesView()
    wrong: str = ""

    @action(role="viewer", enrolling=True)
    async def load(self) -> None:
        self.wrong = ""
        self.view = await self._call(identities.overview)

    @action(role="viewer", enrolling=True)
    async def disconnect(self, identity_id: str) -> None:
        self.wrong = ""
        try:
            await self._call(identities.disconnect, identity_id=route.ident(identity_id))
        except (Conflict, NotFound) as error:
            self.wrong = error.message
        else:
            guard.forget(token=self._token)
            self._say("The account is disconnected")
        self.view = await self._call(identities.overview)
