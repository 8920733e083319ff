"""Small promises about secrets, accounts and what is open to the net, each with one test."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from sqlalchemy import delete
from sqlmodel import Session, select
from starlette.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from coexai_app import db, settings
from coexai_app.api.app import RequestScope
from coexai_app.models import AuditLog, Throttle, User
from coexai_app.services import api_keys, factor_codes, files, passwords
from coexai_app.services.password_change import forgot
from tests.door import api_app
from tests.forge import log_in
from tests.oidc import configured
from tests.people import PASSWORD, People, do
from tests.receiver import listening, says

OURS = {"Origin": "http://localhost:3000"}


@pytest.mark.asvs("V14.2.1")
@pytest.mark.parametrize("name", ["access_token", "token", "api_key", "key", "X-API-Key", "authorization", "coexai_session"])
def test_no_secret_in_an_address_opens_anything(people: People, client: TestClient, name: str) -> None:
    key = do(api_keys.create, people.alice, name="x", scopes=["jobs:read"]).secret
    for secret in (key, log_in(people.alice).access, people.tokens["alice"], f"Bearer {key}"):
        assert client.get("/api/v1/me", params={name: secret}).status_code == 401


@pytest.mark.asvs("V14.2.1")
def test_no_form_and_no_route_takes_a_password_in_its_address() -> None:
    found = [
        (path, parameter["name"])
        for path, operations in api_app().openapi()["paths"].items()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query" and any(word in parameter["name"] for word in ("password", "token", "secret", "code", "key"))
    ]
    assert found == []


@pytest.mark.asvs("V6.3.2")
def test_a_fresh_instance_has_no_account(instance: None, session: Session) -> None:
    assert session.exec(select(User)).all() == []


@pytest.mark.asvs("V6.2.1", "V6.2.5", "V6.2.9")
class TestPasswords:
    @pytest.mark.parametrize("password", ["gk3kd9x", "xqzvkjw"])
    def test_seven_signs_are_too_few_whatever_they_are(self, password: str) -> None:
        with pytest.raises(Exception, match="at least 10"):
            passwords.check_strength(password)

    @pytest.mark.parametrize(
        "password",
        [
            "only small letters here",
            "ONLY LARGE LETTERS HERE",
            "七つの海を渡る船乗りの歌よ",
            "8 473 920 156 038",
            "wörter mit ümlauten",
            "🐳🦊🐝🌵🍋🥁🪁🧵🧲🪐",
        ],
    )
    def test_any_signs_will_do(self, password: str) -> None:
        passwords.check_strength(password)

    @pytest.mark.parametrize("length", [64, 128, 200])
    def test_long_ones_are_taken(self, length: int) -> None:
        passwords.check_strength(("what a long walk to the lighthouse, " * 8)[:length])

    @pytest.mark.asvs("V6.2.8")
    def test_every_sign_counts_as_it_was_typed(self, people: People, client: TestClient) -> None:
        """No case is folded, no blank is trimmed, nothing is cut off, of the longest that there is neither."""
        typed = ("  A Long Walk, to the Lighthouse " + "x" * 200)[: passwords.MAX_LENGTH - 1] + "!"
        form = {"name": "Eve", "email": "eve@own.example.org", "password": typed}
        assert client.post("/auth/signup", data=form, headers=OURS).headers["location"] == "/home"
        opens = {}
        for tried in (typed, typed.lower(), typed.strip(), typed[:72], typed[:-1], f"{typed}!", typed * 2):
            with db.transaction() as session:
                session.execute(delete(Throttle))
            answer = client.post("/auth/login", data={**form, "password": tried}, headers=OURS)
            opens[tried] = answer.headers["location"] == "/home"
        assert [tried for tried, opened in opens.items() if opened] == [typed]

    @pytest.mark.asvs("V6.2.11")
    @pytest.mark.parametrize("password", ["coexaicoexai", "CoExAI2026!", "AliceArcher1", "archer.alice", "larkfield2024"])
    def test_the_product_and_ones_own_name_are_not_enough(self, password: str) -> None:
        with pytest.raises(Exception, match="too easy"):
            passwords.check_strength(password, email="alice@larkfield.example.org", name="Alice Archer")

    @pytest.mark.asvs("V6.2.12")
    def test_a_leaked_one_makes_no_account(self, client: TestClient, session: Session) -> None:
        digest = hashlib.sha1((leaked := "an old secret that everybody has read").encode()).hexdigest().upper()
        form = {"name": "Eve", "email": "eve@own.example.org", "password": leaked}
        with listening() as server, configured(leaked_passwords_url=server.url("/range")):
            server.answers = [says(200, f"{digest[5:]}:42".encode())]
            answer = client.post("/auth/signup", data=form, headers=OURS)
        assert answer.headers["location"].startswith("/signup?error=")
        assert session.exec(select(User)).all() == []

    @pytest.mark.asvs("V6.4.2", "V6.2.10")
    def test_there_is_no_hint_no_question_and_no_end_date(self) -> None:
        columns = set(User.model_fields)
        assert not {c for c in columns if any(word in c for word in ("hint", "question", "answer", "password_expires", "password_until"))}


@pytest.mark.asvs("V6.5.4", "V6.5.3")
def test_recovery_codes_are_hard_to_guess_and_never_alike(people: People) -> None:
    from coexai_app import db

    with db.transaction() as session:
        made = [code for _ in range(20) for code in factor_codes.make_recovery(session, people.alice.user_id)]
    assert len(set(made)) == 200
    assert all(len(code.replace("-", "")) == 24 for code in made)
    assert len(set("".join(made)) - {"-"}) > 28  # of 32 letters, so 120 bits


@pytest.mark.asvs("V5.2.2", "V1.3.4", "V5.1.1")
@pytest.mark.parametrize(
    "name", ["a.svg", "a.exe", "a.sh", "a.zip", "a.js", "a.php", "a.md.exe", "a", ".htaccess", "a.xlsm", "a.iso", "a.png"]
)
def test_no_other_kind_of_file_is_taken(name: str) -> None:
    with pytest.raises(Exception, match="not a kind of file"):
        files.check_kind(name)


@pytest.mark.asvs("V14.3.1")
def test_leaving_empties_what_the_browser_kept(people: People, client: TestClient) -> None:
    client.cookies.set(settings.get().cookie_name, people.tokens["bob"])
    answer = client.post("/auth/logout", headers=OURS)
    assert answer.headers["clear-site-data"] == '"storage"'
    assert "Max-Age=0" in answer.headers["set-cookie"]


@pytest.mark.asvs("V15.3.1")
def test_an_export_of_everything_holds_nothing_that_opens_anything(people: People, client: TestClient) -> None:
    made = do(api_keys.create, people.alice, name="x", scopes=["jobs:read"])
    tokens = log_in(people.alice)
    do(forgot, email="alice@larkfield.example.org")
    client.cookies.set(settings.get().cookie_name, people.tokens["alice"])
    with zipfile.ZipFile(io.BytesIO(client.get("/api/v1/organization/export").content)) as archive:
        text = "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    for secret in (made.secret, tokens.access, tokens.refresh, people.tokens["alice"], PASSWORD, "$argon2", "token_hash", "key_hash"):
        assert secret not in text


@pytest.mark.asvs("V15.3.4", "V4.1.3")
@pytest.mark.parametrize(("peer", "believed"), [("203.0.113.9", "203.0.113.9"), ("127.0.0.1", "198.51.100.7")])
def test_only_our_proxy_says_where_somebody_comes_from(people: People, session: Session, peer: str, believed: str) -> None:
    """Served as `serve.web` does it: X-Forwarded-For counts from TRUSTED_PROXIES alone, and throttles and the audit log go by it."""
    served = ProxyHeadersMiddleware(RequestScope(api_app()), trusted_hosts=settings.get().trusted_proxies)
    with TestClient(served, base_url="http://localhost:3000", client=(peer, 1), follow_redirects=False) as door:
        form = {"email": "alice@larkfield.example.org", "password": "a wrong password"}
        door.post("/auth/login", data=form, headers={**OURS, "X-Forwarded-For": "198.51.100.7", "X-Real-IP": "198.51.100.8"})
    assert session.exec(select(AuditLog.ip).where(AuditLog.action == "session.failed")).all() == [believed]
