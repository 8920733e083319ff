"""Puts jobs into a running instance in states that take minutes to reach: `python -m tests.e2e.seed <e-mail> <story> <number>`.

Called by journeys, as a process of its own with the instance's environment. Prints the ids, and when the last one was committed.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from sqlmodel import select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.agents.pipeline import StepEvent, StepStatus
from coexai_app.models import JobStatus, Membership, Organization, Quota, Role, User
from coexai_app.services import quotas, runs
from coexai_app.services.checkpoints import Recorder
from coexai_app.services.leases import Claim
from tests.work import give_up, held

TITLES: Final = (
    "Autumn menu",
    "What 412 calls taught us",
    "Opening hours over Easter",
    "A letter to our flour mill",
    "Why we bake at night",
)


def dead(person: Actor, number: int) -> UUID:
    code, message = (
        ("UNAVAILABLE", "The model is busy. It asked us to come back later."),
        ("WORKER_LOST", "The worker stopped in the middle of this job each time it tried. Finished steps are kept."),
        ("RATE_LIMIT_EXCEEDED", "The model's provider has had enough requests from this key for now."),
    )[number % 3]
    return give_up(
        person,
        at=("generate", "analyze", "check")[number % 3],
        title=f"{TITLES[number % len(TITLES)]}, part {number + 1}",
        code=code,
        message=message,
    )


def busy(person: Actor, number: int) -> UUID:
    """A job that a worker of its own holds for ten minutes, in its fourth step; or one that waits, when there is no free slot."""
    with db.transaction() as session:
        job = held(session, person, title=TITLES[number % len(TITLES)])
    if job.status is not JobStatus.PROCESSING:
        return job.id
    claim = Claim(**{name: getattr(job, name) for name in runs.OF_ROW}, owner=job.lease_owner)
    record = Recorder(claim)
    for position, name in enumerate(("extract", "analyze", "strategize")):
        record(StepEvent(position, name, name, StepStatus.RUNNING, ""))
        record(StepEvent(position, name, name, StepStatus.DONE, "", ms=40 + 37 * position, summary="As it should be."))
    record(StepEvent(3, "generate", "Write", StepStatus.RUNNING, ""))
    return job.id


def used(person: Actor, number: int) -> UUID:
    """One more of this month's runs is used up."""
    with db.transaction() as session:
        quotas._ensure(session, person.organization_id, "maya", quotas.period())
        session.exec(select(Quota).where(Quota.organization_id == person.organization_id, Quota.agent == "maya")).one().used = number + 1
    return person.organization_id


def demoted(person: Actor, _number: int) -> UUID:
    """An admin made them a viewer."""
    with db.transaction() as session:
        session.exec(select(Membership).where(Membership.user_id == person.user_id)).one().role = Role.VIEWER
    return person.user_id


STORIES: Final[dict[str, Callable[[Actor, int], UUID]]] = {story.__name__: story for story in (dead, busy, used, demoted)}


def _person(email: str) -> Actor:
    with db.reading() as session:
        user = session.exec(select(User).where(User.email == email)).one()
        member = session.exec(select(Membership).where(Membership.user_id == user.id)).one()
        plan = session.get_one(Organization, member.organization_id).plan
        return Actor(user_id=user.id, organization_id=member.organization_id, role=member.role, plan_name=plan, name=user.name)


if __name__ == "__main__":
    email, story, number = sys.argv[1:4]
    person = _person(email)
    ids = [str(STORIES[story](person, n)) for n in range(int(number))]
    sys.stdout.write(json.dumps({"ids": ids, "at": time.time() * 1000}))
