"""The primitives render what assistive technology and the script rely on: labels, roles, states, test ids."""

from __future__ import annotations

from typing import Any

import pytest
import reflex as rx

from coexai_app.views.accounts import Me
from coexai_app.views.agents import FieldView
from coexai_app.views.home import ShellView
from components import (
    buttons,
    chips,
    dialog,
    dropzone,
    empty,
    fields,
    forms,
    menus,
    meter,
    notes,
    page_header,
    panel,
    shell,
    skeleton,
    tables,
    tabs,
    toast,
)
from components.vars import choose, concat, cx, when


class Sample(rx.State):
    """Vars of the kinds that pages hand over."""

    word: str = ""
    flag: bool = False
    number: int = 0
    me: Me | None = None
    shell: ShellView = ShellView(running=0, waiting=0, slots=1, review=0)
    fields: tuple[FieldView, ...] = ()


def html(component: Any) -> str:
    return str(component.render())


class TestVars:
    def test_plain_class_names_stay_a_string(self) -> None:
        assert cx("a", "", "b") == "a b"

    def test_a_var_makes_a_var(self) -> None:
        assert isinstance(cx("a", Sample.word), rx.Var)
        assert isinstance(concat("a", Sample.word), rx.Var)
        assert concat("a", "b") == "ab"

    def test_a_plain_choice_is_made_here(self) -> None:
        assert choose("x", {"x": "y"}) == "y"
        assert choose("?", {"x": "y"}, "z") == "z"

    def test_when_an_empty_text_shows_nothing(self) -> None:
        assert html(when("", rx.el.p("shown"))) == html(rx.fragment())


class TestButton:
    def test_name_type_and_test_id(self) -> None:
        rendered = html(buttons.button("Send invite", testid="send"))
        assert '"data-testid":"send"' in rendered
        assert 'type:"button"' in rendered
        assert "Send invite" in rendered

    def test_busy_says_so_and_changes_the_label(self) -> None:
        rendered = html(buttons.button("Save", testid="save", busy=True, busy_label="Saving"))
        assert '"aria-busy":true' in rendered
        assert "Saving" in rendered

    def test_a_disabled_button_says_why(self) -> None:
        assert 'title:"Resolve claim 4 first"' in html(buttons.button("Approve", testid="a", disabled=True, title="Resolve claim 4 first"))

    def test_a_download_is_a_real_request_and_not_a_page_of_the_app(self) -> None:
        rendered = html(buttons.link_button("Markdown", "/api/v1/outputs/1/export", testid="export", download=True))
        assert "reloadDocument:true" in rendered
        assert "download:true" in rendered

    def test_an_icon_button_has_a_name(self) -> None:
        assert '"aria-label":"Remove file"' in html(buttons.icon_button("Remove file", icon="x", testid="x"))

    @pytest.mark.parametrize("variant", ["pri", "sec", "gho", "dan"])
    @pytest.mark.parametrize("size", ["sm", "md", "lg"])
    def test_every_look_exists(self, variant: str, size: str) -> None:
        assert "rounded-sm" in html(buttons.button("Go", testid="g", variant=variant, size=size))


class TestChip:
    @pytest.mark.parametrize("tone", ["idle", "info", "ok", "warn", "bad", "solid", "out", "mark", "dash"])
    def test_a_state_is_a_word_with_a_tone(self, tone: str) -> None:
        rendered = html(chips.chip("Queued", tone=tone, icon="hourglass"))
        assert f"tone-{tone}" in rendered
        assert "Queued" in rendered
        assert "#hourglass" in rendered

    def test_tone_and_icon_of_a_view(self) -> None:
        rendered = html(chips.chip(Sample.word, tone=Sample.word, icon=Sample.word))
        assert "tone-" in rendered
        assert "/icons/sprite.svg#" in rendered

    def test_a_lone_dot_has_a_name(self) -> None:
        assert '"aria-label":"At the limit"' in html(chips.dot("warn", "At the limit"))


