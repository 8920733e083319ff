"""The job page's state: one job, live, with cancel and resume."""

from __future__ import annotations

import time

import reflex as rx

from coexai_app.errors import NotFound
from coexai_app.services import jobs, jobs_read
from coexai_app.views.jobs import JobView
from state import route
from state.base import AppState
from state.guard import action


class JobState(AppState):
    """`clock` is the server's time at the page's load, in Unix milliseconds: running steps count up by it, whatever the browser's says."""

    _live = True

    job: JobView | None = None
    missing: bool = False
    clock: int = 0

    @action(role="viewer")
    async def load(self) -> None:
        await self._read(route.last(self.router.url))
        self.clock = round(time.time() * 1000)

    @action(role="member")
    async def cancel(self) -> None:
        if self.job:
            self.job = await self._call(jobs.cancel, job_id=route.ident(self.job.id))

    @action(role="member")
    async def resume(self) -> None:
        if self.job:
            self.job = await self._call(jobs.retry, job_id=route.ident(self.job.id))

    @rx.var
    def output_url(self) -> str:
        return f"/outputs/{self.job.output_id}" if self.job and self.job.output_id else ""

    @rx.var
    def again_url(self) -> str:
        return route.address(f"/agents/{self.job.agent}", **{"from": self.job.id}) if self.job else ""

    async def _refresh(self) -> None:
        if self.job:
            await self._read(self.job.id)

    async def _read(self, job_id: str) -> None:
        if self.job and self.job.id != job_id:
            self.job = None
        try:
            job, self.missing = await self._call(jobs_read.get, job_id=route.ident(job_id)), False
        except NotFound:
            job, self.missing = None, True
        if job != self.job:
            self.job = job
