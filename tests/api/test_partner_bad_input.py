"""Whatever is sent: 4xx in the one envelope, nothing of our insides, and nothing written. By hand, beside Schemathesis."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from coexai_app.api import bodies
from coexai_app.api.openapi import operations
from coexai_app.errors import InvalidInput
from coexai_app.models.base import new_id
from coexai_app.services import rate_limit
from tests.door import api_app
from tests.people import People
from tests.permissions.test_routes_matrix import filled
from tests.work import create, work_all

Become = Callable[..., Any]
TEXT = '"# A year of counting"'
# Names of our modules, of a library's errors, of statements and of folders.
INSIDES = re.compile(r"Traceback|sqlalchemy|psycopg|sqlite|pydantic|starlette|site-packages|SELECT |INSERT |/tmp/|coexai_app|0x[0-9a-f]{6}")


def job(value: str, *, also: str = "") -> bytes:
    """A body for a new job, with `value` as JSON for the text and `also` as more fields."""
    return f'{{"capability": "blog-to-thread", "input": {{"text": {value}}}{also}}}'.encode("utf-8", "surrogatepass")


BODIES = {
    "half a pair": job(r'"half \ud800 of it"'),
    "the other half, in capitals": job(r'"\uDFFF"'),
    "two halves the wrong way round": job(r'"\udc00\ud800"'),
    "half a pair as a name": job(TEXT, also=r', "\ud83d": 1'),
    "half a pair, raw": job('"\ud800"'),
    "a null character": job(r'"a\u0000b"'),
    "a null character as a name": job(TEXT, also=r', "\u0000": 1'),
    "a null byte": job('"a\0b"'),
    "a number beyond doubles": job("1e400"),
    "the other end": job("-1e400"),
    "a number of 400 digits": job("1" + "0" * 400),
    "a number of 5,000 digits": job("1" + "0" * 5_000),
    "one more than 64 bits could be": job(str(10**19)),
    "NaN": job("NaN"),
    "Infinity": job("Infinity"),
    "-Infinity": job("-Infinity"),
    "a field twice": job(TEXT, also=', "capability": "blog-to-thread"'),
    "a field twice inside": b'{"capability": "blog-to-thread", "input": {"text": "a", "text": "b"}}',
    "100,000 brackets": b"[" * 100_000,
    "100,000 brackets and back": b"[" * 100_000 + b"]" * 100_000,
    "100,000 braces": b'{"a":' * 100_000,
    "900 levels in a field": job("[" * 900 + "]" * 900),
    "70 levels in a field": job('{"a":' * 70 + "1" + "}" * 70),
    "latin-1": '{"capability": "café"}'.encode("latin-1"),
    "utf-16": json.dumps({"capability": "blog-to-thread", "input": {"text": "a"}}).encode("utf-16"),
    "half a text": b'{"capability": "blog-to-thread", "input": {"te',
    "one comma more": b'{"capability": "blog-to-thread",}',
    "single quotes": b"{'capability': 'blog-to-thread'}",
    "a comment": b'{"capability": "x"} // why',
    "two values": b'{"capability": "x"}{"capability": "x"}',
    "a tab inside a text": b'{"capability": "a\tb"}',
    "no object": b'["capability"]',
    "only a text": b'"capability"',
    "only a number": b"1",
    "only null": b"null",
    "only blanks": b"   ",
    "nothing": b"",
    "wrong types": b'{"capability": 1, "input": "text"}',
    "an object for a text": job('{"a": 1}'),
    "a list for a text": job("[1]"),
    "a huge name": json.dumps({"x" * 1_000_000: 1}).encode(),
    "a huge text": job(json.dumps("word " * 1_500_000)),
    "a huge capability": json.dumps({"capability": "x" * 1_000_000, "input": {}}).encode(),
    "an unknown field": job(TEXT, also=', "organization_id": "x"'),
    "a prototype": job(TEXT, also=', "__proto__": {"admin": true}'),
    "a moment out of range": job(TEXT, also=', "run_at": "9999-12-31T23:59:59-23:59"'),
    "a moment that is a number": job(TEXT, also=', "run_at": 1e18'),
    "another calendar": job(TEXT, also=', "run_at": "2027-02-30T00:00:00Z"'),
}


@pytest.fixture(autouse=True)
def _fresh(instance: None) -> None:
    rate_limit.forget()


def is_refused(answer: Any, *statuses: int) -> None:
    assert answer.status_code in (statuses or range(400, 500)), (answer.status_code, answer.text[:300])
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "details", "request_id"}
    assert not INSIDES.search(answer.text), answer.text[:500]
    assert len(answer.content) < 20_000, "an answer that repeats what was sent"


class TestBodies:
    @pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
    def test_a_job_is_not_made_of_it(self, api: Become, dump: Callable[[], str], body: bytes) -> None:
        program = api("adam")
        before = dump().count("jobs: ")
        for headers in ({}, {"Idempotency-Key": "order-1"}):
            answer = program("POST", "/agents/maya/jobs", content=body, headers={"Content-Type": "application/json", **headers})
            is_refused(answer, 422, 413)
        assert dump().count("jobs: ") == before

    def test_every_operation_with_a_body_refuses_the_same(self, api: Become, as_person: Become) -> None:
        """Those of later versions too: what the schema says nothing about is refused for all by `bodies.check`."""
        program, asked = api("adam"), 0
        for path, method, operation in operations(api_app().openapi()):
            if "application/json" not in operation.get("requestBody", {}).get("content", {}) or path.startswith("/webhooks"):
                continue
            for name in (
                "half a pair",
                "a null character",
                "a field twice",
                "100,000 brackets",
                "NaN",
                "a number beyond doubles",
                "latin-1",
            ):
                rate_limit.forget()
                headers = {**program.headers, "Content-Type": "application/json", "If-Match": '"profile-0"'}
                answer = program.client.request(method, filled(path, new_id()), content=BODIES[name], headers=headers)
                is_refused(answer, 422, 403)
                asked += 1
        assert asked >= 70

    @pytest.mark.parametrize(
        "kind",
        ["text/plain", "text/json", "application/jsonp", "application/x-www-form-urlencoded", "multipart/form-data", "", "é", "json"],
    )
    def test_another_content_type_is_415(self, api: Become, kind: str) -> None:
        headers = {"Content-Type": kind.encode("latin-1")}
        is_refused(api("adam")("POST", "/agents/maya/jobs", content=job(TEXT), headers=headers), 415)

    @pytest.mark.parametrize(
        "kind", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.api+json"]
    )
    def test_json_by_any_of_its_names_is_read(self, api: Become, kind: str) -> None:
        body = b"\xef\xbb\xbf" + job(r'"# \ud83d\ude00 \u00fc\n\nA whole character of two halves is one."')
        answer = api("adam")("POST", "/agents/maya/jobs", content=body, headers={"Content-Type": kind})
        assert answer.status_code == 202, answer.text
        assert "😀 ü" in answer.json()["input"]["text"]


class TestParse:
    """The parser by itself, against Python's own: what both take means the same."""

    @pytest.mark.parametrize(
        "value", [None, True, 0, -1, 1.5, 9_223_372_036_854_775_807, -(2**63), "", "ü😀", [], {}, {"a": [{"b": None}]}]
    )
    def test_what_is_good_stays_as_it_is(self, value: Any) -> None:
        for ascii_only in (True, False):
            assert bodies.parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value

    def test_the_deepest_and_one_more(self) -> None:
        deep = bodies.DEEPEST
        assert bodies.parse(b"[" * deep + b"]" * deep)
        for extra in (b"[" * (deep + 1) + b"]" * (deep + 1), b"[" * (deep + 1) + b"1" + b"]" * (deep + 1)):
            with pytest.raises(InvalidInput, match="deeply"):
                bodies.parse(extra)

    def test_many_values_are_not_deep(self) -> None:
        assert len(bodies.parse(json.dumps([[n] for n in range(10_000)]).encode())) == 10_000

    def test_ten_thousand_broken_bodies(self) -> None:
        """Any bytes: a value that can be stored, or InvalidInput; never another error."""
        chance = random.Random(1042)
        pieces = [
            b"{",
            b"}",
            b"[",
            b"]",
            b'"',
            b":",
            b",",
            b"\\",
            b"\\u",
            b"d800",
            b"0000",
            b"1e9",
            b"-",
            b"NaN",
            b"true",
            b"\xff",
            b"\xc3",
            b" a",
        ]
        taken = 0
        for _ in range(10_000):
            body = b"".join(chance.choices(pieces, k=chance.randint(1, 12)))
            try:
                value = bodies.parse(body)
            except InvalidInput:
                continue
            json.dumps(value, allow_nan=False).encode()
            assert "\0" not in str(value)
            json.dumps(value, ensure_ascii=False).encode()
            taken += 1
        assert taken > 50


