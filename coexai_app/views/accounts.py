"""Who is signed in, as pages see it."""

from __future__ import annotations

from coexai_app.views.base import View


class OrganizationChoice(View):
    id: str
    name: str
    plan_label: str
    current: bool


class Me(View):
    """The signed-in person in their current organisation. `organization_initials` stand in for a logo."""

    user_id: str
    name: str
    first_name: str
    initials: str
    email: str
    is_staff: bool
    role: str
    role_label: str
    organization_id: str
    organization_name: str
    plan: str
    plan_label: str
    timezone: str
    organizations: tuple[OrganizationChoice, ...] = ()
