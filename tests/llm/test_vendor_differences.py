"""What is special about each vendor: parameters, refusals, error shapes, surroundings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coexai_app.llm.base import Prompt
from coexai_app.llm.errors import ModelBusy, ModelCutOff, ModelDeclined, ModelOutOfCredit, ModelRefusedKey, ModelRejected, ModelUnavailable
from tests.llm.vendor_server import (
    KEY,
    AnthropicProtocol,
    CompatibleProtocol,
    Desk,
    GeminiProtocol,
    OpenAIProtocol,
    Reply,
    VendorServer,
    events,
    stream,
)

TEXT = Prompt(system="You write posts.", task="Write one post.", max_tokens=500, temperature=0.2)
OPEN = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
CLOSED = {**OPEN, "additionalProperties": False}
FREE_MAP = {"type": "object", "additionalProperties": {"type": "string"}}


def with_schema(schema: dict[str, Any]) -> Prompt:
    return TEXT.model_copy(update={"schema_": schema})


@pytest.fixture
def openai(server: VendorServer) -> Desk:
    return Desk(server, OpenAIProtocol())


@pytest.fixture
def anthropic(server: VendorServer) -> Desk:
    return Desk(server, AnthropicProtocol())


@pytest.fixture
def gemini(server: VendorServer) -> Desk:
    return Desk(server, GeminiProtocol())


@pytest.fixture
def compatible(server: VendorServer) -> Desk:
    return Desk(server, CompatibleProtocol())


class TestSurroundings:
    def test_nothing_from_other_settings_of_the_machine_is_sent(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        strays = ["OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY"]
        # An organisation of OpenAI is OpenAI's business, and nobody else's.
        strays += [] if desk.protocol.name == "openai" else ["OPENAI_ORG_ID", "OPENAI_PROJECT_ID"]
        for name in strays:
            monkeypatch.setenv(name, "stray-canary")
        for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_CLOUD_PROJECT"):
            monkeypatch.setenv(name, "stray-canary")
        for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        desk.server.say(desk.protocol.whole("Yes."))
        assert desk.vendor().complete(TEXT).text == "Yes."
        assert "stray-canary" not in json.dumps([desk.server.requests[0].headers, desk.server.requests[0].body])


class TestOpenAI:
    def test_a_thinking_model_gets_room_and_a_low_effort_and_no_temperature(self, openai: Desk) -> None:
        openai.server.say(openai.protocol.whole("Yes."))
        openai.vendor().complete(TEXT)
        body = openai.server.requests[0].body
        assert (body["reasoning_effort"], body["max_completion_tokens"]) == ("low", 4_500)
        assert "temperature" not in body

    @pytest.mark.parametrize("model", ["gpt-4.1-mini", "gpt-4o", "gpt-5-chat-latest"])
    def test_another_model_gets_the_temperature(self, openai: Desk, model: str) -> None:
        openai.server.say(openai.protocol.whole("Yes."))
        openai.vendor(model=model).complete(TEXT)
        body = openai.server.requests[0].body
        assert (body["temperature"], body["max_completion_tokens"]) == (0.2, 500)
        assert "reasoning_effort" not in body

    def test_a_parameter_that_the_model_does_not_know_is_left_out_from_then_on(self, openai: Desk) -> None:
        refusal = openai.protocol.error(400, "unsupported_parameter", "Unsupported parameter: 'reasoning_effort' is not supported.")
        openai.server.say(refusal, openai.protocol.whole("Yes."))
        vendor = openai.vendor()
        vendor.complete(TEXT)
        vendor.complete(TEXT)
        assert ["reasoning_effort" in request.body for request in openai.server.requests] == [True, False, False]

    def test_a_server_that_refuses_whatever_is_left_out_is_not_asked_forever(self, compatible: Desk) -> None:
        compatible.server.say(compatible.protocol.error(400, "", "temperature, response_format and json_schema are not supported"))
        with pytest.raises(ModelRejected):
            compatible.vendor().complete(with_schema(CLOSED))
        assert compatible.calls == 3

    def test_a_closed_schema_is_strict_and_an_open_one_is_not(self, openai: Desk) -> None:
        openai.server.say(openai.protocol.whole('{"n": 1}'))
        vendor = openai.vendor()
        for schema in (CLOSED, OPEN):
            vendor.complete(with_schema(schema))
        assert [r.body["response_format"]["json_schema"]["strict"] for r in openai.server.requests] == [True, False]

    def test_a_refusal_in_the_message(self, openai: Desk) -> None:
        message = {"role": "assistant", "content": None, "refusal": "I can't help with that."}
        openai.server.say(Reply(body=json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()))
        with pytest.raises(ModelDeclined):
            openai.vendor().complete(TEXT)

    def test_a_refusal_in_the_stream(self, openai: Desk) -> None:
        deltas = [{"refusal": "I can't"}, {"refusal": " help."}]
        said = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
        openai.server.say(stream(events([*said, {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}])))
        with pytest.raises(ModelDeclined):
            list(openai.vendor().stream(TEXT))

    def test_an_empty_account_is_a_429_that_waiting_does_not_cure(self, openai: Desk) -> None:
        openai.server.say(openai.protocol.error(429, "insufficient_quota"))
        with pytest.raises(ModelOutOfCredit):
            openai.vendor().complete(TEXT)
        assert openai.calls == 1

    def test_a_long_text(self, openai: Desk) -> None:
        openai.server.say(openai.protocol.error(400, "context_length_exceeded"))
        with pytest.raises(ModelRejected, match="too long"):
            openai.vendor().complete(TEXT)


class TestCompatible:
    def test_an_address_without_a_path_gets_the_usual_one(self, compatible: Desk) -> None:
        compatible.server.say(compatible.protocol.whole("Yes."))
        compatible.vendor(api_key=None).complete(TEXT)
        compatible.vendor(base_url=compatible.server.url + "/api/v2/").complete(TEXT)
        assert [request.path for request in compatible.server.requests] == ["/v1/chat/completions", "/api/v2/chat/completions"]

    def test_it_gets_the_names_that_every_server_knows(self, compatible: Desk) -> None:
        compatible.server.say(compatible.protocol.whole("Yes."))
        compatible.vendor(model="gpt-oss:20b").complete(TEXT)
        body = compatible.server.requests[0].body
        assert (body["max_tokens"], body["temperature"]) == (500, 0.2)
        assert not {"max_completion_tokens", "reasoning_effort"} & set(body)

    def test_an_error_in_another_shape(self, compatible: Desk) -> None:
        for body in (b'{"error": "model not found"}', b'{"detail": [1]}', b"404 page not found", b"[]"):
            compatible.server.say(Reply(404, body))
            with pytest.raises(ModelRejected, match="COMPATIBLE_MODEL"):
                compatible.vendor().complete(TEXT)

    @pytest.mark.parametrize("address", ["http://[::1", "http://host:port", "http:///", "\x00"])
    def test_an_address_that_cannot_be_read(self, compatible: Desk, address: str) -> None:
        with pytest.raises((ModelRejected, ModelUnavailable)):
            compatible.vendor(base_url=address).complete(TEXT)

    def test_a_model_that_thinks_aloud_before_its_json(self, compatible: Desk) -> None:
        compatible.server.say(compatible.protocol.whole('<think>{"n": 0}?</think>\n\n{"n": 1}'))
        assert compatible.vendor().complete(with_schema(CLOSED)).data == {"n": 1}


class TestAnthropic:
    def test_no_temperature_and_the_system_text_apart(self, anthropic: Desk) -> None:
        anthropic.server.say(anthropic.protocol.whole("Yes."))
        anthropic.vendor().complete(TEXT)
        body = anthropic.server.requests[0].body
        assert "temperature" not in body
        assert "output_config" not in body
        assert (body["model"], body["max_tokens"], body["system"]) == ("claude-sonnet-4-6", 500, "You write posts.")

    def test_a_thinking_model_gets_room_and_a_low_effort(self, anthropic: Desk) -> None:
        anthropic.server.say(anthropic.protocol.whole("Yes."))
        anthropic.vendor(model="claude-haiku-5-5").complete(TEXT)
        body = anthropic.server.requests[0].body
        assert (body["max_tokens"], body["output_config"]) == (4_500, {"effort": "low"})

    def test_a_free_map_is_not_forced_into_the_native_mode(self, anthropic: Desk) -> None:
        anthropic.server.say(anthropic.protocol.whole('{"any": "thing"}'))
        assert anthropic.vendor().complete(with_schema(FREE_MAP)).data == {"any": "thing"}
        assert anthropic.protocol.sent_schema(anthropic.server.requests[0]) is None

    def test_a_model_that_does_not_know_native_json(self, anthropic: Desk) -> None:
        refusal = anthropic.protocol.error(400, "invalid_request_error", "output_config.format: Extra inputs are not permitted")
        anthropic.server.say(refusal, anthropic.protocol.whole('{"n": 1}'))
        assert anthropic.vendor().complete(with_schema(CLOSED)).data == {"n": 1}
        assert anthropic.calls == 2

    def test_a_model_that_will_retire_still_works(self, anthropic: Desk) -> None:
        anthropic.server.say(anthropic.protocol.whole("Yes."))
        anthropic.vendor(model="claude-sonnet-4-5").complete(TEXT)  # the SDK's warning would be an error here
        assert anthropic.server.requests[0].body["model"] == "claude-sonnet-4-5"

    def test_a_stop_reason_without_message_stop_is_cut_off(self, anthropic: Desk) -> None:
        anthropic.server.say(stream(anthropic.protocol.pieces(["Yes."])[:-1]))
        with pytest.raises(ModelCutOff):
            list(anthropic.vendor().stream(TEXT))

    def test_overloaded_is_busy(self, anthropic: Desk) -> None:
        anthropic.server.say(anthropic.protocol.error(529, "overloaded_error"))
        with pytest.raises(ModelBusy):
            anthropic.vendor().complete(TEXT)
        assert anthropic.calls == 3

    def test_no_credit_is_told_in_words(self, anthropic: Desk) -> None:
        anthropic.server.say(anthropic.protocol.error(400, "invalid_request_error", "Your credit balance is too low to access the API."))
        with pytest.raises(ModelOutOfCredit):
            anthropic.vendor().complete(TEXT)

    def test_cached_input_counts_as_input(self, anthropic: Desk) -> None:
        reply = anthropic.protocol.whole("Yes.")
        body = json.loads(reply.body)
        body["usage"] |= {"cache_creation_input_tokens": 30, "cache_read_input_tokens": 70}
        anthropic.server.say(Reply(body=json.dumps(body).encode()))
        assert anthropic.vendor().complete(TEXT).tokens.input == 200


class TestGemini:
    def test_the_version_is_pinned_whatever_the_base_url_says(self, gemini: Desk) -> None:
        gemini.server.say(gemini.protocol.whole("Yes."))
        for end in ("", "/", "/v1", "/v1beta/"):
            gemini.vendor(base_url=gemini.server.url + end).complete(TEXT)
        assert {request.path for request in gemini.server.requests} == {"/v1beta/models/gemini-2.5-flash:generateContent"}

    @pytest.mark.parametrize(
        ("model", "thinking"), [("gemini-2.5-flash", "thinkingbudget 1024"), ("gemini-3.8-flash", "thinkinglevel low")]
    )
    def test_thinking_is_kept_short_in_the_words_of_the_model(self, gemini: Desk, model: str, thinking: str) -> None:
        gemini.server.say(gemini.protocol.whole("Yes."))
        gemini.vendor(model=model).complete(TEXT)
        config = gemini.server.requests[0].body["generationConfig"]
        # The API takes camel and snake case alike, and the SDK mixes them.
        assert [f"{name} {value}".replace("_", "").lower() for name, value in config["thinkingConfig"].items()] == [thinking]
        assert (config["maxOutputTokens"], config["temperature"]) == (4_500, 0.2)

    def test_thoughts_are_not_part_of_the_answer(self, gemini: Desk) -> None:
        parts = [{"text": "Let me think.", "thought": True}, {"text": "Yes."}]
        body = {"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}]}
        gemini.server.say(Reply(body=json.dumps(body).encode()))
        assert gemini.vendor().complete(TEXT).text == "Yes."

    def test_a_blocked_prompt(self, gemini: Desk) -> None:
        gemini.server.say(Reply(body=b'{"promptFeedback": {"blockReason": "SAFETY"}}'))
        with pytest.raises(ModelDeclined):
            gemini.vendor().complete(TEXT)

    def test_a_finish_reason_nobody_knows_yet(self, gemini: Desk) -> None:
        gemini.server.say(gemini.protocol.whole("Half", finish="BRAND_NEW"))
        with pytest.raises((ModelCutOff, ModelUnavailable)):
            gemini.vendor().complete(TEXT)

    def test_a_continuation_is_not_followed_behind_our_back(self, gemini: Desk) -> None:
        body = json.loads(gemini.protocol.whole("Half", finish="CONTINUATION").body)
        body["candidates"][0]["continuationToken"] = "AAAA"
        gemini.server.say(Reply(body=json.dumps(body).encode()))
        with pytest.raises(ModelCutOff):
            gemini.vendor().complete(TEXT)
        assert gemini.calls == 1

    def test_the_wait_stands_in_the_body(self, gemini: Desk) -> None:
        detail = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "41.5s"}
        body = {"error": {"code": 429, "message": "Quota", "status": "RESOURCE_EXHAUSTED", "details": [detail]}}
        gemini.server.say(Reply(429, json.dumps(body).encode()))
        with pytest.raises(ModelBusy) as caught:
            gemini.vendor().complete(TEXT)
        assert caught.value.retry_after == 41.5
        assert gemini.calls == 1

    def test_a_wrong_request_is_not_a_wrong_key(self, gemini: Desk) -> None:
        gemini.server.say(gemini.protocol.error(400, "INVALID_ARGUMENT", "Bad value."))
        with pytest.raises(ModelRejected):
            gemini.vendor().complete(TEXT)
        gemini.server.say(gemini.protocol.error(403, "PERMISSION_DENIED"))
        with pytest.raises(ModelRefusedKey) as caught:
            gemini.vendor().complete(TEXT)
        assert KEY not in str(caught.value)

    def test_a_schema_that_the_api_does_not_take(self, gemini: Desk) -> None:
        gemini.server.say(
            gemini.protocol.error(400, "INVALID_ARGUMENT", "Unknown name in response_json_schema"), gemini.protocol.whole('{"n": 1}')
        )
        assert gemini.vendor().complete(with_schema(CLOSED)).data == {"n": 1}
        assert [gemini.protocol.sent_schema(request) is None for request in gemini.server.requests] == [False, True]
