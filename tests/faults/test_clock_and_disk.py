"""Clocks that are wrong, workers that freeze, disks that are full."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults import client, processes
from tests.faults import rig as rigs
from tests.faults.client import Client, Refused
from tests.faults.rig import Rig, lines, organizations, size
from tests.servers import Postgres, RedisServer, wait_until

Figures = Callable[[str], None]
FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)


class TestClock:
    @pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed; on Debian: apt install faketime")
    def test_workers_a_day_ahead_a_day_behind_and_ten_times_too_fast_take_nothing_from_each_other(
        self, servers: Rig, figures: Figures
    ) -> None:
        """Leases are judged by the database's clock: jobs of four seconds under a lease of three are never taken back."""
        web = servers.web()
        people = organizations(web, "enterprise", "enterprise")
        for fake in ("+1d", "-1d", "+0 x10", ""):
            servers.work(workers=1, ready=False, **({"LD_PRELOAD": str(FAKETIME), "FAKETIME": fake} if fake else {}))
        wait_until(lambda: all(launcher.workers() for launcher in servers.launchers), 60, "the workers")
        long = web(client.enqueue, people, "busy", 4, {"seconds": 4})
        short = web(client.enqueue, people, "steps", size(40, 300), {"seconds": 0.01})
        servers.drained(size(60, 200))
        verdict = servers.verdict(long + short)
        figures(verdict.line("J5 workers at +1 day, -1 day, ten times the speed, and right"))
        assert verdict.states == {"completed": len(long + short)}
        assert verdict.clean(), verdict
        assert verdict.started_again == 0
        owners = {servers.job(job).lease_owner for job in long + short}
        assert len(owners) == 4, owners

    @pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed; on Debian: apt install faketime")
    @pytest.mark.parametrize("fake", ["+1d", "-1d"])
    def test_a_job_made_by_a_web_process_with_a_wrong_clock_runs_at_once(self, servers: Rig, fake: str) -> None:
        (owner,) = organizations(servers.web(), "pro")
        wrong = servers.web(LD_PRELOAD=str(FAKETIME), FAKETIME=fake)
        servers.work(workers=1)
        job_id = wrong(client.create, owner, "noop", "k", {})
        servers.wait(job_id, "completed", seconds=10)

    def test_run_at_is_kept_and_not_before(self, rig: Rig, figures: Figures) -> None:
        """Also when the worker was away at the time: then it runs as soon as there is one."""
        from datetime import UTC, datetime, timedelta

        web = rig.web()
        (owner,) = organizations(web, "pro")
        due = datetime.now(UTC) + timedelta(seconds=4)
        later = web(client.create, owner, "noop", "later", {}, run_at=due)
        past = web(client.create, owner, "noop", "past", {}, run_at=due - timedelta(days=40))
        never = web(client.create, owner, "noop", "never", {}, run_at=due + timedelta(days=400))
        rig.work(workers=1)
        rig.wait(past, "completed", seconds=10)
        started = rig.wait(later, "completed", seconds=20).started_at
        assert started is not None
        figures(f"J13 {rig.kind}: started {(started - due).total_seconds():.2f} s after its time")
        assert 0 <= (started - due).total_seconds() < 15
        assert rig.job(never).status == "pending"
        assert rig.verdict().held == 1


class TestFrozenWorkers:
    def test_one_that_wakes_after_its_lease_changes_nothing(self, rig: Rig, figures: Figures) -> None:
        web = rig.web()
        (owner,) = organizations(web, "pro")
        side = rig.folder / "side"
        first = rig.work(workers=1)
        job_id = web(client.create, owner, "steps", "k", {"side": str(side), "seconds": 0.7})
        wait_until(lambda: any(":second" in key for key, _, _ in lines(side)), 20, "the second step")
        (victim,) = first.workers()
        os.kill(victim, signal.SIGSTOP)
        frozen = time.monotonic()
        before = {step.name: (step.attempt, step.started_at) for step in rig.steps(job_id)}
        rig.work(workers=1)
        done = rig.wait(job_id, "completed", seconds=30)
        figures(f"J6 {rig.kind}: the job of a frozen worker was done elsewhere {time.monotonic() - frozen:.1f} s later (lease 3 s)")
        os.kill(victim, signal.SIGCONT)
        time.sleep(3)
        now = rig.job(job_id)
        assert (now.status, now.fence, now.lease_owner, now.updated_at) == ("completed", done.fence, done.lease_owner, done.updated_at)
        assert now.attempt == 2
        assert rig.kinds(job_id).count("job.completed") == 1
        verdict = rig.verdict()
        assert verdict.clean(), verdict
        after = {step.name: (step.attempt, step.started_at) for step in rig.steps(job_id)}
        assert after["first"] == before["first"]
        keys = [key for key, _, _ in lines(side)]
        assert set(keys) == {f"{job_id}:{step}" for step in ("first", "second", "last")}
        assert keys.count(f"{job_id}:first") == 1
        assert keys.count(f"{job_id}:second") == 2, "the paid call of the interrupted step is made again, with the same key"

    def test_many_frozen_at_any_moment_lose_and_double_nothing(self, servers: Rig, figures: Figures) -> None:
        """Also in the middle of a transaction: a machine that is paused holds its locks."""
        web = servers.web()
        people = organizations(web, "enterprise", "enterprise")
        ids = web(client.enqueue, people, "steps", size(120, 800), {"seconds": 0.01})
        launcher = servers.work(workers=4)
        asleep: list[tuple[float, int]] = []
        frozen = 0

        def disturb() -> None:
            nonlocal frozen
            now = time.monotonic()
            for entry in [entry for entry in asleep if entry[0] < now]:
                asleep.remove(entry)
                processes.wake(entry[1])
            awake = [pid for pid in launcher.workers() if pid not in {pid for _, pid in asleep}]
            if frozen < size(6, 40) and len(asleep) < 2 and awake:
                victim = random.choice(awake)
                os.kill(victim, signal.SIGSTOP)
                asleep.append((now + 5, victim))
                frozen += 1

        try:
            wall = servers.drained(size(90, 400), disturb)
        finally:
            for _, pid in asleep:
                processes.wake(pid)
        time.sleep(1)
        verdict = servers.verdict(ids)
        figures(verdict.line("J6 workers frozen for 5 s at random moments", frozen=frozen, wall=f"{wall:.1f} s"))
        assert frozen >= 2
        assert verdict.states == {"completed": len(ids)}
        assert verdict.clean(), verdict


