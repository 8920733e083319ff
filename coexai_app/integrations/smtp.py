"""Speaks SMTP to the one mail server of this instance: encrypted unless it is on this machine, and never for long.

Every wait is bounded twice: by the longest silence, and by a deadline for the whole conversation that also ends a server which sends
one byte at a time.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from coexai_app.integrations.email import SMTP, SMTPUTF8, Deferred, Message, Rejected, compose, host, sender

PORTS: Final = {"smtp": 587, "smtps": 465}
# The whole conversation may take this many times the longest silence.
DEADLINE: Final = 4.0
GOODBYE_SECONDS: Final = 2.0
# "Authentication required" answers MAIL FROM when the settings lack a password: every mail would get it (RFC 4954 §6).
_NEEDS_PASSWORD: Final = 530
_GOES_DOWN: Final = 421


@dataclass(frozen=True, slots=True)
class Server:
    """Where the mail server is and how it is spoken to. The password does not show in its repr."""

    name: str
    port: int
    tls: Literal["implicit", "starttls", "none"]
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """From smtp://user:password@host:587?tls=none|starttls or smtps://…; raises ValueError, whose text does not repeat the URL."""
        try:
            parts = urlsplit(url)
            name, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
        except ValueError:
            raise ValueError("is not an address such as smtp://user:password@mail.example.com:587") from None
        if parts.scheme not in PORTS or not name or parts.path.strip("/") or parts.fragment:
            raise ValueError("is not an address such as smtp://user:password@mail.example.com:587 (write @ : / # ? in a password as %40 …)")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not (user + password).isascii() or bool(user) != bool(password):
            raise ValueError("needs both a user and a password, in ASCII, or neither")
        wish = parse_qs(parts.query).get("tls", [""])[-1]
        if wish not in ("", "none", "starttls") or (wish and parts.scheme == "smtps"):
            raise ValueError("has an unknown tls: use smtps://, ?tls=starttls or ?tls=none")
        if parts.scheme == "smtps":
            return cls(name, port, "implicit", user, password)
        local = _is_this_machine(name)
        if wish == "none" and user and not local:
            raise ValueError("would send the password unencrypted: leave out tls=none, or the password")
        plain = wish == "none" or (local and not wish)
        return cls(name, port, "none" if plain else "starttls", user, password)


@dataclass(frozen=True, slots=True)
class Smtp:
    """The transport. One connection per mail."""

    server: Server
    timeout: float
    ca_file: Path | None = None
    keeps: ClassVar[bool] = False

    @property
    def label(self) -> str:
        how = {"implicit": "TLS", "starttls": "STARTTLS", "none": "unencrypted"}[self.server.tls]
        return f"{self.server.name}:{self.server.port} ({how}{', as ' + self.server.user if self.server.user else ''})"

    def send(self, message: Message) -> None:
        """Hands one message over. Returns once the server has taken responsibility for it (RFC 5321 §6.1); raises Rejected or Deferred."""
        built = compose(message)
        mailbox = built["To"].addresses[0].addr_spec
        international = not (mailbox + sender().addr_spec).isascii()
        with _Client(self.server, self.timeout, self._context()) as client:
            with _server_troubles(self.server):
                client.open(self.server)
            if international and not client.has_extn("smtputf8"):
                raise Rejected(f"The mail server cannot send to {mailbox}: it lacks SMTPUTF8, which letters beyond ASCII need.")
            options = ["SMTPUTF8", "BODY=8BITMIME"] if international else []
            data = built.as_bytes(policy=SMTPUTF8 if international else SMTP)
            with _server_troubles(self.server), _mail_troubles():
                client.sendmail(sender().addr_spec, [mailbox], data, mail_options=options)
            client.goodbye()

    def _context(self) -> ssl.SSLContext | None:
        if self.server.tls == "none":
            return None
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            raise Deferred(f"The certificate authority in SMTP_CA_FILE cannot be read: {error.strerror or error}.", server=True) from None


