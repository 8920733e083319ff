"""Talks with a language model: a real HTTP server answers as models do on bad days, and nothing harmful gets through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from coexai_app.agents.parts import PartKind
from coexai_app.agents.pipeline import run
from coexai_app.agents.report import Report
from coexai_app.llm.compatible import Compatible
from tests.agents.maya import talks
from tests.llm.vendor_server import OpenAIProtocol, VendorServer

ARTICLE, SUMMARY = "transcript-to-article", "podcast-to-summary"
PARAGRAPHS = (
    "In March 2023 I counted 1,140 repairs in our order book. Of those, 412 had been promised for the same day.",
    "We do not promise a day any more. Every bicycle is ridden for ten minutes, and the mechanic who rides it signs a card.",
    "By the summer of 2024, returns had dropped to four percent. We repair about nine bicycles a day instead of twelve.",
)


def article(*texts: str, **fields: Any) -> dict[str, Any]:
    sections = [
        {"heading": f"What we learned about {word}", "paragraphs": [text]}
        for word, text in zip(("promises", "rides", "returns", "more"), texts, strict=False)
    ]
    given = {"title": "Why we stopped promising a day", "standfirst": "A repair shop in Graz counts what comes back."}
    return {**given, "sections": sections, "closing": "Count before you promise.", **fields}


@pytest.fixture
def server() -> Iterator[VendorServer]:
    server = VendorServer()
    yield server
    server.close()


def answered(server: VendorServer, slug: str, name: str, *replies: Any, **options: Any) -> Report:
    protocol = OpenAIProtocol()
    server.say(*[protocol.whole(reply if isinstance(reply, str) else json.dumps(reply)) for reply in replies])
    model = Compatible(api_key="", model="small", base_url=server.url, sleep=lambda seconds: None)
    found = talks.capability(slug)
    return run(talks.AGENT, found, found.parse({"file": name, **options}), talks.context(model=model))


class TestArticle:
    def test_the_model_s_words_are_used_and_linked(self, server: VendorServer) -> None:
        report = answered(server, ARTICLE, "monologue.txt", article(*PARAGRAPHS))
        assert report.engine.provider == "compatible"
        assert PARAGRAPHS[1] in talks.texts(report, PartKind.PARAGRAPH)
        talks.assert_sound(report)
        assert report.usage.calls == 1

    def test_the_transcript_is_never_part_of_the_instructions(self, server: VendorServer) -> None:
        answered(server, ARTICLE, "injection.txt", "no", "no", "no", "no")
        assert server.requests
        for request in server.requests:
            system = next(m["content"] for m in request.body["messages"] if m["role"] in ("system", "developer"))
            assert "pirate" not in system and "Leeds" not in system
            assert "pirate" not in json.dumps(request.body)

    def test_what_was_not_said_is_asked_about_and_then_gone(self, server: VendorServer) -> None:
        bad = "We won 37 medals in Paris in 2031. The mechanic who rides a bicycle signs a card."
        same = {"parts": [{"number": n, "text": bad} for n in range(12)]}
        report = answered(server, ARTICLE, "monologue.txt", article(PARAGRAPHS[0], bad, PARAGRAPHS[2]), same, same)
        joined = "\n".join(talks.texts(report))
        assert "37" not in joined and "2031" not in joined and "Paris" not in joined
        assert "The mechanic who rides a bicycle signs a card." in joined
        talks.assert_sound(report)
        assert report.usage.calls <= 3

    def test_a_repaired_part_is_taken(self, server: VendorServer) -> None:
        bad = "Jonas left us in 2031 for a shop in Vienna, because nobody signed his cards."
        first = article(PARAGRAPHS[0], bad, PARAGRAPHS[2])
        good = "Jonas stayed. He had written his resignation, and he showed me the letter later."
        report = answered(server, ARTICLE, "monologue.txt", first, {"parts": [{"number": n, "text": good} for n in range(12)]})
        assert good in talks.texts(report)
        talks.assert_sound(report)

    @pytest.mark.parametrize(
        "attack",
        [
            "<script>fetch('https://evil.example/')</script>The mechanic who rides a bicycle signs a card for the customer.",
            "The mechanic who rides a bicycle signs a card. ![pixel](https://evil.example/p.png) [more](https://evil.example)",
            "The mechanic \u202ewho rides a bicycle\u202c signs a card. javascript:alert(1) <img src=x onerror=alert(1)>",
        ],
    )
    def test_markup_and_links_do_not_get_through(self, server: VendorServer, attack: str) -> None:
        report = answered(
            server, ARTICLE, "monologue.txt", article(PARAGRAPHS[0], attack, PARAGRAPHS[2], title=f"<b>Cards</b> {attack[:20]}")
        )
        joined = "\n".join(talks.texts(report))
        for trace in ("evil", "<", ">", "script", "![", "](", "\u202e", "alert", "http"):
            assert trace not in joined

    @pytest.mark.parametrize("wrong", ["I cannot do that.", {"sections": 7}, {}, article(), article("Too short.")])
    def test_an_answer_that_is_no_article_leaves_the_work_to_the_builtin_engine(self, server: VendorServer, wrong: Any) -> None:
        report = answered(server, ARTICLE, "monologue.txt", wrong, wrong, wrong, wrong)
        assert report.engine.provider == "builtin"
        talks.assert_sound(report)

    def test_the_same_paragraph_three_times_is_written_once(self, server: VendorServer) -> None:
        report = answered(server, ARTICLE, "monologue.txt", article(*PARAGRAPHS, PARAGRAPHS[0]))
        texts = talks.texts(report)
        assert len(set(texts)) == len(texts)

    def test_what_should_be_said_stays_last(self, server: VendorServer) -> None:
        report = answered(server, ARTICLE, "monologue.txt", article(*PARAGRAPHS), call_to_action="Come on Saturday at eight.")
        assert talks.texts(report)[-1] == "Come on Saturday at eight."


class TestSummary:
    def test_chapters_keep_their_times_and_quotes_their_speakers(self, server: VendorServer) -> None:
        chapters = [
            {"number": n, "heading": f"Anna Ruiz on {topic}", "paragraph": f"Anna Ruiz speaks about {topic} and {other} in her bakery."}
            for n, (topic, other) in enumerate(
                [
                    ("bins", "flour"),
                    ("clipboards", "rolls"),
                    ("ovens", "lunch"),
                    ("baskets", "bags"),
                    ("shelves", "plants"),
                    ("money", "waste"),
                    ("habits", "weeks"),
                    ("pride", "customers"),
                ],
                1,
            )
        ]
        reply = {
            "title": "Counting bread",
            "standfirst": "Anna Ruiz owns a bakery.",
            "takeaways": ["Count before you change."],
            "chapters": chapters,
        }
        report = answered(server, SUMMARY, "interview.txt", reply)
        assert report.engine.provider == "compatible"
        own, builtin = talks.output(report), talks.output(talks.report_on(SUMMARY, "interview.txt"))
        assert [b.at for b in own.of(PartKind.HEADING)] == [b.at for b in builtin.of(PartKind.HEADING)]
        assert list(own.of(PartKind.QUOTE)) == list(builtin.of(PartKind.QUOTE))
        talks.assert_sound(report)

    def test_chapters_out_of_nowhere_are_no_answer(self, server: VendorServer) -> None:
        reply = {"title": "X", "standfirst": "", "takeaways": [], "chapters": [{"number": 99, "heading": "Moon", "paragraph": "The moon."}]}
        assert answered(server, SUMMARY, "interview.txt", reply, reply, reply).engine.provider == "builtin"


class TestExpectedUse:
    @pytest.mark.parametrize("slug", [ARTICLE, SUMMARY])
    def test_a_longer_source_costs_more_up_to_the_limit(self, slug: str) -> None:
        found = talks.capability(slug)
        assert found.model_use is not None
        data = found.parse({"text": "x"})
        small, large, huge = (found.model_use(data, size).input_tokens for size in (1_000, 30_000, 3_000_000))
        assert small < large < huge < 40_000
