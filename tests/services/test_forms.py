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
        [("start", "date"), ("weeks", "number"), ("link", "checkbox"), ("times", "text"), ("file", "file"), ("url", "url")],
    )
    def test_the_others_are_what_they_were(self, name: str, kind: str) -> None:
        assert FIELDS[name].kind == kind

    def test_every_example_can_be_run_as_its_form_sends_it(self) -> None:
        for skill in AGENTS["maya"].capabilities.values():
            assert skill.parse(forms.capability(skill).example)

    @pytest.mark.parametrize(
        ("value", "text"), [(True, "true"), (("linkedin", "x"), "linkedin,x"), (["a"], "a"), ([], ""), (7, "7"), ("words", "words")]
    )
    def test_a_value_as_its_field_holds_it(self, value: object, text: str) -> None:
        assert forms.in_words(value) == text
