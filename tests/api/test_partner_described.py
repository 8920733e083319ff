"""The API's description of itself, its page, its documentation, and every answer in the one envelope."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from coexai_app import errors
from coexai_app.api.documented import says
from coexai_app.api.openapi import operations
from coexai_app.errors import CoexaiError
from coexai_app.scopes import SCOPES
from tests.door import api_app
from tests.work import POST, work_all

Become = Callable[..., Any]
ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "api.md").read_text()


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    made: dict[str, Any] = api_app().openapi()
    return made


class TestDescription:
    def test_every_operation_is_whole(self, described: dict[str, Any]) -> None:
        ids = []
        for path, method, operation in operations(described):
            where = f"{method} {path}"
            ids.append(operation["operationId"])
            if not path.startswith("/api/"):
                continue
            assert operation.get("summary"), where
            assert operation.get("tags"), where
            assert operation.get("description"), where
            good = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
            assert good, where
            for status, answer in good.items():
                if status != "204":
                    assert answer["content"], where
                for kind, body in answer.get("content", {}).items():
                    assert "example" in body or "examples" in body, (where, status, kind)
            assert {"400", "405", "422", "429", "500", "503"} <= set(operation["responses"]), where
            for status, answer in operation["responses"].items():
                if status[0] in "45":
                    assert answer["content"]["application/json"]["examples"], (where, status)
                    assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorAnswer"), (where, status)
            for body in operation.get("requestBody", {}).get("content", {}).values():
                assert "example" in body, where
            assert operation["security"] == [] or {"apiKey", "bearer"} == {name for entry in operation["security"] for name in entry}, where
        assert len(ids) == len(set(ids))
        assert described["openapi"].startswith("3.1")

    def test_its_examples_fit_its_schemas(self, described: dict[str, Any]) -> None:
        for path, method, operation in operations(described):
            bodies = list(operation.get("requestBody", {}).get("content", {}).items())
            for answer in operation["responses"].values():
                bodies += answer.get("content", {}).items()
            for kind, body in bodies:
                if kind != "application/json" or not body.get("schema"):
                    continue
                schema = {**body["schema"], "components": described["components"]}
                for example in [body["example"]] if "example" in body else [e["value"] for e in body["examples"].values()]:
                    found = [error.message for error in Draft202012Validator(schema).iter_errors(example)]
                    assert not found, (method, path, found[:3])

    def test_scopes_and_codes_are_those_of_the_program(self, described: dict[str, Any]) -> None:
        text = described["info"]["description"]
        named = {operation.get("x-required-scope") for _, _, operation in operations(described)} - {None}
        assert named <= {scope.value for scope in SCOPES}
        for code, kind in errors.table().items():
            assert f"| `{code}` | {kind.status} | {says(kind)} |" in text


class TestDocumentation:
    def test_it_has_every_code_and_every_scope(self) -> None:
        listed = dict(re.findall(r"^\| `([A-Z_]+)` \| (\d{3}) \|", DOCS, re.M))
        assert listed == {code: str(kind.status) for code, kind in errors.table().items()}
        assert set(re.findall(r"^\| `([a-z]+:[a-z]+)` \|", DOCS, re.M)) == {scope.value for scope in SCOPES}

    def test_it_names_every_endpoint(self, described: dict[str, Any]) -> None:
        named = set(re.findall(r"^\| `(GET|POST|PUT|PATCH|DELETE) (/[\w/{}_-]*)` \|", DOCS, re.M))
        documented = {(m.upper(), p.removeprefix("/api/v1")) for p, m, _ in operations(described) if p.startswith("/api/")}
        assert named == documented

    def test_its_curl_examples_run(self, api: Become) -> None:
        """In their order, through the same application; what one answers the next may use."""
        program, known, ran = api("adam"), {"JOB": "", "FILE": "", "OUTPUT": ""}, 0
        for block in re.findall(r"```console\n(.*?)```", DOCS, re.S):
            for command in re.findall(r"^\$ (curl .*?)(?=^\$ |\Z)", block, re.S | re.M):
                for name, value in known.items():
                    command = command.replace(f"${name}", value)
                answer = _curl(program, command)
                assert answer.status_code < 300, (command, answer.text)
                ran += 1
                if "/jobs" in command and answer.status_code == 202:
                    known["JOB"] = answer.json()["id"]
                    work_all()
                    known["OUTPUT"] = program.get(f"/jobs/{known['JOB']}").json()["output_id"]
                if answer.status_code == 201 and "size" in answer.text:
                    known["FILE"] = answer.json()["id"]
        assert ran >= 8


def _curl(program: Any, command: str) -> Any:
    """What curl would send, as far as the documentation uses it."""
    import shlex

    words = shlex.split(command.replace("\\\n", " ").split("\n")[0] if "\\\n" not in command else command.replace("\\\n", " "))
    method, url, headers, given = "", "", {}, {}
    rest = iter(words[1:])
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            if name != "Authorization":
                headers[name] = value
        elif word in ("-d", "--data"):
            given["content"] = next(rest)
        elif word == "-F":
            assert next(rest) == "file=@post.md"
            given["files"] = {"file": ("post.md", POST.encode())}
        elif not word.startswith("-"):
            url = word
    path = url.replace("$COEXAI_URL", "").removeprefix("/api/v1")
    return program(method or ("POST" if given else "GET"), path, headers=headers, **given)


class TestEnvelope:
    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("PUT", "/jobs", 405, "METHOD_NOT_ALLOWED"),
            ("POST", "/jobs", 405, "METHOD_NOT_ALLOWED"),
            ("PATCH", "/agents/maya", 405, "METHOD_NOT_ALLOWED"),
            ("GET", "/nothing", 404, "NOT_FOUND"),
            ("GET", "/jobs/not-a-uuid", 422, "INVALID_INPUT"),
            ("DELETE", "/jobs/0192f3a4-5b6c-7d8e-9f01-23456789abcd", 404, "NOT_FOUND"),
        ],
    )
    def test_each_status_has_its_code(self, api: Become, method: str, path: str, status: int, code: str) -> None:
        answer = api("bob")(method, path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert set(answer.json()["error"]) == {"code", "message", "details", "request_id"}
        assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]
        if status == 405:
            assert answer.headers["allow"] == "GET, HEAD"

    def test_every_address_says_which_methods_it_takes(self, api: Become, described: dict[str, Any]) -> None:
        program = api("bob")
        for path, methods in described["paths"].items():
            if path.startswith("/api/v1/"):
                answer = program("TRACE", re.sub(r"\{\w+\}", "0192f3a4-5b6c-7d8e-9f01-23456789abcd", path.removeprefix("/api/v1")))
                assert answer.status_code == 405, path
                assert {name.upper() for name in methods if name != "parameters"} <= set(answer.headers["allow"].split(", ")), path

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
    def test_a_body_that_is_not_json_is_415(self, api: Become, kind: str) -> None:
        answer = api("bob")("POST", "/quotes", content=b'{"agent": "maya"}', headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["error"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b"null", b'{"agent": NaN}', b"[" * 50_000, b'{"a": 1' + b"0" * 5_000 + b"}", b"\xff"]
    )
    def test_a_body_that_is_damaged(self, api: Become, body: bytes) -> None:
        answer = api("bob")("POST", "/quotes", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) in ((422, "INVALID_INPUT"), (400, "BAD_REQUEST"))

    def test_a_deep_input_with_a_key(self, api: Become) -> None:
        deep = b'{"capability": "blog-to-thread", "input": {"text": ' + b"[" * 400 + b"]" * 400 + b"}}"
        answer = api("bob")("POST", "/agents/maya/jobs", content=deep, headers={"Content-Type": "application/json", "Idempotency-Key": "a"})
        assert answer.status_code == 422, answer.text

    def test_a_request_id_is_taken_over_and_logged(self, api: Become, caplog: pytest.LogCaptureFixture) -> None:
        answer = api("bob").get("/nothing", headers={"X-Request-Id": "order-7"})
        assert (answer.headers["x-request-id"], answer.json()["error"]["request_id"]) == ("order-7", "order-7")

    def test_the_table_holds_every_class(self) -> None:
        waiting = [CoexaiError]
        while waiting:
            kind = waiting.pop()
            waiting += kind.__subclasses__()
            if kind.__module__ == "coexai_app.errors":
                assert kind.code in errors.table()
                assert says(kind), kind
        assert json.dumps([kind.status for kind in errors.table().values()])
