"""Results over HTTP, from the draft to the yes: preconditions and their tags, keys and their scopes, webhooks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from coexai_app.models import Output, OutputVersion, ReviewEvent, WebhookEvent
from coexai_app.services import client_reviews, webhook_endpoints
from tests.forge import log_in
from tests.people import People, do
from tests.reviewing import INVENTED, thread

Become = Callable[..., Any]
TEXT = "She counted 412 calls in one week."


@pytest.fixture
def path(people: People) -> str:
    return f"/outputs/{thread(people).id}"


def edit(program: Any, path: str, *, text: str = TEXT, headers: dict[str, str] | None = None, **more: Any) -> Any:
    return program("PATCH", path, json={"parts": [{"text": text, "of": 0}], **more}, headers=headers or {})


class TestPreconditions:
    def test_the_tag_of_a_read_is_what_a_change_needs(self, api: Become, path: str) -> None:
        bob = api("bob")
        tag = bob.get(path).headers["etag"]
        assert tag.startswith('"v1-')
        made = edit(bob, path, headers={"If-Match": tag})
        assert (made.status_code, made.json()["version"]) == (200, 2)
        assert made.headers["etag"] == bob.get(path).headers["etag"] != tag
        late = edit(bob, path, headers={"If-Match": tag})
        assert (late.status_code, late.json()["error"]["code"]) == (412, "PRECONDITION_FAILED")
        assert late.json()["error"]["details"] == {"version": 2}
        assert edit(bob, path, text="Once more.", headers={"If-Match": made.headers["etag"]}).json()["version"] == 3

    @pytest.mark.parametrize(
        ("header", "status"),
        [
            ("*", 200),
            (" * ", 200),
            ('"other", {tag}', 200),
            ('"other"', 412),
            ("W/{tag}", 412),
            ("v1", 412),
            ("", 412),
            ('"v99999999999999999999-x"', 412),
            ('"v2-AAAA"', 412),
        ],
    )
    def test_how_a_version_is_named(self, api: Become, path: str, header: str, status: int) -> None:
        bob = api("bob")
        tag = bob.get(path).headers["etag"]
        answer = edit(bob, path, headers={"If-Match": header.format(tag=tag)})
        assert answer.status_code == status, answer.text

    def test_without_a_version_it_is_428_and_with_an_old_one_409(self, api: Become, path: str) -> None:
        bob = api("bob")
        for answer, status, code in (
            (edit(bob, path), 428, "PRECONDITION_REQUIRED"),
            (edit(bob, path, version=7), 409, "CONFLICT"),
            (edit(bob, path, version=0), 422, "INVALID_INPUT"),
            (edit(bob, path, version=2**31), 422, "INVALID_INPUT"),
            (edit(bob, path, version=1, misspelt=True), 422, "INVALID_INPUT"),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)

    def test_what_is_there_already_is_not_sent_again(self, api: Become, path: str) -> None:
        vera = api("bob", "outputs:read")
        for more in ("", "/versions", "/versions/1", "/comments", "/review"):
            first = vera.get(path + more)
            assert first.status_code == 200, first.text
            again = vera.get(path + more, headers={"If-None-Match": first.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")


class TestWay:
    def test_from_a_draft_to_a_yes(self, api: Become, path: str, people: People, session: Session) -> None:
        do(webhook_endpoints.create, people.alice, url="https://hooks.example.org/in", events=["output.*"])
        bob, adam = api("bob"), api("adam")
        made = edit(bob, path, text=f"{TEXT} {INVENTED}", version=1).json()
        open_claims = [number for number, claim in enumerate(made["claims"]) if claim["status"] == "unsupported"]
        refused = adam.post(f"{path}/approve", {"version": 2})
        assert (refused.status_code, refused.json()["error"]["message"]) == (409, made["why_not"])
        kept = bob.post(f"{path}/claims/{open_claims[0]}/override", {"version": 2, "reason": "Our own books."})
        assert kept.json()["claims"][open_claims[0]]["override"] == "Our own books."
        left = bob.post(f"{path}/claims/{open_claims[-1]}/remove", {"version": 3}).json()
        assert (left["unsupported"], left["parts"][0]["text"]) == (0, TEXT)
        said = bob.post(f"{path}/comments", {"text": "For @Adam", "part": 0, "quote": "412 calls"})
        assert (said.status_code, said.headers["location"]) == (201, f"/api/v1{path}/comments")
        assert bob.post(f"{path}/review", {"version": 4, "note": "For Tuesday."}).json()["status"] == "in_review"
        assert adam.post(f"{path}/review/reject", {"version": 5, "reason": "Too short."}).json()["status"] == "rejected"
        assert bob.post(f"{path}/versions/1/restore", {"version": 6}).json()["status"] == "draft"
        assert bob.post(f"{path}/review", {"version": 7}).json()["version"] == 8
        assert bob.post(f"{path}/review/withdraw", {"version": 8}).json()["status"] == "draft"
        yes = adam.post(f"{path}/approve", {"version": 9}).json()
        assert (yes["status"], yes["approved_by"], yes["version"]) == ("approved", "Adam Ash", 10)
        assert edit(bob, path, version=10).status_code == 409
        assert adam.post(f"{path}/reopen", {"version": 10}).json()["status"] == "draft"
        steps = [row["step"] for row in bob.get(f"{path}/review").json()["data"]]
        assert steps == ["reopened", "approved", "withdrawn", "requested", "changed", "rejected", "requested"]
        session.rollback()
        events = session.exec(select(WebhookEvent.type).order_by(col(WebhookEvent.id))).all()
        assert events == [
            "output.commented",
            "output.review_requested",
            "output.rejected",
            "output.review_requested",
            "output.review_withdrawn",
            "output.approved",
            "output.reopened",
        ]
        body = json.loads(session.exec(select(WebhookEvent.body).where(WebhookEvent.type == "output.commented")).one())
        assert body["data"] | {"by": "Bob Birch", "text": "For @Adam", "quote": "412 calls", "client": None} == body["data"]

    def test_a_fix(self, api: Become, path: str, session: Session) -> None:
        row = session.exec(select(Output)).one()
        found = {"part": 0, "start": 0, "end": 3, "message": "Begin with who it is about.", "replacement": "She"}
        first, *rest = row.report["checks"]
        row.report = {**row.report, "checks": [{**first, "findings": [found]}, *rest]}
        session.add(row)
        session.commit()
        bob = api("bob")
        assert bob.get(path).json()["checks"][0]["findings"] == [found]
        assert bob.post(f"{path}/fixes", {"version": 1, "check": first["id"], "finding": 0}).json()["parts"][0]["text"].startswith("She")
        assert bob.post(f"{path}/fixes", {"version": 2, "check": "none", "finding": 9}).status_code == 404

    def test_the_same_key_changes_once(self, api: Become, path: str, session: Session) -> None:
        bob, once = api("bob"), {"Idempotency-Key": "once"}
        answers = [edit(bob, path, version=1, headers=once) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert answers[1].headers["idempotent-replayed"] == "true"
        assert answers[0].headers["etag"] == answers[1].headers["etag"]
        requests = [bob.post(f"{path}/review", {"version": 2}, headers=once) for _ in range(2)]
        assert [answer.status_code for answer in requests] == [200, 200]
        assert len(session.exec(select(ReviewEvent.id)).all()) == 1
        assert len(session.exec(select(OutputVersion.id)).all()) == 2

    def test_a_clients_remark_is_an_event_with_their_name(self, people: People, as_person: Become, path: str, session: Session) -> None:
        do(webhook_endpoints.create, people.alice, url="https://hooks.example.org/in", events=["output.commented"])
        browser = as_person("bob")
        made = browser.post(f"/api/v1{path}/client-links", json={"name": "Carla Chen", "version": 1}).json()
        do(client_reviews.comment, token=made["url"].rpartition("/")[2], name="Carla", text="I like it.")
        body = json.loads(session.exec(select(WebhookEvent.body)).one())
        assert body["data"] | {"by": "Carla", "client": "Carla", "user_id": None, "text": "I like it."} == body["data"]


class TestDraft:
    def test_a_source_that_a_recogniser_guessed_says_so(self, api: Become, path: str, session: Session) -> None:
        bob = api("bob")
        assert bob.get(path).json()["source"]["draft"] is False
        row = session.exec(select(Output)).one()
        row.report = {**row.report, "source": {**row.report["source"], "draft": True}}
        session.add(row)
        session.commit()
        assert bob.get(path).json()["source"]["draft"] is True
        assert bob.get(f"/jobs/{row.job_id}/output").json()["source"]["draft"] is True


class TestWho:
    @pytest.mark.parametrize(
        ("scope", "method", "more", "body"),
        [
            ("outputs:read", "POST", "/approve", {"version": 1}),
            ("outputs:write", "POST", "/approve", {"version": 1}),
            ("outputs:write", "POST", "/review/reject", {"version": 1, "reason": "Too loud."}),
            ("outputs:read", "POST", "/comments", {"text": "Hm."}),
            ("outputs:read", "PATCH", "", {"version": 1, "parts": [{"text": "A text."}]}),
            ("outputs:write", "GET", "", None),
        ],
    )
    def test_a_key_needs_the_scope(self, api: Become, path: str, scope: str, method: str, more: str, body: Any) -> None:
        answer = api("bob", scope)(method, path + more, **({"json": body} if body else {}))
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")
        assert "scope" in answer.json()["error"]["message"]

    def test_links_are_for_people(self, api: Become, path: str, people: People, client: TestClient) -> None:
        bob, body = api("bob"), {"name": "Carla Chen", "version": 1}
        for answer in (bob.get(f"{path}/client-links"), bob.post(f"{path}/client-links", body)):
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")
        person = {"Authorization": f"Bearer {log_in(people.bob).access}", "Idempotency-Key": "link"}
        made = [client.post(f"/api/v1{path}/client-links", json=body, headers=person).json() for _ in range(2)]
        assert made[0] == made[1]
        (row,) = client.get(f"/api/v1{path}/client-links", headers=person).json()["data"]
        assert "url" not in row
        assert made[0] == row | {"url": made[0]["url"]}
        ended = client.delete(f"/api/v1{path}/client-links/{row['id']}", headers=person)
        assert ended.status_code == 204
        assert client.get(f"/api/v1{path}/client-links", headers=person).json()["data"][0]["state"] == "revoked"

    def test_a_test_key_reads_what_is_live_and_changes_nothing(self, api: Become, path: str) -> None:
        program = api("bob", live=False)
        assert program.get(path).status_code == 200
        assert (edit(program, path, version=1).status_code, program.post(f"{path}/approve", {"version": 1}).status_code) == (403, 403)
        assert program.post(f"{path}/comments", {"text": "Hm."}).status_code == 403

    def test_a_list_names_no_stranger(self, api: Become, path: str) -> None:
        rows = api("bob").get("/outputs?status=draft&limit=1").json()
        assert [UUID(row["id"]) for row in rows["data"]] == [UUID(path.rpartition("/")[2])]
        assert "report" not in rows["data"][0]
