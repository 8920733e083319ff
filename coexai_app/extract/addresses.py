"""Which addresses on the network a fetch may go to. `fetch.py` asks before every connection.

Ranges: the IANA special-purpose registries (RFC 6890 and successors), as far as Python's `ipaddress` does not know them.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from threading import Thread
from urllib.parse import quote, urlsplit

from coexai_app.errors import InvalidInput, Unavailable

_FIELD = "url"
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?$")
_MAX_URL = 2_048
_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*:")

_GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_REFUSED = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",  # carrier-grade NAT; one cloud's metadata service lives there
            "168.63.129.16/32",  # the metadata service of another, in a public range
            "192.0.0.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "240.0.0.0/4",
            "2001::/23",  # Teredo, ORCHID, benchmarking
            "2001:db8::/32",
            "3fff::/20",
        ),
    )
)


@dataclass(frozen=True)
class Target:
    """An address that has been checked: where it leads, and as what it is asked for. `trusted` when the operator allowed it."""

    scheme: str
    host: str
    port: int
    path: str
    trusted: bool

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def parse(url: str, allow_hosts: Collection[str]) -> Target:
    """The target of an http(s) address. Raises `InvalidInput` for any other, with credentials, or on a port that is not allowed."""
    url = url.strip()
    if not url or len(url) > _MAX_URL or re.search(r"[\x00-\x20\x7f\\]", url):
        raise InvalidInput("That is not a web address. Give one that begins with https://.", field=_FIELD)
    if not _SCHEME.match(url):
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _ascii(parts.hostname or "")
    except (ValueError, UnicodeError) as error:
        raise InvalidInput("That is not a web address. Give one that begins with https://.", field=_FIELD) from error
    if parts.scheme not in _PORTS:
        raise InvalidInput("Only addresses that begin with http:// or https:// can be read.", field=_FIELD)
    if "@" in parts.netloc:
        raise InvalidInput("The address holds a user name or a password. Leave it out; pages behind a log-in cannot be read.", field=_FIELD)
    port = _PORTS[parts.scheme] if port is None else port
    named = f"[{host}]" if ":" in host else host
    allowed = {entry.strip().lower() for entry in allow_hosts}
    with_port = f"{named}:{port}" in allowed
    if port not in _PORTS.values() and not with_port:
        raise InvalidInput(f"Port {port} cannot be read; web pages are on port 80 or 443.", field=_FIELD)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?[]|')}" if parts.query else ""
    )
    return Target(parts.scheme, host, port, path, with_port or host in allowed or named in allowed)


def _ascii(host: str) -> str:
    """The host in the form that names have on the network: lower case, IDNA, no dot at the end; IP literals as they are."""
    import idna

    host = host.rstrip(".").lower()
    if ":" in host:
        return str(ipaddress.IPv6Address(host))
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode("ascii")
    if not _HOST.match(host):
        raise ValueError(host)
    return host


def resolve(target: Target, timeout: float) -> list[str]:
    """The addresses of the target's host, looked up once, every one of them public (or the host trusted).

    Raises `InvalidInput` for an unknown host or a private address, `Unavailable` when it takes more than `timeout` seconds.
    """
    answers: list[list[str] | OSError | UnicodeError] = []

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            answers.append(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError) as error:
            answers.append(error)

    # getaddrinfo takes no time limit; a thread that outlives it ends by itself.
    thread = Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(max(timeout, 0))
    if not answers:
        raise Unavailable(f"Looking up {target.host} took too long. Try again, or paste the text.")
    answer = answers[0]
    if isinstance(answer, socket.gaierror) and answer.errno == socket.EAI_AGAIN:
        raise Unavailable(f"{target.host} could not be looked up now. Try again, or paste the text.") from answer
    if isinstance(answer, Exception) or not answer:
        raise InvalidInput(f"There is no server called {target.host}. Check the address.", field=_FIELD)
    if not target.trusted and not all(map(is_public, answer)):
        raise InvalidInput(
            f"{target.host} is in a private network, which cannot be read from here. Give a public address, or paste the text.",
            field=_FIELD,
        )
    return answer


def is_public(address: str) -> bool:
    """True for an address of the public Internet; IPv4 addresses inside IPv6 ones (mapped, 6to4, NAT64) are judged themselves."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _GLOBAL_IPV6:
            return False
    if any(ip.version == network.version and ip in network for network in _REFUSED):
        return False
    return ip.is_global and not (
        ip.is_multicast or ip.is_reserved or ip.is_link_local or ip.is_loopback or ip.is_private or ip.is_unspecified
    )
