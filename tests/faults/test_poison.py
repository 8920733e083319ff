"""Jobs that are a danger: each ends in the dead letters with its reason, everybody else's work goes on, and a cure lets it run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest

from tests.faults import client
from tests.faults.rig import Rig, lines, organizations, size

Figures = Callable[[str], None]
ATTEMPTS = size(2, 4)
# Pauses between tries, and the patience with a deaf step, shortened; the limits themselves are real.
QUICK = json.dumps({"coexai_app.services.endings:BACKOFF_SECONDS": [0.2, 0.2, 0.2], "coexai_app.services.leases:GRACE_SECONDS": 1.0})


def poisoned(rig: Rig, capability: str, **data: Any) -> tuple[Any, Any, UUID, list[UUID]]:
    """A poison among twelve harmless jobs of two organisations. Returns the web process, the owner, the poison and the others."""
    rig.environment |= {"FAULTS_CONSTANTS": QUICK, "FAULTS_STEP_SECONDS": "10" if capability == "hog" else "2"}
    web = rig.web()
    owner, neighbour = organizations(web, "enterprise", "pro")
    others = web(client.enqueue, [owner, neighbour], "noop", 6, {})
    values = {"side": str(rig.folder / "side"), "healed": str(rig.folder / "healed"), **data}
    poison = web(client.create, owner, capability, "poison", values)
    others += web(client.enqueue, [owner, neighbour], "steps", 6, {"seconds": 0.02})
    rig.sql("UPDATE jobs SET max_attempts = :most", most=ATTEMPTS)
    return web, owner, poison, others


REASONS: Mapping[str, set[str]] = MappingProxyType(
    {
        "boom": {"INTERNAL_ERROR"},
        "kill-self": {"WORKER_LOST"},
        "hog": {"INTERNAL_ERROR", "WORKER_LOST"},  # an allocation that fails may also end the process
        "endless": {"STEP_TOO_SLOW"},
        "stuck": {"STEP_TOO_SLOW"},
    }
)
ENDS_THE_PROCESS = {"kill-self", "hog"}


@pytest.mark.parametrize("capability", REASONS)
def test_it_is_tried_then_put_away_with_its_reason_and_can_be_resumed(servers: Rig, figures: Figures, capability: str) -> None:
    if capability == "hog":
        servers.environment["FAULTS_MEMORY_MB"] = "2048"
    web, owner, poison, others = poisoned(servers, capability)
    servers.work(workers=3)
    dead = servers.wait(poison, "dead_letter", seconds=90)
    servers.drained(30)
    tries = len(lines(servers.folder / "side"))
    figures(f"J7 {capability}: dead letter after {tries} tries, {dead.error_code}: {dead.error_message[:90]}")
    # A worker that held others too when it died: nobody knows which one was its end, and that try is free.
    assert dead.attempt == ATTEMPTS
    assert tries - ATTEMPTS in ((0, 1) if capability in ENDS_THE_PROCESS else (0,))
    assert dead.error_message
    assert "hunter2" not in dead.error_message
    assert dead.error_code in REASONS[capability]
    assert {(servers.job(job).status, servers.job(job).attempt) for job in others} == {("completed", 1)}
    verdict = servers.verdict()
    assert (verdict.charges, verdict.held) == (len(others), 0)

    (servers.folder / "healed").touch()
    assert web(client.retry, owner, poison) in ("queued", "pending")
    assert servers.wait(poison, "completed", seconds=30).attempt == 1
    assert servers.verdict().clean()


def test_a_process_that_kills_itself_on_sqlite(embedded: Rig) -> None:
    web, owner, poison, others = poisoned(embedded, "kill-self")
    embedded.work(workers=3)
    assert embedded.wait(poison, "dead_letter", seconds=90).error_code == "WORKER_LOST"
    embedded.drained(30)
    assert {embedded.job(job).status for job in others} == {"completed"}
    (embedded.folder / "healed").touch()
    web(client.retry, owner, poison)
    embedded.wait(poison, "completed", seconds=30)
    assert embedded.verdict().clean()


def test_what_fails_for_a_while_is_tried_until_it_works_and_charged_once(servers: Rig) -> None:
    _, _, flaky, _ = poisoned(servers, "flaky", times=2)
    servers.sql("UPDATE jobs SET max_attempts = 4")
    servers.work(workers=2)
    assert servers.wait(flaky, "completed", seconds=30).attempt == 3
    servers.drained(30)
    assert servers.verdict().clean()
    story = [kind for kind in servers.kinds(flaky) if kind.startswith("job.")]
    assert story.count("job.failed") == 2
    assert story[-1] == "job.completed"


MESSAGES = (b"", b"garbage", b"\x80\x04\x95" + b"\xff" * 40, b"cos\nsystem\n(S'touch pwned'\ntR.", b"x" * 1_000_000)


def test_messages_that_cannot_be_read_stop_nobody(rig: Rig) -> None:
    web = rig.web()
    (owner,) = organizations(web, "enterprise")
    ids = []
    launcher = rig.work(workers=2)
    for message in MESSAGES:
        for _ in range(5):
            web(client.put_raw, message)
        ids += web(client.enqueue, [owner], "noop", 4, {})
    rig.drained(30)
    assert rig.verdict(ids).clean()
    assert len(launcher.workers()) == 2


def test_a_message_for_a_task_of_another_version_stops_nobody(servers: Rig) -> None:
    web = servers.web()
    (owner,) = organizations(web, "enterprise")
    servers.work(workers=1)
    web(client.send_unknown, "paint-the-fence")
    ids = web(client.enqueue, [owner], "noop", 3, {})
    servers.drained(30)
    assert servers.verdict(ids).clean()


def test_input_that_an_older_version_stored_fails_with_a_reason(servers: Rig) -> None:
    """The row holds what this version's form refuses: no retry can help, so it fails at once, and nothing is charged."""
    web = servers.web()
    (owner,) = organizations(web, "pro")
    job_id = web(client.create, owner, "noop", "k", {})
    servers.sql("""UPDATE jobs SET input = '{"colour": "red"}'""")
    servers.work(workers=1)
    job = servers.wait(job_id, "failed", "dead_letter", seconds=30)
    assert (job.status, job.attempt) == ("failed", 1)
    assert job.error_message
    assert (servers.verdict().charges, servers.verdict().held) == (0, 0)
