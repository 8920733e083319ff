from __future__ import annotations

import pytest

from tests.people import People, settle_in


@pytest.fixture
def people(instance: None) -> People:
    return settle_in()
