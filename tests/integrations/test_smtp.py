"""SMTP, spoken to real servers on this machine: the ways in, the refusals, and every way to be silent."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coexai_app.integrations.email import Deferred, Message, Rejected
from coexai_app.integrations.smtp import DEADLINE, Server, Smtp
from tests.mailserver import certificate, dialogue, scripted, sink

# The sink speaks to this machine only.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
MESSAGE = Message(to="ana@bakery.example", subject="Grüße", text="Hello\n", html="<p>Hello</p>", message_id="0190")


def through(url: str, *, timeout: float = 5, ca_file: Path | None = None) -> Smtp:
    return Smtp(Server.parse(url), timeout=timeout, ca_file=ca_file)


class TestWaysIn:
    def test_plain_on_this_machine(self) -> None:
        with sink() as server:
            through(f"smtp://127.0.0.1:{server.port}").send(MESSAGE)
        assert server.recipients == ["ana@bakery.example"]
        assert server.mails[0]["Subject"] == "Grüße"
        assert server.mails[0]["Message-ID"] == "<0190@localhost>"

    def test_with_user_and_password(self) -> None:
        with sink(auth=True) as server:
            server.password = "p@ss/w:rd"
            through(f"smtp://ana:p%40ss%2Fw%3Ard@127.0.0.1:{server.port}").send(MESSAGE)
        assert server.logins == [("ana", "p@ss/w:rd")]
        assert len(server.mails) == 1

    def test_starttls_with_a_private_authority(self, tmp_path: Path) -> None:
        made = certificate(tmp_path)
        with sink(starttls=made.server) as server:
            through(f"smtp://127.0.0.1:{server.port}?tls=starttls", ca_file=made.file).send(MESSAGE)
        assert server.encrypted == [True]

    def test_tls_from_the_first_byte(self, tmp_path: Path) -> None:
        made = certificate(tmp_path)
        with sink(implicit=made.server) as server:
            through(f"smtps://127.0.0.1:{server.port}", ca_file=made.file).send(MESSAGE)
        assert server.encrypted == [True]

    @pytest.mark.asvs("V12.3.2")
    @pytest.mark.parametrize("scheme", ["smtp", "smtps"])
    def test_a_certificate_of_nobody_is_not_trusted_and_no_password_is_sent(self, tmp_path: Path, scheme: str) -> None:
        made = certificate(tmp_path)
        kind = {"implicit": made.server} if scheme == "smtps" else {"starttls": made.server}
        with sink(**kind, auth=True) as server, pytest.raises(Deferred, match="not trusted") as caught:  # type: ignore[arg-type]
            through(f"{scheme}://ana:secret@127.0.0.1:{server.port}{'' if scheme == 'smtps' else '?tls=starttls'}").send(MESSAGE)
        assert caught.value.server
        assert server.logins == []

    def test_a_server_without_starttls_gets_neither_password_nor_mail(self) -> None:
        with sink(auth=True) as server, pytest.raises(Deferred, match="STARTTLS"):
            through(f"smtp://ana:secret@127.0.0.1:{server.port}?tls=starttls").send(MESSAGE)
        assert (server.logins, server.mails) == ([], [])

    def test_letters_beyond_ascii_in_the_address_need_a_server_that_knows_them(self) -> None:
        international = Message(to="aña@bücher.example", subject="Hola", text="x\n", html="<p>x</p>")
        with sink() as server:
            through(f"smtp://127.0.0.1:{server.port}").send(international)
        assert server.recipients == ["aña@xn--bcher-kva.example"]
        with sink(utf8=False) as server:
            with pytest.raises(Rejected, match="SMTPUTF8"):
                through(f"smtp://127.0.0.1:{server.port}").send(international)
            through(f"smtp://127.0.0.1:{server.port}").send(MESSAGE)

    @pytest.mark.asvs("V1.3.11")
    def test_a_line_with_one_dot_does_not_end_the_mail(self) -> None:
        with sink() as server:
            through(f"smtp://127.0.0.1:{server.port}").send(Message(to="a@b.example", subject="s", text="a\n.\nb\n", html="<p>.</p>"))
        assert "a\n.\nb" in server.mails[0].get_body(("plain",)).get_content().replace("\r\n", "\n")  # type: ignore[union-attr]


class TestRefusals:
    @pytest.mark.parametrize(
        ("command", "answer", "error", "server_wide"),
        [
            ("RCPT", "550 5.1.1 No such user", Rejected, None),
            ("RCPT", "450 4.2.0 Greylisted", Deferred, False),
            ("RCPT", "421 4.3.2 Shutting down", Deferred, True),
            ("MAIL", "553 Sender not allowed", Rejected, None),
            ("MAIL", "530 5.7.0 Authentication required", Deferred, True),
            ("MAIL", "451 Later", Deferred, False),
            ("DATA", "554 5.7.1 Looks like spam", Rejected, None),
            ("DATA", "452 4.3.1 Disk full", Deferred, False),
        ],
    )
    def test_what_the_server_says_decides(self, command: str, answer: str, error: type[Exception], server_wide: bool | None) -> None:
        with sink() as server:
            server.answers[command] = [answer]
            with pytest.raises(error, match=answer) as caught:
                through(f"smtp://127.0.0.1:{server.port}").send(MESSAGE)
            assert server.mails == []
            assert getattr(caught.value, "server", None) is server_wide
            through(f"smtp://127.0.0.1:{server.port}").send(MESSAGE)
        assert len(server.mails) == 1

    def test_a_wrong_password_is_the_operators_to_mend_and_is_not_shown(self) -> None:
        with sink(auth=True) as server, pytest.raises(Deferred, match="user name or the password") as caught:
            through(f"smtp://ana:open-sesame@127.0.0.1:{server.port}").send(MESSAGE)
        assert caught.value.server
        assert "open-sesame" not in str(caught.value)

    def test_nobody_listens(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            with pytest.raises(Deferred) as caught:
                through(f"smtp://127.0.0.1:{closed.getsockname()[1]}").send(MESSAGE)
        assert caught.value.server


def silent(connection: socket.socket) -> None:
    connection.recv(1)


def drip(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"2")
        time.sleep(0.05)


def chatter(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"220-and another thing\r\n" * 100)
        time.sleep(0.01)


def hang_after(word: str) -> Callable[[socket.socket], None]:
    def converse(connection: socket.socket) -> None:
        dialogue(connection, until=word)
        connection.recv(1)

    return converse


def reset_after(word: str) -> Callable[[socket.socket], None]:
    def converse(connection: socket.socket) -> None:
        dialogue(connection, until=word)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    return converse


class TestSilence:
    @pytest.mark.parametrize(
        "converse",
        [
            silent,
            drip,
            chatter,
            hang_after("EHLO"),
            hang_after("MAIL"),
            hang_after("DATA"),
            hang_after("."),
            reset_after("."),
            reset_after("RCPT"),
        ],
    )
    @pytest.mark.parametrize("scheme", ["smtp", "smtps"])
    def test_it_never_lasts_long_and_may_pass(self, scheme: str, converse: Callable[[socket.socket], None]) -> None:
        started = time.monotonic()
        with scripted(converse) as port, pytest.raises(Deferred) as caught:
            through(f"{scheme}://127.0.0.1:{port}", timeout=0.15).send(MESSAGE)
        assert caught.value.server
        assert time.monotonic() - started < 0.15 * DEADLINE + 1

    def test_a_server_that_hangs_after_it_took_the_mail_has_taken_it(self) -> None:
        started = time.monotonic()
        with scripted(hang_after("QUIT")) as port:
            through(f"smtp://127.0.0.1:{port}", timeout=0.3).send(MESSAGE)
        assert time.monotonic() - started < 4

    @pytest.mark.parametrize(
        "banner", [b"554 go away\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff\xfe\x00\r\n", b"220 " + b"x" * 20_000, b""]
    )
    def test_something_else_listens_there(self, banner: bytes) -> None:
        with scripted(lambda connection: connection.sendall(banner)) as port, pytest.raises(Deferred) as caught:
            through(f"smtp://127.0.0.1:{port}", timeout=0.3).send(MESSAGE)
        assert caught.value.server


class TestServer:
    @pytest.mark.parametrize(
        ("url", "port", "tls"),
        [
            ("smtp://mail.example.com", 587, "starttls"),
            ("smtps://mail.example.com", 465, "implicit"),
            ("smtp://mail.example.com:25", 25, "starttls"),
            ("smtp://localhost:1025", 1025, "none"),
            ("smtp://[::1]:1025", 1025, "none"),
            ("smtp://relay:25?tls=none", 25, "none"),
            ("smtp://localhost:25?tls=starttls", 25, "starttls"),
        ],
    )
    def test_encrypted_unless_on_this_machine_or_asked_for(self, url: str, port: int, tls: str) -> None:
        assert (Server.parse(url).port, Server.parse(url).tls) == (port, tls)

    @pytest.mark.parametrize(
        "url",
        [
            "mail.example.com",
            "http://mail.example.com",
            "smtp://",
            "smtp://ana:pa/ss@mail.example.com",
            "smtp://ana:pa#ss@mail.example.com",
            "smtp://ana@mail.example.com",
            "smtp://ana:secret@mail.example.com?tls=none",
            "smtp://mail.example.com?tls=perhaps",
            "smtp://mail.example.com:99999",
            "smtp://ana:geheimnüs@mail.example.com",
        ],
    )
    def test_a_wrong_one_is_named_without_its_password(self, url: str) -> None:
        with pytest.raises(ValueError) as caught:
            Server.parse(url)
        for secret in ("pa/ss", "pa#ss", "secret", "geheim"):
            assert secret not in str(caught.value)

    def test_the_password_is_not_in_the_repr(self) -> None:
        assert "sesame" not in repr(through("smtp://ana:sesame@mail.example.com"))
