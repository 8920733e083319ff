"""Mossworks with a canary in every text that it owns: whatever Larkfield's people see of the word has crossed the wall."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.agents.parts import Words
from coexai_app.integrations.oidc import Person
from coexai_app.models import FlowPurpose, Job, LoginSession, Organization, Output, PlanName
from coexai_app.models.base import Json, new_id, now
from coexai_app.services import (
    account_deletion,
    api_keys,
    audit,
    business,
    calendar,
    files,
    github_rules,
    identities,
    invitations,
    organizations,
    outputs,
    pictures,
    schedules,
    sign_in_flows,
    webhook_endpoints,
)
from tests.factors import enrol_app
from tests.forge import log_in
from tests.oidc import flow
from tests.people import People, actor, do
from tests.permissions.world import ISSUER, MONDAYS, ORDER, PICTURE, RULE, upload
from tests.work import create, give_up, work_all

CANARY: Final = "cnry7q"
# What ties a row to a house: its organisation, its person, its job, or a session of its person.
TIES: Final = ("organization_id", "user_id", "job_id", "session_id")
# Tables of the instance, which belong to no house.
NOBODYS: Final = frozenset({"locks", "workers", "throttles", "signing_keys", "revoked_tokens", "passkey_challenges"})
# Words that programs choose from, or that they compute with.
CLOSED: Final = frozenset({"timezone", "agent", "capability", "cron", "branch", "paths", "type"})
# The database refuses to change a row of the log; its canaries come with the names of what was done.
APPEND_ONLY: Final = frozenset({"audit_logs", "audit_chains"})


def settle(people: People) -> Actor:
    """Mallory works: a row of everything that services make, named after the canary."""
    mallory = people.mallory
    with db.transaction() as session:
        session.get_one(Organization, mallory.organization_id).plan = PlanName.PRO
    mallory = actor(people.tokens["mallory"])
    do(account_deletion.rename, mallory, name=f"Mallory {CANARY}")
    do(organizations.change, mallory, name=f"Moss {CANARY}", timezone="Europe/Madrid")
    give_up(mallory, title=f"{CANARY} dead", text=f"# {CANARY}\n\n{CANARY} took 412 calls in one week. It was a long week.")
    create(
        mallory, text=f"# {CANARY} counts\n\nFor eleven years {CANARY} took 412 calls in one week. Then it stopped to take them by phone."
    )
    work_all()
    with db.reading() as session:
        output = session.exec(select(Output.id).where(Output.organization_id == mallory.organization_id)).one()
    do(outputs.edit, mallory, output_id=output, version=1, parts=[Words(f"{CANARY} took 412 calls.")])
    do(files.add, mallory, **upload(f"{CANARY}.md"))
    do(schedules.create, mallory, **ORDER, **MONDAYS, title=f"{CANARY} schedule")
    do(calendar.create, mallory, day=(now() + timedelta(days=9)).date(), clock=time(9), title=f"{CANARY} post")
    do(invitations.invite, mallory, email=f"{CANARY}@example.org", role="admin")
    do(api_keys.create, mallory, name=f"{CANARY} key", scopes=["jobs:read"])
    do(business.save, mallory, version=0, data={"name": f"{CANARY} house", "products": [{"name": f"{CANARY} bread"}]})
    do(pictures.set_avatar, mallory, picture=PICTURE)
    do(pictures.set_logo, mallory, picture=PICTURE)
    do(identities.connect, mallory, who=Person("google", ISSUER, CANARY, email=f"{CANARY}@example.org"), flow=flow(mallory))
    do(sign_in_flows.begin, actor=mallory, provider="google", purpose=FlowPurpose.CONNECT, next_path=f"/{CANARY}")
    endpoint = do(webhook_endpoints.create, mallory, url=f"https://hooks.example.org/{CANARY}", events=["*"])
    do(webhook_endpoints.test, mallory, endpoint_id=UUID(endpoint.id))
    do(github_rules.create, mallory, **RULE | {"repository": f"mossworks/{CANARY}"})
    enrol_app(mallory)
    log_in(mallory)
    with db.transaction() as session:
        said = {"before": {"name": CANARY}, "after": {"name": f"{CANARY} two"}, "target_name": CANARY}
        audit.record(session, "organization.changed", actor=mallory, **said, ip=CANARY, user_agent=CANARY, detail=CANARY)
        _plant(session, mallory)
    return mallory


def ids_of(person: Actor) -> dict[str, list[UUID]]:
    """The ids of all rows of a house, by table."""
    with db.reading() as session:
        return {
            name: [
                row.id for row in session.execute(sa.select(table.c.id).where(_mine(session, table, person))) if isinstance(row.id, UUID)
            ]
            for name, table in _owned()
        }


def bare(person: Actor) -> list[str]:
    """Texts of houses that hold no canary in any row of this one, as `table.column`: words that nobody looks for."""
    with db.reading() as session:
        return [
            f"{name}.{column.name}"
            for name, table in _owned()
            for column in _texts(table)
            if column.name not in CLOSED
            and CANARY not in repr(session.execute(sa.select(column).where(_mine(session, table, person))).all())
        ]


def _owned() -> list[tuple[str, sa.Table]]:
    tables = sorted(SQLModel.metadata.tables.items())
    strangers = [n for n, t in tables if n not in NOBODYS | {"users", "organizations"} and not _ties(t) and n not in APPEND_ONLY]
    assert strangers == [], "a table that belongs to nobody: name it in NOBODYS, or tie it to a house"
    return [(name, table) for name, table in tables if name not in NOBODYS]


def _ties(table: sa.Table) -> list[sa.Column[Any]]:
    return [table.c[name] for name in TIES if name in table.c]


def _mine(session: Session, table: sa.Table, person: Actor) -> sa.ColumnElement[bool]:
    jobs = session.exec(select(Job.id).where(Job.organization_id == person.organization_id)).all()
    sessions = session.exec(select(LoginSession.id).where(LoginSession.user_id == person.user_id)).all()
    said = {"organization_id": [person.organization_id], "user_id": [person.user_id], "job_id": list(jobs), "session_id": list(sessions)}
    if table.name in ("users", "organizations"):
        return table.c.id == (person.user_id if table.name == "users" else person.organization_id)
    return sa.or_(*(column.in_(said[column.name]) for column in _ties(table)))


def _texts(table: sa.Table) -> list[sa.Column[Any]]:
    """Columns that hold words of people: not those with a closed set of words, nor what is too short for a canary."""
    return [
        column
        for column in table.c
        if isinstance(column.type, Json)
        or (
            isinstance(column.type, sa.String)
            and not isinstance(column.type, sa.Enum)
            and (column.type.length or 99) >= len(CANARY) + (37 if column.unique else 0)
        )
    ]


def _plant(session: Session, person: Actor) -> None:
    """Writes the canary into every text of every row; a table that has no row of this house gets one."""
    for name, table in _owned():
        if name in APPEND_ONLY:
            continue
        if not session.execute(sa.select(table).where(_mine(session, table, person))).first():
            session.execute(sa.insert(table).values(_a_row(session, table, person)))
        for row in session.execute(sa.select(table).where(_mine(session, table, person))).mappings().all():
            values = {column.name: _planted(column, row[column.name]) for column in _texts(table)}
            if values:
                keys = [column == row[column.name] for column in table.primary_key]
                session.execute(sa.update(table).where(*keys).values(values))


def _planted(column: sa.Column[Any], value: Any) -> Any:
    """A unique text stays unique; a document keeps its shape, with the canary beside what it holds."""
    if isinstance(column.type, Json):
        return [*value, CANARY] if isinstance(value, list) else {**(value or {}), CANARY: CANARY}
    if CANARY in str(value):
        return value
    if column.name in CLOSED:
        return value
    return f"{CANARY}-{new_id()}" if column.unique else f"{CANARY} {value}"[: column.type.length or 10_000]  # type: ignore[attr-defined]


def _a_row(session: Session, table: sa.Table, person: Actor) -> dict[str, Any]:
    job = session.exec(select(Job.id).where(Job.organization_id == person.organization_id)).first()
    known = {"organizations": person.organization_id, "users": person.user_id, "jobs": job}
    made: dict[str, Any] = {}
    for column in table.c:
        if column.foreign_keys:
            target = next(iter(column.foreign_keys)).column.table
            made[column.name] = known.get(target.name) or session.scalar(sa.select(target.c.id).where(_mine(session, target, person)))
        elif not (column.primary_key and isinstance(column.type, sa.Integer)):
            made[column.name] = _value(column)
    return made


def _value(column: sa.Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, sa.Enum):
        return kind.enums[0] if kind.enum_class is None else next(iter(kind.enum_class))
    if isinstance(kind, Json):
        return {CANARY: CANARY}
    for of, value in ((sa.Uuid, new_id()), (sa.Boolean, False), (sa.Integer, 1), (sa.LargeBinary, CANARY.encode())):
        if isinstance(kind, of):
            return value
    return CANARY if isinstance(kind, sa.String) else now() + timedelta(days=1)
