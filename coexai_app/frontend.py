"""The prebuilt frontend: built once, again only when its input changed; node is not needed afterwards.

`coexai build` and `make run` call it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from coexai_app.settings import ROOT

WEB: Final = ROOT / ".web"
CLIENT: Final = WEB / "build" / "client"
LOCK: Final = ROOT / "reflex.lock"
STAMP: Final = WEB / "build" / "coexai.sha256"
INPUTS: Final = (
    "rxconfig.py",
    "requirements.txt",
    "constraints.txt",
    "pages",
    "components",
    "state",
    "assets",
    "reflex.lock",
    "coexai_app",
)
# Modules of the domain that no page is made of: a change of theirs needs no new frontend.
WITHOUT: Final = (
    "services",
    "api",
    "extract",
    "llm",
    "integrations",
    "agents",
    "cli.py",
    "serve.py",
    "frontend.py",
    "queue.py",
    "db.py",
    "log.py",
)
_BAKED: Final = (("http://localhost:", "${location.origin}"), ("ws://localhost:", '${location.origin.replace(/^http/,"ws")}'))


class BuildFailed(RuntimeError):
    """The frontend could not be built; the message holds the last lines of the build."""


def current() -> bool:
    return STAMP.exists() and STAMP.read_text() == fingerprint() and (CLIENT / "index.html").exists()


def fingerprint() -> str:
    """SHA-256 over every file that the frontend is made from."""
    digest = hashlib.sha256()
    for name in INPUTS:
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            relative = file.relative_to(ROOT)
            if (
                file.is_file()
                and "__pycache__" not in relative.parts
                and not (relative.parts[0] == "coexai_app" and relative.parts[1] in WITHOUT)
            ):
                digest.update(f"{relative}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def build() -> None:
    """Builds the frontend with npm. Raises BuildFailed."""
    wanted = fingerprint()
    STAMP.unlink(missing_ok=True)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        # The lock file names no registry: whichever this machine uses will do.
        "npm_config_omit_lockfile_registry_resolved": "true",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "NPM_CONFIG_REGISTRY": _registry(),
    }
    lock = {file: file.read_bytes() for file in LOCK.glob("*.json")}
    done = subprocess.run(
        [sys.executable, "-m", "reflex", "export", "--no-zip", "--frontend-only"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode or not (CLIENT / "index.html").exists():
        raise BuildFailed(done.stdout[-4_000:])
    _keep_unchanged(lock)
    _same_origin()
    STAMP.write_text(wanted if lock == {file: file.read_bytes() for file in LOCK.glob("*.json")} else fingerprint())


def _keep_unchanged(lock: Mapping[Path, bytes]) -> None:
    """npm writes the lock's keys in whatever order it met them; a file that says the same stays as it was."""
    for file, before in lock.items():
        if json.loads(file.read_bytes()) == json.loads(before):
            file.write_bytes(before)


def _registry() -> str:
    """The registry that npm is set to use here; without it Reflex would try out public ones."""
    npm = shutil.which("npm", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    asked = subprocess.run([npm or "npm", "config", "get", "registry"], capture_output=True, text=True, check=False)
    return asked.stdout.strip().splitlines()[-1] if asked.stdout.strip() else ""


def _same_origin() -> None:
    """Makes the built pages talk to whatever address they are served from, so that one build serves every port and host."""
    found = list((CLIENT / "assets").glob("reflex-env-*.js"))
    if len(found) != 1:
        raise BuildFailed(f"expected one reflex-env chunk, found {len(found)}: Reflex has changed how it bakes addresses")
    text = found[0].read_text()
    for start, origin in _BAKED:
        _, _, after = text.partition(start)
        if not after:
            raise BuildFailed(f"no {start} in {found[0].name}: Reflex has changed how it bakes addresses")
        address = start + after.split("/", 1)[0]
        text = text.replace(address, origin)
    found[0].write_text(text)
    packed = found[0].with_name(found[0].name + ".gz")
    if packed.exists():
        packed.write_bytes(gzip.compress(text.encode(), mtime=0))
