"""The audit log as a download, and what the request scope knows of the caller."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from tests.people import PASSWORD, People
from tests.trail import rows, write

As = Callable[[str], TestClient]
URL = "/api/v1/audit/export"


class TestExport:
    def test_adam_gets_the_log_as_csv(self, as_person: As, people: People) -> None:
        write(people.alice.organization_id, "=1+1")
        answer = as_person("adam").get(URL)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"] == 'attachment; filename="audit-log-to-row-2.csv"'
        assert answer.headers["cache-control"] == "no-store"
        assert answer.content.startswith(b"\xef\xbb\xbfRow,")
        read = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [line["Target id"] for line in read][1] == "'=1+1"

    def test_the_filters_of_the_page_count(self, as_person: As, people: People) -> None:
        write(people.alice.organization_id, "one")
        answer = as_person("adam").get(URL, params={"group": "results", "q": "birch", "since": "2020-01-01", "until": "2999-12-31"})
        assert len(answer.text.splitlines()) == 2
        assert len(as_person("adam").get(URL, params={"person": str(people.vera.user_id)}).text.splitlines()) == 1

    @pytest.mark.parametrize("wrong", [{"since": "yesterday"}, {"person": "bob"}, {"q": "x" * 500}])
    def test_nonsense_is_refused(self, as_person: As, wrong: dict[str, str]) -> None:
        assert as_person("adam").get(URL, params=wrong).status_code == 422

    @pytest.mark.parametrize("who", ["bob", "vera"])
    def test_others_may_not(self, as_person: As, who: str) -> None:
        assert as_person(who).get(URL).status_code == 403

    def test_nobody_gets_nothing(self, client: TestClient) -> None:
        assert client.get(URL).status_code == 401

    def test_mallory_gets_her_own(self, as_person: As, people: People) -> None:
        write(people.alice.organization_id, "larkfield-only")
        assert "larkfield-only" not in as_person("mallory").get(URL).text

    def test_it_is_audited_with_where_it_came_from(self, as_person: As, people: People, session: Session) -> None:
        as_person("adam").get(URL, headers={"User-Agent": "curl/8", "X-Request-Id": "req_7"})
        row = rows(session, people.adam.organization_id)[-1]
        assert (row.action, row.user_name, row.ip, row.user_agent, row.request_id) == (
            "audit.exported",
            "Adam Ash",
            "testclient",
            "curl/8",
            "req_7",
        )
        assert row.session_id == people.adam.session_id


def test_a_log_in_says_from_where(client: TestClient, people: People, session: Session) -> None:
    form = {"email": "alice@larkfield.example.org", "password": PASSWORD}
    headers = {b"Origin": b"http://localhost:3000", b"User-Agent": "Browser\u202e/1".encode()}
    client.post("/auth/login", data=form, headers=headers)  # type: ignore[arg-type]
    row = rows(session, people.alice.organization_id)[-1]
    assert (row.action, row.ip) == ("session.login", "testclient")
    assert row.user_agent.isprintable()
