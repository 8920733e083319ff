"""The second step of a person's log-in, as sections of the security page: the app, passkeys, recovery codes, the organisation's rule."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.factors import PasskeyView
from components import fields, theme
from components.buttons import button, copy_button
from components.chips import chip
from components.dialog import asks, closes, dialog
from components.icons import icon
from components.notes import note
from components.panel import panel
from components.passkeys import passkey_button
from components.vars import Child, Text, concat, cx

_ROW: Final = "grid gap-3 border-b border-line px-4 py-4 last:border-b-0"
_LINE: Final = "flex flex-wrap items-start gap-x-4 gap-y-3"
_FORM: Final = "grid max-w-[26rem] gap-3 rounded-md bg-sunken p-4"
_KEYS: Final = "rounded-sm border border-line bg-surface px-3 py-2 font-mono text-sm break-words text-ink"


def second_step(state: Any) -> rx.Component:
    """The panel of one's own second step. `state` has the vars and events of `FactorsState`."""
    return panel(
        _app(state), _passkeys(state), _recovery(state), *_questions(state), title="Second step", padded=False, testid="second-step"
    )


def new_codes(state: Any) -> rx.Component:
    """Recovery codes that were just made, until the person says that they have them."""
    return rx.cond(
        state.codes.length() > 0,
        panel(
            rx.el.p(
                "Each code opens your account once, when your phone or passkey is not at hand. Keep them where you find them without it. "
                "They are not shown again.",
                class_name="max-w-[60ch] text-ink-2",
            ),
            rx.el.ul(
                rx.foreach(state.codes, lambda one: rx.el.li(one, class_name="tabular")),
                aria_label="Recovery codes",
                class_name="my-4 grid w-fit grid-cols-2 gap-x-8 gap-y-1 font-mono text-md max-md:grid-cols-1 max-md:text-sm",
                data_testid="recovery-codes",
            ),
            rx.el.div(
                button("Copy codes", testid="copy-codes", icon="copy", custom_attrs={"data-copy": state.codes_text}),
                rx.el.a(
                    icon("download", 16, "-ml-0.5"),
                    "Download codes",
                    href=concat("data:text/plain;charset=utf-8,", state.codes_text.replace("\n", "%0A")),
                    download="coexai-recovery-codes.txt",
                    class_name=cx(theme.BUTTON, theme.BUTTON_VARIANTS["sec"], theme.BUTTON_SIZES["md"]),
                    data_testid="download-codes",
                ),
                button("I have kept them", testid="codes-kept", variant="pri", on_click=state.kept_codes),
                class_name="flex flex-wrap gap-2 max-md:grid",
            ),
            title="Keep your recovery codes",
            testid="new-codes",
        ),
        rx.fragment(),
    )


def must_enrol(state: Any) -> rx.Component:
    return rx.cond(
        state.factors.must_enrol,
        note(
            concat(
                state.factors.organization, " asks all members for one. Add an authenticator app or a passkey, then go on with your work."
            ),
            title="A second step is required.",
            tone="mark",
            testid="must-enrol",
        ),
        rx.fragment(),
    )


def organization_rule(state: Any) -> rx.Component:
    """Whether everybody in the organisation needs a second step; for those who may not change it, why."""
    view = state.factors
    return panel(
        rx.el.div(
            _words(
                "Second step for all members",
                rx.cond(
                    view.required,
                    "Required: members without one are asked to add it before they can do anything else.",
                    "Optional: everybody decides for themselves.",
                ),
                mark=_state(view.required, "Required", "Optional"),
            ),
            rx.cond(
                view.locked == "",
                rx.cond(
                    view.required,
                    button("Make it optional", testid="require-off", on_click=state.open("rule"), custom_attrs=asks("rule")),
                    button("Require it", testid="require-on", on_click=state.open("rule"), custom_attrs=asks("rule")),
                ),
                rx.el.p(icon("lock", 14, "mt-px"), view.locked, class_name="flex gap-1.5 text-sm text-ink-3", data_testid="require-locked"),
            ),
            class_name=_LINE,
        ),
        _rule_question(state),
        title=rx.cond(view.organization == "", "Organisation", view.organization),
        testid="organization-rule",
    )


