"""Leaked passwords: what leaves this machine, and that a server that does not answer hinders nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from coexai_app.errors import InvalidInput
from coexai_app.integrations import leaked_passwords
from coexai_app.services import passwords
from tests.oidc import configured
from tests.receiver import Answering, Receiver, drips, floods, hangs, listening, says

LEAKED = "an old secret that everybody has read"
FIRST, REST = (digest := hashlib.sha1(LEAKED.encode()).hexdigest().upper())[:5], digest[5:]
OTHERS = "0018A45C4D1DEF81644B54AB7F969B88D65:3\r\n011053FD0102E94D6AE2F8B83D76FAF94F6:0\r\n"


@pytest.fixture
def server() -> Iterator[Receiver]:
    with listening() as found, configured(leaked_passwords_url=found.url("/range/")):
        yield found


@pytest.mark.asvs("V6.2.12")
class TestAsked:
    def test_one_that_stands_there_is_refused(self, server: Receiver) -> None:
        server.answers = [says(200, f"{OTHERS}{REST}:42\r\n".encode())]
        with pytest.raises(InvalidInput, match="leaked") as caught:
            passwords.check_leaked(LEAKED)
        assert caught.value.field == "password"

    def test_one_that_does_not_is_taken(self, server: Receiver) -> None:
        server.answers = [says(200, OTHERS.encode())]
        passwords.check_leaked(LEAKED)

    def test_a_line_that_only_pads_says_nothing(self, server: Receiver) -> None:
        server.answers = [says(200, f"{REST}:0\r\n".encode())]
        passwords.check_leaked(LEAKED)

    def test_five_signs_of_the_digest_leave_and_nothing_else(self, server: Receiver) -> None:
        server.answers = [says(200, OTHERS.encode())]
        leaked_passwords.known(LEAKED)
        (asked,) = server.came
        assert asked.path == f"/range/{FIRST}" and asked.body == b""
        assert REST not in str(asked.headers).upper()


@pytest.mark.parametrize(
    "answer",
    [
        500,
        404,
        says(302, Location="/elsewhere"),
        says(200, b"<html>"),
        says(200, f"{REST}:many".encode()),
        says(200, b"\xff\xfe"),
        floods,
        hangs(),
        drips,
    ],
    ids=["error", "nothing", "redirect", "html", "no number", "no text", "flood", "silence", "drip"],
)
def test_a_server_that_fails_hinders_nobody(server: Receiver, answer: int | Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaked_passwords, "TIMEOUT_SECONDS", 0.3)
    server.answers = [answer]
    assert leaked_passwords.known(LEAKED) is False


def test_without_the_setting_nobody_is_asked() -> None:
    with listening() as server:
        assert leaked_passwords.known(LEAKED) is False and server.came == []