@pytest.fixture
def volume() -> Iterator[Path]:
    """A small volume of its own; skips where it cannot be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="coexai-volume-"))  # not under tmp_path, which PostgreSQL's user may not enter
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96m,mode=755", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        folder.rmdir()
        pytest.skip(f"a volume can only be mounted as root: {done.stderr.strip()}")
    folder.chmod(0o755)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


class Filler:
    """A file that takes all the room that is left."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "filler"

    def fill(self) -> None:
        with self.path.open("ab") as file:
            for piece in (1 << 20, 1 << 12):
                try:
                    while True:
                        os.write(file.fileno(), b"\0" * piece)
                except OSError:
                    pass

    def free(self) -> None:
        self.path.unlink(missing_ok=True)


def create_until_refused(web: Client, owner: Any, filler: Filler, most: int = 400) -> tuple[list[Any], str]:
    """Creates jobs on a full disk. Returns the ids that were answered, and the error that came."""
    made = []
    for n in range(most):
        filler.fill()
        try:
            made.append(web(client.create, owner, "noop", f"full-{n}", {"text": "x" * 20_000}))
        except Refused as refused:
            return made, str(refused)
    raise AssertionError("the disk was never full")


class TestFullDisk:
    def test_of_the_database_nothing_is_lost_and_all_is_done_when_there_is_room(
        self, volume: Path, redis: RedisServer, tmp_path: Path, figures: Figures
    ) -> None:
        home = volume / "postgres"
        home.mkdir()
        postgres = Postgres.start(home, durable=True)
        servers = rigs.make(tmp_path / "rig", postgres, redis)
        filler = Filler(volume)
        try:
            rigs.migrate(servers)
            redis.flush()
            self._fill_and_free(servers, filler, figures)
        finally:
            filler.free()
            servers.close()
            postgres.stop()

    def test_of_the_embedded_database(self, volume: Path, template: Path, figures: Figures) -> None:
        embedded = rigs.make(volume / "rig", template=template)
        filler = Filler(volume)
        try:
            self._fill_and_free(embedded, filler, figures)
        finally:
            filler.free()
            embedded.close()

    def _fill_and_free(self, rig: Rig, filler: Filler, figures: Figures) -> None:
        web = rig.web()
        (owner,) = organizations(web, "enterprise")
        ids = web(client.enqueue, [owner], "steps", size(40, 300), {"seconds": 0.05})
        rig.work(workers=3)
        time.sleep(0.5)
        made, error = create_until_refused(web, owner, filler)
        time.sleep(size(3, 15))
        answers = []
        for n in range(10):
            filler.fill()
            answers.append(web(client.request, "POST", "/auth/signup", data={**FORM, "email": f"larry{n}@late.example.org"}))
        filler.free()
        if rig.postgres and not rig.postgres.running():
            rig.postgres.up()
        rig.drained(90)
        verdict = rig.verdict(ids + made)
        doors = sorted({status for status, _, _ in answers})
        figures(verdict.line(f"J4 {rig.kind} on a full disk", refused_with=error[:60], the_door_answered=doors))
        assert verdict.states == {"completed": verdict.jobs}
        assert verdict.clean(), verdict
        assert set(doors) <= {303, 503}, "a full disk is no error of the program"
        assert all("retry-after" in headers for status, headers, _ in answers if status == 503)

    def test_of_the_file_store_leaves_no_half_file(self, volume: Path, servers: Rig) -> None:
        files = servers.folder / "data" / "files"
        files.symlink_to(volume / "files")
        (volume / "files").mkdir()
        web = servers.web()
        organizations(web, "pro")
        token = web(client.log_in_token, "olive@house-0-pro.example.org")
        data = b"# Heading\n\n" + b"words " * 40_000
        filler = Filler(volume)
        filler.fill()
        status, headers, body = web(client.request, "POST", "/api/v1/files", token, files={"file": ("post.md", data, "text/markdown")})
        assert status == 503, body
        assert "retry-after" in headers
        assert [path for path in (volume / "files").rglob("*") if path.is_file()] == []
        filler.free()
        status, _, body = web(client.request, "POST", "/api/v1/files", token, files={"file": ("post.md", data, "text/markdown")})
        assert status in (200, 201), body
        assert [path.stat().st_size for path in (volume / "files").rglob("*") if path.is_file()] == [len(data)]


FORM = {"name": "Late Larry", "email": "larry@late.example.org", "password": "correct horse battery", "organization": "Late"}
