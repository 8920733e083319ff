"""Several vendors behind one model: order, fall-back, refused keys, and the spend cap."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from coexai_app.errors import CoexaiError, InvalidInput
from coexai_app.llm.base import Prompt
from coexai_app.llm.errors import BadAnswer, ModelBusy, ModelCutOff, ModelRefusedKey, ModelUnavailable, SpendCapReached
from coexai_app.llm.router import DEFAULT_MODELS, Router, from_settings
from tests.llm.vendor_server import KEY, AnthropicProtocol, CompatibleProtocol, Desk, OpenAIProtocol, VendorServer, stream

TEXT = Prompt(system="You write posts.", task="Write one post.", max_tokens=1_000)
NUMBER = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


@pytest.fixture
def first(server: VendorServer) -> Desk:
    return Desk(server, OpenAIProtocol())


@pytest.fixture
def second(second_server: VendorServer) -> Desk:
    return Desk(second_server, AnthropicProtocol())


def router(*desks: Desk, cap_micros: int | None = None) -> Router:
    return Router([desk.vendor() for desk in desks], cap_micros=cap_micros, sleep=lambda seconds: None)


class TestFallBack:
    def test_the_first_vendor_answers(self, first: Desk, second: Desk) -> None:
        first.server.say(first.protocol.whole("Yes."))
        models = router(first, second)
        assert models.complete(TEXT).provider == "openai"
        assert (models.provider, models.model) == ("openai", "gpt-5.4-mini")
        assert second.calls == 0

    @pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
    def test_the_next_one_stands_in(self, first: Desk, second: Desk, status: int) -> None:
        first.server.say(first.protocol.error(status))
        second.server.say(second.protocol.whole("Yes."))
        answer = router(first, second).complete(TEXT)
        assert (answer.provider, answer.text) == ("anthropic", "Yes.")

    def test_a_vendor_that_refused_its_key_is_not_asked_again(self, first: Desk, second: Desk) -> None:
        first.server.say(first.protocol.refused_key())
        second.server.say(second.protocol.whole("Yes."))
        models = router(first, second)
        models.complete(TEXT)
        models.complete(TEXT)
        assert (first.calls, second.calls) == (1, 2)
        assert models.provider == "anthropic"

    def test_all_keys_refused_is_told_every_time_without_a_call(self, first: Desk) -> None:
        first.server.say(first.protocol.refused_key())
        models = router(first)
        for _ in range(2):
            with pytest.raises(ModelRefusedKey, match="OPENAI_API_KEY"):
                models.complete(TEXT)
        assert first.calls == 1

    def test_a_bad_answer_goes_to_the_next_vendor_too(self, first: Desk, second: Desk) -> None:
        first.server.say(first.protocol.whole("no number"))
        second.server.say(second.protocol.whole('{"n": 1}'))
        answer = router(first, second).complete(TEXT.model_copy(update={"schema_": NUMBER}))
        assert answer.data == {"n": 1}
        assert (answer.tokens.input, answer.tokens.output) == (400, 80)
        assert first.calls == 3

    def test_when_all_fail_the_error_says_whether_a_later_try_can_help(self, first: Desk, second: Desk) -> None:
        first.server.say(first.protocol.error(429, retry_after="90"))
        second.server.say(second.protocol.refused_key())
        with pytest.raises(ModelBusy) as caught:
            router(first, second).complete(TEXT)
        assert caught.value.retry_after == 90
        first.server.say(first.protocol.refused_key())
        with pytest.raises(ModelRefusedKey):
            router(first, second).complete(TEXT)

    def test_two_busy_vendors_name_the_shorter_wait(self, first: Desk, second: Desk) -> None:
        first.server.say(first.protocol.error(429, retry_after="90"))
        second.server.say(second.protocol.error(529, retry_after="45"))
        with pytest.raises(ModelBusy) as caught:
            router(first, second).complete(TEXT)
        assert caught.value.retry_after == 45

    def test_every_attempt_is_recorded(self, first: Desk, second: Desk) -> None:
        first.server.say(first.protocol.error(500))
        second.server.say(second.protocol.whole("Yes."))
        models = router(first, second)
        models.complete(TEXT)
        assert [(a.provider, a.outcome) for a in models.attempts] == [("openai", "MODEL_UNAVAILABLE")] * 3 + [("anthropic", "ok")]
        assert models.attempts[-1].tokens.output == 20
        assert KEY not in repr(models) + repr(models.attempts)

    def test_a_stream_falls_back_before_its_first_piece_only(self, first: Desk, second: Desk) -> None:
        first.server.say(first.protocol.error(500))
        second.server.say(stream(second.protocol.pieces(["Yes."])))
        assert "".join(chunk.text for chunk in router(first, second).stream(TEXT)) == "Yes."
        first.server.say(stream(first.protocol.pieces(["Half"], finish=None)))
        with pytest.raises(ModelCutOff):
            list(router(first, second).stream(TEXT))
        assert second.calls == 1


class TestTheSpendCap:
    def test_spent_is_the_sum_of_the_calls_at_list_prices(self, first: Desk) -> None:
        first.server.say(first.protocol.whole("Yes."))
        models = router(first)
        models.complete(TEXT)
        models.complete(TEXT)
        assert models.spent_micros == 2 * first.protocol.cost

    def test_a_call_that_could_pass_the_cap_is_not_made(self, first: Desk) -> None:
        first.server.say(first.protocol.whole("Yes."))
        with pytest.raises(SpendCapReached) as caught:
            router(first, cap_micros=4_500).complete(TEXT)
        assert caught.value.permanent
        assert "MODEL_SPEND_CAP_CENTS" in caught.value.message
        assert first.calls == 0

    def test_the_cap_holds_over_the_calls_of_a_job(self, first: Desk) -> None:
        first.server.say(first.protocol.whole("Yes.", tokens=(1_000, 4_000)))
        models = router(first, cap_micros=60_000)
        models.complete(TEXT)
        models.complete(TEXT)
        with pytest.raises(SpendCapReached):
            models.complete(TEXT)
        assert models.spent_micros == 2 * (1_000 * 0.75 + 4_000 * 4.5)
        assert first.calls == 2

    def test_a_long_source_counts_before_it_is_sent(self, first: Desk) -> None:
        first.server.say(first.protocol.whole("Yes."))
        with pytest.raises(SpendCapReached):
            router(first, cap_micros=100_000).complete(TEXT.model_copy(update={"data": {"source": "word " * 100_000}}))
        assert first.calls == 0

    def test_a_failed_call_that_told_its_usage_counts(self, first: Desk) -> None:
        first.server.say(first.protocol.whole("Half", finish=None), first.protocol.whole("Yes."))
        models = router(first)
        models.complete(TEXT)
        assert models.spent_micros == 2 * first.protocol.cost

    def test_repairs_stop_at_the_cap(self, first: Desk) -> None:
        first.server.say(first.protocol.whole("no number", tokens=(1_000, 4_000)))
        with pytest.raises(SpendCapReached):
            router(first, cap_micros=30_000).complete(TEXT.model_copy(update={"schema_": NUMBER}))
        assert first.calls == 1

    def test_a_cheaper_vendor_may_still_fit(self, first: Desk, second: Desk) -> None:
        # OpenAI's model thinks first, so that its answer may take five times the tokens.
        second.server.say(second.protocol.whole("Yes."))
        assert router(first, second, cap_micros=16_000).complete(TEXT).provider == "anthropic"
        assert first.calls == 0

    def test_a_model_without_a_price_is_counted_at_an_assumed_one(self, server: VendorServer) -> None:
        desk = Desk(server, CompatibleProtocol())
        server.say(desk.protocol.whole("Yes."))
        models = router(desk, cap_micros=1_000_000)
        assert models.complete(TEXT).tokens.cost_micros is None
        assert models.spent_micros == 100 * 5 + 20 * 30
        with pytest.raises(SpendCapReached):
            router(desk, cap_micros=29_000).complete(TEXT)

    def test_cut_off_answers_without_usage_use_the_cap_up(self, first: Desk) -> None:
        first.server.say(stream(first.protocol.pieces(["word " * 3_000], finish=None)))
        models = router(first, cap_micros=30_000)
        for _ in range(2):
            with pytest.raises((ModelCutOff, SpendCapReached)):
                list(models.stream(TEXT))
        assert first.calls == 1
        assert models.spent_micros == 0


def settings(**changed: Any) -> Any:
    names = ("openai", "anthropic", "gemini", "compatible")
    base: dict[str, Any] = {
        f"{name}_{what}": None if what == "api_key" else "" for name in names for what in ("api_key", "model", "base_url")
    }
    rest = {"model_order": "openai,anthropic,gemini,compatible", "model_timeout_seconds": 120, "model_spend_cap_cents": 50}
    return SimpleNamespace(**{**base, **rest, **changed})


class TestFromSettings:
    def test_nothing_configured_is_no_router(self) -> None:
        assert from_settings(settings()) is None
        assert from_settings(settings(openai_api_key=SecretStr(""), gemini_api_key=SecretStr("  "))) is None

    def test_the_order_decides_and_leaves_out(self) -> None:
        keys = {f"{name}_api_key": SecretStr(KEY) for name in ("openai", "anthropic", "gemini")}
        models = from_settings(settings(**keys, model_order=" gemini, openai ,gemini"))
        assert models is not None
        assert models.provider == "gemini"
        assert repr(models) == f"Router([Gemini(model={DEFAULT_MODELS['gemini']!r}), OpenAI(model={DEFAULT_MODELS['openai']!r})])"

    def test_an_order_with_an_unknown_name(self) -> None:
        with pytest.raises(InvalidInput, match="MODEL_ORDER names 'mistral'"):
            from_settings(settings(model_order="openai,mistral"))

    def test_a_compatible_server_needs_an_address_and_a_model_but_no_key(self, server: VendorServer) -> None:
        desk = Desk(server, CompatibleProtocol())
        server.say(desk.protocol.whole("Yes."))
        models = from_settings(settings(compatible_base_url=server.url, compatible_model="qwen3:8b"))
        assert models is not None
        assert models.complete(TEXT).provider == "compatible"
        with pytest.raises(InvalidInput, match="COMPATIBLE_MODEL is empty"):
            from_settings(settings(compatible_base_url=server.url))

    def test_the_cap_is_in_cents(self) -> None:
        models = from_settings(settings(openai_api_key=SecretStr(KEY), model_spend_cap_cents=0))
        assert models is not None
        with pytest.raises(SpendCapReached):
            models.complete(TEXT)

    def test_the_real_settings_fit(self) -> None:
        from coexai_app.settings import Settings

        configured = Settings(openai_api_key=SecretStr(KEY), model_order="openai")
        models = from_settings(configured)
        assert models is not None
        assert models.model == configured.openai_model


class TestImports:
    def test_no_sdk_and_no_http_library_is_loaded(self) -> None:
        heavy = "{'openai', 'anthropic', 'google.genai', 'httpx', 'httpx2', 'jsonschema', 'json_repair', 'reflex'}"
        code = f"import sys, coexai_app.llm, coexai_app.llm.router; print(sorted({heavy} & set(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"

    def test_every_error_is_one_that_the_doors_can_translate(self) -> None:
        for kind in (ModelBusy, ModelCutOff, ModelRefusedKey, ModelUnavailable, BadAnswer, SpendCapReached):
            error = kind("What happened.")
            assert isinstance(error, CoexaiError)
            assert error.message == "What happened."
