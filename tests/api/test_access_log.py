"""One line per request of the API: who asked for what and how it ended, without a word that nobody else may read."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from coexai_app import log, settings
from coexai_app.services import rate_limit
from tests.forge import log_in
from tests.people import People
from tests.work import create, work_all

Become = Callable[..., Any]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[logging.LogRecord]]:
    """What the access log has said so far."""
    caplog.set_level(logging.INFO, "coexai.access")
    return lambda: [record for record in caplog.records if record.name == "coexai.access"]


Lines = Callable[[], list[logging.LogRecord]]


class TestLine:
    def test_of_a_key(self, api: Become, people: People, lines: Lines) -> None:
        program = api("bob")
        answer = program.get("/jobs?q=secret+bakery", headers={"X-Request-Id": "order-7"})
        (line,) = lines()
        told = line.__dict__
        assert (told["method"], told["route"], told["status"]) == ("GET", "/api/v1/jobs", 200)
        assert told["bytes"] == len(answer.content)
        assert 0 < told["ms"] < 60_000
        assert (told["caller"], told["organization_id"]) == ("key", str(people.bob.organization_id))
        assert len(told["key_id"]) == 36

    def test_of_everybody_else(self, client: Any, people: People, as_person: Become, lines: Lines) -> None:
        client.get("/api/v1/jobs")
        client.get("/api/v1/jobs", headers={"Authorization": f"Bearer {log_in(people.bob).access}"})
        as_person("vera").get("/api/v1/me")
        kinds = [(line.__dict__["caller"], line.__dict__.get("user_id")) for line in lines()]
        assert kinds == [("anonymous", None), ("token", str(people.bob.user_id)), ("cookie", str(people.vera.user_id))]

    def test_ids_in_paths_are_told_by_their_template(self, api: Become, people: People, lines: Lines) -> None:
        job = create(people.bob).id
        work_all()
        program = api("bob")
        for path in (f"/jobs/{job}", f"/jobs/{job}/events", "/nothing/alice@example.org", "/jobs/x"):
            program.get(path)
        routes = [line.__dict__["route"] for line in lines()]
        assert routes == ["/api/v1/jobs/{job_id}", "/api/v1/jobs/{job_id}/events", "/api/{path:path}", "/api/v1/jobs/{job_id}"]
        assert lines()[1].__dict__["bytes"] > 500  # the whole stream
        assert [line.__dict__["status"] for line in lines()] == [200, 200, 404, 422]

    def test_no_secret_and_nothing_that_was_typed(self, api: Become, client: Any, people: People, lines: Lines) -> None:
        program = api("bob")
        secret = program.headers["Authorization"].split()[1]
        program.post("/quotes?token=hush", {"agent": "maya", "capability": "blog-to-thread", "input": {"text": "Tell nobody."}})
        client.post("/api/v1/auth/token", json={"email": "alice@larkfield.example.org", "password": "hush hush hush"})
        client.request(
            "GET\u2028".encode().decode("latin-1")[:3], "/api/v1/jobs?email=alice@larkfield.example.org", headers={"X-API-Key": secret}
        )
        for style in (log._Json("web"), log._Text("web")):
            told = "\n".join(style.format(line) for line in lines())
            assert told.count("\n") == 2
            for word in (secret, secret[:14], "hush", "nobody", "alice@", "email"):
                assert word not in told

    def test_as_json_for_collectors(self, api: Become, lines: Lines) -> None:
        style, found = log._Json("web"), []
        handler = logging.Handler()
        handler.emit = lambda record: found.append(style.format(record))  # type: ignore[method-assign]
        logging.getLogger("coexai.access").addHandler(handler)
        try:
            api("bob").get("/agents/maya", headers={"X-Request-Id": "order-7"})
        finally:
            logging.getLogger("coexai.access").removeHandler(handler)
        (line,) = (json.loads(text) for text in found)
        assert (line["request_id"], line["route"], line["status"], line["logger"]) == (
            "order-7",
            "/api/v1/agents/{agent}",
            200,
            "coexai.access",
        )
        assert {"ms", "bytes", "caller", "key_id", "organization_id", "timestamp", "service"} <= set(line)


class TestSwitch:
    def test_by_its_setting(self, api: Become, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
        program = api("bob")
        quiet = settings.get().model_copy(update={"access_log": False})
        monkeypatch.setattr(settings, "get", lambda: quiet)
        assert program.get("/jobs").status_code == 200
        assert lines() == []

    def test_by_the_level(self, api: Become, lines: Lines, caplog: pytest.LogCaptureFixture) -> None:
        program = api("bob")
        caplog.set_level(logging.WARNING, "coexai.access")
        assert program.get("/jobs").status_code == 200
        assert lines() == []

    def test_probes_and_pages_are_not_told(self, client: Any, lines: Lines) -> None:
        rate_limit.forget()
        for path in ("/health/live", "/", "/assets/app.js"):
            client.get(path)
        assert lines() == []
