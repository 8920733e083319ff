"""The edge of the composed product under uvicorn: headers of every answer, other sites, sizes, proxies, cookies, the socket."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import aiohttp
import httpx
import pytest

from coexai_app.api.boundary import SOCKETS_PER_ADDRESS
from coexai_app.frontend import CLIENT
from coexai_app.settings import ROOT
from tests.e2e.instance import prepare
from tests.people import PASSWORD
from tests.servers import free_port, wait_until

pytestmark = pytest.mark.xdist_group("edge")  # its instance starts once

PUBLIC = "https://app.larkfield.example"
SHOP = "https://shop.example.org"
EVIL = "https://evil.example"
ENTER = "reflex___state____state.state___base____app_state.enter"
NEVER_A_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


@dataclass(frozen=True)
class Site:
    """A running web process: `url` is where it listens, `origin` the address that people type."""

    url: str
    origin: str
    log: Path

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Host": self.origin.partition("//")[2], **headers}, timeout=30)

    def sign_up(self, client: httpx.Client, **headers: str) -> httpx.Response:
        form = {"name": "Eve East", "email": f"{uuid4().hex[:12]}@own.example.org", "password": PASSWORD}
        answer = client.post("/auth/signup", data=form, headers={"Origin": self.origin, **headers})
        assert answer.status_code == 303, answer.text
        return answer

    def cookie(self) -> str:
        with self.client() as client:
            return self.sign_up(client).headers["set-cookie"].split(";")[0]


def started(folder: Path, **more: str) -> Iterator[Site]:
    port, log = free_port(), folder / "log"
    url = f"http://localhost:{port}"
    environment = {**os.environ, "DATABASE_URL": "", "REDIS_URL": "", "DATA_DIR": str(folder / "data"), "PORT": str(port)}
    environment |= {"LOG_LEVEL": "info", "CORS_ORIGINS": SHOP, "SIGN_UPS_PER_HOUR": "1000", **more}
    command = [sys.executable, "-m", "coexai_app.cli"]
    prepare(folder / "data")
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "part", "web"], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)

    def alive() -> bool:
        try:
            return httpx.get(f"{url}/health/live").status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_until(alive, 60, f"the web process; its log: {log}")
        yield Site(url, environment.get("PUBLIC_URL") or url, log)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """As on a fresh machine: http, no settings."""
    yield from started(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """In production, behind a proxy on this machine that speaks TLS with the world."""
    yield from started(
        tmp_path_factory.mktemp("secure"), COEXAI_ENV="production", SECRET_KEY="s" * 64, PUBLIC_URL=PUBLIC, TRUSTED_PROXIES="127.0.0.1"
    )


def script() -> str:
    return "/" + next((CLIENT / "assets").glob("*.js")).relative_to(CLIENT).as_posix()


# Method, path and the status that is expected: pages, files, API, what the framework answers, and every kind of error.
ANSWERS = [
    ("GET", "/", 200),
    ("GET", "/jobs", 200),
    ("GET", "/settings/keys", 200),
    ("GET", "/no/such/page", 404),
    ("GET", "/assets/no-such-file.js", 404),
    ("GET", "/app.js", 200),
    ("GET", "/sw.js", 200),
    ("GET", "/icons/sprite.svg", 200),
    ("GET", "/offline.html", 200),
    ("GET", "script", 200),
    ("GET", "/ping", 200),
    ("GET", "/health/live", 200),
    ("GET", "/health/ready", 200),
    ("GET", "/api/openapi.json", 200),
    ("GET", "/api/nothing", 404),
    ("GET", "/api/v1/me", 401),
    ("DELETE", "/api/v1/me", 405),
    ("POST", "/api/v1/auth/token", 422),
    ("GET", "/.well-known/jwks.json", 200),
    ("POST", "/auth/login", 403),
    ("POST", "/_upload", 413),
    ("OPTIONS", "/api/v1/me", 405),
    ("GET", "/_event/", 400),
]


class TestHeadersOfEveryAnswer:
    @pytest.mark.asvs("V3.4.1", "V3.4.3", "V3.4.4", "V3.4.5", "V3.4.6", "V3.4.8", "V3.5.8")
    @pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
    def test_they_are_all_there_once(self, secure: Site, method: str, path: str, status: int) -> None:
        body = b"x" * 1_000_001 if status == 413 else b""
        with secure.client() as client:
            answer = client.request(method, script() if path == "script" else path, content=body)
        assert answer.status_code == status, answer.text[:300]
        for name, value in {
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "x-frame-options": "DENY",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "strict-transport-security": "max-age=63072000; includeSubDomains",
        }.items():
            assert answer.headers.get_list(name) == [value]
        assert "camera=()" in answer.headers["permissions-policy"]
        policies = answer.headers.get_list("content-security-policy")
        assert len(policies) == 1
        assert "frame-ancestors 'none'" in policies[0]
        assert "base-uri 'none'" in policies[0]
        assert len(answer.headers.get_list("cache-control")) == 1
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers
        assert re.fullmatch(r"req_\w+", answer.headers["x-request-id"])

    @pytest.mark.asvs("V3.4.1")
    def test_without_tls_nothing_promises_it(self, plain: Site) -> None:
        with plain.client() as client:
            answer = client.get("/")
        assert "strict-transport-security" not in answer.headers
        assert "upgrade-insecure-requests" not in answer.headers["content-security-policy"]

    @pytest.mark.asvs("V3.4.3")
    @pytest.mark.parametrize("path", ["/", "/jobs", "/login", "/settings/keys", "/no/such/page", "/offline.html"])
    def test_a_pages_policy_lets_nothing_in_but_its_own_scripts(self, secure: Site, path: str) -> None:
        with secure.client() as client:
            answer = client.get(path)
        rules = dict(rule.strip().partition(" ")[::2] for rule in answer.headers["content-security-policy"].split(";"))
        assert rules["default-src"] == rules["object-src"] == rules["frame-src"] == rules["script-src-attr"] == "'none'"
        assert rules["form-action"] == "'self'"
        assert rules["connect-src"] == "'self' wss://app.larkfield.example"
        for source in rules["script-src"].split():
            assert source == "'self'" or re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", source)

    @pytest.mark.parametrize("path", ["/jobs", "/no/such/page", "/app.js", "script", "/sw.js", "/.well-known/jwks.json"])
    def test_a_copy_that_is_still_good_keeps_its_policy(self, secure: Site, path: str) -> None:
        path = script() if path == "script" else path
        with secure.client() as client:
            first = client.get(path)
            again = client.get(path, headers={"If-None-Match": first.headers.get("etag", '"none"')})
        assert again.status_code == 304
        for name in ("content-security-policy", "cache-control"):
            assert again.headers.get(name, first.headers[name]) == first.headers[name]

    @pytest.mark.asvs("V14.3.2")
    def test_what_is_personal_is_never_kept_and_what_never_changes_is(self, plain: Site) -> None:
        with plain.client() as client:
            plain.sign_up(client)
            for path in ("/api/v1/me", "/api/v1/api-keys", "/api/nothing", "/health/live", "/ping", "/assets/none.js"):
                kept = client.get(path).headers["cache-control"]
                assert kept in (("no-store", "no-cache") if "assets" in path else ("no-store",)), path
            out = client.post("/auth/logout", headers={"Origin": plain.origin})
            assert out.headers["cache-control"] == "no-store"
            assert client.get(script()).headers["cache-control"] == "public, max-age=31536000, immutable"
            assert client.get("/jobs").headers["cache-control"] == "no-cache"
            assert client.get("/app.js").headers["cache-control"] == "no-cache"

    @pytest.mark.asvs("V3.2.1", "V5.4.1")
    def test_files_are_saved_and_never_shown(self, plain: Site) -> None:
        with plain.client() as client:
            plain.sign_up(client)
            for path in ("/api/v1/organization/export", "/api/v1/audit/export"):
                answer = client.get(path)
                assert answer.status_code == 200
                assert answer.headers["content-disposition"].startswith("attachment")
                assert answer.headers["content-security-policy"] == NEVER_A_PAGE
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert answer.headers["cache-control"] == "no-store"


class TestOtherSites:
    @pytest.mark.asvs("V3.5.1", "V3.5.3")
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": EVIL},
            {"Origin": "null"},
            {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "http://app.larkfield.example"},
            {"Origin": f"{PUBLIC}.evil.example"},
            {"Origin": f"{PUBLIC}:8443"},
            {"Origin": PUBLIC.upper()},
            {},
        ],
    )
    def test_what_they_make_a_browser_send_is_refused(self, secure: Site, headers: dict[str, str]) -> None:
        cookie = secure.cookie()
        for method, path in (
            ("POST", "/auth/logout"),
            ("POST", "/auth/signup"),
            ("POST", "/api/v1/files"),
            ("POST", "/api/v1/api-keys"),
            ("DELETE", f"/api/v1/api-keys/{uuid4()}"),
            ("PUT", "/api/anything"),
            ("POST", "/_upload"),
        ):
            with secure.client(Cookie=cookie, **headers) as client:
                answer = client.request(method, path)
                assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN"), (method, path)
        with secure.client(Cookie=cookie) as client:
            assert client.get("/api/v1/me").status_code == 200

    @pytest.mark.asvs("V3.5.1")
    def test_our_own_pages_are_not(self, secure: Site) -> None:
        cookie = secure.cookie()
        for headers in ({"Origin": PUBLIC}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}):
            with secure.client(Cookie=cookie, **headers) as client:
                assert client.delete(f"/api/v1/api-keys/{uuid4()}").status_code == 404
        with secure.client(Cookie=cookie, Origin=EVIL, Authorization="Bearer nonsense") as client:
            assert client.delete(f"/api/v1/api-keys/{uuid4()}").status_code == 401

    @pytest.mark.asvs("V3.4.2", "V3.5.2")
    def test_pages_that_the_operator_named_may_call_with_a_key_and_never_with_a_cookie(self, plain: Site) -> None:
        asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        with plain.client() as client:
            named = client.options("/api/v1/api-keys", headers={"Origin": SHOP, **asks})
            assert named.status_code == 204
            assert named.headers["access-control-allow-origin"] == SHOP
            assert "Authorization" in named.headers["access-control-allow-headers"]
            assert client.get("/api/v1/me", headers={"Origin": SHOP}).headers.get_list("access-control-allow-origin") == [SHOP]
            for origin, path in ((EVIL, "/api/v1/me"), ("null", "/api/v1/me"), (SHOP, "/auth/login"), (SHOP, "/jobs"), (SHOP, "/_event/")):
                refused = client.options(path, headers={"Origin": origin, **asks})
                assert refused.status_code == 403, (origin, path)
                for answer in (refused, client.get(path, headers={"Origin": origin})):
                    assert not [name for name in answer.headers if name.startswith("access-control-")], (origin, path)
            for answer in (named, client.get("/api/v1/me", headers={"Origin": SHOP})):
                assert "access-control-allow-credentials" not in answer.headers
                assert answer.headers["vary"] == "Origin"


class TestSocket:
    @pytest.mark.asvs("V4.4.2")
    @pytest.mark.parametrize("origin", [EVIL, "null", "", "http://app.larkfield.example", f"{PUBLIC}.evil.example"])
    async def test_a_foreign_origin_is_refused_before_anything_is_made(self, secure: Site, origin: str) -> None:
        headers = {"Host": "app.larkfield.example", "Cookie": await asyncio.to_thread(secure.cookie)}
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(
                    f"{secure.url}/_event/?EIO=4&transport=websocket", headers={**headers, **({"Origin": origin} if origin else {})}
                )
        assert refused.value.status == 403
        assert refused.value.headers is not None
        assert refused.value.headers["x-content-type-options"] == "nosniff"

    async def test_our_own_gets_in(self, secure: Site) -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(
                f"{secure.url}/_event/?EIO=4&transport=websocket", headers={"Host": "app.larkfield.example", "Origin": PUBLIC}
            ) as opened,
        ):
            assert (await opened.receive_str()).startswith("0{")


class TestMessages:
    """What a socket is sent that no page sends."""

    GARBAGE = (
        '42/_event,["event"]',
        '42/_event,["event",7]',
        '42/_event,["event",{"name":["x"]}]',
        f'42/_event,["event",{{"name":"{ENTER}","payload":"x"}}]',
        f'42/_event,["event",{{"name":"{ENTER}","router_data":7}}]',
        f'42/_event,["event",{{"name":"{ENTER}","router_data":{{"pathname":7,"query":[1]}}}}]',
        '42/_event,["event",{},{},{}]',
        '42/_event,["zq9typed",1]',
        '42/_event,["on_event",1]',
        "42/_event,[]",
        "42/_event,{}",
        "42/_event,7",
        "42/_event,{",
        '42/_event,["event",' + "[" * 50_000,
        '459999999-/_event,["event"]',
        "40/zq9typed,",
        "4",
        "42",
        "44",
        "9zq9typed",
        "zq9typed",
    )

    @staticmethod
    async def opened(session: aiohttp.ClientSession, site: Site, cookie: str = "") -> aiohttp.ClientWebSocketResponse:
        headers = {"Origin": site.origin, "Cookie": cookie}
        made = await session.ws_connect(f"{site.url}/_event/?token={uuid4()}&EIO=4&transport=websocket", headers=headers)
        await made.receive_str()
        await made.send_str("40/_event,")
        assert (await made.receive_str()).startswith("40/_event,{")
        return made

    @staticmethod
    async def enters(made: aiohttp.ClientWebSocketResponse) -> str:
        """What comes back for an event, up to its answer; empty when the socket has been closed."""
        page = {"pathname": "/home", "asPath": "/home"}
        heard = ""
        try:
            await made.send_str("42/_event," + json.dumps(["event", {"name": ENTER, "payload": {}, "router_data": page}]))
            while not ("Eve East" in heard or "_redirect" in heard):
                message = await made.receive(timeout=10)
                if message.type is not aiohttp.WSMsgType.TEXT or message.data == "1":
                    return ""
                heard += message.data
        except (aiohttp.ClientError, ConnectionError):
            return ""
        return heard

    async def test_garbage_is_refused_without_a_trace_of_it(self, plain: Site) -> None:
        cookie, before = await asyncio.to_thread(plain.cookie), plain.log.stat().st_size
        async with aiohttp.ClientSession() as session:
            for text in self.GARBAGE:
                made = await self.opened(session, plain, cookie)
                await made.send_str(text)
                await self.enters(made)
                await made.close()
            made = await self.opened(session, plain, cookie)
            await made.send_bytes(b"\x00\xff")
            assert await self.enters(made) == ""
            made = await self.opened(session, plain, cookie)
            assert "Eve East" in await self.enters(made)
        said = plain.log.read_bytes()[before:].decode()
        assert "refused door=socket" in said
        assert "Traceback" not in said
        assert "zq9typed" not in said
        assert len(said) < 5_000

    async def test_nobody_says_where_their_own_socket_comes_from(self, plain: Site) -> None:
        """The framework finds its handlers by the name of a message, and `connect` is one of them."""
        forged = {"QUERY_STRING": f"token={uuid4()}", "asgi.scope": {"client": ["203.0.113.9", 1], "headers": []}}
        cookie = await asyncio.to_thread(plain.cookie)
        async with aiohttp.ClientSession() as session:
            made = await self.opened(session, plain, cookie)
            for event in (["connect", forged], ["connect", forged, {"event": None}], ["disconnect"], ["disconnect", "x"]):
                await made.send_str("42/_event," + json.dumps(event))
            heard = await self.enters(made)
        assert "Eve East" in heard
        assert "203.0.113.9" not in heard

    async def test_a_flood_of_any_kind_closes_the_socket_and_leaves_few_lines(self, plain: Site) -> None:
        before = plain.log.stat().st_size
        async with aiohttp.ClientSession() as session:
            for text in ('42/_event,["ping"]', '42/_event,["client_error",{"error_type":"x","message":"y"}]', "42/_event,{", "40/x,"):
                made = await self.opened(session, plain)
                with suppress(aiohttp.ClientError, ConnectionError):
                    for _ in range(300):
                        await made.send_str(text)
                answers = [message async for message in made if message.type is aiohttp.WSMsgType.TEXT]
                assert len(answers) < 80
                assert made.closed
        assert plain.log.stat().st_size - before < 10_000

    @pytest.mark.asvs("V2.4.1")
    async def test_one_address_has_so_many_sockets(self, plain: Site) -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            url, headers = f"{plain.url}/_event/?token={uuid4()}&EIO=4&transport=websocket", {"Origin": plain.origin}
            held = [await session.ws_connect(url, headers=headers) for _ in range(SOCKETS_PER_ADDRESS)]
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(url, headers=headers)
            assert refused.value.status == 429
            for made in held:
                await made.close()

            async def again() -> None:
                while True:
                    with suppress(aiohttp.WSServerHandshakeError):
                        async with session.ws_connect(url, headers=headers):
                            return

            await asyncio.wait_for(again(), 10)
        assert "without completing handshake" not in plain.log.read_text()


class TestSizes:
    @pytest.mark.asvs("V5.2.1")
    @pytest.mark.parametrize("path", ["/auth/login", "/api/v1/auth/token", "/api/v1/api-keys", "/_upload", "/api/nothing"])
    def test_a_large_body_is_refused_by_what_it_declares(self, plain: Site, path: str) -> None:
        host = plain.origin.partition("//")[2]
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {plain.origin}\r\nContent-Length: {10**12}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), timeout=20) as connection:
            connection.sendall(head.encode())  # and not one byte of the body
            answer = connection.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in answer.lower()

    @pytest.mark.parametrize("path", ["/auth/login", "/api/v1/auth/token"])
    def test_and_one_that_declares_nothing_while_it_arrives(self, plain: Site, path: str) -> None:
        kind = "application/json" if "api" in path else "application/x-www-form-urlencoded"
        pieces = (b"x" * 10_000 for _ in range(200))
        with plain.client(Origin=plain.origin) as client:
            assert client.post(path, content=pieces, headers={"Content-Type": kind}).status_code == 413

    def test_a_file_of_the_plans_size_passes(self, plain: Site) -> None:
        with plain.client(Cookie=plain.cookie(), Origin=plain.origin) as client:
            file = {"file": ("notes.txt", b"A line of notes.\n" * 300_000, "text/plain")}
            assert client.post("/api/v1/files", files=file).status_code == 201
            huge = {"file": ("notes.txt", b"x" * 10_100_000, "text/plain")}
            assert client.post("/api/v1/files", files=huge).status_code == 413


class TestProxies:
    @pytest.mark.asvs("V4.1.3")
    @pytest.mark.parametrize(
        ("said", "known"),
        [
            ("203.0.113.9", "203.0.113.9"),
            ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
            ("203.0.113.9, 127.0.0.1", "203.0.113.9"),
            ("2001:db8::7", "2001:db8::7"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("<script>alert(1)</script>", "unknown address"),
            ("203.0.113.9'; drop table users", "unknown address"),
        ],
    )
    def test_a_trusted_one_says_who_asks_and_only_its_own_word_counts(self, secure: Site, said: str, known: str) -> None:
        assert self.place(secure, said) == known

    @pytest.mark.asvs("V4.1.3")
    def test_anybody_elses_is_not_believed(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        for site in started(tmp_path_factory.mktemp("direct"), TRUSTED_PROXIES="192.0.2.1"):
            assert self.place(site, "203.0.113.9") in ("127.0.0.1", "::1")

    @staticmethod
    def place(site: Site, said: str) -> str:
        import sqlite3
        from contextlib import closing

        with site.client() as client:
            site.sign_up(client, **{"X-Forwarded-For": said})
        with closing(sqlite3.connect(f"file:{site.log.parent / 'data' / 'coexai.db'}?mode=ro", uri=True)) as database:
            (found,) = database.execute("SELECT ip FROM sessions ORDER BY id DESC").fetchone()
        return str(found or "unknown address")


class TestCookies:
    @pytest.mark.asvs("V3.3.1", "V3.3.2", "V3.3.3", "V3.3.4")
    def test_behind_tls_they_are_bound_to_this_very_host(self, secure: Site) -> None:
        with secure.client() as client:
            session = secure.sign_up(client).headers["set-cookie"]
            step = client.post("/auth/login/passkey/options", headers={"Origin": PUBLIC}).headers["set-cookie"]
        for cookie, name in ((session, "__Host-coexai_session"), (step, "__Host-coexai_step")):
            assert cookie.startswith(f"{name}=")
            assert {"httponly", "secure", "path=/", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}
            assert "domain" not in cookie.lower()

    @pytest.mark.asvs("V3.3.1")
    def test_a_cookie_without_the_prefix_opens_nothing_and_goes_with_the_next_log_in(self, secure: Site) -> None:
        token = secure.cookie().partition("=")[2]
        with secure.client(Cookie=f"coexai_session={token}") as client:
            assert client.get("/api/v1/me").status_code == 401
            cookies = secure.sign_up(client).headers.get_list("set-cookie")
        assert [c for c in cookies if c.startswith('coexai_session="";') and "Max-Age=0" in c]
        with secure.client(Cookie=f"__Host-coexai_session={token}") as client:
            assert client.get("/api/v1/me").status_code == 401
