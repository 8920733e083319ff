"""More fields than a form has: nobody becomes staff, an owner, or somebody else by sending them along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from coexai_app import db
from coexai_app.access import Role
from coexai_app.models import Membership, Organization, PlanName, User
from state import guard
from tests.door import api_app
from tests.people import PASSWORD, People
from tests.permissions.test_events_matrix import HANDLERS
from tests.state.client import Tab

OURS = {"Origin": "http://localhost:3000"}
GREED = {
    "role": "owner",
    "is_staff": "true",
    "staff_id": "x",
    "plan": "enterprise",
    "organization_id": "00000000-0000-0000-0000-000000000000",
    "user_id": "00000000-0000-0000-0000-000000000000",
    "scopes": "audit:read",
    "verified_at": "2026-01-01",
    "auth_version": "9",
    "__class__": "x",
}


def bodies() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, schema) of every JSON body that the API takes."""
    described = api_app().openapi()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            for part in schema.get("anyOf", [schema]):
                if "$ref" in part:
                    yield method.upper(), path, described["components"]["schemas"][part["$ref"].rpartition("/")[2]]


# Automation services send fields of their own with every call: what is not known is dropped, and two fields are all that is read.
DROPPED = {"/api/v1/hooks"}
BODIES = [body for body in bodies() if body[1] not in DROPPED]


@pytest.mark.asvs("V15.3.3", "V8.2.3")
class TestJson:
    def test_every_body_says_that_it_takes_nothing_else(self) -> None:
        assert len(BODIES) > 5
        assert [path for _, path, schema in BODIES if schema.get("additionalProperties") is not False] == []

    @pytest.mark.parametrize(("method", "path", "schema"), BODIES, ids=[path for _, path, _ in BODIES])
    def test_a_field_more_is_refused(self, as_person: Any, method: str, path: str, schema: dict[str, Any]) -> None:
        own = {n: [] if p.get("type") == "array" else 1 if p.get("type") == "integer" else "x" for n, p in schema["properties"].items()}
        for name in GREED.keys() - schema["properties"].keys():
            path = path.replace("{key_id}", "00000000-0000-0000-0000-000000000000")
            answer = as_person("alice").request(method, path, json={**own, name: GREED[name]})
            assert answer.status_code == 422, name
            assert name in answer.json()["error"]["details"]["fields"]


def rights(email: str) -> tuple[bool, int, list[tuple[Role, PlanName]]]:
    """What an address may: staff or not, how often its rights changed, its roles and plans."""
    with db.reading() as session:
        user = session.exec(select(User).where(User.email == email)).one()
        held = select(Membership.role, Organization.plan).join(Organization).where(Membership.user_id == user.id)
        return user.is_staff, user.auth_version, sorted(session.exec(held).all())


@pytest.mark.asvs("V15.3.3", "V8.2.3")
class TestForms:
    def test_nobody_signs_up_as_staff_or_on_a_paid_plan(self, people: People, client: TestClient) -> None:
        form = {**GREED, "name": "Eve", "email": "eve@own.example.org", "password": PASSWORD}
        assert client.post("/auth/signup", data=form, headers=OURS).headers["location"] == "/home"
        assert rights("eve@own.example.org") == (False, 0, [(Role.OWNER, PlanName.FREE)])

    @pytest.mark.parametrize(
        ("path", "form"),
        [
            ("/auth/confirm", {"password": PASSWORD}),
            ("/auth/email", {"email": "vera2@own.example.org"}),
            ("/auth/switch", {"organization": "x"}),
            ("/auth/login", {"email": "vera@own.example.org", "password": PASSWORD}),
        ],
    )
    def test_vera_stays_a_viewer(self, people: People, as_person: Any, path: str, form: dict[str, str]) -> None:
        before = rights("vera@own.example.org")
        assert as_person("vera").post(path, data={**GREED, **form}).status_code == 303
        assert rights("vera@own.example.org") == before

    @pytest.mark.parametrize(
        "name", ["account_state.rename", "organization_state.create", "organization_state.save", "members_state.invite"]
    )
    async def test_an_event_takes_only_its_own_fields(self, people: People, name: str) -> None:
        guard._verdicts.clear()
        full = next(full for full, _ in HANDLERS.values() if full.endswith(name))
        before = rights("vera@own.example.org"), rights("adam@own.example.org")
        async with Tab(people.tokens["vera" if name == "account_state.rename" else "adam"]) as tab:
            form = {**GREED, "name": "Larkfield Studio", "timezone": "UTC", "new_name": "", "email": "nina@own.example.org"}
            await tab.send(full, "/settings", {"form": form})
        assert (rights("vera@own.example.org"), rights("adam@own.example.org")) == before


@pytest.mark.asvs("V8.2.1", "V8.2.3")
@pytest.mark.parametrize(("who", "role"), [("vera", "owner"), ("bob", "admin"), ("bob", "owner"), ("adam", "owner")])
async def test_nobody_raises_themselves(people: People, who: str, role: str) -> None:
    guard._verdicts.clear()
    before = rights(f"{who}@own.example.org")
    async with Tab(people.tokens[who]) as tab:
        given = {"user_id": str(getattr(people, who).user_id), "role": role}
        shown = await tab.send(HANDLERS["MembersState.change_role"][0], "/settings/members", given)
        await tab.send(HANDLERS["OrganizationState.transfer"][0], "/settings/organization", {"form": {"user_id": given["user_id"]}})
    assert shown["app_state"]["problem"]
    assert rights(f"{who}@own.example.org") == before
