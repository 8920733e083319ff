"""Every event of every page passes here: nothing runs without a policy, a session that allows it, and arguments of the right types.

`@action(role=…)` takes the place of `rx.event`. The guard is a second lock: services check every permission themselves.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import time
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

import reflex as rx
from pydantic import TypeAdapter, ValidationError
from reflex.event import Event
from reflex.middleware import Middleware
from reflex.state import BaseState, OnLoadInternalState, StateUpdate
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler
from starlette.requests import cookie_parser

from coexai_app import db, log, refusals, settings
from coexai_app.access import RANK, Actor
from coexai_app.errors import (
    CoexaiError,
    EnrolmentRequired,
    Forbidden,
    FreshLoginNeeded,
    InvalidInput,
    Unauthenticated,
    Unavailable,
)
from coexai_app.models.base import new_id
from coexai_app.services import accounts

RoleName = Literal["public", "viewer", "member", "admin", "owner"]
# How long a verdict on a cookie is kept: a revoked session is out after this many seconds, open sockets included.
TRUST_SECONDS: Final = 1.0
ENROL: Final = "/settings/security"
_verdicts: dict[str, tuple[float, Actor]] = {}


@dataclass(slots=True)
class Asked:
    """The event that is being handled: which handler, by whom, from where, and the last error that the log was told of."""

    handler: str
    actor: Actor | None
    ip: str
    event_id: str
    told: CoexaiError | None = None


_asked: ContextVar[Asked | None] = ContextVar("coexai_event", default=None)


def action(*, role: RoleName, enrolling: bool = False, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Makes an event handler with a policy. All arguments must be annotated: pydantic validates what the browser sends.

    `enrolling`: also for people whose organisation requires a second factor that they do not have yet; all other events lead them to add
    one. A domain error of the handler becomes the page's message; an unknown one is logged and shows only its reference.
    """

    def decorate(handler: Callable[..., Any]) -> Any:
        arguments = _arguments(handler)
        if not (inspect.iscoroutinefunction(handler) or inspect.isasyncgenfunction(handler)):
            raise TypeError(f"{handler.__qualname__}: a handler is async, since a blocking one stalls every user")
        translated = _stream(handler) if inspect.isasyncgenfunction(handler) else _once(handler)
        translated.__coexai_role__ = role  # type: ignore[attr-defined]
        translated.__coexai_enrolling__ = enrolling  # type: ignore[attr-defined]
        translated.__coexai_arguments__ = arguments  # type: ignore[attr-defined]
        return rx.event(translated, **options)

    return decorate


@functools.cache
def _arguments(handler: Callable[..., Any]) -> dict[str, TypeAdapter[Any]]:
    """What a handler takes, by name. Raises TypeError for an argument without a type."""
    notes = inspect.get_annotations(handler, eval_str=True)
    parameters = list(inspect.signature(handler).parameters)[1:]
    if missing := [name for name in parameters if name not in notes]:
        raise TypeError(f"{handler.__qualname__}: annotate {', '.join(missing)}")
    return {name: TypeAdapter(notes[name]) for name in parameters}


@functools.cache
def _needed(handler: Callable[..., Any]) -> frozenset[str]:
    """The arguments that a handler cannot be called without."""
    parameters = list(inspect.signature(handler).parameters.values())[1:]
    return frozenset(parameter.name for parameter in parameters if parameter.default is inspect.Parameter.empty)


