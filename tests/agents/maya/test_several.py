"""A calendar from several sources: each read by itself, joined to one, and every word still known by where it came from."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from coexai_app.agents.maya import origins, several
from coexai_app.agents.maya.calendar.schemas import CalendarOutput
from coexai_app.agents.maya.origins import Stretch
from coexai_app.agents.maya.several import Gathered
from coexai_app.agents.maya.several_input import MOST
from coexai_app.agents.parts import Words
from coexai_app.agents.pipeline import InputFile, StepContext, StepEvent, run
from coexai_app.agents.report import Report
from coexai_app.errors import Cancelled, InvalidInput, Unavailable
from coexai_app.extract import LIMITS
from coexai_app.views import evidence
from tests.agents.maya.letters import AGENT, CALENDAR, EXAMPLE, MONDAY, REPAIR

BEES = """# Bees on the roof

Two hives stand on the roof of the library since April 2024. Karin Holm looks after them every Thursday at noon.

The first summer brought 31 jars of honey. Half of them went to the readers who had helped with the hives.

A hive needs about two hours of work a week between May and August. In winter the bees are left alone.

Nobody was stung in the first year, although 900 children visited the roof. They came in groups of twelve.
"""
GERMAN = """# Die Rampe am Eingang

Seit März führt eine Rampe zum Eingang der Bücherei. Sie ist zwölf Meter lang und hat ein Geländer auf beiden Seiten.

Der Bau kostete 18.400 Euro und dauerte drei Wochen. Die Stadt zahlte die Hälfte, der Freundeskreis den Rest.

