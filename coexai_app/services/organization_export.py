"""Everything of an organisation as one ZIP: a JSON file for each table, results as Markdown, the files. Called by `api/organizations.py`.

A table goes in by having an `organization_id`; what opens something (sessions, tokens, mails with links) stays out as a whole, and of the
rest every column that holds a secret, a hash or bytes. `about.json` says what is not in it, so that nothing is missed silently.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from coexai_app import access, agents, db
from coexai_app.access import Actor, Permission
from coexai_app.agents.report import Report
from coexai_app.errors import NotFound, TooLarge
from coexai_app.integrations.storage import store
from coexai_app.models import File, Job, Membership, Organization, Output
from coexai_app.services import audit, person
from coexai_app.services.audit_values import secret
from coexai_app.services.files import safe_name

MAX_BYTES: Final = 2_000_000_000
PART: Final = 500
# The tables that stay out, and what their owner is told of it.
LEFT_OUT: Final = {
    "sessions": "Open sessions: they are log-ins.",
    "refresh_tokens": "Log-ins of API clients.",
    "sign_in_tickets": "Log-ins that are under way.",
    "mails": "Mails that were sent: they hold links that open something.",
    "events": "Notices to open pages that something changed: what changed is in the other files.",
    "audit_chains": "The signature under the audit log, which this instance alone can check.",
}
# What Windows takes in no name.
_UNSAFE: Final = re.compile(r'[<>:"|?*]')
_CLOSED: Final = re.compile(r"hash|nonce|sealed|digest|signature|^key$")


@dataclass(frozen=True, slots=True)
class Export:
    """An export that was begun: the name of its file."""

    name: str


def begin(session: Session, actor: Actor) -> Export:
    """Records that everything is taken away. Owners only. Raises FreshLoginNeeded, and TooLarge when the files hold more than MAX_BYTES."""
    access.require(actor, Permission.OWN)
    person.require_fresh(session, actor, clients=True)
    size = session.exec(select(func.coalesce(func.sum(File.size), 0)).where(File.organization_id == actor.organization_id)).one()
    if size > MAX_BYTES:
        raise TooLarge(f"The files of this organisation hold more than {MAX_BYTES // 10**9} GB. Ask the support for an export.")
    organization = session.get_one(Organization, actor.organization_id)
    audit.record(session, "organization.exported", actor=actor, target=str(organization.id), target_name=organization.name)
    slug = re.sub(r"[^a-z0-9]+", "-", organization.name.lower()).strip("-")[:60] or "organisation"
    return Export(f"{slug}-{db.now(session):%Y-%m-%d}.zip")


def write(actor: Actor, target: IO[bytes]) -> None:
    """Writes the ZIP, part by part: a reading transaction for each part of a table, none while files are fetched."""
    access.require(actor, Permission.OWN)
    lost: list[str] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in _tables(actor.organization_id):
            with archive.open(f"{name}.json", "w", force_zip64=True) as file:
                file.write(b"[")
                for number, row in enumerate(rows):
                    file.write((b",\n" if number else b"\n") + json.dumps(row, ensure_ascii=False, default=_plain).encode())
                file.write(b"\n]\n")
        for path, text in _results(actor.organization_id, lost):
            archive.writestr(path, text)
        for path, key in _files(actor.organization_id):
            _copy(archive, path, key, lost)
        archive.writestr("about.json", json.dumps(_about(lost), ensure_ascii=False, indent=2))


def _tables(organization_id: UUID) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Each table with its rows; what belongs to the organisation without saying so is found through what does."""
    tables = SQLModel.metadata.tables
    yield "organizations", _rows(tables["organizations"], tables["organizations"].c.id == organization_id)
    here = sa.select(col(Membership.user_id)).where(col(Membership.organization_id) == organization_id)
    yield "people", _rows(tables["users"], tables["users"].c.id.in_(here), only=("id", "created_at", "name", "email"))
    for name, table in sorted(tables.items()):
        if "organization_id" in table.c and name not in LEFT_OUT:
            yield name, _rows(table, table.c.organization_id == organization_id)
    jobs = sa.select(col(Job.id)).where(col(Job.organization_id) == organization_id)
    yield "job_steps", _rows(tables["job_steps"], tables["job_steps"].c.job_id.in_(jobs))


def _rows(table: sa.Table, mine: sa.ColumnElement[bool], only: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """The rows in the order of their ids, a part at a time."""
    columns = [c for c in table.c if (not only or c.name in only) and not _closed(c)]
    after: Any = None
    while True:
        part = sa.select(*columns).where(mine, *((table.c.id > after,) if after is not None else ())).order_by(table.c.id).limit(PART)
        with db.reading() as session:
            found = session.execute(part).mappings().all()
        yield from (dict(row) for row in found)
        if len(found) < PART:
            return
        after = found[-1]["id"]


def _closed(column: sa.Column[Any]) -> bool:
    """Whether a column opens something, or proves a secret."""
    if column.table.name == "audit_logs":  # its hashes prove the log, and open nothing
        return False
    return isinstance(column.type, sa.LargeBinary) or secret(column.name) or bool(_CLOSED.search(column.name))


def _about(lost: list[str]) -> dict[str, Any]:
    return {
        "tables_left_out": LEFT_OUT,
        "columns_left_out": "In every table: secrets, hashes that prove one, and bytes. The files themselves are in the folder files.",
        "could_not_be_read": lost,
    }


def _results(organization_id: UUID, lost: list[str]) -> Iterator[tuple[str, str]]:
    for row in _rows(_table(Output), col(Output.organization_id) == organization_id):
        agent = agents.AGENTS.get(row["agent"])
        skill = agent.capabilities.get(row["capability"]) if agent else None
        if skill is not None and "md" in skill.exports:
            slug = re.sub(r"[^a-z0-9]+", "-", row["title"].lower()).strip("-")[:60] or "result"
            path = f"results/{slug}-{row['id']}.md"
            try:
                text = skill.exports["md"](Report.model_validate(row["report"])).decode()
            except ValueError:  # it is in outputs.json as it is
                lost.append(path)
            else:
                yield path, text


def _files(organization_id: UUID) -> Iterator[tuple[str, str]]:
    """Where each file goes, and its key. A name is made safe when it is stored, and once more here: it becomes a path."""
    with db.reading() as session:
        mine = select(File.id, File.name, File.key).where(File.organization_id == organization_id).order_by(col(File.id))
        found = session.exec(mine).all()
        logo = session.get_one(Organization, organization_id).logo
    yield from (("files/logo.webp", logo),) if logo else ()
    yield from ((f"files/{ident}-{_UNSAFE.sub('_', safe_name(name))}", key) for ident, name, key in found)


def _copy(archive: zipfile.ZipFile, path: str, key: str, lost: list[str]) -> None:
    """A file, a piece at a time. One that the store has lost must not cost everything else."""
    try:
        with store().local(key) as source, source.open("rb") as data, archive.open(path, "w", force_zip64=True) as file:
            shutil.copyfileobj(data, file, 1 << 20)
    except NotFound:
        lost.append(path)


def _table(model: type[SQLModel]) -> sa.Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
