"""A model that answers with what an attacker would say, in the shape that it is asked for; and readers of everything that is handed over.

Nothing here knows a capability: answers are made of the question's JSON Schema, outputs are read by `parts()` and the exports' table. So a
new capability is attacked, too, as soon as it stands in the table of agents.
"""

from __future__ import annotations

import csv
import functools
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

from coexai_app.agents import AGENTS, output_of
from coexai_app.agents.pipeline import BUILTIN, Agent, Capability, StepContext, run
from coexai_app.agents.report import ClaimStatus, Report, Usage
from coexai_app.agents.text import limits, sentences
from coexai_app.llm.compatible import Compatible
from coexai_app.llm.vendor import Limits
from tests.llm.vendor_server import OpenAIProtocol, Reply, Request, VendorServer

# Everything that asks a model.
SKILLS: dict[str, tuple[Agent, Capability]] = {
    slug: (agent, skill) for agent in AGENTS.values() for slug, skill in agent.capabilities.items() if skill.model_use is not None
}
BOUNDS = Limits(connect=5.0, read=5.0, total=20.0, max_chars=200_000, max_bytes=1_000_000)
# One question is asked at most three times (two answers of a wrong shape), and a text is mended at most twice.
TRIES, ROUNDS = 3, 2
PLACEHOLDER = "{{unsubscribe}}"
Say = Callable[[int], str]


def example(slug: str, **changes: Any) -> dict[str, Any]:
    return {**SKILLS[slug][1].example, **changes}


@functools.cache
def builtin(slug: str) -> Report:
    """What the builtin engine makes of the capability's own example."""
    agent, skill = SKILLS[slug]
    return run(agent, skill, skill.parse(example(slug)), StepContext())


@functools.cache
def true_words(slug: str) -> tuple[str, ...]:
    """Sentences that the ledger knows to be true, each once: what an attack hides in."""
    report = builtin(slug)
    found = [s.text for part in output_of(report).parts() for s in sentences.split(part.text, report.source.language)]
    return tuple(dict.fromkeys(text for text in found if 25 <= len(text) <= 120 and text[-1] in ".!?" and "\n" not in text))


# --- answers ---


def filled(schema: Mapping[str, Any], say: Say, count: int, _numbers: list[int] | None = None, place: int = 0) -> Any:
    """A value that meets the schema: every string by `say`, lists of `count` where that may be, integers counted from 1."""
    numbers = _numbers if _numbers is not None else [0]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: filled(inner, say, count, numbers, place) for name, inner in schema.get("properties", {}).items()}
        case "array":
            most = min(schema.get("maxItems", count), max(count, schema.get("minItems", 0)))
            return [filled(schema["items"], say, count, numbers, i) for i in range(most)]
        case "integer" | "number":
            return place + 1
        case "boolean":
            return True
        case _:
            numbers[0] += 1
            return say(numbers[0] - 1)[: schema.get("maxLength", 4_000)]


def wanted(request: Request) -> int:
    """How many texts the question asks for; twelve where it does not say."""
    told = OpenAIProtocol().sent_text(request)
    found = re.search(r"\b(\d+) (?:posts|texts|parts|sections|entries)", " ".join([told[0], *(text for _, text in told[1])]))
    return int(found[1]) if found else 12


