"""An edited thread is judged again; a reason that a person gave is kept; a report becomes a file."""

from __future__ import annotations

import io
import json

import pytest

from coexai_app.agents.pipeline import Checkpoint, StepContext, StepEvent, StepStatus, input_hash, run
from coexai_app.agents.report import CheckStatus, ClaimStatus
from coexai_app.errors import Cancelled, InvalidInput
from tests.agents.maya.posts import AGENT, CAPABILITY, report_on, texts, thread_of

EXAMPLE = CAPABILITY.example["text"]


class TestReview:
    def test_the_same_output_gets_the_same_verdict(self) -> None:
        report = report_on("numbers.md")
        review = CAPABILITY.review(report, report.output)
        assert (review.claims, review.checks, review.score) == (report.claims, report.checks, report.score)

    def test_an_invented_number_fails_the_claims_and_is_named(self) -> None:
        report = thread_of(EXAMPLE)
        output = json.loads(json.dumps(report.output))
        output["posts"][2]["text"] = output["posts"][2]["text"].replace("£9,000", "£95,000")
        review = CAPABILITY.review(report, output)
        check = next(c for c in review.checks if c.id == "claims")
        assert (check.status, check.points) == (CheckStatus.FAIL, 0)
        assert "£95,000" in check.message
        assert review.score.points == report.score.points - check.max_points

    def test_a_kept_claim_stays_kept_when_other_words_change(self) -> None:
        report = thread_of(EXAMPLE)
        output = json.loads(json.dumps(report.output))
        output["posts"][2]["text"] = output["posts"][2]["text"].replace("£9,000", "£95,000")
        first = CAPABILITY.review(report, output)
        kept = tuple(
            c.model_copy(update={"status": ClaimStatus.OVERRIDDEN, "override": "our new figure"})
            if c.status is ClaimStatus.UNSUPPORTED
            else c
            for c in first.claims
        )
        edited = report.model_copy(update={"claims": kept, "output": output})
        output["posts"][0]["text"] = output["posts"][0]["text"].replace("Nothing was wrong", "Nothing at all was wrong")
        again = CAPABILITY.review(edited, output)
        assert [c.override for c in again.claims if c.status is ClaimStatus.OVERRIDDEN] == ["our new figure"]
        assert next(c for c in again.checks if c.id == "claims").status is CheckStatus.PASS

    @pytest.mark.parametrize(
        ("old", "new", "check"),
        [
            ("Tom was sure", "He was sure", "openers"),
            ("4% of the waste.", "4% of the waste", "sentences"),
            ("2/10", "3/10", "numbering"),
            ("We binned", "WE BINNED MORE THAN EVER BEFORE!!!", "shouting"),
            ("#BreadWaste", "#BreadWaste #One #Two #Three", "hashtags"),
        ],
    )
    def test_a_fault_of_style_costs_points_and_says_what_to_do(self, old: str, new: str, check: str) -> None:
        report = thread_of(EXAMPLE)
        output = json.loads(json.dumps(report.output))
        changed = False
        for post in output["posts"]:
            changed = changed or old in post["text"]
            post["text"] = post["text"].replace(old, new)
        if not changed:
            output["posts"][1]["text"] = f"{new} {output['posts'][1]['text']}"
        found = next(c for c in CAPABILITY.review(report, output).checks if c.id == check)
        assert found.points < found.max_points
        assert found.fix

    def test_a_post_that_is_too_long_fails(self) -> None:
        report = thread_of(EXAMPLE)
        output = {"posts": [{"text": "We bake bread. " * 20}], "hashtags": []}
        assert next(c for c in CAPABILITY.review(report, output).checks if c.id == "length").points == 0

    def test_what_is_no_thread_is_refused(self) -> None:
        with pytest.raises(InvalidInput):
            CAPABILITY.review(thread_of(EXAMPLE), {"posts": []})


class TestRun:
    def test_the_same_input_gives_the_same_report(self) -> None:
        first, second = thread_of(EXAMPLE), thread_of(EXAMPLE)
        assert first.model_dump(exclude={"steps"}) == second.model_dump(exclude={"steps"})

    def test_steps_have_their_names_and_can_start_behind_a_checkpoint(self) -> None:
        data = CAPABILITY.parse({"text": EXAMPLE})
        events: list[StepEvent] = []
        whole = run(AGENT, CAPABILITY, data, StepContext(), on_step=events.append)
        done = {e.name: Checkpoint(e.input_hash, json.loads(json.dumps(e.result))) for e in events if e.status is StepStatus.DONE}
        assert list(done) == ["extract", "analyze", "strategize", "generate", "format", "check", "output"]
        assert done["extract"].input_hash == input_hash("maya", "blog-to-thread", data)
        kept = {name: done[name] for name in ("extract", "analyze", "strategize", "generate")}
        again = run(AGENT, CAPABILITY, data, StepContext(), checkpoints=kept)
        assert again.output == whole.output and again.claims == whole.claims

    def test_a_cancelled_job_stops_before_the_next_step(self) -> None:
        asked = iter([False, False, True, True, True, True])
        with pytest.raises(Cancelled):
            run(AGENT, CAPABILITY, CAPABILITY.parse({"text": EXAMPLE}), StepContext(cancelled=lambda: next(asked)))


class TestExports:
    def test_text_is_ready_to_paste(self) -> None:
        report = report_on("numbers.md")
        assert CAPABILITY.exports["txt"](report).decode().rstrip("\n").split("\n\n---\n\n") == texts(report)

    def test_json_is_the_report(self) -> None:
        report = report_on("numbers.md")
        assert json.loads(CAPABILITY.exports["json"](report)) == report.model_dump(mode="json")

    def test_markdown_holds_posts_evidence_and_checks(self) -> None:
        made = CAPABILITY.exports["md"](report_on("numbers.md")).decode()
        assert made.startswith("# A year of our repair café in numbers\n")
        assert "| Part | Claim | Verdict | Source |" in made and "points" in made

    def test_word_has_real_styles_and_an_evidence_table(self) -> None:
        import docx

        report = report_on("numbers.md")
        document = docx.Document(io.BytesIO(CAPABILITY.exports["docx"](report)))
        styles = [p.style.name for p in document.paragraphs if p.style is not None]
        assert "Title" in styles and styles.count("Heading 2") == len(texts(report))
        assert len(document.tables[0].rows) == len(report.claims) + 1
