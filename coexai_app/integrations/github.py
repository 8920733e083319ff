"""Reads one file of a repository as it was at a commit."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

from coexai_app.errors import InvalidInput, NotFound, TooLarge, Unavailable
from coexai_app.integrations import outbound

TIMEOUT_SECONDS: Final = 15.0
MAX_BYTES: Final = 1_000_000
_LATER: Final = frozenset({403, 408, 425, 429})


def read_file(repository: str, path: str, commit: str, *, api_url: str, token: str = "") -> bytes:
    """The bytes of a file (at most MAX_BYTES), from the instance's own GITHUB_API_URL, which is trusted; nothing else is asked.

    Raises NotFound, TooLarge, InvalidInput, and Unavailable when another try may work.
    """
    url = f"{api_url.rstrip('/')}/repos/{quote(repository, safe='/')}/contents/{quote(path, safe='/')}?ref={quote(commit, safe='')}"
    headers = {"Accept": "application/vnd.github.raw+json", "User-Agent": "CoExAI", "X-GitHub-Api-Version": "2022-11-28"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        reply = outbound.call(
            "GET", url, headers=headers, allow_hosts=(urlsplit(api_url).netloc,), timeout=TIMEOUT_SECONDS, max_bytes=MAX_BYTES
        )
    except outbound.NoAnswer as error:
        raise Unavailable(f"GitHub could not be asked for {path}. {error.words}") from error
    if reply.code == 404:
        raise NotFound(f"{path} could not be read. The repository is private, or the file is not there any more.")
    if reply.code in _LATER or reply.code >= 500:
        raise Unavailable(f"GitHub answered {reply.code} for {path}.")
    if reply.code != 200:
        raise InvalidInput(f"GitHub answered {reply.code} for {path}.")
    if reply.cut:
        raise TooLarge(f"{path} is larger than {MAX_BYTES // 1_000_000} MB, or came in part only.")
    return reply.body