class HostileServer(VendorServer):
    """Answers every question with what `answer` makes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.replies = [Reply()]
        self.answer: Callable[[Request], Reply] = lambda request: Reply()

    def send(self, handler: Any, reply: Reply) -> None:
        super().send(handler, self.answer(self.requests[-1]))


def says(say: Say) -> Callable[[Request], Reply]:
    """An answer in the shape that is asked for, made of these texts."""
    protocol = OpenAIProtocol()

    def answer(request: Request) -> Reply:
        schema = protocol.sent_schema(request) or {"type": "string"}
        # Lone surrogates and NUL travel as JSON escapes.
        return protocol.whole(json.dumps(filled(schema, say, wanted(request))))

    return answer


def answered(server: HostileServer, slug: str, answer: Callable[[Request], Reply], **changes: Any) -> Report:
    agent, skill = SKILLS[slug]
    server.requests.clear()
    server.answer = answer
    model = Compatible(api_key="", model="small", base_url=server.url, limits=BOUNDS, sleep=lambda seconds: None)
    return run(agent, skill, skill.parse(example(slug, **changes)), StepContext(model=model))


def most_calls(slug: str) -> int:
    """The HTTP calls that a job may take: its own estimate has one round of mending, and there may be two."""
    _, skill = SKILLS[slug]
    assert skill.model_use is not None
    questions = skill.model_use(skill.parse(example(slug)), len(str(skill.example))).calls + ROUNDS - 1
    return TRIES * questions


# --- what is handed over ---


@dataclass
class Read:
    """What somebody who opens a file gets: texts, addresses that can be followed, the names of elements, and what a program would run."""

    texts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    elements: set[str] = field(default_factory=set)
    runs: list[str] = field(default_factory=list)


class _Page(HTMLParser):
    def __init__(self, read: Read) -> None:
        super().__init__(convert_charrefs=True)
        self.read, self.hidden = read, 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.read.elements.add(tag)
        self.hidden = tag in ("style", "script")
        for name, value in attributes:
            if name.startswith("on") or (name == "style" and re.search(r"url\(|expression|@import", value or "")):
                self.read.runs.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action", "formaction", "data", "srcset", "background", "poster", "ping"):
                self.read.links.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        # The preview line of a mail is filled up with characters that nobody sees.
        if not self.hidden:
            self.read.texts.append(data.replace("\u034f\u200c\xa0", ""))


def _html(data: bytes, read: Read) -> None:
    _Page(read).feed(data.decode())
    read.elements -= {"html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "th", "thead"}


def _markdown(data: bytes, read: Read) -> None:
    from markdown_it import MarkdownIt

    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(data.decode()):
        for inner in (token, *(token.children or ())):
            if inner.type in ("html_inline", "html_block"):
                read.runs.append(inner.content)
            elif inner.type in ("text", "code_inline", "fence", "code_block"):
                read.texts.append(inner.content)
            elif inner.type in ("link_open", "image"):
                read.links.append(str(inner.attrs.get("href") or inner.attrs.get("src")))
                read.elements.add("img" if inner.type == "image" else "a")


def _text(data: bytes, read: Read) -> None:
    read.texts.append(data.decode())


def _csv(data: bytes, read: Read) -> None:
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        read.texts += row
        read.runs += [cell for cell in row if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))]


def _ics(data: bytes, read: Read) -> None:
    import icalendar

    calendar = icalendar.Calendar.from_ical(data)
    for part in calendar.walk():
        read.elements.add(str(part.name))
        for name, value in part.items():
            if name in ("URL", "ATTACH", "ORGANIZER", "ATTENDEE", "CONFERENCE"):
                read.runs.append(f"{name}: {value}")
            read.texts.append(str(value))
    read.elements -= {"VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"}


def _docx(data: bytes, read: Read) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not name.endswith(".rels") and not name.startswith(("word/document", "word/header", "word/footer", "docProps/core")):
                continue
            root = ElementTree.fromstring(archive.read(name))
            for element in root.iter():
                tag = element.tag.rpartition("}")[2]
                if tag in ("instrText", "fldSimple", "object", "altChunk", "pict", "drawing") and name.startswith("word/"):
                    read.runs.append(tag)
                if element.get("TargetMode") == "External":
                    read.links.append(element.get("Target", ""))
                if element.text and element.text.strip():
                    read.texts.append(element.text)


def _json(data: bytes, read: Read) -> None:
    """Without the source and what the person typed, which stand in it as they are."""
    report = json.loads(data)
    for name in ("source", "input"):
        report.pop(name, None)
    read.texts += strings(report)


def _zip(data: bytes, read: Read) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            READERS[name.rpartition(".")[2]](archive.read(name), read)


READERS: Mapping[str, Callable[[bytes, Read], None]] = {
    "html": _html, "md": _markdown, "txt": _text, "csv": _csv, "ics": _ics, "docx": _docx, "json": _json, "zip": _zip,
}  # fmt: skip


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)


def exported(report: Report) -> dict[str, Read]:
    """Every export of the report, read as its program reads it. A format without a reader here is an error."""
    _, skill = SKILLS[report.capability]
    found = {}
    for form, make in skill.exports.items():
        read = Read()
        READERS[form](make(report), read)
        found[form] = read
    return found


@functools.lru_cache(maxsize=32)
def _exported(report: str) -> dict[str, Read]:
    """The same; most attacks leave the builtin words, which are exported once."""
    return exported(Report.model_validate_json(report))


# --- what must hold ---

HARMLESS = {
    "a", "h1", "h2", "h3", "p", "ul", "ol", "li", "blockquote", "footer", "strong", "em", "br", "hr", "section", "article", "span",
}  # fmt: skip
# Control, bidirectional and invisible characters; a joiner is fine between the parts of an emoji.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]|(?<=[a-z])\u200d|\u200d(?=[a-z])"
)
ONE_LINE = {"subject", "preheader", "title", "heading"}


def assert_handed_over(report: Report, traces: Sequence[str] = ()) -> None:
    """No markup, script, strange link or invisible character anywhere, and no trace of an attack that is not marked as without a source."""
    parts = output_of(report).parts()
    assert parts and all(part.text.strip() for part in parts)
    if report.engine.provider == "builtin":
        assert report.unsupported == ()
    pattern = re.compile("|".join(traces), re.IGNORECASE) if traces else None
    marked = {(c.part, i) for c in report.claims if c.status is ClaimStatus.UNSUPPORTED for i in range(c.start, c.end)}
    for index, part in enumerate(parts):
        assert not INVISIBLE.search(part.text), ascii(part.text)
        assert "\n" not in part.text or part.kind not in ONE_LINE
        assert part.limit == 0 or part.length <= part.limit
        for found in pattern.finditer(part.text) if pattern else ():
            assert any((index, i) in marked for i in range(*found.span())), (part.label, found[0], part.text)
    links = [link[0] for link in (report.analysis.model_extra or {}).get("links", ())]
    known = "\n".join([report.source.text, report.source.url, *strings(report.input), *links])
    open_ = [claim.text for claim in report.unsupported]
    for form, read in _exported(report.model_copy(update={"steps": (), "usage": Usage(), "engine": BUILTIN}).model_dump_json()).items():
        assert not read.runs, (form, read.runs)
        assert read.elements <= HARMLESS, (form, read.elements)
        for link in read.links:
            assert link == PLACEHOLDER or (link.startswith(("http://", "https://")) and link in known), (form, link)
        for text in read.texts:
            assert not INVISIBLE.search(text), (form, ascii(text))
            for url in limits.urls(text):
                assert url.url.rstrip("/") in known, (form, url.url)
            for found in pattern.finditer(text) if pattern else ():
                assert any(claim in text for claim in open_), (form, found[0], text)
