"""X's rules for the length of a post: weighted characters, and which parts of a text are links.

Source: the public twitter-text specification, configuration version 3. A post may have 280 weighted characters; a link counts 23
whatever its
length, an emoji sequence 2, a character of the Latin, Greek, Cyrillic, Hebrew, Arabic … ranges 1, every other (Chinese, Japanese, …) 2.
The text is counted in Unicode normal form C.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coexai_app.agents.text import tlds

POST_LIMIT = 280
LINK_LENGTH = 23
MAX_URL_LENGTH = 4_096
_PROTOCOL_LENGTH = len("https://")
_TCO_SLUG_LENGTH = 40

# Without a dot before something there is no host name: most sentences are done here.
# Every top-level domain begins with a letter: "18.40" needs no search for one.
_DOT = re.compile(r"\.[^\W\d_]")
_RUN = re.compile(r"\S+")
_LONGEST_RUN = 5_000
# Code points outside these ranges weigh 2: 0–4351, 8192–8205, 8208–8223, 8242–8247.
_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")

DIRECTIONAL = "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
SPACES = "\u0009-\u000d\u0020\u0085\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVALID = "\ufffe\ufeff\uffff"
PUNCTUATION = r"!'#%&\"()*+,\\\-./:;<=>?@\[\]^_{|}~$"
LATIN = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb\u0300-"
    "\u036f\u1e00-\u1eff"
)
_CYRILLIC = "\u0400-\u04ff"
_LABEL = f"[^{PUNCTUATION}{SPACES}{_INVALID}{DIRECTIONAL}`\u2018\u2019\u201c\u201d]"
# A label of a host name is bounded so that a long text without spaces costs linear time.
_SUBDOMAIN = rf"(?:{_LABEL}(?:{_LABEL}|[_\-]){{0,254}}(?<![_\-])\.)"
_DOMAIN_NAME = rf"(?:{_LABEL}(?:{_LABEL}|-){{0,254}}(?<!-)\.)"
_AFTER_TLD = "(?=[^0-9a-zA-Z@+\\-]|$)"


def _trie(names: Iterable[str]) -> str:
    """One pattern for many names, longest match first, that looks at each character once."""
    branches: dict[str, list[str]] = {}
    for name in names:
        if name:
            branches.setdefault(name[0], []).append(name[1:])
    inner = "|".join(first + (_trie(rest) if any(rest) else "") for first, rest in sorted(branches.items()))
    return f"(?:{inner}){'?' if '' in names else ''}" if inner else ""


@functools.cache
def _tld() -> str:
    return rf"(?:{_trie(sorted(tlds.GENERIC | tlds.COUNTRY | tlds.INTERNATIONAL))}{_AFTER_TLD}|xn--[\-0-9a-z]+)"


_GENERAL = rf"[a-z{_CYRILLIC}0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{LATIN}]"
_PARENS = rf"\({_GENERAL}{{0,500}}(?:\({_GENERAL}{{1,500}}\))?{_GENERAL}{{0,500}}\)"
_PATH_END = rf"(?:[+\-a-z{_CYRILLIC}0-9=_#/{LATIN}]|{_PARENS})"
_PATH = rf"(?:(?:{_GENERAL}|{_PARENS})*{_PATH_END}|@{_GENERAL}+/)"
_QUERY = r"\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/]"


@functools.cache
def _url() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<before>[^A-Za-z0-9@＠$#＃{_INVALID}]|[{DIRECTIONAL}]|^)"
        rf"(?P<url>(?P<protocol>https?://)?(?P<domain>{_SUBDOMAIN}{{0,20}}{_DOMAIN_NAME}{_tld()})(?::[0-9]+)?(?P<path>/(?:{_PATH})?)?(?:{_QUERY})?)",
        re.IGNORECASE,
    )


@functools.cache
def _ascii_domain() -> re.Pattern[str]:
    return re.compile(rf"(?:[\-a-z0-9{LATIN}]{{1,255}}\.){{1,21}}{_tld()}", re.IGNORECASE)


@functools.cache
def _tco() -> re.Pattern[str]:
    return re.compile(r"https?://t\.co/([a-z0-9]+)(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/])?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Url:
    """A link in a text: `text[start:end] == url`."""

    url: str
    start: int
    end: int


def urls(text: str) -> tuple[Url, ...]:
    """The parts of a text that X turns into links, in order; a protocol is not needed when the host ends in a known top-level domain."""
    if not _DOT.search(text):
        return ()
    found: list[Url] = []
    for run in _RUN.finditer(text):
        # No address is longer than this: a longer run is no text, and searching it would take long.
        if _DOT.search(run[0]) and len(run[0]) <= _LONGEST_RUN:
            found.extend(_urls_of(run[0], run.start()))
    return tuple(found)


def _urls_of(text: str, offset: int) -> list[Url]:
    found: list[Url] = []
    position = 0
    pattern = _url()
    while match := pattern.search(text, position):
        start, end = match.span("url")
        position = end
        if not match["protocol"]:
            found.extend(_without_protocol(match))
            continue
        tco = _tco().match(match["url"])
        if tco:
            if len(tco[1]) > _TCO_SLUG_LENGTH:
                continue
            end = start + tco.end()
            position = end
        if _valid(text[start:end], match["domain"], has_protocol=True):
            found.append(Url(text[start:end], start, end))
    return [Url(link.url, link.start + offset, link.end + offset) for link in found]


def _without_protocol(match: re.Match[str]) -> list[Url]:
    """Links in a match without "https://": only the ASCII (and Latin) host names in it count."""
    if match["before"] in ("-", "_", ".", "/") and match["before"]:
        return []
    base, found = match.start("domain"), []
    for host in _ascii_domain().finditer(match["domain"]):
        if _valid(host[0], host[0], has_protocol=False):
            found.append(Url(host[0], base + host.start(), base + host.end()))
    if found and found[-1].end == match.end("domain"):
        last = found.pop()
        found.append(Url(match.string[last.start : match.end("url")], last.start, match.end("url")))
    return found


def _valid(url: str, domain: str, *, has_protocol: bool) -> bool:
    """The limits of the domain name system: 63 bytes a label in its ASCII form, 253 a name; and X's 4,096 characters an address."""
    labels = []
    for label in domain.split("."):
        if not label.isascii() and label[:4].lower() == "xn--":
            # The prefix says that the label is encoded, and it is not.
            return False
        encoded = label if label.isascii() else "xn--" + label.lower().encode("punycode").decode("ascii")
        if len(encoded) > 63:
            return False
        labels.append(encoded)
    extra = sum(map(len, labels)) + len(labels) - 1 - len(domain)
    return len(url) + extra + (0 if has_protocol else _PROTOCOL_LENGTH) <= MAX_URL_LENGTH


