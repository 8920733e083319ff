"""The secret address of a person's calendar, in a dialog of the calendar page. A new one is shown once, and forgotten then."""

from __future__ import annotations

import uuid

from coexai_app.services import calendar_feed
from coexai_app.views.calendar import FeedView
from state.base import AppState
from state.guard import action


class CalendarFeedState(AppState):
    """`show` opens the dialog when it changes; `url` is the new address while it is shown."""

    feed: FeedView = FeedView()
    show: str = ""
    url: str = ""

    @action(role="viewer")
    async def open(self) -> None:
        self.url = ""
        self.feed = await self._call(calendar_feed.status)
        self.show = uuid.uuid4().hex

    @action(role="viewer")
    async def make(self) -> None:
        """Leads to the page that asks who it is when that was shown too long ago."""
        made = await self._call(calendar_feed.make)
        self.url, self.feed = made.url, await self._call(calendar_feed.status)

    @action(role="viewer")
    async def switch_off(self) -> None:
        await self._call(calendar_feed.switch_off)
        self.url, self.feed = "", FeedView()
        self._say("The address opens nothing any more.")

    @action(role="viewer")
    async def kept(self) -> None:
        self.url = self.show = ""
