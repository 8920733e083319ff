"""The served API keeps what its description promises: every check of Schemathesis, as an owner with a stranger beside, and as a viewer.

`make test-api` runs the same at length (COEXAI_CONTRACT=full, hundreds of cases an operation).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.contract import Contract, running

pytestmark = pytest.mark.xdist_group("contract")  # its instance starts once

FULL = os.environ.get("COEXAI_CONTRACT") == "full"
EXAMPLES = os.environ.get("COEXAI_CONTRACT_EXAMPLES", "300" if FULL else "3")
PHASES = "examples,coverage,fuzzing,stateful" if FULL else "examples,fuzzing"


@pytest.fixture(scope="module")
def contract(shared_instance: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contract]:
    with running(tmp_path_factory.mktemp("contract")) as found:
        yield found


@pytest.mark.timeout(7_200 if FULL else 300)
@pytest.mark.parametrize("who", ["alice", "vera"])
def test_every_check_holds(contract: Contract, who: str) -> None:
    seed = () if FULL else ("--seed", "1042")
    code, told = contract.run(
        who, "--max-examples", EXAMPLES, "--phases", PHASES, *seed, peers=who == "alice", seconds=7_000 if FULL else 280
    )
    assert code == 0, told[-12_000:]
    assert "Traceback" not in (contract.folder / "web.log").read_text()
