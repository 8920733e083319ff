"""What the page of API keys shows and its form means; the password again before a key is made or ends; who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.errors import Forbidden, FreshLoginNeeded, InvalidInput, NotFound
from coexai_app.models import ApiKey, LoginSession, Mail, MailKind, Organization, RefreshToken
from coexai_app.scopes import SCOPES
from coexai_app.services import access_tokens, api_keys, api_keys_read, mail
from coexai_app.views.base import zone
from coexai_app.views.tokens import CreatedKey
from tests import forge
from tests.people import People, do

FORM = {"name": "Website", "kind": "live", "preset": "read", "scopes": (), "life": "90", "day": ""}


def make(person: Any, **given: Any) -> CreatedKey:
    return do(api_keys_read.make, person, **{**FORM, **given})[0]


def stale(person: Any) -> None:
    with db.transaction() as session:
        session.execute(
            update(LoginSession)
            .where(col(LoginSession.id) == person.session_id)
            .values(authenticated_at=db.now(session) - timedelta(minutes=11))
        )


def by_token(person: Any, *, minutes_ago: int = 0) -> Any:
    actor = do(access_tokens.verify, token=forge.log_in(person).access)
    with db.transaction() as session:
        for row in session.exec(select(RefreshToken).where(RefreshToken.family_id == actor.family_id)).all():
            row.expires_at -= timedelta(minutes=minutes_ago)
    return actor


class TestForm:
    def test_read_only_changes_nothing_and_everything_is_what_the_role_may_hand_out(self, people: People) -> None:
        assert set(make(people.bob).scopes) == {"jobs:read", "files:read", "outputs:read", "usage:read"}
        assert set(make(people.alice).scopes) == {name for name in SCOPES if name.endswith(":read")}
        assert set(make(people.alice, preset="all").scopes) == set(SCOPES)
        assert set(make(people.bob, preset="all").scopes) == {name for name, grant in SCOPES.items() if grant.role == "member"}

    def test_only_chosen_boxes_count_when_choosing(self, people: People) -> None:
        assert make(people.bob, preset="chosen", scopes=("jobs:write",)).scopes == ("jobs:write",)
        assert "jobs:write" not in make(people.bob, preset="read", scopes=("jobs:write",)).scopes

    @pytest.mark.parametrize(("life", "days"), [("30", 30), ("90", 90), ("365", 365), ("never", None)])
    def test_how_long_it_opens(self, people: People, life: str, days: int | None) -> None:
        made = make(people.bob, life=life)
        assert (made.expires_at - made.created_at if made.expires_at else None) == (timedelta(days=days) if days else None)

    @pytest.mark.parametrize("timezone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
    def test_until_the_end_of_a_day_where_the_organisation_is(self, people: People, timezone: str) -> None:
        with db.transaction() as session:
            session.get_one(Organization, people.bob.organization_id).timezone = timezone
            today = db.now(session).astimezone(zone(timezone)).date()
        bob = replace(people.bob, timezone=timezone)
        for day in (today, today + timedelta(days=10), today + timedelta(days=365)):
            made = make(bob, life="date", day=day.isoformat())
            assert made.expires_at == datetime.combine(day + timedelta(days=1), time(), zone(timezone))
        for wrong in (today - timedelta(days=1), today + timedelta(days=366)):
            with pytest.raises(InvalidInput) as caught:
                make(bob, life="date", day=wrong.isoformat())
            assert caught.value.field == "expires_on"

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"preset": "owner"}, "scopes"),
            ({"preset": "chosen"}, "scopes"),
            ({"kind": ""}, "scopes"),
            ({"life": "1000"}, "expires_in_days"),
            ({"life": "date"}, "expires_on"),
            ({"life": "date", "day": "31.12.2026"}, "expires_on"),
            ({"life": "date", "day": "9999-12-31"}, "expires_on"),
            ({"name": " "}, "name"),
        ],
    )
    def test_a_wrong_field_is_named_and_nothing_is_made(self, people: People, session: Session, wrong: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            make(people.bob, **wrong)
        assert caught.value.field == field
        assert session.exec(select(ApiKey)).all() == []


class TestOverview:
    def test_members_see_their_own_and_admins_all_in_words(self, people: People) -> None:
        make(people.bob, name="Bob's site", kind="test", life="never")
        make(people.alice, name="Report", preset="all")
        (own,) = do(api_keys_read.overview, people.bob).rows
        assert (own.name, own.made_by, own.kind, own.access, own.used, own.end, own.word) == (
            "Bob's site",
            "Bob Birch",
            "Test",
            "Read only",
            "never",
            "never",
            "Active",
        )
        assert own.sentences[0] == SCOPES["jobs:read"].sentence  # type: ignore[index]
        all_of_them = do(api_keys_read.overview, people.adam)
        assert [(row.name, row.mine, row.access) for row in all_of_them.rows] == [
            ("Report", False, "Everything"),
            ("Bob's site", False, "Read only"),
        ]
        assert all_of_them.everybody
        assert all(row.may_revoke and "Only the person who made" in row.why_not_rotate for row in all_of_them.rows)

    def test_the_states(self, people: People) -> None:
        made = [make(people.bob, name=name) for name in ("revoked", "replaced", "over", "expired", "soon")]
        ids = [UUID(key.id) for key in made]
        do(api_keys.revoke, people.bob, key_id=ids[0])
        do(api_keys.rotate, people.bob, key_id=ids[1], overlap_hours=24)
        do(api_keys.rotate, people.bob, key_id=ids[2], overlap_hours=0)
        with db.transaction() as session:
            at = db.now(session)
            session.get_one(ApiKey, ids[3]).expires_at = at - timedelta(seconds=1)
            session.get_one(ApiKey, ids[4]).expires_at = at + timedelta(days=6)
        words = {row.id: (row.word, row.tone) for row in do(api_keys_read.overview, people.bob).rows}
        assert [words[key.id] for key in made] == [
            ("Revoked", "idle"),
            ("Being replaced", "warn"),
            ("Replaced", "idle"),
            ("Expired", "idle"),
            ("Ends soon", "warn"),
        ]

    def test_a_plan_without_api_says_what_it_would_take(self, people: People) -> None:
        seen = do(api_keys_read.overview, people.mallory)
        assert seen.locked == "The Free plan has no API access."
        assert seen.need == "API access comes with Pro (US$49 a month) and Enterprise (US$199 a month)."
        assert do(api_keys_read.overview, people.bob).locked == ""

    def test_what_a_role_may_not_hand_out_is_there_and_locked(self, people: People) -> None:
        boxes = {box.name: box.locked for group in do(api_keys_read.overview, people.bob).groups for box in group.boxes}
        assert set(boxes) == set(SCOPES)
        assert {name for name, locked in boxes.items() if locked} == {"webhooks:manage", "members:read", "audit:read"}

    def test_outsiders_see_none_and_a_viewer_is_told_why(self, people: People) -> None:
        made = make(people.bob)
        assert do(api_keys_read.overview, people.mallory).rows == ()
        with pytest.raises(NotFound):
            do(api_keys.revoke, people.mallory, key_id=UUID(made.id))
        with pytest.raises(Forbidden, match=r"Your role \(viewer\)"):
            do(api_keys_read.overview, people.vera)
        with pytest.raises(Forbidden, match=r"Your role \(viewer\)"):
            make(people.vera)
        with pytest.raises(Forbidden, match=r"no API access"):
            make(people.mallory)

    def test_the_example_is_a_call_with_the_key(self, people: People) -> None:
        made, example = do(api_keys_read.make, people.bob, **FORM)
        assert example == f'curl http://localhost:3000/api/v1/me -H "Authorization: Bearer {made.secret}"'
        turned, newer = do(api_keys_read.turn, people.bob, key_id=UUID(made.id), overlap_hours="24")
        assert turned.secret in newer
        for wrong in ("", "-1", "x", "9999", "169"):
            with pytest.raises(InvalidInput):
                do(api_keys_read.turn, people.bob, key_id=UUID(turned.id), overlap_hours=wrong)


class TestSudo:
    @pytest.mark.asvs("V7.5.1", "V7.5.3")
    def test_an_old_log_in_neither_makes_nor_replaces_nor_ends_a_key(self, people: People, session: Session) -> None:
        key_id = UUID(make(people.bob).id)
        stale(people.bob)
        for attempt in (
            lambda: make(people.bob),
            lambda: do(api_keys.rotate, people.bob, key_id=key_id),
            lambda: do(api_keys.revoke, people.bob, key_id=key_id),
        ):
            with pytest.raises(FreshLoginNeeded):
                attempt()
        (row,) = session.exec(select(ApiKey)).all()
        assert (row.revoked_at, row.overlap_until) == (None, None)
        assert not do(api_keys_read.overview, people.bob).fresh
        assert do(api_keys_read.overview, people.alice).fresh

    @pytest.mark.asvs("V10.3.4")
    def test_an_api_client_needs_a_fresh_log_in_too(self, people: People) -> None:
        make(by_token(people.bob))
        with pytest.raises(FreshLoginNeeded, match="Log in again"):
            make(by_token(people.bob, minutes_ago=11))

    def test_staff_who_act_for_somebody_and_unknown_log_ins_get_none(self, people: People) -> None:
        for who in (
            replace(people.bob, staff_id=people.sid.user_id),
            replace(by_token(people.bob), staff_id=people.sid.user_id),
            replace(people.bob, session_id=None),
        ):
            with pytest.raises(Forbidden):
                make(who)
        with pytest.raises(FreshLoginNeeded):
            make(replace(people.bob, session_id=None, family_id=uuid4()))


class TestMails:
    def test_the_maker_and_all_admins_are_told_once(self, people: People, session: Session) -> None:
        made = make(people.bob, name="Shop")
        mails = session.exec(select(Mail).where(Mail.kind == MailKind.API_KEY_CREATED).order_by(col(Mail.to_address))).all()
        assert [one.to_address for one in mails] == ["adam@own.example.org", "alice@larkfield.example.org", "bob@own.example.org"]
        for one in mails:
            assert "Bob Birch made the API key “Shop” in Larkfield Studio" in one.text
            assert "/settings/keys" in one.text
            assert made.secret not in one.text + one.html
            assert made.secret[:12] in one.text

    def test_a_replaced_key_is_news_too(self, people: People, session: Session) -> None:
        made = make(people.alice)
        do(api_keys.rotate, people.alice, key_id=UUID(made.id))
        assert len(session.exec(select(Mail).where(Mail.to_address == "alice@larkfield.example.org")).all()) == 2

    def test_over_the_limit_of_mails_keys_are_still_made(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(mail, "ORGANIZATION_HOURLY", 0)
        assert make(people.bob).status == "active"


def test_a_day_in_the_api_too(people: People) -> None:
    with db.reading() as session:
        day: date = db.now(session).date() + timedelta(days=3)
    made = do(api_keys.create, people.bob, name="Shop", scopes=["jobs:read"], expires_on=day)
    assert made.expires_at == datetime.combine(day + timedelta(days=1), time(), zone("UTC"))