class TestField:
    def test_label_points_to_the_control(self) -> None:
        control = fields.text_input(name="email", testid="email", kind="email")
        rendered = html(fields.field("E-mail", control, control_id="email"))
        assert 'htmlFor:"email"' in rendered
        assert 'id:"email"' in rendered

    def test_help_and_errors_are_tied_to_the_control(self) -> None:
        rendered = html(
            fields.field(
                "Name",
                fields.text_input(name="n", testid="n", error="Too long."),
                control_id="n",
                hint="As on the door.",
                error="Too long.",
            )
        )
        assert '"aria-describedby":"n-below"' in rendered
        assert 'id:"n-below"' in rendered
        assert '"aria-invalid":true' in rendered
        assert "Too long." in rendered
        assert "As on the door." not in rendered

    def test_the_script_has_a_place_for_its_sentence(self) -> None:
        shown = html(fields.field("Name", fields.text_input(name="n", testid="n"), control_id="n"))
        assert '"data-invalid":"n"' in shown
        assert "dangerouslySetInnerHTML" in shown  # else words from before the hydration cost everything that was typed

    def test_a_choice_may_begin_with_nothing_chosen(self) -> None:
        options = [("a", "Ana")]
        assert "Choose a person" in html(fields.select(name="n", testid="n", options=options, placeholder="Choose a person"))

    def test_a_password_can_be_shown_and_pasted(self) -> None:
        rendered = html(fields.password_input(name="password", testid="password", autocomplete="new-password", min_length=10))
        assert '"data-reveal":"password"' in rendered
        assert "Show password" in rendered
        assert "onPaste" not in rendered
        assert 'autoComplete:"new-password"' in rendered

    def test_choices_are_one_group_of_radio_buttons(self) -> None:
        rendered = html(fields.segmented(name="tone", testid="tone", options=[("a", "Plain"), ("b", "Warm")], value="b", label="Tone"))
        assert 'role:"radiogroup"' in rendered
        assert rendered.count('type:"radio"') == 2
        assert rendered.count("defaultChecked:true") == 1

    def test_several_choices_are_tick_boxes_each_with_a_name_of_its_own(self) -> None:
        options = [("linkedin", "LinkedIn"), ("linkedin_article", "LinkedIn article"), ("x", "X")]
        rendered = html(fields.checks(name="channels", testid="channels", options=options, value="linkedin_article,x", label="Channels"))
        assert 'role:"group"' in rendered
        assert rendered.count('type:"checkbox"') == 3
        assert rendered.count("defaultChecked:true") == 2
        assert 'name:"channels:linkedin"' in rendered


class TestForm:
    @pytest.mark.parametrize(
        "kind", ["textarea", "segmented", "cards", "select", "checkbox", "checks", "file", "number", "url", "email", "date"]
    )
    def test_every_kind_of_field_has_its_control(self, kind: str) -> None:
        rendered = html(forms.schema_form(Sample.fields, form_id="f", on_submit=rx.noop(), testid="f"))
        assert f'"{kind}"' in rendered

    def test_it_is_checked_and_sent_by_keys(self) -> None:
        rendered = html(forms.schema_form(Sample.fields, form_id="f", on_submit=rx.noop(), testid="f"))
        assert '"data-validate":"true"' in rendered
        assert '"data-hotsubmit":"true"' in rendered


class TestDropZone:
    def test_it_posts_to_our_own_endpoint_into_a_hidden_input(self) -> None:
        rendered = html(dropzone.dropzone(name="file", testid="file"))
        assert '"data-drop":"/api/v1/files"' in rendered
        assert '"data-drop-value":"true"' in rendered
        assert 'name:"file"' in rendered

    def test_the_rows_stay_empty_for_react(self) -> None:
        def walk(node: Any) -> list[Any]:
            return [node, *(found for child in node.get("children", []) for found in walk(child))]

        rows = [
            n
            for n in walk(dropzone.dropzone(name="file", testid="file").render())
            if any("data-drop-rows" in p for p in n.get("props", []))
        ]
        assert len(rows) == 1
        assert rows[0]["children"] == []


class TestTabs:
    def test_tabs_and_panels_point_at_each_other(self) -> None:
        rendered = html(tabs.tabs([tabs.Tab("result", "Result", "one"), tabs.Tab("raw", "Raw", "two")], label="Output", testid="out"))
        assert 'role:"tablist"' in rendered
        for slug in ("result", "raw"):
            assert f'"aria-controls":"out-{slug}-panel"' in rendered
            assert f'"aria-labelledby":"out-{slug}"' in rendered
        assert rendered.count('"aria-selected":true') == 1
        assert rendered.count("hidden:true") == 1


