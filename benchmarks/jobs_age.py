"""Ages a PostgreSQL database for `benchmarks/jobs.py`: finished jobs of the last ten days, with the rows that such jobs leave
(not those of the audit log, which only its service may write, and no worker reads).

One real job of Maya (seven steps) is run by a real worker; its rows are copied by the database itself. Only the large JSON values are
left small: PostgreSQL keeps those outside the tables, so they would fill the disk and change no index and no scan.
"""

from __future__ import annotations

import time
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, func, text
from sqlmodel import SQLModel, col, select

from benchmarks import jobs_ours
from coexai_app import db
from coexai_app.access import Actor
from coexai_app.models import Event, Job, JobStep
from coexai_app.services import jobs

DAYS: Final = 10
BATCH: Final = 50_000
SOURCE: Final = (
    "# What we learned\n\n" + "In March 2024 our bakery counted 412 calls in one week, and 9% of visitors finished the form.\n\n" * 4
)
# A UUID version 7 of copy number g (or of its nth row), made `age` ago.
ID: Final = (
    "(lpad(to_hex((extract(epoch FROM clock_timestamp() - age) * 1000)::bigint), 12, '0')"
    " || '7' || lpad(to_hex({n}), 3, '0') || '8' || lpad(to_hex(g), 15, '0'))::uuid"
)
SMALL: Final = {"report": "'{}'::jsonb", "result": "NULL"}


def age(count: int) -> dict[str, Any]:
    """Makes so many finished jobs. Returns how many rows each table has, its size in MB, and the seconds it took."""
    began = time.monotonic()
    company = jobs_ours.actors(jobs_ours.ORGANIZATIONS)
    model = _finished_job(company[0])
    orgs = "(ARRAY[" + ",".join(f"'{actor.organization_id}'" for actor in company) + "]::uuid[])[1 + g % " + str(len(company)) + "]"
    with db.engine(durable=False).connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(
            text("SET session_replication_role = replica")
        )  # the keys are right by construction; checking 25 million is slow
        for first in range(1, count + 1, BATCH):
            last = min(first + BATCH - 1, count)
            # The job's age falls with g, so that ids grow as they would have.
            copies = f"SELECT g, (1 - g::float8 / {count}) * interval '{DAYS} days' AS age FROM generate_series({first}, {last}) g"
            _copy(
                connection,
                "jobs",
                "s.id = :model",
                copies,
                model,
                {"id": _id(0), "organization_id": orgs, "idempotency_key": "'old-' || g"},
            )
            of_job = {"organization_id": orgs, "job_id": _id(0)}
            _copy(connection, "job_steps", "s.job_id = :model", copies, model, {"id": _id("s.position + 1"), "job_id": _id(0)})
            _copy(connection, "outputs", "s.job_id = :model", copies, model, {"id": _id(100), **of_job})
            _copy(connection, "charges", "s.job_id = :model", copies, model, {"id": _id(101), **of_job})
            told = {"id": "nextval(pg_get_serial_sequence('events', 'id'))", "organization_id": orgs, "ref_id": _id(0)}
            # The sweep forgets the events of steps after seven days.
            kept = "s.ref_id = :model AND (s.kind LIKE 'job.%' OR age < interval '7 days')"
            _copy(connection, "events", kept, copies, model, told)
            connection.commit()
        connection.execute(text("SET session_replication_role = origin"))
        connection.commit()
        autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
        autocommit.execute(text("VACUUM ANALYZE"))
        sizes = {
            name: {
                "rows": autocommit.execute(text(f"SELECT count(*) FROM {name}")).scalar_one(),
                "mb": autocommit.execute(text(f"SELECT pg_total_relation_size('{name}') / 1048576")).scalar_one(),
            }
            for name in ("jobs", "job_steps", "outputs", "charges", "events")
        }
    return {"seconds": round(time.monotonic() - began, 1), "tables": sizes}


def _finished_job(actor: Actor) -> Any:
    with jobs_ours.worker(1, [actor]) as process:
        mark = jobs_ours.now_on()
        with db.transaction() as session:
            data = {"text": SOURCE}
            jobs.create(session, actor, agent="maya", capability="blog-to-thread", data=data, idempotency_key=str(uuid4()))
        jobs_ours.wait(mark, process)
    with db.reading() as session:
        job = session.exec(select(Job).where(Job.id > mark)).one()
        steps = session.exec(select(func.count()).where(JobStep.job_id == job.id)).one()
        events = session.exec(select(func.count()).where(col(Event.ref_id) == job.id)).one()
    assert job.status == "completed", f"the job to be copied is {job.status}: {job.error_message}"
    assert steps > 1 and events > 2 * steps, f"the job to be copied left {steps} steps and {events} events"
    return job.id


def _id(n: int | str) -> str:
    return ID.format(n=n)


def _copy(connection: Connection, name: str, where: str, copies: str, model: Any, changed: dict[str, str]) -> None:
    """Inserts, for every copy, the rows of a table that the condition finds for the model; times are moved back by the copy's age."""
    values = []
    for column in SQLModel.metadata.tables[name].columns:
        moved = f"s.{column.name} - age" if column.name.endswith(("_at", "_until", "_after", "turn")) else f"s.{column.name}"
        values.append(changed.get(column.name) or (SMALL.get(column.name) if name in ("outputs", "job_steps") else None) or moved)
    columns = ", ".join(column.name for column in SQLModel.metadata.tables[name].columns)
    statement = f"INSERT INTO {name} ({columns}) SELECT {', '.join(values)} FROM ({copies}) c CROSS JOIN {name} s WHERE {where}"
    connection.execute(text(statement), {"model": model})
