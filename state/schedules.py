"""Schedules: the list with its actions, and the dialog that asks when (which the workspace opens, too)."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from coexai_app.errors import CoexaiError, InvalidInput, Unauthenticated
from coexai_app.services import cron_words, schedules, schedules_read
from coexai_app.views.schedules import Preview, ScheduleRow, ScheduleView, When
from state import route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action

ROWS = 20
PATH = "/schedules"
FIELDS = {"repeat", "date", "days", "day", "time", "cron", "timezone", "title"}


class WhenState(AppState):
    """The dialog: `show` opens it when it changes and closes it when it is empty; `form_key` fills its fields anew.

    It holds either the order of a new run (`_order`, checked already) or the schedule that is edited (`editing`).
    """

    show: str = ""
    form_key: int = 0
    editing: str = ""
    lead: str = ""
    title: str = ""
    when: When = When()
    zones: tuple[str, ...] = ()
    preview: Preview = Preview()
    errors: dict[str, str] = {}  # noqa: RUF012  (Reflex copies a default for each tab)
    saving: bool = False
    _order: dict[str, Any] | None = None

    @action(role="member")
    async def submit(self, form: Form) -> AsyncIterator[EventSpec | None]:
        """The form, or only a look at what it means so far."""
        sent = texts(form)
        if sent.get("intent") == "preview":
            await self._look(sent)
            return
        self.saving = True
        yield
        try:
            yield await self._save(sent)
        except Unauthenticated:
            raise
        except CoexaiError as error:
            self.errors = _told(error)
        finally:
            self.saving = False

    async def _ask(self, order: dict[str, Any], title: str, lead: str) -> None:
        """When shall this order run? `lead` says who does what."""
        await self._open(await self._call(schedules_read.blank), title)
        self.lead = lead
        self._order, self.editing = {**order, "key": uuid.uuid4().hex}, ""

    async def _edit(self, view: ScheduleView) -> None:
        blank = await self._call(schedules_read.blank)
        await self._open(view.when if view.when.date else view.when.model_copy(update={"date": blank.date}), view.title)
        self.lead = f"{view.agent_name}, {view.capability_title}"
        self._order, self.editing = None, view.id

    async def _open(self, when: When, title: str) -> None:
        zones = schedules_read.zones()
        self.zones = zones if when.timezone in zones else (when.timezone, *zones)
        self.when, self.title, self.errors = when, title, {}
        self.form_key += 1
        self.show = uuid.uuid4().hex
        await self._look({**when.model_dump(), **{f"day-{day}": "on" for day in when.days}})

    async def _look(self, sent: Mapping[str, Any]) -> None:
        try:
            self.preview = await self._call(schedules_read.preview, **_rhythm(sent))
            self.errors = {}
        except InvalidInput as error:
            self.preview, self.errors = Preview(), _told(error)

    async def _save(self, sent: dict[str, str]) -> EventSpec | None:
        rhythm = _rhythm(sent)
        if self.editing:
            await self._call(schedules.update, schedule_id=route.ident(self.editing), title=sent.get("title", ""), **rhythm)
            return self._done("Saved", "")
        if not self._order:
            return None
        order = {name: self._order[name] for name in ("agent", "capability", "data")}
        if rhythm["cron_line"]:
            await self._call(schedules.create, **order, **rhythm, title=sent.get("title", ""))
            return self._done("Scheduled", PATH)
        job = await self._call(schedules.once, **order, at=rhythm["at"], idempotency_key=self._order["key"])
        return self._done("", route.address(f"/agents/{order['agent']}", job=job.id))

    def _done(self, words: str, path: str) -> EventSpec | None:
        self.show, self.editing, self._order, self.errors = "", "", None, {}
        if words:
            self._say(words)
        return rx.redirect(path) if path else None


class SchedulesState(AppState):
    """One page of the list. `run_key` makes a double click one job; `doomed` is what the delete dialog asks about."""

    _live = True

    rows: tuple[ScheduleRow, ...] = ()
    label: str = ""
    page: int = 1
    pages: int = 1
    loaded: bool = False
    run_key: str = ""
    doomed: ScheduleRow | None = None
    ask: str = ""

    @action(role="viewer")
    async def load(self) -> None:
        self.page, self.run_key, self.ask = route.page(self.router.url.query_parameters), uuid.uuid4().hex, ""
        await self._refresh()
        self.loaded = True

    @action(role="member")
    async def pause(self, schedule_id: str) -> None:
        await self._call(schedules.pause, schedule_id=route.ident(schedule_id))
        self._say("Paused")
        await self._refresh()

    @action(role="member")
    async def resume(self, schedule_id: str) -> None:
        await self._call(schedules.resume, schedule_id=route.ident(schedule_id))
        self._say("Resumed")
        await self._refresh()

    @action(role="member")
    async def run_now(self, schedule_id: str, key: str) -> EventSpec:
        job = await self._call(schedules.run_now, schedule_id=route.ident(schedule_id), idempotency_key=key[:40])
        self.run_key = uuid.uuid4().hex
        return rx.redirect(f"/jobs/{job.id}")

    @action(role="member")
    async def edit(self, schedule_id: str) -> None:
        view = await self._call(schedules_read.get, schedule_id=route.ident(schedule_id))
        await (await self.get_state(WhenState))._edit(view)

    @action(role="member")
    async def ask_delete(self, schedule_id: str) -> None:
        self.doomed = next((row for row in self.rows if row.id == schedule_id), None)
        self.ask = uuid.uuid4().hex if self.doomed else ""

    @action(role="member")
    async def delete(self) -> None:
        if self.doomed:
            await self._call(schedules.delete, schedule_id=route.ident(self.doomed.id))
            self.doomed, self.ask = None, ""
            self._say("Schedule deleted")
            await self._refresh()

    @rx.var
    def before(self) -> str:
        return route.address(PATH, page=self.page - 1) if self.page > 1 else ""

    @rx.var
    def after(self) -> str:
        return route.address(PATH, page=self.page + 1) if self.page < self.pages else ""

    async def _refresh(self) -> None:
        found = await self._call(schedules_read.page, page=self.page, limit=ROWS)
        if found.rows != self.rows:
            self.rows = found.rows
        self.label, self.page, self.pages = found.label, found.page, found.pages


def _told(error: CoexaiError) -> dict[str, str]:
    """What is wrong, at the dialog's fields; what belongs to none of them stands above the buttons."""
    fields = error.details.get("fields") or {}
    return fields if fields and fields.keys() <= FIELDS else {"": error.message}


def _rhythm(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the form means: a cron line, or a single moment, by the clock of its time zone. Raises InvalidInput."""
    timezone = str(sent.get("timezone", ""))
    line = cron_words.compose(sent, [name.removeprefix("day-") for name in sent if name.startswith("day-")])
    at: datetime | None = None if line else cron_words.once(sent, timezone)
    return {"cron_line": line, "timezone": timezone, "at": at}
