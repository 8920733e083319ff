"""The API app that all tests share: to make one, with the models of all its routes, takes longer than most tests."""

from __future__ import annotations

from functools import lru_cache

from fastapi import FastAPI

from coexai_app.api import app


@lru_cache(maxsize=1)
def api_app() -> FastAPI:
    return app.build()
