"""Google Gemini, through the google-genai SDK and the Gemini API."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, closing
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from coexai_app.llm.errors import ModelError, of_status
from coexai_app.llm.retry import retry_after
from coexai_app.llm.vendor import Dropped, Finish, Part, Question, Vendor, count

if TYPE_CHECKING:
    from google.genai import Client

    from coexai_app.llm.transport import BoundedClient

API_VERSION = "v1beta"
"""Pinned: the SDK's own default differs between its versions."""

_FINISHES: Mapping[str, Finish] = MappingProxyType(
    {
        "STOP": Finish.STOP,
        "MAX_TOKENS": Finish.LENGTH,
        "CONTINUATION": Finish.LENGTH,
        "SAFETY": Finish.DECLINED,
        "RECITATION": Finish.DECLINED,
        "LANGUAGE": Finish.DECLINED,
        "BLOCKLIST": Finish.DECLINED,
        "PROHIBITED_CONTENT": Finish.DECLINED,
        "SPII": Finish.DECLINED,
        "MODEL_ARMOR": Finish.DECLINED,
    }
)
_ANSWERS_AT_ONCE = re.compile(r"gemini-(?:1|2\.0)|gemma")
_THINKS_BY_BUDGET = re.compile(r"gemini-2\.5")
_DELAY = re.compile(r"(\d+(?:\.\d+)?)s")
_OPTIONAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "temperature": ("temperature",),
        "thinking_config": ("thinking",),
        "response_json_schema": ("response_json_schema", "responsejsonschema", "response_schema", "responseschema", "schema"),
    }
)


class Gemini(Vendor):
    """A model of the Gemini API. `base_url` is the host, without the version."""

    provider: ClassVar[str] = "gemini"
    title: ClassVar[str] = "Gemini"
    setting: ClassVar[str] = "GEMINI"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.base_url = self.base_url.removesuffix(f"/{API_VERSION}").removesuffix("/v1")
        self._dropped = Dropped()

    @property
    def thinks(self) -> bool:
        return not _ANSWERS_AT_ONCE.match(self.model.removeprefix("models/"))

    def open(self, http: BoundedClient) -> AbstractContextManager[Client]:
        from google.genai import Client
        from google.genai.types import HttpOptions

        options = HttpOptions(
            base_url=self.base_url or "https://generativelanguage.googleapis.com", api_version=API_VERSION, httpx_client=http
        )
        return Client(api_key=self.secret(), vertexai=False, http_options=options)

    def parts(self, client: Client, question: Question, *, stream: bool) -> Generator[Part]:
        while True:
            settings = self._settings(question)
            begun = False
            try:
                for part in self._parts(client, question, settings, stream=stream):
                    begun = True
                    yield part
                return
            except Exception as error:
                if begun or not self._knows_better(error, settings):
                    raise

    def error_of(self, error: Exception) -> ModelError | None:
        from google.genai import errors

        if not isinstance(error, errors.APIError):
            return None
        status = error.code if isinstance(error.code, int) and error.code >= 300 else 500
        headers = getattr(error.response, "headers", None) or {}
        found = _Details(error.details)
        wait = retry_after(headers)
        return of_status(
            status,
            title=self.title,
            setting=self.setting,
            model=self.model,
            code=str(error.status or ""),
            retry_after=wait if wait is not None else found.delay,
            # A wrong key is a 400 INVALID_ARGUMENT here; only the reason tells it from a wrong request.
            refused_key="API_KEY_INVALID" in found.reasons,
        )

    def _parts(self, client: Client, question: Question, settings: dict[str, Any], *, stream: bool) -> Generator[Part]:
        from google.genai import types

        contents = [
            types.Content(role="user" if turn.role == "user" else "model", parts=[types.Part(text=turn.text)])
            for turn in question.conversation.turns
        ]
        config = types.GenerateContentConfig(**settings)
        if not stream:
            yield _part(client.models.generate_content(model=self.model, contents=contents, config=config))
            return
        answer = client.models.generate_content_stream(model=self.model, contents=contents, config=config)
        with closing(answer):  # type: ignore[type-var]
            for event in answer:
                yield _part(event)

    def _settings(self, question: Question) -> dict[str, Any]:
        optional: dict[str, Any] = {"temperature": question.temperature}
        if self.thinks:
            by_budget = _THINKS_BY_BUDGET.match(self.model.removeprefix("models/"))
            optional["thinking_config"] = {"thinking_budget": 1024} if by_budget else {"thinking_level": "low"}
        if question.schema is not None:
            optional["response_json_schema"] = dict(question.schema)
        kept = self._dropped.kept(optional)
        http: dict[str, Any] = {"headers": {"Idempotency-Key": question.idempotency_key} if question.idempotency_key else {}}
        # Beside the SDK's own field for it: with that the SDK parses the answer itself, and breaks on some.
        if (schema := kept.pop("response_json_schema", None)) is not None:
            http["extra_body"] = {"generationConfig": {"responseJsonSchema": schema}}
            kept["response_mime_type"] = "application/json"
        return {
            "system_instruction": question.conversation.system,
            "max_output_tokens": self.output_limit(question),
            "automatic_function_calling": {"disable": True},
            "automatic_continuation": False,
            "http_options": http,
            **kept,
        }

    def _knows_better(self, error: Exception, settings: Mapping[str, Any]) -> bool:
        from google.genai import errors

        if not isinstance(error, errors.APIError) or error.code != 400:
            return False
        sent = {*settings, *({"response_json_schema"} if "response_mime_type" in settings else ())}
        return self._dropped.learn(sent, str(error.message or ""), _OPTIONAL)


def _part(answer: Any) -> Part:
    usage = answer.usage_metadata
    given, made = (None, None) if usage is None else (count(usage.prompt_token_count), _made(usage))
    if answer.prompt_feedback and answer.prompt_feedback.block_reason:
        return Part("", Finish.DECLINED, given, made)
    if not answer.candidates:
        return Part("", None, given, made)
    candidate = answer.candidates[0]
    pieces = candidate.content.parts or [] if candidate.content else []
    text = "".join(piece.text for piece in pieces if piece.text and not piece.thought)
    reason = candidate.finish_reason
    return Part(text, _FINISHES.get(str(getattr(reason, "value", reason))) if reason else None, given, made)


def _made(usage: Any) -> int | None:
    answered = count(usage.candidates_token_count)
    thought = count(usage.thoughts_token_count)
    return None if answered is None and thought is None else (answered or 0) + (thought or 0)


class _Details:
    """The typed details of a Google error: its reasons, and the delay that a RetryInfo asks for."""

    def __init__(self, body: Any) -> None:
        inner = body.get("error", body) if isinstance(body, dict) else {}
        entries = inner.get("details") if isinstance(inner, dict) else None
        found = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
        self.reasons = {str(entry["reason"]) for entry in found if "reason" in entry}
        delays = [match for entry in found if (match := _DELAY.fullmatch(str(entry.get("retryDelay", ""))))]
        self.delay = float(delays[0][1]) if delays else None
