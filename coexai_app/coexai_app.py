"""The composition root: pages, API and the Reflex app put together. The only module of the domain package that imports reflex."""

from __future__ import annotations

import reflex as rx

import pages  # noqa: F401  (every page registers itself)

app = rx.App(html_lang="en", stylesheets=["tokens.css", "app.css"])
