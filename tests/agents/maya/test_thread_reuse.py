"""A thread beside what the organisation said before: warned of, kept through edits, never judged on another scale than at first."""

from __future__ import annotations

from coexai_app.agents.maya import AGENT, BLOG_TO_THREAD
from coexai_app.agents.pipeline import StepContext, run
from coexai_app.agents.report import Check, Report
from coexai_app.agents.text.reuse import Earlier
from coexai_app.business import BusinessProfile

SOURCE = """# What a year of counting taught our bakery

Marta Ruiz took every order by phone for eleven years. In March 2024 she counted 412 calls in one week.

The first form asked for fourteen fields. Only 9% of visitors finished it in the first month.

The second form asked three questions. The share of visitors who finished rose to 61% within a month.

Waste fell from 14% of production to 5%. The bakery sells 1,200 loaves a week, and two people share the count.
"""
SAID = "The second form asked three questions. The share of visitors who finished rose to 61% within a month."


def written(*earlier: Earlier, samples: tuple[str, ...] = ()) -> Report:
    business = BusinessProfile.parse({"voice": {"samples": samples}})
    return run(AGENT, BLOG_TO_THREAD, BLOG_TO_THREAD.parse({"text": SOURCE}), StepContext(earlier=lambda: earlier, business=business))


def reuse_of(checks: tuple[Check, ...]) -> Check:
    return next(check for check in checks if check.id == "reuse")


def test_what_was_said_is_named_with_its_place() -> None:
    report = written(Earlier(id="1", title="The form", texts=(SAID,)))
    check = reuse_of(report.checks)
    posts = [post["text"] for post in report.output["posts"]]
    assert (check.status, check.points) == ("warn", 2)
    assert [posts[f.part][f.start : f.end] in SAID for f in check.findings] == [True]
    assert report.score.max_points == 100 and report.score.points == sum(c.points for c in report.checks)


def test_an_edit_is_compared_again_and_can_mend_it() -> None:
    report = written(Earlier(id="1", title="The form", texts=(SAID,)), Earlier(id="2", title="Bees", texts=("Bees sleep in winter.",)))
    kept = BLOG_TO_THREAD.review(report, {"posts": [{"text": SAID}]})
    mended = BLOG_TO_THREAD.review(report, {"posts": [{"text": "Three questions were enough: 61% finished."}]})
    assert (reuse_of(kept.checks).status, reuse_of(mended.checks).status) == ("warn", "pass")
    assert [one["title"] for one in (report.analysis.model_extra or {})["said"]] == ["The form"]


def test_the_brands_own_samples_may_be_said_again_also_after_an_edit() -> None:
    report = written(Earlier(id="1", title="The form", texts=(SAID,)), samples=(SAID,))
    assert reuse_of(report.checks).status == "pass" and "a line of your brand" in reuse_of(report.checks).message
    assert reuse_of(BLOG_TO_THREAD.review(report, report.output).checks).status == "pass"


def test_a_report_of_before_keeps_its_scale() -> None:
    report = written()
    old = report.model_copy(update={"score": report.score.model_copy(update={"rubric": "maya.thread/1"})})
    review = BLOG_TO_THREAD.review(old, old.output)
    assert (review.score.rubric, review.score.max_points) == ("maya.thread/1", 100)
    assert {c.id: c.max_points for c in review.checks}["duplicates"] == 8 and "reuse" not in {c.id for c in review.checks}
    assert {c.id: c.max_points for c in BLOG_TO_THREAD.review(report, report.output).checks}["duplicates"] == 5
