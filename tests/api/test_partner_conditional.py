"""Reads that a client has already: ETag, If-None-Match, HEAD; nothing private may be kept by a cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coexai_app.api import conditional
from coexai_app.api.openapi import operations
from tests.door import api_app
from tests.people import People
from tests.permissions.test_routes_matrix import filled
from tests.work import create, work_all

Become = Callable[..., Any]


@pytest.fixture
def program(api: Become) -> Any:
    return api("adam")


class TestTag:
    @pytest.mark.parametrize(
        "path", ["/agents", "/jobs", "/usage", "/organization", "/members", "/audit-logs", "/me", "/schedules", "/search?q=x"]
    )
    def test_the_same_again_is_304_without_a_body(self, program: Any, people: People, path: str) -> None:
        create(people.bob)
        first = program.get(path)
        assert first.status_code == 200, first.text
        tag = first.headers["etag"]
        assert tag.startswith('"')
        for named in (tag, f"W/{tag}", f'"other", W/{tag}', "*"):
            again = program.get(path, headers={"If-None-Match": named})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), named
            assert again.headers["vary"] == first.headers["vary"] == "Authorization, X-API-Key, Cookie"
            assert again.headers["cache-control"] == first.headers["cache-control"] == "no-store"
            assert "content-length" not in again.headers
            assert "content-type" not in again.headers
            assert again.headers["x-request-id"]
        for other in ('"other"', tag.strip('"'), f"{tag[:-1]}", ""):
            assert program.get(path, headers={"If-None-Match": other}).status_code == 200, other

    def test_a_change_is_told(self, program: Any, people: People) -> None:
        job = create(people.bob).id
        before = program.get(f"/jobs/{job}").headers["etag"]
        work_all()
        after = program.get(f"/jobs/{job}", headers={"If-None-Match": before})
        assert (after.status_code, after.json()["status"]) == (200, "completed")
        assert after.headers["etag"] != before

    def test_a_tag_tells_nobody_else_anything(self, program: Any, api: Become, people: People) -> None:
        """Who may not read is refused before the tag is looked at."""
        job = create(people.bob).id
        tag = program.get(f"/jobs/{job}").headers["etag"]
        assert api("bob", "files:read").get(f"/jobs/{job}", headers={"If-None-Match": tag}).status_code == 403
        assert program.client.get(f"/api/v1/jobs/{job}", headers={"If-None-Match": "*"}).status_code == 401

    def test_a_result_in_each_format_has_its_own(self, program: Any, people: People) -> None:
        job = create(people.bob).id
        work_all()
        tags = set()
        for accept in ("application/json", "text/markdown", "text/plain"):
            answer = program.get(f"/jobs/{job}/output", headers={"Accept": accept})
            assert answer.headers["vary"] == "Accept, Authorization, X-API-Key, Cookie"
            tags.add(answer.headers["etag"])
            again = program.get(f"/jobs/{job}/output", headers={"Accept": accept, "If-None-Match": answer.headers["etag"]})
            assert again.status_code == 304
        assert len(tags) == 3

    def test_what_changes_something_and_what_fails_has_none(self, program: Any) -> None:
        answer = program.post("/quotes", {"agent": "maya", "capability": "blog-to-thread"}, headers={"If-None-Match": "*"})
        assert (answer.status_code, "etag" in answer.headers) == (200, False)
        missing = program.get("/agents/nobody", headers={"If-None-Match": "*"})
        assert (missing.status_code, "etag" in missing.headers) == (404, False)

    def test_the_profile_keeps_the_tag_that_if_match_takes(self, program: Any) -> None:
        answer = program.get("/organization/profile")
        assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"profile-0"', "private, no-cache")
        assert program.get("/organization/profile", headers={"If-None-Match": '"profile-0"'}).status_code == 304

    @pytest.mark.parametrize(
        ("header", "same"),
        [
            ('"a"', True),
            ('W/"a"', True),
            (' "b" ,"a"', True),
            ("*", True),
            ('"A"', False),
            ("a", False),
            ('"a', False),
            ('"b","c"', False),
            ('"x""a"', True),
            ("", False),
            ('""', False),
        ],
    )
    def test_how_a_tag_is_named(self, header: str, same: bool) -> None:
        assert conditional.names(header, '"a"') is same


class TestHead:
    @pytest.mark.parametrize("path", ["/jobs", "/agents/maya", "/me", "/agents/nobody", "/organization/profile/schema"])
    def test_it_answers_as_get_without_the_body(self, program: Any, path: str) -> None:
        got, head = program.get(path), program("HEAD", path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        for name in ("content-type", "content-length", "etag", "cache-control", "vary"):
            if name != "content-length" or got.status_code == 200:
                assert head.headers.get(name) == got.headers.get(name), name
        if tag := got.headers.get("etag"):
            assert program("HEAD", path, headers={"If-None-Match": tag}).status_code == 304

    def test_a_stream_has_no_head(self, program: Any, people: People) -> None:
        job = create(people.bob).id
        answer = program("HEAD", f"/jobs/{job}/events")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


class TestEveryRead:
    def test_of_the_description_has_both(self, program: Any, people: People) -> None:
        """Whatever is added later: each read that answers JSON is conditional, described so, and kept by no cache."""
        create(people.bob)
        work_all()
        asked = 0
        for path, method, operation in operations(api_app().openapi()):
            described = operation["responses"].get("200", {})
            if method != "get" or not path.startswith("/api/") or "application/json" not in described.get("content", {}) or "_id}" in path:
                continue
            if any(parameter.get("required") for parameter in operation.get("parameters", ()) if parameter["in"] == "query"):
                continue
            assert "ETag" in described["headers"], path
            assert "304" in operation["responses"], path
            answer = program.client.get(filled(path), headers=program.headers)
            if answer.status_code == 403:  # for people only
                continue
            assert answer.status_code == 200, (path, answer.text)
            assert answer.headers["cache-control"] in ("no-store", "private, no-cache"), path
            again = program.client.get(filled(path), headers={**program.headers, "If-None-Match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b""), path
            asked += 1
        assert asked >= 10
