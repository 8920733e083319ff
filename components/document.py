"""What stands in the `<head>` of every page. `pages.head` hands it to the app."""

from __future__ import annotations

from typing import Final

import reflex as rx

# Reflex's own script sets the theme of local storage before the first paint. Log-out clears that storage; this puts the theme back from
# the cookie that app.js keeps for it.
THEME_SCRIPT: Final = (
    "(function(d,s){try{var c=(document.cookie.match(/(?:^|; )theme=(\\w+)/)||[])[1];if(c&&!s.getItem('theme')){s.setItem('theme',c);"
    "if(c==='dark'){d.classList.remove('light');d.classList.add('dark');d.style.colorScheme=c}}}catch(e){}})"
    "(document.documentElement,localStorage)"
)


def head() -> list[rx.Component]:
    """The theme before the first paint, the UI font, icons, manifest, and the one script."""
    return [
        rx.el.meta(name="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"),
        rx.el.script(THEME_SCRIPT),
        rx.el.link(
            rel="preload",
            href="/fonts/instrument-sans-latin.woff2",
            custom_attrs={"as": "font", "type": "font/woff2", "crossOrigin": "anonymous"},
        ),
        rx.el.link(rel="icon", href="/icons/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icons/apple-touch-icon.png"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.meta(name="theme-color", content="#f7f6f3"),
        rx.el.meta(name="color-scheme", content="light dark"),
        rx.el.script(src="/app.js", custom_attrs={"defer": True}),
    ]
