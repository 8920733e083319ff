"""`coexai audit`: verify, purge, seal."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from coexai_app.cli import main
from coexai_app.models.base import new_id
from tests.people import People
from tests.trail import unguarded, write


class TestVerify:
    def test_whole_chains(self, people: People, capfd: pytest.CaptureFixture[str]) -> None:
        assert main(["audit", "verify"]) == 0
        out, err = capfd.readouterr()
        assert f"{people.alice.organization_id}  Larkfield Studio: 1 rows checked, ok, newest hash " in out
        assert "0 broken" in err

    def test_a_broken_one(self, people: People, capfd: pytest.CaptureFixture[str]) -> None:
        write(people.alice.organization_id, "a", "b")
        with unguarded() as hand:
            hand.execute(sa.text("UPDATE audit_logs SET ip = 'x' WHERE target = 'a'"))
        assert main(["audit", "verify"]) == 1
        out, err = capfd.readouterr()
        assert "Larkfield Studio: 1 rows checked, BROKEN: Row 2 was changed after it was written." in out
        assert out.count("BROKEN") == 1
        assert "1 broken" in err

    def test_one_organisation(self, people: People, capfd: pytest.CaptureFixture[str]) -> None:
        assert main(["audit", "verify", "--organization", str(people.mallory.organization_id)]) == 0
        assert capfd.readouterr().out.count("\n") == 1

    def test_an_unknown_one(self, people: People, capfd: pytest.CaptureFixture[str]) -> None:
        assert main(["audit", "verify", "--organization", str(new_id())]) == 2
        assert "There is no audit log" in capfd.readouterr().err

    def test_an_id_that_is_none(self) -> None:
        with pytest.raises(SystemExit) as caught:
            main(["audit", "verify", "--organization", "larkfield"])
        assert caught.value.code == 2


def test_purge_keeps_a_month(people: People, capfd: pytest.CaptureFixture[str]) -> None:
    organization = ["--organization", str(people.alice.organization_id)]
    assert main(["audit", "purge", *organization, "--older-than-days", "5"]) == 2
    assert "at least 30 days" in capfd.readouterr().err
    assert main(["audit", "purge", *organization, "--older-than-days", "365"]) == 0
    assert capfd.readouterr().out == "0 rows removed\n"


def test_seal_mends_signatures(people: People, capfd: pytest.CaptureFixture[str]) -> None:
    with unguarded() as hand:
        hand.execute(sa.text("UPDATE audit_chains SET signature = 'x'"))
    assert main(["audit", "verify"]) == 1
    assert main(["audit", "seal"]) == 0
    assert main(["audit", "verify"]) == 0
    assert "signed anew" not in capfd.readouterr().err
