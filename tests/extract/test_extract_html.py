"""Web pages: the article without what stands around it."""

import time
from pathlib import Path

import pytest

from coexai_app.errors import InvalidInput
from coexai_app.extract import SourceKind
from coexai_app.extract.reading import read, read_text

PAGE = (Path(__file__).parents[1] / "data/extract/article_page.html").read_bytes()
PROSE = "Our bakery has served the neighbourhood since 1998, with bread and very good coffee for everybody who comes by. "


def shape(document):
    return [(block.kind.value, document.block_text(block)) for block in document.blocks]


class TestArticle:
    def test_keeps_its_structure_and_loses_navigation_and_footer(self):
        document = read(PAGE, url="https://crumb.example/rye")
        kinds = [kind for kind, _ in shape(document)]
        assert [k for k in kinds if k != "paragraph"] in (
            ["heading", "heading", "list_item", "list_item", "quote", "table"],
            ["heading", "list_item", "list_item", "quote", "table"],
        )
        assert ("heading", "What changed") in shape(document)
        assert ("table", "Year | Loaves\n2022 | 1,200\n2023 | 1,680") in shape(document)
        assert "Privacy" not in document.text
        assert "Shop" not in document.text

    def test_says_who_when_and_what_from_its_linked_data(self):
        document = read(PAGE, url="https://crumb.example/rye")
        assert (document.title, document.author, document.published, document.language) == ("Rye is back", "Ann Lee", "2024-05-06", "en")
        assert (document.kind, document.url) == (SourceKind.URL, "https://crumb.example/rye")

    def test_links_are_absolute_and_point_at_their_words(self):
        document = read(PAGE, url="https://crumb.example/rye")
        assert [(link.url, document.text[link.start : link.end]) for link in document.links] == [("https://crumb.example/mill", "old mill")]

    def test_a_body_that_only_scripts_show_is_taken_from_linked_data(self):
        body = "<div id=app></div>"
        article = f'{{"@type":"Article","articleBody":"{PROSE * 5}"}}'
        page = f'<html><head><script type="application/ld+json">{article}</script></head><body>{body}</body></html>'
        assert read(page.encode()).text == (PROSE * 5).strip()

    def test_meta_tags_stand_in_for_linked_data(self):
        head = '<meta name=author content="Ben Ode"><meta property="article:published_time" content="2023-02-01T10:00Z">'
        page = f"<html><head>{head}</head><body><h1>Bread</h1><p>{PROSE}</p></body></html>"
        document = read(page.encode())
        assert (document.title, document.author, document.published) == ("Bread", "Ben Ode", "2023-02-01")


class TestMess:
    def test_no_body_no_end_tags(self):
        assert PROSE.strip() in read(f"<html><p>{PROSE}<p>And cake".encode()).text

    def test_a_tiny_page(self):
        assert read(b"<html><body>Hello world</body></html>").text == "Hello world"

    @pytest.mark.parametrize("declared", ["", '<meta charset="iso-8859-1">', '<meta charset="no-such-thing">'])
    def test_utf8_under_a_wrong_or_missing_declaration(self, declared):
        assert (
            read(f"<html><head>{declared}</head><body><p>Müller fährt nach Köln – gleich.</p></body>".encode()).text
            == "Müller fährt nach Köln – gleich."
        )

    def test_a_right_declaration_is_followed(self):
        page = (
            '<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1251"></head><body><p>Привет, мир</p></body>'
        )
        assert read(page.encode("cp1251")).text == "Привет, мир"

    def test_hidden_parts_are_not_read(self):
        page = "<p>Seen.</p><p hidden>A</p><p style='display: none'>B</p><p aria-hidden=true>C</p><script>D</script><template>E</template>"
        assert read_text(page).text == "Seen."

    @pytest.mark.parametrize("tag", ["div", "span", "blockquote", "ul><li", "table><tr><td", "i", "b"])
    def test_a_hundred_thousand_nested_tags(self, tag):
        begin = time.monotonic()
        document = read(f"<html><body><h1>T</h1>{f'<{tag}>' * 100_000}<p>{PROSE}</p>".encode())
        assert time.monotonic() - begin < 3
        assert PROSE.strip() in document.text

    def test_a_table_of_thirty_thousand_cells(self):
        begin = time.process_time()
        document = read(("<html><body><table>" + ("<tr>" + "<td>a</td>" * 300 + "</tr>") * 100 + "</table>").encode())
        assert time.process_time() - begin < 3
        assert document.text.count("a | a") >= 10_000

    def test_entities_without_a_definition_are_text(self):
        entities = b'<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">'
        page = b"<!DOCTYPE html [" + entities + b"]><html><body><p>Here &b; &x; it is</p>"
        assert "root:" not in read(page).text


