"""A coworker's workspace: the form, the quote, the current run, the runs before it. The current run is in the address (?job=…).

An address can also ask for a filled form: ?example=1, or ?from=… with the id of a job to run once more.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType

import reflex as rx
from reflex.event import EventSpec

from coexai_app.errors import InvalidInput, NotFound
from coexai_app.services import agents, jobs, jobs_read, schedules
from coexai_app.views.agents import AgentView, CapabilityView, FieldView, Option, Quote
from coexai_app.views.jobs import JobRow, JobView
from state import route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action
from state.output import OutputState
from state.schedules import WhenState

RECENT = 6
BESIDE = frozenset({"lines", "files"})
SOURCES = {"url": "Link", "text": "Text", "file": "File"}


class WorkspaceState(AppState):
    """`fields` fill the form anew when `form_key` changes; `errors` stand at their fields; `run_key` makes a double click one job."""

    _live = True

    agent: AgentView | None = None
    make: str = ""
    fields: tuple[FieldView, ...] = ()
    source: str = "url"
    form_key: int = 0
    errors: dict[str, str] = {}  # noqa: RUF012  (Reflex copies a default for each tab)
    run_key: str = ""
    starting: bool = False
    quote: Quote | None = None
    job: JobView | None = None
    missing: bool = False
    loaded: bool = False
    runs: tuple[JobRow, ...] = ()
    _from: str = ""

    @action(role="viewer")
    async def load(self) -> None:
        query, slug = self.router.url.query_parameters, route.last(self.router.url)
        if not self.agent or self.agent.slug != slug:
            self.agent = await self._call(agents.get, slug=slug)
            self.make = ""
            self._fill({})
        if wanted := query.get("make", ""):
            self._choose(wanted)
        if "example" in query and not any(field.value for field in self.fields if field.name in SOURCES):
            self._fill(self._example())
        if (job_id := query.get("from", "")) and job_id != self._from:
            await self._fill_from(job_id)
        before = self.job.id if self.job else ""
        await self._show(query.get("job", ""))
        if self.job and self.job.id != before:
            self._choose(self.job.capability)
        await self._refresh()
        self.loaded = True

    @action(role="member")
    async def choose(self, make: str) -> None:
        """Another capability: its fields come, and what was typed in those that both have stays."""
        self._choose(make)
        await self._refresh()

    @action(role="member")
    async def use_example(self) -> None:
        self._fill(self._example())

    @action(role="member")
    async def run(self, form: Form) -> AsyncIterator[EventSpec | None]:
        """Starts a run, or asks when it shall start."""
        sent = texts(form)
        if sent.get("intent") == "schedule":
            yield await self._ask_when(sent)
            return
        self.starting = True
        yield
        try:
            yield await self._start(sent)
        finally:
            self.starting = False

    @action(role="member")
    async def cancel(self) -> None:
        if self.job:
            self.job = await self._call(jobs.cancel, job_id=route.ident(self.job.id))

    @action(role="member")
    async def resume(self) -> None:
        if self.job:
            self.job = await self._call(jobs.retry, job_id=route.ident(self.job.id))

    @rx.var
    def sources(self) -> list[Option]:
        names = {field.name for field in self.fields}
        return [Option(value=name, label=label) for name, label in SOURCES.items() if name in names]

    @rx.var
    def makes(self) -> list[Option]:
        return [Option(value=skill.slug, label=skill.title) for skill in self.agent.capabilities] if self.agent else []

    @rx.var
    def skill(self) -> CapabilityView | None:
        return self._capability()

    @rx.var
    def has_advanced(self) -> bool:
        return any(field.advanced for field in self.fields)

    @rx.var
    def several(self) -> bool:
        return any(field.kind in BESIDE for field in self.fields)

    @rx.var
    def more_open(self) -> bool:
        """Something stands in the fields of further sources, or is wrong there."""
        return any(field.value or field.name in self.errors for field in self.fields if field.kind in BESIDE)

    async def _start(self, form: dict[str, str]) -> EventSpec | None:
        capability = self._capability()
        if not capability:
            return None
        data, key = _input(form, capability), form.get("run_key") or self.run_key
        try:
            job = await self._call(jobs.create, agent=self.agent.slug, capability=capability.slug, data=data, idempotency_key=key)
        except InvalidInput as error:
            return self._refuse(error)
        self.errors, self.run_key = {}, uuid.uuid4().hex
        return rx.redirect(route.address(f"/agents/{self.agent.slug}", job=job.id))

    async def _ask_when(self, form: dict[str, str]) -> EventSpec | None:
        """Hands the filled form to the dialog, once it could run as it is."""
        capability = self._capability()
        if not capability:
            return None
        order = {"agent": self.agent.slug, "capability": capability.slug, "data": _input(form, capability)}
        try:
            title = await self._call(schedules.check, **order)
        except InvalidInput as error:
            return self._refuse(error)
        self.errors = {}
        await (await self.get_state(WhenState))._ask(order, title, f"{self.agent.name}, {capability.title}")
        return None

    def _refuse(self, error: InvalidInput) -> EventSpec | None:
        """What is wrong stands at its field, and the first source field gets the focus."""
        self.errors = error.details.get("fields") or {error.field or "": error.message}
        return next((rx.set_focus(f"f-{name}") for name in ("url", "text") if name in self.errors), None)

    async def _show(self, job_id: str) -> None:
        """Makes this job the current one; its result goes to OutputState, which the result tabs read."""
        if not self.job or self.job.id != job_id:
            self.job = None
        self.missing = False
        if job_id:
            await self._read(job_id)
        await self._hand_over(anew=True)

    async def _hand_over(self, *, anew: bool = False) -> None:
        """Tells OutputState which result to show; one that it shows already is left alone, since somebody may be editing it."""
        output, wanted = await self.get_state(OutputState), self.job.output_id if self.job else ""
        if anew or wanted != (output.output.id if output.output else ""):
            await output._open(wanted)

    async def _read(self, job_id: str) -> None:
        try:
            view = await self._call(jobs_read.get, job_id=route.ident(job_id))
        except NotFound:
            view, self.missing = None, True
        if view != self.job:
            self.job = view

    async def _refresh(self) -> None:
        capability = self._capability()
        if not capability:
            return
        if self.job:
            await self._read(self.job.id)
            await self._hand_over()
        recent = await self._call(jobs_read.page, page=1, limit=RECENT, agent=self.agent.slug)
        if recent.rows != self.runs:
            self.runs = recent.rows
        quote = await self._call(agents.quote, agent=self.agent.slug, capability=capability.slug)
        if quote != self.quote:
            self.quote = quote

    def _capability(self) -> CapabilityView | None:
        """The chosen capability; at first, and for a name that there is not, the coworker's first one."""
        known = self.agent.capabilities if self.agent else ()
        return next((skill for skill in known if skill.slug == self.make), known[0] if known else None)

    def _choose(self, make: str) -> None:
        before = self._capability()
        self.make = make
        skill = self._capability()
        self.make = skill.slug if skill else ""
        if skill and skill != before:
            self.fields, self.errors = skill.fields, {}

    def _example(self) -> dict[str, str]:
        capability = self._capability()
        return dict(capability.example) if capability else {}

    async def _fill_from(self, job_id: str) -> None:
        """The form starts anew with the input of an earlier job, once: what somebody types after that is left alone."""
        try:
            job = await self._call(jobs_read.again, job_id=route.ident(job_id))
        except NotFound:
            return
        if self.agent and job.agent == self.agent.slug:
            self._choose(job.capability)
            self._fill(job.values, file_names=job.file_names)
            self._from = job_id

    def _fill(self, values: dict[str, str], *, file_names: Mapping[str, str] = MappingProxyType({})) -> None:
        """The form starts anew with these values, or empty. `file_names` names the files whose ids are among them, by field."""
        capability = self._capability()
        views = capability.fields if capability else ()
        self.fields = tuple(
            view.model_copy(update={"value": values.get(view.name, view.value), "file_name": file_names.get(view.name, "")})
            for view in views
        )
        self._from = ""
        self.source = next((name for name in SOURCES if values.get(name)), "url")
        self.errors, self.form_key, self.run_key = {}, self.form_key + 1, uuid.uuid4().hex


def _input(form: dict[str, str], capability: CapabilityView) -> dict[str, str]:
    """What the form means as input: empty fields are left out, a tick is said either way, several ticks are one text with commas, and only
    the chosen source counts."""
    unused = {name for name in SOURCES if "source" in form and name != form["source"]}
    data = {field.name: form[field.name] for field in capability.fields if form.get(field.name, "").strip() and field.name not in unused}
    ticked = {f.name: [o.value for o in f.options if f"{f.name}:{o.value}" in form] for f in capability.fields if f.kind == "checks"}
    # None of them ticked is said as well, so that the field says what is missing instead of taking its default.
    data |= {name: ",".join(values) for name, values in ticked.items()}
    return data | {field.name: str(field.name in form).lower() for field in capability.fields if field.kind == "checkbox"}
