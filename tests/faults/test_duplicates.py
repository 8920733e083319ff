"""The same thing twice and at once: one job, one output, one charge."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from tests.faults import client
from tests.faults.rig import Rig, lines, organizations, size


def test_every_message_five_times_makes_one_output_and_one_charge(rig: Rig) -> None:
    web = rig.web()
    people = organizations(web, "enterprise", "pro")
    side = rig.folder / "side"
    ids = web(client.enqueue, people, "steps", size(10, 60), {"side": str(side)})
    assert web(client.repeat_messages, 5) > 0
    rig.work(workers=4)
    rig.drained(60)
    verdict = rig.verdict(ids)
    assert verdict.states == {"completed": len(ids)}
    assert verdict.clean(), verdict
    assert verdict.started_again == 0
    assert sorted(key for key, _, _ in lines(side)) == sorted(f"{job}:{step}" for job in ids for step in ("first", "second", "last"))


def test_one_key_from_four_processes_at_once_makes_one_job(rig: Rig) -> None:
    webs = [rig.web() for _ in range(4)]
    (owner,) = organizations(webs[0], "pro")
    for _ in range(size(3, 20)):
        key = os.urandom(8).hex()
        with ThreadPoolExecutor(4) as pool:
            found = [answer for answers in pool.map(lambda web: web(client.same_key, owner, "noop", key, 5, {}), webs) for answer in answers]
        assert len(found) == 20
        assert len(set(found)) == 1, found
    verdict = rig.verdict()
    assert verdict.jobs == verdict.held == size(3, 20)


def test_one_key_for_two_inputs_at_once_makes_one_job_and_refuses_the_other(rig: Rig) -> None:
    web = rig.web()
    (owner,) = organizations(web, "pro")
    found = web(client.at_once, [("create", (owner, "noop", "k", {"text": f"input {n % 2}"})) for n in range(10)])
    assert found.count("Conflict") == 5
    assert len(set(found)) == 2
    assert rig.verdict().held == 1


def test_the_last_run_of_the_month_is_given_to_one(rig: Rig) -> None:
    """Many at once, when the plan has one run left: one gets it."""
    web = rig.web()
    (owner,) = organizations(web, "free")
    web(client.create, owner, "noop", "first", {})
    rig.sql("UPDATE quotas SET used = 8")
    found = web(client.at_once, [("create", (owner, "noop", f"k{n}", {})) for n in range(12)])
    assert found.count("QuotaExceeded") == 11
    assert (rig.verdict().charges, rig.verdict().held) == (8, 2)