def _app(state: Any) -> rx.Component:
    view = state.factors
    there = view.app_since != ""
    return rx.el.div(
        rx.el.div(
            _words(
                "Authenticator app",
                rx.cond(
                    there, concat("Added ", view.app_since, "."), "An app on your phone shows a code of six digits, new every 30 seconds."
                ),
                mark=_state(there, "On", "Off"),
            ),
            rx.el.div(
                button(rx.cond(there, "Replace app", "Add app"), testid="add-app", on_click=state.open("app")),
                rx.cond(
                    there,
                    button(
                        "Remove app", testid="remove-app", variant="gho", on_click=state.open("remove-app"), custom_attrs=asks("remove-app")
                    ),
                    rx.fragment(),
                ),
                class_name="flex gap-2",
            ),
            class_name=_LINE,
        ),
        rx.cond((state.change == "app") & state.enrolment, _enrol(state), rx.fragment()),
        class_name=_ROW,
        data_testid="app-row",
    )


def _enrol(state: Any) -> rx.Component:
    return rx.el.form(
        rx.el.p("Scan this with your authenticator app, then type the code that it shows.", class_name="text-ink-2"),
        rx.el.img(
            src=state.enrolment.qr,
            alt="QR code with the key for your app; the same key stands below as text",
            class_name="size-48 rounded-sm bg-white",
            data_testid="qr",
        ),
        rx.el.div(
            rx.el.p("No camera? Type this key.", class_name=theme.HELP),
            rx.el.p(state.enrolment.key, class_name=cx(_KEYS, "select-all"), data_testid="app-key"),
            rx.el.div(copy_button(state.enrolment.key, testid="copy-app-key", label="Copy key")),
            class_name="grid gap-1.5",
        ),
        fields.field(
            "Code",
            fields.text_input(
                name="code",
                testid="app-code",
                required=True,
                auto_complete="one-time-code",
                input_mode="numeric",
                max_length=10,
                auto_focus=True,
            ),
            control_id="code",
        ),
        _wrong(state),
        _buttons(state, "Turn on", testid="confirm-app"),
        on_submit=state.confirm_app,
        class_name=_FORM,
        data_testid="app-form",
        custom_attrs={"data-validate": "true"},
    )


def _passkeys(state: Any) -> rx.Component:
    view = state.factors
    return rx.el.div(
        rx.el.div(
            _words(
                "Passkeys",
                "A finger, a face or a PIN on your own device, or a security key. Also opens your account without the password.",
                mark=_state(view.passkeys.length() > 0, "On", "Off"),
            ),
            button("Add passkey", testid="add-passkey", on_click=state.open("passkey")),
            class_name=_LINE,
        ),
        rx.cond(
            view.passkeys.length() > 0,
            rx.el.ul(rx.foreach(view.passkeys, lambda one: _passkey(one, state)), aria_label="Passkeys", class_name="grid"),
            rx.fragment(),
        ),
        rx.cond(state.change == "passkey", _new_passkey(state), rx.fragment()),
        class_name=_ROW,
        data_testid="passkeys-row",
    )


def _passkey(one: rx.Var[PasskeyView], state: Any) -> rx.Component:
    used = rx.cond(one.last_used == "", "not used yet", concat("last used ", one.last_used))
    return rx.el.li(
        icon("key-round", 16, "mt-0.5 text-ink-3"),
        rx.el.div(
            rx.el.p(one.name, class_name="truncate font-medium", title=one.name),
            rx.el.p("Added ", one.added, ", ", used, class_name=theme.META),
            class_name="min-w-0 flex-1",
        ),
        button(
            "Remove",
            testid="remove-passkey",
            size="sm",
            variant="gho",
            on_click=state.open_removal(one.id),
            custom_attrs=asks("remove-passkey"),
        ),
        class_name="flex items-start gap-3 border-t border-line py-2.5",
        key=one.id,
        data_testid="passkey",
    )


def _new_passkey(state: Any) -> rx.Component:
    return rx.el.form(
        fields.field(
            "Name",
            fields.text_input(name="name", testid="passkey-name", required=True, value="This device", max_length=60),
            control_id="name",
            hint="So that you know it again, such as “Phone”.",
        ),
        _wrong(state),
        rx.el.div(
            passkey_button("Make passkey", testid="make-passkey", create=True, options="/auth/passkeys/options", variant="pri"),
            button("Cancel", testid="cancel-change", variant="gho", on_click=state.open("")),
            class_name="flex flex-wrap items-start gap-2",
        ),
        on_submit=state.keep_passkey,
        class_name=_FORM,
        data_testid="passkey-form",
    )


