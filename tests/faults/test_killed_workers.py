"""Worker processes that die without a word: nothing is lost, nothing is done or charged twice."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from coexai_app.agents import AGENTS
from tests.faults import client
from tests.faults.rig import Rig, lines, organizations, size
from tests.work import POST

EVERY_SECONDS = 0.35


class Killer:
    """SIGKILLs a random worker process every 350 ms; every tenth time the consumer, with all its workers."""

    def __init__(self, rig: Rig, kills: int, restarts: int) -> None:
        self.rig, self.left, self.done = rig, kills, 0
        self.restarts = {kills * (n + 1) // (restarts + 1) for n in range(restarts)}
        self.next = time.monotonic() + 0.5

    def __call__(self) -> None:
        if not self.left or time.monotonic() < self.next:
            return
        if self.rig.launchers[0].kill_one() is None:
            return
        self.left -= 1
        self.done += 1
        self.next = time.monotonic() + EVERY_SECONDS
        if self.done in self.restarts and self.rig.postgres:
            self.rig.postgres.restart()


def test_random_kills_lose_and_double_nothing(rig: Rig, figures: Callable[[str], None]) -> None:
    web = rig.web()
    people = organizations(web, "enterprise", "enterprise", "enterprise", "pro")
    count, kills, restarts = size((200, 6, 1), (1_500, 30, 2))
    ids = web(client.enqueue, people[:3], "steps", count, {"seconds": 0.01})
    ids += web(client.enqueue, people[3:], "noop", 20, {})
    killer = Killer(rig, kills, restarts)
    rig.work(workers=4)
    wall = rig.drained(size(60, 300), killer)
    assert killer.left == 0, "the jobs were done before the kills: make them longer"
    verdict = rig.verdict(ids)
    crashes = len(killer.restarts) if rig.postgres else 0
    figures(verdict.line(f"J1 {rig.kind}", SIGKILLs=killer.done, database_crashes=crashes, wall=f"{wall:.1f} s"))
    assert verdict.states == {"completed": len(ids)}
    assert verdict.clean(), verdict


def test_every_step_of_a_real_run_is_resumed_where_its_worker_died(rig: Rig, figures: Callable[[str], None]) -> None:
    """Maya makes seven threads; the worker of each dies at another step, after its work and before it is recorded."""
    steps = [step.name for step in AGENTS["maya"].capabilities["blog-to-thread"].steps]
    folder = rig.folder / "die"
    folder.mkdir()
    rig.environment["FAULTS_DIE_FOLDER"] = str(folder)
    web = rig.web()
    (owner,) = organizations(web, "pro")
    ids = {name: web(client.create, owner, "blog-to-thread", name, {"text": POST}) for name in steps}
    for name, job_id in ids.items():
        (folder / str(job_id)).write_text(name)
    rig.work(workers=2)
    wall = rig.drained(100)
    paid = Counter(key for key, _, _ in lines(folder / "paid"))
    for name, job_id in ids.items():
        job = rig.job(job_id)
        assert (job.status, job.attempt) == ("completed", 2), name
        place = steps.index(name)
        assert [step.attempt for step in rig.steps(job_id)] == [1] * place + [2] * (len(steps) - place), name
        assert [step.status for step in rig.steps(job_id)] == ["kept"] * place + ["done"] * (len(steps) - place), name
        assert {step: paid[f"{job_id}:{step}"] for step in steps} == {step: 1 + (step == name) for step in steps}
    verdict = rig.verdict(ids.values())
    figures(verdict.line(f"J1 {rig.kind}, killed at each step of a real run", wall=f"{wall:.1f} s"))
    assert verdict.clean(), verdict
    assert verdict.ledger == verdict.charges == len(steps)
