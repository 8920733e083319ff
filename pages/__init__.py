"""The pages: layout and composition only. Importing `load()`'s modules registers them."""

from __future__ import annotations

import importlib
import pkgutil

import reflex as rx

NOT_PAGES = ("base",)


def load() -> None:
    """Imports every page module of this folder."""
    for module in pkgutil.iter_modules(__path__):
        if module.name not in NOT_PAGES:
            importlib.import_module(f"pages.{module.name}")


def head() -> list[rx.Component]:
    """What stands in the head of every page."""
    return [
        rx.el.meta(name="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"),
        rx.el.meta(name="theme-color", content="#f7f6f3", media="(prefers-color-scheme: light)"),
        rx.el.meta(name="theme-color", content="#141210", media="(prefers-color-scheme: dark)"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.link(rel="icon", href="/icons/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icons/apple-touch-icon.png"),
        rx.el.link(
            rel="preload",
            href="/fonts/instrument-sans-latin.woff2",
            custom_attrs={"as": "font", "type": "font/woff2", "crossOrigin": "anonymous"},
        ),
        rx.el.script(src="/app.js", custom_attrs={"defer": True}),
    ]
