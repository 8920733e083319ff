"""The webhooks page: the endpoints, or one of them with what was sent to it; and the tab of what comes in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import reflex as rx
from reflex.event import EventSpec

from coexai_app.errors import CoexaiError, InvalidInput
from coexai_app.services import github_rules, incoming_read, webhook_endpoints, webhook_log
from coexai_app.views.agents import Option
from coexai_app.views.webhooks import DeliveryRow, DeliveryView, EndpointView, EventGroup, IncomingRow, RuleView
from state import route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action

PATH: Final = "/settings/webhooks"
ROWS: Final = 20
_FIELDS: Final = ("url", "description", "events")
_RULE_FIELDS: Final = ("repository", "branch", "paths", "capability", "settings")
_STATUSES: Final = ("", "pending", "delivered", "failed")
_CHOICE: Final = "event:"


class WebhooksState(AppState):
    """`chosen` is the endpoint whose log is shown, None for the list. `secret` was just made and is shown this once; `forming` says which
    form is open: "", "new" or "edit"."""

    _live = True

    closed: str = ""
    locked: str = ""
    rows: tuple[EndpointView, ...] = ()
    label: str = ""
    page: int = 1
    pages: int = 1
    chosen: EndpointView | None = None
    log: tuple[DeliveryRow, ...] = ()
    log_label: str = ""
    log_pages: int = 1
    status: str = ""
    opened: DeliveryView | None = None
    secret: str = ""
    forming: str = ""
    form_key: int = 0
    groups: tuple[EventGroup, ...] = ()
    errors: dict[str, str] = {}  # noqa: RUF012  (a state's var)
    loaded: bool = False
    _endpoint: str = ""
    # The secret outlives one page load, that to the endpoint it was made with.
    _just_made: str = ""

    @action(role="viewer")
    async def load(self) -> None:
        query = self.router.url.query_parameters
        endpoint = query.get("endpoint", "")[:40]
        if endpoint != self._just_made:
            self.secret = ""
        self._just_made = ""
        self._endpoint, self.page = endpoint, route.page(query)
        self.status = query.get("status", "") if query.get("status", "") in _STATUSES else ""
        self.opened, self.errors, self.forming = None, _at(_FIELDS), ""
        self.groups = self.groups or webhook_endpoints.groups()
        await self._refresh()
        self.loaded = True

    @action(role="admin")
    async def form(self, which: str) -> None:
        """Opens the form for a new endpoint or for the chosen one; closes it with anything else."""
        self.forming = which if which in ("new", "edit") else ""
        self.errors, self.form_key = _at(_FIELDS), self.form_key + 1

    @action(role="admin")
    async def save(self, form: Form) -> EventSpec | None:
        sent = texts(form)
        values: dict[str, Any] = {
            "url": sent.get("url", ""),
            "description": sent.get("description", ""),
            "events": [name.removeprefix(_CHOICE) for name in sent if name.startswith(_CHOICE)],
        }
        try:
            if self.forming == "edit" and self.chosen:
                await self._call(webhook_endpoints.change, endpoint_id=route.ident(self.chosen.id), **values)
                self._say("Saved")
            else:
                made = await self._call(webhook_endpoints.create, **values)
                self.secret, self._endpoint, self._just_made = made.secret, made.id, made.id
        except InvalidInput as error:
            self.errors = _at(_FIELDS, {error.field or "": error.message})
            return None
        created = self.forming != "edit"
        self.forming, self.errors = "", _at(_FIELDS)
        await self._refresh()
        return rx.redirect(route.address(PATH, endpoint=self._endpoint)) if created else None

    @action(role="admin")
    async def hide_secret(self) -> None:
        self.secret = ""

    @action(role="admin")
    async def switch(self, on: bool) -> None:
        await self._call(webhook_endpoints.change, endpoint_id=self._id(), enabled=on)
        self._say("Switched on" if on else "Switched off")
        await self._refresh()

    @action(role="admin")
    async def rotate(self) -> None:
        made = await self._call(webhook_endpoints.rotate, endpoint_id=self._id())
        self.secret = made.secret
        await self._refresh()

    @action(role="admin")
    async def test(self) -> None:
        await self._call(webhook_endpoints.test, endpoint_id=self._id())
        self._say("A test is on its way.")
        await self._refresh()

    @action(role="admin")
    async def delete(self) -> EventSpec:
        await self._call(webhook_endpoints.delete, endpoint_id=self._id())
        self.chosen, self._endpoint, self.secret = None, "", ""
        self._say("Webhook deleted")
        return rx.redirect(PATH)

    @action(role="admin")
    async def open_delivery(self, delivery_id: str) -> None:
        """Shows what was sent and what came back; the same row again closes it."""
        if self.opened and self.opened.id == delivery_id:
            self.opened = None
            return
        self.opened = await self._call(webhook_log.get, delivery_id=route.ident(delivery_id))

    @action(role="admin")
    async def redeliver(self, delivery_id: str) -> None:
        self.opened = await self._call(webhook_log.redeliver, delivery_id=route.ident(delivery_id))
        self._say("It is sent again.")
        await self._refresh()

    @action(role="admin")
    async def replay(self, form: Form) -> None:
        hours = texts(form).get("hours", "24")
        since = datetime.now(UTC) - timedelta(hours=int(hours) if hours.isascii() and hours.isdigit() and len(hours) < 5 else 24)
        number = await self._call(webhook_log.replay, endpoint_id=self._id(), since=since)
        self._say("Nothing has failed since then." if not number else f"{number:,} sent again." if number > 1 else "One is sent again.")
        await self._refresh()

    @action(role="viewer")
    async def choose_status(self, status: str) -> EventSpec:
        return rx.redirect(route.address(PATH, endpoint=self._endpoint, status=status if status in _STATUSES else ""))

    @rx.var
    def before(self) -> str:
        return self._at(self.page - 1) if self.page > 1 else ""

    @rx.var
    def after(self) -> str:
        return self._at(self.page + 1) if self.page < (self.log_pages if self.chosen else self.pages) else ""

    def _at(self, page: int) -> str:
        return route.address(PATH, endpoint=self._endpoint, status=self.status, page=page)

    def _id(self) -> Any:
        return route.ident(self._endpoint)

    async def _refresh(self) -> None:
        found = await self._call(webhook_endpoints.page, page=1 if self._endpoint else self.page, limit=ROWS)
        self.rows, self.label, self.pages = found.rows, found.label, found.pages
        self.closed, self.locked = found.closed, found.locked
        if not self._endpoint or self.closed:
            self.chosen, self.log = None, ()
            return
        endpoint_id = self._id()
        self.chosen = await self._call(webhook_endpoints.get, endpoint_id=endpoint_id)
        log = await self._call(webhook_log.page, endpoint_id=endpoint_id, status=self.status, page=self.page, limit=ROWS)
        self.log, self.log_label, self.log_pages, self.page = log.rows, log.label, log.pages, log.page
        if self.opened:
            self.opened = await self._call(webhook_log.get, delivery_id=route.ident(self.opened.id))


class IncomingState(AppState):
    """`incoming` in the address is the page of what came."""

    _live = True

    closed: str = ""
    locked: str = ""
    github_url: str = ""
    github_secret: str = ""
    zapier_url: str = ""
    rules: tuple[RuleView, ...] = ()
    came: tuple[IncomingRow, ...] = ()
    label: str = ""
    page: int = 1
    pages: int = 1
    capabilities: tuple[Option, ...] = ()
    errors: dict[str, str] = {}  # noqa: RUF012  (a state's var)
    form_key: int = 0
    doomed: RuleView | None = None
    loaded: bool = False

    @action(role="viewer")
    async def load(self) -> None:
        self.page = route.page({"page": self.router.url.query_parameters.get("incoming", "1")})
        self.errors = _at(_RULE_FIELDS)
        self.capabilities = self.capabilities or github_rules.choices()
        await self._refresh()
        self.loaded = True

    @action(role="admin")
    async def add_rule(self, form: Form) -> None:
        sent = texts(form)
        agent, _, capability = sent.get("capability", "").partition("/")
        try:
            values = {name: sent.get(name, "") for name in ("repository", "branch", "paths")}
            await self._call(
                github_rules.create, **values, agent=agent, capability=capability, defaults=_settings(sent.get("settings", ""))
            )
        except CoexaiError as error:
            fields = error.details.get("fields") or {str(error.details.get("field", "")): error.message}
            self.errors = _at(_RULE_FIELDS, fields, other="settings" if error.details.get("fields") else "")
            return
        self.errors, self.form_key = _at(_RULE_FIELDS), self.form_key + 1
        self._say("Rule added")
        await self._refresh()

    @action(role="admin")
    async def switch_rule(self, rule_id: str, on: bool) -> None:
        await self._call(github_rules.switch, rule_id=route.ident(rule_id), enabled=on)
        await self._refresh()

    @action(role="admin")
    async def ask_delete(self, rule_id: str) -> None:
        self.doomed = next((rule for rule in self.rules if rule.id == rule_id), None)

    @action(role="admin")
    async def delete_rule(self) -> None:
        if self.doomed:
            await self._call(github_rules.delete, rule_id=route.ident(self.doomed.id))
            self.doomed = None
            self._say("Rule deleted")
            await self._refresh()

    @action(role="admin")
    async def retry(self, incoming_id: str) -> None:
        await self._call(incoming_read.retry, incoming_id=route.ident(incoming_id))
        self._say("It is tried again.")
        await self._refresh()

    @rx.var
    def before(self) -> str:
        return _incoming(self.page - 1) if self.page > 1 else ""

    @rx.var
    def after(self) -> str:
        return _incoming(self.page + 1) if self.page < self.pages else ""

    async def _refresh(self) -> None:
        tab = await self._call(incoming_read.tab, page=self.page, limit=ROWS)
        self.closed, self.locked, self.rules = tab.closed, tab.locked, tab.rules
        self.github_url, self.github_secret, self.zapier_url = tab.github_url, tab.github_secret, tab.zapier_url
        self.came, self.label, self.page, self.pages = tab.received.rows, tab.received.label, tab.received.page, tab.received.pages


def _at(names: tuple[str, ...], wrong: Mapping[str, str] | None = None, *, other: str = "") -> dict[str, str]:
    """The errors of a form by field, empty where nothing is wrong; what belongs to no field stands at `other`."""
    errors = dict.fromkeys(("", *names), "")
    for name, text in (wrong or {}).items():
        errors[name if name in names else other] = text
    return errors


def _incoming(page: int) -> str:
    return route.address(PATH, tab="incoming", incoming=page)


def _settings(text: str) -> dict[str, str]:
    """The lines "name = value" of the form. Raises InvalidInput for another line."""
    found = {}
    for line in filter(str.strip, text.splitlines()[:50]):
        name, sign, value = line.partition("=")
        if not sign or not name.strip():
            raise InvalidInput("Write one setting per line, such as: posts = 6", field="settings")
        found[name.strip()] = value.strip()
    return found
