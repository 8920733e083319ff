"""The claim ledger: every number, date, name, quote and link of an output, looked up in its source.

Agents call `ledger` in their check step; `find` says what is checkable in a text. No model, no network, no database.
"""

from __future__ import annotations

from .book import find, ledger
from .mention import Day, Mention, Quantity, Unit

__all__ = ["Day", "Mention", "Quantity", "Unit", "find", "ledger"]
