from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.llm.vendor_server import PROTOCOLS, Desk, VendorServer


@pytest.fixture
def server() -> Iterator[VendorServer]:
    server = VendorServer()
    yield server
    server.close()


@pytest.fixture
def second_server() -> Iterator[VendorServer]:
    server = VendorServer()
    yield server
    server.close()


@pytest.fixture(params=PROTOCOLS, ids=lambda protocol: protocol.name)
def desk(request: pytest.FixtureRequest, server: VendorServer) -> Desk:
    return Desk(server, request.param)
