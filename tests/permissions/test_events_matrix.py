"""Every event handler × everybody, through the real event processor: who is refused hears why, and nothing changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import json_dumps

from coexai_app import db
from coexai_app.access import RANK, Role
from coexai_app.coexai_app import app
from state import guard
from tests.conftest import BACKEND
from tests.permissions.conftest import Found
from tests.permissions.table import events
from tests.permissions.world import MARK, World, of_organization
from tests.state.client import Tab
from tests.state.visiting import went

pytestmark = pytest.mark.skipif(BACKEND != "sqlite", reason="the guard is the same; the services behind it run on PostgreSQL beside this")

TABLE = events()
PEOPLE = {"alice": Role.OWNER, "adam": Role.ADMIN, "bob": Role.MEMBER, "vera": Role.VIEWER}
REFUSED = "Your role does not allow this"


def handlers() -> dict[str, Any]:
    """The product's own handlers by state and name, with their full names; those of the framework and of tests are not."""
    token = RegistrationContext.set(app._registration_context)
    try:
        made: dict[str, Any] = {}
        for name, registered in RegistrationContext.get().event_handlers.items():
            handler = registered.handler
            known_otherwise = name.endswith(".setvar") or guard._of_framework(handler) or ".tests___" in name
            if not known_otherwise:
                short = f"{handler.state.__name__ if handler.state else ''}.{name.rpartition('.')[2]}"
                assert short not in made, f"two states are called as in {short}: the table could only mean one"
                made[short] = (name, handler)
        return made
    finally:
        RegistrationContext.reset(token)


def of_framework() -> set[str]:
    """The handlers that the guard lets everybody call, because the framework wrote them."""
    known = app._registration_context.event_handlers.items()
    return {name.rpartition("___")[2] for name, r in known if guard._of_framework(r.handler) and not name.endswith(".setvar")}


HANDLERS = handlers()
SAMPLES: dict[str, Any] = {
    "on": True,
    "required": False,
    "after": 1,
    "key": 1,
    "by": 1,
    "claim": 1,
    "change": "codes",
    "role": "admin",
    "form": {},
    "section": "places",
    "access": "read",
    "life": "90",
    "part": 1,
    "finding": 1,
    "version": 1,
    "of_version": 1,
}


def payload(handler: Any, ids: dict[str, UUID]) -> dict[str, Any]:
    """Arguments of the right types; ids are those of Larkfield's rows."""
    names = handler.fn.__coexai_arguments__
    made = {name: SAMPLES[name] if name in SAMPLES else str(ids.get(name, name)) for name in names}
    return {**made, "key": "a-key"} if "schedule_id" in names and "key" in names else made


@pytest.mark.asvs("V8.1.1")
class TestTable:
    def test_nothing_is_missing(self) -> None:
        assert sorted(HANDLERS.keys() - TABLE.keys()) == [], "these handle events and stand in no line of table.EVENTS"

    def test_nothing_is_made_up(self) -> None:
        assert sorted(TABLE.keys() - HANDLERS.keys()) == []

    def test_the_framework_has_no_more_of_its_own(self) -> None:
        """A new release may bring another one, which anybody could call."""
        assert of_framework() == {
            "state.hydrate",
            "state.hydrate_and_load",
            "state.set_is_hydrated",
            "frontend_event_exception_state.handle_frontend_exception",
            "on_load_internal_state.on_load_internal",
            "on_load_internal_state.set_is_hydrated",
            "update_vars_internal_state.update_vars_internal",
        }

    def test_the_guard_knows_the_same_roles(self) -> None:
        said = {name: handler.fn.__coexai_role__ for name, (_, handler) in HANDLERS.items()}
        assert {name: role if role != "public" else "nobody" for name, role in said.items()} == {n: line.least for n, line in TABLE.items()}


@pytest.fixture(autouse=True)
def _no_old_verdicts() -> None:
    guard._verdicts.clear()


@pytest.fixture
async def tab() -> AsyncIterator[Tab]:
    async with Tab() as opened:
        yield opened


@pytest.mark.asvs("V8.2.1", "V8.2.2", "V8.3.1", "V8.4.1")
@pytest.mark.parametrize("who", [*PEOPLE, "mallory", "sid", "nobody"])
@pytest.mark.parametrize("name", TABLE)
async def test_who_may(world: World, as_found: Found, tab: Tab, name: str, who: str) -> None:
    full, handler = HANDLERS[name]
    larkfield = "" if who in PEOPLE else _larkfield(world)
    tab.cookie = world.tokens.get(who, "")
    ids = world.ids | {"user_id": world.people.vera.user_id}
    ids |= {"session_id": world.session_of[world.people.alice.user_id], "organization_id": world.trash_of[world.people.alice.user_id]}
    ids |= {"identity_id": world.identity_of[world.people.alice.user_id]}
    changed = json_dumps(await tab.send(full, _path(name, world), payload(handler, ids)))
    least = TABLE[name].least
    if least == "nobody":
        assert REFUSED not in changed
    elif who == "nobody":
        assert [path.partition("?")[0] for path in went(tab)] == ["/login"]
        assert as_found.unchanged()
    elif who in PEOPLE and RANK[PEOPLE[who]] < RANK[least]:
        assert REFUSED in changed
        assert as_found.unchanged()
    else:
        assert REFUSED not in changed
        # Who leaves their only organisation ends at the log-in, which says what was done.
        assert [path for path in went(tab) if path.startswith("/login") and "done=" not in path] == []
    if who not in PEOPLE:
        assert MARK not in changed
        assert _larkfield(world) == larkfield


def _path(name: str, world: World) -> str:
    """Where the event is sent from: a page about one of Larkfield's rows."""
    state = name.partition(".")[0]
    return {"JobState": f"/jobs/{world.ids['job_id']}", "OutputState": f"/outputs/{world.ids['draft']}"}.get(state, "/agents/maya")


def _larkfield(world: World) -> str:
    with db.reading() as session:
        return of_organization(session, world.organization_id)
