"""The door for API clients: log-in, refresh, log-out, who I am, the published keys, and which credential counts."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlmodel import Session, select
from starlette.testclient import TestClient

from coexai_app import settings
from coexai_app.models import ApiKey
from coexai_app.services import api_keys, signing_keys
from tests import forge
from tests.people import PASSWORD, People, do

As = Callable[[str], TestClient]
BOB = {"email": "bob@own.example.org", "password": PASSWORD}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def key_of(people: People, who: str = "bob", *scopes: str) -> str:
    return do(api_keys.create, getattr(people, who), name="Shop", scopes=scopes or ("jobs:read",)).secret


class TestLogIn:
    def test_tokens_for_a_password(self, people: People, client: TestClient) -> None:
        answer = client.post("/api/v1/auth/token", json={**BOB, "organization_id": str(people.bob.organization_id)})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert set(body) == {"access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_at"}
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        me = client.get("/api/v1/me", headers=bearer(body["access_token"]))
        assert me.status_code == 200
        assert (me.json()["email"], me.json()["role"], me.json()["organization"]["name"]) == (BOB["email"], "member", "Larkfield Studio")

    def test_a_wrong_password_is_401_and_counts_for_the_throttle(self, people: People, client: TestClient) -> None:
        for _ in range(5):
            answer = client.post("/api/v1/auth/token", json={**BOB, "password": "wrong password"})
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
            assert answer.headers["www-authenticate"] == "Bearer"
        answer = client.post("/api/v1/auth/token", json=BOB)
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
        form = client.post("/auth/login", data=BOB, headers={"Origin": "http://localhost:3000"})
        assert form.headers["location"] == "/login?error=rate_limit_exceeded"

    @pytest.mark.asvs("V2.2.2", "V15.3.5")
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{}",
            b"[]",
            b"null",
            b"{",
            b'{"email": 1, "password": 2}',
            b'{"email": "a", "password": null}',
            b'{"email": "a", "password": "\\ud800"}',
            b'{"email": "\\ud800", "password": "b"}',
            b'{"email": "a", "password": "b", "organization_id": "x"}',
            b'{"email": "a", "password": "b", "role": "owner"}',
            json.dumps({"email": "a" * 401, "password": "b"}).encode(),
            json.dumps({"email": "a", "password": "b" * 401}).encode(),
        ],
    )
    def test_a_wrong_body_is_422_and_never_repeated(self, people: People, client: TestClient, body: bytes) -> None:
        answer = client.post("/api/v1/auth/token", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, answer.text
        assert set(answer.json()["error"]) == {"code", "message", "details", "request_id"}
        assert "bbbb" not in answer.text

    def test_a_body_that_is_nested_without_end_is_refused(self, people: People, client: TestClient) -> None:
        answer = client.post("/api/v1/auth/token", content=b"[" * 100_000, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "INVALID_INPUT")

    def test_nul_is_refused_and_odd_signs_are_only_wrong(self, people: People, client: TestClient) -> None:
        assert client.post("/api/v1/auth/token", json={"email": "a\x00b", "password": "\x00"}).status_code == 422
        for email, password in (("‮", "😀" * 50), ("'; DROP TABLE users; --", "x")):
            assert client.post("/api/v1/auth/token", json={"email": email, "password": password}).status_code == 401


class TestRefreshAndLogOut:
    def test_the_whole_life_of_a_log_in(self, people: People, client: TestClient) -> None:
        a = client.post("/api/v1/auth/token", json=BOB).json()
        b = client.post("/api/v1/auth/refresh", json={"refresh_token": a["refresh_token"]}).json()
        assert client.get("/api/v1/me", headers=bearer(b["access_token"])).status_code == 200
        out = client.post("/api/v1/auth/logout", headers=bearer(b["access_token"]))
        assert (out.status_code, out.content) == (204, b"")
        for token in (a["access_token"], b["access_token"]):
            answer = client.get("/api/v1/me", headers=bearer(token))
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
        answer = client.post("/api/v1/auth/refresh", json={"refresh_token": b["refresh_token"]})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "INVALID_TOKEN")

    def test_a_replay_over_http_ends_the_family_for_good(self, people: People, client: TestClient) -> None:
        made = [forge.log_in(people.bob).refresh]
        for _ in range(2):
            made.append(client.post("/api/v1/auth/refresh", json={"refresh_token": made[-1]}).json()["refresh_token"])
        answer = client.post("/api/v1/auth/refresh", json={"refresh_token": made[0]})
        assert (answer.status_code, answer.json()["error"]["details"]) == (401, {"reason": "reused"})
        assert client.post("/api/v1/auth/refresh", json={"refresh_token": made[2]}).status_code == 401

    def test_log_out_with_the_refresh_token_alone_or_with_nothing(self, people: People, client: TestClient) -> None:
        made = forge.log_in(people.bob)
        assert client.post("/api/v1/auth/logout").status_code == 401
        assert client.post("/api/v1/auth/logout", json={"refresh_token": "x"}).status_code == 401
        assert client.post("/api/v1/auth/logout", headers=bearer(key_of(people))).status_code == 401
        assert client.get("/api/v1/me", headers=bearer(made.access)).status_code == 200
        assert client.post("/api/v1/auth/logout", json={"refresh_token": made.refresh}).status_code == 204
        assert client.get("/api/v1/me", headers=bearer(made.access)).status_code == 401

    def test_an_expired_access_token_says_so(self, people: People, client: TestClient) -> None:
        claims = forge.good_claims(people.bob, exp=forge.now() - 60)
        answer = client.get("/api/v1/me", headers=bearer(forge.sign(forge.header(), claims, forge.signer())))
        assert (answer.status_code, answer.json()["error"]["details"]) == (401, {"reason": "expired"})


class TestCredentials:
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_a_token_or_a_key_as_bearer(self, people: People, client: TestClient, scheme: str) -> None:
        for token in (forge.log_in(people.bob).access, key_of(people)):
            assert client.get("/api/v1/me", headers={"Authorization": f"{scheme} {token}"}).status_code == 200

    def test_a_key_in_its_own_header_and_a_token_not(self, people: People, client: TestClient) -> None:
        assert client.get("/api/v1/me", headers={"X-API-Key": key_of(people)}).json()["email"] is None
        assert client.get("/api/v1/me", headers={"X-API-Key": forge.log_in(people.bob).access}).status_code == 401

    @pytest.mark.asvs("V16.5.3")
    def test_a_wrong_token_is_not_made_good_by_a_cookie(self, people: People, as_person: As) -> None:
        browser = as_person("bob")
        assert browser.get("/api/v1/me").status_code == 200
        for headers in (bearer("x"), bearer("cxa_live_x"), {"X-API-Key": "x"}):
            answer = browser.get("/api/v1/me", headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')

    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token x", "\xff"])
    def test_other_schemes_leave_the_cookie_to_decide(self, people: People, as_person: As, header: str) -> None:
        assert as_person("bob").get("/api/v1/me", headers={"Authorization": header.encode("latin-1")}).status_code == 200

    @pytest.mark.parametrize("value", ["ü", "\xff" * 50, "cxa_live_" + "ü" * 38, "a" * 20_000])
    def test_strange_bytes_in_a_header(self, people: People, client: TestClient, value: str) -> None:
        for name, prefix in (("Authorization", "Bearer "), ("X-API-Key", "")):
            assert client.get("/api/v1/me", headers={name: (prefix + value).encode("latin-1")}).status_code == 401

    def test_nothing_at_all(self, people: People, client: TestClient) -> None:
        answer = client.get("/api/v1/me")
        assert (answer.status_code, answer.headers["www-authenticate"], answer.json()["error"]["code"]) == (
            401,
            "Bearer",
            "UNAUTHENTICATED",
        )
        assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]

    def test_only_a_cookie_needs_our_own_pages(self, people: People, as_person: As, client: TestClient) -> None:
        evil = {"Origin": "https://evil.example"}
        file = {"file": ("a.md", b"# x")}
        token, key = forge.log_in(people.bob).access, key_of(people, "bob", "files:write")
        assert client.post("/api/v1/files", files=file, headers={**evil, **bearer(token)}).status_code == 201
        assert client.post("/api/v1/files", files=file, headers={**evil, "X-API-Key": key}).status_code == 201
        assert client.post("/api/v1/files", files=file, headers=bearer(token)).status_code == 201
        assert as_person("bob").post("/api/v1/files", files=file, headers=evil).status_code == 403

    @pytest.mark.asvs("V8.2.1")
    def test_a_key_without_the_scope_is_403_and_names_it(self, people: People, client: TestClient) -> None:
        answer = client.post("/api/v1/files", files={"file": ("a.md", b"x")}, headers=bearer(key_of(people)))
        assert (answer.status_code, answer.json()["error"]["code"], answer.json()["error"]["details"]) == (
            403,
            "FORBIDDEN",
            {"scope": "files:write"},
        )

    def test_the_use_of_a_key_is_written_down_once(self, people: People, client: TestClient, session: Session) -> None:
        key = key_of(people)
        for _ in range(3):
            assert client.get("/api/v1/me", headers=bearer(key)).status_code == 200
        row = session.exec(select(ApiKey)).one()
        assert row.last_used_at is not None
        assert row.last_used_ip == "testclient"

    def test_a_revoked_key_is_dead_at_once(self, people: People, client: TestClient) -> None:
        made = do(api_keys.create, people.bob, name="Shop", scopes=["jobs:read"])
        assert client.get("/api/v1/me", headers=bearer(made.secret)).status_code == 200
        do(api_keys.revoke, people.bob, key_id=UUID(made.id))
        assert client.get("/api/v1/me", headers=bearer(made.secret)).status_code == 401


class TestPublishedKeys:
    def test_they_verify_our_tokens_and_may_be_cached(self, people: People, client: TestClient) -> None:
        token = forge.log_in(people.bob).access
        answer = client.get("/.well-known/jwks.json")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jwk-set+json")
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert timedelta(seconds=300) <= signing_keys.PUBLISHED_FOR
        assert jwt.decode(token, KeySet.import_key_set(answer.json()), algorithms=["RS256"]).claims["sub"] == str(people.bob.user_id)
        assert not {"d", "p", "q"} & {name for key in answer.json()["keys"] for name in key}
        tag = answer.headers["etag"]
        assert client.get("/.well-known/jwks.json", headers={"If-None-Match": f'"x", {tag}'}).status_code == 304
        assert client.get("/.well-known/jwks.json", headers={"If-None-Match": '"x"'}).status_code == 200

    def test_the_first_request_makes_them(self, client: TestClient) -> None:
        assert len(client.get("/.well-known/jwks.json").json()["keys"]) == 2
        assert client.get("/.well-known/jwks.json").json() == client.get("/.well-known/jwks.json").json()


class TestKeysOverHttp:
    @pytest.mark.parametrize("how", ["cookie", "token"])
    def test_made_listed_rotated_revoked(self, people: People, as_person: As, client: TestClient, how: str) -> None:
        if how == "cookie":
            as_person("bob")
        else:
            client.headers.update(bearer(forge.log_in(people.bob).access))
        made = client.post("/api/v1/api-keys", json={"name": "Shop", "scopes": ["jobs:read"]})
        assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
        secret, key_id = made.json()["secret"], made.json()["id"]
        listed = client.get("/api/v1/api-keys").json()
        assert [k["id"] for k in listed["data"]] == [key_id]
        assert listed["pagination"] == {"page": 1, "limit": 20, "total": 1, "total_pages": 1, "has_next": False, "has_prev": False}
        assert secret not in json.dumps(listed)
        turned = client.post(f"/api/v1/api-keys/{key_id}/rotate", json={"overlap_hours": 0})
        assert (turned.status_code, turned.headers["cache-control"]) == (201, "no-store")
        assert client.post(f"/api/v1/api-keys/{key_id}/rotate").status_code == 409
        assert client.delete(f"/api/v1/api-keys/{turned.json()['id']}").status_code == 204
        assert [k["status"] for k in client.get("/api/v1/api-keys").json()["data"]] == ["revoked", "replaced"]
        assert len(client.get("/api/v1/api-keys/scopes").json()["data"]) == 13

    def test_who_may_what(self, people: People, client: TestClient) -> None:
        key = do(api_keys.create, people.bob, name="Shop", scopes=["jobs:read"])
        codes = {}
        for who in ("alice", "adam", "vera", "mallory", "key"):
            client.headers.update(bearer(key.secret if who == "key" else forge.log_in(getattr(people, who)).access))
            codes[who] = (
                client.get("/api/v1/api-keys").status_code,
                client.post("/api/v1/api-keys", json={"name": "x", "scopes": ["audit:read"]}).status_code,
                client.post(f"/api/v1/api-keys/{key.id}/rotate").status_code,
                client.delete(f"/api/v1/api-keys/{key.id}").status_code if who not in ("alice", "adam") else 0,
            )
        assert codes == {
            "alice": (200, 201, 403, 0),
            "adam": (200, 201, 403, 0),
            "vera": (403, 403, 403, 403),
            "mallory": (200, 403, 403, 404),
            "key": (403, 403, 403, 403),
        }

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"name": "x"},
            {"name": "x", "scopes": "jobs:read"},
            {"name": "x", "scopes": ["jobs:read"], "user_id": "1"},
            {"name": "x", "scopes": ["\x00"]},
            {"name": "x", "scopes": ["jobs:read"], "expires_in_days": 10**400},
            {"name": "x", "scopes": ["jobs:read"], "expires_in_days": 1.5},
            {"name": "x" * 401, "scopes": ["jobs:read"]},
        ],
    )
    def test_a_wrong_body(self, people: People, as_person: As, body: dict[str, object]) -> None:
        assert as_person("alice").post("/api/v1/api-keys", json=body).status_code == 422

    def test_a_cookie_from_another_site_makes_no_key(self, people: People, as_person: As, session: Session) -> None:
        body = {"name": "x", "scopes": ["jobs:read"]}
        assert as_person("alice").post("/api/v1/api-keys", json=body, headers={"Origin": "https://evil.example"}).status_code == 403
        assert session.exec(select(ApiKey)).all() == []


@pytest.mark.asvs("V16.2.5")
def test_the_logs_of_a_whole_visit_hold_no_secret(people: People, client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = client.post("/api/v1/auth/token", json={**BOB, "organization_id": str(people.bob.organization_id)}).json()
    key = client.post("/api/v1/api-keys", json={"name": "x", "scopes": ["jobs:read"]}, headers=bearer(made["access_token"])).json()[
        "secret"
    ]
    client.get("/api/v1/me", headers=bearer(key))
    client.get("/api/v1/me", headers=bearer(key[:-1] + "!"))
    client.post("/api/v1/auth/refresh", json={"refresh_token": made["refresh_token"]})
    client.post("/api/v1/auth/token", json={**BOB, "password": "another wrong one"})
    for secret in (PASSWORD, "another wrong one", made["access_token"], made["refresh_token"], key):
        assert secret not in caplog.text
    assert settings.get().secret().decode() not in caplog.text
