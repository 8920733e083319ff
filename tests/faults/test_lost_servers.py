"""PostgreSQL and Redis that crash, lose everything, or hang: the work goes on when they are back, or without them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest

from tests.faults import client
from tests.faults.client import Client, Refused
from tests.faults.proxy import CommitSwallower
from tests.faults.rig import Rig, organizations, size

Figures = Callable[[str], None]


def persistent(web: Client, person: Any, capability: str, data: dict[str, Any], seconds: float = 60) -> tuple[Any, int]:
    """Creates a job as a client with an idempotency key does: again, with the same key, until there is an answer."""
    key, errors, until = os.urandom(8).hex(), 0, time.monotonic() + seconds
    while True:
        try:
            return web(client.create, person, capability, key, data), errors
        except Refused:
            errors += 1
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


class TestPostgres:
    def test_two_crashes_in_the_middle_lose_and_double_nothing(self, servers: Rig, figures: Figures) -> None:
        web = servers.web()
        people = organizations(web, "enterprise", "enterprise", "pro")
        ids = web(client.enqueue, people[:2], "steps", size(60, 600), {"seconds": 0.02})
        servers.work(workers=4)
        started = time.monotonic()
        errors = 0
        for _ in range(2):
            time.sleep(1)
            assert servers.postgres
            crash = Thread(target=servers.postgres.restart)
            crash.start()
            for _ in range(5):
                made, failed = persistent(web, people[2], "noop", {})
                ids.append(made)
                errors += failed
            crash.join()
        servers.drained(size(60, 240))
        verdict = servers.verdict(ids)
        figures(verdict.line("J2 two crashes of PostgreSQL", refused_and_repeated=errors, wall=f"{time.monotonic() - started:.1f} s"))
        assert verdict.states == {"completed": len(ids)}
        assert verdict.clean(), verdict

    def test_running_jobs_wait_for_it_and_burn_no_attempt(self, servers: Rig, figures: Figures) -> None:
        """Gone for less than the default lease: what was running finishes when it is back, nobody starts anew."""
        servers.environment["JOB_LEASE_SECONDS"] = "30"
        web = servers.web()
        (owner,) = organizations(web, "enterprise")
        ids = web(client.enqueue, [owner], "sleep", 4, {"seconds": 2})
        servers.work(workers=4)
        for job_id in ids:
            servers.wait(job_id, "processing", seconds=20)
        assert servers.postgres
        servers.postgres.down()
        time.sleep(size(6, 20))
        servers.postgres.up()
        servers.drained(60)
        verdict = servers.verdict(ids)
        figures(verdict.line("J2 database away under running jobs"))
        assert verdict.clean(), verdict
        assert verdict.states == {"completed": 4}
        assert verdict.started_again == 0


class TestSwallowedCommit:
    @pytest.fixture
    def proxy(self, servers: Rig) -> Iterator[CommitSwallower]:
        assert servers.postgres
        made = CommitSwallower(servers.postgres.port)
        servers.environment["DATABASE_URL"] = servers.postgres.url_at(made.port)
        yield made
        made.close()

    def test_a_create_whose_answer_is_lost_makes_one_job_with_the_same_key(self, servers: Rig, proxy: CommitSwallower) -> None:
        web = servers.web()
        (owner,) = organizations(web, "pro")
        rounds = size(10, 50)
        made = []
        for _ in range(rounds):
            proxy.cut(1, most=1)
            made.append(persistent(web, owner, "noop", {})[0])
        assert proxy.swallowed == rounds
        assert len(set(made)) == rounds
        verdict = servers.verdict(made)
        assert (verdict.jobs, verdict.held) == (rounds, rounds)

    def test_workers_whose_commits_go_unheard_lose_and_double_nothing(self, servers: Rig, proxy: CommitSwallower, figures: Figures) -> None:
        web = servers.web()
        people = organizations(web, "enterprise", "enterprise")
        ids = web(client.enqueue, people, "steps", size(60, 400), {"seconds": 0.01})
        servers.work(workers=3)
        proxy.cut(0.1)
        servers.drained(size(90, 400))
        proxy.cut(0)
        verdict = servers.verdict(ids)
        figures(verdict.line("J2 every tenth COMMIT unheard", swallowed=proxy.swallowed))
        assert proxy.swallowed > len(ids) / 10
        assert verdict.clean(), verdict
        assert verdict.states == {"completed": len(ids)}


class TestRedis:
    def _during(self, servers: Rig, hurt: Callable[[], None], heal: Callable[[], None], seconds: float) -> tuple[list[Any], float, int]:
        """Hurts Redis in the middle of work. Returns the jobs, the slowest create meanwhile, and how many ended without Redis."""
        web = servers.web()
        (owner,) = organizations(web, "enterprise")
        ids = web(client.enqueue, [owner], "noop", size(40, 300), {})
        servers.work(workers=3)
        web.patience = 15
        hurt()
        before = servers.open_jobs()
        slowest, until = 0.0, time.monotonic() + seconds
        while time.monotonic() < until:
            started = time.monotonic()
            ids.append(web(client.create, owner, "noop", os.urandom(8).hex(), {}))
            slowest = max(slowest, time.monotonic() - started)
            time.sleep(0.3)
        ended = before + len(ids) - size(40, 300) - servers.open_jobs()
        assert web(client.health)["db"] == "ok"
        heal()
        servers.drained(60)
        return ids, slowest, ended

    def test_killed_and_started_empty(self, servers: Rig, figures: Figures) -> None:
        assert servers.redis
        ids, slowest, _ = self._during(servers, servers.redis.kill, servers.redis.up, 1)
        verdict = servers.verdict(ids)
        figures(verdict.line("J3 Redis killed, started empty", slowest_create=f"{slowest:.2f} s"))
        assert verdict.clean(), verdict
        assert verdict.states == {"completed": len(ids)}

    def test_flushed_again_and_again(self, servers: Rig, figures: Figures) -> None:
        assert servers.redis
        web = servers.web()
        (owner,) = organizations(web, "enterprise")
        ids = web(client.enqueue, [owner], "noop", size(100, 600), {})
        servers.work(workers=3)
        servers.drained(60, servers.redis.flush)
        verdict = servers.verdict(ids)
        figures(verdict.line("J3 Redis flushed ten times a second"))
        assert verdict.clean(), verdict

    def test_stopped_for_long_the_work_goes_on_without(self, servers: Rig, figures: Figures) -> None:
        assert servers.redis
        ids, slowest, ended = self._during(servers, servers.redis.kill, servers.redis.up, size(5, 30))
        verdict = servers.verdict(ids)
        figures(verdict.line("J3 Redis stopped", slowest_create=f"{slowest:.2f} s", ended_without_Redis=ended))
        assert verdict.clean(), verdict
        assert ended > 0, "no job ended while Redis was gone"
        assert slowest < 5

    def test_hanging_it_holds_nobody_up(self, servers: Rig, figures: Figures) -> None:
        """It takes connections and never answers, as over a broken network."""
        assert servers.redis
        ids, slowest, ended = self._during(servers, servers.redis.freeze, servers.redis.thaw, size(6, 30))
        verdict = servers.verdict(ids)
        figures(verdict.line("J3 Redis hanging", slowest_create=f"{slowest:.2f} s", ended_without_Redis=ended))
        assert verdict.clean(), verdict
        assert slowest < 10

    def test_readiness_says_so_and_recovers(self, servers: Rig) -> None:
        assert servers.redis
        web = servers.web()
        assert web(client.health) == {"db": "ok", "cache": "ok"}
        servers.redis.kill()
        assert web(client.health) == {"db": "ok", "cache": "down"}
        servers.redis.up()
        assert web(client.health) == {"db": "ok", "cache": "ok"}
