"""Every operation of the description, asked by another organisation with the ids of the owner's own answers: 404, and nothing of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from coexai_app import db
from coexai_app.api.openapi import operations
from coexai_app.models import Organization, PlanName
from coexai_app.services import rate_limit, schedules, webhook_endpoints
from tests.door import api_app
from tests.people import People, actor, do
from tests.permissions.test_routes_matrix import filled
from tests.permissions.world import HOOK, MONDAYS, ORDER
from tests.work import POST, create, give_up, work_all

Become = Callable[..., Any]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
# Bodies that pass the schema, so that what refuses is the object, not the form.
BODIES: dict[tuple[str, str], Any] = {
    ("patch", "/api/v1/schedules/{schedule_id}"): {"title": "Mine now"},
    ("patch", "/api/v1/calendar-entries/{entry_id}"): {"title": "Mine now"},
    ("patch", "/api/v1/outputs/{output_id}"): {"parts": [{"text": "Mine now"}]},
    ("patch", "/api/v1/outputs/{output_id}/comments/{comment_id}"): {"text": "Mine now"},
    ("post", "/api/v1/outputs/{output_id}/claims/{claim}/override"): {"reason": "Mine now"},
    ("post", "/api/v1/outputs/{output_id}/claims/{claim}/remove"): {"version": 1},
    ("post", "/api/v1/outputs/{output_id}/fixes"): {"check": "voice", "finding": 0},
    ("post", "/api/v1/outputs/{output_id}/approve"): {"version": 1},
    ("post", "/api/v1/outputs/{output_id}/reopen"): {"version": 1},
    ("post", "/api/v1/outputs/{output_id}/versions/{number}/restore"): {"version": 1},
    ("post", "/api/v1/outputs/{output_id}/comments"): {"text": "Mine now"},
    ("post", "/api/v1/outputs/{output_id}/review"): {"version": 1},
    ("post", "/api/v1/outputs/{output_id}/review/withdraw"): {"version": 1},
    ("post", "/api/v1/outputs/{output_id}/review/reject"): {"reason": "Mine now"},
    ("post", "/api/v1/outputs/{output_id}/client-links"): {"name": "Mine now"},
    ("patch", "/api/v1/webhook-endpoints/{endpoint_id}"): {"description": "Mine now"},
    ("post", "/api/v1/webhook-endpoints/{endpoint_id}/replay"): {"since": "2026-01-01T00:00:00Z"},
    ("post", "/api/v1/api-keys/{key_id}/rotate"): {"overlap_hours": 1},
}
# To end a subscription that is not there is no error, for nobody's ids: so it tells nothing either.
ANSWERS = {("delete", "/api/v1/hooks/{hook_id}"): 204}


@pytest.fixture
def thief(people: People, as_person: Become) -> Any:
    """Mallory's own browser, on the plan that has everything: a person's session reaches further than any key."""
    with db.transaction() as session:
        session.get_one(Organization, people.mallory.organization_id).plan = PlanName.ENTERPRISE
    return as_person("mallory")


def furnish(people: People) -> list[UUID]:
    """Something of every kind that has an address, and the ids that no list shows."""
    create(people.bob)
    work_all()
    give_up(people.bob)
    do(schedules.create, people.bob, **ORDER, **MONDAYS, title="Mondays")
    do(webhook_endpoints.create, people.alice, **HOOK)
    return [people.alice.organization_id, people.vera.user_id]


def ids_in(answers: Iterator[str]) -> set[str]:
    return {found for text in answers for found in _UUID.findall(text)}


def test_nothing_of_one_organisation_answers_another(api: Become, people: People, thief: Any, dump: Callable[[], str]) -> None:
    known = {str(ident) for ident in furnish(people)}
    owner = replace(api("alice"))
    file = owner.post("/files", None, files={"file": ("a.md", POST.encode())}).json()["id"]
    described = list(operations(api_app().openapi()))
    reads = [path for path, method, _ in described if method == "get" and path.startswith("/api/v") and "{" not in path]
    needed = {"/api/v1/search": "?q=calls", "/api/v1/hooks/sample": "?event=job.completed"}
    known |= ids_in(owner.client.get(path + needed.get(path, ""), headers=owner.headers).text for path in reads) | {file}
    # Everybody's own: the ids that Mallory's answers hold anyway.
    own = {str(people.mallory.organization_id), str(people.mallory.user_id)}
    known = {ident for ident in known if not ident.startswith("0192f3a4-")}  # the description's examples, everybody's
    assert len(known - own) >= 8
    before, asked = fingerprint(dump), 0
    thief.cookies.set("coexai_session", people.tokens["mallory"])
    thief.headers["Origin"] = "http://localhost:3000"
    for path, method, _ in described:
        if "_id}" not in path or not path.startswith("/api/"):
            continue
        for ident in sorted(known - own):
            rate_limit.forget()
            answer = thief.request(method, filled(path, ident), json=BODIES.get((method, path)))
            assert answer.status_code == ANSWERS.get((method, path), 404), (method, path, ident, answer.text[:300])
            assert "Larkfield" not in answer.text
            asked += 1
    assert asked >= 150
    assert fingerprint(dump) == before
    for path in reads:
        answer = thief.get(path + needed.get(path, ""))
        assert not (ids_in(iter([answer.text])) & (known - own)), path


def fingerprint(dump: Callable[[], str]) -> list[str]:
    """What Larkfield Studio has, but for when a key was last used and what was counted or logged."""
    skipped = ("sessions:", "api_keys:", "throttles:", "idempotency_keys:", "audit")
    return sorted(line for line in dump().splitlines() if not line.startswith(skipped))


def test_the_owner_does_get_them(api: Become, people: People) -> None:
    """The other half, without which 404 would prove nothing."""
    furnish(people)
    owner = api("alice")
    job = owner.get("/jobs?status=completed").json()["data"][0]["id"]
    schedule = owner.get("/schedules").json()["data"][0]["id"]
    hook = owner.get("/webhook-endpoints").json()["data"][0]["id"]
    for path in (f"/jobs/{job}", f"/jobs/{job}/output", f"/schedules/{schedule}", f"/webhook-endpoints/{hook}"):
        assert owner.get(path).status_code == 200, path
    assert actor(people.tokens["alice"]).organization_id == people.alice.organization_id
