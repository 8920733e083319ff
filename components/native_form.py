"""A form that the browser posts itself. Reflex's own `form` element always prevents the default, so log-in and log-out use this."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML


class NativeForm(BaseHTML):
    """`<form action method>` without an `onSubmit` handler."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]
    auto_complete: rx.Var[str]


native_form = NativeForm.create
