"""The format: what a file says comes back as it was written, and what is wrong names the file, the line and the field."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coexai_app.errors import InvalidInput
from coexai_app.evals import files
from coexai_app.evals.cases import Case
from tests.evals.made import FOLDER, cases

GOOD = """agent = "maya"
capability = "blog-to-thread"
source = \"\"\"
# A title

[[expect]]
check = "nonsense in the source"
\"\"\"

[input]
posts = 7

[[expect]]
check = "says"
text = "bread"

[[expect]]
check = "parts"
fewest = 5

[[parts]]
verdict = "bad"
text = "Wonderful!"
"""

_TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=200)
_SAID = _TEXT.filter(lambda text: bool(text.strip()))


def wrong(old: str, new: str) -> str:
    assert old in GOOD
    with pytest.raises(InvalidInput) as refused:
        files.read(GOOD.replace(old, new, 1).encode(), "x.toml")
    return refused.value.message


class TestRead:
    def test_a_case(self) -> None:
        case = files.read(GOOD.encode(), "x.toml")
        assert (case.checks, case.input, case.skill().slug) == (3, {"posts": 7}, "blog-to-thread")
        assert '[[expect]]\ncheck = "nonsense in the source"' in case.source

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ('verdict = "bad"', "verdict = bad", "x.toml: this is no TOML: Invalid value (at line 22, column 11)."),
            ('check = "parts"', 'check = "part"', "x.toml:17: expect.1: There is no check “part”. There are: says, never,"),
            ('check = "says"', 'chek = "says"', "x.toml:13: expect.0: Name the kind of check. There are: says, never,"),
            ('text = "bread"', 'txt = "bread"', "x.toml:15: expect.0.txt: There is no such field."),
            ('text = "bread"', "", "x.toml:13: expect.0: Say what: text or any_of or numbers."),
            ("fewest = 5", "fewest = 5\nmost = 2", "x.toml:17: expect.1: fewest (5) is more than most (2)."),
            ("fewest = 5", 'fewest = "x"', "x.toml:19: expect.1.fewest: Input should be a valid integer"),
            ("posts = 7", "posts = 99", "x.toml:11: input.posts: A thread has 5 to 12 posts."),
            ("posts = 7", "pots = 7", "x.toml:11: input.pots: There is no such field."),
            ("posts = 7", 'text = "x"', "x.toml:10: input: “text” is the source."),
            ('"blog-to-thread"', '"blog-to-poem"', "x.toml:2: capability: Maya cannot do “blog-to-poem”. Maya can: blog-to-thread,"),
            ('agent = "maya"', 'agent = "sam"', "x.toml:1: agent: There is no coworker named “sam” to run."),
            ('verdict = "bad"', 'verdict = "so so"', "x.toml:22: parts.0.verdict: Input should be 'good' or 'bad'."),
            ('agent = "maya"', 'agent = "maya"\nsource_file = "x.md"', "x.toml: case: Give either source or source_file."),
            ('check = "says"\ntext = "bread"', 'check = "refused"', "x.toml: case: What is refused has no result"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, old: str, new: str, told: str) -> None:
        assert wrong(old, new).startswith(told)

    def test_bytes_that_are_no_text(self) -> None:
        with pytest.raises(InvalidInput, match=r"x\.toml: byte 3 is not UTF-8"):
            files.read(b"a =\xff", "x.toml")

    def test_nesting_without_end(self) -> None:
        with pytest.raises(InvalidInput, match=r"x\.toml"):
            files.read(b"a = " + b"[" * 100_000, "x.toml")

    @pytest.mark.parametrize("name", ["../secret.md", "/etc/passwd", ".env", "a\\b.md"])
    def test_a_case_reads_no_file_but_one_beside_it(self, name: str) -> None:
        with pytest.raises(InvalidInput, match="without a folder"):
            Case.parse({"capability": "blog-to-thread", "source_file": name, "expect": [{"check": "fits"}]})

    def test_a_source_that_is_not_there(self, tmp_path: Path) -> None:
        path = tmp_path / "x.toml"
        path.write_text('agent = "maya"\ncapability = "blog-to-thread"\nsource_file = "gone.md"\n[[expect]]\ncheck = "fits"\n')
        with pytest.raises(InvalidInput) as refused:
            files.read_folder(tmp_path)
        assert refused.value.message == f"{path}:3: source_file: There is no file gone.md beside the case."

    def test_a_folder_without_cases(self, tmp_path: Path) -> None:
        for folder in (tmp_path, tmp_path / "gone"):
            with pytest.raises(InvalidInput):
                files.read_folder(folder)


class TestWrite:
    @pytest.mark.parametrize("named", cases(), ids=lambda named: named.id)
    def test_every_case_comes_back(self, named: files.Named) -> None:
        assert files.read(files.written(named.case).encode(), "x.toml") == named.case

    @settings(deadline=None)
    @given(source=_SAID, phrase=_SAID, note=_TEXT, key=st.text("abc -_.é\"'\n", min_size=1, max_size=9))
    def test_whatever_it_says_comes_back(self, source: str, phrase: str, note: str, key: str) -> None:
        case = Case.model_validate(
            {
                "capability": "blog-to-thread",
                "source": source,
                "note": note,
                "input": {key: [phrase, 1, 2.5, True, {key: phrase}], "table": {key: {key: note}}},
                "expect": [{"check": "says", "text": [phrase]}],
                "parts": [{"verdict": "bad", "text": phrase, "words": [source], "note": note}],
            }
        )
        import tomllib

        found = Case.model_validate(tomllib.loads(files.written(case)))
        assert found.model_dump() == case.model_dump()

    def test_a_carriage_return_comes_back(self) -> None:
        case = Case.model_validate({"capability": "x", "source": "a\r\nb\rc\n", "expect": [{"check": "fits"}]})
        import tomllib

        assert tomllib.loads(files.written(case))["source"] == "a\r\nb\rc\n"


def test_the_sources_are_beside_the_cases() -> None:
    used = {named.case.source_file for named in cases() if named.case.source_file}
    assert used == {path.name for path in FOLDER.iterdir() if path.suffix != ".toml"}
