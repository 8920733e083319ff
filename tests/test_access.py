"""Permissions, roles and scopes: the whole table, cell by cell."""

from __future__ import annotations

from uuid import uuid4

import pytest

from coexai_app import access
from coexai_app.access import PERMISSIONS, RANK, SCOPE_OF, Actor, Permission, Role
from coexai_app.errors import Forbidden
from coexai_app.scopes import SCOPES, Scope

PEOPLE_ONLY = {
    Permission.SHARE_OUTPUT,
    Permission.MANAGE_KEYS,
    Permission.MANAGE_TEAM,
    Permission.MANAGE_PROFILE,
    Permission.MANAGE_BILLING,
    Permission.OWN,
}


def actor(role: Role, scopes: frozenset[Scope] | None = None) -> Actor:
    return Actor(uuid4(), uuid4(), role, "pro", scopes=scopes, key_id=uuid4() if scopes is not None else None)


def test_every_permission_has_a_role_and_an_answer_for_keys() -> None:
    assert set(PERMISSIONS) == set(Permission)
    assert set(SCOPE_OF) == set(Permission)
    assert {permission for permission, scope in SCOPE_OF.items() if scope is None} == PEOPLE_ONLY


def test_every_scope_opens_something_and_is_explained() -> None:
    assert set(SCOPES) == set(Scope)
    assert {scope for scope in SCOPE_OF.values() if scope is not None} == set(Scope)
    for grant in SCOPES.values():
        assert grant.sentence.endswith(".")
        assert RANK[grant.role] >= RANK[Role.MEMBER]


def test_nobody_hands_out_more_than_the_own_role_allows() -> None:
    for permission, scope in SCOPE_OF.items():
        if scope is not None:
            assert RANK[SCOPES[scope].role] >= RANK[PERMISSIONS[permission]], permission


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_a_person_needs_the_role_alone(permission: Permission, role: Role) -> None:
    assert actor(role).may(permission) is (RANK[role] >= RANK[PERMISSIONS[permission]])


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_a_key_needs_the_role_and_the_one_scope(permission: Permission, role: Role) -> None:
    enough = RANK[role] >= RANK[PERMISSIONS[permission]]
    needed = SCOPE_OF[permission]
    assert actor(role, frozenset(Scope)).may(permission) is (enough and needed is not None)
    assert not actor(role, frozenset()).may(permission)
    for scope in Scope:
        assert actor(role, frozenset({scope})).may(permission) is (enough and scope is needed)


def test_the_refusal_names_what_is_missing() -> None:
    with pytest.raises(Forbidden, match=r"lacks the scope jobs:write") as caught:
        access.require(actor(Role.OWNER, frozenset({Scope.JOBS_READ})), Permission.RUN_AGENT)
    assert caught.value.details == {"scope": "jobs:write"}
    with pytest.raises(Forbidden, match="Log in as a person"):
        access.require(actor(Role.OWNER, frozenset(Scope)), Permission.MANAGE_TEAM)
    with pytest.raises(Forbidden, match=r"Your role \(viewer\)"):
        access.require(actor(Role.VIEWER, frozenset(Scope)), Permission.RUN_AGENT)
