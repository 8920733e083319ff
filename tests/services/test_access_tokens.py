"""Access tokens: what they say, and everything that must not be taken for one."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey
from sqlmodel import col, select

from coexai_app import db
from coexai_app.access import Actor, Permission, Role
from coexai_app.errors import InvalidToken
from coexai_app.models import Membership, Organization, PlanName, SigningKey, User
from coexai_app.services import access_tokens
from tests import forge
from tests.people import People, do

EVIL = RSAKey.generate_key(2048)


def b64(data: bytes | dict[str, Any]) -> str:
    raw = json.dumps(data, separators=(",", ":")).encode() if isinstance(data, dict) else data
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def verify(token: str) -> Actor:
    return do(access_tokens.verify, token=token)


def refused(token: str) -> InvalidToken:
    with pytest.raises(InvalidToken) as caught:
        verify(token)
    return caught.value


class TestWhatATokenSays:
    @pytest.mark.asvs("V9.2.4", "V10.3.3")
    def test_the_claims_of_the_founding_document_and_those_of_the_standard(self, people: People) -> None:
        made = forge.log_in(people.adam)
        head = json.loads(base64.urlsafe_b64decode(made.access.split(".")[0] + "=="))
        assert (head["alg"], head["typ"], set(head)) == ("RS256", "at+jwt", {"alg", "typ", "kid"})
        claims = forge.claims_of(made.access)
        assert set(claims) == {"sub", "org", "role", "plan", "iat", "exp", "jti", "iss", "aud", "sid", "av"}
        assert (claims["sub"], claims["org"]) == (str(people.adam.user_id), str(people.adam.organization_id))
        assert (claims["role"], claims["plan"]) == ("admin", "pro")
        assert claims["exp"] - claims["iat"] == 900 == made.expires_in
        assert abs(claims["iat"] - time.time()) < 5
        assert claims["jti"] != forge.claims_of(forge.log_in(people.adam).access)["jti"]

    def test_it_opens_as_the_person_with_all_that_the_role_allows(self, people: People) -> None:
        actor = verify(forge.log_in(people.bob).access)
        assert (actor.user_id, actor.organization_id, actor.role) == (people.bob.user_id, people.bob.organization_id, Role.MEMBER)
        assert (actor.scopes, actor.key_id, actor.test, actor.session_id) == (None, None, False, None)
        assert actor.may(Permission.RUN_AGENT)
        assert not actor.may(Permission.MANAGE_TEAM)

    def test_secrets_do_not_show_when_tokens_are_printed(self, people: People) -> None:
        made = forge.log_in(people.bob)
        assert made.access not in repr(made)
        assert made.refresh not in repr(made)


@pytest.mark.asvs("V9.1.1", "V9.1.3")
class TestForgedTokens:
    """The attack list: each is a good token but for the one thing."""

    def test_the_forger_can_make_a_good_one(self, people: People) -> None:
        assert verify(forge.sign(forge.header(), forge.good_claims(people.bob), forge.signer())).user_id == people.bob.user_id

    @pytest.mark.asvs("V9.1.2")
    @pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
    def test_without_a_signature(self, people: People, algorithm: str) -> None:
        body = f"{b64(forge.header(alg=algorithm))}.{b64(forge.good_claims(people.bob))}"
        refused(f"{body}.")
        refused(f"{body}.{forge.log_in(people.bob).access.split('.')[2]}")

    @pytest.mark.asvs("V9.1.2")
    def test_signed_with_our_public_key_as_if_it_were_a_shared_secret(self, people: People) -> None:
        public = forge.signer().as_pem(private=False)
        signing_input = f"{b64(forge.header(alg='HS256'))}.{b64(forge.good_claims(people.bob))}"
        for secret in (public, public.strip(), json.dumps(forge.signer().as_dict(private=False)).encode()):
            refused(f"{signing_input}.{b64(hmac.digest(secret, signing_input.encode(), 'sha256'))}")

    @pytest.mark.parametrize(
        "extra",
        [
            {"jwk": EVIL.as_dict(private=False)},
            {"jku": "https://evil.example/keys.json"},
            {"x5u": "https://evil.example/cert.pem"},
            {"x5c": ["MIIB"]},
            {"crit": ["exp"]},
            {"b64": False, "crit": ["b64"]},
            {"cty": "JWT"},
            {"zip": "DEF"},
            {"crit": []},
        ],
    )
    def test_with_a_key_or_a_surprise_in_the_header(self, people: People, extra: dict[str, Any]) -> None:
        head, claims = forge.header(**extra), forge.good_claims(people.bob)
        for key in (EVIL, forge.signer()):
            signing_input = f"{b64(head)}.{b64(claims)}"
            refused(f"{signing_input}.{b64(rs256(key, signing_input))}")

    def test_by_a_strangers_key_under_our_kid(self, people: People) -> None:
        refused(forge.sign(forge.header(), forge.good_claims(people.bob), EVIL))

    @pytest.mark.parametrize(
        "kid", ["unknown", "", "../../etc/passwd", "' OR 1=1 --", "\x00", "\ud800", "x" * 2_000, None, 7, ["a"], {"a": 1}]
    )
    def test_with_a_kid_that_is_not_ours(self, people: People, kid: Any) -> None:
        head = {name: value for name, value in forge.header(kid=kid).items() if value is not None}
        signing_input = f"{b64(head)}.{b64(forge.good_claims(people.bob))}"
        refused(f"{signing_input}.{b64(rs256(forge.signer(), signing_input))}")

    @pytest.mark.asvs("V9.1.2")
    @pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
    def test_with_another_algorithm_of_the_same_key(self, people: People, algorithm: str) -> None:
        key = RSAKey.import_key(forge.signer().as_pem(private=True))
        refused(forge.sign(forge.header(alg=algorithm), forge.good_claims(people.bob), key, algorithm))

    def test_with_a_key_of_another_kind(self, people: People) -> None:
        curve = ECKey.generate_key("P-256")
        es256 = forge.sign(forge.header(alg="ES256"), forge.good_claims(people.bob), curve, "ES256")
        refused(es256)
        _, payload, signature = es256.split(".")
        refused(f"{b64(forge.header())}.{payload}.{signature}")

    @pytest.mark.asvs("V9.2.2")
    @pytest.mark.parametrize("typ", ["JWT", "jwt", "id+jwt", "logout+jwt", "", None])
    def test_of_another_type(self, people: People, typ: str | None) -> None:
        head = {name: value for name, value in forge.header(typ=typ).items() if value is not None}
        refused(forge.sign(head, forge.good_claims(people.bob), forge.signer()))

    @pytest.mark.parametrize("part", [0, 1, 2])
    def test_tampered_anywhere(self, people: People, part: int) -> None:
        parts = forge.log_in(people.bob).access.split(".")
        for position in (0, len(parts[part]) // 2):
            changed = "A" if parts[part][position] != "A" else "B"
            broken = [*parts]
            broken[part] = parts[part][:position] + changed + parts[part][position + 1 :]
            refused(".".join(broken))

    def test_with_another_persons_or_organisations_claims(self, people: People) -> None:
        head, payload, signature = forge.log_in(people.mallory).access.split(".")
        claims = forge.claims_of(f"{head}.{payload}.{signature}")
        refused(f"{head}.{b64({**claims, 'sub': str(people.alice.user_id)})}.{signature}")
        refused(f"{head}.{b64({**claims, 'org': str(people.alice.organization_id)})}.{signature}")

    @pytest.mark.parametrize(
        "token",
        [
            "",
            ".",
            "..",
            "...",
            "a.b.c",
            "null",
            "Bearer x",
            "\x00",
            "ü.ü.ü",
            "\ud800",
            "a" * 10_000,
            "." * 4_000,
            "eyJhbGciOiJub25lIn0.e30.",
        ],
    )
    def test_that_are_no_tokens_at_all(self, people: People, token: str) -> None:
        refused(token)

    @pytest.mark.parametrize(
        "head", [b"[]", b"1", b'"alg"', b"null", b'["alg"]', b'{"alg":["RS256"]}', b'{"alg":{}}', b"{" * 300, b"\xff\xfe"]
    )
    def test_whose_header_is_no_header(self, people: People, head: bytes) -> None:
        refused(f"{b64(head)}.{b64({'sub': 'x'})}.{b64(b'x' * 256)}")

    @pytest.mark.parametrize("payload", [b"[]", b"1", b"null", b"{", b"\xff", b"[" * 5_000, b"{}"])
    def test_whose_claims_are_no_claims_even_with_our_signature(self, people: People, payload: bytes) -> None:
        signing_input = f"{b64(forge.header())}.{b64(payload)}"
        refused(f"{signing_input}.{b64(rs256(forge.signer(), signing_input))}")

    def test_with_more_than_a_token_needs(self, people: People) -> None:
        refused(forge.sign(forge.header(), forge.good_claims(people.bob, padding="x" * 5_000), forge.signer()))


class TestClaims:
    """Signed by us, and wrong all the same."""

    @pytest.mark.asvs("V9.2.3", "V10.3.1")
    @pytest.mark.parametrize(
        "changes",
        [
            *({name: None} for name in ("iss", "aud", "exp", "iat", "jti", "sub", "org", "sid", "av")),
            {"iss": "https://evil.example"},
            {"iss": ["http://localhost:3000"]},
            {"aud": "https://evil.example/api"},
            {"aud": []},
            {"aud": 7},
            {"exp": "never"},
            {"exp": True},
            {"exp": float("nan")},
            {"exp": float("inf")},
            {"nbf": float("nan")},
            {"iat": "today"},
            {"jti": ""},
            {"sub": "alice"},
            {"sub": 7},
            {"org": "0"},
            {"sid": ""},
            {"av": "0"},
            {"av": False},
            {"av": 0.0},
            {"av": 1},
            {"av": -1},
            {"av": 10**400},
        ],
    )
    def test_missing_or_wrong(self, people: People, changes: dict[str, Any]) -> None:
        refused(forge.sign(forge.header(), forge.good_claims(people.bob, **changes), forge.signer()))

    @pytest.mark.asvs("V9.2.1")
    @pytest.mark.parametrize(
        ("seconds", "good"),
        [
            ({"exp": -3600}, False),
            ({"exp": -45}, False),
            ({"exp": -15}, True),
            ({"nbf": 15}, True),
            ({"nbf": 45}, False),
            ({"nbf": 3600}, False),
            ({"iat": 15}, True),
            ({"iat": 3600}, False),
        ],
    )
    def test_times_with_half_a_minute_of_leeway(self, people: People, seconds: dict[str, int], good: bool) -> None:
        claims = forge.good_claims(people.bob, **{name: forge.now() + value for name, value in seconds.items()})
        token = forge.sign(forge.header(), claims, forge.signer())
        if good:
            assert verify(token).user_id == people.bob.user_id
        else:
            error = refused(token)
            assert (error.details.get("reason") == "expired") is ("exp" in seconds)

    @pytest.mark.asvs("V9.2.3")
    def test_the_audience_may_be_a_list_that_names_us(self, people: People) -> None:
        claims = forge.good_claims(people.bob, aud=["https://other.example", access_tokens.audience()])
        assert verify(forge.sign(forge.header(), claims, forge.signer())).user_id == people.bob.user_id

    @pytest.mark.asvs("V8.3.2")
    def test_a_role_in_the_token_gives_no_rights(self, people: People) -> None:
        claims = forge.good_claims(people.vera, role="owner", plan="enterprise")
        actor = verify(forge.sign(forge.header(), claims, forge.signer()))
        assert (actor.role, actor.plan_name) == (Role.VIEWER, PlanName.PRO)

    def test_another_organisations_token_is_refused(self, people: People) -> None:
        claims = forge.good_claims(people.mallory, org=str(people.alice.organization_id))
        refused(forge.sign(forge.header(), claims, forge.signer()))


def _disable(person: Actor) -> None:
    from coexai_app.models.base import now

    with db.transaction() as session:
        session.get_one(User, person.user_id).disabled_at = now()


def _delete(person: Actor) -> None:
    with db.transaction() as session:
        session.delete(session.get_one(User, person.user_id))


def _remove(person: Actor) -> None:
    with db.transaction() as session:
        session.delete(_membership(session, person))


def _membership(session: Any, person: Actor) -> Membership:
    return session.exec(
        select(Membership).where(col(Membership.user_id) == person.user_id, col(Membership.organization_id) == person.organization_id)
    ).one()


@pytest.mark.asvs("V8.3.2", "V7.4.2")
class TestChangesCountAtOnce:
    @pytest.mark.parametrize("change", [_disable, _delete, _remove])
    def test_a_person_who_is_gone(self, people: People, change: Callable[[Actor], None]) -> None:
        token = forge.log_in(people.bob).access
        verify(token)
        change(people.bob)
        refused(token)

    def test_a_lower_role_and_another_plan(self, people: People) -> None:
        token = forge.log_in(people.bob).access
        with db.transaction() as session:
            _membership(session, people.bob).role = Role.VIEWER
            session.get_one(Organization, people.bob.organization_id).plan = PlanName.FREE
        actor = verify(token)
        assert (actor.role, actor.plan_name) == (Role.VIEWER, PlanName.FREE)

    def test_a_key_that_is_no_longer_published(self, people: People) -> None:
        token = forge.log_in(people.bob).access
        with db.transaction() as session:
            for row in session.exec(select(SigningKey)).all():
                row.state = "retired"  # type: ignore[assignment]
        refused(token)


def rs256(key: Any, signing_input: str) -> bytes:
    """The bare signature, for headers that a library would refuse to make."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    signature: bytes = key.private_key.sign(signing_input.encode(), PKCS1v15(), SHA256())
    return signature


def test_how_long_a_check_takes(people: People, record_property: Callable[[str, object], None]) -> None:
    token = forge.log_in(people.bob).access
    verify(token)
    with db.reading() as session:
        started = time.perf_counter()
        for _ in range(200):
            access_tokens.verify(session, token=token)
        took = (time.perf_counter() - started) / 200
    record_property("figures", f"access token, verified with all look-ups: {took * 1e6:.0f} µs ({1 / took:.0f}/s, one thread)")
    assert took < 0.05
