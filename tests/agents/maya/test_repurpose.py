"""One source to everything: all targets on the test posts and talks, what is left out, edits, files, and the verdict of the whole."""

from __future__ import annotations

import functools
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from coexai_app.agents import AGENTS, output_of
from coexai_app.agents.maya.repurpose import Target
from coexai_app.agents.maya.repurpose.inputs import NAMES
from coexai_app.agents.maya.repurpose.targets import TARGETS
from coexai_app.agents.parts import Words
from coexai_app.agents.pipeline import StepContext, run
from coexai_app.agents.report import CheckStatus, Report, Review
from coexai_app.agents.text.networks import NETWORKS, Channel, fits
from coexai_app.agents.text.reuse import Earlier
from coexai_app.business import BusinessProfile, Voice
from coexai_app.errors import InvalidInput, Unavailable
from tests.agents.maya import talks
from tests.agents.maya.letters import REPAIR
from tests.agents.maya.posts import NAMES as POSTS
from tests.agents.maya.posts import context

AGENT = AGENTS["maya"]
CAPABILITY = AGENT.capabilities["repurpose"]
ALL = ",".join(Target)
SHORT = (
    "From Monday our bakery opens at six instead of seven. Eleven commuters asked for it in one week. The first rolls leave the oven at "
    "ten to six. The shop closes at two."
)
CALL = "Come and taste it on Saturday from eight."


def made(text: str = REPAIR, targets: str = ALL, *, within: StepContext | None = None, **options: Any) -> Report:
    return run(AGENT, CAPABILITY, CAPABILITY.parse({"text": text, "targets": targets, **options}), within or StepContext())


@functools.cache
def everything() -> Report:
    return made(call_to_action=CALL)


def edited(report: Report, words: Sequence[Words]) -> tuple[Any, Review]:
    output = output_of(report).rewritten(words)
    return output, CAPABILITY.review(report, output.model_dump(mode="json"))


def as_is(report: Report) -> list[Words]:
    return [Words(part.text, of) for of, part in enumerate(output_of(report).parts())]


def groups(output: Any) -> list[str]:
    return list(dict.fromkeys(part.group for part in output.parts()))


def assert_sound(report: Report) -> None:
    """Every claim is where it says, has a source, and the points of the checks are the score."""
    parts = output_of(report).parts()
    assert report.unsupported == ()
    for claim in report.claims:
        assert parts[claim.part].text[claim.start : claim.end] == claim.text
        if claim.source and claim.source.origin == "source":
            assert report.source.text[claim.source.start : claim.source.end] == claim.source.quote
    assert sum(check.points for check in report.checks) == report.score.points
    assert sum(check.max_points for check in report.checks) == report.score.max_points == 100 * len(report.output["pieces"])
    assert len({check.id for check in report.checks}) == len(report.checks)


class TestTargets:
    @pytest.mark.parametrize("name", POSTS)
    def test_a_written_source_gives_all_of_them_or_says_why_not(self, name: str) -> None:
        report = run(AGENT, CAPABILITY, CAPABILITY.parse({"file": name, "targets": ALL}), context())
        assert_sound(report)
        told = [*(piece["target"] for piece in report.output["pieces"]), *(one["target"] for one in report.output["left_out"])]
        assert sorted(told) == sorted(Target)
        assert all(one["reason"].endswith((".", "text.")) for one in report.output["left_out"])
        for part in output_of(report).parts():
            assert part.group in NAMES.values()
            assert not part.limit or 0 < part.length <= part.limit

    @pytest.mark.parametrize("name", ["interview.txt", "german.txt"])
    def test_a_talk_does_too(self, name: str) -> None:
        report = run(AGENT, CAPABILITY, CAPABILITY.parse({"file": name, "targets": ALL}), talks.context())
        assert_sound(report)
        assert len(report.output["pieces"]) == len(Target)

    def test_each_is_what_its_own_capability_makes(self) -> None:
        report = made(targets="thread,linkedin_article,summary,newsletter")
        for piece in report.output["pieces"]:
            skill = TARGETS[Target(piece["target"])].capability
            assert piece["output"] == run(AGENT, skill, skill.parse({"text": REPAIR}), StepContext()).output

    @pytest.mark.parametrize("channel", list(Channel)[3:])
    def test_a_post_fits_its_network_and_says_what_was_asked(self, channel: Channel) -> None:
        (part,) = (part for part in output_of(everything()).parts() if part.channel == channel and part.kind == "post")
        assert part.label == part.group == f"{NETWORKS[channel].label} post"
        assert fits(channel, part.text)
        assert CALL in part.text

    def test_the_numbers_of_steps_are_no_speakers(self) -> None:
        report = run(AGENT, CAPABILITY, CAPABILITY.parse({"file": "how-to.md", "targets": "linkedin_article,summary"}), context())
        assert not [part.lead for part in output_of(report).parts() if part.lead]


