"""Starts `coexai serve` for journeys, on a free port and with a data folder of its own, and ends it."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from coexai_app.settings import ROOT
from tests.e2e.journey import Instance, ready
from tests.servers import free_port, wait_until

COMMAND = [sys.executable, "-m", "coexai_app.cli"]


def prepare(data: Path) -> None:
    """Built pages, and in this data folder an embedded database at the newest migration: both made once, by their commands."""
    data.mkdir(parents=True, exist_ok=True)
    shutil.copy(_template(), data / "coexai.db")


@lru_cache(maxsize=1)
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="coexai-e2e-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {**os.environ, "DATABASE_URL": "", "REDIS_URL": "", "DATA_DIR": str(folder)}
    for step in ("build", "migrate"):
        subprocess.run([*COMMAND, step], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return folder / "coexai.db"


@contextmanager
def running(**settings: str) -> Iterator[Instance]:
    """An instance on the embedded back ends, unless the settings name others."""
    folder, port = Path(tempfile.mkdtemp(prefix="coexai-e2e-")), free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        "DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "LOG_LEVEL": "warning",
        **settings,
    }
    prepare(folder / "data")
    if settings.get("DATABASE_URL"):
        subprocess.run([*COMMAND, "migrate"], cwd=ROOT, env=environment, check=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*COMMAND, "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log)
    url = f"http://localhost:{port}"
    try:
        wait_until(lambda: ready(url), 60, f"the instance; its log: {folder / 'log'}")
        yield Instance(url, process.pid, folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)
