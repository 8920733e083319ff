"""A capability's form out of its input's schema: a choice of several is tick boxes, its value a text with commas."""

from __future__ import annotations

import pytest

from coexai_app.agents import AGENTS
from coexai_app.agents.maya.calendar.inputs import CalendarInput
from coexai_app.services import forms

FIELDS = {field.name: field for field in forms.fields(CalendarInput)}


class TestFields:
    def test_several_choices_are_checks_with_labels_and_a_default(self) -> None:
        channels = FIELDS["channels"]
        assert channels.kind == "checks"
        assert channels.value == "linkedin,facebook"
        assert ("google_business", "Google Business") in [(option.value, option.label) for option in channels.options]
        assert not channels.optional

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("start", "date"),
            ("weeks", "number"),
            ("link", "checkbox"),
            ("times", "text"),
            ("file", "file"),
            ("url", "url"),
            ("more_urls", "lines"),
            ("more_files", "files"),
        ],
    )
    def test_the_others_are_what_they_were(self, name: str, kind: str) -> None:
        assert FIELDS[name].kind == kind

    def test_addresses_stand_on_lines_and_files_between_commas(self) -> None:
        data = {"more_urls": ["https://a.example/x,1", "https://b.example"], "more_files": ["f", "g"], "weeks": 3, "url": None}
        filled = forms.filled(CalendarInput, data)
        assert filled == {"more_urls": "https://a.example/x,1\nhttps://b.example", "more_files": "f,g", "weeks": "3"}
        assert CalendarInput.model_validate(filled).more_urls == ("https://a.example/x,1", "https://b.example")

    def test_the_files_that_an_input_names(self) -> None:
        assert forms.references(CalendarInput(file="a", more_files=("b", "c"))) == (("file", "a"), ("more_files", "b"), ("more_files", "c"))
        assert forms.references(CalendarInput(text="x")) == ()

    def test_every_example_can_be_run_as_its_form_sends_it(self) -> None:
        for skill in AGENTS["maya"].capabilities.values():
            assert skill.parse(forms.capability(skill).example)

    @pytest.mark.parametrize(
        ("value", "text"), [(True, "true"), (("linkedin", "x"), "linkedin,x"), (["a"], "a"), ([], ""), (7, "7"), ("words", "words")]
    )
    def test_a_value_as_its_field_holds_it(self, value: object, text: str) -> None:
        assert forms.in_words(value) == text
