"""Is a text an address that may be published? The generic syntax of RFC 3986, with host names in every script and http(s) only."""

from __future__ import annotations

import ipaddress
from typing import Final

import regex

# RFC 3986 §2.3, with the Cyrillic letters that X allows in paths.
_UNRESERVED: Final = r"[a-z0-9\p{Cyrillic}\-._~]"
_PERCENT: Final = "%[0-9a-f]{2}"
_SUB_DELIMS: Final = r"[!$&'()*+,;=]"
_PCHAR: Final = rf"(?:{_UNRESERVED}|{_PERCENT}|{_SUB_DELIMS}|[:@|])"
_PARTS: Final = regex.compile(
    rf"(?:(?P<scheme>https?)://)?(?:(?P<user>(?:{_UNRESERVED}|{_PERCENT}|{_SUB_DELIMS}|:)*+)@)?"
    rf"(?P<host>\[[0-9a-f:.]++\]|[^/?#:@\[\]]++)(?::(?P<port>[0-9]{{1,5}}))?"
    rf"(?:/{_PCHAR}*+)*+(?:\?(?:{_PCHAR}|[/?])*+)?(?:\#(?:{_PCHAR}|[/?])*+)?",
    regex.IGNORECASE,
)
# A label of a name: letters and digits of ASCII or anything beyond it that is no space; hyphens only inside.
_CHARACTER: Final = r"[a-z0-9]|[^\x00-\x7f\s]"
_LABEL: Final = regex.compile(rf"(?:{_CHARACTER})(?:(?:{_CHARACTER}|-)*+(?<!-))?", regex.IGNORECASE)
_SUBDOMAIN: Final = regex.compile(rf"(?:{_CHARACTER})(?:(?:{_CHARACTER}|[_-])*+(?<![_-]))?", regex.IGNORECASE)
_TOP: Final = regex.compile(r"(?:[a-z]|[^\x00-\x7f\s])(?:[a-z0-9-]|[^\x00-\x7f\s])*+(?<!-)", regex.IGNORECASE)


def is_url(text: str, *, protocol: bool = True) -> bool:
    """Whether the whole text is an http(s) address; `protocol=False` takes one without "https://" too."""
    match = _PARTS.fullmatch(text)
    if match is None or (protocol and not match["scheme"]):
        return False
    return _is_host(match["host"])


def _is_host(host: str) -> bool:
    if host.startswith("["):
        return _is_ip(host[1:-1], ipaddress.IPv6Address)
    labels = host.split(".")
    if len(labels) < 2 or any(len(label) > 63 for label in labels):
        return False
    if not _TOP.fullmatch(labels[-1]):
        return _is_ip(host, ipaddress.IPv4Address)
    return _LABEL.fullmatch(labels[-2]) is not None and all(_SUBDOMAIN.fullmatch(label) for label in labels[:-2])


def _is_ip(host: str, kind: type[ipaddress.IPv4Address] | type[ipaddress.IPv6Address]) -> bool:
    try:
        kind(host)
    except ValueError:
        return False
    return True
