"""Cases of the ledger that people meet: round numbers, short names, names that changed places, weekdays, German nouns."""

from __future__ import annotations

import pytest

from coexai_app.agents.report import ClaimStatus
from coexai_app.agents.text.claims import ledger
from coexai_app.extract.document import Block, BlockKind, Document, SourceKind

CITY = (
    "The city has 2,950,000 inhabitants. Marta Ruiz is its mayor, and Jonas Weber leads the council. "
    "The council met on Tuesday, 5 March 2024."
)
BAKERY = (
    "Die Bäckerei Nordlicht in Kiel verkauft 1.200 Brote pro Woche. Inhaberin Svenja Petersen zählte am Dienstag 412 Anrufe. "
    "Der Lehrling Tom Krause räumt das Lager auf."
)
PHONE = (
    "For eleven years, Marta Ruiz took every order by phone. In March 2024 she counted 412 calls in one week. "
    "Her brother Pablo Ruiz bakes. On Friday he sold 90 loaves."
)


def supported(source: str, text: str, language: str = "en") -> bool:
    block = Block(kind=BlockKind.PARAGRAPH, start=0, end=len(source))
    document = Document(kind=SourceKind.TEXT, text=source, blocks=(block,), language=language)
    return all(claim.status is ClaimStatus.SUPPORTED for claim in ledger([text], document))


@pytest.mark.parametrize("number", ["about 3 million", "almost 3 million", "around three million", "2.95 million", "over 2.9 million"])
def test_a_rounded_number_holds(number: str) -> None:
    assert supported(CITY, f"The city has {number} inhabitants.")


@pytest.mark.parametrize("number", ["4 million", "about 2 million", "more than 3 million", "about 3 billion", "around four million"])
def test_another_number_does_not(number: str) -> None:
    assert not supported(CITY, f"The city has {number} inhabitants.")


@pytest.mark.parametrize(
    "text",
    [
        "Ruiz is its mayor.",
        "The council met on Tuesday.",
        "The council met in March.",
        "Weber leads the council.",
        "Mayor Marta Ruiz met the council.",
    ],
)
def test_a_shorter_name_or_date_holds(text: str) -> None:
    assert supported(CITY, text)


@pytest.mark.parametrize(
    "text",
    [
        "Ruiz leads the council.",
        "Marta Ruiz leads the council.",
        "The council met on Wednesday.",
        "The council met on Monday, 5 March 2024.",
    ],
)
def test_names_that_changed_places_and_other_weekdays_do_not(text: str) -> None:
    assert not supported(CITY, text)


@pytest.mark.parametrize(
    "text", ["Marta Ruiz counted 412 calls.", "In March 2024 Marta Ruiz counted 412 calls.", "Pablo Ruiz sold 90 loaves on Friday."]
)
def test_a_name_may_stand_for_a_pronoun(text: str) -> None:
    assert supported(PHONE, text)


@pytest.mark.parametrize(
    "text", ["Pablo Ruiz took every order by phone.", "Pablo sold 90 loaves on Saturday.", "She counted 412 calls in May 2024."]
)
def test_a_namesake_is_somebody_else(text: str) -> None:
    assert not supported(PHONE, text)


@pytest.mark.parametrize("text", ["Der Teig ruht, und die Brote sind gut.", "Das Team der Bäckerei freut sich über jede Bestellung.",
                                  "Am Dienstag zählte Petersen 412 Anrufe."])  # fmt: skip
def test_german_nouns_are_no_names(text: str) -> None:
    assert supported(BAKERY, text, "de")


@pytest.mark.parametrize("text", ["Tom Krause zählte 412 Anrufe.", "Die Konditorei Südlicht in Kiel verkauft 1.200 Brote.",
                                  "Am Mittwoch zählte Svenja Petersen 412 Anrufe."])  # fmt: skip
def test_but_german_names_are(text: str) -> None:
    assert not supported(BAKERY, text, "de")
