"""Logging in with another provider, as a browser does it: to the provider and back, and what comes back that should not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

import pytest
from httpx import Response
from sqlmodel import Session, select
from starlette.testclient import TestClient

from coexai_app import settings
from coexai_app.models import Identity, LoginSession, Mail, SignInFlow, User
from tests.factors import code, email_of, enrol_app
from tests.oidc import CLIENT, TENANT_A, TENANT_B, Issuer, by_hand, configured, make_user, real_provider, rsa, sign_in, signed
from tests.people import PASSWORD, People

As = Callable[[str], TestClient]
HERE = {"Sec-Fetch-Site": "same-origin"}
FLOW = "coexai_flow"


@pytest.fixture
def issuer(instance: None) -> Iterator[Issuer]:
    """A provider of this machine that this instance is registered with."""
    made = Issuer()
    with configured(oidc_issuer=made.url, oidc_name="Acme", **CLIENT):
        yield made
    made.close()


@pytest.fixture
def microsoft(instance: None) -> Iterator[Issuer]:
    made = Issuer(tenants=True)
    secret = CLIENT["oidc_client_secret"]
    with configured(microsoft_client_id="coexai", microsoft_client_secret=secret, microsoft_authority=made.url):
        yield made
    made.close()


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with real_provider() as url:
        yield url


def begin(client: TestClient, path: str = "/auth/oidc/oidc") -> str:
    """Where the button sends the browser."""
    answer = client.get(path, headers=HERE)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def come_back(client: TestClient, address: str) -> Response:
    """The provider sends the browser here: a navigation from another site."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}", headers={"Sec-Fetch-Site": "cross-site"})


def round_trip(client: TestClient, issuer: Issuer, path: str = "/auth/oidc/oidc", **said: str) -> str:
    answer = come_back(client, issuer.visit(begin(client, path), **said))
    assert answer.status_code == 303
    return str(answer.headers["location"])


def who(client: TestClient) -> str:
    answer = client.get("/api/v1/me")
    return str(answer.json()["email"]) if answer.status_code == 200 else ""


class TestARealProvider:
    """oidc-provider-mock, which knows nothing of us."""

    @pytest.mark.asvs("V10.2.1", "V10.2.3", "V10.5.1", "V10.5.3", "V10.5.4")
    def test_sign_up_log_out_log_in(self, provider: str, client: TestClient, session: Session) -> None:
        make_user(provider, "ana", email="ana@bakery.example.org", email_verified=True, name="Ana Bright")
        with configured(oidc_issuer=provider, **CLIENT):
            there = begin(client, "/auth/oidc/oidc?next=/jobs%3Fpage%3D2&timezone=Europe/Lisbon")
            asked = parse_qs(urlsplit(there).query)
            assert asked["scope"] == ["openid email profile"]
            assert asked["response_type"] == ["code"]
            assert asked["code_challenge_method"] == ["S256"]
            assert asked["redirect_uri"] == ["http://localhost:3000/auth/oidc/oidc/callback"]
            answer = come_back(client, sign_in(there, "ana"))
            assert answer.headers["location"] == "/jobs?page=2"
            assert who(client) == "ana@bakery.example.org"
            assert client.get("/api/v1/me").json()["organization"]["name"] == "Ana's organisation"
            client.post("/auth/logout", headers={"Origin": "http://localhost:3000"})
            assert who(client) == ""
            answer = come_back(client, sign_in(begin(client), "ana"))
            assert answer.headers["location"] == "/home"
            assert who(client) == "ana@bakery.example.org"
        assert len(session.exec(select(User)).all()) == 1
        row = session.exec(select(Identity)).one()
        assert (row.issuer, row.subject) == (provider, "ana")

    @pytest.mark.asvs("V10.1.2")
    def test_a_code_counts_once(self, provider: str, client: TestClient, session: Session) -> None:
        make_user(provider, "ben", email="ben@bakery.example.org")
        with configured(oidc_issuer=provider, **CLIENT):
            back = sign_in(begin(client), "ben")
            kept = client.cookies[FLOW]
            assert come_back(client, back).headers["location"] == "/home"
            client.cookies.clear()
            client.cookies.set(FLOW, kept)
            assert come_back(client, back).headers["location"] == "/login?error=flow_expired"
            used = parse_qs(urlsplit(back).query)["code"][0]
            state = parse_qs(urlsplit(begin(client)).query)["state"][0]
            again = come_back(client, f"/auth/oidc/oidc/callback?{urlencode({'code': used, 'state': state})}")
            assert again.headers["location"] == "/login?error=provider_refused"
            assert who(client) == ""

    def test_who_says_no_there_is_told_so(self, provider: str, client: TestClient) -> None:
        with configured(oidc_issuer=provider, **CLIENT):
            state = parse_qs(urlsplit(begin(client, "/auth/oidc/oidc?next=/jobs")).query)["state"][0]
            answer = come_back(client, f"/auth/oidc/oidc/callback?error=access_denied&state={state}")
            assert answer.headers["location"] == "/login?error=provider_cancelled&next=%2Fjobs"


