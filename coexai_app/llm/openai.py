"""OpenAI, through its SDK and the Chat Completions API; also the base of `compatible`, which speaks the same protocol elsewhere."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, closing
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from coexai_app.llm import structured
from coexai_app.llm.errors import ModelError, ModelUnavailable, of_status
from coexai_app.llm.retry import retry_after
from coexai_app.llm.vendor import Dropped, Finish, Part, Question, Vendor, count

if TYPE_CHECKING:
    from openai import OpenAI as Client

    from coexai_app.llm.transport import BoundedClient

_FINISHES: Mapping[str, Finish] = MappingProxyType({"length": Finish.LENGTH, "content_filter": Finish.DECLINED})
_THINKS = re.compile(r"o\d|gpt-(?:[5-9]|\d\d)")
_CHATS = re.compile(r"gpt-5(?:\.\d)?-chat")

# Which optional parameter a 400 is about, by words of its message: models and servers differ in what they know.
_OPTIONAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "temperature": ("temperature",),
        "reasoning_effort": ("reasoning_effort", "reasoning.effort"),
        "stream_options": ("stream_options", "include_usage"),
        "response_format": ("response_format", "json_schema", "json schema", "structured output", "grammar", "guided"),
    }
)
# Names of an error inside a stream that already has status 200.
_STREAM_STATUS: Mapping[str, int] = MappingProxyType(
    {"rate_limit_exceeded": 429, "rate_limit_error": 429, "insufficient_quota": 402, "invalid_api_key": 401, "invalid_request_error": 400}
)


class OpenAI(Vendor):
    """A model of OpenAI. `base_url` includes the version ("https://api.openai.com/v1")."""

    provider: ClassVar[str] = "openai"
    title: ClassVar[str] = "OpenAI"
    setting: ClassVar[str] = "OPENAI"
    default_url: ClassVar[str] = "https://api.openai.com/v1"
    limit_name: ClassVar[str] = "max_completion_tokens"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._dropped = Dropped()

    @property
    def thinks(self) -> bool:
        return bool(_THINKS.match(self.model)) and not _CHATS.match(self.model)

    def open(self, http: BoundedClient) -> AbstractContextManager[Client]:
        from openai import OpenAI as Client

        return Client(api_key=self.secret() or "none", base_url=self.base_url or self.default_url, max_retries=0, http_client=http)

    def parts(self, client: Client, question: Question, *, stream: bool) -> Generator[Part]:
        answer = self._created(client, self._parameters(question, stream=stream), question.idempotency_key)
        if not stream:
            yield _whole(answer)
            return
        with closing(answer):
            for event in answer:
                yield _piece(event)

    def error_of(self, error: Exception) -> ModelError | None:
        import openai

        if isinstance(error, openai.APIStatusError):
            code = str(error.code or error.type or "")
            wait = retry_after(error.response.headers)
            return of_status(error.status_code, title=self.title, setting=self.setting, model=self.model, code=code, retry_after=wait)
        if isinstance(error, openai.APIError):
            status = _STREAM_STATUS.get(str(error.code)) or _STREAM_STATUS.get(str(error.type)) or 500
            return of_status(status, title=self.title, setting=self.setting, model=self.model, code=str(error.code or ""))
        if isinstance(error, openai.OpenAIError):
            return ModelUnavailable(f"{self.title} could not be asked. Nothing is lost; try again in a while.")
        return None

    def _parameters(self, question: Question, *, stream: bool) -> dict[str, Any]:
        conversation = question.conversation
        turns = [{"role": turn.role, "content": turn.text} for turn in conversation.turns]
        optional: dict[str, Any] = {"reasoning_effort": "low"} if self.thinks else {"temperature": question.temperature}
        if question.schema is not None and (response_format := self._response_format(question.schema)):
            optional["response_format"] = response_format
        if stream:
            optional["stream_options"] = {"include_usage": True}
        return {
            "model": self.model,
            "messages": [{"role": "system", "content": conversation.system}, *turns],
            self.limit_name: self.output_limit(question),
            "stream": stream,
            **self._dropped.kept(optional),
        }

    def _response_format(self, schema: Mapping[str, Any]) -> dict[str, Any] | None:
        """Strict when the schema allows it. The API takes only objects at the root; another root is asked for in the text."""
        if schema.get("type") != "object":
            return None
        exact = structured.strict(schema)
        return {"type": "json_schema", "json_schema": {"name": "answer", "schema": exact or dict(schema), "strict": exact is not None}}

    def _created(self, client: Client, parameters: dict[str, Any], key: str) -> Any:
        import openai

        headers = {"Idempotency-Key": key} if key else {}
        while True:
            try:
                return client.chat.completions.create(**parameters, extra_headers=headers)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if not self._dropped.learn(parameters, f"{error.param or ''} {error.message}", _OPTIONAL):
                    raise
            parameters = {name: value for name, value in parameters.items() if name not in self._dropped.names}


def _whole(answer: Any) -> Part:
    choice = answer.choices[0]
    finish = _finish(choice.finish_reason, choice.message.refusal)
    return Part(_text(choice.message.content), finish, *_usage(answer.usage))


def _piece(event: Any) -> Part:
    usage = _usage(event.usage)
    if not event.choices:
        return Part("", None, *usage)
    choice = event.choices[0]
    delta = choice.delta
    return Part(_text(delta.content if delta else None), _finish(choice.finish_reason, delta.refusal if delta else None), *usage)


def _finish(reason: Any, refusal: Any) -> Finish | None:
    if refusal:
        return Finish.DECLINED
    return _FINISHES.get(str(reason), Finish.STOP) if reason else None


def _text(content: Any) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    raise TypeError("the content of an answer is not text")


def _usage(usage: Any) -> tuple[int | None, int | None]:
    return (count(usage.prompt_tokens), count(usage.completion_tokens)) if usage else (None, None)
