"""What the partner API reads and does, by role and from outside; direct uploads against a store that speaks S3."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import boto3
import httpx
import pytest
from sqlmodel import Session, select

from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound, TooLarge
from coexai_app.integrations.storage import S3Store
from coexai_app.models import File, Job, JobStatus, Priority, Schedule
from coexai_app.scopes import Scope
from coexai_app.services import (
    files,
    outputs_read,
    partner_agents,
    partner_audit,
    partner_jobs,
    partner_schedules,
    partner_team,
    presigned,
    search,
)
from tests.people import People, do
from tests.work import POST, create, nobody, work_all

ORDER = {"agent": "maya", "capability": "blog-to-thread", "data": {"text": POST}}
LATER = {**ORDER, "timezone": "UTC", "cron_line": "0 9 * * *"}


@pytest.fixture
def job(people: People) -> UUID:
    return UUID(create(people.bob).id)


@pytest.fixture
def schedule(people: People) -> UUID:
    return do(partner_schedules.create, people.bob, **LATER).id


class TestOutsiders:
    @pytest.mark.parametrize(
        ("service", "more"),
        [
            (partner_jobs.get, {}),
            (partner_jobs.cancel, {}),
            (partner_jobs.resume, {}),
            (partner_jobs.formats, {}),
            (partner_jobs.output, {"format": "json"}),
            (partner_jobs.events, {}),
        ],
    )
    def test_a_job(self, people: People, session: Session, job: UUID, service: Callable[..., Any], more: dict[str, Any]) -> None:
        for job_id, person in ((job, people.mallory), (nobody(), people.bob)):
            with pytest.raises(NotFound):
                do(service, person, job_id=job_id, **more)
        assert session.get_one(Job, job).status is JobStatus.QUEUED

    @pytest.mark.parametrize("name", ["get", "update", "pause", "resume", "run_now"])
    def test_a_schedule(self, people: People, session: Session, schedule: UUID, name: str) -> None:
        more = {"idempotency_key": "k"} if name == "run_now" else {}
        with pytest.raises(NotFound):
            do(getattr(partner_schedules, name), people.mallory, schedule_id=schedule, **more)
        assert session.get_one(Schedule, schedule).enabled

    def test_lists_hold_their_own_only(self, people: People, job: UUID, schedule: UUID) -> None:
        assert do(partner_jobs.page, people.mallory).pagination.total == 0
        assert do(partner_jobs.walk, people.mallory).data == ()
        assert do(partner_schedules.page, people.mallory).pagination.total == 0
        assert do(search.find, people.mallory, query="bakery").pagination.total == 0
        assert [m.name for m in do(partner_team.members, people.mallory).data] == ["Mallory Moss"]
        assert do(partner_team.organization, people.mallory).name == "Mossworks"
        assert do(partner_team.usage, people.mallory).agents[0].reserved == 0
        assert {row.user_name for row in do(partner_audit.page, people.mallory).data} <= {"Mallory Moss", ""}

    def test_a_file(self, people: People, session: Session, tmp_path: Any) -> None:
        (tmp_path / "a.md").write_text("# Hello")
        made = do(files.add, people.bob, name="a.md", content_type="text/markdown", path=tmp_path / "a.md", sha256="0" * 64, size=7)
        assert do(files.described, people.vera, file_id=UUID(made.id)).name == "a.md"
        with pytest.raises(NotFound):
            do(files.described, people.mallory, file_id=UUID(made.id))


class TestRoles:
    @pytest.mark.parametrize(
        ("service", "more"),
        [
            (partner_jobs.create, {**ORDER, "idempotency_key": "k"}),
            (partner_jobs.cancel, {"job_id": nobody()}),
            (partner_jobs.resume, {"job_id": nobody()}),
            (partner_schedules.create, LATER),
            (partner_schedules.update, {"schedule_id": nobody()}),
            (partner_schedules.pause, {"schedule_id": nobody()}),
            (partner_schedules.resume, {"schedule_id": nobody()}),
            (partner_schedules.run_now, {"schedule_id": nobody(), "idempotency_key": "k"}),
            (partner_audit.page, {}),
            (presigned.begin, {"name": "a.md", "size": 1, "content_type": "text/markdown"}),
            (presigned.complete, {"ticket": ""}),
            (partner_agents.quote, {"agent": "maya", "capability": "blog-to-thread", "data": {"text": POST}, "dry_run": True}),
        ],
    )
    def test_a_viewer_only_reads(self, people: People, service: Callable[..., Any], more: dict[str, Any]) -> None:
        with pytest.raises(Forbidden):
            do(service, people.vera, **more)

    @pytest.mark.parametrize(
        ("service", "more"),
        [
            (partner_jobs.page, {}),
            (partner_jobs.walk, {}),
            (partner_jobs.get, {"job_id": nobody()}),
            (partner_jobs.events, {"job_id": nobody()}),
            (partner_jobs.formats, {"job_id": nobody()}),
            (partner_jobs.output, {"job_id": nobody(), "format": "json"}),
            (partner_agents.page, {}),
            (partner_agents.get, {"agent": "maya"}),
            (partner_agents.quote, {"agent": "maya", "capability": "blog-to-thread"}),
            (partner_schedules.page, {}),
            (partner_schedules.get, {"schedule_id": nobody()}),
            (partner_team.organization, {}),
            (partner_team.members, {}),
            (partner_team.usage, {}),
            (partner_audit.page, {}),
            (search.find, {"query": "a"}),
            (files.described, {"file_id": nobody()}),
        ],
    )
    def test_a_key_without_the_scope_reads_nothing(self, people: People, service: Callable[..., Any], more: dict[str, Any]) -> None:
        key = replace(people.alice, scopes=frozenset({Scope.FILES_WRITE}), key_id=nobody())
        with pytest.raises(Forbidden):
            do(service, key, **more)

    def test_a_viewer_sees_the_work(self, people: People, job: UUID) -> None:
        assert do(partner_jobs.get, people.vera, job_id=job).may_cancel is False
        assert do(partner_jobs.page, people.vera).pagination.total == 1


class TestPriority:
    @pytest.mark.parametrize("wanted", [Priority.NORMAL, Priority.LOW])
    def test_lower_ones_are_taken(self, people: People, wanted: Priority) -> None:
        assert do(partner_jobs.create, people.bob, **ORDER, idempotency_key="k", priority=wanted).priority is wanted

    def test_the_free_plan_has_no_high(self, people: People) -> None:
        assert do(partner_jobs.create, people.mallory, **ORDER, idempotency_key="k").priority is Priority.NORMAL
        with pytest.raises(Forbidden, match="no priority"):
            do(partner_jobs.create, people.mallory, **ORDER, idempotency_key="l", priority=Priority.HIGH)


class TestTestMode:
    def test_lists_tell_what_a_test_key_made(self, people: People) -> None:
        tester = replace(people.bob, test=True)
        do(partner_jobs.create, tester, **ORDER, idempotency_key="k")
        create(people.bob)
        work_all()
        assert sorted(row.test for row in do(outputs_read.page, people.bob).rows) == [False, True]

    def test_a_test_key_leaves_live_schedules_alone(self, people: People, schedule: UUID) -> None:
        tester = replace(people.bob, test=True)
        for name in ("update", "pause", "resume"):
            with pytest.raises(Forbidden, match="test key"):
                do(getattr(partner_schedules, name), tester, schedule_id=schedule)

    def test_run_now_of_a_test_schedule_is_a_test_job_whoever_asks(self, people: People) -> None:
        made = do(partner_schedules.create, replace(people.bob, test=True), **LATER)
        assert do(partner_schedules.run_now, people.bob, schedule_id=made.id, idempotency_key="k").test is True


class TestUpdate:
    def test_what_is_left_out_stays(self, people: People, schedule: UUID) -> None:
        changed = do(partner_schedules.update, people.alice, schedule_id=schedule, title="Each day")
        assert (changed.title, changed.cron, changed.timezone, changed.input, changed.created_by) == (
            "Each day",
            "0 9 * * *",
            "UTC",
            {"text": POST.strip(), "numbering": "1/n", "hashtags": 2, "link": True},
            "Alice Archer",
        )


class _Bucket(BaseHTTPRequestHandler):
    objects: dict[str, bytes]

    def do_PUT(self) -> None:
        self.objects[self.path.partition("?")[0]] = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def do_GET(self) -> None:
        body = self.objects.get(self.path.partition("?")[0])
        self.send_response(404 if body is None else 200)
        error = b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'
        self.send_header("Content-Length", str(len(error if body is None else body)))
        self.end_headers()
        self.wfile.write(error if body is None else body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    _Bucket.objects = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "eu-central-1"}
    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{server.server_port}", **keys)
    monkeypatch.setattr(presigned, "store", lambda: S3Store("files", client))
    yield
    client.close()
    server.shutdown()
    server.server_close()


class TestDirectUpload:
    def test_from_the_ticket_to_the_file(self, people: People, session: Session, bucket: None) -> None:
        ticket = do(presigned.begin, people.bob, name="post.md", size=7, content_type="text/markdown")
        with pytest.raises(NotFound):
            do(presigned.complete, people.bob, ticket=ticket.ticket)
        assert httpx.put(ticket.url, content=b"# Hello", headers=ticket.headers).status_code == 200
        for thief in (people.mallory, people.alice):
            with pytest.raises(InvalidInput):
                do(presigned.complete, thief, ticket=ticket.ticket)
        made = do(presigned.complete, people.bob, ticket=ticket.ticket)
        assert (made.name, made.size, made.sha256) == ("post.md", 7, hashlib.sha256(b"# Hello").hexdigest())
        assert do(presigned.complete, people.bob, ticket=ticket.ticket) == made
        assert len(session.exec(select(File)).all()) == 1

    def test_other_bytes_than_promised_make_no_file(self, people: People, session: Session, bucket: None) -> None:
        ticket = do(presigned.begin, people.bob, name="post.md", size=7, content_type="text/markdown")
        httpx.put(ticket.url, content=b"# Hello, and much more")
        with pytest.raises(Conflict):
            do(presigned.complete, people.bob, ticket=ticket.ticket)
        assert session.exec(select(File)).all() == []

    def test_the_plans_limit_and_the_kind_hold_here_too(self, people: People, bucket: None) -> None:
        with pytest.raises(TooLarge):
            do(presigned.begin, people.bob, name="post.md", size=100_000_001, content_type="text/markdown")
        with pytest.raises(InvalidInput):
            do(presigned.begin, people.bob, name="setup.exe", size=10, content_type="text/markdown")
