"""Plain text: its character set, and its paragraphs, lists and headings."""

import codecs
import textwrap

import pytest

from coexai_app.extract import BlockKind
from coexai_app.extract.reading import read, read_text

GERMAN = "Der Müller fährt über die Brücke nach Köln; das Brot kostet 4 € – „frisch“."


def shape(document):
    return [(block.kind.value, block.level, document.block_text(block)) for block in document.blocks]


class TestCharacters:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
    def test_german_is_read_in_its_usual_encodings(self, encoding):
        assert read(GERMAN.encode(encoding)).text == GERMAN

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
    def test_utf16_without_a_byte_order_mark(self, encoding):
        assert read(GERMAN.encode(encoding)).text == GERMAN

    def test_utf16_big_endian_with_its_mark(self):
        assert read(codecs.BOM_UTF16_BE + GERMAN.encode("utf-16-be")).text == GERMAN

    def test_latin1(self):
        assert read("Le café coûte 2 francs à Genève.".encode("latin-1")).text == "Le café coûte 2 francs à Genève."

    @pytest.mark.parametrize(
        ("encoding", "text"),
        [
            ("cp1251", "Привет, как дела? Сегодня хорошая погода, и мы идём гулять в парк всей семьёй."),
            ("cp1250", "Zażółć gęślą jaźń, mówił wczoraj pan Wąsowski do swojej żony przy śniadaniu w domu."),
            ("shift_jis", "店は朝九時に開店し、焼きたてのパンとコーヒーを販売しています。"),
        ],
    )
    def test_other_character_sets_are_told_by_their_bytes(self, encoding, text):
        assert read(text.encode(encoding)).text == text

    def test_a_declared_character_set_is_believed_when_the_bytes_are_not_utf8(self):
        assert read("Γειά σου Κόσμε".encode("iso-8859-7"), content_type="text/plain; charset=iso-8859-7").text == "Γειά σου Κόσμε"

    def test_a_wrong_declaration_does_not_spoil_utf8(self):
        assert read(GERMAN.encode(), content_type="text/plain; charset=iso-8859-1").text == GERMAN

    def test_one_bad_byte_does_not_spoil_utf8(self):
        assert read("äöüäöüäöüäöü".encode() + b"\xff ok").text == "äöüäöüäöüäöü\ufffd ok"

    def test_control_characters_go_and_line_ends_are_one_kind(self):
        assert read_text("A\x00B\x07 c\r\nd\u00ade\ufeff").text == "AB c\nde"

    def test_lone_surrogates_become_marks_and_pairs_become_characters(self):
        assert read_text("a\ud800b \ud83d\ude00").text == "a\ufffdb 😀"

    def test_text_is_composed(self):
        assert read_text("Cafe\u0301 du Monde").text == "Café du Monde"

    def test_right_to_left_text_keeps_its_order(self):
        text = "החנות נפתחת בתשע בבוקר ואנחנו מוכרים לחם טרי, עוגות וקפה."
        document = read_text(text)
        assert (document.text, document.language) == (text, "he")


