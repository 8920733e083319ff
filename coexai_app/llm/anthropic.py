"""Anthropic, through its SDK and the Messages API."""

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
    from anthropic import Anthropic as Client

    from coexai_app.llm.transport import BoundedClient

_FINISHES: Mapping[str, Finish] = MappingProxyType(
    {"max_tokens": Finish.LENGTH, "model_context_window_exceeded": Finish.LENGTH, "refusal": Finish.DECLINED}
)
_ANSWERS_AT_ONCE = re.compile(r"claude-(?:3|(?:haiku|sonnet|opus)-[34](?:$|-))")
# An error event inside a stream comes with status 200; its type says what it is.
_TYPE_STATUS: Mapping[str, int] = MappingProxyType(
    {
        "invalid_request_error": 400,
        "authentication_error": 401,
        "billing_error": 402,
        "permission_error": 403,
        "not_found_error": 404,
        "request_too_large": 413,
        "rate_limit_error": 429,
        "api_error": 500,
        "timeout_error": 504,
        "overloaded_error": 529,
    }
)
_OPTIONAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"effort": ("effort",), "format": ("output_config", "output_format", "json_schema", "schema", "structured output")}
)


class Anthropic(Vendor):
    """A model of Anthropic. `base_url` is the host, without the version."""

    provider: ClassVar[str] = "anthropic"
    title: ClassVar[str] = "Anthropic"
    setting: ClassVar[str] = "ANTHROPIC"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.base_url = self.base_url.removesuffix("/v1")
        self._dropped = Dropped()

    @property
    def thinks(self) -> bool:
        return not _ANSWERS_AT_ONCE.match(self.model)

    def open(self, http: BoundedClient) -> AbstractContextManager[Client]:
        from anthropic import Anthropic as Client

        address = self.base_url or "https://api.anthropic.com"
        return Client(api_key=self.secret(), base_url=address, max_retries=0, http_client=http, open_telemetry=False)

    def parts(self, client: Client, question: Question, *, stream: bool) -> Generator[Part]:
        answer = self._created(client, question, stream=stream)
        if not stream:
            text = "".join(block.text for block in answer.content if block.type == "text")
            yield Part(text, _finish(answer.stop_reason), *_usage(answer.usage))
            return
        reason: Any = None
        with closing(answer):
            for event in answer:
                if event.type == "message_start":
                    yield Part("", None, *_usage(event.message.usage))
                elif event.type == "content_block_delta" and event.delta.type == "text_delta":
                    yield Part(event.delta.text)
                elif event.type == "message_delta":
                    reason = event.delta.stop_reason or reason
                    yield Part("", None, None, count(event.usage.output_tokens) if event.usage else None)
                elif event.type == "message_stop":
                    yield Part("", _finish(reason))

    def error_of(self, error: Exception) -> ModelError | None:
        import anthropic

        if isinstance(error, anthropic.APIStatusError):
            kind = str(error.type or "")
            status = error.status_code if error.status_code >= 300 else _TYPE_STATUS.get(kind, 500)
            said = str(error.api_message or "").lower()
            if status == 400 and "credit balance" in said:
                kind = "billing_error"
            if status == 400 and "prompt is too long" in said:
                kind = "context_length_exceeded"
            wait = retry_after(error.response.headers) if error.status_code >= 300 else None
            code = str(error.error_code or kind) if kind != "billing_error" else kind
            return of_status(status, title=self.title, setting=self.setting, model=self.model, code=code, retry_after=wait)
        if isinstance(error, anthropic.AnthropicError):
            return ModelUnavailable(f"{self.title} could not be asked. Nothing is lost; try again in a while.")
        return None

    def _created(self, client: Client, question: Question, *, stream: bool) -> Any:
        import anthropic

        conversation = question.conversation
        headers = {"Idempotency-Key": question.idempotency_key} if question.idempotency_key else {}
        while True:
            config = self._dropped.kept(self._config(question))
            # The model goes into the body directly: the SDK warns on every call of one that will retire, and which model to use
            # is the operator's choice.
            required: dict[str, Any] = {
                "model": "",
                "extra_body": {"model": self.model},
                "system": conversation.system,
                "messages": [{"role": turn.role, "content": turn.text} for turn in conversation.turns],
                "max_tokens": self.output_limit(question),
                "stream": stream,
                "timeout": self.limits.total,
                "extra_headers": headers,
            }
            if config:
                required["output_config"] = config
            try:
                return client.messages.create(**required)
            except (anthropic.BadRequestError, anthropic.UnprocessableEntityError) as error:
                if not self._dropped.learn(config, str(error.api_message or ""), _OPTIONAL):
                    raise

    def _config(self, question: Question) -> dict[str, Any]:
        """No sampling temperature: the API takes none any more. Thinking is kept short by the effort."""
        config: dict[str, Any] = {"effort": "low"} if self.thinks else {}
        if question.schema is not None and question.schema.get("type") == "object" and structured.is_closed(question.schema):
            schema = _native(question.schema)
            if schema is not None:
                config["format"] = {"type": "json_schema", "schema": schema}
        return config


def _native(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema in the subset that the API takes, by the SDK's own transformation; None when it cannot be said there."""
    from anthropic import transform_schema

    try:
        return dict(transform_schema(dict(schema)))
    except (ValueError, TypeError, AssertionError, RecursionError):
        return None


def _finish(reason: Any) -> Finish | None:
    return _FINISHES.get(str(reason), Finish.STOP) if reason else None


def _usage(usage: Any) -> tuple[int | None, int | None]:
    if usage is None:
        return None, None
    given = [count(n) for n in (usage.input_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens)]
    return (sum(n or 0 for n in given) if given[0] is not None else None), count(usage.output_tokens)
