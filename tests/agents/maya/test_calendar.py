"""A plan over weeks: moments by channel and cadence, texts that fit, nothing said twice, and an honest end when the source is used up."""

from __future__ import annotations

import datetime
import re

import pytest

from coexai_app.agents.maya.calendar import cadence
from coexai_app.agents.maya.calendar.schemas import CalendarOutput, title_of
from coexai_app.agents.parts import PartKind, Words
from coexai_app.agents.pipeline import StepContext, run
from coexai_app.agents.report import Report
from coexai_app.agents.text import networks, sentences
from coexai_app.agents.text.networks import NETWORKS, Channel
from coexai_app.business import BusinessProfile
from coexai_app.errors import InvalidInput
from tests.agents.maya.letters import (
    AGENT,
    ANNUAL_REPORT,
    CALENDAR,
    EXAMPLE,
    INJECTED,
    LONG_NAMES,
    MONDAY,
    REPAIR,
    calendar_of,
    calendar_on,
)


def plan(report: Report) -> CalendarOutput:
    return CalendarOutput.model_validate(report.output)


def points(report: Report, check: str) -> tuple[int, str]:
    found = next(c for c in report.checks if c.id == check)
    return found.points, found.message


class TestEverySource:
    @pytest.mark.parametrize("name", LONG_NAMES)
    def test_has_no_claim_without_a_source(self, name: str) -> None:
        report = calendar_on(name)
        assert report.unsupported == ()
        assert sum(c.max_points for c in report.checks) == 100
        assert report.score.points >= 90

    @pytest.mark.parametrize("name", LONG_NAMES)
    def test_every_post_fits_its_network(self, name: str) -> None:
        for entry in plan(calendar_on(name)).entries:
            assert networks.fits(entry.channel, entry.text)
            assert entry.title
            assert entry.source

    @pytest.mark.parametrize("name", LONG_NAMES)
    def test_no_sentence_is_said_twice_on_any_channel(self, name: str) -> None:
        seen: set[str] = set()
        places: set[tuple[int, int]] = set()
        for entry in plan(calendar_on(name)).entries:
            for line in entry.text.split("\n"):
                for sentence in sentences.split(line):
                    if len(sentence.text.split()) > 5:
                        assert sentence.text not in seen
                        seen.add(sentence.text)
            assert not places & set(entry.source)
            places |= set(entry.source)

    @pytest.mark.parametrize("name", LONG_NAMES)
    def test_its_words_are_the_source_s(self, name: str) -> None:
        report = calendar_on(name)
        source = " ".join(report.source.text.split())
        for entry in plan(report).entries:
            start, end = entry.source[0]
            assert " ".join(report.source.text[start:end].split())[:20] in source
            known = set(re.findall(r"\w+", report.source.text.casefold()))
            said = "\n".join(line for line in entry.text.split("\n") if not line.startswith("#"))
            assert set(re.findall(r"\w{2,}", said.casefold())) <= known


