"""The same thing twice and at once: one job, one output, one charge."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

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
    for n in range(size(3, 20)):
        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(web, client.same_key, owner, "noop", f"key-{n}", 5, {}) for web in webs]
            found = [answer for some in answers for answer in some.result()]
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


def test_creates_cancels_and_completions_of_one_organisation_never_lock_each_other_out(rig: Rig) -> None:
    """All of them change the organisation's quota and slots; none may fail because another one is at it."""
    web = rig.web()
    (owner,) = organizations(web, "enterprise")
    rig.work(workers=4)
    refused, ids = [], []
    for round_ in range(size(6, 80)):
        found = web(client.at_once, [("create", (owner, "noop", f"{round_}-{n}", {})) for n in range(8)])
        made = [job for job in found if isinstance(job, UUID)]
        ids += made
        refused += [answer for answer in found if not isinstance(answer, UUID)]
        ended = web(client.at_once, [("cancel", (owner, job)) for job in made[:3]]) if made else []
        refused += [answer for answer in ended if answer not in ("Conflict", "cancelled", "processing")]
    rig.drained(60)
    assert refused == []
    assert rig.verdict(ids).clean()
