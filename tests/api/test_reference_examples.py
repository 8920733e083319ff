"""Every example of the reference is sent as it stands on the page, by curl and by Python, to a running server."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from sqlmodel import Session, col, select

from coexai_app.api.app import RequestScope
from coexai_app.api.openapi import operations
from coexai_app.api.reference import examples
from coexai_app.models import Output, WebhookDelivery
from coexai_app.scopes import SCOPES
from coexai_app.services import api_keys, eval_cases, rate_limit
from tests.door import api_app
from tests.forge import log_in
from tests.people import PASSWORD, People, do
from tests.permissions.world import PNG
from tests.servers import free_port, wait_until
from tests.work import POST, create, work_all

# What cannot succeed by itself: status, code, and why.
REFUSED = {
    "post /api/v1/files/uploads": (409, "CONFLICT", "this instance keeps its files in a folder"),
    "post /api/v1/files/uploads/complete": (422, "INVALID_INPUT", "so there is no ticket of an upload"),
    "post /api/v1/auth/token/second-factor": (401, "SIGN_IN_EXPIRED", "nobody here has a second factor, so there is no ticket"),
    "put /api/v1/account/picture": (403, "FORBIDDEN", "only in a browser"),
    "delete /api/v1/account/picture": (403, "FORBIDDEN", "only in a browser"),
    "post /api/v1/outputs/{output_id}/fixes": (404, "NOT_FOUND", "there is no brand voice, so nothing has a replacement"),
    "get /api/v1/people/{user_id}/picture": (404, "NOT_FOUND", "nobody has a picture"),
}
# What others need first, and what ends something last; in between it is the order of the page.
FIRST = (
    "post /api/v1/auth/token",
    "post /api/v1/agents/{agent}/jobs",
    "post /api/v1/files",
    "post /api/v1/schedules",
    "post /api/v1/api-keys",
    "post /api/v1/webhook-endpoints",
    "post /api/v1/webhook-endpoints/{endpoint_id}/test",
    "post /api/v1/hooks",
    "put /api/v1/organization/logo",
    "post /api/v1/outputs/{output_id}/comments",
    "patch /api/v1/outputs/{output_id}",
    "post /api/v1/outputs/{output_id}/fixes",
    "post /api/v1/outputs/{output_id}/claims/{claim}/override",
    "post /api/v1/outputs/{output_id}/claims/{claim}/remove",
    "post /api/v1/outputs/{output_id}/versions/{number}/restore",
    "post /api/v1/outputs/{output_id}/review",
    "post /api/v1/outputs/{output_id}/review/reject",
    "post /api/v1/outputs/{output_id}/client-links",
    "post /api/v1/outputs/{output_id}/review/withdraw",
    "post /api/v1/outputs/{output_id}/approve",
    "post /api/v1/outputs/{output_id}/reopen",
)
LAST = (
    "delete /api/v1/jobs/{job_id}",
    "post /api/v1/jobs/{job_id}/resume",
    "delete /api/v1/schedules/{schedule_id}",
    "delete /api/v1/hooks/{hook_id}",
    "delete /api/v1/hooks",
    "delete /api/v1/webhook-endpoints/{endpoint_id}",
    "delete /api/v1/organization/logo",
    "delete /api/v1/outputs/{output_id}/comments/{comment_id}",
    "delete /api/v1/outputs/{output_id}/client-links/{link_id}",
    "delete /api/v1/calendar-entries/{entry_id}",
    "delete /api/v1/api-keys/{key_id}",
    "post /api/v1/auth/refresh",
    "post /api/v1/auth/logout",
)
# Under which name an answer's id goes into later examples.
TELLS = {
    "post /api/v1/agents/{agent}/jobs": "JOB_ID",
    "post /api/v1/files": "FILE_ID",
    "post /api/v1/schedules": "SCHEDULE_ID",
    "post /api/v1/api-keys": "KEY_ID",
    "post /api/v1/webhook-endpoints": "ENDPOINT_ID",
    "post /api/v1/hooks": "HOOK_ID",
    "post /api/v1/calendar-entries": "ENTRY_ID",
    "post /api/v1/outputs/{output_id}/comments": "COMMENT_ID",
    "post /api/v1/outputs/{output_id}/client-links": "LINK_ID",
}


@pytest.fixture
def base(instance: None) -> Iterator[str]:
    """The API under uvicorn, in this process and on this test's database."""
    rate_limit.forget()
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(RequestScope(api_app()), host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started, 30, "the API")
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


