"""The reference at /docs/api: what it holds, that its tables are the program's, and how it is sent."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from coexai_app import errors, settings
from coexai_app.api import docs_page
from coexai_app.api.boundary import Boundary
from coexai_app.api.documented import says
from coexai_app.api.edge import Edge
from coexai_app.api.openapi import operations
from coexai_app.api.reference import examples, fields, guide, page
from coexai_app.api.reference.highlight import colour
from coexai_app.plans import PLANS
from coexai_app.scopes import SCOPES
from coexai_app.services import webhook_events
from tests.door import api_app

ROOT = Path(__file__).parents[2]


@cache
def described() -> dict[str, Any]:
    made: dict[str, Any] = api_app().openapi()
    return made


@cache
def shown() -> str:
    return page.render(described(), settings.get().origin)


@cache
def tree() -> Any:
    return html.fromstring(shown())


def text(element: Any) -> str:
    return " ".join(element.text_content().split())


class TestContents:
    def test_every_operation_is_there_whole(self) -> None:
        articles = {text(one.find(".//p[@class='route']")): one for one in tree().xpath("//section[@class='op']")}
        wanted = [one for one in operations(described()) if "incoming webhooks" not in one[2]["tags"]]
        assert len(articles) == len(wanted) >= 60
        for path, method, operation in wanted:
            article = articles[f"{method.upper()} {path}"]
            said = text(article)
            assert operation["summary"] in said
            for parameter in operation.get("parameters", ()):
                assert parameter["name"] in said, (path, parameter["name"])
            for status, answer in operation["responses"].items():
                for code in answer.get("content", {}).get("application/json", {}).get("examples", {}):
                    assert f"{status}{code}" in said.replace(" ", ""), (path, code)
            if scope := operation.get("x-required-scope"):
                assert f"needs the scope {scope}" in said
            assert [box.get("data-lang") for box in article.xpath(".//div[@class='sample']/div")] == ["curl", "python"]

    def test_fields_within_objects_are_told_by_their_path(self) -> None:
        schemas = {
            "Outer": {
                "type": "object",
                "required": ["many"],
                "properties": {"many": {"type": "array", "maxItems": 3, "items": {"$ref": "#/components/schemas/Inner"}}},
            },
            "Inner": {
                "type": "object",
                "properties": {
                    "size": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9000}, {"type": "null"}], "default": 5},
                    "kind": {"enum": ["a", "b"], "type": "string"},
                    "more": {"$ref": "#/components/schemas/Outer"},
                },
            },
        }
        found = list(fields.of_body({"$ref": "#/components/schemas/Outer"}, schemas))
        first = {f"{one.parent}{one.name}": (one.kind, one.required, one.limits) for one in found[:4]}
        assert first == {
            "many": ("list of object", True, "at most 3 entries"),
            "many[].size": ("integer", False, "at least 1, at most 9,000; default `5`; may be null"),
            "many[].kind": ("string", False, "one of `a`, `b`"),
            "many[].more": ("object", False, ""),
        }
        assert len(found) < 20  # what holds itself comes to an end

    def test_every_link_on_the_page_leads_somewhere(self) -> None:
        ids = tree().xpath("//@id")
        assert len(ids) == len(set(ids))
        assert {one[1:] for one in tree().xpath("//a/@href") if one.startswith("#")} <= set(ids)

    def test_headings_are_in_order(self) -> None:
        ranks = [int(one.tag[1]) for one in tree().iter("h1", "h2", "h3", "h4")]
        assert ranks[0] == 1
        assert ranks.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(ranks))

    def test_objects_are_told_once_and_all_of_them(self) -> None:
        links = {one for one in tree().xpath("//main//a/@href") if one.startswith("#object-")}
        told = [f"#{one}" for one in tree().xpath("//main//h3/@id") if one.startswith("object-")]
        assert len(told) == len(set(told))
        assert links <= set(told)

    def test_nothing_comes_from_elsewhere_and_no_script_stands_in_it(self) -> None:
        assert [one.get("src") for one in tree().iter("script")] == ["/docs.js"]
        assert all(not (one.text or "").strip() for one in tree().iter("script"))
        assert all(one.startswith("/") for one in tree().xpath("//link/@href | //@src"))
        assert not re.search(r"\sstyle=|\son\w+=|javascript:|@import|url\(", shown())
        for file in tree().xpath("//link[@rel='stylesheet']/@href | //script/@src"):
            assert (ROOT / "assets" / file[1:]).exists(), file

    def test_what_is_told_is_escaped(self) -> None:
        bad = "<img src=x onerror=alert(1)>"
        operation = {
            "tags": [bad],
            "summary": bad,
            "description": bad,
            "operationId": "x",
            "parameters": [{"name": bad, "in": "query", "description": bad, "schema": {"type": "string", "examples": [bad]}}],
            "responses": {"200": {"description": bad, "content": {"application/json": {"example": {bad: bad}}}}},
        }
        made = page.render({"paths": {f"/api/{bad}": {"get": operation}}, "components": {"schemas": {}}}, "http://localhost:3000")
        assert "<img" not in made


class TestOneTruth:
    def test_its_tables_are_the_programs(self) -> None:
        def rows(label: str) -> list[list[str]]:
            return [[text(cell) for cell in row] for row in tree().xpath(f"//table[@aria-label='{label}']/tbody/tr")]

        assert [row[:2] for row in rows("Scopes")] == [[scope.value, grant.sentence] for scope, grant in SCOPES.items()]
        assert [row[0] for row in rows("Plans")] == [plan.label for plan in PLANS.values()]
        assert [row[0] for row in rows("Event types")] == [*webhook_events.TYPES, webhook_events.TEST]
        listed = [[code, str(kind.status), says(kind).replace("`", "")] for code, kind in errors.table().items()]
        assert rows("Error codes") == listed

    def test_the_documents_tables_say_the_same(self) -> None:
        """Whoever reads the files reads what the page shows."""
        document = (ROOT / "docs" / "api.md").read_text()
        for plan in PLANS.values():
            size = f"{plan.max_file_bytes // 1_000_000} MB"
            assert f"| {plan.label} | {plan.requests_per_minute:,} | {plan.concurrent_jobs} | {size} |" in document
        hooks = (ROOT / "docs" / "webhooks.md").read_text()
        assert set(re.findall(r"`([a-z]+\.[a-z_]+)`", hooks)) >= {*webhook_events.TYPES, webhook_events.TEST}

    def test_a_table_of_another_kind_stays_as_it_was_written(self) -> None:
        made = guide._html("| colour | taste |\n|---|---|\n| red | sweet |\n")
        assert "<td>red</td>" in made

    def test_the_image_has_the_documents_that_the_page_is_made_of(self) -> None:
        ignored = (ROOT / ".dockerignore").read_text().splitlines()
        assert "docs" not in ignored
        assert {"!docs/api.md", "!docs/webhooks.md"} <= set(ignored)

    def test_a_webhook_is_checked_as_the_document_shows(self) -> None:
        import time

        from coexai_app.services import webhook_signing

        source = re.search(r"```python\n(import base64.*?)```", (ROOT / "docs" / "webhooks.md").read_text(), re.S)
        assert source
        made: dict[str, Any] = {}
        exec(source[1], made)
        secret, now = webhook_signing.make_secret(), int(time.time())

        def ours(body: bytes = b"{}", at: int = now, with_: str = secret) -> bool:
            headers = webhook_signing.headers([webhook_signing.make_secret(), with_], message_id="msg_1", timestamp=at, body=b"{}")
            return bool(made["is_ours"](secret, headers, body))

        assert ours()
        assert not ours(body=b"{ }")
        assert not ours(at=now - 301)
        assert not ours(with_=webhook_signing.make_secret())


class TestExamples:
    def test_quotes_are_quoted(self) -> None:
        asked = examples.Request("POST", "/api/v1/x", body={"text": 'It\'s "so"\n$HOME `ls`'}, answer="application/json")
        assert "It'\\''s" in examples.curl(asked, "http://localhost:3000")
        made = examples.python(asked, "http://localhost:3000")
        assert '"It\'s \\"so\\"\\n$HOME `ls`"' in made

    def test_colours_change_no_letter(self) -> None:
        for path, method, operation in operations(described()):
            asked = examples.request(path, method, operation, described()["components"]["schemas"])
            for language, made in (("curl", examples.curl(asked, "http://a")), ("python", examples.python(asked, "http://a"))):
                assert html.fromstring(f"<pre>{colour(made, language)}</pre>").text_content() == made


class TestSending:
    def test_it_is_open_to_everybody_and_small(self, client: TestClient, record_property: Callable[[str, object], None]) -> None:
        answer = client.get(docs_page.PATH)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-encoding"] == "gzip"
        size = int(answer.headers["content-length"])
        record_property("figures", f"reference: {len(answer.content):,} bytes of HTML, {size:,} as gzip")
        assert size < 60_000

    @pytest.mark.parametrize(
        ("accepts", "packed"), [("gzip", True), ("br, *", True), ("", False), ("gzip;q=0, br", False), ("identity", False)]
    )
    def test_it_is_packed_for_those_who_can_unpack_it(self, client: TestClient, accepts: str, packed: bool) -> None:
        with client.stream("GET", docs_page.PATH, headers={"Accept-Encoding": accepts}) as answer:
            raw = b"".join(answer.iter_raw())
        assert (answer.headers.get("content-encoding") == "gzip") == packed
        assert (gzip.decompress(raw) if packed else raw).startswith(b"<!doctype html>")

    def test_who_has_it_already_gets_nothing(self, client: TestClient) -> None:
        tag = client.get(docs_page.PATH).headers["etag"]
        again = client.get(docs_page.PATH, headers={"If-None-Match": f'"x", {tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)

    def test_head_tells_the_same(self, client: TestClient) -> None:
        full, head = client.get(docs_page.PATH), client.head(docs_page.PATH)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == full.headers["etag"]

    def test_the_old_address_leads_here(self, client: TestClient) -> None:
        answer = client.get("/api/docs")
        assert (answer.status_code, answer.headers["location"]) == (308, docs_page.PATH)

    def test_its_policy_allows_no_script_but_our_files(self, instance: None, tmp_path: Path) -> None:
        (tmp_path / "404.html").write_text("<!doctype html><script>let inline</script>")
        with TestClient(Boundary(Edge(api_app(), tmp_path))) as edged:
            first = edged.get(docs_page.PATH)
            again = edged.get(docs_page.PATH, headers={"If-None-Match": first.headers["etag"]})
        for answer in (first, again):
            assert answer.headers.get_list("content-security-policy") == [first.headers["content-security-policy"]]
            assert answer.headers["cache-control"] == "no-cache"
        rules = dict(rule.strip().partition(" ")[::2] for rule in first.headers["content-security-policy"].split(";"))
        assert rules["script-src"] == "'self'"
        assert rules["default-src"] == rules["object-src"] == rules["script-src-attr"] == "'none'"
        assert again.status_code == 304
