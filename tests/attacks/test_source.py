"""What no line of the product's source does: evaluate text, start a shell, build SQL of strings, use weak hashes or guessable numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from coexai_app.settings import ROOT

FOLDERS = ("coexai_app", "state", "pages", "components", "tasks", "alembic")
SOURCES = {path: ast.parse(path.read_text()) for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))}
SCRIPTS = sorted((ROOT / "assets").glob("*.js"))


@cache
def calls() -> tuple[tuple[str, str, ast.Call], ...]:
    """(file, dotted name, call) of every call."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), ast.unparse(node.func), node)
        for path, tree in SOURCES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    )


@cache
def imports() -> tuple[tuple[str, str], ...]:
    """(file, dotted name) of whatever is imported."""
    return tuple(_imports())


def _imports() -> Iterator[tuple[str, str]]:
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            name = path.relative_to(ROOT).as_posix()
            if isinstance(node, ast.Import):
                yield from ((name, alias.name) for alias in node.names)
            if isinstance(node, ast.ImportFrom) and node.module:
                yield name, node.module
                yield from ((name, f"{node.module}.{alias.name}") for alias in node.names)


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 150
    assert len(list(calls())) > 5_000
    assert SCRIPTS


@pytest.mark.asvs("V1.3.2", "V1.3.7")
def test_no_text_is_evaluated() -> None:
    assert [found for found in ((f, n) for f, n, _ in calls()) if found[1] in ("eval", "exec", "compile", "__import__")] == []
    assert [f for f, name in imports() if name.split(".")[0] in ("jinja2", "mako")] == []


@pytest.mark.asvs("V1.5.2")
def test_nothing_is_unpickled() -> None:
    """Between processes of the product goes JSON; the framework's own pickles of states lie in a store that only it writes."""
    unsafe = ("pickle", "cPickle", "dill", "marshal", "shelve", "jsonpickle", "cloudpickle")
    assert [(f, name) for f, name in imports() if name.split(".")[0] in unsafe] == []
    assert [(f, name) for f, name, _ in calls() if name in ("yaml.load", "yaml.unsafe_load", "yaml.full_load")] == []


@pytest.mark.asvs("V1.2.5")
def test_no_shell_runs_what_somebody_typed() -> None:
    assert [(f, name) for f, name, _ in calls() if name in ("os.system", "os.popen", "subprocess.getoutput")] == []
    started = [(f, call) for f, name, call in calls() if name.startswith("subprocess.") or name == "Popen"]
    assert [f for f, call in started if any(k.arg == "shell" for k in call.keywords)] == []
    # A command is a list, so that no part of it is taken apart again.
    assert [f for f, call in started if call.args and isinstance(call.args[0], (ast.JoinedStr, ast.BinOp)) and _is_text(call.args[0])] == []


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.BinOp) and any(isinstance(n, ast.JoinedStr) for n in ast.walk(node)))


@pytest.mark.asvs("V1.2.4")
def test_no_statement_is_made_of_strings() -> None:
    """SQL as text is constant; all values are bound. Migrations and the audit triggers name their own tables."""
    written = [(f, call) for f, name, call in calls() if re.fullmatch(r"(sa\.|sqlalchemy\.)?text|.*exec_driver_sql", name) and call.args]
    loose = [f for f, call in written if not isinstance(call.args[0], ast.Constant) and f.startswith("coexai_app/services")]
    assert loose == []
    assert [
        f
        for f, call in written
        if isinstance(call.args[0], (ast.JoinedStr, ast.BinOp)) and not f.startswith(("alembic/", "coexai_app/models/"))
    ] == []


@pytest.mark.asvs("V11.4.1", "V11.4.3")
def test_no_hash_that_is_broken() -> None:
    weak = re.compile(r"\b(md5|md4|sha1|ripemd160|crc32|MD5|SHA1)\b")
    for file, name, call in calls():
        if name.startswith(("hashlib.", "hmac.")) or name.endswith("HKDF"):
            said = ast.unparse(call)
            assert not weak.search(said) or "usedforsecurity=False" in said, f"{file}: {said}"


@pytest.mark.asvs("V11.3.1", "V11.3.2", "V11.2.1")
def test_one_cipher_and_no_mode_of_our_own() -> None:
    from_library = {name for _, name in imports() if name.startswith("cryptography.hazmat.primitives.ciphers")}
    assert from_library == {"cryptography.hazmat.primitives.ciphers.aead", "cryptography.hazmat.primitives.ciphers.aead.AESGCM"}
    assert [(f, name) for f, name in imports() if name.split(".")[0] in ("Crypto", "Cryptodome", "nacl", "M2Crypto", "ecdsa", "jwt")] == []


@pytest.mark.asvs("V11.5.1", "V6.5.3")
def test_nothing_secret_comes_from_a_guessable_source() -> None:
    """`random` spreads load and waits; where it is imported nothing is signed, hashed or handed out."""
    users = {f for f, name in imports() if name.split(".")[0] == "random"}
    secret = {f for f, name in imports() if name.split(".")[0] in ("secrets", "hmac", "cryptography", "joserfc", "pyotp")}
    assert users & secret == set()
    assert [(f, name) for f, name, _ in calls() if name in ("uuid.uuid1", "uuid1")] == []


@pytest.mark.asvs("V3.5.5", "V15.3.6", "V3.2.2")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_our_scripts_listen_to_no_other_window_and_write_no_markup(script: Path) -> None:
    text = script.read_text()
    assert not re.search(r"addEventListener\(\s*['\"]message['\"]", text) or "serviceWorker" in text or script.name == "sw.js"
    assert "onmessage" not in text or script.name == "sw.js"
    for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "__proto__", ".constructor["):
        assert danger not in text


@pytest.mark.asvs("V15.1.2")
def test_every_package_is_named_with_its_version() -> None:
    lines = [line.strip() for name in ("constraints.txt", "requirements.txt") for line in (ROOT / name).read_text().splitlines()]
    packages = [line for line in lines if line and not line.startswith(("#", "-"))]
    assert len(packages) > 50
    assert [line for line in packages if not re.match(r"[A-Za-z0-9._\[\],-]+==\S+", line)] == []


def test_no_secret_stands_in_the_source() -> None:
    shapes = re.compile(r"sk-[A-Za-z0-9]{20}|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|xox[bap]-\d|cxa_live_[A-Za-z0-9]{20}")
    files = [path for folder in (*FOLDERS, "assets", "docs") for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".js", ".md")]
    assert [path.name for path in files if shapes.search(path.read_text())] == []
