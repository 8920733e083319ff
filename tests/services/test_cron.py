"""Cron lines: what they mean, what is wrong with them in words, and the moments they name, clock changes included."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice, pairwise

import pytest

from coexai_app.errors import InvalidInput
from coexai_app.services import cron, cron_words


def runs(line: str, timezone: str, after: str, number: int = 4) -> list[str]:
    """The next runs after a local time, by the local clock with its offset."""
    there = cron.zone(timezone)
    start = datetime.fromisoformat(after).replace(tzinfo=there)
    return [slot.astimezone(there).isoformat(" ", "minutes") for slot in islice(cron.slots(line, timezone, start), number)]


def said(line: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        cron.parse(line)
    assert caught.value.details["fields"] == {"cron": caught.value.message}
    return caught.value.message


class TestMistakes:
    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("61 * * * *", "“61 * * * *”: minutes go from 0 to 59."),
            ("0 24 * * *", "hours go from 0 to 23."),
            ("0 9 0 * *", "days of the month go from 1 to 31"),
            ("0 9 32 * *", "days of the month go from 1 to 31"),
            ("0 9 * 13 *", "months go from 1 to 12, or from JAN to DEC."),
            ("0 9 * * 8", "days of the week go from 0 to 7"),
            ("0 9 * * FUNDAY", "“FUNDAY” is no day of the week"),
            ("0 9 * JUNE *", "“JUNE” is no month"),
            ("0 17-9 * * *", "the range 17-9 runs backwards"),
            ("0 9 * * SAT-TUE", "the range SAT-TUE runs backwards"),
            ("*/0 9 * * *", "a step is a number from 1 to 59"),
            ("0 */x * * *", "a step is a number from 1 to 23"),
            ("0/ 9 * * *", "a step is a number"),
            ("0, 9 * * *", "something is missing"),
            ("0 -9 * * *", "something is missing"),
            ("0 9 * *", "has 4 of five fields"),
            ("0 0 9 * * MON", "has 6 of five fields"),
            ("@daily", "has 1 of five fields"),
            ("", "Write five fields"),
            ("0 9 * * MON#2", "“MON#2” is no day of the week"),
            ("0 9 ? * MON", "“?” is no day of the month"),
            ("0 9 * * ²", "is no day of the week"),
            ("0 9 * * 99999999999999999999", "days of the week go from 0 to 7"),
            ("0 " + ",".join(["9"] * 100) + " * * *", "longer than 120 characters"),
        ],
    )
    def test_each_is_said_in_words(self, line: str, words: str) -> None:
        assert words in said(line)

    @pytest.mark.parametrize("line", ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31 2 */2"])
    def test_a_day_that_no_month_has(self, line: str) -> None:
        assert "never happens" in said(line)

    @pytest.mark.parametrize(
        "line", ["* * * * *", "*/10 * * * *", "0,14 9 * * *", "0,50 * * * *", "0,50 9-10 * * *", "5,55 0,23 * * *", "5,55 0,23 1,2 * *"]
    )
    def test_more_often_than_every_15_minutes(self, line: str) -> None:
        assert "more often than every 15 minutes" in said(line)

    @pytest.mark.parametrize(
        "line", ["*/15 * * * *", "7,22,37,52 * * * *", "0,50 9 * * *", "0,50 9,11 * * *", "5,55 0,23 1 * *", "0,59 3 * * *"]
    )
    def test_every_15_minutes_is_fine(self, line: str) -> None:
        assert cron.parse(line).text == line

    @pytest.mark.parametrize("name", ["Mars/Olympus", "", "Europe", "../../etc/passwd", "a\0b", "x" * 500])
    def test_an_unknown_time_zone(self, name: str) -> None:
        with pytest.raises(InvalidInput, match="no time zone that we know"):
            cron.zone(name)

    def test_names_ranges_lists_and_steps_mean_the_same_as_numbers(self) -> None:
        assert cron.parse("0 9 * jan-mar,dec mon-fri").numbers == "0 9 * 1,2,3,12 1,2,3,4,5"
        assert cron.parse("0 9 * * fri-sun").weekdays == (0, 5, 6)
        assert cron.parse("5/20 9 * * 7").numbers == "5,25,45 9 * * 7"
        assert cron.parse("0 9 * * 0-7").weekdays == (0, 1, 2, 3, 4, 5, 6)

    def test_it_is_stored_clean(self) -> None:
        assert cron.parse("  0\t9  * *   mon ").text == "0 9 * * MON"


class TestSpring:
    """The clock jumps from 02:00 to 03:00 (Lord Howe: to 02:30): a time that does not exist runs at the next valid moment."""

    @pytest.mark.parametrize(
        ("timezone", "eve", "line", "expected"),
        [
            ("Europe/Madrid", "2027-03-27 12:00", "30 2 * * *", ["2027-03-28 03:00+02:00", "2027-03-29 02:30+02:00"]),
            ("America/New_York", "2027-03-13 12:00", "30 2 * * *", ["2027-03-14 03:00-04:00", "2027-03-15 02:30-04:00"]),
            ("Australia/Lord_Howe", "2026-10-03 12:00", "15 2 * * *", ["2026-10-04 02:30+11:00", "2026-10-05 02:15+11:00"]),
            ("Australia/Lord_Howe", "2026-10-03 12:00", "30 2 * * *", ["2026-10-04 02:30+11:00", "2026-10-05 02:30+11:00"]),
        ],
    )
    def test_a_daily_run_moves_and_is_not_lost(self, timezone: str, eve: str, line: str, expected: list[str]) -> None:
        assert runs(line, timezone, eve, 2) == expected

    @pytest.mark.parametrize("line", ["0,30 2,3 * * *", "*/30 2-3 * * *"])
    def test_several_that_fall_on_one_moment_run_once(self, line: str) -> None:
        assert runs(line, "Europe/Madrid", "2027-03-27 12:00", 3) == [
            "2027-03-28 03:00+02:00",
            "2027-03-28 03:30+02:00",
            "2027-03-29 02:00+02:00",
        ]

    def test_midnight_may_be_missing_too(self) -> None:
        assert runs("0 0 * * *", "America/Havana", "2027-03-13 12:00", 2) == ["2027-03-14 01:00-04:00", "2027-03-15 00:00-04:00"]

    def test_every_hour_follows_real_time(self) -> None:
        assert runs("30 * * * *", "Europe/Madrid", "2027-03-28 00:45") == [
            "2027-03-28 01:30+01:00",
            "2027-03-28 03:30+02:00",
            "2027-03-28 04:30+02:00",
            "2027-03-28 05:30+02:00",
        ]


class TestAutumn:
    """The clock goes back from 03:00 to 02:00 (Lord Howe: from 02:00 to 01:30): a time that exists twice runs once, the first time."""

    @pytest.mark.parametrize(
        ("timezone", "eve", "line", "expected"),
        [
            ("Europe/Madrid", "2027-10-30 12:00", "30 2 * * *", ["2027-10-31 02:30+02:00", "2027-11-01 02:30+01:00"]),
            ("America/New_York", "2027-11-06 12:00", "30 1 * * *", ["2027-11-07 01:30-04:00", "2027-11-08 01:30-05:00"]),
            ("Australia/Lord_Howe", "2027-04-03 12:00", "45 1 * * *", ["2027-04-04 01:45+11:00", "2027-04-05 01:45+10:30"]),
        ],
    )
    def test_a_daily_run_comes_once(self, timezone: str, eve: str, line: str, expected: list[str]) -> None:
        assert runs(line, timezone, eve, 2) == expected

    def test_also_with_a_star_in_the_minutes(self) -> None:
        assert runs("*/30 2 * * *", "Europe/Madrid", "2027-10-30 12:00", 3) == [
            "2027-10-31 02:00+02:00",
            "2027-10-31 02:30+02:00",
            "2027-11-01 02:00+01:00",
        ]

    def test_between_the_two_the_next_one_is_tomorrow(self) -> None:
        second = datetime(2027, 10, 31, 1, 15, tzinfo=UTC)  # 02:15 for the second time
        assert cron.next_slot("30 2 * * *", "Europe/Madrid", second) == datetime(2027, 11, 1, 1, 30, tzinfo=UTC)

    def test_every_two_hours_skips_no_full_hour_where_the_shift_is_half_an_hour(self) -> None:
        assert runs("0 */2 * * *", "Australia/Lord_Howe", "2027-04-03 23:00", 3) == [
            "2027-04-04 00:00+11:00",
            "2027-04-04 02:00+10:30",
            "2027-04-04 04:00+10:30",
        ]

    @pytest.mark.parametrize(("timezone", "day"), [("Europe/Madrid", "2027-10-31"), ("Australia/Lord_Howe", "2027-04-04")])
    def test_every_hour_and_every_quarter_leave_no_gap(self, timezone: str, day: str) -> None:
        there = cron.zone(timezone)
        start = datetime.fromisoformat(f"{day} 00:00").replace(tzinfo=there)
        quarters = list(islice(cron.slots("*/15 * * * *", timezone, start), 30))
        assert {(later - earlier).seconds for earlier, later in pairwise(quarters)} == {900}
        hours = list(islice(cron.slots("30 * * * *", timezone, start), 8))
        assert max((later - earlier).seconds for earlier, later in pairwise(hours)) == 3600


class TestCalendar:
    def test_leap_day(self) -> None:
        assert runs("0 9 29 2 *", "Europe/Madrid", "2026-03-01 00:00", 2) == ["2028-02-29 09:00+01:00", "2032-02-29 09:00+01:00"]

    def test_the_31st_leaves_out_short_months(self) -> None:
        assert [run[:10] for run in runs("0 9 31 * *", "UTC", "2026-01-01 00:00")] == [
            "2026-01-31",
            "2026-03-31",
            "2026-05-31",
            "2026-07-31",
        ]

    def test_the_last_day_is_in_every_month(self) -> None:
        assert [run[:10] for run in runs("0 9 L * *", "UTC", "2028-01-01 00:00")] == [
            "2028-01-31",
            "2028-02-29",
            "2028-03-31",
            "2028-04-30",
        ]

    def test_two_day_fields_mean_either(self) -> None:
        assert [run[:10] for run in runs("0 9 13 * FRI", "UTC", "2026-11-10 00:00", 3)] == ["2026-11-13", "2026-11-20", "2026-11-27"]

    def test_a_starred_day_field_means_both(self) -> None:
        assert [run[:10] for run in runs("0 9 */10 * MON", "UTC", "2026-11-01 00:00", 2)] == ["2026-12-21", "2027-01-11"]

    def test_a_slot_that_is_now_is_not_next(self) -> None:
        nine = datetime(2026, 11, 23, 9, tzinfo=UTC)
        assert cron.next_slot("0 9 * * MON", "UTC", nine) == datetime(2026, 11, 30, 9, tzinfo=UTC)
        assert cron.next_slot("0 9 * * MON", "UTC", nine.replace(hour=8, minute=59, second=59, microsecond=999_999)) == nine


class TestWords:
    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("0 9 * * MON", "Every Monday at 09:00"),
            ("5 7 * * *", "Every day at 07:05"),
            ("0 9 * * 1-5", "Every weekday at 09:00"),
            ("0 9 * * SUN,SAT,3", "Every Wednesday, Saturday and Sunday at 09:00"),
            ("0 9 * * 0-6", "Every day at 09:00"),
            ("0 9,17 * * *", "Every day at 09:00 and 17:00"),
            ("30 8 1 * *", "Every month on the 1st at 08:30"),
            ("30 8 2,23 * *", "Every month on the 2nd and 23rd at 08:30"),
            ("0 0 L * *", "Every month on the last day at 00:00"),
            ("0 9 1 JAN,JUL *", "Every year on the 1st of January and July at 09:00"),
            ("0 * * * *", "Every hour"),
            ("20 * * * *", "Every hour, 20 minutes past"),
            ("0 */3 * * *", "Every 3 hours"),
            ("*/15 * * * *", "Every 15 minutes"),
            ("0 9 13 * FRI", "0 9 13 * FRI"),
            ("0 9-17 * * 1-5", "0 9-17 * * 1-5"),
            ("0 9 */2 * *", "0 9 */2 * *"),
            ("0 9 * * */2", "0 9 * * */2"),
            ("0 9 * JAN MON", "0 9 * JAN MON"),
        ],
    )
    def test_usual_lines_are_sentences(self, line: str, words: str) -> None:
        assert cron_words.describe(line, "Europe/Madrid") == f"{words} (Europe/Madrid)"


class TestBuilder:
    @pytest.mark.parametrize(
        ("form", "days", "line"),
        [
            ({"repeat": "daily", "time": "07:05"}, (), "5 7 * * *"),
            ({"repeat": "weekdays", "time": "09:00"}, (), "0 9 * * 1-5"),
            ({"repeat": "weekly", "time": "09:00"}, ("5", "1", "1"), "0 9 * * 1,5"),
            ({"repeat": "monthly", "time": "09:00", "day": "28"}, (), "0 9 28 * *"),
            ({"repeat": "monthly", "time": "09:00", "day": "L"}, (), "0 9 L * *"),
            ({"repeat": "cron", "cron": "0 9 * * mon"}, (), "0 9 * * MON"),
            ({"repeat": "once"}, (), ""),
        ],
    )
    def test_choices_become_a_line_and_come_back(self, form: dict[str, str], days: tuple[str, ...], line: str) -> None:
        assert cron_words.compose(form, days) == line
        if form["repeat"] not in ("once", "cron"):
            back = cron_words.decompose(line, "Europe/Madrid", None)
            assert (back.repeat, back.time) == (form["repeat"], form["time"])
            assert cron_words.compose(back.model_dump(), back.days) == line

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            ({"repeat": "weekly", "time": "09:00"}, "days"),
            ({"repeat": "monthly", "time": "09:00", "day": "31"}, "day"),
            ({"repeat": "daily", "time": "25:00"}, "time"),
            ({"repeat": "daily", "time": ""}, "time"),
            ({"repeat": "cron", "cron": "x"}, "cron"),
            ({"repeat": "hourly"}, "time"),
            ({"repeat": "never", "time": "09:00"}, "repeat"),
            ({}, "time"),
        ],
    )
    def test_what_is_wrong_names_its_field(self, form: dict[str, str], field: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            cron_words.compose(form, ())
        assert list(caught.value.details["fields"]) == [field]

    @pytest.mark.parametrize("line", ["0 9,17 * * *", "0 9 31 * *", "0 9 1 1 *", "0 9 13 * FRI", "*/15 * * * *", "0 9 * * */2"])
    def test_what_it_cannot_make_stays_a_line(self, line: str) -> None:
        back = cron_words.decompose(line, "UTC", None)
        assert (back.repeat, back.cron) == ("cron", line)

    def test_once_is_a_moment_of_the_zone(self) -> None:
        assert cron_words.once({"date": "2027-07-01", "time": "09:00"}, "Europe/Madrid") == datetime(2027, 7, 1, 7, tzinfo=UTC)
        assert cron_words.once({"date": "2027-03-28", "time": "02:30"}, "Europe/Madrid") == datetime(2027, 3, 28, 1, tzinfo=UTC)
        assert cron_words.once({"date": "2027-10-31", "time": "02:30"}, "Europe/Madrid") == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)

    @pytest.mark.parametrize("date", ["", "2027-02-30", "tomorrow", "9999-12-31", "0001-01-01"])
    def test_a_date_that_is_none(self, date: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            cron_words.once({"date": date, "time": "09:00"}, "Europe/Madrid")
        assert list(caught.value.details["fields"]) == ["date"]
