"""What "blog to thread" accepts, and what it says when it does not."""

from __future__ import annotations

from typing import Any

import pytest

from coexai_app.agents.pipeline import InputFile, StepContext, run
from coexai_app.errors import InvalidInput
from coexai_app.extract.limits import LIMITS
from tests.agents.maya.posts import AGENT, CAPABILITY, texts, thread_of

POST = " ".join(f"Our shop sold {n} blue cups in week {n} of the season." for n in range(1, 9))


class Page:
    url = "https://shop.example/blog/cups"
    content_type = "text/html; charset=utf-8"
    data = (
        b"<html><head><title>Blue cups</title></head><body><article><h1>Blue cups</h1>"
        + b"".join(
            f"<p>Our small shop sold {n * 7} blue cups in week {n} of the long summer. Customers asked for a lid on day {n}.</p>".encode()
            for n in range(1, 12)
        )
        + b"</article></body></html>"
    )


class TestFields:
    @pytest.mark.parametrize(
        ("data", "field", "message"),
        [
            ({}, "input", "Add a link, some text or a file."),
            ({"text": "  "}, "input", "Add a link, some text or a file."),
            ({"url": "https://a.example/x", "text": "words"}, "input", "You gave a link and a text. Keep one of them."),
            ({"url": "javascript:alert(1)"}, "url", "This is not a web address. It starts with https:// and has no spaces."),
            ({"url": "http://[bad"}, "url", "This is not a web address. It starts with https:// and has no spaces."),
            ({"url": "https://user:secret@a.example"}, "url", "Leave the user name and password out of the address."),
            ({"text": "words", "posts": 4}, "posts", "A thread has 5 to 12 posts. Leave this empty for as many as it needs."),
            ({"text": "words", "hashtags": 9}, "hashtags", "Choose 0 to 3 hashtags."),
            ({"text": "words", "hashtag": 1}, "hashtag", "There is no such field."),
        ],
    )
    def test_a_wrong_input_is_told_by_field(self, data: dict[str, Any], field: str, message: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            CAPABILITY.parse(data)
        assert (caught.value.field, caught.value.message) == (field, message)

    def test_the_schema_makes_the_form(self) -> None:
        properties = CAPABILITY.input.model_json_schema()["properties"]
        assert properties["file"]["format"] == "file"
        assert all(p.get("title") and p.get("description") for p in properties.values())

    def test_an_empty_form_field_counts_as_none(self) -> None:
        assert CAPABILITY.parse({"text": POST, "url": "", "posts": "", "call_to_action": " "}).model_dump()["url"] is None


class TestSources:
    def test_too_few_words_are_refused_with_the_number(self) -> None:
        with pytest.raises(InvalidInput, match=r"only 6 words") as caught:
            thread_of("We open at six from Monday.")
        assert caught.value.field == "text"

    def test_a_page_is_kept_and_named_in_the_close(self) -> None:
        kept: list[tuple[str, str, bytes]] = []
        context = StepContext(fetch=lambda url: Page(), store=lambda *artifact: kept.append(artifact))
        report = run(AGENT, CAPABILITY, CAPABILITY.parse({"url": Page.url}), context)
        assert kept == [("source.html", Page.content_type, Page.data)]
        assert Page.url in texts(report)[-1]
        assert report.unsupported == ()

    def test_the_link_can_be_switched_off(self) -> None:
        report = run(AGENT, CAPABILITY, CAPABILITY.parse({"url": Page.url, "link": False}), StepContext(fetch=lambda url: Page()))
        assert "https://" not in "\n".join(texts(report))

    def test_a_broken_file_is_told_at_the_file_field(self) -> None:
        context = StepContext(open_file=lambda ref: InputFile(name="scan.pdf", content_type="application/pdf", data=b"%PDF-1.7 broken"))
        with pytest.raises(InvalidInput) as caught:
            run(AGENT, CAPABILITY, CAPABILITY.parse({"file": "scan.pdf"}), context)
        assert caught.value.field == "file"

    def test_a_text_past_the_reader_s_limit_is_refused(self) -> None:
        with pytest.raises(InvalidInput):
            thread_of("Words and words. " * (LIMITS.characters // 17 + 1))


class TestOptions:
    @pytest.mark.parametrize("posts", [5, 8, 12])
    def test_the_number_of_posts_is_kept_when_the_source_can_fill_it(self, posts: int) -> None:
        example = CAPABILITY.example["text"]
        assert len(texts(thread_of(example, posts=posts))) == posts

    def test_numbers_can_be_left_out(self) -> None:
        assert not any("/" in t for t in texts(thread_of(CAPABILITY.example["text"], numbering="none")))

    def test_what_should_be_said_is_in_the_close(self) -> None:
        report = thread_of(CAPABILITY.example["text"], call_to_action="Come and taste it on 21 March for £3")
        assert "Come and taste it on 21 March for £3." in texts(report)[-1]
        assert report.unsupported == ()
        assert any(c.source and c.source.origin == "input.call_to_action" for c in report.claims)

    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_no_more_hashtags_than_wished_and_only_at_the_end(self, count: int) -> None:
        report = thread_of(CAPABILITY.example["text"], hashtags=count)
        found = texts(report)
        assert len(report.output["hashtags"]) <= count
        assert all("#" not in t for t in found[:-1])
        assert [w for w in found[-1].split() if w.startswith("#")] == report.output["hashtags"]


class TestLanguages:
    @pytest.mark.parametrize(
        "text",
        [
            "我们在二〇一九年开了一家小面包店。第一年每天只卖四十个面包。后来我们开始记录每天剩下的面包。三个月以后浪费减少了一半。顾客喜欢早上十点的第二炉面包。现在我们每天卖一百二十个面包。",
            "Мы открыли пекарню в 2019 году. В первый год мы продавали 40 буханок в день. Потом мы стали записывать остатки. "
            "Через три месяца потери упали вдвое. "
            "Покупатели полюбили вторую выпечку в десять утра. Теперь мы продаём 120 буханок.",
        ],
        ids=["chinese", "russian"],
    )
    def test_a_language_without_tables_still_gives_whole_sentences(self, text: str) -> None:
        report = thread_of(text)
        assert report.unsupported == ()
        for post in texts(report):
            first = post.split("\n")[0]
            assert first.rstrip()[-1] in "。.!?" and first in text.replace("。", "。")
