"""Security: sections about how the person logs in, one under the other. A new section is one line in `SECTIONS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import reflex as rx

from components import account, factors, identities, passkeys, theme
from components.page_header import page_header
from components.skeleton import skeleton_rows
from pages.base import page
from state.account import SessionsState
from state.factors import HERE, FactorsState
from state.identities import IdentitiesState

SECTIONS: Final[tuple[Callable[[], rx.Component], ...]] = (
    identities.messages,
    lambda: factors.must_enrol(FactorsState),
    lambda: factors.new_codes(FactorsState),
    lambda: factors.second_step(FactorsState),
    lambda: identities.connected(IdentitiesState),
    account.password,
    lambda: factors.organization_rule(FactorsState),
    lambda: account.sessions(SessionsState),
)


@page(
    route=HERE,
    title="Security",
    role="viewer",
    on_load=[FactorsState.load, IdentitiesState.load, SessionsState.load],
    current="security",
)
def settings_security() -> rx.Component:
    return rx.fragment(
        passkeys.script(),
        page_header("Security", rx.el.p("How you log in, and what stands between your account and somebody who has your password.")),
        rx.cond(FactorsState.loaded, rx.el.div(*(section() for section in SECTIONS), class_name=theme.FORM_PAGE), skeleton_rows()),
    )
