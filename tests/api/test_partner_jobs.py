"""The partner API's work: coworkers, jobs, results, events, quotes, search, files, schedules, what an organisation is told of itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, func, select

from coexai_app import db
from coexai_app.models import Charge, Job, JobStatus, Organization, Output, PlanName, Quota, Schedule
from coexai_app.services import rate_limit, schedules_run
from tests.people import People, actor
from tests.work import POST, create, give_up, nobody, work_all

Become = Callable[..., Any]
NEW = {"capability": "blog-to-thread", "input": {"text": POST}}


def started(program: Any, **more: Any) -> dict[str, Any]:
    answer = program.post("/agents/maya/jobs", {**NEW, **more})
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    return body


class TestAgents:
    def test_the_example_fits_the_schema_and_can_be_sent_as_it_is(self, api: Become) -> None:
        import jsonschema

        program = api("bob")
        found = program.get("/agents").json()
        assert [row["id"] for row in found["data"]] == ["maya", "jordan", "sam", "taylor"]
        assert found["pagination"] == {"page": 1, "limit": 4, "total": 4, "total_pages": 1, "has_next": False, "has_prev": False}
        skill = program.get("/agents/maya").json()["capabilities"][0]
        jsonschema.Draft202012Validator.check_schema(skill["input_schema"])
        jsonschema.validate(skill["example"], skill["input_schema"])
        assert program.post("/agents/maya/jobs", {"capability": skill["id"], "input": skill["example"]}).status_code == 202

    def test_an_unknown_one_is_404(self, api: Become) -> None:
        assert api("bob").get("/agents/nobody").status_code == 404


class TestCreate:
    def test_a_job_with_its_address(self, api: Become, people: People, session: Session) -> None:
        answer = api("bob").post("/agents/maya/jobs", NEW)
        body = answer.json()
        assert answer.headers["location"] == f"/api/v1/jobs/{body['id']}"
        assert (body["status"], body["priority"], body["test"], len(body["steps"])) == ("queued", "high", False, 7)
        row = session.get_one(Job, UUID(body["id"]))
        assert (row.user_id, row.organization_id) == (people.bob.user_id, people.bob.organization_id)

    def test_of_several_sources_with_a_list_of_files(self, api: Become) -> None:
        mine = api("bob")
        file = {"file": ("bees.md", POST.encode(), "text/markdown")}
        ids = [mine.post("/files", files=file).json()["id"], str(nobody())]
        data = {"text": POST + "More words.", "more_files": ids[:1], "more_urls": []}
        job = started(mine, capability="content-calendar", input=data)
        work_all()
        report = mine.get(f"/jobs/{job['id']}/output").json()
        assert len(report["analysis"]["sources"]) == 2
        refused = mine.post("/agents/maya/jobs", {"capability": "content-calendar", "input": {**data, "more_files": ids}})
        assert refused.status_code == 404

    def test_later_and_less_urgent(self, api: Become) -> None:
        at = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
        body = started(api("bob"), run_at=at.isoformat(), priority="low")
        assert (body["status"], body["priority"], datetime.fromisoformat(body["run_at"])) == ("pending", "low", at)
        assert "It starts on" in body["reason"]

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"input": {}}, 422, "INVALID_INPUT"),
            ({"input": {"text": "a", "colour": "red"}}, 422, "INVALID_INPUT"),
            ({"capability": "dance"}, 404, "NOT_FOUND"),
            ({"priority": "critical"}, 403, "FORBIDDEN"),
            ({"priority": "now"}, 422, "INVALID_INPUT"),
            ({"run_at": "2001-01-01T00:00:00Z"}, 422, "INVALID_INPUT"),
            ({"run_at": "2027-01-01T00:00:00"}, 422, "INVALID_INPUT"),
            ({"run_at": "0001-01-01T00:00:00+23:00"}, 422, "INVALID_INPUT"),
            ({"misspelt": 1}, 422, "INVALID_INPUT"),
            ({"input": {"text": "null\0character"}}, 422, "INVALID_INPUT"),
            ({"input": {"text": "half \ud800"}}, 422, "INVALID_INPUT"),
            ({"input": {"file": str(nobody())}}, 404, "NOT_FOUND"),
            ({"input": {"file": "../../etc/passwd"}}, 422, "INVALID_INPUT"),
        ],
    )
    def test_what_is_wrong_creates_nothing(self, api: Become, session: Session, change: dict[str, Any], status: int, code: str) -> None:
        body = json.dumps({**NEW, **change})
        answer = api("bob")("POST", "/agents/maya/jobs", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
        assert session.exec(select(func.count()).select_from(Job)).one() == 0

    def test_a_key_without_the_scope_and_a_viewers_session_are_refused(self, api: Become, as_person: Become) -> None:
        answer = api("bob", "jobs:read").post("/agents/maya/jobs", NEW)
        assert (answer.status_code, answer.json()["error"]["details"]["scope"]) == (403, "jobs:write")
        assert api("bob", "jobs:write").post("/agents/maya/jobs", NEW).status_code == 202
        browser = as_person("vera")
        browser.headers.pop("Authorization", None)
        assert browser.post("/api/v1/agents/maya/jobs", json=NEW).status_code == 403

    def test_the_plan_says_when_its_runs_are_used_up(self, api: Become, people: People) -> None:
        program = api("bob")
        with db.transaction() as session:
            month = f"{datetime.now(UTC):%Y-%m}"
            session.add(Quota(organization_id=people.bob.organization_id, agent="maya", period=month, used=100, reserved=0))
        answer = program.post("/agents/maya/jobs", NEW)
        assert (answer.status_code, answer.json()["error"]["code"]) == (402, "QUOTA_EXCEEDED")
        dry = program.post("/quotes", {"agent": "maya", **NEW, "dry_run": True})
        assert (dry.status_code, dry.json()["error"]["code"]) == (402, "QUOTA_EXCEEDED")
        told = program.post("/quotes", {"agent": "maya", **NEW})
        assert (told.status_code, "used up" in told.json()["blocked"]) == (200, True)


class TestPlans:
    def test_a_plan_without_the_api_is_told_so_for_keys_and_tokens_but_not_for_our_own_pages(
        self, api: Become, people: People, client: Any, as_person: Become
    ) -> None:
        program = api("alice")
        entry = client.post("/api/v1/auth/token", json={"email": "alice@larkfield.example.org", "password": "correct horse battery"})
        token = {"Authorization": f"Bearer {entry.json()['access_token']}"}
        assert client.get("/api/v1/jobs", headers=token).status_code == 200
        with db.transaction() as session:
            session.get_one(Organization, people.alice.organization_id).plan = PlanName.FREE
        for headers in (program.headers, token):
            answer = client.get("/api/v1/jobs", headers=headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")
            assert "Free plan has no API" in answer.json()["error"]["message"]
        assert as_person("alice").get("/api/v1/jobs").status_code == 200


class TestList:
    def test_the_envelope_and_a_walk_to_the_end(self, api: Become, people: People) -> None:
        made = [create(people.bob).id for _ in range(5)]
        program = api("bob")
        seen: list[str] = []
        for page in (1, 2, 3):
            answer = program.get(f"/jobs?page={page}&limit=2")
            body = answer.json()
            assert body["pagination"] == {
                "page": page,
                "limit": 2,
                "total": 5,
                "total_pages": 3,
                "has_next": page < 3,
                "has_prev": page > 1,
            }
            assert ('rel="next"' in answer.headers["link"]) is (page < 3)
            seen += [row["id"] for row in body["data"]]
        assert seen == made[::-1]
        assert program.get("/jobs?page=9&limit=2").json()["data"] == []
        assert [row["id"] for row in program.get("/jobs?sort=created_at").json()["data"]] == made

    def test_filters(self, api: Become, people: People) -> None:
        bobs = create(people.bob, text=f"# Über Brot\n\n{POST}").id
        alices = create(people.alice).id
        gone = str(give_up(people.alice, title="Gave up"))
        program = api("bob")

        def ids(query: str) -> set[str]:
            answer = program.get(f"/jobs?{query}")
            assert answer.status_code == 200, answer.text
            return {row["id"] for row in answer.json()["data"]}

        assert ids("person=me") == {bobs}
        assert ids(f"person={people.alice.user_id}") == {alices, gone}
        assert ids("status=dead_letter") == {gone}
        assert ids("status=dead_letter&status=queued") == {bobs, alices, gone}
        assert ids("agent=sam") == set()
        assert ids("q=%C3%BCBER") == {bobs}
        assert ids("created_before=2020-01-01T00:00:00Z") == set()
        assert ids("created_from=2020-01-01T00:00:00%2B02:00") == {bobs, alices, gone}
        assert ids("test=true") == set()

    @pytest.mark.parametrize(
        "query",
        ["page=0", "limit=0", "limit=101", "page=x", "sort=title", "status=done", "colour=red", "created_from=monday", "person=x", "q=%00"],
    )
    def test_a_wrong_filter_is_422_and_never_everything(self, api: Become, query: str) -> None:
        answer = api("bob").get(f"/jobs?{query}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "INVALID_INPUT"), answer.text


class TestOneJob:
    def test_mallory_finds_nothing_of_alices(self, api: Become, people: People, session: Session) -> None:
        job = create(people.alice)
        work_all()
        with db.transaction() as own:
            own.get_one(Organization, people.mallory.organization_id).plan = PlanName.PRO
        object.__setattr__(people, "mallory", actor(people.tokens["mallory"]))
        thief = api("mallory")
        for method, path in (
            ("GET", ""),
            ("GET", "/events"),
            ("GET", "/output"),
            ("DELETE", ""),
            ("POST", "/resume"),
        ):
            answer = thief(method, f"/jobs/{job.id}{path}")
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND"), path
        assert thief.get("/jobs").json()["data"] == []
        assert thief.get("/search?q=bakery").json()["data"] == []
        assert session.get_one(Job, UUID(job.id)).status is JobStatus.COMPLETED

    def test_cancel_then_cancel_again_then_resume(self, api: Become, session: Session) -> None:
        program = api("bob")
        job = started(program)
        for _ in range(2):
            answer = program.delete(f"/jobs/{job['id']}")
            assert (answer.status_code, answer.json()["status"], answer.json()["may_resume"]) == (200, "cancelled", True)
        assert session.exec(select(Quota)).one().reserved == 0
        answer = program.post(f"/jobs/{job['id']}/resume")
        assert (answer.status_code, answer.json()["status"]) == (202, "queued")
        work_all()
        done = program.get(f"/jobs/{job['id']}").json()
        assert (done["status"], done["progress"]) == ("completed", {"done": 7, "total": 7})
        assert program.delete(f"/jobs/{job['id']}").status_code == 409

    def test_a_failed_one_says_why_and_what_to_do(self, api: Become, people: People) -> None:
        job = give_up(people.bob, message="The model is busy.")
        body = api("bob").get(f"/jobs/{job}").json()
        assert (body["status"], body["error"], body["reason"]) == (
            "dead_letter",
            {"code": "UNAVAILABLE", "message": "The model is busy."},
            "The model is busy.",
        )
        assert "resume" in body["advice"]


class TestOutput:
    @pytest.mark.parametrize(
        ("accept", "kind", "start"),
        [
            (None, "application/json", b"{"),
            ("*/*", "application/json", b"{"),
            ("text/markdown", "text/markdown; charset=utf-8", b"# "),
            ("text/*;q=0.5, text/plain;q=0.9", "text/plain; charset=utf-8", b""),
            ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/vnd.openxml", b"PK"),
            ("text/html, application/json;q=0.1", "application/json", b"{"),
        ],
    )
    def test_the_format_that_was_asked_for(self, api: Become, people: People, accept: str | None, kind: str, start: bytes) -> None:
        job = create(people.bob)
        work_all()
        answer = api("bob").get(f"/jobs/{job.id}/output", headers={"Accept": accept} if accept else {"Accept": ""})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith(kind)
        assert answer.content.startswith(start)
        assert answer.headers["vary"] == "Accept, Authorization, X-API-Key, Cookie"

    def test_several_texts_are_an_archive_for_whoever_asks_for_one(self, api: Become, people: People) -> None:
        sent = {"capability": "repurpose", "input": {"text": POST, "targets": ["thread", "linkedin"]}}
        made = api("bob").post("/agents/maya/jobs", json=sent)
        assert made.status_code == 202, made.text
        assert [step["name"] for step in made.json()["steps"]] == ["extract", "analyze", "thread", "linkedin", "output"]
        work_all()
        place = f"/jobs/{made.json()['id']}/output"
        answer = api("bob").get(place, headers={"Accept": "application/zip"})
        assert (answer.status_code, answer.headers["content-type"], answer.content[:2]) == (200, "application/zip", b"PK")
        assert answer.headers["content-disposition"].startswith("attachment")
        assert [piece["target"] for piece in api("bob").get(place).json()["output"]["pieces"]] == ["thread", "linkedin"]

    @pytest.mark.parametrize("accept", ["text/html", "image/*", "application/json;q=0", "nonsense"])
    def test_any_other_is_406_with_what_there_is(self, api: Become, people: People, accept: str) -> None:
        job = create(people.bob)
        work_all()
        answer = api("bob").get(f"/jobs/{job.id}/output", headers={"Accept": accept})
        assert (answer.status_code, answer.json()["error"]["code"]) == (406, "NOT_ACCEPTABLE")
        assert "application/json" in answer.json()["error"]["details"]["formats"]

    def test_before_there_is_one(self, api: Become, people: People) -> None:
        job = create(people.bob)
        answer = api("bob").get(f"/jobs/{job.id}/output")
        assert (answer.status_code, answer.json()["error"]["code"], answer.headers["retry-after"]) == (409, "OUTPUT_NOT_READY", "2")
        assert api("bob", "jobs:read").get(f"/jobs/{job.id}/output").status_code == 403


def events(answer: Any) -> list[tuple[int, str, dict[str, Any]]]:
    found = []
    for block in answer.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "data" in fields:
            found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


class TestEvents:
    def test_from_the_beginning_to_the_end_and_from_the_middle(self, api: Become, people: People) -> None:
        job = create(people.bob)
        work_all()
        program = api("bob")
        answer = program.get(f"/jobs/{job.id}/events")
        assert answer.headers["content-type"].startswith("text/event-stream")
        told = events(answer)
        kinds = [kind for _, kind, _ in told]
        assert (kinds[0], kinds[-1]) == ("job.pending", "job.completed")
        assert told[-1][2]["progress"] == {"done": 7, "total": 7}
        ids = [number for number, _, _ in told]
        assert ids == sorted(set(ids))
        middle = ids[len(ids) // 2]
        rest = events(program.get(f"/jobs/{job.id}/events", headers={"Last-Event-ID": str(middle)}))
        assert [number for number, _, _ in rest] == [number for number in ids if number > middle]
        assert program.get(f"/jobs/{job.id}/events", headers={"Last-Event-ID": str(ids[-1])}).status_code == 204
        assert program.get(f"/jobs/{job.id}/events", headers={"Last-Event-ID": "x"}).status_code == 422

    def test_a_job_that_ends_while_somebody_listens(self, api: Become, people: People) -> None:
        import threading

        job = create(people.bob)
        program = api("bob")
        worker = threading.Timer(0.3, work_all)
        worker.start()
        told = events(program.get(f"/jobs/{job.id}/events"))
        worker.join()
        assert told[-1][1] == "job.completed"

    def test_an_organisation_has_only_so_many_streams(self, api: Become, people: People) -> None:
        job = create(people.bob)
        for number in range(10):
            assert rate_limit.hold(str(people.bob.organization_id), f"t{number}", limit=10, seconds=30)
        answer = api("bob").get(f"/jobs/{job.id}/events")
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
        rate_limit.let_go(str(people.bob.organization_id), "t3")
        work_all()
        assert api("bob").get(f"/jobs/{job.id}/events").status_code == 200


class TestTestKeys:
    def test_a_test_job_is_run_and_shown_and_never_charged(self, api: Become, people: People, session: Session) -> None:
        program = api("bob", live=False)
        job = started(program)
        assert job["test"] is True
        work_all()
        assert program.get(f"/jobs/{job['id']}/output").json()["engine"]["provider"] == "builtin"
        assert session.exec(select(Charge)).all() == []
        assert [q.used + q.reserved for q in session.exec(select(Quota)).all()] in ([], [0])
        maya = next(row for row in program.get("/usage").json()["agents"] if row["agent"] == "maya")
        assert (maya["used"], maya["left"]) == (0, 100)
        assert [row["id"] for row in program.get("/jobs?test=true").json()["data"]] == [job["id"]]

    def test_a_model_that_is_set_up_is_not_asked(self, api: Become, monkeypatch: pytest.MonkeyPatch) -> None:
        from coexai_app.services import runs

        asked: list[object] = []
        monkeypatch.setattr(runs.router, "from_settings", lambda given: asked.append(given))
        started(api("bob", live=False))
        work_all()
        assert asked == []
        started(api("bob"))
        work_all()
        assert len(asked) == 1

    def test_it_cannot_touch_what_is_live(self, api: Become, people: People, session: Session) -> None:
        live = create(people.bob)
        program = api("bob", live=False)
        answer = program.delete(f"/jobs/{live.id}")
        assert (answer.status_code, "test key" in answer.json()["error"]["message"]) == (403, True)
        gone = give_up(people.bob)
        assert program.post(f"/jobs/{gone}/resume").status_code == 403
        assert program.get(f"/jobs/{live.id}").json()["may_cancel"] is False

    def test_a_cancelled_test_job_resumes_without_a_run(self, api: Become, session: Session) -> None:
        program = api("bob", live=False)
        job = started(program)
        program.delete(f"/jobs/{job['id']}")
        assert program.post(f"/jobs/{job['id']}/resume").status_code == 202
        work_all()
        assert session.exec(select(Charge)).all() == []
        assert [q.used + q.reserved for q in session.exec(select(Quota)).all()] in ([], [0])

    def test_its_schedules_make_test_jobs(self, api: Become, session: Session) -> None:
        program = api("bob", live=False)
        order = {"agent": "maya", **NEW, "cron": "0 9 * * *"}
        made = program.post("/schedules", order).json()
        assert made["test"] is True
        with db.transaction() as own:
            own.get_one(Schedule, UUID(made["id"])).next_at = datetime.now(UTC) - timedelta(minutes=1)
        with db.transaction() as own:
            schedules_run.run_due(own)
        assert [job.test for job in session.exec(select(Job)).all()] == [True]


class TestSearch:
    def test_titles_inputs_and_results_in_any_case(self, api: Become, people: People, session: Session) -> None:
        job = create(people.bob, text=f"# Größe zählt\n\n{POST}")
        work_all()
        output = session.exec(select(Output)).one()
        program = api("bob")

        def found(words: str) -> set[tuple[str, str]]:
            answer = program.get("/search", params={"q": words})
            assert answer.status_code == 200, answer.text
            return {(row["type"], row["id"]) for row in answer.json()["data"]}

        both = {("job", job.id), ("output", str(output.id))}
        assert found("GRÖSSE") == set()
        assert found("GRÖßE ZÄHLT") == both
        assert ("job", job.id) in found("412 calls")
        assert found("412 elephants") == found("100%") == found("blog_to") == set()
        snippet = program.get("/search", params={"q": "fourteen"}).json()["data"][-1]["snippet"]
        assert "fourteen fields" in snippet
        assert {kind for kind, _ in {(r["type"], 0) for r in api("bob", "jobs:read").get("/search?q=412").json()["data"]}} == {"job"}
        assert program.get("/search?q=%20").status_code == 422
        assert program.get("/search").status_code == 422


class TestFiles:
    def test_added_described_and_used(self, api: Become) -> None:
        program = api("bob")
        made = program.post("/files", files={"file": ("post.md", POST.encode(), "text/markdown")})
        assert made.status_code == 201, made.text
        shown = program.get(f"/files/{made.json()['id']}").json()
        assert (shown["name"], shown["size"], shown["content_type"]) == ("post.md", len(POST.encode()), "text/markdown")
        job = started(program, input={"file": made.json()["id"]})
        assert job["title"] == "post.md"
        assert api("bob", "jobs:read").get(f"/files/{made.json()['id']}").status_code == 403
        assert program.get(f"/files/{nobody()}").status_code == 404

    def test_a_folder_has_no_direct_uploads_and_says_so(self, api: Become) -> None:
        answer = api("bob").post("/files/uploads", {"name": "a.md", "size": 10})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "CONFLICT")
        assert api("bob").post("/files/uploads", {"name": "a.md", "size": 100_000_001}).status_code == 413
        assert api("bob").post("/files/uploads/complete", {"ticket": "AAAA"}).status_code == 422


class TestSchedules:
    def test_the_whole_life(self, api: Become, session: Session) -> None:
        program = api("bob")
        made = program.post("/schedules", {"agent": "maya", **NEW, "cron": "0 9 * * MON", "timezone": "Europe/Berlin", "title": "Weekly"})
        assert made.status_code == 201, made.text
        path = f"/schedules/{made.json()['id']}"
        assert made.headers["location"] == f"/api/v1{path}"
        assert (made.json()["words"], made.json()["enabled"]) == (program.get(path).json()["words"], True)
        changed = program("PATCH", path, json={"title": "Each Tuesday", "cron": "0 9 * * TUE"}).json()
        assert (changed["title"], changed["cron"], changed["timezone"], changed["input"]) == (
            "Each Tuesday",
            "0 9 * * TUE",
            "Europe/Berlin",
            made.json()["input"],
        )
        assert program.post(f"{path}/pause").json()["enabled"] is False
        assert program.post(f"{path}/resume").json()["enabled"] is True
        run = program.post(f"{path}/run")
        assert (run.status_code, run.headers["location"]) == (202, f"/api/v1/jobs/{run.json()['id']}")
        assert [row["id"] for row in program.get("/schedules?sort=next_at").json()["data"]] == [made.json()["id"]]
        assert program.delete(path).status_code == 204
        assert program.get(path).status_code == 404
        assert program.delete(path).status_code == 404

    def test_its_own_scope(self, api: Become) -> None:
        order = {"agent": "maya", **NEW, "cron": "0 9 * * *"}
        assert api("bob", "jobs:write", "jobs:read").post("/schedules", order).status_code == 403
        only = api("bob", "schedules:write")
        made = only.post("/schedules", order)
        assert made.status_code == 201
        assert only.post(f"/schedules/{made.json()['id']}/run").status_code == 403

    @pytest.mark.parametrize(
        "when", [{}, {"cron": "every day"}, {"cron": "0 9 * * *", "timezone": "Mars/Base"}, {"run_at": "2001-01-01T00:00:00Z"}]
    )
    def test_a_wrong_rhythm(self, api: Become, when: dict[str, str]) -> None:
        assert api("bob").post("/schedules", {"agent": "maya", **NEW, **when}).status_code == 422


class TestOrganization:
    def test_who_and_what(self, api: Become, people: People) -> None:
        program = api("adam")
        assert program.get("/me").json()["organization"]["name"] == "Larkfield Studio"
        limits = program.get("/organization").json()["limits"]
        assert (limits["requests_per_minute"], limits["max_file_bytes"], limits["runs"]["maya"]) == (600, 100_000_000, 100)
        names = [row["name"] for row in program.get("/members?sort=name").json()["data"]]
        assert names == ["Adam Ash", "Alice Archer", "Bob Birch", "Vera Vine"]
        assert api("bob", "jobs:read").get("/members").status_code == 403

    def test_the_audit_log_for_admins(self, api: Become) -> None:
        program = api("adam")
        rows = program.get("/audit-logs?action=api_key.created").json()["data"]
        assert (rows[0]["user_name"], rows[0]["target_name"], len(rows[0]["hash"])) == ("Adam Ash", "Program", 64)
        assert program.get("/audit-logs?since=0001-01-01").status_code == 422
        assert api("bob").get("/audit-logs").status_code == 403

    def test_usage_of_a_month(self, api: Become, people: People) -> None:
        create(people.bob)
        work_all()
        create(people.bob)
        program = api("bob")
        maya = program.get("/usage").json()["agents"][0]
        assert (maya["agent"], maya["used"], maya["reserved"], maya["left"]) == ("maya", 1, 1, 98)
        assert program.get("/usage?period=2020-12").json()["resets_at"] == "2021-01-01T00:00:00Z"
        assert program.get("/usage?period=2020-13").status_code == 422
        assert api("bob", "jobs:read").get("/usage").status_code == 403
