"""Signing keys: made once, published before they sign, kept until their tokens are dead, sealed at rest."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from coexai_app import db, settings
from coexai_app.cli import main
from coexai_app.errors import Conflict, InvalidToken
from coexai_app.models import KeyState, SigningKey
from coexai_app.services import access_tokens, signing_keys, tokens
from tests import forge
from tests.people import People, do


def states(session: Session) -> list[tuple[str, str]]:
    session.rollback()  # what others committed since
    found = session.exec(select(SigningKey).execution_options(populate_existing=True)).all()
    return [(row.kid, row.state.value) for row in found]


def age(**by: timedelta) -> None:
    with db.transaction() as session:
        for row in session.exec(select(SigningKey)).all():
            for name, much in by.items():
                if (value := getattr(row, name)) is not None:
                    setattr(row, name, value - much)


def kids() -> list[str]:
    return [key["kid"] for key in do(signing_keys.published)]


def good(token: str) -> bool:
    try:
        do(access_tokens.verify, token=token)
    except InvalidToken:
        return False
    return True


class TestFirstUse:
    def test_nothing_is_published_before_it(self, instance: None) -> None:
        assert kids() == []

    @pytest.mark.asvs("V11.2.3")
    def test_it_makes_one_that_signs_and_one_that_will(self, instance: None, session: Session) -> None:
        key = do(signing_keys.signer)
        assert sorted(state for _, state in states(session)) == ["current", "next"]
        assert dict(states(session))[key.kid] == "current"
        assert key.raw_value.key_size == 3072
        assert do(signing_keys.signer).kid == key.kid

    def test_what_is_published_is_public(self, instance: None) -> None:
        for key in do(signing_keys.ensure):
            assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}
            assert (key["kty"], key["use"], key["alg"], key["e"]) == ("RSA", "sig", "RS256", "AQAB")

    def test_many_at_once_make_one(self, instance: None, session: Session) -> None:
        gate = threading.Barrier(6)

        def go() -> Any:
            gate.wait()
            return do(signing_keys.signer).kid

        with ThreadPoolExecutor(6) as pool:
            made = {f.result() for f in [pool.submit(go) for _ in range(6)]}
        assert len(made) == 1
        assert len(states(session)) == 2

    def test_the_database_itself_refuses_a_second_current_key(self, instance: None) -> None:
        do(signing_keys.signer)
        with pytest.raises(IntegrityError), db.transaction() as session:
            for row in session.exec(select(SigningKey)).all():
                row.state = KeyState.CURRENT

    @pytest.mark.asvs("V11.3.3")
    def test_the_private_half_is_sealed(self, instance: None, session: Session) -> None:
        do(signing_keys.signer)
        for row in session.exec(select(SigningKey)).all():
            assert row.sealed is not None
            assert b"PRIVATE" not in row.sealed
            assert not {"d", "p", "q", "dp", "dq", "qi"} & set(row.public)


class TestRotation:
    def test_the_published_key_takes_over_and_old_tokens_live_on(self, people: People, session: Session) -> None:
        before = forge.log_in(people.bob).access
        current, coming = (next(kid for kid, state in states(session) if state == wanted) for wanted in ("current", "next"))
        age(published_at=timedelta(minutes=6))
        assert do(signing_keys.rotate_keys) == coming
        after = forge.log_in(people.bob).access
        assert forge.signer().kid == coming
        assert dict(states(session))[current] == "previous"
        assert len(kids()) == 3
        assert (good(before), good(after)) == (True, True)
        old = session.exec(select(SigningKey).where(SigningKey.kid == current).execution_options(populate_existing=True)).one()
        assert old.sealed is None

    def test_the_old_key_is_published_until_the_last_token_it_signed_is_dead(self, people: People) -> None:
        before = forge.log_in(people.bob).access
        age(published_at=timedelta(minutes=6))
        do(signing_keys.rotate_keys)
        age(superseded_at=timedelta(seconds=access_tokens.SECONDS + access_tokens.LEEWAY_SECONDS))
        assert len(kids()) == 3
        assert good(before)
        age(superseded_at=signing_keys.OVERLAP)
        assert len(kids()) == 2
        assert not good(before)

    def test_a_key_does_not_sign_before_others_can_know_it(self, people: People, session: Session) -> None:
        do(signing_keys.signer)
        before = states(session)
        with pytest.raises(Conflict, match="Nothing was changed"):
            do(signing_keys.rotate_keys)
        assert states(session) == before

    def test_after_ninety_days_it_happens_by_itself(self, people: People, session: Session) -> None:
        first = forge.signer().kid
        age(activated_at=timedelta(days=89, hours=23), published_at=timedelta(days=90))
        assert forge.signer().kid == first
        age(activated_at=timedelta(hours=2))
        second = forge.signer().kid
        assert second != first
        assert dict(states(session))[first] == "previous"
        assert sorted(state for _, state in states(session)) == ["current", "next", "previous"]

    def test_rotated_many_times_there_is_one_current_key_and_one_next(self, people: People, session: Session) -> None:
        do(signing_keys.signer)
        for _ in range(3):
            age(published_at=timedelta(minutes=6), superseded_at=timedelta(minutes=15))
            do(signing_keys.rotate_keys)
        assert sorted(state for _, state in states(session)) == ["current", "next", "previous", "previous", "retired"]

    def test_a_leaked_key_is_out_at_once_and_clients_refresh(self, people: People, session: Session) -> None:
        made = forge.log_in(people.bob)
        old = {kid for kid, _ in states(session)}
        do(signing_keys.rotate_keys, leaked=True)
        assert not good(made.access)
        assert not old & set(kids())
        assert good(do(tokens.refresh, token=made.refresh).access)
        assert {state for kid, state in states(session) if kid in old} == {"retired"}
        assert all(row.sealed is None for row in session.exec(select(SigningKey)).all() if row.kid in old)

    def test_a_changed_secret_makes_new_keys_and_keeps_old_tokens_good(
        self, people: People, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = forge.log_in(people.bob).access
        old = forge.signer().kid
        monkeypatch.setattr(settings, "get", lambda: _config.model_copy(update={"secret_key": SecretStr("another secret")}))
        _config = settings.Settings()
        signing_keys._opened.cache_clear()
        after = forge.log_in(people.bob).access
        assert forge.signer().kid != old
        assert (good(before), good(after)) == (True, True)
        assert sorted(state for _, state in states(session)) == ["current", "next", "previous", "retired"]
        signing_keys._opened.cache_clear()


@pytest.mark.asvs("V11.2.3")
class TestShorterKeys:
    def test_they_give_way_as_soon_as_others_can_know_the_longer_ones(
        self, people: People, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An instance from before: its keys have 2048 bits, and its tokens are good until they end by themselves."""
        with monkeypatch.context() as before:
            before.setattr(signing_keys, "BITS", 2048)
            before.setattr(signing_keys, "_generate", lambda: RSAKey.generate_key(2048))
            token = forge.log_in(people.bob).access
            old = forge.signer().kid
        assert forge.signer().kid == old
        assert dict(states(session))[old] == "current"
        coming = next(kid for kid, state in states(session) if state == "next")
        assert forge.signer().kid == old
        age(published_at=timedelta(minutes=6))
        new = forge.signer()
        assert (new.kid, new.raw_value.key_size) == (coming, 3072)
        assert sorted(state for _, state in states(session)) == ["current", "next", "previous", "retired"]
        assert (good(token), good(forge.log_in(people.bob).access)) == (True, True)
        age(superseded_at=signing_keys.OVERLAP)
        assert not good(token)
        short = [kid for kid, _ in states(session) if kid not in kids()]
        assert len(short) == 2
        assert {len(key["n"]) for key in do(signing_keys.published)} == {512}


class TestCommand:
    def test_rotate(self, people: People, capsys: pytest.CaptureFixture[str]) -> None:
        do(signing_keys.signer)
        assert main(["keys", "rotate"]) == 1
        assert "less than 5 minutes ago" in capsys.readouterr().err
        age(published_at=timedelta(minutes=6))
        assert main(["keys", "rotate"]) == 0
        assert forge.signer().kid in capsys.readouterr().out
        assert main(["keys", "rotate", "--leaked"]) == 0
        assert len(kids()) == 2