class TestTheBrowser:
    """The answer belongs to the browser that asked."""

    @pytest.mark.asvs("V10.1.2")
    def test_the_cookie_is_short_lived_and_no_script_reads_it(self, client: TestClient, issuer: Issuer) -> None:
        answer = client.get("/auth/oidc/oidc", headers=HERE)
        (cookie,) = answer.headers.get_list("set-cookie")
        for part in (f"{FLOW}=", "HttpOnly", "Max-Age=600", "SameSite=lax", "Path=/"):
            assert part in cookie
        value = client.cookies[FLOW]
        assert value not in answer.headers["location"]
        back = come_back(client, issuer.visit(answer.headers["location"]))
        assert f'{FLOW}=""; expires=' in "\n".join(back.headers.get_list("set-cookie"))

    @pytest.mark.asvs("V10.1.2", "V10.2.1")
    def test_another_browser_gets_nothing(self, client: TestClient, issuer: Issuer, session: Session) -> None:
        back = issuer.visit(begin(client))
        own = client.cookies[FLOW]
        for cookie in ("", "x", own[:-1] + ("a" if own[-1] != "a" else "b")):
            client.cookies.clear()
            client.cookies.set(FLOW, cookie)
            assert come_back(client, back).headers["location"] == "/login?error=flow_expired"
        client.cookies.clear()
        assert come_back(client, back).headers["location"] == "/login?error=flow_expired"
        assert issuer.token_requests == []
        assert session.exec(select(User)).all() == []

    @pytest.mark.asvs("V10.2.1")
    @pytest.mark.parametrize("state", ["", "x", "é", "%00", "x" * 201])
    def test_a_tampered_state(self, client: TestClient, issuer: Issuer, state: str) -> None:
        issuer.visit(begin(client))
        answer = client.get(f"/auth/oidc/oidc/callback?code=x&state={state}")
        assert answer.status_code in (303, 422)
        assert answer.headers.get("location", "/login?error=flow_expired") == "/login?error=flow_expired"
        assert issuer.token_requests == []

    @pytest.mark.asvs("V10.2.2")
    def test_an_answer_for_one_provider_is_none_for_another(self, client: TestClient, issuer: Issuer) -> None:
        with configured(google_client_id="g", google_client_secret="s"):
            back = issuer.visit(begin(client)).replace("/oidc/callback", "/google/callback")
            assert come_back(client, back).headers["location"] == "/login?error=flow_expired"

    @pytest.mark.asvs("V10.2.2")
    def test_an_answer_in_the_name_of_another_issuer(self, client: TestClient, issuer: Issuer) -> None:
        assert round_trip(client, issuer, iss="https://evil.example") == "/login?error=provider_refused"
        assert issuer.token_requests == []
        assert round_trip(client, issuer, iss=issuer.url) == "/home"

    @pytest.mark.asvs("V10.2.2")
    def test_an_issuer_that_announces_to_name_itself_must(self, client: TestClient, issuer: Issuer) -> None:
        issuer.metadata = {"authorization_response_iss_parameter_supported": True}
        assert round_trip(client, issuer) == "/login?error=provider_refused"

    def test_the_flow_is_over_after_ten_minutes(self, client: TestClient, issuer: Issuer) -> None:
        from coexai_app import db

        back = issuer.visit(begin(client))
        with db.transaction() as session:
            row = session.exec(select(SignInFlow)).one()
            row.expires_at = db.now(session)
        assert come_back(client, back).headers["location"] == "/login?error=flow_expired"

    @pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {}])
    def test_other_sites_cannot_begin_one(self, client: TestClient, issuer: Issuer, headers: dict[str, str]) -> None:
        for purpose in ("", "?for=connect", "?for=confirm"):
            answer = client.get(f"/auth/oidc/oidc{purpose}", headers=headers)
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers

    def test_a_browser_without_fetch_metadata_shows_where_it_comes_from(self, client: TestClient, issuer: Issuer) -> None:
        ours = client.get("/auth/oidc/oidc", headers={"Referer": "http://localhost:3000/login"})
        assert ours.headers["location"].startswith(issuer.url)
        other = client.get("/auth/oidc/oidc", headers={"Referer": "http://localhost:3000.evil.example/"})
        assert other.status_code == 403

    @pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "/\tx", "javascript:alert(1)"])
    def test_no_open_redirect(self, client: TestClient, issuer: Issuer, target: str) -> None:
        assert round_trip(client, issuer, f"/auth/oidc/oidc?{urlencode({'next': target})}") == "/home"

    def test_a_poisoned_host_changes_no_address(self, client: TestClient, issuer: Issuer) -> None:
        poisoned = {**HERE, "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
        answer = client.get("/auth/oidc/oidc", headers=poisoned)
        assert "evil.example" not in answer.headers["location"]
        asked = parse_qs(urlsplit(answer.headers["location"]).query)
        assert asked["redirect_uri"] == ["http://localhost:3000/auth/oidc/oidc/callback"]

    def test_another_name_of_this_machine_leads_to_the_one_that_the_provider_knows(self, client: TestClient, issuer: Issuer) -> None:
        answer = client.get("/auth/oidc/oidc", headers={**HERE, "Host": "127.0.0.1:3000"})
        assert answer.headers["location"] == "http://localhost:3000/login"

    def test_the_session_before_ends_and_the_new_one_is_another(self, client: TestClient, issuer: Issuer, session: Session) -> None:
        round_trip(client, issuer)
        first = client.cookies[settings.get().cookie_name]
        round_trip(client, issuer)
        assert client.cookies[settings.get().cookie_name] != first
        assert len(session.exec(select(LoginSession)).all()) == 1

    def test_nothing_secret_is_logged_or_stored(
        self, client: TestClient, issuer: Issuer, dump: Callable[[], str], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        there = begin(client)
        held, asked = dump(), parse_qs(urlsplit(there).query)
        for secret in (client.cookies[FLOW], asked["state"][0], asked["nonce"][0]):
            assert secret not in held
        come_back(client, issuer.visit(there))
        verifier = issuer.token_requests[0]["code_verifier"]
        logged = caplog.text
        for secret in (verifier, CLIENT["oidc_client_secret"]):
            assert secret not in held + dump() + logged


class TestLies:
    """A provider, or somebody in its name, that says what is not so: nobody gets in, and nothing is made."""

    def refused(self, client: TestClient, issuer: Issuer, session: Session) -> None:
        assert round_trip(client, issuer) == "/login?error=provider_refused"
        assert who(client) == ""
        assert session.exec(select(User)).all() == []

    @pytest.mark.asvs("V6.8.2", "V10.5.1", "V10.5.4")
    @pytest.mark.parametrize(
        "claims",
        [
            {"nonce": "another"},
            {"nonce": None},
            {"nonce": 7},
            {"aud": "another"},
            {"aud": None},
            {"aud": ["coexai", "another"]},
            {"aud": ["coexai", "another"], "azp": "another"},
            {"azp": "another"},
            {"iss": "https://evil.example"},
            {"iss": None},
            {"exp": 1_700_000_000},
            {"exp": None},
            {"exp": "soon"},
            {"exp": True},
            {"iat": 9_999_999_999},
            {"iat": None},
            {"nbf": 9_999_999_999},
            {"sub": None},
            {"sub": ""},
            {"sub": 7},
            {"sub": "x" * 256},
            {"auth_time": "yesterday"},
        ],
        ids=str,
    )
    def test_a_claim_that_does_not_hold(self, client: TestClient, issuer: Issuer, session: Session, claims: dict[str, object]) -> None:
        issuer.claims = claims
        self.refused(client, issuer, session)

    @pytest.mark.asvs("V6.8.2")
    def test_signed_with_another_key_of_the_same_name(self, client: TestClient, issuer: Issuer, session: Session) -> None:
        issuer.sign = lambda claims: signed(claims, rsa("two"), kid="one")
        self.refused(client, issuer, session)

    @pytest.mark.asvs("V6.8.2")
    def test_not_signed(self, client: TestClient, issuer: Issuer, session: Session) -> None:
        issuer.sign = lambda claims: by_hand(claims, {"alg": "none", "kid": "one"})
        issuer.metadata = {"id_token_signing_alg_values_supported": ["none", "RS256"]}
        self.refused(client, issuer, session)

    @pytest.mark.asvs("V6.8.2")
    def test_signed_with_the_public_key_as_a_secret(self, client: TestClient, issuer: Issuer, session: Session) -> None:
        public = rsa("one").as_pem(private=False)
        issuer.sign = lambda claims: by_hand(claims, {"alg": "HS256", "kid": "one"}, public)
        issuer.metadata = {"id_token_signing_alg_values_supported": ["HS256", "RS256"]}
        self.refused(client, issuer, session)

    @pytest.mark.asvs("V6.8.2")
    def test_signed_with_the_client_secret(self, client: TestClient, issuer: Issuer, session: Session) -> None:
        secret = CLIENT["oidc_client_secret"].encode()
        issuer.sign = lambda claims: by_hand(claims, {"alg": "HS256"}, secret)
        self.refused(client, issuer, session)

    def test_a_key_that_the_token_brings_along(self, client: TestClient, issuer: Issuer, session: Session) -> None:
        issuer.sign = lambda claims: signed(claims, rsa("two"), kid="one", jwk=rsa("two").as_dict(private=False))
        self.refused(client, issuer, session)

    @pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "." * 40_000, "e30.e30."])
    def test_no_token_at_all(self, client: TestClient, issuer: Issuer, session: Session, token: str) -> None:
        issuer.sign = lambda _claims: token
        self.refused(client, issuer, session)

    @pytest.mark.asvs("V10.5.3")
    def test_metadata_in_the_name_of_another_issuer(self, client: TestClient, issuer: Issuer) -> None:
        issuer.metadata = {"issuer": "https://accounts.google.com"}
        assert begin(client, "/auth/oidc/oidc?next=/jobs") == "/login?error=provider_away&next=%2Fjobs"

    def test_userinfo_about_somebody_else(self, client: TestClient, issuer: Issuer, session: Session) -> None:
        issuer.claims = {"email": None}
        issuer.userinfo = {"sub": "bob-2", "email": "bob@bakery.example.org", "email_verified": True}
        self.refused(client, issuer, session)
        issuer.userinfo["sub"] = "ana-1"
        assert round_trip(client, issuer) == "/home"
        assert who(client) == "bob@bakery.example.org"

    def test_a_new_key_is_fetched_once(self, client: TestClient, issuer: Issuer) -> None:
        round_trip(client, issuer)
        issuer.keys, issuer.signer = [rsa("two")], rsa("two")
        assert round_trip(client, issuer) == "/home"
        assert issuer.asked.count("/jwks") == 2
        issuer.signer = rsa("three")
        assert round_trip(client, issuer) == "/login?error=provider_refused"
        assert issuer.asked.count("/jwks") == 3


