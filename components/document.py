"""What stands in the `<head>` of every page. `pages.head` hands it to the app."""

from __future__ import annotations

from typing import Final

import reflex as rx

# Before the first paint: the theme that was chosen (a cookie keeps it over the log-out, which clears local storage).
THEME_SCRIPT: Final = (
    "(function(d,s){try{var c=(document.cookie.match(/(?:^|; )theme=(\\w+)/)||[])[1],t=s.getItem('theme')||c||'system';"
    "if(!s.getItem('theme')&&c)s.setItem('theme',c);"
    "if(t==='dark'||(t==='system'&&matchMedia('(prefers-color-scheme: dark)').matches)){"
    "d.classList.add('dark');d.style.colorScheme='dark'}}"
    "catch(e){}})(document.documentElement,localStorage)"
)
DESCRIPTION: Final = "Coworkers who show their work: every claim points to its source, every score explains its points, and you say yes."


def head() -> list[rx.Component]:
    """Theme before paint, the UI font, icons, manifest, and the one script."""
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
