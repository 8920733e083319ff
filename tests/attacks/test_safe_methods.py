"""A GET changes nothing: not by hand, not by a crawler, a preview of a mail program, or a page that loads again."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel
from starlette.testclient import TestClient

from coexai_app import db, settings
from coexai_app.models.base import new_id
from state import guard
from tests.conftest import BACKEND
from tests.people import People
from tests.permissions.table import routes
from tests.permissions.test_events_matrix import HANDLERS
from tests.permissions.world import SEEN
from tests.state.client import Tab

# Taking everything away leaves its trace in the audit log, on purpose.
TRACED = {"/api/v1/audit/export": {"audit_logs", "audit_chains"}, "/api/v1/organization/export": {"audit_logs", "audit_chains"}}
GETS = [path for method, path in routes() if method in ("GET", "ANY")]


def tables() -> dict[str, str]:
    """What each table holds, but for when somebody was last seen."""
    with db.reading() as session:
        return {
            name: repr(sorted(map(repr, session.execute(sa.select(*(c for c in table.c if c.name not in SEEN))).all())))
            for name, table in SQLModel.metadata.tables.items()
        }


@pytest.mark.asvs("V3.5.3")
@pytest.mark.parametrize("who", ["alice", "vera", "nobody"])
@pytest.mark.parametrize("path", GETS)
def test_no_route_writes_on_a_get(door: TestClient, town: People, path: str, who: str) -> None:
    door.get("/.well-known/jwks.json")  # the first request of an instance makes the signing keys
    door.cookies.clear()
    if who in town.tokens:
        door.cookies.set(settings.get().cookie_name, town.tokens[who])
    before = tables()
    for query in ("", "?page=2&q=x&format=md", "?token=cxi_x&delete=1&action=delete"):
        asked = path.replace("{path:path}", "v1/nothing").replace("{provider}", "google")
        asked = re.sub(r"\{\w+_id\}", str(new_id()), asked) + query
        door.get(asked)
        door.head(asked)
    after = tables()
    assert {name for name in before if before[name] != after[name]} <= TRACED.get(path, set())


@pytest.mark.skipif(BACKEND != "sqlite", reason="pages load alike on both")
@pytest.mark.asvs("V3.5.3")
@pytest.mark.parametrize("who", ["alice", "vera", "mallory"])
async def test_no_page_writes_when_it_is_opened(town: People, who: str) -> None:
    guard._verdicts.clear()
    before = tables()
    async with Tab(town.tokens[who]) as tab:
        for name, (full, _) in HANDLERS.items():
            if name.endswith((".load", ".enter")):
                await tab.send(full, "/agents/maya?example=1&token=cxi_x")
    assert tables() == before
