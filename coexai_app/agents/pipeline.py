"""The core that all agents run on: Agent → Capability → Step, and `run()`.

Pure: it knows no database. The worker, the tests and `coexai run` call the same `run()` and differ only in the context.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from coexai_app.agents.parts import Parted
from coexai_app.agents.report import Analysis, Engine, Report, Review, Source, StepRecord, Usage
from coexai_app.agents.text.reuse import Earlier
from coexai_app.business import BusinessProfile
from coexai_app.errors import Cancelled, CoexaiError, Interrupted, InvalidInput
from coexai_app.llm.base import Completion, Model, Prompt
from coexai_app.llm.transcription import Segment, Transcriber

BUILTIN = Engine(provider="builtin", model="extractive/1")
NOTHING_USED = Usage()
NO_PROFILE = BusinessProfile()


class StepResult(BaseModel):
    """What a step hands on. It is stored as JSON, so a retry can start behind it; `summary()` is the line under the step's name.

    `empty`: the step made nothing, and its summary says why.
    """

    model_config = ConfigDict(frozen=True)

    @property
    def empty(self) -> bool:
        return False

    def summary(self) -> str:
        return ""


class AgentInput(BaseModel):
    """Base of every capability's input: unknown fields are an error, so a misspelt option is never silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


R = TypeVar("R", bound=StepResult)


class InputFile(BaseModel):
    """A file that the input names: `opened` leads to it on the disk, where it is read piece by piece; `data` is a small one in memory."""

    model_config = ConfigDict(frozen=True)

    name: str
    content_type: str
    data: bytes = b""
    opened: Callable[[], AbstractContextManager[Path]] | None = None

    @contextmanager
    def local(self) -> Iterator[Path]:
        """A path to the file, good within the context."""
        if self.opened:
            with self.opened() as path:
                yield path
            return
        with tempfile.NamedTemporaryFile(prefix="coexai-") as file:
            file.write(self.data)
            file.flush()
            yield Path(file.name)