Vorher mussten Eltern den Kinderwagen über sieben Stufen tragen. Jetzt kommen am Dienstag doppelt so viele Familien.
"""
PAGES = {"https://example.com/bees": BEES, "https://example.com/rampe": GERMAN, "https://example.com/repair": REPAIR}


@dataclass(frozen=True)
class Page:
    url: str
    data: bytes
    content_type: str = "text/markdown"


def web(pages: Mapping[str, str | Exception], asked: list[str] | None = None) -> Callable[[str], Page]:
    def fetch(url: str) -> Page:
        if asked is not None:
            asked.append(url)
        found = pages.get(url, InvalidInput("example.com answered 404. Check the address, or paste the text.", field="url"))
        if isinstance(found, Exception):
            raise found
        return Page(url, found.encode())

    return fetch


def shelf(files: Mapping[str, bytes]) -> Callable[[str], InputFile]:
    def opened(ref: str) -> InputFile:
        if ref not in files:
            raise InvalidInput("This file is not here any more. Add it again.", field="file")
        return InputFile(name=ref, content_type="", data=files[ref])

    return opened


def planned(pages: Mapping[str, str | Exception] = PAGES, files: Mapping[str, bytes] | None = None, **data: Any) -> Report:
    context = StepContext(fetch=web(pages), open_file=shelf(files or {}))
    return run(AGENT, CALENDAR, CALENDAR.parse({"start": MONDAY, "weeks": 3, **data}), context)


def entries(report: Report) -> Any:
    return CalendarOutput.model_validate(report.output).entries


def check(report: Report, name: str) -> Any:
    return next(c for c in report.checks if c.id == name)


THREE = planned(url="https://example.com/bees", more_urls="https://example.com/rampe\nhttps://example.com/repair")


class TestInput:
    @pytest.mark.parametrize(
        "given",
        [
            "https://a.example/x\nhttps://b.example/y",
            "https://a.example/x, https://b.example/y",
            "https://a.example/x,https://b.example/y",
            "  https://a.example/x,\r\n\r\nhttps://b.example/y,\n",
            ["https://a.example/x", " https://b.example/y", "https://a.example/x", ""],
        ],
    )
    def test_lines_commas_and_lists_are_the_same_addresses(self, given: Any) -> None:
        assert CALENDAR.parse({"text": EXAMPLE, "more_urls": given}).more_urls == ("https://a.example/x", "https://b.example/y")

    def test_a_comma_within_an_address_does_not_break_it(self) -> None:
        parsed = CALENDAR.parse({"text": EXAMPLE, "more_urls": "https://a.example/x,1,2?y=3,4"})
        assert parsed.more_urls == ("https://a.example/x,1,2?y=3,4",)

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ("ftp://a.example/x", "Link 1, “ftp://a.example/x”: This is not a web address"),
            (["https://a.example", "https://u:p@b.example"], "Link 2"),
            (["https://a.example/" + "x" * 2_100], "longer than 2,048"),
            (7, "a list of web addresses"),
            ([7], "a list of web addresses"),
            ({"a": 1}, "a list of web addresses"),
        ],
    )
    def test_what_is_no_address_is_told_at_its_field(self, given: Any, says: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            CALENDAR.parse({"text": EXAMPLE, "more_urls": given})
        assert says in caught.value.details["fields"]["more_urls"]

    def test_ten_and_no_more(self) -> None:
        links = [f"https://a.example/{n}" for n in range(MOST)]
        assert len(CALENDAR.parse({"text": EXAMPLE, "more_urls": links[:-1]}).given()) == MOST
        with pytest.raises(InvalidInput, match="You gave 11 sources; 10 is the most"):
            CALENDAR.parse({"text": EXAMPLE, "more_urls": links})
        with pytest.raises(InvalidInput):
            CALENDAR.parse({"text": EXAMPLE, "more_urls": links * 1 + [f"https://b.example/{n}" for n in range(5_000)]})

    def test_the_same_source_twice_counts_once(self) -> None:
        given = CALENDAR.parse({"url": "https://a.example/x", "more_urls": ["https://a.example/x"], "more_files": "f,f"}).given()
        assert [(one.kind, one.value) for one in given] == [("url", "https://a.example/x"), ("file", "f")]

    def test_more_sources_alone_are_enough(self) -> None:
        assert CALENDAR.parse({"more_urls": ["https://a.example/x"]}).given()[0].field == "more_urls"
        with pytest.raises(InvalidInput, match="Add a link, some text or a file"):
            CALENDAR.parse({"more_urls": " ", "more_files": ""})

    def test_other_capabilities_take_one(self) -> None:
        with pytest.raises(InvalidInput, match="There is no such field"):
            AGENT.capabilities["blog-to-thread"].parse({"text": EXAMPLE, "more_urls": ["https://a.example/x"]})


class TestJoined:
    def test_every_claim_points_at_its_words_and_at_its_source(self) -> None:
        assert THREE.unsupported == ()
        seen = set()
        for claim in THREE.claims:
            assert claim.source is not None
            if claim.source.origin == "source":
                assert THREE.source.text[claim.source.start : claim.source.end] == claim.source.quote
                name, url = evidence.where(THREE, claim)
                assert claim.source.quote in PAGES[url].replace("\n\n", "\n") or claim.source.quote in PAGES[url]
                seen.add((name, url))
        assert seen >= {("Bees on the roof", "https://example.com/bees"), ("Die Rampe am Eingang", "https://example.com/rampe")}

    def test_each_source_is_opened_by_its_title(self) -> None:
        text = THREE.source.text
        for stretch in origins.of_report(THREE):
            assert text[stretch.start :].startswith(stretch.title)
        assert THREE.title == "Bees on the roof and 2 more sources"

    def test_a_text_without_a_title_gets_its_file_s_name_as_heading(self) -> None:
        report = planned(files={"notes.txt": BEES.split("\n\n", 1)[1].encode()}, text=GERMAN, more_files=["notes.txt"])
        stretch = origins.of_report(report)[1]
        assert (stretch.label, stretch.name) == ("notes.txt", "notes.txt")
        assert report.source.text[stretch.start : stretch.end].startswith("notes.txt\n\nTwo hives")

    def test_links_and_cues_move_along(self) -> None:
        talk = "1\n00:00:01,000 --> 00:00:04,000\nAnn: " + " ".join(BEES.split("\n\n")[1].split()) + "\n"
        linked = BEES.replace("Karin Holm", "[Karin Holm](https://example.com/karin)")
        context = StepContext(open_file=shelf({"talk.srt": (talk * 3).encode(), "bees.md": linked.encode()}))
        data = CALENDAR.parse({"text": GERMAN, "more_files": ["talk.srt", "bees.md"]})
        gathered = several.read(data, context, fewest=10, wanted="A calendar")
        document = gathered.document
        link = next(one for one in document.links if one.url.endswith("karin"))
        assert document.text[link.start : link.end] == "Karin Holm"
        assert document.cues
        stretch = gathered.stretches[1]
        assert all(stretch.start <= cue.start < cue.end <= stretch.end for cue in document.cues)
        for block in document.blocks:
            assert document.block_text(block) == document.block_text(block).strip() != ""
        for (part, offset), one in zip(origins.documents(document, gathered.stretches), gathered.stretches, strict=True):
            assert document.text[offset : offset + len(part.text)] == part.text
            assert (part.title, part.language) == (one.label, one.language)

    def test_one_source_is_as_it_ever_was(self) -> None:
        alone = run(AGENT, CALENDAR, CALENDAR.parse({"text": EXAMPLE, "start": MONDAY}), StepContext())
        assert not {"sources", "unread"} & set(alone.analysis.model_extra or {})
        assert origins.of_report(alone) == ()
        assert evidence.reading_notes(alone) == ()

    def test_an_edit_is_judged_as_the_first_time(self) -> None:
        again = CALENDAR.review(THREE, THREE.output)
        assert (again.claims, again.checks, again.score) == (THREE.claims, THREE.checks, THREE.score)
        output = CalendarOutput.model_validate(THREE.output)
        edited = output.rewritten([Words("Karin Holm has 77 hives.", 0), *(Words(p.text, i) for i, p in enumerate(output.parts()) if i)])
        assert "77" in {c.text for c in CALENDAR.review(THREE, edited.model_dump(mode="json")).claims if c.source is None}


class TestPosts:
    def test_sources_take_fair_turns(self) -> None:
        stretches = origins.of_report(THREE)
        for channel in ("linkedin", "facebook"):
            own = [origins.at(stretches, entry.source[0][0]) for entry in entries(THREE) if entry.channel == channel]
            assert len(set(own[:3])) == 3
        counted = Counter(origins.at(stretches, entry.source[0][0]) for entry in entries(THREE))
        assert len(counted) == 3

    def test_the_link_under_a_post_is_its_own_source_s(self) -> None:
        linked = 0
        for entry in entries(THREE):
            stretch = origins.at(origins.of_report(THREE), entry.source[0][0])
            assert stretch is not None
            found = [line for line in entry.text.split("\n") if line.startswith("https://")]
            assert set(found) <= {stretch.url}
            linked += bool(found)
        assert linked

    def test_a_pasted_text_gets_no_other_source_s_link(self) -> None:
        report = planned(text=GERMAN, more_urls=["https://example.com/bees"])
        for entry in entries(report):
            if origins.at(origins.of_report(report), entry.source[0][0]).title == "Die Rampe am Eingang":
                assert "https://" not in entry.text

    def test_no_post_mixes_sources(self) -> None:
        for entry in entries(THREE):
            assert len({origins.at(origins.of_report(THREE), start) for start, _ in entry.source}) == 1

    def test_what_two_sources_say_alike_is_said_once(self) -> None:
        report = planned(text=BEES, more_urls=["https://example.com/close"], pages={"https://example.com/close": BEES.replace("Two", "2")})
        texts = [entry.text for entry in entries(report)]
        assert sum("31 jars of honey" in text for text in texts) == 1

    def test_sources_that_gave_nothing_are_named(self) -> None:
        report = planned(
            text=BEES, more_urls=["https://example.com/repair", "https://example.com/rampe"], weeks=1, per_week=1, channels="x"
        )
        assert "Nothing was taken from" in check(report, "count").message
        assert check(report, "count").points == check(report, "count").max_points, "three sources cannot all be in one post"

    def test_other_languages_are_sources_too(self) -> None:
        assert {stretch.language for stretch in origins.of_report(THREE)} == {"en", "de"}
        assert any("Rampe" in entry.text for entry in entries(THREE))


BAD: dict[str, tuple[bytes, str]] = {
    "empty.txt": (b"  \n ", "There is no text in empty.txt"),
    "short.md": (b"Too short a note.", "has only 4 words of running text"),
    "lease.pdf": (b"\x89PNG\r\n\x1a\n" + bytes(200), "not a PDF; it looks like a PNG image"),
    "torn.docx": (b"PK\x03\x04" + bytes(100), "torn.docx"),
    "song.m4a": (b"\0\0\0\x18ftypM4A \0\0\0\0", "song.m4a"),
}


class TestWhatCannotBeRead:
    @pytest.mark.parametrize("name", BAD)
    def test_a_bad_file_stops_no_other(self, name: str) -> None:
        data, says = BAD[name]
        report = planned(text=BEES, files={name: data}, more_files=[name], more_urls=["https://example.com/rampe"])
        assert len(origins.of_report(report)) == 2
        (unread,) = origins.unread_of(report)
        assert unread.label == name
        assert says in unread.reason
        assert "1 of 3 sources could not be read." in report.steps[0].summary
        assert name in report.steps[0].summary
        assert evidence.reading_notes(report)[0].startswith("1 of 3 sources could not be read.")
        assert entries(report)

    def test_of_two_the_one_that_can_be_read_is_the_whole(self) -> None:
        report = planned(url="https://example.com/gone", more_urls=["https://example.com/bees"])
        assert report.title == "Bees on the roof"
        assert report.source.url == "https://example.com/bees"
        assert [one.label for one in origins.unread_of(report)] == ["example.com/gone"]
        assert any("https://example.com/bees" in entry.text for entry in entries(report))
        assert not any("https://example.com/gone" in entry.text for entry in entries(report))

    def test_none_can_be_read(self) -> None:
        with pytest.raises(InvalidInput, match=r"None of the 2 sources could be read\. example.com/gone: .*404.*no text in nothing.txt"):
            planned(url="https://example.com/gone", files={"nothing.txt": b" "}, more_files=["nothing.txt"])

    def test_none_for_the_moment_is_tried_again_later(self) -> None:
        with pytest.raises(Unavailable, match="None of the 2 sources"):
            planned(
                url="https://example.com/gone", more_urls=["https://example.com/x"], pages={"https://example.com/x": Unavailable("Later.")}
            )

    def test_what_was_down_for_a_moment_is_read_in_the_end_and_nothing_twice(self) -> None:
        asked: list[str] = []
        down = {"https://example.com/bees"}

        def fetch(url: str) -> Page:
            asked.append(url)
            if url in down:
                down.remove(url)
                raise Unavailable("example.com answered 503. Try again later, or paste the text.")
            return Page(url, PAGES[url].encode())

        data = CALENDAR.parse({"url": "https://example.com/bees", "more_urls": ["https://example.com/rampe"], "start": MONDAY})
        report = run(AGENT, CALENDAR, data, StepContext(fetch=fetch))
        assert asked == ["https://example.com/bees", "https://example.com/rampe", "https://example.com/bees"]
        assert origins.unread_of(report) == ()
        assert origins.of_report(report)[0].url == "https://example.com/bees"

    def test_the_same_text_under_two_addresses_is_taken_once(self) -> None:
        report = planned(
            url="https://example.com/bees", more_urls=["https://example.com/b"], pages={**PAGES, "https://example.com/b": BEES}
        )
        assert origins.unread_of(report)[0].reason == "It says the same as “Bees on the roof”, so it was taken once."

    def test_together_they_stay_within_the_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(several, "LIMITS", replace(LIMITS, characters=len(BEES) + 100))
        context = StepContext(open_file=shelf({"bees.md": BEES.encode(), "rampe.md": GERMAN.encode()}))
        gathered = several.read(CALENDAR.parse({"file": "bees.md", "more_files": ["rampe.md"]}), context, fewest=30, wanted="A calendar")
        assert [one.label for one in gathered.unread] == ["Die Rampe am Eingang"]
        assert "longer than can be read at once" in gathered.unread[0].reason

    def test_a_stop_between_two_sources_is_a_stop(self) -> None:
        asked: list[str] = []
        context = StepContext(fetch=web(PAGES, asked), cancelled=lambda: bool(asked))
        data = CALENDAR.parse({"url": "https://example.com/bees", "more_urls": ["https://example.com/rampe"]})
        with pytest.raises(Cancelled):
            several.read(data, context, fewest=30, wanted="A calendar")
        assert len(asked) == 1

    def test_a_resumed_job_reads_nothing_again(self) -> None:
        from coexai_app.agents.pipeline import Checkpoint

        events: list[StepEvent] = []
        data = CALENDAR.parse(
            {"url": "https://example.com/bees", "more_urls": ["https://example.com/rampe", "https://a.example/404"], "start": MONDAY}
        )
        first = run(AGENT, CALENDAR, data, StepContext(fetch=web(PAGES)), on_step=events.append)
        read = next(e for e in events if e.name == "extract" and e.result)
        kept = {"extract": Checkpoint(input_hash=read.input_hash, result=read.result or {})}
        again = run(AGENT, CALENDAR, data, StepContext(fetch=web({})), checkpoints=kept)
        assert again.output == first.output
        assert origins.unread_of(again) == origins.unread_of(first) != ()
        assert isinstance(Gathered.model_validate(read.result).stretches[0], Stretch)


class TestFiles:
    def test_a_table_names_the_source_of_each_post(self) -> None:
        rows = list(csv.DictReader(io.StringIO(CALENDAR.exports["csv"](THREE).decode("utf-8-sig"))))
        assert {row["source_url"] for row in rows} == set(PAGES)
        assert {row["source_title"] for row in rows} >= {"Bees on the roof", "Die Rampe am Eingang"}

    def test_documents_list_sources_claims_with_theirs_and_what_was_not_read(self) -> None:
        import docx

        report = planned(url="https://example.com/bees", more_urls=["https://example.com/rampe", "https://example.com/gone"])
        text = CALENDAR.exports["md"](report).decode()
        assert "## Sources" in text
        assert "- Bees on the roof: https://example.com/bees" in text
        assert "Not read: example.com/gone: example.com answered 404" in text
        assert "(https://example.com/rampe)" in text
        word = docx.Document(io.BytesIO(CALENDAR.exports["docx"](report)))
        assert any("Not read: example.com/gone" in paragraph.text for paragraph in word.paragraphs)
        assert any("(https://example.com/bees)" in cell.text for row in word.tables[0].rows for cell in row.cells)

    def test_json_holds_what_clients_need_to_tell_them_apart(self) -> None:
        report = Report.model_validate_json(CALENDAR.exports["json"](THREE))
        kept = (report.analysis.model_extra or {})["sources"]
        assert [one["url"] for one in kept] == list(PAGES)
        assert all(report.source.text[one["start"] : one["end"]].startswith(one["title"]) for one in kept)


class TestEvidence:
    def test_each_source_opens_with_its_name_and_address(self) -> None:
        opened = [block for block in evidence.source_blocks(THREE) if block.kind == "source"]
        assert [block.url for block in opened] == list(PAGES)
        assert "".join(segment.text for segment in opened[0].segments) == "Bees on the roof"

    def test_of_long_sources_the_headings_stay(self) -> None:
        long = BEES + "\n```\n" + "loaf\n" * 5_000 + "```\n"
        report = planned(
            url="https://example.com/long", more_urls=["https://example.com/rampe"], pages={**PAGES, "https://example.com/long": long}
        )
        assert len(report.source.text) > evidence.WHOLE_SOURCE_CHARACTERS
        assert len([block for block in evidence.source_blocks(report) if block.kind == "source"]) == 2