class TestInput:
    def test_the_usual_targets_are_a_thread_a_newsletter_and_a_post(self) -> None:
        data = CAPABILITY.parse({"text": REPAIR})
        assert [step.name for step in CAPABILITY.steps_for(data)] == ["extract", "analyze", "thread", "newsletter", "linkedin", "output"]

    def test_targets_come_in_one_order_and_each_once(self) -> None:
        data = CAPABILITY.parse({"text": REPAIR, "targets": ["linkedin", "thread", "linkedin"]})
        assert data.model_dump()["targets"] == (Target.THREAD, Target.LINKEDIN)

    @pytest.mark.parametrize(
        ("given", "told"), [("", "Choose at least one thing"), ("thread,fax", "“fax” cannot be made"), ([3], "“3” cannot be made")]
    )
    def test_what_cannot_be_made_is_refused_at_its_field(self, given: object, told: str) -> None:
        with pytest.raises(InvalidInput, match=told) as refused:
            CAPABILITY.parse({"text": REPAIR, "targets": given})
        assert set(refused.value.details["fields"]) == {"targets"}

    def test_what_a_model_is_asked_is_the_sum(self) -> None:
        assert CAPABILITY.model_use is not None
        one = [CAPABILITY.model_use(CAPABILITY.parse({"text": REPAIR, "targets": [t]}), 9_000) for t in Target]
        whole = CAPABILITY.model_use(CAPABILITY.parse({"text": REPAIR, "targets": ALL}), 9_000)
        assert whole.calls == sum(use.calls for use in one) > len(Target)
        assert whole.input_tokens == sum(use.input_tokens for use in one)


class TestLeftOut:
    def test_one_that_cannot_be_made_leaves_the_others_and_its_reason(self) -> None:
        report = made(SHORT, "thread,newsletter")
        assert groups(output_of(report)) == ["Thread for X"]
        assert report.output["left_out"][0]["target"] == "newsletter"
        (note,) = output_of(report).notes()
        assert note.startswith("Not made. Newsletter: This source has only 33 words")
        assert next(step for step in report.steps if step.name == "newsletter").summary.startswith("Left out. This source has only")
        assert note.removeprefix("Not made. ").replace("'", "") in CAPABILITY.exports["txt"](report).decode()
        assert "## Not made" in CAPABILITY.exports["md"](report).decode()

    def test_when_nothing_can_be_made_the_reasons_are_the_error(self) -> None:
        with pytest.raises(InvalidInput, match=r"A newsletter needs at least 60") as refused:
            made(SHORT, "newsletter")
        assert refused.value.field == "text"

    def test_an_outage_is_no_reason_to_leave_something_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def down(data: Any, context: StepContext) -> Any:
            raise Unavailable("The model is busy.")

        row = TARGETS[Target.NEWSLETTER]
        steps = tuple(replace(s, run=down) if s.name == "generate" else s for s in row.capability.steps)
        broken = replace(row, capability=replace(row.capability, steps=steps))
        from coexai_app.agents.maya.repurpose import steps as ours

        monkeypatch.setattr(ours, "TARGETS", {**TARGETS, Target.NEWSLETTER: broken})
        with pytest.raises(Unavailable):
            ours.of(Target.NEWSLETTER)(CAPABILITY.parse({"text": REPAIR}), _read())  # type: ignore[arg-type]


