"""Who is next: no organisation above its plan at any instant, small ones not behind large ones, nothing waits for ever."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from coexai_app import plans
from tests.faults import client
from tests.faults.rig import Rig, organizations, size

Figures = Callable[[str], None]


class Sampler:
    """Counts running jobs per organisation, again and again, in a thread."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.samples, self.most = rig, 0, dict[str, int]()
        self.over: list[tuple[str, int]] = []
        self._stop = threading.Event()

    def _look(self, session: Session) -> list[tuple[str, str, int]]:
        statement = text(
            "SELECT CAST(j.organization_id AS TEXT), o.plan, count(*) FROM jobs j JOIN organizations o ON o.id = j.organization_id "
            "WHERE j.status IN ('queued', 'processing') GROUP BY 1, 2"
        )
        return [(row[0], row[1], row[2]) for row in session.connection().execute(statement)]

    def _run(self) -> None:
        while not self._stop.wait(0.01):
            for organization, plan, count in self.rig.patient(self._look):
                self.most[organization] = max(self.most.get(organization, 0), count)
                if count > plans.of(plan).concurrent_jobs:
                    self.over.append((plan, count))
            self.samples += 1

    @contextmanager
    def watching(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(30)


def test_no_organisation_is_above_its_plan_and_the_small_ones_do_not_wait(rig: Rig, figures: Figures) -> None:
    """A thousand jobs of one, five of each other: sampled at every instant, and who has the same level starts early."""
    web = rig.web()
    large, middle, small = organizations(web, "enterprise", "pro", "free")
    many = web(client.enqueue, [large], "steps", size(120, 1_000) if rig.postgres else size(60, 300), {"seconds": 0.02})
    others = web(client.enqueue, [middle], "noop", 5, {})
    lowest = web(client.enqueue, [small], "noop", 5, {})
    sampler = Sampler(rig)
    with sampler.watching():
        started = time.monotonic()
        rig.work(workers=4)
        begin = time.monotonic()
        while any(rig.job(job).status != "completed" for job in others):
            assert time.monotonic() - begin < 60, "the small organisation waits behind the large one"
            time.sleep(0.05)
        served = time.monotonic() - begin
        left = rig.open_jobs()
        rig.drained(size(90, 400))
    verdict = rig.verdict(many + others + lowest)
    figures(
        verdict.line(
            f"J12 {rig.kind}, {len(many)} of one and 5 of each other",
            the_small_one_done_after=f"{served:.1f} s with {left} of the large one left",
            samples=sampler.samples,
            most_at_once=sorted(sampler.most.values(), reverse=True),
            wall=f"{time.monotonic() - started:.1f} s",
        )
    )
    assert sampler.samples > 20
    assert sampler.over == []
    assert verdict.clean(), verdict
    assert left > len(many) * 0.3, "the small organisation was served last"


def test_a_burst_of_creates_and_cancels_never_passes_the_plan(servers: Rig) -> None:
    web = servers.web()
    (owner,) = organizations(web, "pro")
    sampler = Sampler(servers)
    servers.work(workers=4)
    with sampler.watching():
        for round_ in range(size(4, 12)):
            ids = web(client.at_once, [("create", (owner, "sleep", f"k{round_}-{n}", {"seconds": 0.1})) for n in range(8)])
            assert all(isinstance(job, UUID) for job in ids), ids
            web(client.at_once, [("cancel", (owner, job)) for job in ids[::2]])
        servers.drained(60)
    assert sampler.over == []
    assert servers.verdict().clean()


def test_a_low_job_under_a_flood_of_high_ones_starts_within_the_ageing_bound(servers: Rig, figures: Figures) -> None:
    """Ageing shortened to one second a level: low is below high by two, so it may wait for two, and a little for its turn."""
    servers.environment["FAULTS_CONSTANTS"] = json.dumps({"coexai_app.services.dispatch:AGEING_SECONDS": 1.0})
    web = servers.web()
    flooder, poor = organizations(web, "enterprise", "free")
    web(client.enqueue, [flooder], "busy", 60, {"seconds": 0.15})
    servers.work(workers=2)
    low: Any = web(client.create, poor, "noop", "low", {})
    servers.sql("UPDATE jobs SET priority = 'low' WHERE id = :id", id=low)
    started = time.monotonic()
    while servers.job(low).status != "completed":
        assert time.monotonic() - started < 12, "the low job starves"
        if servers.open_jobs() < 40:
            web(client.enqueue, [flooder], "busy", 20, {"seconds": 0.15})
        time.sleep(0.05)
    (waited,) = servers.waits([low])
    figures(f"J11 a low job under endless high ones started after {waited:.1f} s, ageing 1 s a level")
    assert waited < 6
