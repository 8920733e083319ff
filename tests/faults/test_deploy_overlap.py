"""A deploy: workers of two versions side by side, and a migration under them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

from sqlalchemy import text

from tests.faults import client
from tests.faults.rig import Rig, organizations, size

Figures = Callable[[str], None]
OLD = "noop,sleep"


def test_a_kind_that_only_the_new_version_knows_waits_for_it_and_holds_nobody_up(rig: Rig, figures: Figures) -> None:
    """The free plan has one slot: the strange job gives it back, so that the known ones behind it run meanwhile."""
    rig.environment["FAULTS_CONSTANTS"] = json.dumps({"coexai_app.services.sweep:PARK_SECONDS": 1.0})
    web = rig.web()
    (owner,) = organizations(web, "free")
    strange = web(client.create, owner, "steps", "new", {})
    known = web(client.enqueue, [owner], "noop", 3, {})
    old = rig.work(workers=2, FAULTS_SKILLS=OLD)
    for job_id in known:
        rig.wait(job_id, "completed", seconds=40)
    job = rig.job(strange)
    assert job.status in ("pending", "queued")
    assert (job.attempt, job.error_code) == (0, "")
    rig.work(workers=1)
    old.stop()
    ready = time.monotonic()
    assert rig.wait(strange, "completed", seconds=30).attempt == 1
    figures(f"J16 {rig.kind}: a parked job was done {time.monotonic() - ready:.1f} s after the last old worker had gone")
    assert rig.verdict().clean()


def test_what_an_old_version_had_queued_and_the_new_one_dropped_is_never_dead(servers: Rig) -> None:
    web = servers.web()
    (owner,) = organizations(web, "pro")
    dropped = web(client.create, owner, "steps", "k", {})
    servers.work(workers=1, FAULTS_SKILLS=OLD)
    time.sleep(size(3, 20))
    job = servers.job(dropped)
    assert (job.status in ("pending", "queued"), job.attempt) == (True, 0)
    assert web(client.cancel, owner, dropped) == "cancelled"
    assert servers.verdict().clean()


def test_old_and_new_workers_under_a_migration_lose_nothing(rig: Rig, figures: Figures) -> None:
    """A column is added in a transaction that stays open for three seconds, with everything in use."""
    web, old_web = rig.web(), rig.web(FAULTS_SKILLS=OLD)
    people = organizations(web, "enterprise", "enterprise", "enterprise")
    ids = web(client.enqueue, people, "steps", size(40, 300), {"seconds": 0.01})
    ids += old_web(client.enqueue, people, "noop", size(40, 300), {})
    old = rig.work(workers=2, FAULTS_SKILLS=OLD)
    rig.work(workers=2)
    time.sleep(0.3)
    migration = threading.Thread(target=_migrate, args=(rig,))
    migration.start()
    try:
        for n in range(5):
            ids.append(web(client.create, people[n % 3], "steps", f"meanwhile-{n}", {}))
            ids.append(old_web(client.create, people[n % 3], "noop", f"old-{n}", {}))
        old.stop()
        wall = rig.drained(size(90, 300))
    finally:
        migration.join()
        rig.sql("ALTER TABLE jobs DROP COLUMN added_by_a_deploy")
    verdict = rig.verdict(ids)
    figures(verdict.line(f"J16 {rig.kind}: two versions and a migration", wall=f"{wall:.1f} s"))
    assert verdict.states == {"completed": len(ids)}
    assert verdict.clean(), verdict
    assert verdict.started_again == 0


def _migrate(rig: Rig) -> None:
    with rig.engine.begin() as connection:
        connection.execute(text("ALTER TABLE jobs ADD COLUMN added_by_a_deploy INTEGER"))
        time.sleep(3)
