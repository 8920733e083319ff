"""`coexai check FILE --source SOURCE`: any text against any source. `cli.py` adds it to its commands.

Exit codes: 0 every claim has a source and no rule fails, 1 something does not hold, 2 the command or a file was wrong.
"""

from __future__ import annotations

import argparse
import mimetypes
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from coexai_app.errors import InvalidInput

if TYPE_CHECKING:
    from coexai_app.agents.checking import Checked
    from coexai_app.extract.document import Document

_MARKS: Final = {"pass": "ok  ", "warn": "warn", "fail": "FAIL"}


def add(commands: Any) -> None:
    """Adds `check` to the parser of `coexai`."""
    check = commands.add_parser(
        "check",
        help="check a text against a source, without a server",
        description="Looks up every number, date, name, quote and link of a text in a source, and judges how it is written.",
        epilog="Exit code 0: all holds; 1: a claim has no source or a rule fails; 2: a file cannot be read.",
    )
    check.add_argument("file", metavar="FILE", help="the text: a file (text, Markdown, HTML, Word or PDF); - reads standard input")
    check.add_argument(
        "--source", required=True, metavar="SOURCE", help="what it must be true to: a file or a web address; - reads standard input"
    )
    check.add_argument("--format", choices=("text", "json"), default="text")
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    from coexai_app.agents import checking

    if options.file == options.source == "-":
        raise InvalidInput("Only one of the two can come from standard input.")
    (text, headings), source = _text(options.file), _document(options.source, "The source")
    if len(text) > checking.MOST_CHARACTERS:
        raise InvalidInput(f"The text has {len(text):,} characters; at most {checking.MOST_CHARACTERS:,} are checked. Check a part of it.")
    checked = checking.check(text, source, headings)
    if options.format == "json":
        print(checked.model_dump_json(indent=2))
    else:
        _tell(checked, text, options.file)
    return 0 if checked.ok else 1


def _text(ref: str) -> tuple[str, tuple[str, ...]]:
    """What is checked, and its headings: plain text as it stands, so that its lines are the file's; of other files what can be read in
    them."""
    from coexai_app.extract.document import BlockKind
    from coexai_app.extract.text import decode

    if ref != "-" and not ref.lower().endswith((".txt", ".text")):
        document = _document(ref, "The text")
        return document.text, (document.title, *(document.block_text(b) for b in document.blocks if b.kind is BlockKind.HEADING))
    text = decode(_bytes(ref, "The text"), name=ref)
    return text.replace("\r\n", "\n").replace("\r", "\n"), ()


def _document(ref: str, what: str) -> Document:
    """A file, an address or standard input as it is read for an agent. Raises InvalidInput."""
    from coexai_app import extract, settings

    if ref.startswith(("https://", "http://")):
        page = extract.fetch(ref, allow_hosts=settings.get().fetch_allow_hosts)
        return extract.read(page.data, content_type=page.content_type, url=page.url)
    data = _bytes(ref, what)
    if ref == "-":
        return extract.read(data, content_type="text/plain")
    return extract.read(data, name=Path(ref).name, content_type=mimetypes.guess_type(ref)[0] or "")


def _bytes(ref: str, what: str) -> bytes:
    try:
        data = sys.stdin.buffer.read() if ref == "-" else Path(ref).read_bytes()
    except OSError as error:
        raise InvalidInput(f"{ref} cannot be read: {error.strerror}.") from None
    if not data.strip():
        raise InvalidInput(f"{what} is empty.")
    return data


def _tell(checked: Checked, text: str, name: str) -> None:
    from coexai_app.agents.checking import line_of

    where = "standard input" if name == "-" else name
    print(f"{where}: {checked.words:,} words, language {checked.language}, {checked.length:,} characters as X counts them")
    open_ = checked.unsupported
    print(f"\nClaims: {len(checked.claims)}, {len(open_)} without a source")
    for claim in checked.claims:
        known = claim.status.value == "supported"
        place, said = line_of(text, claim.start), " ".join(claim.text.split())
        why = claim.reason or claim.status.value
        print(f"  {_MARKS['pass' if known else 'fail']}  line {place}: {claim.kind.value} “{said}”, {why}")
    print("\nRules")
    for rule in checked.rules:
        print(f"  {_MARKS[rule.status.value]}  {rule.label}: {rule.message}")
        if rule.status.value != "pass" and rule.evidence:
            print(f"        {' '.join(rule.evidence.split())}")
    if checked.entities:
        print("\nLinks and tags")
        for entity in checked.entities:
            print(f"        line {line_of(text, entity.start)}: {entity.kind} {entity.text}")
    failed = sum(rule.status.value == "fail" for rule in checked.rules)
    print("\nAll holds." if checked.ok else f"\nNot all holds: {len(open_)} without a source, {failed} rules failed.")
