"""The people of the tests. Alice owns Larkfield Studio; Adam, Bob and Vera work there; Mallory owns another house; Sid is staff."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import delete

from coexai_app import db, queue
from coexai_app.access import Actor, Role
from coexai_app.models import Mail, Membership, Organization, PlanName, User
from coexai_app.services import accounts

T = TypeVar("T")
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class People:
    sid: Actor
    alice: Actor
    adam: Actor
    bob: Actor
    vera: Actor
    mallory: Actor
    tokens: dict[str, str]


def do(service: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """One service call in its own transaction, as a door makes it."""
    with db.open_for(service) as session:
        return service(session, *args, **kwargs)


def settle_in(plan: PlanName = PlanName.PRO) -> People:
    """Signs everybody up, in an order that makes Sid the instance's staff."""
    tokens: dict[str, str] = {}

    def join(name: str, organization: str = "") -> Actor:
        signed = do(
            accounts.sign_up,
            name=name,
            email=f"{name.split()[0].lower()}@{(organization or 'own').split()[0].lower()}.example.org",
            password=PASSWORD,
            organization=organization,
        )
        tokens[name.split()[0].lower()] = signed.token
        return actor(signed.token)

    sid = join("Sid Support", "CoExAI")
    alice = join("Alice Archer", "Larkfield Studio")
    mallory = join("Mallory Moss", "Mossworks")
    with db.transaction() as session:
        session.get_one(Organization, alice.organization_id).plan = plan
    hired = {}
    for name, role in (("Adam Ash", Role.ADMIN), ("Bob Birch", Role.MEMBER), ("Vera Vine", Role.VIEWER)):
        person = join(name)
        with db.transaction() as session:
            session.add(Membership(user_id=person.user_id, organization_id=alice.organization_id, role=role))
        short = name.split()[0].lower()
        do(accounts.switch, token=tokens[short], organization_id=alice.organization_id)
        hired[short] = actor(tokens[short])
    with db.transaction() as session:  # the mails that everybody got for signing up
        session.execute(delete(Mail))
    queue.huey.storage.flush_all()
    return People(sid=sid, alice=actor(tokens["alice"]), mallory=mallory, tokens=tokens, **hired)


def actor(token: str) -> Actor:
    found = do(accounts.actor_of, token=token)
    assert found is not None
    return found


def user_named(name: str) -> UUID:
    from sqlmodel import select

    with db.reading() as session:
        return session.exec(select(User.id).where(User.name == name)).one()