class TestNoArticle:
    def test_a_menu_is_told(self):
        links = "".join(f"<li><a href='/{i}'>Category number {i}</a></li>" for i in range(60))
        footer = "© 2024 The Daily Crumb. All rights reserved. We use cookies to make it better."
        page = f"<html><body><nav><ul>{links}</ul></nav><footer>{footer}</footer></body></html>"
        with pytest.raises(InvalidInput, match="has only navigation and links"):
            read(page.encode(), name="index.html")

    def test_an_empty_page_is_told(self):
        with pytest.raises(InvalidInput, match=r"There is no text in app\.html\. If a browser shows text there, a script makes it"):
            read(b"<html><head><title>App</title></head><body><div id=root></div><script>run()</script></body></html>", name="app.html")


class TestTeasers:
    ARTICLE = "".join(f"<p>{PROSE}{i}</p>" for i in range(6))

    def test_links_to_other_articles_are_dropped(self):
        more = "".join(f"<li><a href='/{i}'>Another story number {i} of the day</a><h3>What it is about</h3></li>" for i in range(4))
        aside = "<p><a href='/x'>Read more: the story of the old mill</a></p>"
        document = read(f"<html><body><article>{self.ARTICLE}{aside}<p>{PROSE}end</p><ul>{more}</ul></article></body></html>".encode())
        assert "Another story" not in document.text
        assert "Read more" not in document.text
        assert document.text.endswith("end")

    def test_a_link_at_the_end_of_a_list_of_facts_stays(self):
        document = read(
            f"<html><body><article>{self.ARTICLE}<ul><li>One fact</li><li><a href='/a'>Our price list</a></li></ul></article>".encode()
        )
        assert document.text.endswith("Our price list")

    def test_a_page_that_is_a_list_of_links_keeps_them(self):
        links = "".join(f"<li><a href='/{i}'>A good book about bread, number {i}</a></li>" for i in range(20))
        document = read(
            f"<html><body><article><h1>Books</h1><p>{PROSE}</p><ul>{links}</ul></article></body></html>".encode(), url="https://a.b/"
        )
        assert len(document.links) == 20


class TestPaste:
    def test_a_fragment_is_read_whole(self):
        document = read_text(
            "<h2>Bread</h2><p>Fresh <a href='https://a.b/c'>every day</a>.<br>Really.</p>"
            "<ul><li>rye<ol><li>dark</li></ol></li></ul><pre>x\n  y</pre>"
        )
        assert [(b.kind.value, b.level, document.block_text(b)) for b in document.blocks] == [
            ("heading", 2, "Bread"),
            ("paragraph", 0, "Fresh every day.\nReally."),
            ("list_item", 1, "rye"),
            ("list_item", 2, "dark"),
            ("code", 0, "x\n  y"),
        ]
        assert document.links[0].url == "https://a.b/c"

    def test_a_table_that_lays_out_a_page_is_no_table(self):
        document = read_text("<table><tr><td><ul><li>a</li></ul></td><td><h2>Bread</h2><p>Fresh.</p></td></tr></table>")
        assert shape(document) == [("list_item", "a"), ("heading", "Bread"), ("paragraph", "Fresh.")]
