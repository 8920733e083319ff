"""With the settings as they come, nothing shortened: how soon the job of a lost worker is taken up again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from uuid import UUID

from tests.faults import client
from tests.faults.rig import Rig, organizations
from tests.servers import wait_until


class TestDefaultSettings:
    """Nothing is shortened: a lease of thirty seconds, and the sweep as it is."""

    def test_a_worker_killed_under_its_launcher_is_noticed_within_seconds(self, rig: Rig, figures: Callable[[str], None]) -> None:
        rig.environment |= {"JOB_LEASE_SECONDS": "30", "WARM_WORKERS": "true"}
        web = rig.web()
        (owner,) = organizations(web, "pro")
        launcher = rig.work(workers=2)
        job_id = web(client.create, owner, "steps", "k", {"seconds": 1})
        rig.wait(job_id, "processing")
        victim = int(rig.job(job_id).lease_owner.split(":")[1])
        assert victim in launcher.workers()
        os.kill(victim, signal.SIGKILL)
        killed = time.monotonic()
        again = _claimed_again(rig, job_id, 20)
        rig.wait(job_id, "completed", seconds=20)
        figures(f"J1 {rig.kind}: lease 30 s, a killed worker's job was taken up after {again - killed:.1f} s")
        assert again - killed < 12
        assert rig.verdict().clean()

    def test_a_lost_machine_costs_its_lease_and_no_more(self, servers: Rig, figures: Callable[[str], None]) -> None:
        """Launcher, consumer and worker gone at once; another machine's worker takes the job when the lease ends."""
        servers.environment |= {"JOB_LEASE_SECONDS": "30", "WARM_WORKERS": "true"}
        web = servers.web()
        (owner,) = organizations(web, "pro")
        lost = servers.work(workers=1)
        job_id = web(client.create, owner, "steps", "k", {"seconds": 3})
        servers.wait(job_id, "processing")
        lost.kill_all()
        killed = time.monotonic()
        servers.work(workers=1)
        again = _claimed_again(servers, job_id, 60)
        servers.wait(job_id, "completed", seconds=30)
        figures(f"J1 PostgreSQL: lease 30 s, a lost machine's job was taken up after {again - killed:.1f} s")
        assert 15 < again - killed < 60
        assert servers.verdict().clean()


def _claimed_again(rig: Rig, job_id: UUID, seconds: float) -> float:
    wait_until(lambda: rig.job(job_id).attempt == 2, seconds, "the second try")
    return time.monotonic()
