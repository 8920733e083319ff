"""Calls to addresses that strangers chose: no private network, whatever the name leads to, and no second look-up to fool us."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from coexai_app.integrations import outbound, webhooks
from tests import receiver as receivers

Answers = Callable[..., list[Any]]


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """A resolver at the border: names with the addresses of each look-up, the last of which stays."""
    names: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in names:
            return real(host, port, *args, **kwargs)
        answers = names[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return names


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["100.64.0.7"],
        ["168.63.129.16"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:a00:1::"],
        ["fe80::1"],
        ["fd00::1"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["93.184.216.34", "127.0.0.1"],
        ["93.184.216.34", "::1"],
    ],
)
def test_a_name_that_leads_inside_is_never_called(resolver: dict[str, list[list[str]]], addresses: list[str]) -> None:
    resolver["rebind.example"] = [addresses]
    answer = webhooks.post("https://rebind.example/hook", headers={}, body=b"{}", timeout=2)
    assert (answer.code, answer.error) == (None, "Its name leads into a private network, where nothing is sent to.")


def test_a_name_that_changes_after_the_check_is_called_where_it_was_checked(
    resolver: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Public at the look-up, loopback right after it: the connection still goes to the address that was checked."""
    import httpcore

    dialled: list[str] = []

    def dial(self: object, host: str, *args: Any, **kwargs: Any) -> Any:
        dialled.append(host)
        raise httpcore.ConnectError("nobody there")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", dial)
    resolver["rebind.example"] = [["93.184.216.34"], ["127.0.0.1"]]
    answer = webhooks.post("https://rebind.example/hook", headers={}, body=b"{}", timeout=2)
    assert (answer.error, dialled) == ("It could not be reached.", ["93.184.216.34"])


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://example.com:444/", "ftp://example.com/", "https://a@example.com/", "", "https://[::1"]
)
def test_other_addresses_are_refused_before_any_look_up(url: str) -> None:
    with pytest.raises(outbound.NoAnswer, match=r"https"):
        outbound.call("GET", url, headers={}, timeout=1, max_bytes=10)


def test_an_allowed_host_is_only_that_port() -> None:
    with receivers.listening() as receiver:
        other = f"127.0.0.1:{receiver.port + 1}"
        assert webhooks.post(receiver.url(), headers={}, body=b"{}", allow_hosts=[f"127.0.0.1:{receiver.port}"]).ok
        assert webhooks.post(receiver.url(), headers={}, body=b"{}", allow_hosts=[other]).code is None
        assert len(receiver.came) == 1


def test_a_name_that_is_not_there(resolver: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", missing)
    assert webhooks.post("https://gone.example/", headers={}, body=b"{}").error == "There is no server of this name."
