"""The socket, attacked without a browser: other origins, stolen keys, made-up events, floods."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp
import httpx
import pytest
import socketio

from tests.e2e.journey import PASSWORD, Instance

ROOT_STATE = "reflex___state____state"
ENTER = f"{ROOT_STATE}.state___base____app_state.enter"


def account(url: str, name: str) -> str:
    """Signs somebody up by the form, without a browser; returns the cookie header."""
    form = {"name": name, "email": f"{uuid4().hex[:10]}@own.example.org", "password": PASSWORD, "organization": f"{name} Ltd"}
    answer = httpx.post(f"{url}/auth/signup", data=form, headers={"Origin": url})
    return answer.headers["set-cookie"].split(";")[0]


class Socket:
    def __init__(self, client: socketio.AsyncClient) -> None:
        self.client, self.heard, self.token = client, [], ""

    async def send(self, name: str, payload: dict[str, Any] | None = None) -> None:
        data = {"name": name, "payload": payload or {}, "router_data": {"pathname": "/home", "asPath": "/home"}}
        await self.client.emit("event", data, namespace="/_event")

    def everything(self) -> str:
        return json.dumps(self.heard)


@asynccontextmanager
async def socket(url: str, *, cookie: str = "", token: str = "", origin: str = "") -> AsyncIterator[Socket]:
    page = {"pathname": "/home", "asPath": "/home"}
    hydrate = {"name": f"{ROOT_STATE}.hydrate_and_load", "payload": {"vars": {}, "hashes": None}, "router_data": page}
    async with aiohttp.ClientSession() as session:
        client = socketio.AsyncClient(reconnection=False, http_session=session)
        opened = Socket(client)
        client.on("*", lambda event, *data: opened.heard.append([event, data]), namespace="/_event")
        await client.connect(
            f"{url}?token={token or uuid4()}",
            headers={k: v for k, v in {"Cookie": cookie, "Origin": origin or url}.items() if v},
            transports=["websocket"],
            socketio_path="/_event",
            namespaces=["/_event"],
            auth={"event": hydrate, "state_schema": None},
            wait_timeout=10,
        )
        try:
            yield opened
        finally:
            await client.disconnect()


@pytest.mark.asvs("V4.4.2")
async def test_another_sites_page_gets_no_socket(instance_url: Instance) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with socket(instance_url.url, origin="https://evil.example"):
            pass


async def test_a_stolen_tab_key_shows_nothing_without_the_cookie(instance_url: Instance) -> None:
    cookie, key = await asyncio.to_thread(account, instance_url.url, "Olga Owner"), str(uuid4())
    async with socket(instance_url.url, cookie=cookie, token=key) as own:
        await own.send(ENTER)
        await asyncio.sleep(1.5)
        assert "Olga Owner" in own.everything()
    async with socket(instance_url.url, token=key) as thief:
        await thief.send(ENTER)
        await asyncio.sleep(1.5)
        assert "Olga Owner" not in thief.everything()
        assert "_redirect" in thief.everything()


async def test_two_organisations_never_see_each_other_live(instance_url: Instance) -> None:
    first, second = [await asyncio.to_thread(account, instance_url.url, name) for name in ("Anna One", "Bert Two")]
    async with socket(instance_url.url, cookie=first) as one, socket(instance_url.url, cookie=second) as two:
        await one.send(ENTER)
        await two.send(ENTER)
        await asyncio.sleep(1.5)
        assert "Bert Two" not in one.everything()
        assert "Anna One" not in two.everything()


async def test_made_up_events_are_dropped_and_the_socket_stays_useful(instance_url: Instance) -> None:
    cookie = await asyncio.to_thread(account, instance_url.url, "Mina Maker")
    async with socket(instance_url.url, cookie=cookie) as own:
        for name in ("nothing", f"{ROOT_STATE}.state___base____app_state._call", f"{ROOT_STATE}.reset", ""):
            await own.send(name, {"x": 1})
        await own.client.emit("event", "not even an object", namespace="/_event")
        await own.send(ENTER)
        await asyncio.sleep(1.5)
        assert "Mina Maker" in own.everything()
    log = (instance_url.folder / "log").read_text()
    assert cookie.split("=")[1] not in log


@pytest.mark.asvs("V2.4.1")
async def test_a_flood_is_cut_off(instance_url: Instance) -> None:
    async with socket(instance_url.url) as flood:
        for _ in range(400):
            if not flood.client.connected:
                break
            await flood.send(ENTER)
        await asyncio.sleep(1)
        assert not flood.client.connected
