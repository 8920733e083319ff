"""Test capabilities that Maya gains in the processes of the rig: each is a fault that a job can bring with it.

What a step would pay for outside is a line in a side file: "job:step pid". The key is the one that a paying provider gets.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from coexai_app import agents
from coexai_app.agents.parts import Part, Parted, PartKind
from coexai_app.agents.pipeline import Agent, AgentInput, Capability, Outcome, Step, StepContext, StepResult
from coexai_app.agents.report import Analysis, Report, Review, Score, Source
from coexai_app.errors import Unavailable

SKILLS_ENV = "FAULTS_SKILLS"  # comma-separated; empty: all
CONSTANTS_ENV = "FAULTS_CONSTANTS"  # {"module:NAME": value}: shortens waits of the engine
LIMIT_ENV = "FAULTS_STEP_SECONDS"  # how long a step may take
MEMORY_ENV = "FAULTS_MEMORY_MB"  # address space of a process
DIE_ENV = "FAULTS_DIE_FOLDER"  # <folder>/<job id> names the step of a real run in which the process dies, once


class FaultInput(AgentInput):
    text: str = "test"
    side: str = ""
    seconds: float = 0
    times: int = 0
    healed: str = ""


class First(StepResult):
    nonce: str = ""


class Second(StepResult):
    nonce: str = ""


def pay(data: FaultInput, context: StepContext, nonce: str = "") -> int:
    """A paid call: appends a line. Returns how often this key has paid before."""
    if not data.side:
        return 0
    key = f"{context.key}:{context.step}"
    path = Path(data.side)
    before = sum(line.startswith(key + " ") for line in path.read_text().splitlines()) if path.exists() else 0
    with path.open("a") as side:
        side.write(f"{key} {os.getpid()} {nonce}\n")
    return before


def _noop(_data: FaultInput, _context: StepContext) -> None:
    pass


def _sleep(data: FaultInput, context: StepContext) -> None:
    pay(data, context)
    until = time.monotonic() + data.seconds
    while time.monotonic() < until:
        context.check()
        time.sleep(0.02)


def _busy(data: FaultInput, _context: StepContext) -> None:
    """Works without ever asking whether it was cancelled, and then is done."""
    time.sleep(data.seconds)


def _stuck(data: FaultInput, context: StepContext) -> None:
    pay(data, context)
    while True:
        time.sleep(3600)


def _endless(data: FaultInput, context: StepContext) -> None:
    pay(data, context)
    while True:
        pass


def _boom(data: FaultInput, context: StepContext) -> None:
    pay(data, context)
    raise ValueError("secret: password=hunter2")


def _kill_self(data: FaultInput, context: StepContext) -> None:
    pay(data, context)
    os.kill(os.getpid(), signal.SIGKILL)


def _hog(data: FaultInput, context: StepContext) -> None:
    pay(data, context)
    held = []
    while True:
        held.append(bytearray(1 << 30))


def _flaky(data: FaultInput, context: StepContext) -> None:
    if pay(data, context) < data.times:
        raise Unavailable("The model is busy.")


WORK: Mapping[str, Callable[[FaultInput, StepContext], None]] = MappingProxyType(
    {
        "noop": _noop,
        "sleep": _sleep,
        "busy": _busy,
        "stuck": _stuck,
        "endless": _endless,
        "boom": _boom,
        "kill-self": _kill_self,
        "hog": _hog,
        "flaky": _flaky,
    }
)


def _one(work: Callable[[FaultInput, StepContext], None]) -> Callable[[FaultInput, StepContext], Outcome]:
    def run(data: FaultInput, context: StepContext) -> Outcome:
        if not (data.healed and Path(data.healed).exists()):
            work(data, context)
        return _outcome(data)

    return run


def _paid(kind: type[First] | type[Second]) -> Callable[[FaultInput, StepContext], StepResult]:
    def run(data: FaultInput, context: StepContext) -> StepResult:
        nonce = uuid4().hex
        pay(data, context, nonce)
        _sleep(data.model_copy(update={"side": ""}), context)
        return kind(nonce=nonce)

    return run


def _last(data: FaultInput, context: StepContext) -> Outcome:
    pay(data, context)
    _sleep(data.model_copy(update={"side": ""}), context)
    return _outcome(data)


def _outcome(data: FaultInput) -> Outcome:
    review = Review(claims=(), checks=(), score=Score(points=0, max_points=0, rubric="test/1"))
    return Outcome(title=data.text, source=Source(kind="text"), analysis=Analysis(), output={"posts": [{"text": "done"}]}, review=review)


def _review(report: Report, _output: Mapping[str, Any]) -> Review:
    return Review(claims=report.claims, checks=report.checks, score=report.score)


class Done(Parted):
    posts: tuple[dict[str, str], ...] = ()

    def parts(self) -> tuple[Part, ...]:
        return tuple(Part(kind=PartKind.POST, text=post["text"]) for post in self.posts)


def _capability(slug: str, *steps: Step) -> Capability:
    return Capability(slug, slug, "", FaultInput, Done, steps, review=_review, exports={})


def _step(name: str, run: Callable[..., StepResult], result: type[StepResult]) -> Step:
    return Step(name, name.capitalize(), run, result, seconds=float(os.environ.get(LIMIT_ENV) or 600))


def skills() -> dict[str, Capability]:
    """The test capabilities, by their slug."""
    found = {slug: _capability(slug, _step("work", _one(work), Outcome)) for slug, work in WORK.items()}
    found["steps"] = _capability(
        "steps", _step("first", _paid(First), First), _step("second", _paid(Second), Second), _step("last", _last, Outcome)
    )
    return found


def _mortal(step: Step, folder: Path) -> Step:
    """The real step, with a line in the side file, and a process that dies after its work and before it is recorded."""

    def run(data: Any, context: StepContext) -> StepResult:
        with (folder / "paid").open("a") as side:
            side.write(f"{context.key}:{step.name} {os.getpid()} \n")
        result = step.run(data, context)
        order = folder / context.key
        if order.exists() and order.read_text() == step.name:
            order.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return replace(step, run=run)


def table(wanted: str = "", die_folder: str = "") -> dict[str, Agent]:
    """The coworkers of the rig: Maya with her own capability and the wanted test ones."""
    maya = agents.AGENTS["maya"]
    own = {slug: replace(c, example={}) for slug, c in maya.capabilities.items()}
    if die_folder:
        own = {
            slug: replace(c, steps=tuple(_mortal(s, Path(die_folder)) for s in c.steps)) if slug == "blog-to-thread" else c
            for slug, c in own.items()
        }
    names = wanted.split(",") if wanted else list(skills())
    return {**agents.AGENTS, "maya": replace(maya, capabilities={**own, **{slug: skills()[slug] for slug in names}})}


def install() -> None:
    """Gives this process the table, its limits, and the engine's shortened waits."""
    agents.AGENTS = MappingProxyType(table(os.environ.get(SKILLS_ENV, ""), os.environ.get(DIE_ENV, "")))
    if megabytes := os.environ.get(MEMORY_ENV):
        resource.setrlimit(resource.RLIMIT_AS, (int(megabytes) << 20, int(megabytes) << 20))
    for name, value in json.loads(os.environ.get(CONSTANTS_ENV) or "{}").items():
        module, _, constant = name.partition(":")
        found = importlib.import_module(module)
        assert hasattr(found, constant), f"the engine has no {name}"
        setattr(found, constant, tuple(value) if isinstance(value, list) else value)
