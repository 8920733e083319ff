"""Asking one vendor: tries, repairs, limits and money. Vendors call it for themselves, the router with its own meter.

One question may take several calls: up to `Retry.tries` when a call fails, and up to two more questions when the answer does not
meet the schema. Each call is reserved on the meter before it is made and settled after it, whatever happens.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coexai_app.llm import structured
from coexai_app.llm.base import Chunk, Completion, Prompt, Tokens
from coexai_app.llm.errors import (
    AnswerTooLong,
    BadAnswer,
    ModelCutOff,
    ModelDeclined,
    ModelError,
    ModelOutOfRoom,
    ModelRejected,
    ModelUnavailable,
)
from coexai_app.llm.meter import Attempt, Meter, estimate
from coexai_app.llm.prices import cost_micros
from coexai_app.llm.render import Conversation, clean, render
from coexai_app.llm.vendor import Finish, Question, Vendor, header_key

if TYPE_CHECKING:
    from coexai_app.llm.transport import BoundedClient

REPAIRS = 2

log = logging.getLogger("coexai.llm")


@dataclass(slots=True)
class Tally:
    """The tokens of every call that one request took, failed ones too when the vendor told them."""

    input: int = 0
    output: int = 0
    cost_micros: int = 0

    def add(self, used: Tokens) -> None:
        self.input += used.input
        self.output += used.output
        self.cost_micros += used.cost_micros or 0

    def tokens(self, model: str) -> Tokens:
        known = cost_micros(model, 0, 0) is not None
        return Tokens(input=self.input, output=self.output, cost_micros=self.cost_micros if known else None)


def complete(
    vendor: Vendor,
    prompt: Prompt,
    *,
    key: str = "",
    meter: Meter | None = None,
    tally: Tally | None = None,
    sleep: Callable[[float], None] | None = None,
) -> Completion:
    """A whole answer from one vendor. Raises BadAnswer after two repairs, and the other errors of `llm.errors`."""
    meter, tally = meter or Meter(), tally or Tally()
    conversation = render(prompt, key=key)
    for asked in range(1 + REPAIRS):
        question = _question(vendor, prompt, conversation, f"{key}:repair{asked}" if key and asked else key)
        text = "".join(_tried(vendor, question, meter, tally, sleep, stream=False))
        data = None
        if prompt.schema_ is not None:
            try:
                data = structured.parse(text, prompt.schema_)
            except structured.NotValid as problem:
                conversation = conversation.asked_again(text, str(problem))
                continue
        return Completion(text=text, data=data, provider=vendor.provider, model=vendor.model, tokens=tally.tokens(vendor.model))
    raise _bad_form(vendor, f", also after {REPAIRS} repairs")


def stream(
    vendor: Vendor,
    prompt: Prompt,
    *,
    key: str = "",
    meter: Meter | None = None,
    tally: Tally | None = None,
    sleep: Callable[[float], None] | None = None,
) -> Generator[Chunk]:
    """The answer in pieces. Tries again only while nothing was handed out; a schema is checked at the end, without repairs."""
    meter, tally = meter or Meter(), tally or Tally()
    question = _question(vendor, prompt, render(prompt, key=key), key)
    pieces: list[str] = []
    with closing(_tried(vendor, question, meter, tally, sleep, stream=True)) as texts:
        for text in texts:
            pieces.append(text)
            yield Chunk(text=text)
    if prompt.schema_ is not None:
        try:
            structured.parse("".join(pieces), prompt.schema_)
        except structured.NotValid:
            raise _bad_form(vendor) from None
    yield Chunk(done=True, tokens=tally.tokens(vendor.model))


def _question(vendor: Vendor, prompt: Prompt, conversation: Conversation, key: str) -> Question:
    name = header_key(f"{key}:{vendor.model}") if key else ""
    return Question(conversation, prompt.schema_, prompt.max_tokens, prompt.temperature, name)


def _bad_form(vendor: Vendor, also: str = "") -> BadAnswer:
    return BadAnswer(f"{vendor.title}'s model {vendor.model} did not answer in the expected form{also}. Try again, or use another model.")


def _tried(
    vendor: Vendor, question: Question, meter: Meter, tally: Tally, sleep: Callable[[float], None] | None, *, stream: bool
) -> Generator[str]:
    """The texts of one answer, with the vendor's retries before the first of them."""
    tried, begun = 0, False
    with _session(vendor) as (http, client):
        while True:
            tried += 1
            try:
                with closing(_call(vendor, client, question, meter, tally, stream=stream)) as texts:
                    if stream:
                        for text in texts:
                            begun = True
                            yield text
                        return
                    whole = "".join(texts)
                yield whole
                return
            except ModelError as error:
                wait = None if begun else vendor.retry.wait(error, tried)
                if wait is None or wait >= http.left:
                    raise
            (sleep or vendor.sleep)(wait)