class TestAway:
    @pytest.mark.parametrize("part", ["openid-configuration", "/jwks", "/token"])
    def test_a_provider_that_is_down(self, client: TestClient, issuer: Issuer, part: str) -> None:
        issuer.fails = {part: 503}
        address = begin(client, "/auth/oidc/oidc?next=/jobs")
        if part != "openid-configuration":
            address = str(come_back(client, issuer.visit(address)).headers["location"])
        assert address == "/login?error=provider_away&next=%2Fjobs"

    def test_nobody_listens(self, client: TestClient, issuer: Issuer) -> None:
        issuer.close()
        assert begin(client) == "/login?error=provider_away"

    def test_a_provider_that_does_not_answer_in_time(self, client: TestClient, issuer: Issuer) -> None:
        issuer.delay = 2
        with configured(oidc_timeout_seconds=0.2):
            assert begin(client) == "/login?error=provider_away"

    def test_a_provider_that_is_not_set_up(self, client: TestClient, instance: None) -> None:
        for name in ("google", "microsoft", "oidc", "x"):
            assert begin(client, f"/auth/oidc/{name}") == "/login?error=not_found"
            assert client.get(f"/auth/oidc/{name}/callback").headers["location"] == "/login?error=not_found"


class TestWho:
    @pytest.mark.asvs("V6.8.1")
    def test_an_address_that_has_an_account_is_never_connected_by_itself(
        self, people: People, client: TestClient, issuer: Issuer, session: Session
    ) -> None:
        issuer.claims = {"email": email_of(people.bob).upper(), "email_verified": True}
        assert round_trip(client, issuer, "/auth/oidc/oidc?next=/jobs") == "/login?error=account_exists&next=%2Fjobs"
        assert who(client) == ""
        assert session.exec(select(Identity)).all() == []

    def test_connect_while_logged_in_then_log_in_with_the_second_step(self, people: People, as_person: As, issuer: Issuer) -> None:
        secret, _ = enrol_app(people.bob)
        client = as_person("bob")
        assert round_trip(client, issuer, "/auth/oidc/oidc?for=connect") == "/settings/security?done=connected"
        client.cookies.clear()
        assert round_trip(client, issuer, "/auth/oidc/oidc?next=/jobs") == "/login/second-step?next=%2Fjobs"
        assert who(client) == ""
        answer = client.post("/auth/second-step", data={"code": code(secret), "next": "/jobs"})
        assert answer.headers["location"] == "/jobs"
        assert who(client) == email_of(people.bob)

    def test_connecting_comes_back_to_the_session_that_began_it(
        self, people: People, as_person: As, issuer: Issuer, session: Session
    ) -> None:
        client = as_person("bob")
        back = issuer.visit(begin(client, "/auth/oidc/oidc?for=connect"))
        client.cookies.set(settings.get().cookie_name, people.tokens["mallory"])
        assert come_back(client, back).headers["location"] == "/settings/security?error=unauthenticated"
        assert session.exec(select(Identity)).all() == []

    def test_connecting_and_confirming_are_for_people_who_are_signed_in(self, client: TestClient, issuer: Issuer) -> None:
        for purpose in ("connect", "confirm"):
            assert begin(client, f"/auth/oidc/oidc?for={purpose}") == "/login"

    def test_a_long_ago_log_in_has_to_be_confirmed_before_connecting(self, people: People, as_person: As, issuer: Issuer) -> None:
        from tests.factors import log_in_long_ago

        log_in_long_ago(people.bob)
        assert begin(as_person("bob"), "/auth/oidc/oidc?for=connect").startswith("/confirm?next=/settings/security")

    @pytest.mark.asvs("V6.8.4")
    def test_confirm_by_signing_in_again(self, people: People, as_person: As, issuer: Issuer) -> None:
        import time

        from tests.factors import log_in_long_ago

        client = as_person("bob")
        round_trip(client, issuer, "/auth/oidc/oidc?for=connect")
        log_in_long_ago(people.bob)
        path = "/auth/oidc/oidc?for=confirm&next=/settings/account"
        assert round_trip(client, issuer, path) == "/confirm?error=not_fresh&next=%2Fsettings%2Faccount"
        assert (issuer.last["prompt"], issuer.last["max_age"]) == ("login", "0")
        issuer.claims = {"auth_time": int(time.time()) - 3_600}
        assert round_trip(client, issuer, path) == "/confirm?error=not_fresh&next=%2Fsettings%2Faccount"
        issuer.claims = {"auth_time": int(time.time()), "sub": "somebody-else"}
        assert round_trip(client, issuer, path) == "/confirm?error=not_connected&next=%2Fsettings%2Faccount"
        issuer.claims = {"auth_time": int(time.time())}
        assert round_trip(client, issuer, path) == "/settings/account"
        assert begin(client, "/auth/oidc/oidc?for=connect").startswith(issuer.url)

    @pytest.mark.asvs("V6.3.4", "V7.5.1")
    def test_confirming_asks_for_the_second_step_too(self, people: People, as_person: As, issuer: Issuer, session: Session) -> None:
        import time

        from coexai_app.services import person
        from tests.factors import log_in_long_ago

        client = as_person("bob")
        round_trip(client, issuer, "/auth/oidc/oidc?for=connect")
        secret, _ = enrol_app(people.bob)
        log_in_long_ago(people.bob)
        issuer.claims = {"auth_time": int(time.time())}
        assert round_trip(client, issuer, "/auth/oidc/oidc?for=confirm&next=/jobs") == "/confirm/code?next=%2Fjobs"
        assert not person.is_fresh(session, people.bob)
        answer = client.post("/auth/confirm/code", data={"code": code(secret), "next": "/jobs"})
        assert answer.headers["location"] == "/jobs"
        session.rollback()
        assert person.is_fresh(session, people.bob)

    def test_somebody_invited_comes_back_to_the_invitation(self, people: People, client: TestClient, issuer: Issuer) -> None:
        from coexai_app.services import invitations
        from tests.people import do

        row = do(invitations.invite, people.alice, email="ana@bakery.example.org", role="member")
        link = do(invitations.link, people.alice, invitation_id=UUID(row.id))
        assert round_trip(client, issuer, f"/auth/oidc/oidc?{urlencode({'next': link})}") == link
        joined = client.post("/auth/invite/accept", data={"token": link.partition("=")[2]}, headers={"Origin": "http://localhost:3000"})
        assert joined.headers["location"] == "/home"
        assert client.get("/api/v1/me").json()["organization"]["name"] == "Larkfield Studio"


