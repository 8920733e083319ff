"""Probes, metrics, errors, uploads, exports."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from coexai_app import db
from coexai_app.integrations.storage import store
from coexai_app.models import File, Output
from coexai_app.services import health
from tests.people import People
from tests.work import create, work_all

As = Callable[[str], TestClient]


class TestHealth:
    def test_live(self, client: TestClient) -> None:
        answer = client.get("/health/live")
        assert (answer.status_code, answer.json()) == (200, {"status": "alive"})

    def test_ready(self, client: TestClient) -> None:
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready", "checks": {"db": "ok", "cache": "ok"}})

    def test_not_ready_while_the_database_is_older_than_the_program(self, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "head", lambda: "9999")
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()["checks"]["db"]) == (503, "migrate")

    @pytest.mark.asvs("V13.4.5")
    def test_metrics_are_for_this_machine_only(self, client: TestClient) -> None:
        assert client.get("/metrics").status_code == 404

    def test_metrics_show_waiting_jobs(self, people: People, instance: None) -> None:
        from coexai_app import metrics

        create(people.bob)
        with db.reading() as session:
            assert b'coexai_jobs{status="queued"} 1.0' in metrics.render(session)


class TestErrors:
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
    def test_unknown_endpoints_answer_json(self, client: TestClient, method: str) -> None:
        assert client.request(method, "/api").status_code == 404
        answer = client.request(method, "/api/v1/nothing")
        assert answer.status_code == 404
        error = answer.json()["error"]
        assert set(error) == {"code", "message", "details", "request_id"}
        assert error["code"] == "NOT_FOUND"
        assert error["request_id"] == answer.headers["x-request-id"]

    def test_a_callers_request_id_is_kept_when_it_is_harmless(self, client: TestClient) -> None:
        assert client.get("/health/live", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
        assert client.get("/health/live", headers={"X-Request-Id": "a b\tc"}).headers["x-request-id"].startswith("req_")

    @pytest.mark.asvs("V8.3.1")
    def test_without_a_session_everything_is_401(self, client: TestClient) -> None:
        answer = client.post("/api/v1/files", files={"file": ("a.md", b"x")})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")


class TestUpload:
    def test_a_file_is_stored_whole(self, as_person: As, session: Session) -> None:
        data = b"# Title\n\n" + b"word " * 50_000
        answer = as_person("bob").post("/api/v1/files", files={"file": ("../../Ünïcode post.md", data, "text/markdown")})
        assert answer.status_code == 201
        body = answer.json()
        assert (body["name"], body["size"], body["kind_label"]) == ("Ünïcode post.md", len(data), "Markdown")
        row = session.exec(select(File)).one()
        assert store().get(row.key) == data
        assert row.sha256 == hashlib.sha256(data).hexdigest()

    @pytest.mark.asvs("V5.2.1")
    def test_one_byte_more_than_the_plan_allows_is_refused_and_nothing_is_kept(self, as_person: As, session: Session) -> None:
        browser = as_person("mallory")
        limit = 10_000_000
        assert browser.post("/api/v1/files", files={"file": ("a.txt", b"x" * limit)}).status_code == 201
        answer = browser.post("/api/v1/files", files={"file": ("a.txt", b"x" * (limit + 1))})
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "TOO_LARGE")
        assert "10 MB" in answer.json()["error"]["message"]
        assert len(session.exec(select(File)).all()) == 1

    @pytest.mark.asvs("V16.5.3")
    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"", "multipart/form-data; boundary=x"),
            (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf', "multipart/form-data; boundary=x"),
            (b'--x\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\nz\r\n--x--\r\n', "multipart/form-data; boundary=x"),
            (b"garbage", "multipart/form-data; boundary=x"),
            (b"{}", "application/json"),
            (b"x", "multipart/form-data"),
        ],
    )
    def test_a_broken_upload_says_so_and_keeps_nothing(self, as_person: As, session: Session, body: bytes, kind: str) -> None:
        answer = as_person("bob").post("/api/v1/files", content=body, headers={"Content-Type": kind})
        assert answer.status_code == (415 if kind == "application/json" else 422), answer.text
        assert session.exec(select(File)).all() == []

    def test_an_empty_file_and_a_viewer_are_refused(self, as_person: As) -> None:
        assert as_person("bob").post("/api/v1/files", files={"file": ("a.md", b"")}).status_code == 422
        assert as_person("vera").post("/api/v1/files", files={"file": ("a.md", b"x")}).status_code == 403

    @pytest.mark.asvs("V5.2.2")
    def test_a_program_is_refused_by_its_kind(self, as_person: As, session: Session) -> None:
        answer = as_person("bob").post("/api/v1/files", files={"file": ("setup.exe", b"MZ")})
        assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (422, "file")
        assert "setup.exe" in answer.json()["error"]["message"]
        assert session.exec(select(File)).all() == []

    def test_another_sites_upload_is_refused(self, as_person: As) -> None:
        answer = as_person("bob").post("/api/v1/files", files={"file": ("a.md", b"x")}, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403


class TestExport:
    @pytest.mark.parametrize(("name", "start"), [("json", b"{"), ("md", b"# "), ("txt", b""), ("docx", b"PK")])
    def test_every_format(self, as_person: As, people: People, session: Session, name: str, start: bytes) -> None:
        create(people.bob)
        work_all()
        output = session.exec(select(Output)).one()
        answer = as_person("vera").get(f"/api/v1/outputs/{output.id}/export?format={name}")
        assert answer.status_code == 200
        assert answer.content.startswith(start)
        assert f".{name}" in answer.headers["content-disposition"]
        if name == "docx":
            assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()

    def test_mallory_gets_404_and_a_wrong_format_422(self, as_person: As, people: People, session: Session) -> None:
        create(people.bob)
        work_all()
        output = session.exec(select(Output)).one()
        assert as_person("bob").get(f"/api/v1/outputs/{output.id}/export?format=exe").status_code == 422
        assert as_person("mallory").get(f"/api/v1/outputs/{output.id}/export?format=md").status_code == 404
