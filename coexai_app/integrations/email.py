"""E-mail: what a message is, and the transport that carries it: SMTP when a server is set, else `captured`, which keeps it here.

Called by `services/mail_delivery.py` and by `coexai mail test`. How SMTP is spoken is in `smtp.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from ipaddress import ip_address
from typing import ClassVar, Final, Protocol
from urllib.parse import urlsplit

from coexai_app import settings
from coexai_app.errors import CoexaiError, InvalidInput, Unavailable

# RFC 5322 §3.2.3 dot-atom, with the letters of all languages (RFC 6531 §3.3). Quoted local parts are refused: nobody has one but attackers.
_ATOM: Final = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LOCAL: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_NAMED: Final = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>")
_UNFOLDED: Final = frozenset({"message-id", "list-unsubscribe"})
_HEADER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,75}")
# RFC 5321 §4.5.3.1: octets of a local part and of a domain.
_MAX_LOCAL: Final = 64
_MAX_DOMAIN: Final = 253


class Rejected(CoexaiError):
    """The mail can never be delivered: a refused recipient, or another answer of the 5xx kind."""

    status = 422
    code = "MAIL_REJECTED"


class Deferred(Unavailable):
    """Another try may work. `server` says that the trouble is the mail server's, so that other mails would meet it too."""

    code = "MAIL_DEFERRED"

    def __init__(self, message: str, *, server: bool = False) -> None:
        super().__init__(message)
        self.server = server


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one address. `message_id` is its left part: the same id again is the same mail, and clients show it once.

    Raises InvalidInput for a wrong address and for a line break in any header.
    """

    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)
    message_id: str = ""
    date: datetime | None = None

    def __post_init__(self) -> None:
        address(self.to)
        for name, value in {"Subject": self.subject, "Message-ID": self.message_id, **self.headers}.items():
            if not _HEADER_NAME.fullmatch(name) or not _one_line(value):
                raise InvalidInput(f"The header {name!r} of a mail must be one line of text.")


class Transport(Protocol):
    """Carries a message or raises Rejected or Deferred. `keeps`: nothing leaves this machine. `label` says so to people."""

    keeps: ClassVar[bool]

    @property
    def label(self) -> str: ...

    def send(self, message: Message) -> None: ...


class Captured:
    """No mail server is set: the outbox's row is the mail."""

    keeps: ClassVar[bool] = True
    label = "the database, since no mail server is set (SMTP_URL); read mails with: coexai mail"

    def send(self, message: Message) -> None:
        compose(message)


class Folding(EmailPolicy):
    """The library's SMTP policy, except for the headers that its folding damages: it drops blanks between encoded words of a long subject,
    and encodes a long token, such as a link, as if it were prose.
    """

    def fold(self, name: str, value: str) -> str:
        if name.lower() in _UNFOLDED:
            return f"{name}: {value}{self.linesep}"
        if name.lower() == "subject":
            charset = "us-ascii" if value.isascii() and "=?" not in value else "utf-8"
            return f"{name}: {Header(str(value), charset, header_name=name).encode(linesep=self.linesep)}{self.linesep}"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("utf-8" if self.utf8 else "ascii")


SMTP: Final = Folding(linesep="\r\n")
SMTPUTF8: Final = Folding(linesep="\r\n", utf8=True)


def transport() -> Transport:
    """The transport that the settings choose."""
    config = settings.get()
    url = config.smtp_url.get_secret_value()
    if not url:
        return Captured()
    from coexai_app.integrations.smtp import Server, Smtp

    return Smtp(Server.parse(url), timeout=config.smtp_timeout_seconds, ca_file=config.smtp_ca_file)


def compose(message: Message) -> EmailMessage:
    """The message as RFC 5322 wants it: text and HTML alternatives, 7-bit safe, marked as written by a machine (RFC 3834)."""
    built = EmailMessage(policy=SMTP)
    built["From"] = sender()
    built["To"] = address(message.to)
    built["Subject"] = message.subject
    built["Date"] = format_datetime(message.date or datetime.now(UTC))
    if message.message_id:
        built["Message-ID"] = f"<{message.message_id}@{host()}>"
    built["Auto-Submitted"] = "auto-generated"
    built["X-Auto-Response-Suppress"] = "All"
    for name, value in message.headers.items():
        built[name] = value
    built.set_content(message.text, cte="quoted-printable")
    built.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return built


def address(value: str) -> Address:
    """A bare address, its domain in the ASCII form of IDNA. Raises InvalidInput."""
    local, at, domain = unicodedata.normalize("NFC", value).rpartition("@")
    name = _ascii_domain(domain)
    if not at or not name or not _LOCAL.fullmatch(local) or len(local.encode()) > _MAX_LOCAL:
        raise InvalidInput("This does not look like an e-mail address. Example: ana@bakery.example", field="email")
    return Address(username=local, domain=name)


def sender() -> Address:
    """Who mails are from: MAIL_FROM, else no-reply at this instance's host."""
    if named := settings.get().mail_from:
        return parse_sender(named)
    return Address("CoExAI", "no-reply", _ascii_domain(host()) or "localhost")


def parse_sender(value: str) -> Address:
    """ "Name <address>" or an address. Raises InvalidInput."""
    found = _NAMED.fullmatch(value.strip())
    bare = address(found["address"].strip() if found else value.strip())
    name = found["name"].strip().strip('"').strip() if found else ""
    if not _one_line(name):
        raise InvalidInput("A sender's name must be one line of text.")
    return Address(display_name=name, username=bare.username, domain=bare.domain)


def host() -> str:
    """How this instance names itself to mail servers and in message ids: its public host, a number in brackets (RFC 5321 §4.1.3)."""
    name = urlsplit(settings.get().origin).hostname or "localhost"
    try:
        number = ip_address(name)
    except ValueError:
        return _ascii_domain(name) or "localhost"
    return f"[{number}]" if number.version == 4 else f"[IPv6:{number}]"


def _ascii_domain(domain: str) -> str:
    import idna

    try:
        name = idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return ""
    return name if len(name) <= _MAX_DOMAIN and not name.endswith(".") else ""


def _one_line(value: str) -> bool:
    return not any(unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") for c in value)
