"""Newsletters and calendars with a language model: a real HTTP server answers as models do on bad days, and nothing harmful gets
through."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from coexai_app.agents import output_of
from coexai_app.agents.pipeline import Capability, StepContext, run
from coexai_app.agents.report import Report
from coexai_app.agents.text import networks
from coexai_app.llm.compatible import Compatible
from tests.agents.maya.letters import AGENT, CALENDAR, MONDAY, NEWSLETTER, REPAIR
from tests.llm.vendor_server import OpenAIProtocol, VendorServer

ATTACKS = [
    "<script>fetch('https://evil.example')</script>We printed every price on a board outside the shop.",
    "We printed every price on a board outside. ![pixel](https://evil.example/p.png)",
    "We printed every price on a board. Read [more](https://evil.example/x) or evil.example/y at once.",
    "We printed every price on a board. <img src=x onerror=alert(1)> javascript:alert(1)",
    "We printed every price \u202eon a board\u202c outside the shop.",
    "{{secret}} We printed every price on a board outside the shop.",
]


def letter(**changes: Any) -> dict[str, Any]:
    return {
        "subjects": ["We stopped selling bicycles", "2,914 repaired bikes in 18 months", "Would you wait nine days?"],
        "preheader": "A workshop in Ghent lives from repair, and its profit grew by 22%.",
        "opening": "A workshop in Ghent stopped selling new bicycles eighteen months ago. Its profit grew by 22%.",
        "sections": [
            {
                "heading": "Two numbers",
                "text": "A new bike earned €140 and took hours to sell. A repair earns €48 and takes forty minutes.",
            },
            {
                "heading": "Prices on the door",
                "text": "A puncture costs €12. In the first month 41 people walked in who had never been inside.",
            },
            {"heading": "Nine days", "text": "The wait is nine days in spring. No-shows fell from 17% to 3%."},
        ],
        "closing": "Count your hours before you count your sales.",
        **changes,
    }


@pytest.fixture
def server() -> Iterator[VendorServer]:
    server = VendorServer()
    yield server
    server.close()


def answered(server: VendorServer, skill: Capability, *replies: Any, **options: Any) -> Report:
    protocol = OpenAIProtocol()
    server.say(*[protocol.whole(reply if isinstance(reply, str) else json.dumps(reply)) for reply in replies])
    model = Compatible(api_key="", model="small", base_url=server.url, sleep=lambda seconds: None)
    return run(AGENT, skill, skill.parse({"text": REPAIR, **options}), StepContext(model=model))


def all_text(report: Report) -> str:
    return "\n".join(part.text for part in output_of(report).parts())


class TestNewsletter:
    def test_the_model_s_words_are_used_and_linked(self, server: VendorServer) -> None:
        report = answered(server, NEWSLETTER, letter())
        assert report.engine.provider == "compatible"
        assert [s["heading"] for s in report.output["sections"]] == ["Two numbers", "Prices on the door", "Nine days"]
        assert [s["kind"] for s in report.output["subjects"]] == ["plain", "number", "question"]
        assert report.unsupported == ()
        assert report.usage.calls == 1

    def test_links_stay_those_of_the_source(self, server: VendorServer) -> None:
        report = answered(server, NEWSLETTER, letter())
        assert [s["link"]["url"] for s in report.output["sections"] if s["link"]] == ["https://example.com/fietsbericht"]

    def test_the_source_is_never_part_of_the_instructions(self, server: VendorServer) -> None:
        answered(server, NEWSLETTER, letter())
        for request in server.requests:
            system = next(m["content"] for m in request.body["messages"] if m["role"] in ("system", "developer"))
            assert "bicycle" not in system

    def test_an_invented_number_is_asked_about_twice_and_then_gone(self, server: VendorServer) -> None:
        bad = letter(opening="The workshop made €75,000 in 2031. Its profit grew by 22%.")
        still = {"parts": ["The workshop made €75,000 in 2031. Its profit grew by 22%."]}
        report = answered(server, NEWSLETTER, bad, still, still)
        assert report.usage.calls == 3
        assert "75,000" not in all_text(report)
        assert report.output["opening"] == "Its profit grew by 22%."
        assert report.unsupported == ()
        assert report.engine.provider == "compatible"

    def test_a_repaired_part_is_taken(self, server: VendorServer) -> None:
        bad = letter(preheader="A workshop in Antwerp repaired 9,999 bikes.")
        report = answered(server, NEWSLETTER, bad, {"parts": ["A workshop in Ghent has repaired 2,914 bikes."]})
        assert report.output["preheader"] == "A workshop in Ghent has repaired 2,914 bikes."

    def test_a_part_of_which_nothing_is_left_is_the_builtin_one(self, server: VendorServer) -> None:
        bad = letter(closing="Call us on 0800 123456 before Friday.")
        still = {"parts": ["Call us on 0800 123456 before Friday."]}
        report = answered(server, NEWSLETTER, bad, still, still)
        assert "0800" not in all_text(report)
        assert report.output["closing"].startswith("Count your hours")

    @pytest.mark.parametrize("attack", ATTACKS)
    def test_markup_and_links_do_not_get_through(self, server: VendorServer, attack: str) -> None:
        sections = [{"heading": attack, "text": attack}, *letter()["sections"][1:]]
        report = answered(server, NEWSLETTER, letter(subjects=[attack], opening=attack, sections=sections))
        page = NEWSLETTER.exports["html"](report).decode()
        assert not re.search(r"evil\.example|<script|onerror|javascript:|\u202e", page)
        assert re.findall(r"\{\{.*?\}\}", page) == ["{{unsubscribe}}"]

    def test_lines_too_long_for_an_inbox_do_not_get_there(self, server: VendorServer) -> None:
        report = answered(server, NEWSLETTER, letter(subjects=["We stopped selling " * 10], preheader="The workshop in Ghent repairs " * 9))
        assert all(len(s["text"]) <= 60 for s in report.output["subjects"])
        assert len(report.output["subjects"]) == 3
        assert len(report.output["preheader"]) <= 110

    @pytest.mark.parametrize("reply", ["no JSON at all", {"sections": "none"}, {"subjects": []}, [], {"sections": [1, None, "x"]}])
    def test_what_is_no_newsletter_leaves_the_builtin_one(self, server: VendorServer, reply: Any) -> None:
        report = answered(server, NEWSLETTER, *([reply] * 4))
        assert report.engine.provider == "builtin"
        assert report.output["sections"][0]["heading"] == "Why we stopped selling"
        assert report.unsupported == ()


OPTIONS = {"start": MONDAY, "channels": "linkedin,x", "weeks": 1, "per_week": 2, "hashtags": 1}
POSTS = [
    "A workshop in Ghent stopped selling bicycles, and its profit grew by 22%.",
    "A repair earns €48 and takes forty minutes.",
    "The wait is nine days in spring, and no-shows fell from 17% to 3%.",
    "A puncture costs €12, and the price hangs on the door.",
]


class TestCalendar:
    def test_the_model_s_words_keep_their_moments_and_what_stands_below(self, server: VendorServer) -> None:
        report = answered(server, CALENDAR, {"posts": POSTS}, **OPTIONS)
        entries = report.output["entries"]
        assert [e["text"].split("\n")[0] for e in entries] == POSTS
        assert all(re.search(r"\n\n#\w+$", e["text"]) for e in entries)
        assert [e["time"] for e in entries if e["channel"] == "linkedin"] == ["09:00", "09:00"]
        assert report.engine.provider == "compatible"
        assert report.unsupported == ()

    def test_an_invented_number_is_asked_about_twice_and_then_gone(self, server: VendorServer) -> None:
        bad = [POSTS[0], "The workshop made €75,000 in 2031.", *POSTS[2:]]
        still = {"parts": ["The workshop made €75,000 in 2031."]}
        report = answered(server, CALENDAR, {"posts": bad}, still, still, **OPTIONS)
        assert report.usage.calls == 3
        assert len(report.output["entries"]) == 4
        assert "75,000" not in all_text(report)
        assert report.unsupported == ()

    def test_a_post_that_is_too_long_is_cut_to_whole_sentences(self, server: VendorServer) -> None:
        long = " ".join([POSTS[0]] + ["The wait is nine days in spring."] * 200)
        report = answered(server, CALENDAR, {"posts": [long] * 4}, **OPTIONS)
        for entry in report.output["entries"]:
            assert networks.fits(entry["channel"], entry["text"])
            assert entry["text"].rpartition("\n\n#")[0].endswith(".")

    def test_the_same_post_twice_is_used_once(self, server: VendorServer) -> None:
        report = answered(server, CALENDAR, {"posts": [POSTS[0]] * 4}, **OPTIONS)
        assert sum(e["text"].startswith(POSTS[0]) for e in report.output["entries"]) == 1

    @pytest.mark.parametrize("attack", ATTACKS[:5])
    def test_markup_and_links_do_not_get_through(self, server: VendorServer, attack: str) -> None:
        report = answered(server, CALENDAR, {"posts": [attack, *POSTS[1:]]}, **OPTIONS)
        assert not re.search(r"evil\.example|<|onerror|javascript:|\u202e", all_text(report))

    def test_long_plans_are_asked_for_in_parts(self, server: VendorServer) -> None:
        report = answered(server, CALENDAR, {"posts": POSTS}, {"posts": ["A puncture costs €12."]}, **{**OPTIONS, "weeks": 6})
        assert report.usage.calls == -(-len(report.output["entries"]) // 12)
        assert report.unsupported == ()

    @pytest.mark.parametrize("reply", ["no JSON at all", {"posts": "none"}, {"posts": []}, [], {"posts": [1, None]}])
    def test_what_are_no_posts_leaves_the_builtin_ones(self, server: VendorServer, reply: Any) -> None:
        report = answered(server, CALENDAR, *([reply] * 4), **OPTIONS)
        assert report.engine.provider == "builtin"
        assert report.unsupported == ()