def _read() -> StepContext:
    """A context whose source is read and analysed."""
    ready = StepContext()
    data = CAPABILITY.parse({"text": REPAIR})
    for step in CAPABILITY.steps[:2]:
        ready.results[step.result] = step.run(data, ready)
    return ready


class TestVerdict:
    def test_it_is_the_sum_of_what_each_would_have_alone(self) -> None:
        report = everything()
        with zipfile.ZipFile(io.BytesIO(CAPABILITY.exports["zip"](report))) as packed:
            alone = [json.loads(packed.read(name)) for name in packed.namelist() if name.endswith(".json") and "/" in name]
        assert sum(one["score"]["points"] for one in alone) == report.score.points
        assert sum(len(one["claims"]) for one in alone) == len(report.claims)

    def test_the_same_words_get_the_same_verdict_again(self) -> None:
        report = everything()
        assert CAPABILITY.review(report, report.output) == Review(claims=report.claims, checks=report.checks, score=report.score)

    def test_rules_stand_under_the_name_of_their_text(self) -> None:
        labels = {check.id: check.label for check in everything().checks}
        assert (labels["thread.hook"], labels["newsletter.subjects"]) == ("Thread for X: Hook", "Newsletter: Subject lines")
        assert [id_ for id_ in labels if "." not in id_] == ["claims", "reuse"]

    def test_an_invented_number_in_one_text_is_found_there_and_nowhere_else(self) -> None:
        report, words = everything(), as_is(everything())
        at = next(i for i, part in enumerate(output_of(report).parts()) if part.group == "LinkedIn post")
        words[at] = Words("We repaired 9,999 bikes.", at)
        _, found = edited(report, words)
        (bad,) = (claim for claim in found.claims if claim.status == "unsupported")
        assert (bad.part, bad.text) == (at, "9,999 bikes") or (bad.part, bad.text) == (at, "9,999")
        claims = found.checks[0]
        assert (claims.id, claims.status, claims.points) == ("claims", CheckStatus.FAIL, 0)
        assert claims.evidence.startswith("LinkedIn post: “9,999")

    def test_a_post_that_is_too_long_fails_its_own_length(self) -> None:
        words = as_is(everything())
        at = next(i for i, part in enumerate(output_of(everything()).parts()) if part.group == "Bluesky post")
        words[at] = Words("The wait is nine days in spring. " * 12, at)
        _, found = edited(everything(), words)
        assert [check.id for check in found.checks if check.id.endswith(".length") and check.status is CheckStatus.FAIL] == [
            "bluesky.length"
        ]

    def test_the_brand_voice_holds_in_every_text(self) -> None:
        report = made(within=StepContext(business=BusinessProfile(voice=Voice(avoid=("puncture",)))))
        (words,) = (check for check in report.checks if check.id == "brand_words")
        assert words.max_points == 5 * len(report.output["pieces"])
        assert report.score.rubric == "maya.repurpose/1+brand"
        assert_sound(report)
        parts = as_is(report)
        parts[0] = Words("A puncture costs €12.", 0)
        _, found = edited(report, parts)
        (again,) = (check for check in found.checks if check.id == "brand_words")
        assert again.message.startswith("Thread for X: ")
        assert again.points < again.max_points

    def test_texts_of_one_job_may_share_sentences_and_those_of_earlier_results_may_not(self) -> None:
        first = everything()
        (fresh,) = (check for check in first.checks if check.id == "reuse")
        assert fresh.status is CheckStatus.PASS
        said = Earlier(id="1", title="Last week", texts=tuple(part.text for part in output_of(first).parts()))
        again = made(within=StepContext(earlier=lambda: (said,)))
        (found,) = (check for check in again.checks if check.id == "reuse")
        assert found.status is CheckStatus.WARN
        parts = output_of(again).parts()
        assert {parts[one.part].group for one in found.findings} == set(groups(output_of(again)))
        assert all(0 <= one.start < one.end <= len(parts[one.part].text) for one in found.findings)
        assert CAPABILITY.review(again, again.output).score == again.score


