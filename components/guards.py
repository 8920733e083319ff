"""The script behind pictures that can be changed and forms that warn before typed text is lost; only pages with such parts load it.

A form asks for it with `data-guard`, whose value changes when the server has what was typed.
"""

from __future__ import annotations

import reflex as rx


def script() -> rx.Component:
    """`assets/settings.js`; once on a page is enough."""
    return rx.el.script(src="/settings.js", custom_attrs={"async": True})