def by_curl(asked: examples.Request, base: str, fill: Callable[[str], str], folder: Path) -> tuple[int, str]:
    command = fill(examples.curl(asked, base)).replace("curl ", "curl -sS -w '%{stderr}%{http_code}' ", 1)
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=True, timeout=120, env=os.environ)
    saved = folder / asked.saved
    return int(done.stderr), saved.read_bytes().decode("utf-8", "replace") if asked.saved else done.stdout


def by_python(asked: examples.Request, base: str, fill: Callable[[str], str], folder: Path) -> tuple[int, str]:
    out = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out):
        try:
            exec(compile(fill(examples.python(asked, base)), asked.target, "exec"), {})
        except httpx.HTTPStatusError as error:
            return error.response.status_code, error.response.text
    told = out.getvalue()
    return 200, json.dumps(ast.literal_eval(told)) if asked.answer.endswith("json") else told


def in_order(found: list[tuple[str, str, Any]]) -> list[tuple[str, str, Any]]:
    names = [*FIRST, *(f"{m} {p}" for p, m, _ in found if f"{m} {p}" not in (*FIRST, *LAST)), *LAST]
    return sorted(found, key=lambda one: names.index(f"{one[1]} {one[0]}"))


@pytest.mark.parametrize("send", [by_curl, by_python], ids=["curl", "python"])
def test_every_example_runs(
    send: Callable[..., tuple[int, str]],
    people: People,
    base: str,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    tokens = log_in(people.alice)
    key = do(api_keys.create, people.alice, name="Examples", scopes=list(SCOPES))
    monkeypatch.setenv("COEXAI_KEY", key.secret)
    monkeypatch.setenv("COEXAI_TOKEN", tokens.access)
    monkeypatch.setattr(httpx._config.DEFAULT_TIMEOUT_CONFIG, "read", 120.0)
    (tmp_path / "post.md").write_text(POST)
    (tmp_path / "picture.png").write_bytes(PNG)
    create(people.alice)
    work_all()
    output = session.exec(select(Output.id)).one()
    case = do(eval_cases.keep, people.alice, output_id=output, name="Bread", rules=["sourced"])
    known = {
        "CASE_ID": str(case),
        "priya@larkfield.example.org": "alice@larkfield.example.org",
        "correct horse battery": PASSWORD,
        "USER_ID": str(people.bob.user_id),
    }

    def fill(text: str) -> str:
        for name, value in known.items():
            text = text.replace(name, value)
        assert not re.search(r"\b[A-Z]+_ID\b", text), text
        return text

    api = api_app().openapi()
    schemas = api["components"]["schemas"]
    asked = in_order([one for one in operations(api) if "incoming webhooks" not in one[2].get("tags", ())])
    for path, method, operation in asked:
        name = f"{method} {path}"
        if name == "delete /api/v1/jobs/{job_id}":
            known["JOB_ID"] = create(people.alice).id
        if method != "get" and path.startswith("/api/v1/outputs/"):  # it names the version that was read
            read = httpx.get(f"{base}/api/v1/outputs/{known['OUTPUT_ID']}", headers={"X-API-Key": key.secret}).json()
            known['"version": 1'] = f'"version": {read["version"]}'
        status, told = send(examples.request(path, method, operation, schemas), base, fill, tmp_path)
        wanted = REFUSED.get(name)
        if wanted:
            assert (status, json.loads(told)["error"]["code"]) == wanted[:2], name
            assert str(status) in operation["responses"], f"{name} does not tell of {status}"
            continue
        assert 200 <= status < 300, (name, status, told)
        if name in TELLS:
            known[TELLS[name]] = json.loads(told)["id"]
        if name == "post /api/v1/auth/token":
            known["(the refresh token)"] = json.loads(told)["refresh_token"]
        if name == "post /api/v1/auth/refresh":
            known["(the refresh token)"] = json.loads(told)["refresh_token"]
        if name == "post /api/v1/agents/{agent}/jobs":
            work_all()
            job = httpx.get(f"{base}/api/v1/jobs/{known['JOB_ID']}", headers={"X-API-Key": key.secret}).json()
            assert job["output_id"], job
            known["OUTPUT_ID"] = job["output_id"]
        if name == "post /api/v1/webhook-endpoints/{endpoint_id}/test":
            session.rollback()
            known["DELIVERY_ID"] = str(session.exec(select(WebhookDelivery).order_by(col(WebhookDelivery.id))).first().id)
    record_property("figures", f"examples of the reference, sent by {send.__name__}: {len(asked)}, {len(REFUSED)} of them refused as told")
    assert len(asked) >= 60
