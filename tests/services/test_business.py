"""The business profile: who may read and change it, what is refused field by field, versions, history, and what a job is given."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.agents.parts import Words
from coexai_app.business import BusinessProfile as Profile
from coexai_app.business import gaps
from coexai_app.business.hours import day, spans
from coexai_app.errors import Conflict, Forbidden, InvalidInput
from coexai_app.models import BusinessProfile, BusinessProfileVersion, Job, Output
from coexai_app.services import business, organization_export, outputs, preferences
from tests.people import People, do
from tests.trail import rows
from tests.work import create, job_id, work_all

BAKERY: dict[str, Any] = {
    "name": "Horno Norte",
    "site": "horno.example",
    "places": [
        {"label": "Shop", "city": "Ludlow", "timezone": "europe/london", "hours": {"monday": "9-13, 14:00 – 6 pm", "sunday": "Closed"}}
    ],
    "products": [{"name": "Sourdough", "price": "from £4"}],
    "voice": {"avoid": "cheap, amazing", "banned": ["world class"], "hashtags": "none"},
}


def save(people: People, version: int = 0, **data: Any) -> Any:
    return do(business.save, people.adam, version=version, data=data or BAKERY)


class TestWho:
    def test_everybody_reads_it_and_nobody_elses(self, people: People) -> None:
        save(people)
        for reader in (people.alice, people.adam, people.bob, people.vera):
            assert do(business.get, reader).profile.name == "Horno Norte"
        foreign = do(business.get, people.mallory)
        assert (foreign.version, foreign.profile) == (0, Profile())

    @pytest.mark.parametrize("name", ["bob", "vera"])
    def test_members_and_viewers_do_not_change_it(self, people: People, session: Session, name: str) -> None:
        person = getattr(people, name)
        with pytest.raises(Forbidden, match="change the business profile"):
            do(business.save, person, version=0, data=BAKERY)
        with pytest.raises(Forbidden):
            do(business.save_section, person, version=0, section="basics", data={"name": "x"})
        assert session.exec(select(BusinessProfile)).all() == []
        assert "Only admins" in do(business.get, person).locked

    def test_mallory_changes_only_her_own(self, people: People, session: Session) -> None:
        save(people)
        do(business.save, people.mallory, version=0, data={"name": "Mossworks"})
        assert do(business.get, people.alice).profile.name == "Horno Norte"
        assert len(session.exec(select(BusinessProfile)).all()) == 2


class TestFields:
    def test_what_is_typed_takes_its_one_form(self, people: People) -> None:
        found = save(people).profile
        assert found.site == "https://horno.example"
        assert (found.places[0].hours.monday, found.places[0].hours.sunday) == ("09:00-13:00, 14:00-18:00", "closed")
        assert found.places[0].timezone == "Europe/London"
        assert found.voice.avoid == ("cheap", "amazing")

    def test_each_wrong_field_has_its_sentence(self, people: People, session: Session) -> None:
        wrong = {
            "site": "javascript:alert(1)",
            "phone": "call me",
            "email": "ana@",
            "name": "x" * 121,
            "places": [{}, {"hours": {"friday": "late"}, "timezone": "Mars/Base"}],
            "products": [{"price": "£4"}, {"name": "A", "link": "https://user:secret@x.example"}],
            "voice": {"emoji": "lots", "samples": ["x"] * 6},
            "nmae": "x",
        }
        with pytest.raises(InvalidInput) as caught:
            save(people, **wrong)
        fields = caught.value.details["fields"]
        assert set(fields) == {
            "site",
            "phone",
            "email",
            "name",
            "places.1.hours.friday",
            "places.1.timezone",
            "products.0.name",
            "products.1.link",
            "voice.emoji",
            "voice.samples",
            "nmae",
        }
        assert "09:00-13:00" in fields["places.1.hours.friday"]
        assert all(text.endswith((".", "example", "empty.")) for text in fields.values())
        assert session.exec(select(BusinessProfile)).all() == []

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("9-5 pm", "09:00-17:00"),
            ("9am-12pm, 1pm-5:30pm", "09:00-12:00, 13:00-17:30"),
            ("18:00-02:00", "18:00-02:00"),
            ("14:00-18:00; 09:00 to 13:00", "09:00-13:00, 14:00-18:00"),
            ("all day", "00:00-24:00"),
            ("  CLOSED ", "closed"),
            ("", ""),
            (None, ""),
        ],
    )
    def test_hours(self, typed: str | None, kept: str) -> None:
        assert day(typed) == kept
        assert day(kept) == kept

    @pytest.mark.parametrize("typed", ["25:00-26:00", "9", "09:00-12:00, 11:00-13:00", "10-10", "13pm-14pm", "9:75-10", "a" * 90, 5])
    def test_hours_that_are_none(self, typed: Any) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            day(typed)

    def test_past_midnight_ends_on_the_next_day(self) -> None:
        assert spans("18:00-02:00") == [(1080, 1560)]

    def test_nothing_hidden_survives(self, people: People) -> None:
        found = save(people, name="Bak\u202eery\u0000", description="a\r\n\r\n\r\nb\u200b", audience="👩‍🍳 bakers").profile
        assert (found.name, found.description, found.audience) == ("Bakery", "a\n\nb", "👩‍🍳 bakers")

    def test_what_is_missing_says_what_for(self) -> None:
        assert len(gaps(Profile())) == 11
        left = {gap.label for gap in gaps(Profile.parse({**BAKERY, "description": "Bread."}))}
        assert "A short description" not in left
        assert "Your audience" in left
        assert all(gap.use.endswith(".") for gap in gaps(Profile()))


class TestVersions:
    def test_a_change_since_it_was_read_is_refused_with_who_and_when(self, people: People) -> None:
        save(people)
        do(business.save, people.alice, version=1, data={"name": "By Alice"})
        with pytest.raises(Conflict, match="Alice Archer changed the business profile meanwhile") as caught:
            save(people, 1, name="By Adam")
        assert (caught.value.details["version"], caught.value.details["by"]) == (2, "Alice Archer")
        assert do(business.get, people.bob).profile.name == "By Alice"

    def test_a_version_from_the_future_is_refused(self, people: People) -> None:
        with pytest.raises(Conflict):
            save(people, 7)

    def test_of_several_at_once_one_wins(self, people: People, session: Session) -> None:
        def one(number: int) -> bool:
            try:
                do(business.save, people.adam, version=0, data={"name": f"Name {number}"})
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(one, range(4))) == 1
        assert session.exec(select(BusinessProfile.version)).all() == [1]

    def test_the_same_again_is_no_new_version(self, people: People, session: Session) -> None:
        save(people)
        assert save(people, 1).version == 1
        assert len(session.exec(select(BusinessProfileVersion)).all()) == 1

    def test_a_section_leaves_the_others(self, people: People) -> None:
        save(people)
        found = do(business.save_section, people.adam, version=1, section="people", data={"people": [{"name": "Marta"}], "name": "no"})
        assert (found.version, found.profile.name, found.profile.people[0].name) == (2, "Horno Norte", "Marta")
        with pytest.raises(InvalidInput, match="no section"):
            do(business.save_section, people.adam, version=2, section="__class__", data={})

    def test_the_history_and_the_trail_show_before_and_after(self, people: People, session: Session) -> None:
        save(people)
        save(people, 1, **{**BAKERY, "name": "Horno Sur"})
        assert [row.data["name"] for row in session.exec(select(BusinessProfileVersion).order_by(BusinessProfileVersion.version))] == [  # type: ignore[arg-type]
            "Horno Norte",
            "Horno Sur",
        ]
        last = rows(session, people.alice.organization_id, "profile.changed")[-1]
        assert (last.before, last.after) == ({"name": "Horno Norte"}, {"name": "Horno Sur"})
        assert last.user_name == "Adam Ash"

    def test_the_export_holds_it(self, people: People, tmp_path: Any) -> None:
        import zipfile

        save(people)
        with (tmp_path / "all.zip").open("w+b") as file:
            organization_export.write(people.alice, file)
            with zipfile.ZipFile(file) as archive:
                assert b"Horno Norte" in archive.read("business_profiles.json")


class TestJobs:
    def test_a_job_keeps_the_profile_that_it_began_with(self, people: People, session: Session) -> None:
        save(people)
        do(preferences.change, people.bob, timezone="", language="de")
        view = create(people.bob, text=POSTS)
        save(people, 1, voice={"avoid": ["bread"]})
        work_all()
        row = session.get_one(Job, job_id(view))
        assert (row.profile_version, row.language) == (1, "de")
        report = session.exec(select(Output.report)).one()
        assert report["analysis"]["brand"] == {"avoid": ["cheap", "amazing"], "banned": ["world class"], "hashtags": "none"}
        assert report["score"]["max_points"] == 100

    def test_the_same_key_answers_the_first_job_after_a_change(self, people: People) -> None:
        first = create(people.bob, key="once", text=POSTS)
        save(people)
        assert create(people.bob, key="once", text=POSTS).id == first.id

    def test_a_job_from_before_has_defaults(self, people: People, session: Session) -> None:
        view = create(people.bob)
        assert session.get_one(Job, job_id(view)).profile_version == 0
        work_all()
        session.rollback()
        report = session.exec(select(Output.report)).one()
        assert "brand" not in report["analysis"]
        assert report["score"]["rubric"] == "maya.thread/2"

    def test_another_organisations_version_is_none_of_ours(self, people: People) -> None:
        save(people)
        with db.reading() as opened:
            assert business.at(opened, people.mallory.organization_id, 1) == Profile()

    def test_an_edit_is_judged_by_the_same_voice(self, people: People, session: Session) -> None:
        save(people)
        create(people.bob, text=POSTS)
        work_all()
        row = session.exec(select(Output)).one()
        said = [Words("Our cheap bread is back."), Words("Taste it.")]
        made = do(outputs.edit, people.bob, output_id=row.id, version=row.version, parts=said)
        words = next(check for check in made.checks if check.id == "brand_words")
        assert words.message == "Post 1 uses “cheap”, which your brand voice avoids."


POSTS = """# What a year of counting taught our bakery

