"""How often the ledger compared two places, so that tests can see what a text costs without a clock."""

from __future__ import annotations

from collections import Counter

COUNTS: Counter[str] = Counter()
