"""Line breaks, control characters and quotes in everything that people may type: no second header, no second log line, no other host."""

from __future__ import annotations

import csv
import io
import json
import logging
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from coexai_app import db, log, settings
from coexai_app.models import Mail, Organization, Output, User
from coexai_app.services import account_deletion, invitations, organizations, outputs_read
from tests.people import PASSWORD, People, do
from tests.work import create, work_all

EVIL = "Eve\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script>"
OURS = {"Origin": "http://localhost:3000"}
NASTY = (
    EVIL,
    'a"; filename="b.exe',
    "a\r\nSet-Cookie: x=1",
    "../../etc/passwd",
    "\x00\x1b[31m",
    "‮gpj.exe",
    "=cmd|' /C calc'!A0",
    "ü" * 150,
)


def mails() -> list[Mail]:
    with db.reading() as session:
        return list(session.exec(select(Mail)).all())


@pytest.mark.asvs("V1.3.11", "V1.2.1")
class TestMails:
    def test_a_name_adds_no_header_and_no_markup(self, people: People, client: TestClient) -> None:
        form = {"name": EVIL, "email": "eve@own.example.org", "password": PASSWORD, "organization": EVIL}
        client.post("/auth/signup", data=form, headers=OURS)
        do(account_deletion.rename, people.alice, name=EVIL)
        do(organizations.change, people.alice, name=EVIL, timezone="UTC")
        with db.reading() as session:
            names = [*session.exec(select(User.name)).all(), *session.exec(select(Organization.name)).all()]
        assert [name for name in names if not name.isprintable()] == []
        do(invitations.invite, people.alice, email="nina@example.org", role="viewer")
        assert len(mails()) > 1
        for row in mails():
            assert "\n" not in row.subject
            assert "\r" not in row.subject
            assert "<script" not in row.html
            assert row.to_address in ("eve@own.example.org", "nina@example.org", "alice@larkfield.example.org")

    @pytest.mark.asvs("V4.1.3")
    @pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Original-Host", "X-Host", "Forwarded", "X-Forwarded-Server"])
    def test_no_mail_names_another_host(self, people: People, client: TestClient, header: str) -> None:
        poison = {header: "host=evil.example" if header == "Forwarded" else "evil.example", "Origin": "http://localhost:3000"}
        for path, form in (
            ("/auth/forgot", {"email": "alice@larkfield.example.org"}),
            ("/auth/signup", {"name": "Eve", "email": "eve@own.example.org", "password": PASSWORD}),
            ("/auth/login", {"email": "bob@own.example.org", "password": PASSWORD}),
        ):
            assert client.post(path, data=form, headers=poison).status_code == 303
        assert len(mails()) > 1
        for row in mails():
            assert "evil.example" not in row.text + row.html + row.subject
            assert settings.get().origin in row.text


@pytest.fixture
def output(people: People, session: Session) -> UUID:
    create(people.bob)
    work_all()
    return session.exec(select(Output.id)).one()