class Fetched(Protocol):
    """What a fetch of a URL returns."""

    @property
    def url(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def data(self) -> bytes: ...


def _no_files(ref: str) -> InputFile:
    raise InvalidInput("This file is not here any more. Add it again.", field="file")


def _no_fetch(url: str) -> Fetched:
    raise InvalidInput("Reading web pages is switched off here. Paste the text instead.", field="url")


@dataclass(slots=True)
class StepContext:
    """What a step may use besides its input: earlier results, progress, cancel, models, files, a store for artifacts.

    `model` and `transcriber` are None when no key is set: the step then uses its builtin engine. `cancelled` is asked between and within
    steps.
    `pieces` is what the running step was paid for already, by names of its own, in this try or an earlier one; `keep_piece` adds one and
    `keep` stores them with what the step has used so far, so that neither is lost with the process.
    `business` is the organisation's profile as it was when the job was made, an empty one where there is none. `language` is what its
    person wants results in, a BCP 47 tag; empty: the language of the source. `earlier` gives the organisation's last outputs of this agent,
    the newest first, to compare with.
    """

    model: Model | None = None
    transcriber: Transcriber | None = None
    open_file: Callable[[str], InputFile] = _no_files
    fetch: Callable[[str], Fetched] = _no_fetch
    store: Callable[[str, str, bytes], None] = lambda name, content_type, data: None
    progress: Callable[[float, str], None] = lambda fraction, message: None
    cancelled: Callable[[], bool] = lambda: False
    key: str = ""
    business: BusinessProfile = NO_PROFILE
    language: str = ""
    earlier: Callable[[], Sequence[Earlier]] = lambda: ()
    usage: Usage = NOTHING_USED
    engine: Engine = BUILTIN
    results: dict[type[StepResult], StepResult] = field(default_factory=dict)
    step: str = ""
    pieces: dict[str, Any] = field(default_factory=dict)
    keep: Callable[[Mapping[str, Any], Usage], None] = lambda pieces, used: None
    began: Usage = NOTHING_USED

    def need(self, kind: type[R]) -> R:
        """The result of an earlier step, by its type or one that it extends."""
        found = self.results.get(kind) or next((one for one in self.results.values() if isinstance(one, kind)), None)
        if found is None:
            raise KeyError(kind)
        return cast(R, found)

    def check(self) -> None:
        """Raises Cancelled when a person stopped the job; long steps call it between parts."""
        if self.cancelled():
            raise Cancelled("The job was cancelled.")

    def transcribe(self, audio: bytes, seconds: float) -> Sequence[Segment]:
        """What is said in an MP3 of so many seconds, by the transcription model; counted as a call, at the list price.

        The same sound is not sent to the same model twice: what was heard of it is kept as a piece of the step.
        """
        if self.transcriber is None:
            raise RuntimeError("transcribe() without a model: the step must use its builtin engine")
        self.check()
        name = hashlib.sha256(b"\0".join((self.transcriber.model.encode(), audio))).hexdigest()
        if name in self.pieces:
            return [Segment(**one) for one in self.pieces[name]]
        before = self.transcriber.spent_micros
        try:
            said = self.transcriber.transcribe(audio, seconds=seconds, check=self.check)
        finally:
            self.usage = self.usage + Usage(cost_micros=self.transcriber.spent_micros - before)
        self.usage = self.usage + Usage(calls=1)
        self.keep_piece(name, [asdict(one) for one in said])
        return said

    def keep_piece(self, name: str, piece: Any) -> None:
        """Stores a paid piece of the running step, which another try at the step finds in `pieces`."""
        self.pieces[name] = piece
        self.keep(self.pieces, spent(self.began, self.usage))

    def ask(self, prompt: Prompt, part: str = "") -> Completion:
        """One model call, counted; its key is "job:step", so a provider that knows idempotency keys bills it once."""
        if self.model is None:
            raise RuntimeError("ask() without a model: the step must use its builtin engine")
        self.check()
        answer = self.model.complete(prompt, key=":".join(k for k in (self.key, self.step, part) if k))
        self.engine = Engine(provider=answer.provider, model=answer.model)
        self.usage = self.usage + Usage(
            calls=1,
            input_tokens=answer.tokens.input,
            output_tokens=answer.tokens.output,
            cost_micros=answer.tokens.cost_micros or 0,
        )
        return answer


@dataclass(frozen=True, slots=True)
class Step:
    """One named step: a pure function of (input, context). `label` is what people read ("Read the source").

    A step that takes longer than `seconds` is stopped; with a model it waits for answers, so the default is generous.
    `wanted` tells of an input whether it needs the step at all; a job of an input that does not has no such step.
    """

    name: str
    label: str
    run: Callable[[Any, StepContext], StepResult]
    result: type[StepResult]
    seconds: float = 600
    wanted: Callable[[Any], bool] = lambda data: True


class Outcome(StepResult):
    """What the last step of every capability returns; `run()` makes the report of it."""

    title: str
    source: Source
    analysis: Analysis
    output: dict[str, Any]
    review: Review

    def summary(self) -> str:
        return f"{self.review.score.points} of {self.review.score.max_points} points"


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing an agent can do.

    `review(report, output)` judges an edited output against the report's source, `exports` renders a report per format.
    `example` is an input that the form's "Use an example" fills in. `model_use` says beforehand what a model will be asked for a source
    of so many characters; None when it asks none.
    """

    slug: str
    title: str
    description: str
    input: type[AgentInput]
    output: type[Parted]
    steps: tuple[Step, ...]
    review: Callable[[Report, Mapping[str, Any]], Review]
    exports: Mapping[str, Callable[[Report], bytes]]
    example: Mapping[str, Any] = field(default_factory=dict)
    model_use: Callable[[Any, int], Usage] | None = None

    def steps_for(self, data: AgentInput) -> tuple[Step, ...]:
        """The steps that a job with this input has, in order."""
        return tuple(step for step in self.steps if step.wanted(data))

    def parse(self, data: Mapping[str, Any]) -> AgentInput:
        """Validates an input. Raises InvalidInput with one message per field in `details["fields"]`."""
        try:
            return self.input.model_validate(data)
        except ValidationError as error:
            raise _readable(error) from None


def _readable(error: ValidationError) -> InvalidInput:
    fields: dict[str, str] = {}
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"]) or "input"
        if problem["type"] == "extra_forbidden":
            message = "There is no such field."
        else:
            message = problem["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        fields.setdefault(name, message)
    first = next(iter(fields))
    return InvalidInput(fields[first], field=first, fields=fields)


@dataclass(frozen=True, slots=True)
class Agent:
    """A coworker: who they are, and the table of what they can do. `capabilities` is empty for one that is not built yet.

    `duties` says in a few words each what the coworker is for; the gallery shows them.
    """

    slug: str
    name: str
    role: str
    description: str
    capabilities: Mapping[str, Capability]
    duties: tuple[str, ...] = ()

    @property
    def available(self) -> bool:
        return bool(self.capabilities)


class StepStatus(StrEnum):
    RUNNING = "running"
    DONE = "done"
    KEPT = "kept"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StepEvent:
    """Told to `on_step` when a step starts, ends, fails, or is kept from an earlier attempt.

    `seconds` is how long it may take, `ms` how many milliseconds it took.
    """

    position: int
    name: str
    label: str
    status: StepStatus
    input_hash: str
    seconds: float = 0
    ms: int = 0
    summary: str = ""
    result: Mapping[str, Any] | None = None
    usage: Usage = NOTHING_USED
    engine: Engine = BUILTIN
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A finished step of an earlier attempt: valid only for the same input hash."""

    input_hash: str
    result: Mapping[str, Any]
    ms: int = 0
    usage: Usage = NOTHING_USED
    engine: Engine = BUILTIN


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What earlier tries at a step used, and the pieces that they kept."""

    usage: Usage = NOTHING_USED
    pieces: Mapping[str, Any] = field(default_factory=dict)


NOT_BEGUN = Unfinished()


def input_hash(agent: str, capability: str, data: AgentInput) -> str:
    """SHA-256 of what determines a step's result: agent, capability and the input, as canonical JSON."""
    canonical = json.dumps([agent, capability, data.model_dump(mode="json")], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def run(
    agent: Agent,
    capability: Capability,
    data: AgentInput,
    context: StepContext,
    *,
    on_step: Callable[[StepEvent], None] = lambda event: None,
    checkpoints: Mapping[str, Checkpoint] | None = None,
    unfinished: Mapping[str, Unfinished] | None = None,
) -> Report:
    """Runs the steps in order and returns the report.

    A step with a checkpoint for the same input is not run again; one that is `unfinished` gets its pieces back, and what it used in earlier
    tries counts with it. Errors of a step pass through, after `on_step` has heard that it failed.
    """
    digest = input_hash(agent.slug, capability.slug, data)
    records: list[StepRecord] = []
    for position, step in enumerate(capability.steps_for(data)):
        context.check()
        context.step = step.name
        kept = (checkpoints or {}).get(step.name)
        if kept and kept.input_hash == digest:
            result = step.result.model_validate(kept.result)
            context.results[step.result] = result
            context.usage, context.engine = context.usage + kept.usage, _writer(context.engine, kept.engine)
            records.append(_record(step, StepStatus.KEPT, kept.ms, result))
            on_step(StepEvent(position, step.name, step.label, StepStatus.KEPT, digest, ms=kept.ms, summary=result.summary()))
            continue
        on_step(StepEvent(position, step.name, step.label, StepStatus.RUNNING, digest, step.seconds))
        before, started = context.usage, time.perf_counter()
        earlier = (unfinished or {}).get(step.name, NOT_BEGUN)
        context.began, context.usage, context.pieces = before, before + earlier.usage, dict(earlier.pieces)
        try:
            result = step.run(data, context)
        except Interrupted:
            raise
        except Exception as error:
            ms = round((time.perf_counter() - started) * 1000)
            # Only a domain error is written for people; any other may hold a customer's data.
            reason = error.message if isinstance(error, CoexaiError) else "Stopped by an error of ours."
            failed = StepStatus.FAILED
            on_step(StepEvent(position, step.name, step.label, failed, digest, ms=ms, summary=reason, usage=spent(before, context.usage)))
            raise
        ms = round((time.perf_counter() - started) * 1000)
        context.results[step.result] = result
        records.append(_record(step, StepStatus.DONE, ms, result))
        on_step(
            StepEvent(
                position,
                step.name,
                step.label,
                StepStatus.DONE,
                digest,
                ms=ms,
                summary=result.summary(),
                result=result.model_dump(mode="json"),
                usage=spent(before, context.usage),
                engine=context.engine,
                empty=result.empty,
            )
        )
    outcome = context.need(Outcome)
    return Report(
        agent=agent.slug,
        capability=capability.slug,
        title=outcome.title,
        engine=context.engine,
        input=data.model_dump(mode="json"),
        source=outcome.source,
        analysis=outcome.analysis,
        output=outcome.output,
        claims=outcome.review.claims,
        checks=outcome.review.checks,
        score=outcome.review.score,
        steps=tuple(records),
        usage=context.usage,
    )


def _writer(current: Engine, kept: Engine) -> Engine:
    return kept if kept.provider != BUILTIN.provider else current


def spent(before: Usage, after: Usage) -> Usage:
    """What was used between two moments."""
    return Usage(
        calls=after.calls - before.calls,
        input_tokens=after.input_tokens - before.input_tokens,
        output_tokens=after.output_tokens - before.output_tokens,
        cost_micros=after.cost_micros - before.cost_micros,
    )


def _record(step: Step, status: StepStatus, ms: int, result: StepResult) -> StepRecord:
    return StepRecord(name=step.name, label=step.label, status=status.value, ms=ms, summary=result.summary())