@functools.cache
def _emoji() -> re.Pattern[str]:
    # One emoji: a flag, a keycap, or a pictograph with its variation, skin tone, tag and zero-width-joiner parts.
    part = (
        ""
        "(?:[\u2122\u265f\u2194-\u21aa\u231a-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f004-\U0001faff](?!\ufe0e)(?:\ufe0f|"
        "[\U0001f3fb-\U0001f3ff])*(?:[\U000e0020-\U000e007e]+\U000e007f)?)"
    )
    return re.compile(
        f"[\u00a9\u00ae]\ufe0f|[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{part}(?:\u200d(?:{part}|"
        f"[\u2640\u2642\u2695\u2696\u2708\u2764]\ufe0f?))*"
    )


def weighted_length(text: str, *, emoji: bool = True) -> int:
    """X's weighted length of a text. `emoji=False` counts as configuration version 2 did: the parts of an emoji one by one."""
    text = unicodedata.normalize("NFC", text)
    links = urls(text)
    if not links:
        return _weigh(text, emoji)
    total, position = 0, 0
    for link in links:
        total += _weigh(text[position : link.start], emoji) + LINK_LENGTH
        position = link.end
    return total + _weigh(text[position:], emoji)


def _weigh(text: str, emoji: bool) -> int:
    if text.isascii() and "\u20e3" not in text:
        return len(text)
    if emoji:
        text, count = _emoji().subn("", text)
    else:
        count = 0
    return 2 * count + len(text) + len(_HEAVY.findall(text))


@dataclass(frozen=True, slots=True)
class Counted:
    """A post as X counts it: its weighted length, that in thousandths of the limit, whether it may be posted, and `valid_end`, how many of
    its code points fit."""

    length: int
    permillage: int
    valid: bool
    valid_end: int


def counted(text: str, limit: int = POST_LIMIT, *, emoji: bool = True, heavy: bool = True) -> Counted:
    """Counts and judges a post: not empty, within the limit, no character that is none (U+FFFE, U+FEFF, U+FFFF). Marks of direction are
    fine. `heavy=False` weighs every character 1, as configuration version 1 did."""
    normal = unicodedata.normalize("NFC", text)
    bad = _BAD.search(normal)
    total = fitting = 0
    for end, weight in _units(normal, emoji, heavy):
        total += weight
        if total <= limit and (bad is None or end <= bad.start()):
            fitting = end
    # What the normal form joined is counted back, as the specification does.
    end = len(text) if fitting == len(normal) else max(0, min(len(text), fitting + len(text) - len(normal)))
    return Counted(length=total, permillage=total * 1000 // limit, valid=0 < total <= limit and bad is None, valid_end=end)


_BAD = re.compile(f"[{_INVALID}]")


def _units(text: str, emoji: bool, heavy: bool) -> Iterator[tuple[int, int]]:
    """The ends of the parts that are counted as one (links, emoji, characters), each with its weight."""
    position = 0
    for link in (*urls(text), Url("", len(text), len(text))):
        while position < link.start:
            part = _emoji().match(text, position, link.start) if emoji and heavy else None
            end = part.end() if part else position + 1
            yield end, 2 if part else 1 + (heavy and _HEAVY.match(text[position]) is not None)
            position = end
        if link.url:
            yield link.end, LINK_LENGTH
        position = link.end


def fits(text: str, limit: int = POST_LIMIT) -> bool:
    return weighted_length(text) <= limit
