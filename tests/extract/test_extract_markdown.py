"""Markdown loses its markup and keeps its structure."""

from pathlib import Path

import pytest

from coexai_app.extract import SourceKind
from coexai_app.extract.reading import read, read_text

POST = (Path(__file__).parents[1] / "data/extract/bakery_post.md").read_bytes()


def shape(document):
    return [(block.kind.value, block.level, document.block_text(block)) for block in document.blocks]


class TestPost:
    def test_blocks_without_markup(self):
        assert shape(read(POST, name="post.md")) == [
            ("heading", 1, "How we bake"),
            (
                "paragraph",
                0,
                "Our oven heats up at four in the morning; by six the first loaves are out. We bake 300 of them every day.",
            ),
            ("heading", 2, "What goes in"),
            ("list_item", 1, "flour from the mill next door"),
            ("list_item", 1, "water"),
            ("list_item", 2, "filtered"),
            ("list_item", 2, "warm"),
            ("list_item", 1, "salt, see our suppliers"),
            ("quote", 0, "Bread is the one thing that nobody sends back."),
            ("code", 0, "def knead(minutes):\n    for _ in range(minutes):\n\n        fold()"),
            ("table", 0, "Loaf | Price\nRye | $4.50\nSpelt | ask"),
            ("paragraph", 0, "Open on Sundays, too."),
            ("paragraph", 0, "The tag is not for bread, and this is."),
        ]

    def test_front_matter_says_who_and_when(self):
        document = read(POST, name="post.md")
        assert (document.title, document.author, document.published) == (
            "How we bake: a look behind the counter",
            "Ann Lee, Ben Ode",
            "2024-03-05",
        )
        assert (document.kind, document.language, document.name) == (SourceKind.MARKDOWN, "en", "post.md")

    def test_links_point_at_their_words(self):
        document = read(POST, name="post.md", url="https://bakery.example/blog/post")
        assert [(link.url, document.text[link.start : link.end]) for link in document.links] == [
            ("https://bakery.example/loaves", "loaves"),
            ("https://bakery.example/suppliers", "our suppliers"),
            ("mailto:shop@bakery.example", "ask"),
        ]


class TestFrontMatter:
    def test_toml(self):
        document = read(b'+++\ntitle = "Rye"\nauthors = ["Ann"]\ndate = 2024-01-02T08:00:00Z\n+++\nBread.', name="a.md")
        assert (document.title, document.author, document.published, document.text) == ("Rye", "Ann", "2024-01-02", "Bread.")

    def test_a_rule_at_the_top_is_no_front_matter(self):
        assert read(b"---\n\nBread and salt.\n\n---\n\nMore.", name="a.md").text == "Bread and salt.\n\nMore."

    @pytest.mark.parametrize("date", ["March 5, 2024", "5 March 2024", "2024-03-05 10:11:12 +0100", "2024/3/5", "'2024-03-05'"])
    def test_dates_in_words_and_digits(self, date):
        assert read(f"---\ndate: {date}\n---\nBread.".encode(), name="a.md").published == "2024-03-05"

    @pytest.mark.parametrize("date", ["05/03/2024", "soon", "2024-13-45", "{{ now }}"])
    def test_no_date_is_guessed(self, date):
        assert read(f"---\ndate: {date}\n---\nBread.".encode(), name="a.md").published == ""


class TestHtmlInside:
    def test_an_unclosed_tag_in_a_line_takes_no_text_with_it(self):
        assert read(b"Use the <textarea> tag.\n\nMore <!-- hidden --> text.", name="a.md").text == "Use the tag.\n\nMore text."

    def test_scripts_are_not_text(self):
        assert read(b"One.\n\n<script>\nalert(1)\n</script>\n\nTwo.", name="a.md").text == "One.\n\nTwo."

    def test_markdown_inside_a_block_of_html(self):
        assert read(b"<details>\n<summary>More</summary>\n\n- a\n\n</details>", name="a.md").text == "More\n\na"

    def test_a_dangerous_link_is_words_only(self):
        document = read(b"[a](javascript:alert(1)) <a href='javascript:x'>b</a> [c](#d)", name="a.md")
        assert document.links == ()
        assert document.text.endswith("b c")


class TestFootnotes:
    def test_are_kept_as_paragraphs_without_their_marks(self):
        document = read(b"Bread[^1] and salt[^x].\n\n[^1]: From the mill.\n[^x]: From the *sea*.", name="a.md")
        assert document.text == "Bread and salt.\n\nFrom the mill.\n\nFrom the sea."


class TestPaste:
    @pytest.mark.parametrize(
        "text", ["# Title\n\nText", "see [a](https://b.c)", "a | b\n--|--\n1 | 2", "**Bold** and `code`", "```\nx\n```"]
    )
    def test_markdown_is_recognised(self, text):
        assert read_text(text).kind is SourceKind.MARKDOWN

    @pytest.mark.parametrize("text", ["#bread is a tag", "2 * 3 * 4 = 24", "- a\n- b", "a_b_c", "Stars ** in ** text", "[1] A note."])
    def test_plain_text_is_left_plain(self, text):
        assert read_text(text).kind is SourceKind.TEXT

    @pytest.mark.parametrize("text", ["[" * 500_000, "<!-- -->" * 100_000, "*a_" * 30_000, ">" * 50_000 + " a\n\n# x", "<p " * 300_000])
    def test_hostile_repetition_costs_little(self, text):
        import time

        begin = time.monotonic()
        read_text(f"{text} text")
        assert time.monotonic() - begin < 3
