"""Cancelling at every moment: the end is cancelled or completed, never both, and the plan's run is given back once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from uuid import UUID

import pytest

from tests.faults import client
from tests.faults.client import Refused
from tests.faults.rig import Rig, lines, organizations, size

Figures = Callable[[str], None]
TERMINAL = {"job.completed", "job.cancelled", "job.failed", "job.dead_letter"}


def ended_once(rig: Rig, ids: list[UUID]) -> None:
    for job_id in ids:
        ends = [kind for kind in rig.kinds(job_id) if kind in TERMINAL]
        assert len(ends) == 1, (job_id, rig.kinds(job_id))
        assert ends == [f"job.{rig.job(job_id).status}"]


def test_at_random_moments_of_many_jobs(rig: Rig, figures: Figures) -> None:
    web = rig.web()
    people = organizations(web, "enterprise", "pro")
    rig.work(workers=3)
    ids, late = [], 0
    for round_ in range(size(50, 400)):
        person = people[round_ % 2]
        job_id = web(client.create, person, ("noop", "steps")[round_ % 2], f"k{round_}", {"seconds": random.choice((0, 0.01, 0.03))})
        ids.append(job_id)
        time.sleep(random.choice((0, 0, 0.01, 0.02, 0.05, 0.1)))
        try:
            web(client.cancel, person, job_id)
        except Refused as refused:
            assert refused.kind == "Conflict", refused
            late += 1
    rig.drained(60)
    verdict = rig.verdict(ids)
    figures(verdict.line(f"J10 {rig.kind}, cancelled at random moments", too_late=late))
    assert set(verdict.states) <= {"completed", "cancelled"}
    assert verdict.states["cancelled"] > 0
    assert verdict.clean(), verdict
    ended_once(rig, ids)


def test_while_it_waits(rig: Rig) -> None:
    web = rig.web()
    (owner,) = organizations(web, "pro")
    ids = web(client.enqueue, [owner], "noop", 8, {})
    for job_id in ids:
        assert web(client.cancel, owner, job_id) == "cancelled"
    rig.work(workers=2)
    time.sleep(1)
    verdict = rig.verdict(ids)
    assert verdict.states == {"cancelled": 8}
    assert verdict.clean(), verdict
    ended_once(rig, ids)


def test_while_it_runs_it_stops_at_the_next_safe_point(rig: Rig, figures: Figures) -> None:
    web = rig.web()
    (owner,) = organizations(web, "pro")
    rig.work(workers=2)
    job_id = web(client.create, owner, "sleep", "k", {"seconds": 60})
    rig.wait(job_id, "processing")
    started = time.monotonic()
    web(client.cancel, owner, job_id)
    rig.wait(job_id, "cancelled", seconds=10)
    figures(f"J10 {rig.kind}: a running job stopped {time.monotonic() - started:.2f} s after the cancel")
    ended_once(rig, [job_id])
    assert rig.verdict().clean()


@pytest.mark.parametrize("capability", ["stuck", "endless"])
def test_one_that_never_listens_is_stopped_hard_and_nobody_else_suffers(servers: Rig, figures: Figures, capability: str) -> None:
    web = servers.web()
    (owner,) = organizations(web, "enterprise")
    servers.work(workers=2)
    job_id = web(client.create, owner, capability, "k", {"side": str(servers.folder / "side")})
    servers.wait(job_id, "processing")
    others = web(client.enqueue, [owner], "sleep", 8, {"seconds": 0.5})
    started = time.monotonic()
    web(client.cancel, owner, job_id)
    servers.wait(job_id, "cancelled", seconds=40)
    figures(f"J10 a job that never listens ({capability}) was stopped {time.monotonic() - started:.1f} s after the cancel")
    servers.drained(40)
    assert {(servers.job(job).status, servers.job(job).attempt) for job in others} == {("completed", 1)}
    assert len(lines(servers.folder / "side")) == 1
    ended_once(servers, [job_id, *others])
    assert servers.verdict().clean()


def test_of_a_job_whose_worker_was_killed(servers: Rig) -> None:
    """Asked to stop, and then its worker dies: it ends as cancelled, it does not come back."""
    web = servers.web()
    (owner,) = organizations(web, "pro")
    launcher = servers.work(workers=1)
    job_id = web(client.create, owner, "busy", "k", {"seconds": 30})
    servers.wait(job_id, "processing")
    web(client.cancel, owner, job_id)
    launcher.kill_all()
    servers.work(workers=1)
    servers.wait(job_id, "cancelled", seconds=30)
    ended_once(servers, [job_id])
    assert servers.verdict().clean()


def test_resumed_by_many_at_once_it_runs_once(rig: Rig) -> None:
    rig.environment["JOB_LEASE_SECONDS"] = "30"  # no step runs twice, however slow the machine
    web = rig.web()
    (owner,) = organizations(web, "pro")
    side = rig.folder / "side"
    rounds = size(3, 20)
    for round_ in range(rounds):
        job_id = web(client.create, owner, "steps", f"k{round_}", {"side": str(side)})
        web(client.cancel, owner, job_id)
        found = web(client.at_once, [("retry", (owner, job_id))] * 8)
        assert sum(answer in ("queued", "pending") for answer in found) == 1, found
        assert rig.verdict().held == round_ + 1
    rig.work(workers=3)
    rig.drained(30)
    verdict = rig.verdict()
    assert verdict.states == {"completed": rounds}
    assert verdict.clean(), verdict
    assert len(lines(side)) == 3 * rounds
