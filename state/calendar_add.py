"""A result goes on the calendar: a whole plan at once, or any other result after the question when and where. For the pages of results."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import reflex as rx
from reflex.event import EventSpec

from coexai_app.errors import CoexaiError, Unauthenticated
from coexai_app.services import calendar, calendar_plan, calendar_time
from coexai_app.views.calendar import Draft, day_text
from state import route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action

FIELDS = {"group", "day", "clock", "channel", "timezone"}


class CalendarAddState(AppState):
    """`show` opens the dialog when it changes and closes it when it is empty; `form_key` fills its fields anew."""

    show: str = ""
    form_key: int = 0
    draft: Draft = Draft()
    errors: dict[str, str] = {}  # noqa: RUF012  (Reflex copies a default for each tab)
    saving: bool = False
    _output: str = ""

    @action(role="member")
    async def plan(self, output_id: str) -> EventSpec:
        """All entries of a content calendar; a second time they are there already, and it says so."""
        planned = await self._call(calendar.plan, output_id=route.ident(output_id))
        self._say(planned.told)
        return rx.redirect(route.address("/calendar", date=planned.first))

    @action(role="member")
    async def ask(self, output_id: str) -> None:
        self.draft = await self._call(calendar_plan.blank, output_id=route.ident(output_id))
        self._output, self.errors = output_id, {}
        self.form_key += 1
        self.show = uuid.uuid4().hex

    @action(role="member")
    async def add(self, form: Form) -> AsyncIterator[None]:
        self.saving = True
        yield
        try:
            await self._add(texts(form))
        except Unauthenticated:
            raise
        except CoexaiError as error:
            fields = error.details.get("fields") or {}
            self.errors = fields if fields and fields.keys() <= FIELDS else {"": error.message}
        finally:
            self.saving = False

    async def _add(self, sent: dict[str, str]) -> None:
        if not self._output:
            return
        made = await self._call(
            calendar.add,
            output_id=route.ident(self._output),
            day=calendar_time.read_day(sent.get("day", "")),
            clock=calendar_time.read_clock(sent.get("clock", "")),
            channel=sent.get("channel", ""),
            group=sent.get("group", ""),
        )
        self.show, self.errors = "", {}
        self._say(f"On the calendar for {day_text(made.day)}, {made.clock}.")
