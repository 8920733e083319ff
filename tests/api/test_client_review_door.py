"""The forms of a client's link, as a browser without a session sends them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from coexai_app import settings
from coexai_app.api.app import RequestScope, build
from coexai_app.api.boundary import Boundary
from coexai_app.api.edge import Edge
from coexai_app.models import Comment, Output, OutputStatus
from coexai_app.services import client_links, client_reviews
from coexai_app.views.outputs import OutputView
from tests.people import People, do
from tests.reviewing import thread

ORIGIN = "http://localhost:3000"


@pytest.fixture
def browser(instance: None) -> TestClient:
    return TestClient(RequestScope(Boundary(build())), base_url=ORIGIN, follow_redirects=False, headers={"Origin": ORIGIN})


@pytest.fixture
def output(people: People) -> OutputView:
    return thread(people)


def token(people: People, output: OutputView, **more: str) -> str:
    made = do(client_links.create, people.bob, output_id=UUID(output.id), version=1, name="Carla", **more)
    return made.url.rpartition("/")[2]


def told(answer: object) -> tuple[str, dict[str, list[str]]]:
    address = urlsplit(answer.headers["location"])  # type: ignore[attr-defined]
    assert answer.status_code == 303  # type: ignore[attr-defined]
    return address.path, parse_qs(address.query)


class TestForms:
    def test_a_yes(self, browser: TestClient, people: People, output: OutputView, session: Session) -> None:
        mine = token(people, output)
        back = browser.post("/auth/review/answer", data={"token": mine, "name": "Carla", "answer": "approve"})
        assert told(back) == (f"/review/{mine}", {"done": ["approved"]})
        assert session.exec(select(Output.status)).one() is OutputStatus.APPROVED
        again = browser.post("/auth/review/answer", data={"token": mine, "name": "Carla", "answer": "approve"})
        assert told(again) == (f"/review/{mine}", {"error": ["conflict"]})

    def test_a_no_needs_its_reason(self, browser: TestClient, people: People, output: OutputView, session: Session) -> None:
        form = {"token": token(people, output), "name": "Carla", "answer": "changes"}
        assert told(browser.post("/auth/review/answer", data=form))[1] == {"error": ["invalid_input.reason"]}
        assert session.exec(select(Output.status)).one() is OutputStatus.IN_REVIEW
        assert told(browser.post("/auth/review/answer", data={**form, "reason": "Too loud."}))[1] == {"done": ["changes"]}

    def test_a_comment_on_a_part(self, browser: TestClient, people: People, output: OutputView, session: Session) -> None:
        form = {"token": token(people, output), "name": "Carla", "text": "Line one\r\nline two", "part": "1"}
        assert told(browser.post("/auth/review/comment", data=form))[1] == {"done": ["commented"]}
        row = session.exec(select(Comment)).one()
        assert (row.part, row.text, row.user_id) == (1, "Line one\nline two", None)

    @pytest.mark.parametrize("part", ["-1", "99", "1e3", "x", "٣", "9" * 40])
    def test_a_part_that_is_none_leads_to_no_other(
        self, browser: TestClient, people: People, output: OutputView, session: Session, part: str
    ) -> None:
        browser.post("/auth/review/comment", data={"token": token(people, output), "name": "Carla", "text": "Hm.", "part": part})
        assert all(row.part is None for row in session.exec(select(Comment)).all())

    def test_the_passcode_leaves_a_cookie_that_scripts_cannot_read(self, browser: TestClient, people: People, output: OutputView) -> None:
        mine = token(people, output, passcode="bread2026")
        form = {"token": mine, "name": "Carla", "answer": "approve"}
        assert told(browser.post("/auth/review/answer", data=form))[1] == {"error": ["passcode_needed"]}
        assert told(browser.post("/auth/review/open", data={"token": mine, "passcode": "wrong-one"}))[1] == {"error": ["wrong_passcode"]}
        opened = browser.post("/auth/review/open", data={"token": mine, "passcode": "bread2026"})
        cookie = opened.headers["set-cookie"].lower()
        assert settings.get().review_cookie_name in cookie
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "bread2026" not in cookie
        assert told(browser.post("/auth/review/answer", data=form))[1] == {"done": ["approved"]}

    @pytest.mark.parametrize("wrong", ["", "https://evil.example", "//evil.example", "../home", "cxr_" + "a" * 43, "a\r\nSet-Cookie: x=1"])
    def test_what_is_no_token_leads_nowhere_else(self, browser: TestClient, wrong: str) -> None:
        for path in ("open", "comment", "answer"):
            where, query = told(browser.post(f"/auth/review/{path}", data={"token": wrong, "name": "M", "text": "x", "answer": "approve"}))
            assert where in ("/review/none", f"/review/{'cxr_' + 'a' * 43}")
            assert query["error"][0] in ("not_found", "invalid_input.text")

    @pytest.mark.asvs("V3.5.1")
    def test_another_site_cannot_answer_for_a_client(
        self, browser: TestClient, people: People, output: OutputView, session: Session
    ) -> None:
        form = {"token": token(people, output), "name": "Carla", "answer": "approve"}
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}):
            assert browser.post("/auth/review/answer", data=form, headers=headers).status_code == 403
        assert session.exec(select(Output.status)).one() is OutputStatus.IN_REVIEW

    def test_a_flood_from_one_address_is_cut_off(self, browser: TestClient, people: People, output: OutputView) -> None:
        answers = [told(browser.post("/auth/review/open", data={"token": "cxr_" + "b" * 43}))[1]["error"][0] for _ in range(70)]
        assert answers[0] == "not_found"
        assert answers[-1] == "rate_limit_exceeded"

    def test_a_session_gives_a_link_no_more(self, browser: TestClient, people: People, output: OutputView) -> None:
        mine = token(people, output, passcode="bread2026")
        browser.cookies.set(settings.get().cookie_name, people.tokens["alice"])
        form = {"token": mine, "name": "Alice", "answer": "approve"}
        assert told(browser.post("/auth/review/answer", data=form))[1] == {"error": ["passcode_needed"]}
        assert do(client_reviews.look, token=mine).locked


def test_no_search_engine_keeps_the_page(instance: None, tmp_path: Path) -> None:
    from tests.attacks.site import website

    with TestClient(RequestScope(Boundary(Edge(website(build(), tmp_path), tmp_path))), base_url=ORIGIN) as edge:
        found = edge.get("/review/cxr_something")
        assert found.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
        assert found.headers["referrer-policy"] == "same-origin"
        assert "x-robots-tag" not in edge.get("/login").headers
