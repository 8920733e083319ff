"""An hour counts nothing: the word behind "at ten" is not its noun."""

from __future__ import annotations

import pytest

from coexai_app import extract
from coexai_app.agents.report import ClaimStatus
from coexai_app.agents.text.claims import ledger

SOURCE = "We hold back a quarter of the dough and bake it at ten. Twelve shops sell our rye. The market opens at 9 on Fridays."


@pytest.mark.parametrize("said", ["The second bake at ten made the difference.", "The market at 9 made us early risers."])
def test_a_verb_behind_an_hour_is_not_what_is_counted(said: str) -> None:
    assert all(claim.status is ClaimStatus.SUPPORTED for claim in ledger([said], extract.read_text(SOURCE)))


def test_another_hour_is_still_found() -> None:
    claims = ledger(["The second bake at eleven made the difference."], extract.read_text(SOURCE))
    assert [(c.text, c.status) for c in claims] == [("eleven", ClaimStatus.UNSUPPORTED)]
