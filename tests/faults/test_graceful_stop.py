"""SIGTERM, as a deploy sends it: what is nearly done is finished, the rest is handed back, and no attempt is burnt."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.faults import client
from tests.faults.processes import alive
from tests.faults.rig import Rig, lines, organizations

Figures = Callable[[str], None]


def test_a_job_that_is_nearly_done_is_finished(rig: Rig) -> None:
    web = rig.web()
    (owner,) = organizations(web, "pro")
    job_id = web(client.create, owner, "sleep", "k", {"seconds": 2})
    launcher = rig.work(workers=2)
    rig.wait(job_id, "processing")
    assert launcher.stop() < 15
    job = rig.job(job_id)
    assert (job.status, job.attempt) == ("completed", 1)
    assert rig.verdict().clean()


def test_a_long_one_is_handed_back_at_once_and_the_next_worker_goes_on(rig: Rig, figures: Figures) -> None:
    web = rig.web()
    (owner,) = organizations(web, "pro")
    healed = rig.folder / "healed"
    job_id = web(client.create, owner, "sleep", "k", {"seconds": 60, "healed": str(healed)})
    launcher = rig.work(workers=2)
    rig.wait(job_id, "processing")
    took = launcher.stop()
    job = rig.job(job_id)
    assert job.status in ("pending", "queued")
    assert job.attempt == 0
    assert took < 15
    healed.touch()
    rig.work(workers=1)
    ready = time.monotonic()
    done = rig.wait(job_id, "completed", seconds=30)
    resumed = time.monotonic() - ready
    figures(f"J9 {rig.kind}: SIGTERM ended the worker after {took:.1f} s, the next resumed after {resumed:.2f} s")
    assert done.attempt == 1
    assert resumed < 2
    assert rig.verdict().clean()


@pytest.mark.parametrize("capability", ["stuck", "endless"])
def test_a_job_that_never_listens_does_not_hold_up_the_end(servers: Rig, capability: str) -> None:
    web = servers.web()
    (owner,) = organizations(web, "pro")
    healed = servers.folder / "healed"
    job_id = web(client.create, owner, capability, "k", {"healed": str(healed)})
    launcher = servers.work(workers=2)
    servers.wait(job_id, "processing")
    pids = [*launcher.consumers(), *launcher.workers()]
    assert launcher.stop() < 20
    assert servers.job(job_id).attempt == 0
    assert not any(alive(pid) for pid in pids)
    healed.touch()
    servers.work(workers=1)
    assert servers.wait(job_id, "completed", seconds=30).attempt == 1


def test_under_load_no_attempt_is_burnt(rig: Rig, figures: Figures) -> None:
    """Three deploys in the middle of sixty jobs: every one runs once in the end."""
    web = rig.web()
    people = organizations(web, "enterprise", "enterprise")
    side = rig.folder / "side"
    ids = web(client.enqueue, people, "steps", 60, {"side": str(side), "seconds": 0.1})
    started = time.monotonic()
    for _ in range(2):
        launcher = rig.work(workers=4)
        time.sleep(2)
        launcher.stop()
    rig.work(workers=4)
    rig.drained(60)
    verdict = rig.verdict(ids)
    figures(verdict.line(f"J9 two deploys under load, {rig.kind}", wall=f"{time.monotonic() - started:.1f} s"))
    assert verdict.states == {"completed": len(ids)}
    assert verdict.clean(), verdict
    assert {rig.job(job_id).attempt for job_id in ids} == {1}
    assert len({key for key, _, _ in lines(side)}) == 180
