"""Worker processes that die without a word: nothing is lost, nothing is done or charged twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from tests.faults import client
from tests.faults.rig import Rig, organizations, size

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
    figures(verdict.line(f"J1 {rig.kind}", SIGKILLs=killer.done, wall=f"{wall:.1f} s"))
    assert verdict.states == {"completed": len(ids)}
    assert verdict.clean(), verdict
