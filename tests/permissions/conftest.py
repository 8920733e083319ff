from __future__ import annotations

import pytest

from tests.permissions.world import World, build


@pytest.fixture(scope="module")
def world(shared_instance: None) -> World:
    return build()
