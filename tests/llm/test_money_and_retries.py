"""Prices, the meter, and the waits between tries."""

from __future__ import annotations

import pickle
import threading
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest

from coexai_app.llm import errors
from coexai_app.llm.base import Tokens
from coexai_app.llm.errors import (
    ModelBusy,
    ModelCutOff,
    ModelError,
    ModelOutOfRoom,
    ModelRefusedKey,
    ModelUnavailable,
    SpendCapReached,
    of_status,
)
from coexai_app.llm.meter import Attempt, Meter
from coexai_app.llm.prices import PRICES, cost_micros, price_of
from coexai_app.llm.retry import Retry, retry_after
from coexai_app.llm.router import DEFAULT_MODELS

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class TestPrices:
    def test_a_known_cost(self) -> None:
        # 1,000 tokens in at $0.75 and 2,000 out at $4.50 per million.
        assert cost_micros("gpt-5.4-mini", 1_000, 2_000) == 9_750

    def test_a_snapshot_costs_what_its_model_costs(self) -> None:
        assert price_of("gpt-5.4-mini-2026-03-17") == price_of("gpt-5.4-mini") != price_of("gpt-5.4")
        assert price_of("claude-haiku-4-5-20251001") == price_of("claude-haiku-4-5")
        assert price_of("models/gemini-2.5-flash") == price_of("gemini-2.5-flash")

    @pytest.mark.parametrize("model", ["qwen3:8b", "", "gpt-5.4-mini-turbo", "gpt", "my-gpt-5.4-mini"])
    def test_an_unknown_model_has_none(self, model: str) -> None:
        assert price_of(model) is None
        assert cost_micros(model, 10, 10) is None

    def test_a_long_prompt_costs_more(self) -> None:
        assert cost_micros("claude-haiku-5-5", 100_000, 0) == 10_000
        assert cost_micros("claude-haiku-5-5", 100_001, 0) == 50_001

    def test_a_launch_price_ends_on_its_day(self) -> None:
        assert cost_micros("gemini-3.8-flash", 1_000_000, 0, on=date(2026, 12, 31)) == 750_000
        assert cost_micros("gemini-3.8-flash", 1_000_000, 0, on=date(2027, 1, 1)) == 1_500_000

    def test_a_cost_is_rounded_up(self) -> None:
        assert cost_micros("gpt-6-luna", 1, 0) == 1

    def test_the_table_is_whole(self) -> None:
        for name, rows in PRICES.items():
            assert rows[-1].until is None, name
            assert all(0 < row.input <= row.output and bool(row.long_over) == bool(row.long_input) for row in rows), name
        assert all(price_of(model) for model in DEFAULT_MODELS.values())


class TestMeter:
    def test_many_threads_cannot_pass_the_cap_together(self) -> None:
        meter, admitted = Meter(cap_micros=10 * 4_500), []

        def call() -> None:
            try:
                admitted.append(meter.reserve("gpt-5.4-mini", size=0, max_tokens=1_000))
            except SpendCapReached:
                return

        threads = [threading.Thread(target=call) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(admitted) == 10

    def test_what_was_set_aside_is_free_again_after_a_cheap_call(self) -> None:
        meter = Meter(cap_micros=5_000)
        for _ in range(5):
            reserved = meter.reserve("gpt-5.4-mini", size=0, max_tokens=1_000)
            meter.settle(reserved, Attempt("openai", "gpt-5.4-mini", "ok", 1, Tokens(input=10, output=10)))
        assert meter.spent_micros == 5 * 53

    def test_the_message_says_the_amounts(self) -> None:
        with pytest.raises(SpendCapReached, match=r"may spend \$0\.50 on models; \$0 .*|may spend \$0\.50 on models; \$0\.00 is spent"):
            Meter(cap_micros=500_000).reserve("claude-opus-5", size=0, max_tokens=100_000)


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [("3", 3), ("0", 0), ("1.5", 1.5), ("-4", 0), ("", None), ("soon", None), ("nan", None), ("inf", None), ("Mon, 99 Foo 2026", None)],
    )
    def test_values(self, text: str, seconds: float | None) -> None:
        assert retry_after({"retry-after": text}, now=NOW) == seconds

    def test_a_date(self) -> None:
        assert retry_after({"retry-after": format_datetime(NOW + timedelta(seconds=20), usegmt=True)}, now=NOW) == 20
        assert retry_after({"retry-after": format_datetime(NOW - timedelta(days=9), usegmt=True)}, now=NOW) == 0
        assert retry_after({"retry-after": "Sun, 22 Nov 2026 12:00:05"}, now=NOW) == 5

    def test_milliseconds_win(self) -> None:
        assert retry_after({"retry-after-ms": "250", "retry-after": "9"}) == 0.25
        assert retry_after({}) is None


class TestWaits:
    def test_they_double_up_to_the_ceiling_with_full_jitter(self) -> None:
        policy, error = Retry(tries=9), ModelUnavailable("x")
        assert [policy.wait(error, n, chance=lambda: 1.0) for n in range(1, 7)] == [1, 2, 4, 8, 8, 8]
        assert policy.wait(error, 3, chance=lambda: 0.0) == 0.1

    def test_the_last_try_is_the_last(self) -> None:
        assert Retry().wait(ModelUnavailable("x"), 3) is None

    def test_the_vendors_word_counts_up_to_thirty_seconds(self) -> None:
        assert Retry().wait(ModelBusy("x", retry_after=30), 1) == 30
        assert Retry().wait(ModelBusy("x", retry_after=30.5), 1) is None

    @pytest.mark.parametrize("error", [ModelRefusedKey("x"), ModelOutOfRoom("x"), SpendCapReached("x")])
    def test_some_errors_are_never_tried_again(self, error: ModelError) -> None:
        assert error.permanent
        assert Retry().wait(error, 1) is None

    def test_a_cut_off_answer_is(self) -> None:
        assert Retry().wait(ModelCutOff("x"), 1) is not None


class TestErrors:
    def test_a_vendors_code_is_kept_only_when_it_is_a_plain_word(self) -> None:
        plain = of_status(400, title="V", setting="V", model="m", code="model_not_found")
        assert plain.details["vendor_code"] == "model_not_found"
        assert "vendor_code" not in of_status(400, title="V", setting="V", model="m", code="sk-1 is <b>wrong</b>").details

    def test_a_long_text_is_named_as_such(self) -> None:
        assert "too long" in of_status(400, title="V", setting="V", model="m", code="context_length_exceeded").message

    def test_every_kind_survives_pickling(self) -> None:
        kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, ModelError)]
        for kind in kinds:
            copy = pickle.loads(pickle.dumps(kind("What happened.")))
            assert (type(copy), copy.message, copy.permanent) == (kind, "What happened.", kind.permanent)
