"""`coexai run`: results on stdout, the rest on stderr, exit codes 0, 1 and 2."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from coexai_app.agents import AGENTS
from coexai_app.cli import main
from coexai_app.settings import ROOT
from tests.work import POST

RUN = ["run", "maya", "blog-to-thread"]


@pytest.fixture
def post(tmp_path: Path) -> Path:
    path = tmp_path / "post.md"
    path.write_text(POST)
    return path


class TestFormats:
    def test_json_has_the_stable_shape(self, post: Path, capfd: pytest.CaptureFixture[str]) -> None:
        assert main([*RUN, "--file", str(post), "--format", "json"]) == 0
        out, err = capfd.readouterr()
        report = json.loads(out)
        assert list(report)[:4] == ["agent", "capability", "title", "engine"]
        assert [s["name"] for s in report["steps"]] == ["extract", "analyze", "strategize", "generate", "format", "check", "output"]
        assert all(p["length"] <= 280 for p in report["output"]["posts"])
        assert all(c["status"] == "supported" for c in report["claims"])
        assert report["score"]["points"] == sum(c["points"] for c in report["checks"])
        assert "7/7 Hand over" in err

    def test_markdown_is_the_default(self, post: Path, capfd: pytest.CaptureFixture[str]) -> None:
        assert main([*RUN, "--file", str(post)]) == 0
        assert capfd.readouterr().out.startswith("# What a year of counting taught our bakery")

    def test_a_word_file(self, post: Path, tmp_path: Path) -> None:
        target = tmp_path / "thread.docx"
        assert main([*RUN, "--file", str(post), "--format", "docx", "-o", str(target)]) == 0
        assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(target.read_bytes())).namelist()

    def test_help_lists_every_capability_with_its_formats(self, capfd: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["run", "--help"])
        assert ended.value.code == 0
        lines = capfd.readouterr().out.split("\n")
        for agent in AGENTS.values():
            for slug, skill in agent.capabilities.items():
                line = next(line for line in lines if line.split()[:2] == [agent.slug, slug])
                assert set(line.replace(",", "").split()[2:]) == set(skill.exports)

    @pytest.mark.parametrize("slug", AGENTS["maya"].capabilities)
    def test_a_format_that_a_capability_does_not_have_is_refused_before_anything_is_read(
        self, slug: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        exports = AGENTS["maya"].capabilities[slug].exports
        for form in {"md", "txt", "json", "docx", "html", "csv", "ics", "zip", "pdf", "MD", ""} - {*exports, ""}:
            assert main(["run", "maya", slug, "--file", "/nowhere/post.md", "--format", form]) == 2
            out, err = capfd.readouterr()
            assert out == "" and f"has no format “{form}”" in err and ", ".join(exports) in err

    def test_a_calendar_of_several_files(self, post: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        other = tmp_path / "bees, and more.md"
        other.write_text(
            "# Bees\n\n" + "Two hives stand on the roof of the library since April 2024, and Karin Holm looks after them. " * 3
        )
        run = ["run", "maya", "content-calendar", "--file", str(post), "--file", str(other), "--file", str(tmp_path / "gone.md")]
        assert main([*run, "--format", "json"]) == 0
        out, err = capfd.readouterr()
        kept = json.loads(out)["analysis"]
        assert [one["name"] for one in kept["sources"]] == ["post.md", "bees, and more.md"]
        assert len(kept["unread"]) == 1
        assert "1 of 3 sources could not be read" in err

    def test_an_archive_of_several_texts(self, post: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        target = tmp_path / "texts.zip"
        several = ["run", "maya", "repurpose", "--set", "targets=linkedin,thread"]
        assert main([*several, "--file", str(post), "--format", "zip", "-o", str(target)]) == 0
        assert "5/5 Hand over" in capfd.readouterr().err
        assert {"report.json", "thread/thread.docx", "linkedin/linkedin.txt"} <= set(zipfile.ZipFile(target).namelist())

    def test_text_from_standard_input_in_a_process_of_its_own(self) -> None:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "coexai_app.cli",
                *RUN,
                "--text",
                "-",
                "--format",
                "txt",
                "--set",
                "hashtags=0",
                "--set",
                "numbering=none",
            ],
            input=POST,
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "412 calls" in done.stdout
        assert "#" not in done.stdout
        assert "1/" not in done.stdout


class TestMistakes:
    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["run", "eve", "blog-to-thread", "--text", POST], "no coworker named"),
            (["run", "jordan", "blog-to-thread", "--text", POST], "There are: maya"),
            (["run", "maya", "sing", "--text", POST], "Maya can: blog-to-thread"),
            ([*RUN], "Add a link, some text or a file."),
            ([*RUN, "--text", "too short"], "words"),
            ([*RUN, "--file", "/nowhere/post.md"], "No such file"),
            ([*RUN, "--text", POST, "--set", "posts"], "KEY=VALUE"),
            ([*RUN, "--text", POST, "--set", "posts=99"], "5 to 12"),
            ([*RUN, "--text", POST, "--set", "colour=red"], "no such field"),
            ([*RUN, "--url", "https://a.example", "--url", "https://b.example"], "takes one source. Give --url once"),
            ([*RUN, "--url", "http://127.0.0.1:9/x"], ""),
            ([*RUN, "--url", "http://10.0.0.1/"], ""),
            ([*RUN, "--url", "file:///etc/passwd"], "web address"),
        ],
    )
    def test_a_wrong_command_or_input_exits_with_2_and_one_clear_line(
        self, arguments: list[str], says: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert main(arguments) == 2
        out, err = capfd.readouterr()
        assert out == ""
        assert says in err
        assert "Traceback" not in err

    def test_two_sources_are_one_too_many(self, capfd: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as caught:
            main([*RUN, "--text", "x", "--url", "https://example.org"])
        assert caught.value.code == 2
