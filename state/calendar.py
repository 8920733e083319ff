"""The calendar: a month, a week or a list of what is planned, and the dialog of one entry. View, day and filters live in the address."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from coexai_app.errors import CoexaiError, Unauthenticated
from coexai_app.services import calendar, calendar_read, calendar_time, schedules_read
from coexai_app.views import calendar as view
from coexai_app.views.base import View
from coexai_app.views.calendar import Agenda, Draft, EntryView, Span
from state import route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action

PATH = "/calendar"
VIEWS = ("month", "week", "list")
FIELDS = {"title", "channel", "state", "day", "clock", "timezone", "text", "notes"}


class Ways(View):
    """Where the page leads to, with its filters kept; `of_day` lacks the day at its end."""

    previous: str = ""
    next: str = ""
    today: str = ""
    month: str = ""
    week: str = ""
    list: str = ""
    of_day: str = ""
    clear: str = PATH
    csv: str = ""
    ics: str = ""


class CalendarState(AppState):
    """`answered` grows with every answer to a move, so that the browser takes back what it showed ahead.

    `show` opens the dialog when it changes and closes it when it is empty; `form_key` fills its fields anew.
    """

    _live = True

    shown: str = "month"
    channel: str = ""
    state: str = ""
    span: Span = Span()
    agenda: Agenda = Agenda()
    ways: Ways = Ways()
    filters_key: int = 0
    loaded: bool = False
    answered: int = 0
    show: str = ""
    form_key: int = 0
    draft: Draft = Draft()
    may_save: bool = False
    zones: tuple[str, ...] = ()
    errors: dict[str, str] = {}  # noqa: RUF012  (Reflex copies a default for each tab)
    saving: bool = False
    _day: str = ""
    _page: int = 1

    @action(role="viewer")
    async def load(self) -> None:
        query = self.router.url.query_parameters
        asked = query.get("view", "month")
        self.shown = asked if asked in VIEWS else "month"
        self._day, self._page = query.get("date", "")[:10], route.page(query)
        wanted = (query.get("channel", "")[:24], query.get("state", "")[:16])
        if wanted != (self.channel, self.state):
            self.channel, self.state = wanted
            self.filters_key += 1
        self.show = ""
        await self._refresh()
        self.loaded = True

    @action(role="viewer")
    async def choose_channel(self, channel: str) -> EventSpec:
        return rx.redirect(self._address(self.shown, self._day, channel=channel))

    @action(role="viewer")
    async def choose_state(self, wanted: str) -> EventSpec:
        """Only entries of this state; the one that is chosen already is let go."""
        return rx.redirect(self._address(self.shown, self._day, state="" if wanted == self.state else wanted))

    @action(role="member")
    async def new(self, day: str) -> None:
        self._open(await self._call(calendar_read.blank, day=day), may_save=True)

    @action(role="viewer")
    async def open(self, entry_id: str) -> None:
        self._edit(await self._call(calendar_read.get, entry_id=route.ident(entry_id)))

    @action(role="member")
    async def save(self, form: Form) -> AsyncIterator[None]:
        self.saving = True
        yield
        try:
            await self._save(texts(form))
        except Unauthenticated:
            raise
        except CoexaiError as error:
            self.errors = _told(error)
        finally:
            self.saving = False

    @action(role="member")
    async def duplicate(self) -> None:
        if self.draft.id:
            made = await self._call(calendar.duplicate, entry_id=route.ident(self.draft.id))
            await self._refresh()
            self._edit(made)
            self._say("Copied. This is the copy.")

    @action(role="member")
    async def delete(self) -> None:
        if not self.draft.id:
            return
        try:
            await self._call(calendar.delete, entry_id=route.ident(self.draft.id), version=self.draft.version)
        except Unauthenticated:
            raise
        except CoexaiError as error:
            self.errors = _told(error)
            return
        self._close("Deleted")
        await self._refresh()

    @action(role="member")
    async def move(self, form: Form) -> None:
        """An entry that was dropped on a day, or moved by the keyboard; without a time it keeps its own."""
        sent = texts(form)
        try:
            await self._move(sent)
        except Unauthenticated:
            raise
        except CoexaiError as error:
            self._fail(error)
        finally:
            self.answered += 1
        await self._refresh()

    @rx.var
    def filtered(self) -> bool:
        return bool(self.channel or self.state)

    async def _move(self, sent: dict[str, str]) -> None:
        version, clock = sent.get("version", ""), sent.get("clock", "")
        moved = await self._call(
            calendar.move,
            entry_id=route.ident(sent.get("entry", "")),
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
            day=calendar_time.read_day(sent.get("day", "")),
            clock=calendar_time.read_clock(clock) if clock else None,
        )
        self.problem = ""
        self._say(" ".join(part for part in (f"Moved to {view.day_text(moved.day)}, {moved.clock}.", moved.told) if part))

    async def _save(self, sent: dict[str, str]) -> None:
        values: dict[str, Any] = {name: sent.get(name, "") for name in ("title", "channel", "state", "timezone", "text", "notes")}
        values |= {"day": calendar_time.read_day(sent.get("day", "")), "clock": calendar_time.read_clock(sent.get("clock", ""))}
        if self.draft.id:
            made = await self._call(calendar.update, entry_id=route.ident(self.draft.id), version=self.draft.version, **values)
        else:
            made = await self._call(calendar.create, **values)
        self._close(" ".join(part for part in (f"Saved for {view.day_text(made.day)}, {made.clock}.", made.told) if part))
        await self._refresh()

    def _edit(self, entry: EntryView) -> None:
        self._open(view.draft(entry), may_save=entry.can_change)

    def _open(self, draft: Draft, *, may_save: bool) -> None:
        if not self.zones:
            self.zones = schedules_read.zones()
        self.draft, self.may_save, self.errors = draft, may_save, {}
        self.form_key += 1
        self.show = uuid.uuid4().hex

    def _close(self, words: str) -> None:
        self.show, self.errors = "", {}
        self._say(words)

    async def _refresh(self) -> None:
        filters = {"day": self._day, "channel": self.channel, "state": self.state}
        if self.shown == "list":
            found = await self._call(calendar_read.agenda, **filters, page=self._page)
            self.agenda = found if found != self.agenda else self.agenda
            ways = self._ways(found.date, found.date, found.date, found.page)
        else:
            span = await self._call(calendar_read.span, kind=self.shown, **filters)
            self.span = span if span != self.span else self.span
            ways = self._ways(span.date, span.previous, span.next, 1)
        self.ways = ways if ways != self.ways else self.ways

    def _ways(self, day: str, previous: str, after: str, page: int) -> Ways:
        listed = self.shown == "list"
        first, last = (day, view.year_after(day)) if listed or not self.span.weeks else self._bounds()
        export = {"from": first, "until": last}
        return Ways(
            previous=self._address(self.shown, previous, page=page - 1 if listed else 1),
            next=self._address(self.shown, after, page=page + 1 if listed else 1),
            today=self._address(self.shown, ""),
            month=self._address("month", day),
            week=self._address("week", day),
            list=self._address("list", day),
            of_day=self._address("list", "") + "&date=",
            clear=route.address(PATH, view=self.shown, date=day),
            csv=route.address("/api/v1/calendar/export", format="csv", **export),
            ics=route.address("/api/v1/calendar/export", format="ics", **export),
        )

    def _bounds(self) -> tuple[str, str]:
        return self.span.weeks[0].days[0].date, self.span.weeks[-1].days[-1].date

    def _address(self, shown: str, day: str, *, page: int = 1, channel: str | None = None, state: str | None = None) -> str:
        return route.address(
            PATH,
            view="" if shown == "month" else shown,
            date=day,
            channel=self.channel if channel is None else channel,
            state=self.state if state is None else state,
            page=page,
        )


def _told(error: CoexaiError) -> dict[str, str]:
    """What is wrong, at the dialog's fields; what belongs to none of them stands above the buttons."""
    fields = error.details.get("fields") or {}
    return fields if fields and fields.keys() <= FIELDS else {"": error.message}