class _Client(smtplib.SMTP):
    """smtplib's client with a deadline for the whole conversation, and TLS from the first byte where the server wants that."""

    def __init__(self, server: Server, timeout: float, context: ssl.SSLContext | None) -> None:
        super().__init__(timeout=timeout, local_hostname=host())
        self._host = server.name  # what STARTTLS checks the certificate against; smtplib sets it only when it connects at once
        self._implicit = server.tls == "implicit"
        self._context = context
        self._twin: socket.socket | None = None
        self._clock = threading.Timer(timeout * DEADLINE, self._cut)
        self._clock.daemon = True

    def __enter__(self) -> Self:
        self._clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._clock.cancel()
        self.close()
        if self._twin is not None:
            self._twin.close()

    def open(self, server: Server) -> None:
        """Connects, encrypts, signs in."""
        code, answer = self.connect(server.name, server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, answer)
        self.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            self.starttls(context=self._context)
            self.ehlo_or_helo_if_needed()
        if server.user:
            self.login(server.user, server.password)

    def goodbye(self) -> None:
        """The mail is the server's by now: whatever happens while leaving does not count."""
        with suppress(smtplib.SMTPException, OSError):
            if self.sock is not None:
                self.sock.settimeout(min(self.timeout, GOODBYE_SECONDS))
            self.quit()

    def _get_socket(self, name: str, port: int, timeout: float) -> Any:
        """smtplib's own hook for another kind of socket (SMTP_SSL uses it too)."""
        raw = socket.create_connection((name, port), timeout, self.source_address)
        self._twin = raw.dup()  # lives on when TLS takes the descriptor over, so that the deadline can cut the connection in any phase
        if not (self._implicit and self._context):
            return raw
        try:
            return self._context.wrap_socket(raw, server_hostname=name)
        except BaseException:
            raw.close()
            raise

    def _cut(self) -> None:
        if self._twin is not None:
            with suppress(OSError):
                self._twin.shutdown(socket.SHUT_RDWR)


@contextmanager
def _server_troubles(server: Server) -> Iterator[None]:
    """What went wrong with the server itself: passing, also a refused password: the operator can mend it before mails are given up."""
    where = f"{server.name}:{server.port}"
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise Deferred(f"{where} refused the user name or the password: {_said(error.smtp_code, error.smtp_error)}", server=True) from None
    except smtplib.SMTPResponseException as error:
        raise Deferred(f"{where} does not take mail: {_said(error.smtp_code, error.smtp_error)}", server=True) from None
    except ssl.SSLCertVerificationError as error:
        raise Deferred(f"The certificate of {where} is not trusted: {error.verify_message}.", server=True) from None
    except smtplib.SMTPNotSupportedError as error:
        raise Deferred(f"{where} lacks what the settings ask for: {error}", server=True) from None
    except (smtplib.SMTPException, OSError, ValueError) as error:  # ValueError: the deadline cut a TLS socket between two calls
        raise Deferred(
            f"{where} does not answer as a mail server should: {str(error)[:200] or type(error).__name__}", server=True
        ) from None


@contextmanager
def _mail_troubles() -> Iterator[None]:
    """What the server said to this very mail: 5xx is for good, the rest may pass (RFC 5321 §4.2.1)."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        raise _answered(*next(iter(error.recipients.values()))) from None
    except smtplib.SMTPSenderRefused as error:
        if error.smtp_code == _NEEDS_PASSWORD:
            raise
        raise _answered(error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPDataError as error:
        raise _answered(error.smtp_code, error.smtp_error) from None


def _answered(code: int, answer: bytes | str) -> Rejected | Deferred:
    if code >= 500:
        return Rejected(f"The mail server refused this mail: {_said(code, answer)}")
    return Deferred(f"The mail server asks to try later: {_said(code, answer)}", server=code == _GOES_DOWN)


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return f"{code} {' '.join(''.join(c if c.isprintable() else ' ' for c in text).split())[:300]}"


def _is_this_machine(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