class TestMoments:
    def test_a_channel_has_its_days_and_its_time(self) -> None:
        entries = plan(calendar_of(EXAMPLE, channels="linkedin", weeks=2, per_week=3)).entries
        assert [(e.date, e.time) for e in entries[:3]] == [("2026-11-30", "09:00"), ("2026-12-02", "09:00"), ("2026-12-04", "09:00")]
        assert {e.week for e in entries[:3]} == {1}

    def test_own_times_win(self) -> None:
        report = calendar_of(EXAMPLE, channels="linkedin,facebook", times="LinkedIn 7:45, facebook 17.30", weeks=1)
        assert {(e.channel, e.time) for e in plan(report).entries} == {(Channel.LINKEDIN, "07:45"), (Channel.FACEBOOK, "17:30")}

    def test_channels_take_turns_with_their_days(self) -> None:
        slots = cadence.slots(datetime.date(2026, 11, 30), 1, 2, list(Channel)[:3], {})
        assert len({slot.date for slot in slots}) > 2

    @pytest.mark.parametrize("start", ["2026-11-30", "2026-12-03", "2026-12-06", "2028-02-29"])
    @pytest.mark.parametrize("per_week", range(1, 8))
    def test_each_week_is_seven_days_from_the_first_one(self, start: str, per_week: int) -> None:
        first = datetime.date.fromisoformat(start)
        slots = cadence.slots(first, 3, per_week, [Channel.X, Channel.LINKEDIN], {})
        assert len(slots) == 3 * per_week * 2
        for slot in slots:
            week = first + datetime.timedelta(days=7 * (slot.week - 1))
            assert week <= slot.date < week + datetime.timedelta(days=7)
        assert len({(s.date, s.channel) for s in slots}) == len(slots)

    def test_without_a_first_day_it_is_a_monday_to_come(self) -> None:
        monday = cadence.next_monday("Pacific/Auckland")
        assert monday.weekday() == 0
        assert monday > datetime.datetime.now(datetime.UTC).date()

    def test_the_time_zone_is_that_of_the_business(self) -> None:
        business = BusinessProfile.parse({"places": [{"label": "Kiosk"}, {"label": "Shop", "timezone": "Europe/Brussels"}]})
        report = run(AGENT, CALENDAR, CALENDAR.parse({"text": REPAIR, "start": MONDAY}), StepContext(business=business))
        assert plan(report).timezone == "Europe/Brussels"
        assert "Europe/Brussels" in points(report, "dates")[1]


class TestTexts:
    def test_longer_where_posts_are_longer(self) -> None:
        entries = plan(calendar_on("long-post.md")).entries
        size = {channel: [len(e.text) for e in entries if e.channel is channel] for channel in (Channel.LINKEDIN, Channel.X)}
        assert sum(size[Channel.LINKEDIN]) / len(size[Channel.LINKEDIN]) > sum(size[Channel.X]) / len(size[Channel.X])

    def test_an_article_is_a_section_under_its_heading(self) -> None:
        entries = plan(calendar_of(EXAMPLE, channels="linkedin_article", weeks=1, per_week=1)).entries
        assert len(entries[0].text) >= 600
        assert "\n\n" in entries[0].text
        assert len(entries[0].title) <= NETWORKS[Channel.LINKEDIN_ARTICLE].title

    def test_the_source_is_linked_where_links_work(self) -> None:
        page = f"<html><body><article>{''.join(f'<p>{line}</p>' for line in EXAMPLE.splitlines() if line)}</article></body></html>"

        class Page:
            url, content_type, data = "https://example.com/bread", "text/html; charset=utf-8", page.encode()

        data = CALENDAR.parse({"url": Page.url, "start": MONDAY, "channels": "facebook,instagram,google_business", "weeks": 1})
        entries = plan(run(AGENT, CALENDAR, data, StepContext(fetch=lambda url: Page()))).entries
        assert all((Page.url in e.text) == (e.channel is Channel.FACEBOOK) for e in entries)
        off = run(AGENT, CALENDAR, data.model_copy(update={"link": False}), StepContext(fetch=lambda url: Page()))
        assert Page.url not in str(off.output)

    def test_hashtags_only_where_they_do_something(self) -> None:
        entries = plan(calendar_of(EXAMPLE, channels="threads,google_business,instagram", hashtags=3, weeks=2)).entries
        counts = {channel: {len(re.findall(r"#\w", e.text)) for e in entries if e.channel is channel} for channel in Channel}
        assert counts[Channel.GOOGLE] == {0}
        assert counts[Channel.THREADS] == {1}

    def test_an_answer_keeps_the_question_that_it_answers(self) -> None:
        entries = plan(calendar_on("question-headings.md")).entries
        post = next(e for e in entries if "Rats follow food" in e.text)
        assert post.text.startswith("Does long grass attract rats?\n\nNo.")

    def test_orders_to_a_machine_are_no_posts(self) -> None:
        assert "gold medals" not in str(calendar_of(INJECTED).output["entries"])

    def test_words_that_the_brand_avoids_are_left_out(self) -> None:
        business = BusinessProfile.parse({"voice": {"avoid": ["accountant"], "hashtags": "none"}})
        report = run(AGENT, CALENDAR, CALENDAR.parse({"text": EXAMPLE, "start": MONDAY}), StepContext(business=business))
        assert "accountant" not in str(report.output)
        assert "#" not in str(report.output)