class TestAddresses:
    @pytest.mark.parametrize(
        "query",
        [
            "sort=title",
            "sort=-created_at;drop",
            "sort=",
            "page=1e3",
            "page=-1",
            "page=" + "9" * 400,
            "page=٣٣",
            "page=1&page=2",
            "limit=NaN",
            "q=%00",
            "q=" + "x" * 5_000,
            "status=completed&status=" + "&status=".join(["failed"] * 20),
            "created_from=0000-00-00T00:00:00Z",
            "created_from=0001-01-01T00:00:00%2B14:00",
            "created_from=2026-01-01",
            "person=00000000",
            "test=maybe",
            "=x",
            "%00=x",
            "Page=1",
            "page[]=1",
        ],
    )
    def test_a_query_that_is_wrong(self, api: Become, query: str) -> None:
        for version in ("v1", "v2"):
            answer = api("bob").get(f"/api/{version}/jobs?{query}")
            if query == "page=1&page=2" and version == "v1":  # the last one counts, as everywhere
                assert answer.status_code == 200
            else:
                is_refused(answer, 422)

    @pytest.mark.parametrize("query", ["q=%ff%fe", "q=%", "q=%zz", "q=%ED%A0%80", "q=%C0%80", "q=%25%27%22%5C%5F", "q=%F0%9F%98%80"])
    def test_a_text_in_a_query_is_only_looked_for(self, api: Become, query: str) -> None:
        for path in ("/jobs", "/search", "/audit-logs"):
            assert api("adam").get(f"{path}?{query}").status_code == 200

    @pytest.mark.parametrize(
        "ident",
        [
            "x",
            "%00",
            "%ff",
            "%",
            "%2e%2e",
            "..%2f..%2fetc",
            "1",
            "-1",
            "null",
            "' OR 1=1 --",
            "{job_id}",
            "x" * 3_000,
            "0192f3a4",
            "%F0%9F%98%80",
        ],
    )
    def test_an_id_that_is_none(self, api: Become, ident: str) -> None:
        program = api("adam")
        for path in ("/jobs/{}", "/jobs/{}/output", "/jobs/{}/events", "/schedules/{}", "/files/{}", "/agents/{}", "/webhook-endpoints/{}"):
            is_refused(program.get(path.format(ident)), 404, 405, 422)
        is_refused(program.delete(f"/jobs/{ident}"), 404, 405, 422)

    @pytest.mark.parametrize("value", ["x", "-1", "1.5", "9" * 30, "", "é", "1 OR 1=1"])
    def test_a_header_that_is_wrong(self, api: Become, people: People, value: str) -> None:
        made = create(people.bob).id
        work_all()
        is_refused(api("bob").get(f"/jobs/{made}/events", headers={"Last-Event-ID": value.encode("latin-1")}), 422)

    @pytest.mark.parametrize(
        "value", ["\x00", "é" * 300, "Bearer", "Bearer ", "Basic eDp5", "bearer a b c", "Bearer cxa_live_\xff", "Bearer " + "x" * 8_000]
    )
    def test_credentials_that_are_none(self, people: People, client: TestClient, value: str) -> None:
        for name in ("Authorization", "X-API-Key"):
            is_refused(client.get("/api/v1/jobs", headers={name: value.encode("latin-1")}), 401)