Marta Ruiz took every order by phone for eleven years. In March 2024 she counted 412 calls in one week.

The first form was cheap and asked for fourteen fields. Only 9% of visitors finished it in the first month.

The second form asked three questions. The share of visitors who finished rose to 61% within a month.

Waste fell from 14% of production to 5%. The bakery sells 1,200 loaves a week, and two people share the count.

Every evening the team writes down what was left. The clipboard cost £4 and hangs beside the oven door.

If you run a small shop, remove every field that does not help you bake the bread.
"""


class TestBrandVoice:
    def test_a_form_saves_sliders_terms_and_the_speaker(self, people: People) -> None:
        sent = {"casual": "-2", "playful": "", "terms": "guests: customers, clients\nloaf: bread unit", "perspective": "we"}
        view = do(business.save_section, people.alice, version=0, section="voice", data={"voice": sent})
        voice = view.profile.voice
        assert (voice.casual, voice.playful, voice.perspective) == (-2, 0, "we")
        assert [(t.use, t.instead_of) for t in voice.terms] == [("guests", ("customers", "clients")), ("loaf", ("bread unit",))]

    @pytest.mark.parametrize(("name", "value"), [("casual", "3"), ("casual", "x"), ("perspective", "they"), ("terms", "guests")])
    def test_what_is_wrong_is_named_by_its_field(self, people: People, name: str, value: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            do(business.save_section, people.alice, version=0, section="voice", data={"voice": {name: value}})
        assert list(caught.value.details["fields"]) == [f"voice.{name}"]