class TestParagraphs:
    def test_are_cut_at_blank_lines(self):
        assert shape(read_text("One.\n\n\n  Two.  \n")) == [("paragraph", 0, "One."), ("paragraph", 0, "Two.")]

    def test_hard_wrapped_lines_are_joined(self):
        text = (
            "We have been baking bread in this street for more than forty years, and\n"
            "in all that time the oven has gone cold only twice: once in the great\n"
            "flood, and once when the baker overslept.\n"
        )
        assert shape(read_text(text)) == [("paragraph", 0, " ".join(text.split()))]

    def test_a_short_last_line_ends_a_wrapped_paragraph(self):
        text = (
            "We have been baking bread in this street for more than forty years, and\n"
            "in all that time the oven has gone cold only twice.\n"
            "The second time was in the winter of the year in which my brother, who\n"
            "was the baker then, overslept on a Sunday morning in the month of May.\n"
        )
        assert [block.start for block in read_text(text).blocks] == [0, 125]

    @pytest.mark.parametrize("indent", ["", "    "])
    def test_wrapped_paragraphs_need_no_blank_line_between_them(self, indent):
        paragraphs = [
            "The council of Oldtown opened three libraries in 2021 and closed one a year later, said Anna Reed, who runs all of them now.",
            "Costs rose by 12 percent. That worried the mayor.",
            "“We never planned for so many readers,” she said. Money came from a trust that was founded in 1899 and still owns four mills.",
        ]
        text = "\n".join(textwrap.fill(paragraph, 72, initial_indent=indent) for paragraph in paragraphs)
        assert shape(read_text(text)) == [("paragraph", 0, paragraph) for paragraph in paragraphs]

    @pytest.mark.parametrize("width", [60, 72, 100])
    def test_an_address_that_no_program_can_wrap_changes_nothing(self, width):
        address = f"https://example.org/{'a-very-long-path/' * 8}"
        paragraphs = [
            "We have been baking bread in this street for more than forty years and the oven went cold once.",
            f"See {address} for more.",
        ]
        text = "\n\n".join(textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False) for paragraph in paragraphs)
        assert [words for _, _, words in shape(read_text(text))] == paragraphs

    def test_a_sentence_to_a_line_is_no_wrapped_text(self):
        lines = [
            "The bakery in the old mill opened on the fourth of March with twelve people.",
            "Its oven was paid by a loan of the savings bank that ends in seven years.",
            "Nobody in the town had baked with spelt before, as far as the records tell.",
            "The first week sold out, and then the second week sold out as well as it.",
        ]
        assert [words for _, _, words in shape(read_text("\n".join(lines)))] == lines

    def test_a_verse_keeps_its_lines(self):
        verse = (
            "The oven sleeps, the street is white,\nA single lamp is burning,\nThe baker walks into the night,\nThe heavy mill is turning."
        )
        assert shape(read_text(verse)) == [("paragraph", 0, verse)]

    def test_lines_that_are_sentences_are_paragraphs(self):
        text = "We bake bread every single day.\nWe never close on Sundays, ever.\nCome and see us in May."
        assert [kind for kind, _, _ in shape(read_text(text))] == ["paragraph"] * 3

    def test_an_address_keeps_its_lines(self):
        assert shape(read_text("Ann Lee\nMill Lane 4\nOldtown")) == [("paragraph", 0, "Ann Lee\nMill Lane 4\nOldtown")]

    def test_very_long_lines_are_paragraphs(self):
        line = "We bake bread every single day and nobody has ever asked us why we do so, which is a pity. " * 3
        assert len(read_text(f"{line}\n{line}").blocks) == 2


class TestLists:
    def test_bullets_numbers_and_depth(self):
        text = "Buy:\n- flour\n- salt and\n  pepper\n    * black\n- milk\n\n1. mix\n2) bake"
        assert shape(read_text(text)) == [
            ("paragraph", 0, "Buy:"),
            ("list_item", 1, "flour"),
            ("list_item", 1, "salt and pepper"),
            ("list_item", 2, "black"),
            ("list_item", 1, "milk"),
            ("list_item", 1, "mix"),
            ("list_item", 1, "bake"),
        ]

    @pytest.mark.parametrize("text", ["I. Newton said so.", "A. Smith wrote it.", "10. That was the year in which all of it began."])
    def test_a_number_or_initial_alone_is_never_lost(self, text):
        assert shape(read_text(text)) == [("paragraph", 0, text)]

    def test_numbered_items_with_blank_lines_between_them(self):
        assert shape(read_text("1. mix\n\n2. bake")) == [("list_item", 1, "mix"), ("list_item", 1, "bake")]

    def test_a_dash_in_a_sentence_is_no_list(self):
        assert shape(read_text("The oven – 300 degrees – is hot."))[0][0] == "paragraph"


class TestHeadings:
    PROSE = "Our bakery has served the neighbourhood since 1998, with bread and very good coffee for everybody."

    def test_a_short_line_over_prose_is_one(self):
        document = read_text(f"Our story\n\n{self.PROSE}\n\nWhat we offer\n\n{self.PROSE}")
        assert [(kind, level) for kind, level, _ in shape(document)] == [("heading", 1), ("paragraph", 0), ("heading", 2), ("paragraph", 0)]
        assert document.title == "Our story"

    def test_a_numbered_line_over_prose_is_one(self):
        assert shape(read_text(f"{self.PROSE}\n\n1. Introduction\n\n{self.PROSE}"))[1] == ("heading", 2, "1. Introduction")

    def test_capitals_over_prose_are_one(self):
        assert shape(read_text(f"INTRODUCTION\n{self.PROSE}"))[0] == ("heading", 1, "INTRODUCTION")

    @pytest.mark.parametrize("line", ["Dear Ann,", "That was it.", "and so on", "“Really”", "ann@mill.example", "Kind regards"])
    def test_other_short_lines_are_not(self, line):
        after = "Ann" if line == "Kind regards" else self.PROSE
        assert BlockKind.HEADING not in {block.kind for block in read_text(f"{self.PROSE}\n\n{line}\n\n{after}").blocks}
