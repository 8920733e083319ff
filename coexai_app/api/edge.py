"""The edge around the prebuilt pages and files: their policies, how long they may be kept, and page paths without a redirect. Pure ASGI.

The headers that every answer has, and what is let in, are in `boundary.py`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coexai_app import settings
from coexai_app.api import docs_page

Headers = list[tuple[bytes, bytes]]
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.S)
# What is no page. It may load our own files, since sw.js fetches them, and a worker lives under the policy that it was delivered with.
_FILE_POLICY: Final = b"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Named after their content, so they never change.
_HASHED: Final = ("/assets/", "/fonts/")
# Whoever has the address of a client's link has the link: no search engine shall keep one that it came across.
_UNLISTED: Final = "/review/"
_NOBODY_LISTS: Final = (b"x-robots-tag", b"noindex, nofollow, noarchive")


class Edge:
    """Knows the prebuilt pages: serves `/jobs` without a redirect to `/jobs/`, and gives each page a policy with its scripts' hashes."""

    def __init__(self, app: ASGIApp, root: Path) -> None:
        self.app = app
        self.pages: dict[str, str] = {}
        self.policies: dict[str, bytes] = {}
        for file in root.rglob("*.html"):
            relative = "/" + file.relative_to(root).as_posix()
            self.policies[relative] = _policy(file.read_text())
            if relative.endswith("/index.html"):
                self.pages[relative.removesuffix("/index.html") or "/"] = relative
        self.policies[docs_page.PATH] = _policy("")
        self.fallback = self.policies.get("/__spa-fallback.html") or self.policies.get("/404.html", _FILE_POLICY)
        self.files = frozenset("/" + file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path: str = scope["path"]
        page = self.pages.get(path.rstrip("/") or "/") if scope["method"] in ("GET", "HEAD") else None
        if page and not path.endswith("/"):
            scope = {**scope, "path": path + "/", "raw_path": f"{path}/".encode()}

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                given: Headers = list(message["headers"])
                message = {**message, "headers": given + self._extra(path, page, message["status"], dict(given))}
            await send(message)

        return await self.app(scope, receive, dressed)

    def _extra(self, path: str, page: str | None, status: int, given: dict[bytes, bytes]) -> Headers:
        # A 304 has no type, and its headers take the place of those that the browser has kept.
        if given.get(b"content-type", b"").startswith(b"text/html") or (status == 304 and (page or path in self.policies)):
            policy = self.policies.get(page or path, self.fallback)
            listed = [_NOBODY_LISTS] if path.startswith(_UNLISTED) else []
            return [(b"content-security-policy", policy), (b"cache-control", b"no-cache"), *listed]
        if path not in self.files or status >= 400:
            return []
        if path.startswith(_HASHED):
            return [(b"content-security-policy", _FILE_POLICY), (b"cache-control", b"public, max-age=31536000, immutable")]
        # Files whose name stays the same, such as /app.js: asked for again each time, and answered from the ETag.
        return [(b"content-security-policy", _FILE_POLICY), (b"cache-control", b"no-cache")]


def _policy(html: str) -> bytes:
    """A policy without inline scripts but the page's own, named by their hashes, and without eval."""
    hashes = sorted({f"'sha256-{_digest(script)}'" for script in _INLINE_SCRIPT.findall(html) if script})
    scripts = " ".join(["'self'", *hashes])
    config = settings.get()
    # Some browsers do not count the socket's scheme as 'self'. A policy cannot name an IPv6 address.
    sockets = " ".join(origin.replace("http", "ws", 1) for origin in config.origins if "[" not in origin)
    return (
        "default-src 'none'; base-uri 'none'; object-src 'none'; frame-src 'none'; frame-ancestors 'none'; form-action 'self'; "
        f"img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self'; connect-src 'self' {sockets}; "
        f"manifest-src 'self'; worker-src 'self'; script-src-attr 'none'; script-src {scripts}"
        f"{'; upgrade-insecure-requests' if config.https else ''}"
    ).encode()


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
