"""What the calls of one job cost, and the cap that they may not pass; the router owns one, `ask` writes to it."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from coexai_app.llm.base import Tokens
from coexai_app.llm.errors import SpendCapReached
from coexai_app.llm.prices import ASSUMED, price_of

MICROS_PER_CENT = 10_000
BYTES_PER_TOKEN = 3
"""Input is estimated at one token for three bytes of UTF-8: above what tokenizers need for Latin, Cyrillic, CJK text and code."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One HTTP call to a vendor. `outcome` is "ok" or the code of the error; `tokens` is what the vendor said it used."""

    provider: str
    model: str
    outcome: str
    ms: int
    tokens: Tokens


class Meter:
    """Counts attempts and money, in micros of a dollar. `cap_micros` None means no cap. Safe to share between threads."""

    def __init__(self, cap_micros: int | None = None) -> None:
        self.cap_micros = cap_micros
        self._lock = threading.Lock()
        self._spent = 0
        self._held = 0
        self._attempts: list[Attempt] = []

    @property
    def spent_micros(self) -> int:
        """What the vendors reported, at list prices; a model without a known price counts at `prices.ASSUMED`."""
        return self._spent

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        return tuple(self._attempts)

    def reserve(self, model: str, *, size: int, max_tokens: int) -> int:
        """Sets aside the most that a call with `size` bytes of input and `max_tokens` of output can cost, until `settle`.

        Raises SpendCapReached when that could pass the cap.
        """
        return self.hold((price_of(model) or ASSUMED).cost(-(-size // BYTES_PER_TOKEN), max_tokens))

    def hold(self, most: int) -> int:
        """Sets aside micros that a call can cost, until `settle` or `spend`. Raises SpendCapReached when that could pass the cap."""
        with self._lock:
            counted = self._spent + self._held
            if self.cap_micros is None or counted + most <= self.cap_micros:
                self._held += most
                return most
        raise SpendCapReached(
            f"This job may spend {_usd(self.cap_micros)} on models; {_usd(counted)} is spent, and the next step could cost "
            f"{_usd(most)}. Use a shorter source, or raise MODEL_SPEND_CAP_CENTS.",
            cap_micros=self.cap_micros,
            spent_micros=counted,
            next_micros=most,
        )

    def settle(self, reserved: int, attempt: Attempt, *, unreported: int = 0) -> None:
        """Replaces what was set aside by what the vendor reported.

        `unreported` are micros that a vendor probably billed without saying so (a cut-off answer): they count against the cap only.
        """
        used = attempt.tokens
        with self._lock:
            self._attempts.append(attempt)
            self._held += unreported - reserved
            if used.input or used.output:
                self._spent += (price_of(attempt.model) or ASSUMED).cost(used.input, used.output)

    def spend(self, held: int, used: int) -> None:
        """Replaces what was set aside by what a call cost whose price is not by tokens."""
        with self._lock:
            self._held -= held
            self._spent += used

    def carry(self, spent: int) -> None:
        """What earlier tries of the job spent counts, too."""
        with self._lock:
            self._spent += spent


def estimate(model: str, *, size: int, received: int) -> int:
    """Micros for a call whose usage is not known, from its bytes sent and received."""
    return (price_of(model) or ASSUMED).cost(-(-size // BYTES_PER_TOKEN), -(-received // BYTES_PER_TOKEN))


def _usd(micros: int) -> str:
    return f"${micros / 1_000_000:.2f}" if micros >= 10_000 or micros == 0 else f"${micros / 1_000_000:.4f}"
