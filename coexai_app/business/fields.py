"""The kinds of fields that a profile is made of: cleaned text with a limit, web addresses, phone numbers, e-mail addresses."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

# What turns or hides the text around it, private letters and halves of letters; joiners are part of scripts and emoji.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS: Final = frozenset("\u200c\u200d\ufe0f")
# The tags of the flags of England, Scotland and Wales.
_TAGS: Final = range(0xE0020, 0xE0080)
MAX_URL: Final = 2_048
PHONE_SIGNS: Final = frozenset("0123456789+()-/. ")
PHONE_DIGITS: Final = (4, 20)


class Strict(BaseModel):
    """Base of all parts: frozen, and a field that does not exist is an error, so that a typing mistake is never lost silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def line(value: Any) -> Any:
    """One line without signs that nobody sees."""
    return " ".join(_visible(value, breaks=False).split()) if isinstance(value, str) else value


def paragraphs(value: Any) -> Any:
    """Several lines, without signs that nobody sees and with at most one empty line between two."""
    if not isinstance(value, str):
        return value
    kept: list[str] = []
    for row in (" ".join(part.split()) for part in _visible(value, breaks=True).split("\n")):
        if row or (kept and kept[-1]):
            kept.append(row)
    return "\n".join(kept).strip()


def one_by_one(value: Any) -> Any:
    """A list of words or sentences: also as text with one a line. Empty ones and repetitions go."""
    if isinstance(value, str):
        value = value.replace("\r", "\n").split("\n")
    if not isinstance(value, Iterable) or isinstance(value, dict):
        return value
    seen: dict[Any, Any] = {}
    for item in value:
        said = line(item)
        if said or not isinstance(said, str):
            seen.setdefault(said.casefold() if isinstance(said, str) else repr(said), said)
    return list(seen.values())


def zone(value: Any) -> Any:
    """A time zone as people type it ("europe/madrid", "America/New York") by its own name. Raises ValueError for one that is none."""
    if not isinstance(value, str) or not (text := line(value)):
        return "" if value is None or isinstance(value, str) else value
    if found := _zones().get(text.replace(" ", "_").casefold()):
        return found
    raise ValueError(f"There is no time zone “{text[:40]}”. Choose one of the list, such as Europe/London.")


@functools.lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def _visible(value: str, *, breaks: bool) -> str:
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(_sign(c, breaks=breaks) for c in text)


def _sign(c: str, *, breaks: bool) -> str:
    if c == "\n":
        return "\n" if breaks else " "
    if c in "\t\u2028\u2029":
        return " "
    return "" if unicodedata.category(c) in _HIDDEN and c not in _JOINERS and ord(c) not in _TAGS else c


def _site(value: str) -> str:
    """An address of the web; "bakery.example" gets its https://."""
    if not value:
        return ""
    whole = value if "://" in value else f"https://{value}"
    try:
        parts = urlsplit(whole)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    good = parts.scheme in ("http", "https") and "." in host.strip(".") and not any(c.isspace() or c in '<>"\\^`{|}' for c in whole)
    if not good or parts.username is not None or parts.password is not None:
        raise ValueError("This is not a web address. Write it like https://bakery.example")
    return whole


def _phone(value: str) -> str:
    digits = sum(c.isdigit() for c in value)
    if value and (not set(value) <= PHONE_SIGNS or not PHONE_DIGITS[0] <= digits <= PHONE_DIGITS[1] or "+" in value[1:]):
        raise ValueError("This is not a phone number. Write it like +44 1632 960 001.")
    return value


def _email(value: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    if not value:
        return ""
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValueError("This does not look like an e-mail address. Example: hello@bakery.example") from None


Line = Annotated[str, BeforeValidator(line)]
Paragraphs = Annotated[str, BeforeValidator(paragraphs)]
Site = Annotated[str, BeforeValidator(line), AfterValidator(_site), Field(max_length=MAX_URL)]
Phone = Annotated[str, BeforeValidator(line), AfterValidator(_phone), Field(max_length=40)]
Email = Annotated[str, BeforeValidator(line), AfterValidator(_email), Field(max_length=320)]
Word = Annotated[Line, Field(min_length=1, max_length=80)]
Sentence = Annotated[Line, Field(min_length=1, max_length=300)]
Zone = Annotated[str, BeforeValidator(zone), Field(max_length=64)]
Words = Annotated[tuple[Word, ...], BeforeValidator(one_by_one)]
Sentences = Annotated[tuple[Sentence, ...], BeforeValidator(one_by_one)]
