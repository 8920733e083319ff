"""What a JSON body may be, stricter than the parser: one meaning for every reader, and nothing that cannot be stored.

RFC 8259 leaves open what two equal names, a number beyond every range or half a surrogate pair mean; what is refused here means the same to
everybody (RFC 7493, I-JSON).
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

from fastapi import Request

from coexai_app.errors import InvalidInput, UnsupportedMedia

DEEPEST: Final = 64
# A whole number of 64 bits has at most so many digits; the databases hold no longer one.
_MOST_DIGITS: Final = 19
_JSON: Final = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.I)
# Escapes of a null character and of halves of a pair; only then is every text looked at.
_SUSPECT: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


async def check(request: Request) -> None:
    """Reads the body and keeps it parsed for whoever asks the request for it. Raises UnsupportedMedia or InvalidInput."""
    body = await request.body()
    if not body:
        return
    if not _JSON.fullmatch(request.headers.get("content-type", "")):
        raise UnsupportedMedia("Send the body as JSON, with Content-Type: application/json.")
    request._json = parse(body)


def parse(body: bytes) -> Any:
    """The value of a JSON text. Raises InvalidInput, whose message says what is wrong and never repeats what was sent."""
    try:
        value = json.loads(
            body.decode("utf-8-sig"), object_pairs_hook=_object, parse_float=_float, parse_int=_int, parse_constant=_constant
        )
    except UnicodeDecodeError:
        raise InvalidInput("The body is not text in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise InvalidInput(f"The body is not JSON: line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        _too_deep()
    if body.count(b"[") + body.count(b"{") > DEEPEST or _SUSPECT.search(body):
        _look(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise InvalidInput("The body names a field twice in one object. Send each field once.")
    return made


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise InvalidInput("The body has a number that is too large.")
    return value


def _int(text: str) -> int:
    if len(text) > _MOST_DIGITS + text.startswith("-"):
        raise InvalidInput("The body has a number that is too large.")
    return int(text)


def _constant(name: str) -> NoReturn:
    raise InvalidInput(f"The body is not JSON: {name} is no number there.")


def _too_deep() -> NoReturn:
    raise InvalidInput(f"The body is nested too deeply; {DEEPEST} levels are the most.")


def _look(value: Any) -> None:
    """Every name and text of the value, and how deep it is."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST and any(isinstance(part, (dict, list)) for part in level):
            _too_deep()
        below: list[Any] = []
        for part in level:
            if isinstance(part, dict):
                below += part.keys()
                below += part.values()
            elif isinstance(part, list):
                below += part
            elif isinstance(part, str) and _UNSTORABLE.search(part):
                raise InvalidInput("A text holds a null character (\\u0000) or half a character (\\ud800 to \\udfff). Take it out.")
        level = below
