"""The bridge from pages to services, and the state that every page shares: who is signed in, the sidebar, one message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, Final, TypeVar

import reflex as rx

from coexai_app import access, db, origin
from coexai_app.errors import CoexaiError, Unauthenticated
from coexai_app.models.base import new_id
from coexai_app.services import accounts, email_address, home
from coexai_app.views.accounts import Me
from coexai_app.views.home import ShellView
from state import live
from state.guard import action, refused

T = TypeVar("T")
# Services block on the database; a bounded pool keeps one slow query from taking every thread of the process.
_POOL: Final = ThreadPoolExecutor(max_workers=16, thread_name_prefix="service")


class AppState(rx.State):
    """What the shell shows. A disposable cache: `enter` rebuilds it on every page load, the guard keeps `_token` true to the cookie."""

    me: Me | None = None
    shell: ShellView = ShellView(running=0, waiting=0, slots=1, review=0)
    problem: str = ""
    toast: str = ""
    toast_key: str = ""
    _token: str = ""
    _principal: str = ""
    _live: ClassVar[bool] = False
    # Whether this state also serves people who still have to add a second factor; the shell itself always does.
    _enrolling: ClassVar[bool] = False

    @action(role="viewer", enrolling=True)
    async def enter(self) -> None:
        """The first event of every signed-in page."""
        self.me, self.shell, organization_id = await self._call(_shell)
        self.problem = ""
        live.watch(organization_id, self.router.session.client_token, self.router.route_id)

    @action(role="viewer", enrolling=True)
    async def dismiss(self) -> None:
        self.problem = ""

    @action(role="viewer")
    async def resend(self) -> None:
        """The mail that asks to confirm one's address, once more."""
        await self._call(email_address.resend)
        self._say("The mail is on its way.")

    async def _call(self, service: Callable[..., T], **kwargs: Any) -> T:
        """Runs `service(session, actor, **kwargs)` in a thread, in one transaction, as whoever the session cookie belongs to."""
        token = self._token
        enrolling = self._enrolling or type(self) is AppState
        ip, user_agent = self.router.session.client_ip, self.router.headers.user_agent

        def work() -> T:
            with origin.bound(ip=ip, user_agent=user_agent), db.open_for(service) as session:
                actor = accounts.actor_of(session, token=token) if token else None
                if actor is None:
                    raise Unauthenticated("Your session has ended. Log in again.")
                if not enrolling:
                    access.require_enrolled(actor)
                return service(session, actor, **kwargs)

        return await self._run(work)

    async def _ask(self, service: Callable[..., T], **kwargs: Any) -> T:
        """Runs `service(session, **kwargs)` for whoever looks at a public page."""

        def work() -> T:
            with db.open_for(service) as session:
                return service(session, **kwargs)

        return await self._run(work)

    async def _run(self, work: Callable[[], T]) -> T:
        """In a thread. What a service refuses, the log hears of, whatever the page makes of it."""
        try:
            return await asyncio.get_running_loop().run_in_executor(_POOL, work)
        except CoexaiError as error:
            refused(error)
            raise

    def _say(self, message: str) -> None:
        """A toast: what was done."""
        self.toast, self.toast_key = message, new_id().hex

    def _fail(self, error: CoexaiError) -> None:
        """An error that a person has to see: stays until the next page or action."""
        self.problem = error.message

    async def _refresh(self) -> None:
        """Re-reads what this state shows, when something of the organisation has changed."""
        self.me, self.shell, _ = await self._call(_shell)


@db.reads
def _shell(session: Any, actor: Any) -> tuple[Me, ShellView, str]:
    return accounts.me(session, actor), home.shell(session, actor), str(actor.organization_id)
