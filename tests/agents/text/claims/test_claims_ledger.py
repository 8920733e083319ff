"""What the ledger calls supported, what it does not, and what it says about it."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from coexai_app.agents.report import Claim, ClaimKind, ClaimStatus
from coexai_app.agents.text.claims import find, ledger
from coexai_app.extract.document import Document, Link

BAKERY = (
    "Last spring Ana Bright started writing down what Brightwater Bakery in Leeds threw away at closing."
    " Fourteen percent of everything went in the bin."
    " Eleven weeks later it was six percent, down from fourteen.\n\n"
    "“We still baked twelve hundred loaves a week,” said Bright, who opened the shop with Marta Ruiz and Li Chen on 8 April 2019."
    " The ovens cost £9,000. Last year 2,950,000 people watched the video, and the shop took 412 calls and 87 orders a month.\n\n"
    "The World Health Organization has praised the notebook method. It takes 120 minutes a week. Prices are at https://brightwater.example/menu."
)


def source(text: str = BAKERY, language: str = "en", **fields: object) -> Document:
    return Document.model_validate({"kind": "text", "text": text, "blocks": (), "language": language, **fields})


def one(output: str, text: str = BAKERY, kind: ClaimKind | None = None, language: str = "en", **fields: object) -> Claim:
    """The only claim of an output (of a kind)."""
    found = [c for c in ledger([output], source(text, language, **fields)) if kind in (None, c.kind)]
    assert len(found) == 1, found
    return found[0]


def alarms(output: str, text: str = BAKERY, language: str = "en") -> list[str]:
    return [c.text for c in ledger([output], source(text, language)) if c.status is ClaimStatus.UNSUPPORTED]


class TestNumbers:
    def test_digits_are_supported_by_words_and_the_place_is_shown(self) -> None:
        claim = one("They baked 1,200 loaves.")
        assert claim.status is ClaimStatus.SUPPORTED
        assert claim.source is not None
        assert (claim.source.quote, claim.source.origin, claim.reason) == ("twelve hundred", "source", "written as words")
        assert BAKERY[claim.source.start : claim.source.end] == "twelve hundred"

    def test_an_ellipsis_of_the_unit_is_understood(self) -> None:
        assert alarms("Waste fell from 14% to 6% in 11 weeks.") == []

    @pytest.mark.parametrize(
        "output",
        [
            "They baked 1,300 loaves.",
            "Waste fell to 5%.",
            "The ovens cost $9,000.",
            "The ovens drew 9,000 visitors.",
            "14 loaves went in the bin.",
            "It took 11 days.",
        ],
    )
    def test_another_value_unit_or_currency_is_not(self, output: str) -> None:
        assert len(alarms(output)) == 1

    def test_units_convert(self) -> None:
        assert one("It takes 2 hours a week.").reason == "converted from 120 minutes"

    @pytest.mark.parametrize(
        "output", ["About 3 million people watched it.", "Nearly 3 million people watched.", "More than 2.9 million people watched."]
    )
    def test_a_hedge_allows_rounding(self, output: str) -> None:
        claim = one(output)
        assert claim.status is ClaimStatus.SUPPORTED
        assert claim.reason == "rounded from 2,950,000"

    @pytest.mark.parametrize(
        "output",
        [
            "3 million people watched.",
            "About 4 million people watched.",
            "More than 3 million people watched.",
            "Almost 2.9 million people watched.",
        ],
    )
    def test_no_hedge_too_far_or_the_wrong_direction_is_not_rounding(self, output: str) -> None:
        assert one(output).status is ClaimStatus.UNSUPPORTED

    def test_more_than_is_not_exactly(self) -> None:
        assert alarms("The shop took more than 412 calls.") == ["412"]

    def test_swapped_nouns_are_caught_and_named(self) -> None:
        claim = one("The shop took 412 orders.")
        assert claim.status is ClaimStatus.UNSUPPORTED
        assert claim.reason == "the source has 87 orders, not 412"

    def test_one_is_not_a_claim_and_a_writers_own_list_is_none_either(self) -> None:
        assert ledger(["One of them knew. No one else. Here are 3 lessons:"], source()) == ()

    @pytest.mark.parametrize(
        ("language", "text", "output"),
        [
            ("es", "Vendieron dos mil trescientos panes por 1.200 euros y un 14 por ciento se tiró.", "2.300 panes, 1200 €, 14 %."),
            (
                "de",
                "Es kamen einundzwanzig Leute, und der Umbau kostete 3,5 Millionen Euro, also 14 Prozent mehr.",
                "21 Leute, 3,5 Mio. Euro, 14 % mehr.",
            ),
            (
                "fr",
                "Il y avait quatre-vingt-dix-sept personnes et cela a coûté 1 200 euros, soit 14 pour cent.",
                "97 personnes, 1200 €, 14 %.",
            ),
            ("it", "Sono venute ventuno persone per due milioni di euro, il 14 per cento in più della fiera.", "21 persone, 14%."),
            ("nl", "Er kwamen eenentwintig mensen en het kostte 3,5 miljoen euro, dat is 14 procent meer van het geld.", "21 mensen, 14%."),
        ],
    )
    def test_languages_write_numbers_their_own_way(self, language: str, text: str, output: str) -> None:
        claims = [c for c in ledger([output], source(text, language)) if c.kind is ClaimKind.NUMBER]
        assert len(claims) >= 2
        assert [c.text for c in claims if c.status is ClaimStatus.UNSUPPORTED] == []

    def test_a_billion_is_long_in_german_and_short_in_english(self) -> None:
        text = "Das Unternehmen hat im Jahr drei Milliarden Euro verdient und das ist nicht wenig."
        assert alarms("Earnings were 3 billion euros in the year, they said.", text, "de") == []
        assert alarms("Das Unternehmen hat 3 Billionen Euro verdient und das ist viel.", text, "de") != []

    def test_a_version_and_a_time_are_compared_whole(self) -> None:
        text = "Release v2.3.1 came at 6:30 p.m. and needs Python 3.11."
        assert alarms("Version 2.3.1, out at 18:30, needs Python 3.11.", text) == []
        assert alarms("Release v2.3.2 came.", text) == ["v2.3.2"]
        assert alarms("It came at 6:30 a.m.", text) == ["6:30 a.m."]

    def test_a_value_between_the_words_of_another_is_caught(self) -> None:
        text = "Profit in the north rose 5% last year. Costs in the south fell 7% in the same time."
        assert alarms("Profit in the north rose 7% last year.", text) == ["7%"]


class TestDates:
    @pytest.mark.parametrize(
        "date",
        [
            "8 April 2019",
            "April 8, 2019",
            "2019-04-08",
            "8.4.2019",
            "08/04/2019",
            "8 de abril de 2019",
            "8. April 2019",
            "Monday, 8 April 2019",
        ],
    )
    def test_formats_match_each_other(self, date: str) -> None:
        claim = one(f"The shop opened on {date}.", kind=ClaimKind.DATE)
        assert claim.status is ClaimStatus.SUPPORTED
        assert claim.source is not None
        assert claim.source.quote == "8 April 2019"

    @pytest.mark.parametrize("date", ["April 2019", "2019"])
    def test_a_coarser_date_follows_from_a_finer_one(self, date: str) -> None:
        assert one(f"The shop opened in {date}.").reason == "part of 8 April 2019"

    @pytest.mark.parametrize("date", ["9 April 2019", "8 May 2019", "8 April 2018", "Tuesday, 8 April 2019"])
    def test_another_date_is_not_supported(self, date: str) -> None:
        assert one(f"The shop opened on {date}.").status is ClaimStatus.UNSUPPORTED

    def test_a_finer_date_never_follows(self) -> None:
        assert alarms("It opened on 3 May 2020.", "It opened in May 2020.") == ["3 May 2020"]

    def test_the_pages_own_date_counts_and_says_where_it_is_from(self) -> None:
        claim = one("Published on 2 February 2024.", published="2024-02-02")
        assert claim.source is not None
        assert (claim.source.origin, claim.source.quote) == ("source.published", "2024-02-02")

    def test_quarters_and_decades(self) -> None:
        text = "In the third quarter of 2024 sales rose, as they had in the 1990s."
        assert alarms("Q3 2024 was good, like the '90s.", text) == []
        assert alarms("Q2 2024 was good.", text) == ["Q2 2024"]


class TestNames:
    @pytest.mark.parametrize(
        "output", ["Marta Ruiz opened it.", "Ask Ruiz about it.", "It was Marta's idea.", "Dr. Ruiz said so.", "The WHO praised it."]
    )
    def test_parts_titles_possessives_and_acronyms_of_a_name(self, output: str) -> None:
        assert alarms(output) == []

    @pytest.mark.parametrize(
        "output", ["Marta Gomez opened it.", "Laura Ruiz opened it.", "Marta Chen opened it.", "Gomez said so.", "The shop is in Bradford."]
    )
    def test_another_name_is_caught(self, output: str) -> None:
        assert len(alarms(output)) == 1

    def test_two_halves_of_two_people_are_no_person(self) -> None:
        assert one("It was Marta Chen.").reason == "the source has these names, but not together"

    @pytest.mark.parametrize(
        "output",
        [
            "Imagine that. Customers loved it. Small Steps Matter. NEVER throw bread away!",
            "Today we learn: Count first. Bread is not rubbish.",
        ],
    )
    def test_ordinary_words_with_a_capital_are_no_names(self, output: str) -> None:
        assert ledger([output], source()) == ()

    def test_german_nouns_are_no_names_but_people_are(self) -> None:
        text = "Die Werkstatt in Hannover wurde von Almut Behrens gegründet. Sie ist für alle da, und das Werkzeug ist nicht neu."
        assert alarms("Eine gute Idee: Die Werkstatt von Almut Behrens hilft der Nachbarschaft mit Werkzeug.", text, "de") == []
        assert alarms("Die Werkstatt wurde von Almut Sievers gegründet.", text, "de") == ["Almut Sievers"]
        assert alarms("Die Werkstatt in Dortmund wurde von Almut Behrens gegründet.", text, "de") == ["Dortmund"]

    def test_an_account_must_be_in_the_source(self) -> None:
        assert alarms("Follow @brightwater!") == ["@brightwater"]


class TestQuotes:
    def test_verbatim_words_in_other_marks(self) -> None:
        claim = one('Bright: "we still baked twelve hundred loaves a week"', kind=ClaimKind.QUOTE)
        assert claim.status is ClaimStatus.SUPPORTED

    def test_an_elision_keeps_the_order(self) -> None:
        assert alarms("“We still baked … loaves a week”") == []
        assert len(alarms("“Loaves a week … we still baked”")) == 1

    @pytest.mark.parametrize(
        "quote",
        ["We still baked twelve hundred buns a week", "We baked twelve hundred loaves a week", "We still baked twelve loaves a week"],
    )
    def test_a_changed_word_is_caught_and_the_true_words_shown(self, quote: str) -> None:
        claim = one(f"“{quote}”")
        assert (
            claim.reason == "the quoted words differ: the source has “We still baked twelve hundred loaves a week”"
            or claim.reason.startswith("the quoted words differ")
        )
        assert claim.status is ClaimStatus.UNSUPPORTED

    def test_an_attribution_in_the_middle_may_go(self) -> None:
        text = "“I was tired,” said Ana, “and I was hungry.”"
        assert alarms("“I was tired and I was hungry.”", text) == []
        assert alarms("“I was tired and hungry.”", text) == ["“I was tired and hungry.”"]

    def test_a_sign_is_part_of_a_quotation(self) -> None:
        assert len(alarms("“we would have sold 5”", "She said “we would have sold 5% more”.")) == 1

    def test_apostrophes_are_no_quotes(self) -> None:
        assert [m for m in find("The students' oven and the baker's shop, it's 'fine'.", language="en") if m.kind is ClaimKind.QUOTE] == []


class TestLinks:
    @pytest.mark.parametrize(
        "link",
        [
            "https://brightwater.example/menu",
            "http://www.brightwater.example/menu/",
            "brightwater.example/menu",
            "https://brightwater.example/menu?utm_source=x",
        ],
    )
    def test_one_address_in_many_spellings(self, link: str) -> None:
        assert one(f"See {link}.").status is ClaimStatus.SUPPORTED

    @pytest.mark.parametrize("link", ["https://brightwater.example/shop", "https://brightwaters.example/menu", "ana@brightwater.example"])
    def test_another_path_domain_or_mailbox_is_caught(self, link: str) -> None:
        assert one(f"See {link}.").status is ClaimStatus.UNSUPPORTED

    def test_a_link_of_the_page_points_to_its_words(self) -> None:
        start = BAKERY.index("notebook method")
        claim = one("Read https://notes.example/method", links=(Link(url="https://notes.example/method", start=start, end=start + 15),))
        assert claim.source is not None
        assert claim.source.quote == "notebook method"

    def test_the_pages_own_address(self) -> None:
        claim = one("Full story: https://news.example/a/b", url="https://news.example/a/b")
        assert claim.source is not None
        assert claim.source.origin == "source.url"

    def test_file_names_and_abbreviations_are_no_links(self) -> None:
        assert [m for m in find("Open README.md, run main.py in Node.js, e.g. today.", language="en") if m.kind is ClaimKind.LINK] == []


class TestLedger:
    def test_numbering_bullets_and_hashtags_are_form(self) -> None:
        parts = ["1/3 Bread. #SmallBusiness2024", "1. Count.\n2. Compare.\n3. Change.\n2/3", "Done (3/3)"]
        assert ledger(parts, source()) == ()

    def test_numbering_that_does_not_fit_is_a_claim(self) -> None:
        assert [c.text for c in ledger(["Only 2/9 of it was sold."], source())] == ["2/9"]

    def test_spans_to_ignore(self) -> None:
        assert ledger(["Part 77: bread"], source(), ignore=[[(0, 8)]]) == ()

    def test_what_the_person_typed_is_a_source_with_its_origin(self) -> None:
        parts = ["Get 20% off at https://sale.example with Zebulon Krantz."]
        assert len([c for c in ledger(parts, source()) if c.status is ClaimStatus.UNSUPPORTED]) == 3
        claims = ledger(parts, source(), also={"input.call_to_action": "20% off: sale.example, ask Zebulon Krantz"})
        assert [(c.status, c.source and c.source.origin) for c in claims] == [(ClaimStatus.SUPPORTED, "input.call_to_action")] * 3

    def test_claims_are_in_order_apart_and_point_to_what_they_say(self) -> None:
        parts = [
            "Ana Bright of Leeds: “We still baked twelve hundred loaves a week”, 14% less, 8 April 2019, £9,000, brightwater.example",
            "🧵 Marta Ruiz said 6%",
        ]
        claims = ledger(parts, source())
        assert [(c.part, c.start) for c in claims] == sorted((c.part, c.start) for c in claims)
        for before, after in pairwise(claims):
            assert before.part != after.part or before.end <= after.start
        for claim in claims:
            assert parts[claim.part][claim.start : claim.end] == claim.text
            assert (claim.source is None) == (claim.status is ClaimStatus.UNSUPPORTED)
            assert claim.reason
            if claim.source and claim.source.origin == "source":
                assert BAKERY[claim.source.start : claim.source.end] == claim.source.quote

    def test_the_place_is_where_the_same_thing_is_told(self) -> None:
        text = "The dog weighs 40 kg. It sleeps. The cat eats 40 g of fish. The old horse carried 40 kg of apples to the market."
        claim = one("A horse carried 40 kg of apples.", text)
        assert claim.source is not None
        assert claim.source.start == text.rindex("40 kg")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " \n",
            "…",
            "“",
            "1",
            "-",
            "@",
            "#",
            "%",
            "A",
            "' ' '",
            "\u202e12\u202c",
            "１２ kg",
            "🧵" * 50,
            "(" * 200,
            "1." * 300,
            "9" * 5_000,
            "1," * 3_000,
            "v1" + ".1" * 3_000,
            '"' * 99,
        ],
    )
    def test_odd_text_breaks_nothing(self, text: str) -> None:
        ledger([text, BAKERY], source(text))
        ledger([text], source())

    def test_no_parts_no_claims(self) -> None:
        assert ledger([], source()) == ()


class TestSpeed:
    def test_a_long_post_and_a_book(self) -> None:
        parts = [f"{i}/10 Ana Bright baked 1,200 loaves a week in Leeds on 8 April 2019, 14% less than Marta Ruiz." for i in range(1, 11)]
        ledger(parts, source())
        seconds = {}
        for words in (1_500, 12_000, 48_000):
            text = "\n\n".join(f"{BAKERY} Chapter {i} has {i} pages and was written in {1900 + i % 99}." for i in range(words // 115))
            began = time.perf_counter()
            ledger(parts, source(text))
            seconds[words] = time.perf_counter() - began
        assert seconds[1_500] < 0.5
        assert seconds[48_000] < 8 * seconds[12_000]
