"""The pages: layout and composition only. Importing `load()`'s modules registers them."""

from __future__ import annotations

import importlib
import pkgutil

NOT_PAGES = ("base",)


def load() -> None:
    """Imports every page module of this folder."""
    for module in pkgutil.iter_modules(__path__):
        if module.name not in NOT_PAGES:
            importlib.import_module(f"pages.{module.name}")
