"""OpenID Connect providers for tests: a real one of its own process, and one that can be told to lie. Both speak HTTP on this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

from joserfc import jwt
from joserfc.jwk import RSAKey

from coexai_app import settings
from coexai_app.access import Actor
from coexai_app.integrations import oidc, oidc_http
from coexai_app.integrations.oidc import Person
from coexai_app.models import FlowPurpose
from coexai_app.models.base import now
from coexai_app.services.sign_in_flows import Flow
from coexai_app.settings import Settings
from tests.servers import free_port, wait_until

CLIENT = {"oidc_client_id": "coexai", "oidc_client_secret": "hush & hush"}
TENANT_A = "11111111-2222-3333-4444-555555555555"
TENANT_B = "99999999-8888-7777-6666-555555555555"


@lru_cache(maxsize=4)
def rsa(name: str) -> RSAKey:
    """A key per name; making one takes a while."""
    return RSAKey.generate_key(2048, {"kid": name})


class Issuer:
    """A provider that says what it is told to. `claims` replaces parts of the ID token (None leaves one out), `sign` makes the token.

    Without lies it behaves as the standard says: it checks the client, the address to come back to, PKCE and that a code is used once.
    """

    def __init__(self, *, tenants: bool = False) -> None:
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.keys: list[RSAKey] = [rsa("one")]
        self.signer = rsa("one")
        self.key_extras: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] | None = None
        self.userinfo: dict[str, Any] = {}
        self.fails: dict[str, int] = {}
        self.delay = 0.0
        self.asked: list[str] = []
        self.token_requests: list[dict[str, str]] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.tenants = tenants
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def issuer(self) -> str:
        return f"{self.url}/{{tenantid}}/v2.0" if self.tenants else self.url

    def visit(self, address: str, **said: str) -> str:
        """What a browser does there: returns where it is sent back to, with `said` in place of parts of the answer."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.last = asked
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], **said})}"

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": "ana-1",
            "aud": asked["client_id"],
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "email": "ana@bakery.example.org",
            "email_verified": True,
            "name": "Ana Bright",
        }
        if self.tenants:
            claims |= {"tid": TENANT_A, "oid": "aaaaaaaa-0000-0000-0000-000000000001"}
        claims |= self.claims
        if self.tenants:
            claims["iss"] = self.claims.get("iss") or self.issuer.replace("{tenantid}", str(claims["tid"]))
        claims = {name: value for name, value in claims.items() if value is not None}
        return self.sign(claims) if self.sign else signed(claims, self.signer)

    def _document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            **self.metadata,
        }

    def _token(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.token_requests.append(given)
        asked = self.codes.pop(given.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"] or given.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if given.get("client_secret") != CLIENT["oidc_client_secret"]:
            return 401, {"error": "invalid_client"}
        return 200, {"access_token": "at", "token_type": "Bearer", "expires_in": 300, "id_token": self.id_token(asked)}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                issuer.asked.append(path)
                if path.endswith("/.well-known/openid-configuration"):
                    self._say(200, issuer._document())
                elif path == "/jwks":
                    self._say(200, {"keys": [{**key.as_dict(private=False), **issuer.key_extras} for key in issuer.keys]})
                elif path == "/userinfo":
                    self._say(200 if self.headers["authorization"] == "Bearer at" else 401, issuer.userinfo)
                elif path == "/authorize":
                    self.send_response(302)
                    self.send_header("Location", issuer.visit(self.path))
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                else:
                    self._say(404, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                issuer.asked.append(self.path)
                self._say(*issuer._token({name: values[0] for name, values in parse_qs(body).items()}))

            def _say(self, status: int, body: dict[str, Any]) -> None:
                path = urlsplit(self.path).path
                time.sleep(issuer.delay)
                status = next((code for name, code in issuer.fails.items() if path.endswith(name)), status)
                raw = json.dumps(body).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(raw)))
                    self.end_headers()
                    self.wfile.write(raw)
                except OSError:
                    return  # nobody waited for it

            def log_message(self, *_: object) -> None:
                return

        return Handler


def signed(claims: dict[str, Any], key: RSAKey, **header: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid, **header}, claims, key)


def by_hand(claims: dict[str, Any], header: dict[str, Any], secret: bytes = b"") -> str:
    """A token that no good library makes: not signed, or signed with HMAC under a key that is none."""

    def packed(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    head = f"{packed(json.dumps(header).encode())}.{packed(json.dumps(claims).encode())}"
    return f"{head}.{packed(hmac.digest(secret, head.encode(), 'sha256')) if secret else ''}"


def ana(**more: Any) -> Person:
    """Somebody whom Google vouches for."""
    said: dict[str, Any] = {"email": "ana@bakery.example.org", "email_verified": True, "name": "Ana Bright", **more}
    return Person(provider="google", issuer=said.pop("issuer", oidc.GOOGLE), subject=said.pop("subject", "ana-1"), **said)


def flow(actor: Actor | None = None, **more: Any) -> Flow:
    """A browser that has just come back: to log in, or to the session of somebody."""
    at = now()
    purpose = FlowPurpose.CONNECT if actor else FlowPurpose.LOG_IN
    given = {"next_path": "", "timezone": "", "nonce": "n", "verifier": "v", "began": at, "now": at, **more}
    return Flow(purpose=purpose, session_id=actor.session_id if actor else None, **given)


@contextmanager
def configured(**values: Any) -> Iterator[Settings]:
    """The settings of this process with other values, as after a start with them."""
    before = settings.get()
    changed = Settings(_env_file=None, **{**before.model_dump(), **values})
    kept = settings.get
    settings.get = lambda: changed  # type: ignore[assignment]
    oidc_http.forget()
    try:
        yield changed
    finally:
        settings.get = kept
        oidc_http.forget()


@contextmanager
def real_provider() -> Iterator[str]:
    """oidc-provider-mock, in a process of its own. Returns its address, which is its issuer."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://localhost:{port}"
    try:
        wait_until(lambda: _answers(url), 30, "the provider")
        yield url
    finally:
        process.terminate()
        process.wait(10)


def make_user(url: str, sub: str, **claims: Any) -> None:
    """Somebody at the real provider."""
    body = json.dumps(claims).encode()
    urlopen(Request(f"{url}/users/{sub}", body, {"Content-Type": "application/json"}, method="PUT"), timeout=10).close()


def sign_in(address: str, sub: str) -> str:
    """Signs somebody in at the real provider; returns where it sends the browser back to."""

    class Stay(HTTPRedirectHandler):
        def http_error_302(self, *found: Any) -> Any:
            return found[1]

    body = urlencode({"sub": sub}).encode()
    with build_opener(Stay).open(Request(address, body, method="POST"), timeout=10) as answer:
        return str(answer.headers["Location"])


def _answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/.well-known/openid-configuration", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