class TestEdit:
    def test_words_go_back_to_their_text(self) -> None:
        report = everything()
        words = as_is(report)
        output, found = edited(report, words)
        assert output == output_of(report)
        assert found.score == report.score

    def test_a_new_part_belongs_to_the_text_before_it(self) -> None:
        report = everything()
        parts, words = output_of(report).parts(), as_is(report)
        last = max(i for i, part in enumerate(parts) if part.group == "Thread for X")
        words.insert(last + 1, Words("A puncture costs €12."))
        output, _ = edited(report, words)
        thread = [part.text for part in output.parts() if part.group == "Thread for X"]
        assert thread[-1] == "A puncture costs €12."
        assert [part.text for part in output.parts() if part.group != "Thread for X"] == [
            part.text for part in parts if part.group != "Thread for X"
        ]

    def test_a_part_that_moves_among_others_stays_with_its_text(self) -> None:
        report = everything()
        words = as_is(report)
        words.append(words.pop(0))
        output, _ = edited(report, words)
        assert groups(output) == groups(output_of(report))
        assert len(output.parts()) == len(words)

    def test_a_text_without_words_goes_and_the_rest_is_judged_without_it(self) -> None:
        report = everything()
        parts = output_of(report).parts()
        words = [said for said, part in zip(as_is(report), parts, strict=True) if part.group != "Newsletter"]
        output, found = edited(report, words)
        assert "Newsletter" not in groups(output)
        assert found.score.max_points == report.score.max_points - 100
        assert not [check for check in found.checks if check.id.startswith("newsletter.")]

    def test_more_posts_than_a_thread_takes_are_refused_in_words(self) -> None:
        words = [*as_is(everything())[:1], *(Words(f"Post number {i} is here.") for i in range(30))]
        with pytest.raises(InvalidInput, match=r"Thread for X can have at most 25 parts"):
            output_of(everything()).rewritten(words)

    def test_nothing_left_is_refused(self) -> None:
        with pytest.raises(InvalidInput):
            output_of(everything()).rewritten([])

    @pytest.mark.parametrize(
        "output", [{}, {"pieces": []}, {"pieces": [{"target": "fax", "output": {}}]}, {"pieces": [{"target": "thread"}]}]
    )
    def test_what_is_no_set_of_texts_is_refused(self, output: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput, match="not a set of texts"):
            CAPABILITY.review(everything(), output)


class TestFiles:
    def test_the_archive_has_every_text_in_its_own_formats(self) -> None:
        data = CAPABILITY.exports["zip"](everything())
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            assert packed.testzip() is None
            names = packed.namelist()
            expected = {
                f"{slug}/{slug}.{name}"
                for target in Target
                for slug in [target.value.replace("_", "-")]
                for name in TARGETS[target].capability.exports
            }
            assert set(names) == {"report.json", *expected}
            assert b"<html" in packed.read("newsletter/newsletter.html")
            assert packed.read("thread/thread.docx")[:2] == b"PK"
            assert CALL in packed.read("linkedin/linkedin.txt").decode()

    def test_a_report_in_the_archive_is_one_of_its_own_capability(self) -> None:
        with zipfile.ZipFile(io.BytesIO(CAPABILITY.exports["zip"](everything()))) as packed:
            report = Report.model_validate_json(packed.read("thread/thread.json"))
        assert report.capability == "blog-to-thread"
        assert output_of(report).parts()[0].channel == "x"
        assert report.score.max_points == 100

    def test_every_file_of_everything_names_each_text(self) -> None:
        import docx

        report = everything()
        markdown, text = (CAPABILITY.exports[name](report).decode() for name in ("md", "txt"))
        document = docx.Document(io.BytesIO(CAPABILITY.exports["docx"](report)))
        heads = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]
        for name in groups(output_of(report)):
            assert f"## {name}\n" in markdown
            assert f"{name.upper()}\n" in text
            assert name in heads
        assert "| Thread for X, Post 1 |" in markdown
        assert json.loads(CAPABILITY.exports["json"](report))["output"] == report.output