@pytest.mark.asvs("V1.2.1", "V5.4.1", "V5.4.2", "V3.2.1")
class TestFileNames:
    @pytest.mark.parametrize("title", NASTY)
    @pytest.mark.parametrize("kind", ["json", "md", "txt", "docx"])
    def test_a_title_cannot_write_the_header_of_its_export(
        self, people: People, as_person: Callable[[str], TestClient], output: UUID, title: str, kind: str
    ) -> None:
        with db.transaction() as session:
            session.execute(update(Output).where(col(Output.id) == output).values(title=title))
        answer = as_person("alice").get(f"/api/v1/outputs/{output}/export?format={kind}")
        said = answer.headers["content-disposition"]
        assert answer.status_code == 200
        assert said.isascii()
        assert said.startswith("attachment; filename*=UTF-8''")
        assert not set(said.removeprefix("attachment; filename*=UTF-8''")) & set("\r\n\"\\;/ '<>=")
        assert "x" not in answer.cookies
        assert do(outputs_read.get, people.alice, output_id=output).title

    @pytest.mark.parametrize("name", NASTY)
    def test_an_organisation_cannot_write_it_either(self, people: People, as_person: Callable[[str], TestClient], name: str) -> None:
        with db.transaction() as session:
            session.get_one(Organization, people.alice.organization_id).name = name
        for path in ("/api/v1/organization/export", "/api/v1/audit/export"):
            answer = as_person("alice").get(path)
            assert answer.status_code == 200
            assert set(answer.headers["content-disposition"].removeprefix("attachment; filename=").strip('"')) <= set(
                "abcdefghijklmnopqrstuvwxyz0123456789-."
            )

    @pytest.mark.asvs("V5.3.1", "V5.3.2")
    @pytest.mark.parametrize("name", [n for n in NASTY if "\x00" not in n and "\r" not in n])
    def test_a_file_lands_nowhere_else(self, people: People, as_person: Callable[[str], TestClient], name: str) -> None:
        quoted = name.replace('"', "%22")
        body = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{quoted}.md"\r\n\r\n# A text\r\n--x--\r\n'.encode()
        answer = as_person("bob").post("/api/v1/files", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
        assert answer.status_code == 201, answer.text
        stored = settings.get().data_dir / "files"
        assert [p.relative_to(stored).parts[0] for p in stored.rglob("*") if p.is_file()] == ["uploads"]
        with zipfile.ZipFile(io.BytesIO(as_person("alice").get("/api/v1/organization/export").content)) as archive:
            names = [n for n in archive.namelist() if n.startswith("files/")]
        assert len(names) == 1
        assert ".." not in names[0].split("/")
        assert names[0].count("/") == 1


@pytest.mark.asvs("V1.2.10")
def test_no_cell_of_the_audit_log_is_a_formula(people: People, as_person: Callable[[str], TestClient]) -> None:
    do(account_deletion.rename, people.alice, name="=cmd|' /C calc'!A0")
    rows = list(csv.reader(io.StringIO(as_person("alice").get("/api/v1/audit/export").text.removeprefix("\ufeff"))))
    assert any("=cmd" in cell for row in rows for cell in row)
    assert [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "\t", "\r")] == []


@pytest.mark.asvs("V16.4.1", "V16.2.4")
class TestLogs:
    FORGED = 'quiet\n2026-01-01 web info all is well\r\n{"level": "info"}\x1b[2J\u2028next'

    def _line(self, style: str, **kwargs: Any) -> str:
        formatter: logging.Formatter = log._Json("web") if style == "json" else log._Text("web")
        return formatter.format(logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed: %s", (self.FORGED,), kwargs.get("exc")))

    @pytest.mark.parametrize("style", ["json", "text"])
    def test_what_somebody_typed_stays_on_its_line(self, style: str) -> None:
        line = self._line(style)
        assert len(line.splitlines()) == 1 if style == "text" else json.loads(line)["message"].endswith("next")
        assert "\n" not in line
        assert "\x1b" not in line

    @pytest.mark.parametrize("style", ["json", "text"])
    def test_the_text_of_an_error_is_not_taken_for_a_line_of_ours(self, style: str) -> None:
        try:
            raise ValueError(self.FORGED)
        except ValueError as error:
            line = self._line(style, exc=(type(error), error, error.__traceback__))
        first, *rest = line.split("\n")
        assert all(part.startswith("    ") for part in rest)
        assert "\x1b" not in line
        assert "failed" in first

    def test_a_request_id_that_forges_is_not_taken(self, door: TestClient) -> None:
        for given in ("a b", "x" * 65, "a\tb", "<script>", "a;b"):
            assert door.get("/health/live", headers={"X-Request-Id": given}).headers["x-request-id"].startswith("req_")

    @pytest.mark.asvs("V16.2.5")
    def test_secrets_are_struck_out(self) -> None:
        formatter = log._Text("web")
        for text in (
            "coexai_session=abc",
            "coexai_step=abc",
            "Authorization: Bearer abc",
            "?token=abc",
            "cxa_live_abc",
            "cxi_abc",
            "cxr_abc",
        ):
            assert "abc" not in formatter.format(logging.LogRecord("x", logging.INFO, "x.py", 1, text, (), None)), text