class TestMicrosoft:
    PATH = "/auth/oidc/microsoft"

    def test_an_address_is_only_believed_after_a_mail(self, client: TestClient, microsoft: Issuer, session: Session) -> None:
        microsoft.claims = {"email": None, "preferred_username": "ana@bakery.example.org", "email_verified": True, "xms_edov": True}
        assert round_trip(client, microsoft, self.PATH) == "/home"
        assert session.exec(select(User.verified_at)).one() is None
        assert session.exec(select(Mail.kind)).all() == ["verify_email"]
        row = session.exec(select(Identity)).one()
        assert row.issuer == f"{microsoft.url}/{TENANT_A}/v2.0"
        assert row.subject == "aaaaaaaa-0000-0000-0000-000000000001"

    @pytest.mark.asvs("V6.8.1", "V10.5.2")
    def test_the_same_object_in_two_tenants_is_two_people(self, client: TestClient, microsoft: Issuer, session: Session) -> None:
        assert round_trip(client, microsoft, self.PATH) == "/home"
        client.cookies.clear()
        microsoft.claims = {"tid": TENANT_B}  # with the same sub, oid and address
        assert round_trip(client, microsoft, self.PATH) == "/login?error=account_exists"
        assert who(client) == ""
        microsoft.claims = {"tid": TENANT_B, "email": "other@bakery.example.org"}
        assert round_trip(client, microsoft, self.PATH) == "/home"
        assert who(client) == "other@bakery.example.org"
        assert len(session.exec(select(Identity)).all()) == 2

    @pytest.mark.asvs("V6.8.1", "V10.5.3")
    @pytest.mark.parametrize(
        "claims",
        [
            {"tid": None},
            {"tid": "common"},
            {"tid": "../../evil"},
            {"oid": None},
            {"oid": "ana"},
            {"iss": "https://evil.example/11111111-2222-3333-4444-555555555555/v2.0"},
            {"iss": "http://127.0.0.1/{tenantid}/v2.0"},
        ],
        ids=str,
    )
    def test_a_tenant_or_an_object_that_is_none(self, client: TestClient, microsoft: Issuer, claims: dict[str, str]) -> None:
        microsoft.claims = claims
        assert round_trip(client, microsoft, self.PATH) == "/login?error=provider_refused"

    def test_a_token_of_one_tenant_that_names_another(self, client: TestClient, microsoft: Issuer) -> None:
        microsoft.claims = {"tid": TENANT_B, "iss": f"{microsoft.url}/{TENANT_A}/v2.0"}
        assert round_trip(client, microsoft, self.PATH) == "/login?error=provider_refused"

    def test_a_key_of_one_tenant_signs_for_no_other(self, client: TestClient, microsoft: Issuer) -> None:
        microsoft.key_extras = {"issuer": f"{microsoft.url}/{TENANT_B}/v2.0"}
        assert round_trip(client, microsoft, self.PATH) == "/login?error=provider_refused"
        microsoft.claims = {"tid": TENANT_B}
        assert round_trip(client, microsoft, self.PATH) == "/home"

    def test_an_instance_for_one_tenant_takes_no_other(self, client: TestClient, microsoft: Issuer) -> None:
        microsoft.metadata = {"issuer": f"{microsoft.url}/{TENANT_A}/v2.0"}
        with configured(microsoft_tenant=TENANT_A):
            assert round_trip(client, microsoft, self.PATH) == "/home"
            microsoft.claims = {"tid": TENANT_B}
            assert round_trip(client, microsoft, self.PATH) == "/login?error=provider_refused"


def test_who_has_no_password_gets_in_with_none(client: TestClient, issuer: Issuer) -> None:
    round_trip(client, issuer)
    client.cookies.clear()
    for password in ("", " ", PASSWORD, "a password that nobody has"):
        answer = client.post(
            "/auth/login", data={"email": "ana@bakery.example.org", "password": password}, headers={"Origin": "http://localhost:3000"}
        )
        assert answer.headers["location"] == "/login?error=unauthenticated"