class TestMeters:
    def test_a_limit_is_a_meter_with_a_name_and_words(self) -> None:
        rendered = html(meter.usage_bar(percent=82, level="warn", label="41 of 50 runs", note="9 left"))
        assert '"role":"meter"' in rendered or 'role:"meter"' in rendered
        assert '"aria-valuetext":"41 of 50 runs"' in rendered
        assert "tone-warn" in rendered

    def test_work_is_a_progressbar(self) -> None:
        assert 'role:"progressbar"' in html(meter.progress(percent=62, name="Uploading"))


class TestNotes:
    def test_an_error_is_announced_and_carries_its_reference(self) -> None:
        rendered = html(notes.note("Press Save again.", title="We could not save.", tone="bad", alert=True, reference="req_1"))
        assert 'role:"alert"' in rendered
        assert "req_1" in rendered

    def test_a_plain_notice_is_not(self) -> None:
        assert "alert" not in html(notes.note("Saved.", tone="ok"))


class TestDialog:
    def test_it_is_named_by_its_question_and_safe_first(self) -> None:
        rendered = html(
            dialog.confirm(
                "Cancel this job?",
                "Steps stay.",
                dialog_id="d",
                confirm_label="Cancel job",
                on_confirm=rx.noop(),
                testid="d",
                safe_label="Keep it",
            )
        )
        assert '"aria-labelledby":"d-title"' in rendered
        assert rendered.index("Keep it") < rendered.index("Cancel job")
        assert "autoFocus:true" in rendered


class TestMenus:
    def test_a_menu_button(self) -> None:
        rendered = html(menus.menu(menus.entry("Log out", testid="out"), trigger=["PR"], menu_id="m", label="Your account", testid="me"))
        for part in ('"aria-haspopup":"menu"', '"aria-expanded":false', '"aria-controls":"m"', 'role:"menu"', 'role:"menuitem"'):
            assert part in rendered


class TestSmallThings:
    def test_a_page_has_one_title_that_takes_the_focus(self) -> None:
        rendered = html(page_header.page_header("Coworkers", "Pick one."))
        assert rendered.count('"h1"') == 1
        assert "tabIndex:-1" in rendered

    def test_a_panel_is_a_named_region(self) -> None:
        assert '"aria-label":"Recent jobs"' in html(panel.panel("x", title="Recent jobs"))

    def test_nothing_yet_says_what_is_next(self) -> None:
        assert "Audit a business" in html(empty.empty("No audits yet", "Give Sam a name.", agent="sam", action="Audit a business"))

    def test_loading_is_said(self) -> None:
        assert '"aria-busy":"true"' in html(skeleton.skeleton())

    def test_a_toast_carries_words_and_no_code(self) -> None:
        rendered = html(toast.toast(Sample.word, Sample.number))
        assert '"data-toast":' in rendered
        assert "hidden:true" in rendered

    def test_numbers_are_right_aligned(self) -> None:
        assert "text-right" in html(tables.cell("48 s", numeric=True))


class TestShell:
    @pytest.fixture
    def rendered(self) -> str:
        return html(
            shell.shell(
                rx.el.h1("Jobs"),
                me=Sample.me,
                shell=Sample.shell,
                crumbs=[("Home", "/home"), ("Jobs", "")],
                current="jobs",
                problem=Sample.word,
                toast=Sample.word,
                toast_key=Sample.number,
            )
        )

    def test_landmarks_and_the_way_past_them(self, rendered: str) -> None:
        for name in ("Main", "Coworkers", "Breadcrumb", "Main, phone"):
            assert f'"aria-label":"{name}"' in rendered
        assert 'href:"#main"' in rendered
        assert 'id:"main"' in rendered

    def test_where_we_are(self, rendered: str) -> None:
        assert rendered.count('"aria-current":"page"') == 3  # sidebar, phone bar, breadcrumb

    @pytest.mark.parametrize("slug", ["jordan", "sam", "taylor"])
    def test_who_is_not_here_yet_leads_nowhere(self, rendered: str, slug: str) -> None:
        assert f"{slug.capitalize()} is not here yet" in rendered
        assert f"/agents/{slug}" not in rendered

    def test_log_out_and_switch_are_native_posts(self, rendered: str) -> None:
        for action in ("/auth/logout", "/auth/switch"):
            assert f'action:"{action}"' in rendered
        assert "onSubmit" not in rendered

    def test_every_place_of_the_navigation_exists(self, rendered: str) -> None:
        for href in ("/home", "/jobs", "/outputs", "/agents", "/agents/maya"):
            assert f'to:"{href}"' in rendered