def _once(handler: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(handler)
    async def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await handler(self, *args, **kwargs)
        except Exception as error:
            return _translate(self, error)

    return run


def _stream(handler: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(handler)
    async def run(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        try:
            async for step in handler(self, *args, **kwargs):
                yield step
        except Exception as error:
            yield _translate(self, error)

    return run


def refused(error: CoexaiError) -> None:
    """Tells the log that the event which is being handled was refused; once for an error, however many hands it goes through."""
    asked = _asked.get()
    if asked is not None and asked.told is not error and refusals.of(error):
        asked.told = error
        refusals.tell("socket", asked.handler, error.code, actor=asked.actor, ip=asked.ip, event_id=asked.event_id)


def _translate(state: Any, error: Exception) -> Any:
    if isinstance(error, CoexaiError):
        refused(error)
    if isinstance(error, Unauthenticated):
        return rx.redirect("/login")
    if isinstance(error, FreshLoginNeeded):
        return rx.redirect(f"/confirm?next={quote(str(state.router.url.path), safe='/')}")
    if isinstance(error, CoexaiError):
        state._fail(error)
        return None
    if isinstance(error, db.AWAY):
        log.get(__name__).error("the database did not take it", exc_info=error)
        state._fail(Unavailable("The database is away for the moment. Nothing was changed; try again in a minute."))
        return None
    reference = new_id().hex[-12:]
    log.get(__name__).error("event failed, reference %s", reference, exc_info=error)
    state._fail(CoexaiError(f"Something went wrong on our side. Nothing was changed. Reference: {reference}"))
    return None


class Guard(Middleware):
    """Runs before every handler, under the state's lock. Default: deny."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        from state.base import AppState

        handler = RegistrationContext.get().event_handlers[event.name].handler
        sent = EventContext.get().router_data or {}
        shared = await state.get_state(AppState)
        # Events that the server makes itself carry no headers: they act as whoever the state tree belongs to.
        token = _cookie((sent.get("headers") or {}).get("cookie", "")) if sent else shared._token
        actor = await resolve(token)
        _asked.set(Asked(_short(handler), actor, str(sent.get("ip", "")), f"evt_{EventContext.get().txid}"))
        principal = f"{actor.session_id} {actor.organization_id}" if actor else ""
        another = bool(shared._principal) and shared._principal != principal
        if another:
            page = sent or dict(shared._get_root_state().router_data)
            await wipe(shared)
        shared._principal = principal
        shared._token = token if actor else ""
        if another and actor is not None and event.name not in _loading():
            # The page was loaded as somebody else: what it showed is gone, and what was asked of it is not done. It loads anew.
            return StateUpdate(events=Event.from_event_type(OnLoadInternalState.on_load_internal(), router_data=page))
        if event.name.endswith(".setvar"):
            refused(Forbidden("No page sets a value this way."))
            return StateUpdate()
        if _of_framework(handler):
            if "vars" in event.payload:
                event.payload["vars"] = {}  # no state keeps anything in the browser, so nothing comes back from there
            return _validated(event, handler.fn)
        role = getattr(handler.fn, "__coexai_role__", None)
        if role is None:
            refused(Forbidden("This handler has no policy."))
            return StateUpdate()
        if role != "public":
            if actor is None:
                refused(Unauthenticated("Log in first."))
                return _to_login(str(sent.get("asPath", "")))
            if actor.must_enrol and not handler.fn.__coexai_enrolling__:
                refused(EnrolmentRequired("Add a second factor first."))
                return StateUpdate(events=Event.from_event_type(rx.redirect(ENROL)))
            if RANK[actor.role] < RANK[role]:
                error = Forbidden("Your role does not allow this. Ask an admin of your organisation.")
                refused(error)
                shared._fail(error)
                return StateUpdate(delta=await _delta(shared))
        return _validated(event, handler.fn)


def _validated(event: Event, handler: Callable[..., Any]) -> StateUpdate | None:
    """Makes the arguments of an event what its handler takes; an answer without a word when they are something else."""
    takes = _arguments(handler)
    try:
        for name, value in list(event.payload.items()):
            event.payload[name] = takes[name].validate_python(value)
        if _needed(handler) <= event.payload.keys():
            return None
    except (KeyError, ValidationError, RecursionError):
        pass
    refused(InvalidInput("These are not the arguments of this handler."))
    return StateUpdate()


async def resolve(token: str) -> Actor | None:
    """Who a cookie belongs to; a verdict counts for a few seconds."""
    if not token:
        return None
    now = time.monotonic()
    known = _verdicts.get(token)
    if known and known[0] > now:
        return known[1]

    def ask() -> Actor | None:
        with db.reading() as session:
            found = accounts.seen(session, token=token)
        if found is None:
            return None
        if found.note:
            with db.transaction() as session:
                accounts.touch(session, token=token)
        return found.actor

    actor = await asyncio.to_thread(ask)
    if len(_verdicts) > 20_000:
        _verdicts.clear()
    if actor is not None:  # who is nobody now may be somebody at the next click: an account that was restored
        _verdicts[token] = (now + TRUST_SECONDS, actor)
    return actor


def forget(organization_id: str = "", *, token: str = "") -> None:
    """Drops the verdict on a cookie, on everybody in an organisation, or on all: who they are and what they may has changed."""
    if token:
        _verdicts.pop(token, None)
        return
    for token, (_, actor) in list(_verdicts.items()):
        if not organization_id or (actor is not None and str(actor.organization_id) == organization_id):
            _verdicts.pop(token, None)


def unprotected() -> list[str]:
    """Every handler that is not the framework's and has no policy. A test keeps this empty."""
    return [
        name
        for name, registered in RegistrationContext.get().event_handlers.items()
        if not name.endswith(".setvar") and not _of_framework(registered.handler) and not hasattr(registered.handler.fn, "__coexai_role__")
    ]


@functools.cache
def _loading() -> frozenset[str]:
    """The events that begin a page load: what comes after them sees nobody else's state."""
    from state.base import AppState

    framework = {"hydrate", "hydrate_and_load", "on_load_internal", "update_vars_internal"}
    known = RegistrationContext.get().event_handlers.items()
    begins = {name for name, known in known if name.rpartition(".")[2] in framework and _of_framework(known.handler)}
    return frozenset({*begins, format_event_handler(AppState.event_handlers["enter"])})


def _of_framework(handler: Any) -> bool:
    """The framework puts the states of components into a module of its own, whoever wrote what they do."""
    modules = (getattr(handler.state, "__module__", ""), getattr(handler.fn, "__module__", ""))
    return all(module.split(".")[0] == "reflex" for module in modules)


def _cookie(header: str) -> str:
    """The session's cookie, read as the API reads it: what others have set on this host may be anything."""
    return cookie_parser(header).get(settings.get().cookie_name, "")


def _short(handler: Any) -> str:
    """How the log names a handler: `JobState.cancel`."""
    return f"{handler.state.__name__ if handler.state else ''}.{handler.fn.__name__}"


def _to_login(path: str) -> StateUpdate:
    target = f"/login?next={quote(path, safe='/')}" if path.startswith("/") and len(path) < 500 else "/login"
    return StateUpdate(events=Event.from_event_type(rx.redirect(target)))


async def _delta(shared: Any) -> Any:
    delta = await shared._get_root_state()._get_resolved_delta()
    shared._get_root_state()._clean()
    return delta


async def wipe(shared: Any) -> None:
    """Another person, or nobody, holds this tab's key now: everything in its state goes back to the defaults."""
    root = shared._get_root_state()
    await root.get_state(rx.State)

    def reset(state: Any) -> None:
        state.reset()
        for child in state.substates.values():
            reset(child)

    reset(root)
