"""`coexai check`: any text against any source, with the lines of the text; exit codes 0, 1 and 2."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from coexai_app.cli import main
from tests.work import POST

TRUE = "Marta Ruiz counted 412 calls in one week.\n\nOnly 9% of visitors finished the first form, which asked for fourteen fields.\n"
FALSE = TRUE + "\nThen she counted 980 calls with @horno #bread, see https://elsewhere.example.com now.\n"


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "source.md"
    path.write_text(POST)
    return str(path)


def text(tmp_path: Path, words: str, name: str = "text.txt") -> str:
    path = tmp_path / name
    path.write_text(words)
    return str(path)


def test_what_the_source_says_holds(tmp_path: Path, source: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", text(tmp_path, TRUE), "--source", source]) == 0
    told = capfd.readouterr().out
    assert "number “412”" in told and "without a source" in told and told.endswith("All holds.\n") and "FAIL" not in told


def test_what_it_does_not_say_is_named_with_its_line(tmp_path: Path, source: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", text(tmp_path, FALSE), "--source", source]) == 1
    told = capfd.readouterr().out
    assert "FAIL  line 5: number “980”" in told and "line 5: hashtag #bread" in told


def test_json_has_the_places_of_the_text(tmp_path: Path, source: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", text(tmp_path, FALSE), "--source", source, "--format", "json"]) == 1
    found = json.loads(capfd.readouterr().out)
    assert found["ok"] is False and {rule["id"] for rule in found["rules"]} >= {"sentences", "duplicates", "readability"}
    assert all(FALSE[e["start"] : e["end"]] == e["text"] for e in [*found["claims"], *found["entities"]])
    assert [e["kind"] for e in found["entities"]] == ["mention", "hashtag", "link"]
    assert "980" in [c["text"] for c in found["claims"] if c["status"] == "unsupported"]


def test_a_rule_that_fails_is_told_even_when_every_claim_holds(tmp_path: Path, source: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", text(tmp_path, TRUE + "\nMarta counted and"), "--source", source]) == 1
    assert "FAIL  Whole sentences: Paragraph 3 has a sentence without an end." in capfd.readouterr().out


def test_standard_input_on_one_side(tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, sent in ((["-", "--source", source], TRUE), ([text(tmp_path, TRUE), "--source", "-"], POST)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(sent.encode())))
        assert main(["check", *arguments]) == 0


def test_markdown_is_read_as_such(tmp_path: Path, source: str) -> None:
    assert main(["check", text(tmp_path, f"# Calls\n\n{TRUE}", "text.md"), "--source", source]) == 0


@pytest.mark.parametrize(
    ("words", "arguments", "problem"),
    [
        ("", [], "The text is empty."),
        (TRUE, ["--source", "/nowhere/source.md"], "/nowhere/source.md cannot be read: No such file or directory."),
        ("a\0b", [], "is not a text file"),
        ("word " * 90_000, [], "at most 400,000 are checked"),
    ],
)
def test_what_cannot_be_checked_is_said(
    tmp_path: Path, source: str, capfd: pytest.CaptureFixture[str], words: str, arguments: list[str], problem: str
) -> None:
    assert main(["check", text(tmp_path, words), "--source", source, *arguments]) == 2
    assert problem in capfd.readouterr().err


def test_both_from_standard_input_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-", "--source", "-"]) == 2
    assert "Only one of the two" in capfd.readouterr().err
