"""The page of a client's link, for somebody without an account: what the link shows, or why it shows nothing."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from coexai_app import settings
from coexai_app.errors import Conflict, NotFound
from coexai_app.services import client_reviews
from coexai_app.views.reviews import ClientReview
from state import route
from state.base import AppState
from state.guard import action


class ClientReviewState(AppState):
    """`over` says why the link opens nothing. The token is in the forms of the page, which the browser posts itself."""

    look: ClientReview | None = None
    over: str = ""
    token: str = ""
    loaded: bool = False

    @action(role="public")
    async def load(self) -> None:
        self.look, self.over, self.token = None, "", route.last(self.router.url)[:200]
        proof = _proof(self.router.headers.cookie)
        try:
            self.look = await self._ask(client_reviews.look, token=self.token, proof=proof)
            await self._ask(client_reviews.opened, token=self.token, proof=proof)
        except (NotFound, Conflict) as error:
            self.look, self.over, self.token = None, error.message, ""
        self.loaded = True


def _proof(header: str) -> str:
    """What the cookie of the link's passcode holds."""
    try:
        jar = SimpleCookie(header)
    except CookieError:
        return ""
    morsel = jar.get(settings.get().review_cookie_name)
    return morsel.value[:200] if morsel else ""
