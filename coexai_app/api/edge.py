"""The edge around pages, API and socket: security headers, cache rules, and page paths without a redirect. Pure ASGI."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coexai_app import settings

Headers = list[tuple[bytes, bytes]]
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.S)
_SAFE: Final[Headers] = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_API_POLICY: Final = b"default-src 'none'; frame-ancestors 'none'"


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
        self.fallback = self.policies.get("/__spa-fallback.html") or self.policies.get("/404.html", _API_POLICY)

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
                message = {**message, "headers": given + self._extra(path, page, dict(given))}
            await send(message)

        return await self.app(scope, receive, dressed)

    def _extra(self, path: str, page: str | None, given: dict[bytes, bytes]) -> Headers:
        extra = [*_SAFE, _HSTS] if settings.get().https else list(_SAFE)
        if given.get(b"content-type", b"").startswith(b"text/html"):
            policy = self.policies.get(page, self.fallback) if page else self.fallback
            extra += [(b"content-security-policy", policy), (b"cache-control", b"no-cache")]
        elif path.startswith(("/assets/", "/fonts/")):
            extra.append((b"cache-control", b"public, max-age=31536000, immutable"))
        elif path.startswith(("/api/", "/auth/", "/webhooks/", "/health/", "/metrics")):
            extra.append((b"content-security-policy", _API_POLICY))
            if b"cache-control" not in given:
                extra.append((b"cache-control", b"no-store"))
        elif b"cache-control" not in given:
            # Files whose name stays the same, such as /app.js: asked for again each time, and answered from the ETag.
            extra.append((b"cache-control", b"no-cache"))
        return extra


def _policy(html: str) -> bytes:
    """A policy without inline scripts but the page's own, named by their hashes, and without eval."""
    hashes = sorted({f"'sha256-{_digest(script)}'" for script in _INLINE_SCRIPT.findall(html) if script})
    return (
        "default-src 'self'; base-uri 'self'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; "
        "img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self'; connect-src 'self' ws: wss:; "
        f"manifest-src 'self'; worker-src 'self'; script-src 'self' {' '.join(hashes)}"
    ).encode()


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