@contextmanager
def _session(vendor: Vendor) -> Iterator[tuple[BoundedClient, Any]]:
    from coexai_app.llm.transport import BoundedClient

    with BoundedClient(title=vendor.title, setting=vendor.setting, limits=vendor.limits) as http:
        try:
            opened = vendor.open(http)
        except ModelError:
            raise
        except Exception:
            # The SDKs only look at the address and the key here; their message may hold either.
            raise ModelRejected(f"The address of {vendor.title} is not usable. Check {vendor.setting}_BASE_URL.") from None
        with opened as client:
            yield http, client


def _call(vendor: Vendor, client: Any, question: Question, meter: Meter, tally: Tally, *, stream: bool) -> Generator[str]:
    """One HTTP call. Raises unless the answer has its end mark; reserves and settles its money."""
    size = question.conversation.size
    reserved = meter.reserve(vendor.model, size=size, max_tokens=vendor.output_limit(question))
    started, received, outcome, unsure = time.monotonic(), 0, "stopped", True
    used_input: int | None = None
    used_output: int | None = None
    finish: Finish | None = None
    held = ""
    try:
        with closing(vendor.parts(client, question, stream=stream)) as parts:
            try:
                for part in parts:
                    used_input = used_input if part.input is None else part.input
                    used_output = used_output if part.output is None else part.output
                    finish = finish if finish is Finish.DECLINED else part.finish or finish
                    text, held = _whole_characters(held + part.text)
                    received += len(text)
                    if received > vendor.limits.max_chars:
                        raise AnswerTooLong(f"{vendor.model} did not stop writing; it was stopped at {vendor.limits.max_chars} characters.")
                    if text:
                        yield text
            except Exception as error:
                broken = vendor.translated(error)
                # Only the usage can still come after the end mark; the answer is whole without it.
                if finish is None or not isinstance(broken, ModelCutOff | ModelUnavailable):
                    raise broken from None
        _check_end(vendor, finish, received)
        outcome, unsure = "ok", True
    except ModelError as error:
        outcome, unsure = error.code, error.charged
        raise
    finally:
        tokens = _tokens(vendor.model, used_input, used_output)
        tally.add(tokens)
        unreported = estimate(vendor.model, size=size, received=received) if unsure and used_input is None and used_output is None else 0
        ms = round((time.monotonic() - started) * 1000)
        meter.settle(reserved, Attempt(vendor.provider, vendor.model, outcome, ms, tokens), unreported=unreported)
        log.info("model call %s %s: %s in %d ms, %d + %d tokens", vendor.provider, vendor.model, outcome, ms, tokens.input, tokens.output)


def _check_end(vendor: Vendor, finish: Finish | None, received: int) -> None:
    if finish is None:
        raise ModelCutOff(f"The answer of {vendor.title} ended in the middle. Nothing is lost; try again.")
    if finish is Finish.LENGTH:
        raise ModelOutOfRoom(f"The answer of {vendor.model} did not fit into its limit. Use a shorter source, or ask for less at once.")
    if finish is Finish.DECLINED:
        raise ModelDeclined(f"{vendor.title}'s model {vendor.model} declined to answer this. Change the input, or use another model.")
    if not received:
        raise BadAnswer(f"{vendor.title}'s model {vendor.model} gave an empty answer. Try again, or use another model.")


def _tokens(model: str, used_input: int | None, used_output: int | None) -> Tokens:
    if used_input is None and used_output is None:
        return Tokens()
    given, made = used_input or 0, used_output or 0
    return Tokens(input=given, output=made, cost_micros=cost_micros(model, given, made))


def _whole_characters(text: str) -> tuple[str, str]:
    """The text that can be handed out, and a first half of a surrogate pair that waits for the second."""
    if text and "\ud800" <= text[-1] <= "\udbff":
        return clean(text[:-1]), text[-1]
    return clean(text), ""
