"""The composition root: pages, API and the Reflex app put together. The only module of the domain package that imports reflex."""

from __future__ import annotations

import time
from collections import deque
from functools import partial
from typing import Final

import reflex as rx
from starlette.types import ASGIApp

import pages
from coexai_app import log
from coexai_app.api.app import RequestScope, build
from coexai_app.api.boundary import Boundary, KnownAddress
from coexai_app.api.edge import Edge
from coexai_app.frontend import CLIENT
from coexai_app.models.base import new_id
from components import document
from state.guard import Guard
from state.live import bridge
from state.socket import harden

pages.load()


# Browsers tell of what broke in a page, in words that anybody can send: so many a minute are kept, and so much of each.
MOST_REPORTS: Final = 60
LONGEST_REPORT: Final = 2_000
_reports: Final[deque[float]] = deque(maxlen=MOST_REPORTS)


def report(exception: Exception) -> None:
    """What no handler caught: logged with a reference; the guard has told the person already when it was an event of theirs."""
    log.get(__name__).error("unhandled, reference %s", new_id().hex[-12:], exc_info=exception)


def report_of_browser(exception: Exception) -> None:
    """What a page says that broke in it."""
    now = time.monotonic()
    if len(_reports) == MOST_REPORTS and now - _reports[0] < 60:
        return
    _reports.append(now)
    log.get(__name__).error("a page reports: %s", str(exception)[:LONGEST_REPORT])


app = rx.App(
    html_lang="en",
    stylesheets=["tokens.css", "app.css"],
    head_components=document.head(),
    toaster=None,
    backend_exception_handler=report,
    frontend_exception_handler=report_of_browser,
    api_transformer=[build(), partial(Edge, root=CLIENT)],
)
# The shell tells of a lost connection itself.
app.app_wraps.pop((5, "Overlay"), None)
app.add_middleware(Guard())
app.register_lifespan_task(bridge)
harden(app)


def web() -> ASGIApp:
    """What the web process serves: the app, and our layers around everything that it answers."""
    return KnownAddress(RequestScope(Boundary(app())))
