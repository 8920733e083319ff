"""Every action that the code records is in the table, with a sentence that can be told and an icon that exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from coexai_app.models import AuditLog
from coexai_app.models.base import new_id, now
from coexai_app.models.enums import AuditOutcome
from coexai_app.settings import ROOT
from coexai_app.views.audit import sentence
from coexai_app.views.audit_actions import ACTIONS, GROUPS, known, of_group
from coexai_app.views.device import device
from components.icons import ICONS


def recorded() -> Iterator[tuple[str, str]]:
    """(where, action) of every call of `audit.record`; an action that is a parameter is followed to the calls in its module."""
    for path in sorted((ROOT / "coexai_app").rglob("*.py")):
        tree = ast.parse(path.read_text())
        for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.record":
                    for action in _actions(tree, function, call.args[1], path):
                        yield f"{path.name}:{call.lineno}", action


def _actions(tree: ast.AST, function: ast.FunctionDef, given: ast.expr, path: Path) -> Iterator[str]:
    if isinstance(given, ast.Constant):
        yield str(given.value)
        return
    if isinstance(given, ast.IfExp):
        yield from _actions(tree, function, given.body, path)
        yield from _actions(tree, function, given.orelse, path)
        return
    assert isinstance(given, ast.Name), f"{path}: the action of an audit row is a name that can be read here"
    position = [argument.arg for argument in function.args.args].index(given.id)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == function.name:
            keyword = next((k.value for k in call.keywords if k.arg == given.id), None)
            yield from _actions(tree, function, keyword or call.args[position], path)


def test_every_recorded_action_is_known() -> None:
    found = list(recorded())
    assert len(found) > 12
    assert [pair for pair in found if pair[1] not in ACTIONS] == []


def test_every_known_action_is_recorded() -> None:
    assert set(ACTIONS) == {action for _, action in recorded()}


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_has_a_group_an_icon_and_a_sentence(name: str) -> None:
    action = ACTIONS[name]
    assert action.group in GROUPS
    assert action.icon in ICONS
    assert name in of_group(action.group)
    row = AuditLog(
        id=new_id(),
        created_at=now(),
        chain_id=new_id(),
        seq=1,
        action=name,
        outcome=AuditOutcome.DONE,
        user_name="Bob",
        target="t",
        target_name="the thing",
        previous_hash="",
        hash="",
    )
    told = sentence(row)
    assert "{" not in told
    assert told[0].isupper()
    assert not re.search(r"[.!]$", told)


def test_an_unknown_action_is_not_lost() -> None:
    assert known("robot.danced").icon in ICONS


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
            "Chrome on Windows",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15", "Safari on macOS"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.10.1", "curl"),
        ("python-httpx/0.28", "python-httpx"),
        ("", ""),
        ("\u202e<script>", ""),
    ],
)
def test_a_device_in_words(user_agent: str, words: str) -> None:
    assert device(user_agent) == words
