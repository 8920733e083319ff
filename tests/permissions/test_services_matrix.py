"""Every service that takes an actor × everybody: who may, who is refused, and that a refusal leaves the database as it was."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import GeneratorType
from typing import Any

import pytest
from sqlmodel import Session

import coexai_app.services
from coexai_app import db
from coexai_app.access import RANK, Actor, Role
from coexai_app.errors import CoexaiError, Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from coexai_app.scopes import Scope
from coexai_app.settings import ROOT
from tests.permissions.arguments import ARGUMENTS, HEARS, arguments
from tests.permissions.table import Line, services, unsigned
from tests.permissions.world import MARK, World, fingerprint, now_holds, of_organization

TABLE = services()
PEOPLE = {"alice": Role.OWNER, "olga": Role.OWNER, "adam": Role.ADMIN, "bob": Role.MEMBER, "vera": Role.VIEWER}
STRANGERS: dict[str, type[CoexaiError]] = {"hidden": NotFound, "refused": Forbidden, "unproved": Unauthenticated}
OTHERS = ("mallory", "sid", "token", "acting", "key without", "key with")
# What stands around the services: it asks for no role, and they do. One calls a service once, the other asks for the plan before any.
AROUND = {("idempotency", "run"), ("api_keys", "require_plan")}
DOORS = ("state", "tasks", "coexai_app/api", "coexai_app/cli.py", "coexai_app/cli_mail.py", "coexai_app/cli_audit.py")


# What keeps who somebody is; nobody asks it to do anything.
HOLDERS = {"accounts.Seen", "api_key_access.KeyHolder"}


def public() -> dict[str, Callable[..., Any]]:
    """Every public function and class of the services, those of modules in folders too, by module and name."""
    found = {}
    for module in pkgutil.walk_packages(coexai_app.services.__path__, "coexai_app.services."):
        loaded = importlib.import_module(module.name)
        for name, thing in vars(loaded).items():
            if callable(thing) and getattr(thing, "__module__", "") == loaded.__name__ and not name.startswith("_"):
                found[f"{module.name.removeprefix('coexai_app.services.')}.{name}"] = thing
    return found


def takes_actor(function: Callable[..., Any]) -> list[str]:
    """The parameters that are somebody, by their name or by their type."""
    known = inspect.signature(function).parameters.values()
    return [p.name for p in known if p.name == "actor" or re.search(r"\bActor\b", str(p.annotation))]


PUBLIC = public()
FUNCTIONS = {name: thing for name, thing in PUBLIC.items() if not inspect.isclass(thing) and takes_actor(thing)}


@pytest.mark.asvs("V8.1.1", "V8.2.1")
class TestTable:
    def test_nothing_is_missing(self) -> None:
        assert sorted(FUNCTIONS.keys() - TABLE.keys()) == [], "these take an actor and stand in no line of table.SERVICES"

    def test_nothing_is_made_up(self) -> None:
        assert sorted(TABLE.keys() - FUNCTIONS.keys()) == []
        assert sorted(ARGUMENTS.keys() - TABLE.keys()) == []

    def test_whoever_acts_is_called_actor(self) -> None:
        """Under another name the tests would not call it; in a class they would not find it; what waits is no service."""
        assert [name for name, function in FUNCTIONS.items() if takes_actor(function) != ["actor"]] == []
        assert [name for name, function in FUNCTIONS.items() if not inspect.isfunction(function)] == []
        assert [name for name, function in PUBLIC.items() if inspect.iscoroutinefunction(function)] == []
        methods = [(name, method) for name, kind in PUBLIC.items() if inspect.isclass(kind) for method in vars(kind).values()]
        assert {name for name, method in methods if inspect.isfunction(method) and takes_actor(method)} == HOLDERS

    def test_what_takes_no_actor_and_is_called_by_pages_or_the_api(self) -> None:
        """Without an actor there is no role to ask for: each such function is one on purpose."""
        calls = {".".join(call) for file in _door_files(("state", "coexai_app/api")) for call in _names(file)}
        called = {name for name in calls & PUBLIC.keys() - FUNCTIONS.keys() if _asks_the_database(PUBLIC[name])}
        assert sorted(called - unsigned().keys()) == [], "these take a session and no actor, and stand in no line of table.UNSIGNED"
        assert sorted(unsigned().keys() - called) == []

    def test_its_words_are_known(self) -> None:
        for name, line in TABLE.items():
            assert line.least in (*Role, "staff", "inner"), name
            assert line.stranger in (*STRANGERS, "own", "-"), name
            assert line.key in (*Scope, "closed", "person", "self", "any", "-"), name

    def test_no_door_calls_an_inner_part(self) -> None:
        """What checks no permission by itself is only reached through a service that does."""
        inner = {tuple(name.split(".")) for name, line in TABLE.items() if line.least == "inner"} - AROUND
        found = [f"{file.name}: {'.'.join(call)}" for file in _door_files() for call in _names(file) if call in inner]
        assert found == []


def _asks_the_database(function: Callable[..., Any]) -> bool:
    return not inspect.isclass(function) and bool({"session", "_session"} & inspect.signature(function).parameters.keys())


def _door_files(doors: tuple[str, ...] = DOORS) -> Iterator[Path]:
    for door in doors:
        path = ROOT / door
        yield from sorted(path.glob("*.py")) if path.is_dir() else [path]


def _names(file: Path) -> Iterator[tuple[str, str]]:
    """What a module takes of others: `jobs_read.counts` as an attribute, or imported by its name."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module.rpartition(".")[2], name.name) for name in node.names)


