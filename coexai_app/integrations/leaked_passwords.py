"""Whether a password is in a collection of leaked ones: asked by its range (k-anonymity), where LEAKED_PASSWORDS_URL names a server.

Five of the forty signs of the SHA-1 leave this machine; which of the thousand passwords behind them was meant stays here. The server speaks
the range protocol of Have I Been Pwned, whose files anybody may serve themselves. One that does not answer hinders nobody.
"""

from __future__ import annotations

import hashlib
from typing import Final
from urllib.parse import urlsplit

from coexai_app import log, settings
from coexai_app.integrations import outbound

TIMEOUT_SECONDS: Final = 3.0
# With padding a range has some 1,600 lines of 40 bytes; nothing sensible is longer.
MAX_BYTES: Final = 1024 * 1024
_SHOWN: Final = 5


def known(password: str) -> bool:
    """False, too, where no server is named, and where it does not answer in time or rightly: then a line of the log says so."""
    if not (url := settings.get().leaked_passwords_url):
        return False
    digest = hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest().upper()
    try:
        return _holds(_range(f"{url.rstrip('/')}/{digest[:_SHOWN]}"), digest[_SHOWN:])
    except (outbound.NoAnswer, ValueError) as error:
        log.get(__name__).warning("LEAKED_PASSWORDS_URL: a password was taken unasked. %s", error)
        return False


def _range(url: str) -> str:
    # Who runs the instance chose the server: it may stand in a private network.
    chosen = urlsplit(url)
    allowed = (chosen.hostname or "", chosen.netloc)
    reply = outbound.call("GET", url, headers={"Add-Padding": "true"}, allow_hosts=allowed, timeout=TIMEOUT_SECONDS, max_bytes=MAX_BYTES)
    if reply.code != 200 or reply.cut:
        raise ValueError(f"It answered {reply.code}, {'whole' if not reply.cut else 'cut off'}.")
    return reply.body.decode("ascii")


def _holds(lines: str, rest: str) -> bool:
    """Lines are `REST:HOW_OFTEN`; those that only pad the answer say 0."""
    pairs = (line.partition(":") for line in lines.splitlines())
    return any(found.strip().upper() == rest and int(often) > 0 for found, _, often in pairs)
