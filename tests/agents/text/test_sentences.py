"""Where sentences end, in seven languages and in others."""

from __future__ import annotations

import pytest

from coexai_app.agents.text import sentences
from coexai_app.extract import read_text

CASES = [
    ("en", ["Dr. Smith paid $3.50 at 6 p.m. on Monday.", "The U.S. economy grew 2.5 percent.", "He met J. K. Rowling."]),
    ("en", ["“Really?” she asked.", "“Yes!”", "He left."]),
    ("en", ["We open at 6 p.m.", "The doors close at 9.", "Visit example.com."]),
    ("en", ["It was good...", "But not great.", "Wait… what?"]),
    ("en", ["Use flour, e.g. rye.", "I like vitamin C.", "The end."]),
    ("en", ["Acme Inc. said so.", "It costs £3.", "No. 5 is closed."]),
    (
        "de",
        ["Am 8. April 2024 kamen 12 Gäste.", "Es gab z. B. Kuchen, d.h. viel Zucker.", "Prof. Dr. Müller kam um 8 Uhr.", "Wir zählten 14."],
    ),
    ("es", ["¿Qué pasó?", "¡Nada!", "El Sr. Pérez llegó a las 3.30 p.m. y habló.", "EE. UU. creció un 2,5 %.", "¿Y ahora?"]),
    ("fr", ["M. Dupont a dit « oui ».", "Il est parti à 8 h.", "C'est tout !"]),
    ("it", ["Il sig. Rossi vende il pane, p.es. la ciabatta.", "Costa 3,50 euro."]),
    ("pt", ["O Sr. Silva chegou às 8h.", "A Dra. Costa saiu.", "Foi assim."]),
    ("nl", ["Dhr. de Vries bakt o.a. brood.", "Het kost 3,50 euro."]),
    ("und", ["Ολα καλά.", "Πάμε!"]),
]


class TestSplit:
    @pytest.mark.parametrize(("language", "expected"), CASES)
    def test_ends_where_a_reader_ends(self, language: str, expected: list[str]) -> None:
        assert [s.text for s in sentences.split(" ".join(expected), language)] == expected

    def test_chinese_needs_no_spaces(self) -> None:
        assert [s.text for s in sentences.split("我们开了一家店。生意很好！你呢？", "zh")] == ["我们开了一家店。", "生意很好！", "你呢？"]

    @pytest.mark.parametrize(("language", "expected"), CASES)
    def test_places_are_right(self, language: str, expected: list[str]) -> None:
        text = "  " + "  ".join(expected)
        assert all(text[s.start : s.end] == s.text for s in sentences.split(text, language))

    def test_never_across_blocks_and_never_in_code(self) -> None:
        document = read_text("# A title\n\nFirst part without an end\n\n- An item.\n\n```python\nx = 1. + 2.\n```\n\nLast part.")
        found = sentences.of_document(document)
        assert [s.text for s in found] == ["First part without an end", "An item.", "Last part."]
        assert all(document.text[s.start : s.end] == s.text for s in found)
