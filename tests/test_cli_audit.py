"""`coexai audit`: verify, purge, seal."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from coexai_app import db
from coexai_app.cli import main
from coexai_app.models import Organization
from coexai_app.models.base import new_id
from coexai_app.services import audit_purge
from coexai_app.services.audit_chain import HEADS, ROWS, signature
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


@pytest.mark.asvs("V16.4.2")
class TestAgainstAnEarlierCheck:
    """What the chain's own signature cannot tell: somebody sets the whole log back, its signed head included."""

    @pytest.fixture
    def kept(self, people: People, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Path:
        write(people.alice.organization_id, "a", "b", "c")
        assert main(["audit", "verify"]) == 0
        file = tmp_path / "earlier.txt"
        file.write_text(capfd.readouterr().out)
        return file

    def test_a_log_that_grew_is_whole(self, people: People, kept: Path) -> None:
        write(people.alice.organization_id, "d")
        assert main(["audit", "verify", "--against", str(kept)]) == 0

    @pytest.mark.parametrize("then", [0, 1])
    def test_an_old_head_and_its_rows_put_back(
        self, people: People, kept: Path, capfd: pytest.CaptureFixture[str], then: int, tmp_path: Path
    ) -> None:
        heads = sa.select(HEADS).where(HEADS.c.id == people.alice.organization_id)
        with db.reading() as session:
            old = session.execute(heads).mappings().one()
        write(people.alice.organization_id, "d", "e")
        main(["audit", "verify"])
        newer = tmp_path / "newer.txt"
        newer.write_text(capfd.readouterr().out)
        with unguarded() as hand:
            hand.execute(sa.delete(ROWS).where(ROWS.c.chain_id == old["id"], ROWS.c.seq > old["seq"]))
            hand.execute(sa.update(HEADS).where(HEADS.c.id == old["id"]).values(dict(old)))
        assert main(["audit", "verify"]) == 0
        write(people.alice.organization_id, *["f", "g"][:then])
        assert main(["audit", "verify", "--against", str(newer)]) == 1
        assert "BROKEN: The log had 6 rows at the earlier check" in capfd.readouterr().out
        write(people.alice.organization_id, "h", "i")
        assert main(["audit", "verify", "--against", str(newer)]) == 1
        assert "BROKEN: Row 6 is not the one of the earlier check." in capfd.readouterr().out
        assert main(["audit", "verify", "--against", str(kept)]) == 0

    def test_a_log_that_begins_anew(self, people: People, kept: Path, capfd: pytest.CaptureFixture[str]) -> None:
        with unguarded() as hand:
            hand.execute(sa.delete(HEADS).where(HEADS.c.id == people.alice.organization_id))
            hand.execute(sa.delete(ROWS).where(ROWS.c.chain_id == people.alice.organization_id))
        assert main(["audit", "verify"]) == 1
        assert "Larkfield Studio: 0 rows checked, BROKEN: There is no audit log" in capfd.readouterr().out
        write(people.alice.organization_id, "x")
        assert main(["audit", "verify"]) == 0
        assert main(["audit", "verify", "--against", str(kept)]) == 1
        assert "BROKEN: The log had 4 rows at the earlier check" in capfd.readouterr().out

    def test_rows_that_retention_took_are_not_asked_for(self, people: People, kept: Path) -> None:
        write(people.alice.organization_id, "d", "e")
        with unguarded() as hand:
            rows = sa.select(ROWS.c.hash).where(ROWS.c.chain_id == people.alice.organization_id, ROWS.c.seq == 5)
            row_hash = hand.execute(rows).scalar_one()
            checkpoint = {"checkpoint_seq": 5, "checkpoint_hash": row_hash}
            checkpoint["checkpoint_signature"] = signature("checkpoint", people.alice.organization_id, 5, row_hash)
            hand.execute(sa.update(HEADS).where(HEADS.c.id == people.alice.organization_id).values(checkpoint))
            hand.execute(sa.delete(ROWS).where(ROWS.c.chain_id == people.alice.organization_id, ROWS.c.seq <= 5))
        assert main(["audit", "verify", "--against", str(kept)]) == 0

    def test_an_organisation_that_is_gone_is_told_of(
        self, people: People, kept: Path, session: Session, capfd: pytest.CaptureFixture[str]
    ) -> None:
        session.execute(sa.delete(Organization).where(sa.column("id") == people.mallory.organization_id))
        session.commit()
        with db.transaction() as writing:
            audit_purge.forget(writing, organization_id=people.mallory.organization_id)
        assert main(["audit", "verify", "--against", str(kept)]) == 0
        assert "Mossworks: gone since the earlier check" in capfd.readouterr().out

    @pytest.mark.parametrize("text", ["", "nothing of the kind", None])
    def test_a_file_that_is_none(self, people: People, tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str | None) -> None:
        file = tmp_path / "other.txt"
        if text is not None:
            file.write_text(text)
        assert main(["audit", "verify", "--against", str(file)]) == 2
        assert "other.txt" in capfd.readouterr().err


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
