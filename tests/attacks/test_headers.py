"""What the edge puts on every answer: pages, files, the API, errors."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from coexai_app import settings
from tests.permissions.table import routes

PATHS = ("/home", "/jobs/", "/nothing-here", "/assets/app-1a2b.js", *sorted({path.replace("{path:path}", "x") for _, path in routes()}))
METHODS = ("GET", "POST", "DELETE", "OPTIONS", "TRACE", "PATCH")


def policy(text: str) -> dict[str, list[str]]:
    return {part.split()[0]: part.split()[1:] for part in text.split(";") if part.strip()}


@pytest.mark.asvs("V3.4.4", "V3.4.5", "V3.4.6", "V3.4.8")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_dressed(edge: TestClient, path: str, method: str) -> None:
    headers = edge.request(method, path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    if "text/html" in headers.get("content-type", "") or path.startswith(("/api", "/auth")):
        assert policy(headers["content-security-policy"])["frame-ancestors"] == ["'none'"]


@pytest.mark.asvs("V3.4.3")
@pytest.mark.parametrize("path", ["/home", "/jobs", "/nothing-here"])
def test_a_page_runs_its_own_scripts_only(edge: TestClient, path: str) -> None:
    said = policy(edge.get(path).headers["content-security-policy"])
    assert said["object-src"] == ["'none'"]
    assert said["base-uri"] == ["'none'"]
    assert said["form-action"] == ["'self'"]
    scripts = said["script-src"]
    assert scripts[0] == "'self'"
    assert [s for s in scripts[1:] if not s.startswith("'sha256-")] == []
    assert said["default-src"] == ["'none'"]


@pytest.mark.asvs("V3.4.3", "V3.2.1")
@pytest.mark.parametrize("path", ["/api", "/api/v1/me", "/api/v1/nothing", "/auth/login", "/health/live"])
def test_what_is_no_page_may_load_nothing(edge: TestClient, path: str) -> None:
    assert policy(edge.request("POST" if path == "/auth/login" else "GET", path).headers["content-security-policy"])["default-src"] == [
        "'none'"
    ]


# The description of the API, which is the same for everybody.
EVERYBODYS = {"/api/openapi.json"}


@pytest.mark.asvs("V14.3.2", "V14.2.2")
@pytest.mark.parametrize("route", sorted(route for route in routes() if route[1].startswith(("/api", "/auth"))), ids="".join)
def test_nothing_of_anybody_stays_in_a_cache(edge: TestClient, route: tuple[str, str]) -> None:
    method, path = route
    answer = edge.request("GET" if method == "ANY" else method, path)
    assert answer.headers["cache-control"] == ("public, max-age=300" if path in EVERYBODYS else "no-store")


@pytest.mark.asvs("V3.4.1", "V3.3.1", "V3.3.3")
def test_over_https_browsers_are_told_to_stay_there(edge: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    secure = settings.get().model_copy(update={"public_url": "https://app.example.com"})
    monkeypatch.setattr(settings, "get", lambda: secure)
    for path in ("/home", "/api/v1/me", "/auth/login", "/assets/app-1a2b.js"):
        said = edge.get(path).headers["strict-transport-security"]
        assert int(said.partition("max-age=")[2].partition(";")[0]) >= 31_536_000
        assert "includeSubDomains" in said
    form = {"name": "Eve", "email": "eve@own.example.org", "password": "correct horse battery"}
    answer = edge.post("/auth/signup", data=form, headers={"Origin": "https://app.example.com"})
    assert answer.status_code == 303
    for cookie in answer.headers.get_list("set-cookie"):
        name, _, rest = cookie.partition("=")
        assert name.startswith("__Host-")
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in rest.split(";")}
        assert "domain=" not in cookie.lower()


@pytest.mark.asvs("V3.3.4", "V3.3.2", "V10.1.1")
def test_cookies_are_not_for_scripts(edge: TestClient) -> None:
    form = {"name": "Ina", "email": "ina@own.example.org", "password": "correct horse battery"}
    answer = edge.post("/auth/signup", data=form, headers={"Origin": "http://localhost:3000"})
    cookies = answer.headers.get_list("set-cookie")
    assert cookies
    assert all("httponly" in cookie.lower() and "samesite=lax" in cookie.lower() for cookie in cookies)
    token = edge.cookies[settings.get().cookie_name]
    assert token not in answer.text
    assert token not in edge.get("/api/v1/me").text


@pytest.mark.asvs("V4.1.1")
@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/nothing", "/health/live", "/.well-known/jwks.json", "/home", "/api/openapi.json"])
def test_an_answer_says_what_it_is(edge: TestClient, path: str) -> None:
    answer = edge.get(path)
    kind = answer.headers["content-type"]
    assert kind.startswith("text/html; charset=utf-8" if path == "/home" else ("application/json", "application/jwk-set+json"))
    if path != "/home":
        answer.json()


@pytest.mark.asvs("V13.4.4", "V4.1.4")
@pytest.mark.parametrize("path", ["/home", "/api/v1/me", "/health/live"])
def test_no_trace(edge: TestClient, path: str) -> None:
    answer = edge.request("TRACE", path, headers={"X-Secret": "told"})
    assert answer.status_code in (404, 405)
    assert "told" not in answer.text


@pytest.mark.asvs("V13.4.1", "V13.4.3")
@pytest.mark.parametrize(
    "path", ["/.git/config", "/.env", "/assets/", "/assets", "/../pyproject.toml", "/%2e%2e/pyproject.toml", "/home/../../x"]
)
def test_no_file_but_the_pages(edge: TestClient, path: str) -> None:
    answer = edge.get(path)
    assert answer.status_code == 404
    assert "app-1a2b" not in answer.text


@pytest.mark.asvs("V3.7.2", "V1.2.2")
@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
    ],
)
def test_no_form_leads_away(edge: TestClient, target: str) -> None:
    for path in ("/auth/login", "/auth/signup", "/auth/second-step", "/auth/login/passkey", "/auth/confirm"):
        answer = edge.post(path, data={"email": "x", "password": "x", "next": target}, headers={"Origin": "http://localhost:3000"})
        where = answer.headers["location"]
        assert where.startswith("/")
        assert not where.startswith("//")
        assert "evil" not in where
        assert "alert" not in where


@pytest.mark.asvs("V16.5.1", "V13.4.2", "V13.4.6", "V16.3.4")
def test_an_error_shows_nothing_of_the_inside(edge: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    from coexai_app.services import signing_keys

    def broken(_session: object) -> None:
        raise RuntimeError("postgresql://app:hunter2@db/coexai SELECT secret FROM users")

    monkeypatch.setattr(signing_keys, "published", broken)
    with TestClient(edge.app, base_url="http://localhost:3000", raise_server_exceptions=False) as calm:
        answer = calm.get("/.well-known/jwks.json")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "INTERNAL_ERROR"
    assert [record.exc_info is not None for record in caplog.records if record.message == "request failed"] == [True]
    for word in ("hunter2", "SELECT", "Traceback", "RuntimeError", "signing_keys"):
        assert word not in answer.text
    assert not {"server", "x-powered-by"} & {name.lower() for name in answer.headers}
