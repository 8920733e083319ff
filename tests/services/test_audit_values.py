"""What may stand in the audit log: no secrets, nothing that deceives the eye, bounded."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from sqlmodel import Session

from coexai_app.services import audit_read
from coexai_app.services.audit_values import REDACTED, changed, fields, plain, secret
from tests.people import People, do
from tests.trail import rows, write

SECRETS = """
    password Password new_password passwordHash PASSWD secret client_secret secretKey secret_key token access_token refreshToken api_key
    apiKey API-KEY x-api-key authorization cookie set_cookie private_key credentials otp totp_secret recovery_codes backup_code salt
    signature card_number cvc IBAN jwt session_token token_hash signing_key webhook_secret
"""
CANARY = "zq7CANARYzq7"


@pytest.mark.asvs("V16.2.5")
class TestSecrets:
    @pytest.mark.parametrize(
        "name",
        SECRETS.split(),
    )
    def test_a_field_of_this_name_is_redacted(self, name: str) -> None:
        assert fields({name: CANARY}) == {name: REDACTED}
        assert CANARY not in json.dumps(fields({"a": {"b": [{name: CANARY}]}}))
        assert changed({name: "x"}, {name: CANARY}) == ({name: REDACTED}, {name: REDACTED})

    @pytest.mark.parametrize(
        "name", ["api_key_id", "token_count", "tokens", "input_tokens", "password_changed_at", "key_prefix", "title", "role"]
    )
    def test_a_field_that_only_speaks_of_one_is_not(self, name: str) -> None:
        assert not secret(name)

    @pytest.mark.parametrize(
        "value",
        [
            f"Bearer {CANARY}{CANARY}",
            f"sk-proj-{CANARY}{CANARY}",
            f"sk_live_{CANARY}{CANARY}",
            f"whsec_{CANARY}{CANARY}",
            f"cxa_live_{CANARY}{CANARY}",
            f"xoxb-{CANARY}-{CANARY}",
            f"ghp_{CANARY}{CANARY}",
            f"eyJhbGciOiJIUzI1NiJ9.{CANARY}.{CANARY}",
            f"$argon2id$v=19$m=65536,t=3,p=4${CANARY}",
            f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----",
            f"coexai_session={CANARY}",
            f"postgresql://bob:{CANARY}@db/coexai",
        ],
    )
    def test_a_value_of_this_shape_is_redacted_whatever_its_name(self, value: str) -> None:
        assert CANARY not in json.dumps(fields({"note": f"see {value} here", "list": [value], "text": {"deep": value}}))

    def test_no_canary_reaches_the_database(self, people: People, session: Session) -> None:
        write(
            people.alice.organization_id,
            "x",
            password=CANARY,
            nested={"api_key": CANARY, "headers": {"Authorization": CANARY}},
            before={"secret": "a"},
            after={"secret": CANARY},
            note=f"Bearer {CANARY}{CANARY}",
        )
        last = rows(session, people.alice.organization_id)[-1]
        assert CANARY.casefold() not in repr(last.model_dump()).casefold()
        assert do(audit_read.page, people.alice, filters=audit_read.Filters(text=CANARY)).found.total == 0


class TestPlain:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("a\r\nb", "a\\r\\nb"),
            ("a\tb\0c\x1b[31m", "a\\tb\\x00c\\x1b[31m"),
            ("user\u202egpj.exe", "user\\u202egpj.exe"),
            ("a\u2066b\u2069\u200f\u061c", "a\\u2066b\\u2069\\u200f\\u061c"),
            ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
            ("line\u2028para\u2029next\x85", "line\\u2028para\\u2029next\\x85"),
            ("tag\U000e0041", "tag\\U000e0041"),
            ("lone\ud800", "lone\\ud800"),
            ("Zoë Ñandú 李 👩‍🚀", "Zoë Ñandú 李 👩‍🚀"),
        ],
    )
    def test_what_hides_or_turns_text_is_spelt_out(self, text: str, shown: str) -> None:
        assert plain(text) == shown

    def test_it_is_bounded(self) -> None:
        assert len(plain("\u202e" * 10_000)) <= 500
        assert len(plain("x" * 10_000, 64)) == 64
        deep: dict[str, object] = {}
        for _ in range(100):
            deep = {"x": deep, "y": ["z" * 5_000] * 200}
        assert len(json.dumps(fields({"deep": deep, **{f"f{n}": "v" for n in range(500)}}))) < 200_000

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e308, 10**400, -(10**400), {1, 2}, b"\xff", uuid4(), object()])
    def test_any_value_becomes_json(self, value: object) -> None:
        json.dumps(fields({"v": value}), allow_nan=False)

    @pytest.mark.asvs("V16.4.1")
    def test_a_name_cannot_forge_a_second_line(self, people: People, session: Session) -> None:
        evil = "Bob\r\n2026-01-01 Alice deleted everything\u202e"
        write(people.alice.organization_id, "x", target_name=evil, note=evil)
        row = do(audit_read.page, people.alice).found.rows[0]
        shown = row.sentence + "".join(fact.value for fact in row.facts)
        assert shown.isprintable()
        assert "\\r\\n" in row.sentence
