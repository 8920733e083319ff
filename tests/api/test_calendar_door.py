"""The calendar over HTTP: the secret address, the files, and the partner API's entries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, func, select
from starlette.testclient import TestClient

from coexai_app.models import CalendarEntry
from coexai_app.services import calendar, calendar_feed
from tests.people import People, do
from tests.services.test_calendar import SOON, TODAY, entry, ident
from tests.services.test_calendar_feed import address, parsed

As = Callable[[str], TestClient]
Become = Callable[..., Any]
BODY = {"date": SOON.isoformat(), "time": "09:00", "title": "Why we bake less", "channel": "linkedin", "timezone": "Europe/Berlin"}


class TestFeed:
    def test_a_program_reads_it_without_a_log_in(self, people: People, client: TestClient) -> None:
        entry(people.bob)
        token = address(people.vera)
        answer = client.get(f"/calendar/{token}.ics")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert [event.summary for event in parsed(answer.content).events] == ["LinkedIn: Why we bake less"]

    def test_what_it_has_already_is_not_sent_again(self, people: People, client: TestClient) -> None:
        made, token = entry(people.bob), address(people.bob)
        tag = client.get(f"/calendar/{token}.ics").headers["etag"]
        again = client.get(f"/calendar/{token}.ics", headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        head = client.head(f"/calendar/{token}.ics")
        assert (head.status_code, head.headers["etag"], head.content) == (200, tag, b"")
        do(calendar.move, people.bob, entry_id=ident(made), version=1, day=SOON + timedelta(days=1))
        assert client.get(f"/calendar/{token}.ics", headers={"If-None-Match": tag}).status_code == 200

    def test_guesses_are_nobodys_and_counted(self, people: People, client: TestClient) -> None:
        seen = [client.get(f"/calendar/cxc_{number:043d}.ics").status_code for number in range(62)]
        assert (set(seen[:60]), seen[60:]) == ({404}, [429, 429])
        assert client.get("/calendar/none.ics").json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"

    def test_one_address_is_asked_now_and_then(self, people: People, client: TestClient) -> None:
        token, other = address(people.bob), address(people.vera)
        seen = [client.get(f"/calendar/{token}.ics").status_code for _ in range(calendar_feed.PER_MINUTE + 1)]
        assert (set(seen[:-1]), seen[-1]) == ({200}, 429)
        assert client.get(f"/calendar/{other}.ics").status_code == 200

    def test_nothing_can_be_changed_through_it(self, people: People, client: TestClient) -> None:
        token = address(people.bob)
        for method in ("POST", "PUT", "PATCH", "DELETE", "PROPFIND"):
            assert client.request(method, f"/calendar/{token}.ics").status_code in (404, 405)

    def test_the_address_stands_in_no_log(self, people: People, client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
        token = address(people.bob)
        with caplog.at_level("DEBUG"):
            client.get(f"/calendar/{token}.ics")
        assert token not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("coexai"))


class TestFiles:
    def test_a_viewer_takes_it_away(self, people: People, as_person: As) -> None:
        entry(people.bob, title="=1+1")
        answer = as_person("vera").get("/api/v1/calendar/export", params={"from": str(SOON), "until": str(SOON)})
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''calendar-{SOON}-to-{SOON}.csv"
        assert "'=1+1" in answer.text

    @pytest.mark.parametrize("wrong", [{}, {"from": "x", "until": "y"}, {"from": "2026-02-01", "until": "2026-01-01"}])
    def test_nonsense_is_refused(self, as_person: As, wrong: dict[str, str]) -> None:
        assert as_person("vera").get("/api/v1/calendar/export", params=wrong).status_code == 422


class TestPartner:
    def test_from_the_first_word_to_the_end(self, api: Become, session: Session) -> None:
        bob = api("bob")
        made = bob.post("/calendar-entries", BODY)
        assert made.status_code == 201
        found = made.json()
        assert made.headers["Location"] == f"/api/v1/calendar-entries/{found['id']}"
        assert (found["date"], found["time"], found["timezone"], found["state"], found["version"]) == (
            SOON.isoformat(),
            "09:00",
            "Europe/Berlin",
            "draft",
            1,
        )
        path = f"/calendar-entries/{found['id']}"
        later = (SOON + timedelta(days=1)).isoformat()
        moved = bob("PATCH", path, json={"date": later, "version": 1})
        assert (moved.status_code, moved.json()["time"], moved.json()["version"]) == (200, "09:00", 2)
        late = bob("PATCH", path, json={"title": "Too late", "version": 1})
        assert (late.status_code, late.json()["error"]["code"]) == (409, "CONFLICT")
        assert bob("PATCH", path, json={"title": "Whatever is there"}).json()["title"] == "Whatever is there"
        first = bob.get(path)
        assert bob.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
        assert bob.delete(path).status_code == 204
        assert bob.get(path).status_code == 404
        assert session.exec(select(func.count()).select_from(CalendarEntry)).one() == 0

    def test_the_same_key_plans_it_once(self, api: Become, session: Session) -> None:
        bob = api("bob")
        answers = [bob.post("/calendar-entries", BODY, headers={"Idempotency-Key": "once"}) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert answers[1].headers["idempotent-replayed"] == "true"
        assert session.exec(select(func.count()).select_from(CalendarEntry)).one() == 1

    def test_lists_by_days_channel_and_state(self, people: People, api: Become) -> None:
        for step, channel in enumerate(("x", "blog", "x")):
            entry(people.bob, day=SOON + timedelta(days=step), channel=channel, title=f"Day {step}")
        bob = api("bob", "outputs:read")

        def titles(**query: str) -> list[str]:
            return [row["title"] for row in bob.get("/calendar-entries", params=query).json()["data"]]

        assert titles() == ["Day 0", "Day 1", "Day 2"]
        assert titles(sort="-date", limit="1") == ["Day 2"]
        assert titles(channel="x", **{"from": str(SOON + timedelta(days=1))}) == ["Day 2"]
        assert titles(until=str(SOON), state="draft") == ["Day 0"]
        assert titles(state="published") == []

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"date": "2026-02-30"}, "date"),
            ({"date": 0}, "date"),
            ({"date": "1999-01-01"}, "date"),
            ({"date": (TODAY - timedelta(days=3)).isoformat()}, "date"),
            ({"time": "25:00"}, "time"),
            ({"time": "9:00"}, "time"),
            ({"timezone": "Mars/Base"}, "timezone"),
            ({"channel": "fax"}, "channel"),
            ({"title": " "}, "title"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_what_is_wrong_is_named(self, api: Become, session: Session, change: dict[str, Any], field: str) -> None:
        answer = api("bob").post("/calendar-entries", {**BODY, **change})
        assert answer.status_code == 422
        assert field in answer.json()["error"]["details"]["fields"]
        assert session.exec(select(func.count()).select_from(CalendarEntry)).one() == 0

    def test_a_test_keys_entries_are_marked(self, people: People, api: Become) -> None:
        assert api("bob", live=False).post("/calendar-entries", BODY).json()["test"] is True
        live = entry(people.bob)
        refused = api("bob", live=False)("PATCH", f"/calendar-entries/{live.id}", json={"title": "No"})
        assert refused.status_code == 403