class TestFiles:
    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"", "multipart/form-data; boundary=x"),
            (b"--x\r\n", "multipart/form-data; boundary=x"),
            (b"--x--\r\n", "multipart/form-data; boundary=x"),
            (b"nonsense", "multipart/form-data; boundary=x"),
            (b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n", "multipart/form-data; boundary=x"),
            (
                b'--x\r\nContent-Disposition: form-data; name="other"; filename="a.md"\r\n\r\na\r\n--x--\r\n',
                "multipart/form-data; boundary=x",
            ),
            (b"a", "multipart/form-data"),
            (b"a", "multipart/form-data; boundary="),
            (b"a", "application/json"),
            (b"a", ""),
        ],
    )
    def test_a_form_that_is_none(self, api: Become, body: bytes, kind: str) -> None:
        is_refused(api("adam")("POST", "/files", content=body, headers={"Content-Type": kind}), 400, 415, 422)

    @pytest.mark.parametrize(
        "name", [b"a\0.md", b"\xff\xfe.md", b"../../etc/passwd", b"x" * 5_000 + b".md", b"\xed\xa0\x80.md", b"a\x1b[2J.md"]
    )
    def test_a_name_that_is_odd_never_breaks_anything(self, api: Become, dump: Callable[[], str], name: bytes) -> None:
        body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n# A\n\nA text.\r\n--x--\r\n'
        answer = api("adam")("POST", "/files", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
        if answer.status_code != 201:
            is_refused(answer)
            return
        kept = answer.json()["name"]
        assert "/" not in kept
        assert "\0" not in kept
        assert len(kept) <= 300
        assert api("adam").get(f"/files/{answer.json()['id']}").status_code == 200
