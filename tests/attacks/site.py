"""The pages of a tiny instance, served as the product serves them: static files beside the API app."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

PAGE = "<!doctype html><html><head><script>let a = 1</script></head><body><h1>{title}</h1></body></html>"


def website(api: FastAPI, root: Path) -> FastAPI:
    """Writes the pages into the folder and mounts it under the API's routes."""
    for title in ("home", "jobs"):
        (root / title).mkdir()
        (root / title / "index.html").write_text(PAGE.format(title=title))
    (root / "404.html").write_text(PAGE.format(title="Not found"))
    (root / "assets").mkdir()
    (root / "assets" / "app-1a2b.js").write_text("export const a = 1")
    api.mount("/", StaticFiles(directory=root, html=True))
    return api