def _recovery(state: Any) -> rx.Component:
    view = state.factors
    return rx.el.div(
        rx.el.div(
            _words(
                "Recovery codes",
                rx.cond(
                    view.any,
                    concat(view.codes_left.to_string(), " of 10 are left. Each works once, when nothing else is at hand."),
                    "You get ten of them with your first app or passkey.",
                ),
                mark=rx.cond(view.any & (view.codes_left < 3), chip("Running out", tone="warn", icon="triangle-alert"), rx.fragment()),
            ),
            rx.cond(
                view.any,
                button("Make new codes", testid="make-codes", on_click=state.open("codes"), custom_attrs=asks("codes")),
                rx.fragment(),
            ),
            class_name=_LINE,
        ),
        class_name=_ROW,
        data_testid="recovery-row",
    )


def _questions(state: Any) -> tuple[rx.Component, ...]:
    """Before a factor goes, and before recovery codes are made anew."""
    name = rx.cond(state.about, concat("“", state.about.name, "”"), "this passkey")
    return (
        _question(
            state,
            "remove-app",
            "Remove the authenticator app?",
            "Its codes open nothing any more. Without another second step your password alone opens your account, and your recovery codes "
            "go too.",
            do="Remove app",
            on_do=state.remove_app,
        ),
        _question(
            state,
            "remove-passkey",
            concat("Remove ", name, "?"),
            "It opens your account no more. Also delete it on the device. Without another second step your password alone opens your "
            "account, and your recovery codes go too.",
            do="Remove passkey",
            on_do=state.remove_passkey,
        ),
        _question(
            state,
            "codes",
            "Make new recovery codes?",
            "The old codes stop working at once, also those on paper. You see the ten new ones next, and only then.",
            do="Make new codes",
            on_do=state.new_codes,
            keep="Keep the old ones",
            danger=False,
        ),
    )


def _rule_question(state: Any) -> rx.Component:
    required = state.factors.required
    return _question(
        state,
        "rule",
        rx.cond(required, "Make the second step optional?", "Require a second step of everybody?"),
        rx.cond(
            required,
            "Members may remove theirs from now on; then a password alone opens what they can see here.",
            "Members without one are stopped at once, in open pages too, until they have added one; so are programs that are logged in "
            "as them. API keys, schedules and jobs go on.",
        ),
        do=rx.cond(required, "Make it optional", "Require it"),
        on_do=state.require(~required),
        keep="Leave it as it is",
        danger=False,
        also="",
    )


def _question(
    state: Any,
    change: str,
    question: Text,
    text: Text,
    *,
    do: Text,
    on_do: Any,
    keep: str = "Keep it",
    danger: bool = True,
    also: str = "Programs that are logged in as you have to log in again; API keys go on.",
) -> rx.Component:
    """The last question before a change; the server opens it once it knows that the person is who they are."""
    return dialog(
        question,
        rx.el.p(text),
        rx.el.p(also, class_name=theme.META) if also else rx.fragment(),
        rx.cond(state.change == change, _wrong(state), rx.fragment()),
        dialog_id=change,
        actions=[
            button(keep, testid=f"keep-{change}", custom_attrs=closes(), auto_focus=True),
            button(do, testid=f"confirm-{change}", variant="dan" if danger else "pri", on_click=on_do),
        ],
        testid=f"{change}-question",
        show=rx.cond(state.change == change, state.asked, ""),
    )


def _wrong(state: Any) -> Child:
    return rx.cond(
        state.wrong == "",
        rx.fragment(),
        rx.el.p(
            icon("circle-alert", 14, "mt-px"), rx.el.span(state.wrong), class_name=theme.ERROR, role="alert", data_testid="factor-wrong"
        ),
    )


def _buttons(state: Any, label: str, *, testid: str) -> rx.Component:
    return rx.el.div(
        button(label, testid=testid, variant="pri", kind="submit"),
        button("Cancel", testid="cancel-change", variant="gho", on_click=state.open("")),
        class_name="flex gap-2",
    )


def _words(title: str, line: Any, *, mark: Child) -> rx.Component:
    return rx.el.div(
        rx.el.h3(title, mark, class_name="flex flex-wrap items-center gap-2 font-semibold text-ink"),
        rx.el.p(line, class_name="max-w-[60ch] text-ink-2"),
        class_name="grid min-w-0 flex-1 basis-64 gap-0.5",
    )


def _state(on: Any, yes: str, no: str) -> Child:
    return rx.cond(on, chip(yes, tone="ok", icon="check"), chip(no, tone="idle", icon="minus"))