CASES = [
    (name, who)
    for name, line in TABLE.items()
    for who in (*PEOPLE, *OTHERS)
    if line.least != "inner" and (who != "key without" or line.key in tuple(Scope))  # else no scope stands between a key and this
]


@pytest.mark.asvs("V8.1.1", "V8.2.1", "V8.2.2", "V8.3.1", "V8.4.1")
@pytest.mark.parametrize(("name", "who"), CASES)
def test_who_may(world: World, name: str, who: str) -> None:
    line, person = TABLE[name], _person(world, TABLE[name], who)
    given = arguments(name, world, person)
    verdict = _verdict(line, who, person)
    if isinstance(verdict, type):
        before = now_holds()
        with pytest.raises(verdict) as refused:
            _call_for_good(name, person, given)
        assert type(refused.value).status == verdict.status
        assert MARK not in str(refused.value) or who not in ("mallory", "sid")
        assert now_holds() == before
        return
    _try(world, name, who, person, given)


def _person(world: World, line: Line, who: str) -> Actor:
    if not who.startswith("key"):
        return world.person(who)
    if line.key in tuple(Scope):
        need = Scope(line.key)
        return world.key([need] if who == "key with" else set(Scope) - {need})
    return world.key(Scope)


def _verdict(line: Line, who: str, person: Actor) -> type[CoexaiError] | str:
    if line.least == "staff":
        return "may" if who == "sid" else Forbidden
    if who == "key without" or (who == "key with" and line.key in ("closed", "person", "self")):
        return Forbidden
    if (who == "token" and line.key == "person") or (who == "acting" and line.key in ("person", "self")):
        return Forbidden
    if who in ("mallory", "sid"):
        return STRANGERS.get(line.stranger, "own")
    return "may" if RANK[person.role] >= RANK[line.least] else Forbidden


def _call(session: Session, name: str, person: Actor, given: dict[str, Any]) -> Any:
    function = FUNCTIONS[name]
    takes = inspect.signature(function).parameters
    first: tuple[Any, ...] = (session,) if {"session", "_session"} & set(takes) else ()
    if takes["actor"].kind is inspect.Parameter.KEYWORD_ONLY:
        given = {**given, "actor": person}
    else:
        first = (*first, person)
    made = function(*first, **given)
    return list(made) if isinstance(made, GeneratorType) else made


def _call_for_good(name: str, person: Actor, given: dict[str, Any]) -> None:
    """As a door calls it: what it leaves behind is committed."""
    with db.open_for(FUNCTIONS[name]) as session:
        _call(session, name, person, given)


def _try(world: World, name: str, who: str, person: Actor, given: dict[str, Any]) -> None:
    """Calls it and takes everything back. Somebody of another house neither changes nor sees anything of Larkfield."""
    stranger = who in ("mallory", "sid") and TABLE[name].least != "staff"
    with Session(db.engine(), expire_on_commit=False) as session:
        before = of_organization(session, world.organization_id) if stranger else ""
        try:
            made = _call(session, name, person, given)
        except (Conflict, InvalidInput, Unauthenticated) as error:
            if not stranger and type(error) is not HEARS.get(name):
                raise
            made = error.message
        session.flush()
        for write in session.info.pop(db._BEFORE_COMMIT, {}).values():
            write()
        if stranger:
            assert MARK not in repr(made)
            assert of_organization(session, world.organization_id) == before
        session.rollback()


# What changes something and leaves no line in the audit log, with the reason.
UNTOLD = {
    "confirm.passkey_options": "a question; the answer is told",
    "confirm.with_password": "asks for the second step here; what that shows is told",
    "identities.confirm": "the same",
    "email_address.resend": "the same link once more; the mail is in the outbox",
    "factors.begin_app": "counts from the first right code, which is told",
    "incoming.zapier": "an inbox; the job that it makes is told",
    "passkeys.register_options": "a question; the answer is told",
    "sign_in_flows.begin": "a way there; what comes back is told",
}
CHANGES = [name for name, line in TABLE.items() if line.least != "inner" and not FUNCTIONS[name].__dict__.get("coexai_reads")]


@pytest.mark.asvs("V16.2.1")
@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_something_stands_in_the_audit_log(world: World, name: str) -> None:
    person = world.person("sid" if TABLE[name].least == "staff" else "alice")
    given = arguments(name, world, person)
    with Session(db.engine(), expire_on_commit=False) as session:
        before = fingerprint(session)
        try:
            _call(session, name, person, given)
        except (Conflict, InvalidInput, Unauthenticated) as error:
            if type(error) is not HEARS.get(name):
                raise
        told = [entry.values["action"] for entry in session.info.get("coexai_audit", [])]
        session.flush()
        changed = fingerprint(session) != before
        session.rollback()
    assert not (name in UNTOLD and told), told
    assert told or not changed or name in UNTOLD
