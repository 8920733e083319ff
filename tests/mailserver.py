"""Real mail servers for the tests: one that works (aiosmtpd in a thread), and one that does whatever a test says, byte by byte."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.servers import free_port


@dataclass
class Sink:
    """What arrived, and what the server answers: `answers` by command, taken one at a time, then yes again."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    password: str = "letmein"

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Envelope, address: str, options: list[str]) -> str:
        answer = self._next("MAIL")
        if answer.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]) -> str:
        answer = self._next("RCPT")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        answer = self._next("DATA")
        if answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.raw.append(envelope.content)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients += envelope.rcpt_tos
            self.encrypted.append(session.ssl is not None or isinstance(server.transport.get_extra_info("sslcontext"), ssl.SSLContext))
        return answer

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password.decode() == self.password, handled=False)

    def _next(self, command: str) -> str:
        waiting = self.answers.get(command, [])
        return waiting.pop(0) if waiting else "250 OK"


@contextmanager
def sink(
    *, auth: bool = False, starttls: ssl.SSLContext | None = None, implicit: ssl.SSLContext | None = None, utf8: bool = True
) -> Iterator[Sink]:
    """A mail server on a free port of this machine."""
    made = Sink(port=free_port())
    options: dict[str, Any] = {"enable_SMTPUTF8": utf8, "hostname": "127.0.0.1", "port": made.port, "ssl_context": implicit}
    if auth:
        options |= {"authenticator": made.authenticate, "auth_required": True, "auth_require_tls": False}
    if starttls:
        options |= {"tls_context": starttls, "require_starttls": True}
    controller = Controller(made, **options)
    controller.start()
    try:
        yield made
    finally:
        controller.stop()


@contextmanager
def scripted(converse: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that treats each connection as the test says; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with suppress(OSError):
                    connection, _ = listening.accept()
                    with connection, suppress(OSError):
                        connection.settimeout(10)
                        converse(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            over.set()
            with suppress(OSError), socket.create_connection(listening.getsockname(), 1):
                pass
            thread.join(5)


def dialogue(connection: socket.socket, *, until: str = "") -> None:
    """Speaks SMTP up to and with the answer to `until`; "." is the end of the data."""
    connection.sendall(b"220 test\r\n")
    lines, data = connection.makefile("rb"), False
    for line in lines:
        if data and line != b".\r\n":
            continue
        word = "." if data else line.decode("latin-1").partition(" ")[0].strip().upper()
        if word == until:
            return
        data = word == "DATA"
        connection.sendall({"EHLO": b"250 test\r\n", "DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}.get(word, b"250 OK\r\n"))


@dataclass(frozen=True)
class Certificate:
    """A certificate for 127.0.0.1 that signs itself."""

    server: ssl.SSLContext
    file: Path


def certificate(folder: Path) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test mail server")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return Certificate(context, file)
