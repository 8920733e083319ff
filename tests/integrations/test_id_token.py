"""What an ID token must say and who may have signed it; without any network."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from coexai_app.integrations import id_token
from coexai_app.integrations.id_token import Broken
from tests.oidc import rsa, signed

ISSUER = "https://login.example.com"


def claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    said = {"iss": ISSUER, "sub": "ana", "aud": "us", "exp": now + 300, "iat": now, "nonce": "n", **more}
    return {name: value for name, value in said.items() if value is not None}


def verify(token: str, *keys: Any, algorithms: object = None, newest: tuple[Any, ...] | None = None) -> Any:
    sets = {False: [public(key) for key in keys], True: [public(key) for key in (keys if newest is None else newest)]}
    given = {"issuer": ISSUER, "client_id": "us", "nonce": "n", "algorithms": algorithms, "at": datetime.now(UTC)}
    return id_token.verify(token, keys=lambda new: sets[new], **given)


def public(key: Any) -> Any:
    return key.as_dict(private=False) if isinstance(key, RSAKey | ECKey) else key


class TestSignature:
    def test_a_good_one(self) -> None:
        assert verify(signed(claims(), rsa("one")), rsa("two"), rsa("one"))["sub"] == "ana"

    def test_only_algorithms_that_the_issuer_announces(self) -> None:
        key = ECKey.generate_key("P-256", {"kid": "ec"})
        token = jwt.encode({"alg": "ES256", "kid": "ec"}, claims(), key)
        assert verify(token, key, algorithms=["ES256", "RS256"])["sub"] == "ana"
        with pytest.raises(Broken, match=r"signed with|UnsupportedAlgorithm"):
            verify(token, key)
        with pytest.raises(Broken, match=r"signed with|UnsupportedAlgorithm"):
            verify(signed(claims(), rsa("one")), rsa("one"), algorithms=["ES256"])
        with pytest.raises(Broken):
            verify(signed(claims(), rsa("one")), rsa("one"), algorithms=[])

    def test_without_a_name_there_must_be_one_key(self) -> None:
        token = jwt.encode({"alg": "RS256"}, claims(), rsa("one"))
        assert verify(token, rsa("one"))["sub"] == "ana"
        with pytest.raises(Broken, match="no key"):
            verify(token, rsa("one"), rsa("two"))

    def test_two_keys_of_one_name_are_none(self) -> None:
        with pytest.raises(Broken, match="no key"):
            verify(signed(claims(), rsa("one")), rsa("one"), {**public(rsa("two")), "kid": "one"})

    @pytest.mark.parametrize("extra", [{"use": "enc"}, {"alg": "PS256"}, {"kty": "EC"}])
    def test_a_key_for_something_else(self, extra: dict[str, str]) -> None:
        with pytest.raises(Broken, match="no key"):
            verify(signed(claims(), rsa("one")), {**public(rsa("one")), **extra})

    @pytest.mark.parametrize("key", [None, 7, "x", [], {}, {"kty": "RSA", "kid": "one"}, {"kty": "RSA", "kid": "one", "n": 1, "e": None}])
    def test_a_key_set_full_of_nonsense(self, key: object) -> None:
        with pytest.raises(Broken):
            verify(signed(claims(), rsa("one")), key)

    def test_a_small_key(self) -> None:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            small = RSAKey.generate_key(1024, {"kid": "one"})
            token = signed(claims(), small)
        with pytest.raises(Broken, match="too small"):
            verify(token, small)

    def test_an_unknown_name_asks_for_the_newest_keys(self) -> None:
        assert verify(signed(claims(), rsa("one")), rsa("two"), newest=(rsa("one"),))["sub"] == "ana"

    def test_a_header_that_must_be_understood(self) -> None:
        with pytest.raises(Exception, match=r"(?i)crit|header|signature"):
            verify(signed(claims(), rsa("one"), crit=["exp"], exp=1), rsa("one"))


class TestTimes:
    @pytest.mark.parametrize(
        ("given", "good"),
        [
            ({"exp": -30}, True),
            ({"exp": -90}, False),
            ({"iat": 30}, True),
            ({"iat": 90}, False),
            ({"nbf": 30}, True),
            ({"nbf": 90}, False),
        ],
        ids=str,
    )
    def test_clocks_may_be_a_minute_apart(self, given: dict[str, int], good: bool) -> None:
        now = int(time.time())
        token = signed(claims(**{name: now + off for name, off in given.items()}), rsa("one"))
        if good:
            assert verify(token, rsa("one"))
            return
        with pytest.raises(Broken):
            verify(token, rsa("one"))

    @pytest.mark.parametrize("value", [float("inf"), float("nan"), 1e300, -1e13, [], {}, "1", False])
    def test_a_time_that_is_none(self, value: object) -> None:
        with pytest.raises(Broken):
            id_token.moment({"auth_time": value}, "auth_time")
        assert id_token.moment({"auth_time": 7.9}, "auth_time") == 7
        assert id_token.moment({}, "auth_time") is None


class TestSubject:
    @pytest.mark.parametrize("value", [None, "", " ", 7, ["a"], "x" * 256, "a\x00b", "a\nb"])
    def test_nobody(self, value: object) -> None:
        with pytest.raises(Broken):
            id_token.subject({"sub": value}, tenants=False)

    def test_an_object_id_in_whatever_case_is_the_same(self) -> None:
        given = "AAAAAAAA-0000-0000-0000-000000000001"
        assert id_token.subject({"oid": given, "sub": "pairwise"}, tenants=True) == given.lower()