class TestUsedUp:
    def test_fewer_posts_and_says_so_instead_of_filler(self) -> None:
        report = calendar_of(ANNUAL_REPORT, weeks=12, per_week=7, channels="x,linkedin")
        made = plan(report)
        assert 0 < len(made.entries) < made.planned == 168
        share, message = points(report, "count")
        assert share == 4
        assert message.startswith(f"{len(made.entries)} of 168 posts")
        assert "has no more that stands on its own" in message

    def test_the_same_every_time(self) -> None:
        assert calendar_of(REPAIR).output == calendar_of(REPAIR).output


class TestInput:
    def test_channels_come_as_text_or_as_a_list(self) -> None:
        text = CALENDAR.parse({"text": REPAIR, "channels": " LinkedIn , x,linkedin"})
        listed = CALENDAR.parse({"text": REPAIR, "channels": ["linkedin", "x"]})
        assert text.channels == listed.channels == (Channel.LINKEDIN, Channel.X)

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("channels", "", "Choose at least one"),
            ("channels", "myspace", "There is no channel “myspace”"),
            ("channels", [["x"]], "There is no channel"),
            ("channels", 7, "Choose at least one"),
            ("weeks", 13, "1 to 12"),
            ("per_week", 0, "1 to 7"),
            ("hashtags", 9, "0 to 3"),
            ("start", "soon", "Write the day like this"),
            ("times", "linkedin at nine", "Write it like this"),
            ("times", "linkedin 25:00", "is not a time of day"),
            ("times", "myspace 09:00", "is not a channel and a time"),
        ],
    )
    def test_what_cannot_be_is_refused_at_its_field(self, field: str, value: object, words: str) -> None:
        with pytest.raises(InvalidInput, match=words) as refused:
            CALENDAR.parse({"text": REPAIR, field: value})
        assert any(name.startswith(field) for name in refused.value.details["fields"])

    def test_more_posts_than_a_calendar_holds_are_refused(self) -> None:
        with pytest.raises(InvalidInput, match="That would be 756 posts"):
            CALENDAR.parse({"text": REPAIR, "channels": list(Channel), "weeks": 12, "per_week": 7})

    def test_empty_fields_of_a_form_are_none(self) -> None:
        data = CALENDAR.parse({"text": REPAIR, "start": "", "times": " ", "audience": ""})
        assert (data.start, data.times, data.audience) == (None, None, None)


