"""The newsletter as a mail: one column that mail clients show, nothing from elsewhere, nothing that a source could smuggle in."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser

import pytest

from coexai_app.agents.maya.newsletter import html
from coexai_app.agents.maya.newsletter.schemas import Link, NewsletterOutput, Section, Subject
from coexai_app.agents.report import Report
from tests.agents.maya.letters import ANNUAL_REPORT, INJECTED, LONG_NAMES, NEWSLETTER, REPAIR, newsletter_of, newsletter_on

VOID = {"meta", "br", "link", "img", "input", "hr", "wbr"}


class Outline(HTMLParser):
    """Collects the tags and fails when they do not nest."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.text.append(data)


def parsed(page: str) -> Outline:
    outline = Outline()
    outline.feed(page)
    outline.close()
    assert outline.open == []
    return outline


def mail(report: Report) -> str:
    return NEWSLETTER.exports["html"](report).decode()


class TestHtml:
    @pytest.mark.parametrize("name", LONG_NAMES)
    def test_nests_and_loads_nothing(self, name: str) -> None:
        outline = parsed(mail(newsletter_on(name)))
        tags = {tag for tag, _ in outline.tags}
        assert not tags & {"script", "img", "link", "iframe", "form", "object", "svg", "base"}
        assert not any(key.startswith("on") for _, attrs in outline.tags for key in attrs)
        assert "url(" not in mail(newsletter_on(name))

    def test_is_one_column_of_600_pixels_in_tables_for_layout(self) -> None:
        outline = parsed(mail(newsletter_of(REPAIR)))
        tables = [attrs for tag, attrs in outline.tags if tag == "table"]
        assert all(attrs["role"] == "presentation" for attrs in tables)
        assert sum("max-width:600px" in str(attrs["style"]) for attrs in tables) == 1

    def test_every_visible_element_carries_its_style(self) -> None:
        outline = parsed(mail(newsletter_of(REPAIR)))
        assert all("style" in attrs for tag, attrs in outline.tags if tag in ("p", "h1", "h2", "a", "td", "table", "li", "ul"))

    def test_dark_mode_changes_every_colour_that_it_needs(self) -> None:
        page = mail(newsletter_of(REPAIR))
        assert '<meta name="color-scheme" content="light dark">' in page
        classes = {name for _, attrs in parsed(page).tags for name in str(attrs.get("class") or "").split()}
        dark = page[page.index("prefers-color-scheme") : page.index("max-width: 480px")]
        assert classes - {"pad"} <= set(re.findall(r"\.(\w+) \{", dark))

    def test_the_preheader_comes_first_and_is_hidden(self) -> None:
        report = newsletter_of(REPAIR)
        outline = parsed(mail(report))
        assert next(text for text in outline.text if text.strip()).startswith(report.output["preheader"])
        hidden = next(attrs for tag, attrs in outline.tags if tag == "div")
        assert "display:none" in str(hidden["style"])
        assert "mso-hide:all" in str(hidden["style"])

    def test_the_place_for_unsubscribing_is_there_once_as_a_link_and_explained(self) -> None:
        page = mail(newsletter_of(REPAIR))
        assert page.count('href="{{unsubscribe}}"') == 1
        assert "stands for the address where a reader leaves your list" in page

    def test_the_language_is_said(self) -> None:
        page = mail(newsletter_of(ANNUAL_REPORT))
        assert '<html lang="de" dir="ltr">' in page
        assert ">Abmelden</a>" in page

    def test_arabic_runs_from_right_to_left(self) -> None:
        page = html.page(NewsletterOutput(title="خبز", opening="فتحنا المخبز.", language="ar"))
        assert '<html lang="ar" dir="rtl">' in page
        assert "text-align:right" in page

    def test_a_source_s_markup_and_fields_are_text(self) -> None:
        page = mail(newsletter_of(INJECTED))
        assert "<script" not in page
        fields = set(re.findall(r"\{\{.*?\}\}", page))
        assert fields == {"{{unsubscribe}}"}
        assert "*|" not in page

    def test_an_edited_text_is_text_too(self) -> None:
        letter = NewsletterOutput(
            subjects=(Subject(text="</title><script>alert(1)</script>"),),
            preheader='"><img src=x onerror=alert(1)>',
            title="A & B < C",
            opening="{{#each secrets}} *|EMAIL|* %%name%% [[name]]",
            sections=(
                Section(heading="<b>", text="• one\n• two\n\n3. three\n4. four", link=Link(label="<i>", url="https://e.com/?a=1&b=2")),
            ),
        )
        page = html.page(letter)
        outline = parsed(page)
        assert {tag for tag, _ in outline.tags} & {"script", "img", "b", "i"} == set()
        assert "https://e.com/?a=1&amp;b=2" in page
        assert not re.search(r"\{\{#|\*\||%%|\[\[", page)
        assert [tag for tag, _ in outline.tags if tag in ("ul", "ol", "li")] == ["ul", "li", "li", "ol", "li", "li"]
        assert '<ol start="3"' in page

    def test_no_address_but_http_gets_in(self) -> None:
        for url in ("javascript:alert(1)", "data:text/html,x", "https://a.b/{{x}}", "https://user:pw@a.b/"):
            with pytest.raises(ValueError, match="web address"):
                Link(label="x", url=url)


class TestOtherFiles:
    def test_the_plain_text_says_the_same(self) -> None:
        report = newsletter_of(REPAIR)
        text = NEWSLETTER.exports["txt"](report).decode()
        flat = " ".join(text.split())
        for section in report.output["sections"]:
            assert section["heading"] in text
            assert " ".join(section["text"].split()) in flat
        assert "https://example.com/fietsbericht" in text
        assert text.rstrip().endswith("Unsubscribe: {{unsubscribe}}")
        assert max(map(len, text.splitlines())) <= 90

    def test_a_field_of_a_mail_tool_in_the_source_is_broken_in_plain_text(self) -> None:
        text = NEWSLETTER.exports["txt"](newsletter_of(INJECTED)).decode()
        assert re.findall(r"\{\{.*?\}\}", text) == ["{{unsubscribe}}"]
        assert "*|" not in text

    def test_markdown_and_word_explain_and_prove(self) -> None:
        import docx

        report = newsletter_of(REPAIR)
        markdown = NEWSLETTER.exports["md"](report).decode()
        assert "## Before you send" in markdown
        assert "| Section 1 | €140 | Supported |" in markdown
        document = docx.Document(io.BytesIO(NEWSLETTER.exports["docx"](report)))
        styles = {p.style.name for p in document.paragraphs}
        assert {"Title", "Heading 1", "Heading 2", "List Bullet"} <= styles
        assert json.loads(NEWSLETTER.exports["json"](report))["output"] == report.output
