"""Form fields: label above, control, help or error below. Uncontrolled, so typing never waits for the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import reflex as rx

from components import theme
from components.icons import icon
from components.said import said
from components.vars import Child, Flag, Text, concat, cx, given, when

ZONES: Final = "zones"
_REVEAL: Final = (
    "group absolute inset-y-0 right-0 grid w-10 cursor-pointer place-items-center rounded-sm text-ink-3 hover:text-ink max-md:w-11"
)


def field(
    label: Text,
    control: Child,
    *,
    control_id: Text,
    hint: Text = "",
    error: Text = "",
    optional: Flag = False,
    aside: Child | None = None,
    cls: str = "",
) -> rx.Component:
    """A labelled control. `hint` stands below until there is an `error`; `aside` is a small link at the end of the label line.

    The control must carry `id=control_id` and, through `described(control_id)`, point to the help and the error.
    """
    return rx.el.div(
        rx.el.div(
            rx.el.label(
                label, when(optional, rx.el.span("optional", class_name=theme.OPTIONAL)), html_for=control_id, class_name=theme.LABEL
            ),
            rx.el.span(aside, class_name="ml-auto text-xs") if aside is not None else rx.fragment(),
            class_name="flex items-baseline gap-2",
        ),
        control,
        _below(control_id, hint, error),
        class_name=cx("grid min-w-0 grid-cols-[minmax(0,1fr)] gap-[5px]", cls),
    )


def group(label: Text, control: Child, *, group_id: Text, hint: Text = "", error: Text = "", optional: Flag = False) -> rx.Component:
    """The same for a control of several inputs (choice cards, segments): a fieldset with a legend."""
    return rx.el.fieldset(
        rx.el.legend(label, when(optional, rx.el.span("optional", class_name=theme.OPTIONAL)), class_name=cx(theme.LABEL, "mb-[5px]")),
        control,
        _below(group_id, hint, error),
        class_name="m-0 grid min-w-0 grid-cols-[minmax(0,1fr)] gap-[5px] border-0 p-0",
    )


def described(control_id: Text, *, error: Text = "") -> dict[str, Any]:
    """The aria attributes that tie a control to its help and its error."""
    attributes: dict[str, Any] = {"aria_describedby": concat(control_id, "-below")}
    if given(error):
        attributes["aria_invalid"] = _there(error)
    return attributes


def text_input(
    *,
    name: Text,
    testid: Text,
    control_id: Text = "",
    kind: Text = "text",
    value: Text = "",
    placeholder: Text = "",
    required: Flag = False,
    error: Text = "",
    size: str = "md",
    cls: str = "",
    **props: Any,
) -> rx.Component:
    """A one-line input. `control_id`, its DOM id, is `name` unless given; `value` is where it starts."""
    control_id = control_id if given(control_id) else name
    return rx.el.input(
        id=control_id,
        name=name,
        type=kind,
        default_value=value,
        placeholder=placeholder,
        required=required,
        class_name=cx(theme.INPUT, theme.INPUT_SIZES[size], cls),
        data_testid=testid,
        **described(control_id, error=error),
        **props,
    )


def textarea(
    *,
    name: Text,
    testid: Text,
    control_id: Text = "",
    value: Text = "",
    placeholder: Text = "",
    required: Flag = False,
    rows: int = 4,
    error: Text = "",
    cls: str = "",
    **props: Any,
) -> rx.Component:
    """A long text. Ctrl Enter sends its form (app.js)."""
    control_id = control_id if given(control_id) else name
    return rx.el.textarea(
        id=control_id,
        name=name,
        default_value=value,
        placeholder=placeholder,
        required=required,
        rows=str(rows),
        class_name=cx(theme.TEXTAREA, cls),
        data_testid=testid,
        **described(control_id, error=error),
        **props,
    )


def password_input(*, name: str, testid: str, autocomplete: str, error: Text = "", min_length: int = 0, size: str = "lg") -> rx.Component:
    """A password with a button that shows and hides it. Pasting is never blocked."""
    limits: dict[str, Any] = {"min_length": min_length} if min_length else {}
    return rx.el.div(
        text_input(
            name=name,
            testid=testid,
            kind="password",
            required=True,
            error=error,
            size=size,
            cls="pr-11",
            auto_complete=autocomplete,
            **limits,
        ),
        rx.el.button(
            rx.el.span(icon("eye"), class_name="group-aria-pressed:hidden"),
            rx.el.span(icon("eye-off"), class_name="hidden group-aria-pressed:block"),
            type="button",
            class_name=_REVEAL,
            aria_label="Show password",
            aria_pressed=False,
            aria_controls=name,
            title="Show password",
            data_testid=f"{testid}-show",
            custom_attrs={"data-reveal": name},
        ),
        class_name="relative",
    )


def strength(control_id: str) -> rx.Component:
    """How good a new password is, while it is typed (app.js): a bar of three parts and a word."""
    part = "h-1 flex-1 rounded-full bg-line"
    return rx.el.div(
        rx.el.span(
            class_name=cx(part, "group-data-[level=1]:bg-bad-solid group-data-[level=2]:bg-warn-solid group-data-[level=3]:bg-ok-solid")
        ),
        rx.el.span(class_name=cx(part, "group-data-[level=2]:bg-warn-solid group-data-[level=3]:bg-ok-solid")),
        rx.el.span(class_name=cx(part, "group-data-[level=3]:bg-ok-solid")),
        said(
            class_name="min-w-22 text-right text-xs text-ink-2 group-data-[level=0]:sr-only",
            role="status",
            attrs={"data-strength-text": "true"},
        ),
        class_name="group relative flex h-4 items-center gap-1",
        data_testid=f"{control_id}-strength",
        custom_attrs={"data-strength": control_id, "data-level": "0"},
    )


def select(
    *,
    name: Text,
    testid: Text,
    options: Any,
    words: Callable[[Any], Text] = lambda option: option.label,
    value: Text = "",
    placeholder: str = "",
    control_id: Text = "",
    error: Text = "",
    size: str = "md",
    cls: str = "",
    **props: Any,
) -> rx.Component:
    """A native select. `options` is a list of (value, label), or a var of `Option` views, each said in `words`. With a `placeholder`
    nothing is chosen at first."""
    control_id = control_id if given(control_id) else name
    return rx.el.div(
        rx.el.select(
            rx.el.option(placeholder, value="") if placeholder else rx.fragment(),
            _each(options, lambda v, text: rx.el.option(text, value=v), words),
            id=control_id,
            name=name,
            default_value=value,
            class_name=cx(theme.INPUT, theme.INPUT_SIZES[size], "cursor-pointer appearance-none pr-8", cls),
            data_testid=testid,
            **described(control_id, error=error),
            **props,
        ),
        icon("chevron-down", 16, "pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-ink-3"),
        class_name="relative",
    )


def zone_input(
    *, name: Text, testid: Text, zones: Any, value: Text = "", placeholder: Text = "", error: Text = "", control_id: Text = "", **props: Any
) -> rx.Component:
    """A time zone, searched for while it is typed. `zones` is a var of names; None: a `zone_list` of the page has them."""
    control = text_input(
        name=name,
        control_id=control_id,
        testid=testid,
        value=value,
        placeholder=placeholder,
        error=error,
        auto_complete="off",
        list=ZONES,
        **props,
    )
    return control if zones is None else rx.fragment(control, zone_list(zones))


def zone_list(zones: Any) -> rx.Component:
    """The names that `zone_input` offers; once on a page."""
    return rx.el.datalist(rx.foreach(zones, lambda zone: rx.el.option(value=zone)), id=ZONES)


def segmented(*, name: Text, testid: Text, options: Any, value: Text = "", label: Text = "", **props: Any) -> rx.Component:
    """Two or three choices side by side (radio buttons)."""
    return rx.el.div(
        _each(
            options,
            lambda v, text: rx.el.label(
                _radio(name, v, value, "sr-only", props), text, class_name=theme.SEGMENT, data_testid=concat(testid, "-", v)
            ),
        ),
        role="radiogroup",
        class_name=theme.SEGMENTED,
        data_testid=testid,
        **({"aria_label": label} if given(label) else {}),
    )


def choice_cards(*, name: Text, testid: Text, options: Any, value: Text = "", label: Text = "", **props: Any) -> rx.Component:
    """Two to five choices, one under the other; the whole card is the target (radio buttons)."""
    return rx.el.div(
        _each(
            options,
            lambda v, text: rx.el.label(
                _radio(name, v, value, "radio", props), text, class_name=theme.CARD_OPTION, data_testid=concat(testid, "-", v)
            ),
        ),
        role="radiogroup",
        class_name="grid gap-1.5",
        data_testid=testid,
        **({"aria_label": label} if given(label) else {}),
    )


def checkbox(label: Text, *, name: Text, testid: Text, checked: Flag = False, hint: Text = "", **props: Any) -> rx.Component:
    """A tick box with its label; the whole line is the target."""
    return rx.el.label(
        rx.el.input(
            type="checkbox", name=name, default_checked=checked, class_name=cx(theme.CHECKBOX, "mt-0.5"), data_testid=testid, **props
        ),
        rx.el.span(
            label, rx.el.span(hint, class_name=cx("block", theme.HELP)) if given(hint) else rx.fragment(), class_name="min-w-0 font-medium"
        ),
        class_name="flex min-h-6 cursor-pointer items-start gap-2.5 max-md:min-h-11 max-md:py-1.5",
    )


def checks(*, name: Text, testid: Text, options: Any, value: Text = "", label: Text = "") -> rx.Component:
    """Any number of choices (tick boxes). `value` holds the chosen ones with commas between them; each tick is sent as "name:option"."""
    return rx.el.div(
        _each(
            options,
            lambda v, text: rx.el.label(
                rx.el.input(
                    type="checkbox",
                    name=concat(name, ":", v),
                    default_checked=value.split(",").contains(v) if isinstance(value, rx.Var) else v in value.split(","),
                    class_name=theme.CHECKBOX,
                ),
                text,
                class_name=theme.CARD_OPTION,
                data_testid=concat(testid, "-", v),
            ),
        ),
        role="group",
        class_name="grid grid-cols-2 gap-1.5 max-md:grid-cols-1",
        data_testid=testid,
        **({"aria_label": label} if given(label) else {}),
    )


def search_input(
    *, label: str, testid: str, placeholder: str = "", value: Text = "", name: str = "q", cls: str = "", **props: Any
) -> rx.Component:
    """A search field with a magnifier; its label is for screen readers."""
    return rx.el.label(
        rx.el.span(label, class_name="sr-only"),
        icon("search", 14, "pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3"),
        rx.el.input(
            type="search",
            name=name,
            default_value=value,
            placeholder=placeholder,
            class_name=cx(theme.INPUT, theme.INPUT_SIZES["md"], "border-line-strong pl-8"),
            data_testid=testid,
            **props,
        ),
        class_name=cx("relative block", cls),
    )


def _there(error: Text) -> Any:
    """Whether there is an error; an entry that a dictionary of the state does not have is none."""
    return error.bool() if isinstance(error, rx.Var) else bool(error)


def _below(control_id: Text, hint: Text, error: Text) -> Child:
    """The help, the error of the server, and the place where app.js says what is wrong before it is sent."""
    helping: Child = (
        when(hint if isinstance(hint, str) else hint != "", rx.el.p(hint, class_name=theme.HELP)) if given(hint) else rx.fragment()
    )
    failing = rx.el.p(icon("circle-alert", 14, "mt-px"), rx.el.span(error), class_name=theme.ERROR, role="alert")
    return rx.el.div(
        when(_there(error), failing, helping) if given(error) else helping,
        rx.el.p(
            icon("circle-alert", 14, "mt-px"),
            said(),
            class_name=theme.ERROR,
            hidden=True,
            role="alert",
            custom_attrs={"data-invalid": control_id},
        ),
        id=concat(control_id, "-below"),
        class_name="below",
    )


def _radio(name: Text, value: Text, chosen: Text, cls: str, props: dict[str, Any]) -> rx.Component:
    return rx.el.input(type="radio", name=name, value=value, default_checked=value == chosen, class_name=cls, **props)


def _each(options: Sequence[tuple[str, str]] | rx.Var[Any], make: Any, words: Callable[[Any], Text] = lambda option: option.label) -> Any:
    if isinstance(options, rx.Var):
        return rx.foreach(options, lambda option: make(option.value, words(option)))
    return rx.fragment(*(make(value, label) for value, label in options))