class TestReview:
    REPORT = calendar_of(REPAIR, channels="linkedin,instagram,x", weeks=2)

    def changed(self, place: int, **changes: object) -> Report:
        made = plan(self.REPORT)
        entries = list(made.entries)
        entries[place] = entries[place].model_copy(update=changes)
        output = made.model_copy(update={"entries": tuple(entries)}).model_dump(mode="json")
        review = CALENDAR.review(self.REPORT, output)
        return self.REPORT.model_copy(update={"claims": review.claims, "checks": review.checks, "score": review.score, "output": output})

    def test_the_same_output_gets_the_same_verdict(self) -> None:
        assert CALENDAR.review(self.REPORT, self.REPORT.output).checks == self.REPORT.checks

    @pytest.mark.parametrize(
        ("changes", "check", "words"),
        [
            ({"text": "We repaired 9,999 bikes last year."}, "claims", "9,999"),
            ({"text": "Word " * 700 + ".", "channel": Channel.LINKEDIN}, "length", "too long"),
            ({"date": "2029-01-01"}, "dates", "not in order"),
            ({"text": "But it was different for everybody in the shop."}, "standing", "“But"),
            ({"text": "This sentence has no end"}, "sentences", "without an end"),
            ({"text": "Count. #a #b #c #d #e"}, "hashtags", "5 hashtags"),
            ({"text": "Count your hours.\n\nhttps://example.com/x", "channel": Channel.INSTAGRAM}, "links", "cannot be clicked"),
            ({"text": "Count your hours.\n\nhttps://example.com/x", "channel": Channel.GOOGLE}, "links", "belongs into the button"),
            ({"text": f"{'Count your hours and ' * 25}go home.", "channel": Channel.INSTAGRAM}, "folds", "The first sentence of"),
            ({"text": "COUNT YOUR HOURS NOW!!!"}, "shouting", "shouts"),
        ],
    )
    def test_each_rule_says_what_is_wrong_and_where(self, changes: dict[str, object], check: str, words: str) -> None:
        before = points(self.REPORT, check)[0]
        after, message = points(self.changed(1, **changes), check)
        assert after <= before
        assert words in message
        assert words not in points(self.REPORT, check)[1]

    def test_a_post_copied_to_another_channel_is_a_repeat(self) -> None:
        first = plan(self.REPORT).entries[0]
        assert "share a sentence" in points(self.changed(1, text=first.text), "repeats")[1]

    def test_two_posts_of_a_channel_at_one_moment_clash(self) -> None:
        first = plan(self.REPORT).entries[0]
        report = self.changed(1, date=first.date, time=first.time, channel=first.channel)
        assert points(report, "dates") == (2, f"Two posts stand at {first.label}.")

    @pytest.mark.parametrize("entry", [{"date": "soon"}, {"date": "2026-11-30", "time": "9 o'clock"}, {"channel": "myspace"}])
    def test_what_is_no_calendar_is_refused(self, entry: dict[str, str]) -> None:
        with pytest.raises(InvalidInput, match="This is not a calendar"):
            CALENDAR.review(self.REPORT, {"entries": [entry]})


class TestParts:
    MADE = plan(calendar_of(REPAIR, channels="linkedin,x", weeks=2))

    def test_an_entry_says_when_and_where_and_how_long(self) -> None:
        part = self.MADE.parts()[0]
        assert part.kind is PartKind.ENTRY
        assert re.fullmatch(r"(Mon|Tue|Wed|Thu|Fri) \d{1,2} (Nov|Dec) \d\d:\d\d, (LinkedIn|X)", part.label)
        assert part.limit in (280, 3_000)
        assert part.group == "Week 1"

    def test_put_back_unchanged_it_is_the_same(self) -> None:
        assert self.MADE.rewritten([Words(p.text, i) for i, p in enumerate(self.MADE.parts())]) == self.MADE

    def test_an_edited_post_keeps_its_moment_its_place_in_the_source_and_its_name(self) -> None:
        changed = self.MADE.rewritten([Words("Other words.", 1)])
        old, new = self.MADE.entries[1], changed.entries[0]
        assert (new.date, new.time, new.channel, new.source, new.id) == (old.date, old.time, old.channel, old.source, old.id)
        assert (new.text, new.title) == ("Other words.", "Other words")

    def test_a_new_post_stands_where_the_one_before_it_stands(self) -> None:
        changed = self.MADE.rewritten([Words(self.MADE.entries[0].text, 0), Words("A new post.")])
        assert (changed.entries[1].date, changed.entries[1].channel) == (self.MADE.entries[0].date, self.MADE.entries[0].channel)
        assert changed.entries[1].id not in ("", self.MADE.entries[0].id)
        assert changed.entries[1].source == ()

    @pytest.mark.parametrize(
        ("text", "title"),
        [
            ("• One.\n• Two.", "One"),
            ("Short. And more.", "Short"),
            (f"The first clause is the title of it, {'and so on ' * 10}.", "The first clause is the title of it"),
            ("", ""),
        ],
    )
    def test_a_title_is_the_post_s_first_words(self, text: str, title: str) -> None:
        assert title_of(text) == title
