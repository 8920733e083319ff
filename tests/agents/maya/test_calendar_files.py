"""A calendar as files that other programs read: spreadsheets that run no formula, calendars that keep the hour."""

from __future__ import annotations

import csv
import io
import json

import icalendar
import pytest

from coexai_app.agents.maya.calendar.schemas import CalendarOutput, Entry
from coexai_app.agents.pipeline import StepContext, run
from coexai_app.agents.report import Report
from coexai_app.business import BusinessProfile
from tests.agents.maya.letters import AGENT, CALENDAR, EXAMPLE, LONG_NAMES, MONDAY, REPAIR, calendar_of, calendar_on

REPORT = calendar_of(EXAMPLE, channels="linkedin,x,instagram", weeks=2)


def with_text(text: str, *, title: str = "Title", zone: str = "", date: str = MONDAY, time: str = "09:00") -> Report:
    entry = Entry(date=date, time=time, channel="linkedin", title=title, text=text, id="abc")
    output = CalendarOutput(entries=(entry,), timezone=zone, planned=1)
    return REPORT.model_copy(update={"output": output.model_dump(mode="json")})


def rows(report: Report) -> list[dict[str, str]]:
    data = CALENDAR.exports["csv"](report)
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def events(report: Report) -> list[icalendar.Event]:
    made = icalendar.Calendar.from_ical(CALENDAR.exports["ics"](report))
    return [part for part in made.walk() if part.name == "VEVENT"]


class TestCsv:
    def test_begins_with_a_mark_and_ends_lines_as_the_rfc_says(self) -> None:
        data = CALENDAR.exports["csv"](REPORT)
        assert data.startswith(b"\xef\xbb\xbfdate,time,timezone,channel,title,text,characters,limit,source\r\n")
        assert data.endswith(b"\r\n")

    def test_holds_every_entry_with_its_source(self) -> None:
        found = rows(REPORT)
        assert [(r["date"], r["channel"], r["text"]) for r in found] == [
            (e["date"], e["channel"], e["text"]) for e in REPORT.output["entries"]
        ]
        assert all(r["source"] for r in found)

    @pytest.mark.parametrize(
        "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1+1", "  @x", "＝1", '=HYPERLINK("http://e.com","x")', "\r\n=cmd|' /C calc'!A0"]
    )
    def test_nothing_is_a_formula(self, text: str) -> None:
        row = rows(with_text(text, title=text))[0]
        assert row["text"].startswith("'")
        assert row["title"].startswith("'")

    def test_quotes_commas_and_line_breaks_come_through(self) -> None:
        text = 'He said "no", then\n\nleft; 5 € 日本 😀'
        assert rows(with_text(text))[0]["text"] == text


class TestIcs:
    @pytest.mark.parametrize("name", LONG_NAMES[:8])
    def test_every_entry_is_an_event_that_says_the_same(self, name: str) -> None:
        report = calendar_on(name)
        found = events(report)
        assert [str(e["description"]) for e in found] == [e["text"] for e in report.output["entries"]]
        assert len({str(e["uid"]) for e in found}) == len(found)

    def test_lines_are_at_most_75_bytes_and_end_in_crlf(self) -> None:
        data = CALENDAR.exports["ics"](with_text("日本語の長い文章。" * 60 + "😀" * 40))
        assert all(len(line) <= 75 for line in data.split(b"\r\n"))
        assert b"\n" not in data.replace(b"\r\n", b"")
        assert str(events(with_text("日本語の長い文章。" * 60))[0]["description"]) == "日本語の長い文章。" * 60

    @pytest.mark.parametrize("text", ["a;b,c\\d", "line\nbreak", "BEGIN:VEVENT\r\nSUMMARY:x", 'quote "x": y', "tab\tand \x07 bell"])
    def test_what_has_a_meaning_there_is_text(self, text: str) -> None:
        found = events(with_text(text, title=text))
        assert len(found) == 1
        assert str(found[0]["description"]) == text.replace("\r\n", "\n").replace("\x07", "")

    def test_without_a_time_zone_times_are_local_wherever_they_are_read(self) -> None:
        data = CALENDAR.exports["ics"](with_text("Text."))
        assert b"DTSTART:20261130T090000\r\n" in data
        assert b"VTIMEZONE" not in data

    def test_with_one_the_hour_stays_over_the_change_of_the_clocks(self) -> None:
        summer = CALENDAR.exports["ics"](with_text("Text.", zone="Europe/Berlin", date="2026-10-24"))
        winter = CALENDAR.exports["ics"](with_text("Text.", zone="Europe/Berlin", date="2026-10-26"))
        assert b"DTSTART;TZID=Europe/Berlin:20261024T090000" in summer
        assert b"DTSTART;TZID=Europe/Berlin:20261026T090000" in winter
        assert b"BEGIN:VTIMEZONE" in summer
        assert events(with_text("Text.", zone="Europe/Berlin", date="2026-10-24"))[0].start.utcoffset().seconds == 7200
        assert events(with_text("Text.", zone="Europe/Berlin", date="2026-10-26"))[0].start.utcoffset().seconds == 3600

    def test_a_zone_that_nobody_knows_is_none(self) -> None:
        assert b"DTSTART:20261130T090000" in CALENDAR.exports["ics"](with_text("Text.", zone="Mars/Olympus"))

    def test_an_event_keeps_its_name_when_its_words_and_time_change(self) -> None:
        assert events(with_text("One."))[0]["uid"] == events(with_text("Two.", time="11:00"))[0]["uid"] == "abc@coexai"

    def test_the_business_s_zone_gets_there(self) -> None:
        business = BusinessProfile.parse({"places": [{"timezone": "America/New_York"}]})
        report = run(AGENT, CALENDAR, CALENDAR.parse({"text": REPAIR, "start": MONDAY, "weeks": 1}), StepContext(business=business))
        assert b"TZID=America/New_York" in CALENDAR.exports["ics"](report)


class TestOthers:
    def test_plain_posts_are_ready_to_paste(self) -> None:
        text = CALENDAR.exports["txt"](REPORT).decode()
        assert all(entry["text"] in text for entry in REPORT.output["entries"])

    def test_markdown_word_and_json(self) -> None:
        import docx

        markdown = CALENDAR.exports["md"](REPORT).decode()
        assert "## Week 2" in markdown
        assert "## Evidence" in markdown
        document = docx.Document(io.BytesIO(CALENDAR.exports["docx"](REPORT)))
        assert {"Title", "Subtitle", "Heading 1", "Heading 2"} <= {p.style.name for p in document.paragraphs}
        assert json.loads(CALENDAR.exports["json"](REPORT))["output"] == REPORT.output

    def test_an_empty_calendar_is_a_file_too(self) -> None:
        empty = REPORT.model_copy(update={"output": CalendarOutput().model_dump(mode="json"), "claims": ()})
        assert all(render(empty) for render in CALENDAR.exports.values())
