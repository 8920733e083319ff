"""Finds web addresses and e-mail addresses, and normalises them for comparison.

Called by the package's `find`, by `source.SourceIndex` and by `verdicts`.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from coexai_app.agents.report import ClaimKind

from .mention import Mention

# Top-level domains that count without "https://" or "www."; those that are also file endings (md, py, sh, rs) or words do not.
_BARE = (
    "com|org|net|io|ai|co|dev|app|uk|de|es|fr|it|pt|nl|be|ch|at|eu|us|ca|au|nz|ie|in|jp|br|mx|ar|cl|pl|se|no|dk|fi|cz|ru|edu|gov|mil|int|info|biz|me|tv|shop|blog|store|online"
    "|site|tech|cloud|news|agency|studio|design|media|social|xyz|example|test|page|link|live|world|bakery|cafe|coffee|email|health|academy|wiki|fm|gg|ly"
)
_EMAIL = r"(?<![\w.+-])(?P<mail>[A-Za-z0-9][\w.+-]*@[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+)"
_WEB = r"(?P<web>(?:https?://|www\.)[^\s<>\"“”«»„`{}|\\^]+)"
_DOMAIN = rf"(?<![\w@./-])(?P<bare>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_BARE})(?![\w-]|\.\w)(?:[/?#][^\s<>\"“”«»„`{{}}|\\^]*)?)"
_ANY = re.compile(f"{_WEB}|{_EMAIL}|{_DOMAIN}", re.IGNORECASE)
_TRACKING = re.compile(
    r"utm_\w+|ref|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|igsh|_hsenc|_hsmi|mkt_tok|ref_src|yclid|twclid|ttclid|li_fat_id|s_cid|si|cmpid",
    re.IGNORECASE,
)


def find_links(text: str) -> list[Mention]:
    """All addresses in order, without the punctuation of the sentence around them."""
    found = []
    for match in _ANY.finditer(text):
        start, end = match.start(), match.end()
        while end > start and (text[end - 1] in ".,;:!?'’*_…" or (text[end - 1] in ")]" and _unopened(text[start:end]))):
            end -= 1
        address = text[start:end]
        if match["bare"] and _no_domain(address):
            continue
        found.append(Mention(ClaimKind.LINK, start, end, address, normal(address)))
    return found


def _unopened(address: str) -> bool:
    closing = address[-1]
    return address.count(closing) > address.count("(" if closing == ")" else "[")


def _no_domain(address: str) -> bool:
    """ "end.In fact" is a missing space, "ASP.NET" and "e.g.it" are no addresses."""
    host = re.split("[/?#]", address)[0]
    labels = host.split(".")
    if any(c.isupper() for c in labels[-1]) or all(len(label) <= 2 for label in labels):
        return True
    return (
        labels[-1] in ("me", "it", "in", "no", "at", "be", "us", "is", "es", "de", "co", "so")
        and len(labels) == 2
        and "/" not in address
        and labels[0].isalpha()
        and len(labels[0]) < 4
    )


def normal(address: str) -> str:
    """Host in lower case without "www.", path without the last slash, query without tracking; no scheme, no text fragment."""
    address = address.strip()
    if "@" in address and "/" not in address.split("@")[0]:
        return "mailto:" + address.removeprefix("mailto:").split("?")[0].casefold()
    parts = urlsplit(address if "://" in address else "https://" + address) if _splits(address) else None
    if parts is None:
        return address.casefold()
    host = parts.netloc.casefold().removeprefix("www.")
    host = host.removesuffix(":443").removesuffix(":80")
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(k)])
    fragment = "" if parts.fragment.startswith(":~:") else parts.fragment
    return host + parts.path.rstrip("/") + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def _splits(address: str) -> bool:
    try:
        urlsplit(address if "://" in address else "https://" + address)
    except ValueError:
        return False
    return True


def host(normalised: str) -> str:
    return re.split("[/?#]", normalised.removeprefix("mailto:"))[0]
