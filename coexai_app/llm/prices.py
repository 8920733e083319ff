"""List prices of models, in millionths of a US dollar per million tokens; read by the meter.

Collected on 2026-11-22 from public copies of the vendors' price pages (OpenAI, Anthropic, Google), not from the pages themselves:
they are for the spending cap and the receipt, the vendor's bill decides. Text, standard tier; cached input counts at the full price.
A model without a row has no known price.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType

PRICES_AS_OF = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class Price:
    """Micros of a dollar per million tokens. Above `long_over` input tokens the whole request costs the long prices."""

    input: int
    output: int
    long_over: int = 0
    long_input: int = 0
    long_output: int = 0
    until: date | None = None

    def cost(self, input_tokens: int, output_tokens: int) -> int:
        """Micros of a dollar, rounded up."""
        is_long = bool(self.long_over) and input_tokens > self.long_over
        per_input, per_output = (self.long_input, self.long_output) if is_long else (self.input, self.output)
        return -(-(input_tokens * per_input + output_tokens * per_output) // 1_000_000)


def _usd(input_: float, output: float, *, over: int = 0, long: tuple[float, float] = (0, 0), until: date | None = None) -> Price:
    per_input, per_output, long_input, long_output = (round(usd * 1_000_000) for usd in (input_, output, *long))
    return Price(per_input, per_output, over, long_input, long_output, until)


_OPENAI_LONG = 272_000
_GEMINI_LONG = 200_000

PRICES: Mapping[str, tuple[Price, ...]] = MappingProxyType(
    {
        "gpt-6-astra": (_usd(10, 50, over=_OPENAI_LONG, long=(20, 75)),),
        "gpt-6.1-sol": (_usd(2, 10, over=_OPENAI_LONG, long=(4, 15)),),
        "gpt-6-sol": (_usd(2, 10, over=_OPENAI_LONG, long=(4, 15)),),
        "gpt-6-luna": (_usd(0.10, 0.50, over=_OPENAI_LONG, long=(0.20, 0.75)),),
        "gpt-5.6-sol": (_usd(4, 20, over=_OPENAI_LONG, long=(8, 30)),),
        "gpt-5.6-terra": (_usd(2, 12, over=_OPENAI_LONG, long=(4, 18)),),
        "gpt-5.6-luna": (_usd(0.20, 1.20, over=_OPENAI_LONG, long=(0.40, 1.80)),),
        "gpt-5.5": (_usd(5, 30),),
        "gpt-5.4": (_usd(2.50, 15),),
        "gpt-5.4-mini": (_usd(0.75, 4.50),),
        "gpt-5.4-nano": (_usd(0.20, 1.25),),
        "gpt-5": (_usd(1.25, 10),),
        "gpt-5-mini": (_usd(0.25, 2),),
        "gpt-4.1": (_usd(2, 8),),
        "gpt-4.1-mini": (_usd(0.40, 1.60),),
        "gpt-4o": (_usd(2.50, 10),),
        "gpt-4o-mini": (_usd(0.15, 0.60),),
        "claude-fable-5-1": (_usd(10, 50),),
        "claude-fable-5": (_usd(10, 50),),
        "claude-opus-5-5": (_usd(4, 20),),
        "claude-opus-5": (_usd(5, 25),),
        "claude-opus-4-8": (_usd(5, 25),),
        "claude-opus-4-7": (_usd(5, 25),),
        "claude-opus-4-6": (_usd(5, 25),),
        "claude-sonnet-5-5": (_usd(2, 10),),
        "claude-sonnet-5": (_usd(2, 10),),
        "claude-sonnet-4-6": (_usd(3, 15),),
        "claude-sonnet-4-5": (_usd(3, 15),),
        "claude-haiku-5-5": (_usd(0.10, 0.50, over=100_000, long=(0.50, 2.50)),),
        "claude-haiku-4-5": (_usd(1, 5),),
        "gemini-4-argon": (_usd(2, 10, until=date(2026, 11, 30)), _usd(4, 20)),
        "gemini-3.8-flash": (_usd(0.75, 3.75, until=date(2026, 12, 31)), _usd(1.50, 7.50)),
        "gemini-3.5-flash": (_usd(1.50, 9),),
        "gemini-3.5-flash-lite": (_usd(0.30, 2.50),),
        "gemini-3.1-pro-preview": (_usd(2, 12, over=_GEMINI_LONG, long=(4, 18)),),
        "gemini-2.5-pro": (_usd(1.25, 10, over=_GEMINI_LONG, long=(2.50, 15)),),
        "gemini-2.5-flash": (_usd(0.30, 2.50),),
        "gemini-2.5-flash-lite": (_usd(0.10, 0.40),),
    }
)

ASSUMED = _usd(5, 30)
"""What the spend cap counts for a model without a known price: dearer than all but the largest models above."""

_SNAPSHOT = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest|001|002)$")


def price_of(model: str, *, on: date | None = None) -> Price | None:
    """The list price of a model, also of its dated snapshots ("gpt-5.4-mini-2026-03-17"); None when it is not known."""
    name = model.strip().lower().removeprefix("models/")
    rows = PRICES.get(name) or PRICES.get(_SNAPSHOT.sub("", name))
    if rows is None:
        return None
    day = on or datetime.now(UTC).date()
    return next(row for row in rows if row.until is None or day <= row.until)


def cost_micros(model: str, input_tokens: int, output_tokens: int, *, on: date | None = None) -> int | None:
    """Micros of a dollar for one call, or None when the model has no known price."""
    price = price_of(model, on=on)
    return price.cost(input_tokens, output_tokens) if price else None
